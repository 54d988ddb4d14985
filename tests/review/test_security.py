"""Who is let in, what leaves the results folder, and what every answer carries."""

from __future__ import annotations

import logging
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lesiontrack.review import ReviewState, create_app, security
from lesiontrack.review.serve import HOST, PortError, listen, make_server
from tests.report.conftest import HOSTILE, PATIENT
from tests.report.made_results import Plan
from tests.review.conftest import PORT, RUN, TOKEN, HereClient, client_of, make_study

ASKED = ("/", "/?token=wrong", "/lesion/x", "/log", "/report/index.html", "/static/review.css", "/api/apply")
ORIGIN = f"http://127.0.0.1:{PORT}"
VALUE = {"kind": "lesion_name", "patient": "PT001", "lesion": "L01", "name": "the brown one"}


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """Knows the address, and no token."""
    app.test_client_class = HereClient
    return app.test_client()


@pytest.mark.parametrize("path", ASKED)
def test_without_the_token_nothing_is_shown(stranger: FlaskClient, path: str) -> None:
    answer = stranger.get(path)
    assert answer.status_code == 403
    assert "PT001" not in answer.text
    assert "Set-Cookie" not in answer.headers


def test_a_cookie_of_another_token_is_none(app: Flask) -> None:
    client = client_of(app)
    client.set_cookie(f"lesiontrack-{PORT}", TOKEN[:-1], domain="127.0.0.1")
    assert client.get("/").status_code == 403


def test_the_token_becomes_a_cookie_that_scripts_and_other_sites_do_not_get(stranger: FlaskClient) -> None:
    answer = stranger.get(f"/?token={TOKEN}")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert stranger.get("/").status_code == 200


def test_the_token_is_compared_in_constant_time(
    stranger: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = []
    same = security.secrets.compare_digest
    monkeypatch.setattr(security.secrets, "compare_digest", lambda a, b: compared.append(a) or same(a, b))
    stranger.get("/?token=guessed")
    stranger.set_cookie(f"lesiontrack-{PORT}", "guessed-too", domain="127.0.0.1")
    stranger.get("/")
    assert compared == [b"guessed", b"guessed-too"]


@pytest.mark.parametrize(
    "host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", f"127.0.0.1:{PORT + 1}"]
)
def test_another_host_name_is_refused(client: FlaskClient, host: str) -> None:
    answer = client.get("/", headers={"Host": host})
    assert answer.status_code == 403
    assert "PT001" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": f"http://127.0.0.1:{PORT + 1}"},
        {"Origin": f"https://127.0.0.1:{PORT}"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_other_pages_can_not_write(client: FlaskClient, state: ReviewState, headers: dict[str, str]) -> None:
    answer = client.post("/api/corrections", json={"value": VALUE, "run": RUN}, headers=headers)
    assert answer.status_code == 403
    assert state.corrections().entries == ()


@pytest.mark.parametrize("origin", [ORIGIN, f"http://localhost:{PORT}", None])
def test_our_own_pages_can_write(client: FlaskClient, origin: str | None) -> None:
    headers = {"Origin": origin, "Sec-Fetch-Site": "same-origin"} if origin else {}
    answer = client.post("/api/corrections", json={"value": VALUE, "run": RUN}, headers=headers)
    assert answer.status_code == 201


def test_forms_and_plain_text_can_not_write(client: FlaskClient, state: ReviewState) -> None:
    body = f'{{"value": {VALUE!r}, "run": "{RUN}"}}'.replace("'", '"')
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain", ""):
        assert client.post("/api/corrections", data=body, content_type=kind).status_code == 415
    assert state.corrections().entries == ()
    answer = client.post("/api/corrections", data=body, content_type="application/json; charset=utf-8")
    assert answer.status_code == 201


def test_writing_needs_the_cookie(stranger: FlaskClient, state: ReviewState) -> None:
    for path in ("/api/corrections", "/api/withdraw", "/api/reader", "/api/apply"):
        assert stranger.post(path, json={}).status_code == 403
    assert state.corrections().entries == ()


def test_pictures_can_not_be_loaded_by_other_pages(client: FlaskClient) -> None:
    asked = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    assert client.get("/static/review.css", headers=asked).status_code == 403
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert client.get("/", headers=link).status_code == 200


def test_every_answer_carries_the_headers(
    client: FlaskClient, state: ReviewState, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.application.testing = False
    too_much = b" " * (security.MOST_BYTES + 1)
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    answers = [
        client.get("/"),
        client.get("/nowhere"),
        client.get("/static/review.js"),
        client.get("/static/nothing.js"),
        client.delete("/log", content_type="application/json"),
        client.post("/api/corrections", data="x"),
        client.post("/api/corrections", json=[]),
        client.post("/api/corrections", data=too_much, content_type="application/json"),
        client.get("/", headers={"Host": "evil.example"}),
    ]
    monkeypatch.setattr(ReviewState, "tasks", lambda self: 1 / 0)
    answers.append(client.get("/"))
    assert [answer.status_code for answer in answers] == [200, 404, 200, 404, 405, 415, 400, 413, 403, 500]
    assert "ZeroDivision" not in answers[-1].text
    for answer in answers:
        assert answer.headers["Content-Security-Policy"] == security.POLICY
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"


def test_hostile_names_are_text(tmp_path: Path) -> None:
    plan = Plan(
        title=HOSTILE,
        patients=(PATIENT,),
        site='a"><svg onload=alert(3)>',
        lesions=("L01", "<b>L02"),
        text=HOSTILE,
    )
    root, results = make_study(tmp_path, plan)
    state = ReviewState(root, results=results, reader="<script>alert(4)</script>")
    app = create_app(state, token=TOKEN, port=PORT)
    app.testing = True
    client = client_of(app)
    loaded = state.loaded
    assert loaded is not None
    said = {
        "kind": "lesion_name",
        "patient": PATIENT,
        "lesion": "L01",
        "name": "<img src=x onerror=alert(5)>",
    }
    assert (
        client.post("/api/corrections", json={"value": said, "note": HOSTILE, "run": RUN}).status_code == 201
    )
    pages = ["/", "/log", "/?patient=%22%3E%3Cscript%3Ealert(6)%3C/script%3E", "/<script>alert(7)</script>"]
    pages += [f"/lesion/{name}" for name in loaded.lesion_slugs]
    for path in pages:
        text = client.get(path).text
        for bad in ("<script>alert", "<img src=x", "<svg onload", "<b>L02"):
            assert bad not in text, (path, bad)


def test_only_this_machine_is_listened_to() -> None:
    with listen(0) as first:
        host, port = first.getsockname()
        assert host == HOST == "127.0.0.1"
        with pytest.raises(PortError, match=f"port {port} is in use"):
            listen(port)


def test_the_token_is_in_no_log(
    state: ReviewState, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    server, address = make_server(state)
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    base, _, token = address.partition("?token=")
    jar = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    try:
        with pytest.raises(urllib.error.HTTPError, match="403"):
            jar.open(f"{base}?token=guessed", timeout=20)
        with jar.open(address, timeout=20) as answer:
            assert answer.url == base
            assert "Server" not in answer.headers
        with pytest.raises(urllib.error.HTTPError, match="404"):
            jar.open(f"{base}nowhere", timeout=20)
    finally:
        server.close()
    said = caplog.text + "".join(capfd.readouterr())
    assert token not in said
