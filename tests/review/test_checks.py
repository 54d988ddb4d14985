"""What is refused: corrections that make no sense with the results as they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from lesiontrack.corrections import LesionName, Place
from lesiontrack.results import ResultsFolder
from lesiontrack.review import ReviewState, create_app
from tests.report.made_results import Plan
from tests.review.conftest import HEIGHT, PORT, RUN, TOKEN, WIDTH, client_of, make_study

FIRST, SECOND, LAST = "2024-03-04", "2024-03-18", "2024-04-08"
PLACE = {"patient": "PT001", "site": "left-calf", "visit": SECOND}
LESION = {"patient": "PT001", "lesion": "L01"}
PNG = "iVBORw0KGgo="
NOWHERE = "f" * 64
GRADE = {"kind": "grade", **PLACE, "sign": "swelling", "scale_id": "ours", "grade": 1}
POINT = {"kind": "lesion_point", **PLACE, "lesion": "L01", "x": 1, "y": 1}


SAME = {
    "kind": "same_lesion", **{name: PLACE[name] for name in ("patient", "site")},
    "places": [{"visit": FIRST, "photo_sha256": NOWHERE, "x": 1, "y": 1}],
}  # fmt: skip


@pytest.fixture
def photos(state: ReviewState) -> dict[str, dict[str, Any]]:
    """Visit → row of photos."""
    assert state.cohort is not None
    return {row["visit"]: row for row in state.cohort.tables["photos"]}


def signature(lesion: str = "L01", visit: str = LAST) -> dict[str, Any]:
    return {"kind": "signature", **PLACE, "lesion": lesion, "visit": visit, "values": {}}


def refused(answer: Any, text: str, code: int = 400) -> None:
    assert (answer.status_code, text in answer.json["error"]) == (code, True), answer.json
    assert len(answer.json["error"].splitlines()) == 1


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"kind": "gone", **LESION, "visit": "2024-03-05", "gone": True}, "no row of L01 of PT001"),
        ({"kind": "gone", "patient": "PT01", "lesion": "L01", "visit": LAST, "gone": True}, "'PT001'"),
        ({"kind": "gone", **LESION, "lesion": "L1", "visit": LAST, "gone": True}, "did you mean 'L01'?"),
        ({"kind": "lesion_name", **LESION, "lesion": "L09", "name": "x"}, "has no lesion 'L09'"),
        ({"kind": "new_lesion", **LESION, "new": False}, "is no candidate"),
        ({"kind": "new_lesion", **LESION, "new": True}, "at the first visit"),
        ({"kind": "evaluability", **PLACE, "site": "left-arm", "reason": "blurred"}, "no photo of site"),
        ({"kind": "evaluability", **PLACE, "visit": "day3", "reason": "blurred"}, "at visit 'day3'"),
        ({"kind": "evaluability", **PLACE, "reason": " "}, "needs a reason"),
        ({"kind": "evaluability", **PLACE, "evaluable": True}, "nothing to take back"),
        (
            {"kind": "grade", **PLACE, "visit": "day3", "sign": "s", "scale_id": "x", "grade": 1},
            "visit 'day3'",
        ),
        (GRADE | {"grade": "much"}, "grade"),
        ({"kind": "signature", **PLACE, "lesion": "L07"}, "no row of L07"),
        (
            {"kind": "lesion_point", **PLACE, "photo_sha256": NOWHERE, "lesion": "L01", "x": 1, "y": 1},
            "no such photo",
        ),
        ({"kind": "lesion_name", **LESION, "name": "a\0b"}, "U+0000"),
        ({"kind": "lesion_name", **LESION, "name": "a\u202eb"}, "U+202E"),
        ({"kind": "lesion_name", **LESION, "lesion": " \t", "name": "x"}, "blank"),
        (GRADE | {"sign": "redness\u2066"}, "U+2066"),
        (SAME | {"lesion": "L09", "same_as": "L01"}, "left-calf of PT001 has no lesion 'L09'"),
        (SAME | {"lesion": "L01", "same_as": "L09"}, "left-calf of PT001 has no lesion 'L09'"),
        (SAME | {"lesion": "L01", "same_as": "L02", "site": "arm"}, "no photo of site 'arm'"),
        ({"kind": "withdrawal", "of": "x"}, "/api/withdraw"),
        ({"kind": "nonsense"}, "kind"),
        ({}, "value"),
        ("gone", "value"),
        ({"kind": "gone", **LESION, "visit": LAST, "gone": True, "more": 1}, "more"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(
    send: Callable[..., Any], state: ReviewState, value: Any, why: str
) -> None:
    refused(send(value), why)
    assert state.corrections().entries == ()


def test_points_lie_inside_of_their_photo(send: Callable[..., Any], photos: dict[str, Any]) -> None:
    point = POINT | {"photo_sha256": photos[SECOND]["sha256"]}
    refused(send(point | {"x": WIDTH + 1, "y": 5}), "outside of the photo, which is 64 × 48 px")
    refused(send(point | {"x": 1, "y": 5, "visit": FIRST}), f"visit {SECOND}")
    assert send(point | {"x": WIDTH - 1, "y": HEIGHT - 1}).status_code == 201


def test_a_point_names_a_known_lesion_or_the_next(send: Callable[..., Any], photos: dict[str, Any]) -> None:
    point = POINT | {"photo_sha256": photos[SECOND]["sha256"]}
    refused(send(point | {"lesion": "  "}), "blank")
    refused(
        send(point | {"lesion": "L04"}), "no lesion 'L04': the right ones are L01, L02; a new one is called"
    )
    place = {"visit": SECOND, "photo_sha256": photos[SECOND]["sha256"], "x": 1, "y": 1}
    refused(send(SAME | {"lesion": "L03", "same_as": "L01", "places": [place]}), "no lesion 'L03'")
    assert send(point | {"lesion": "L03"}).status_code == 201
    assert send(point | {"lesion": "L03", "x": 2}).status_code == 201
    assert send(point | {"lesion": "L04", "y": 5}).status_code == 201
    assert send(SAME | {"lesion": "L03", "same_as": "L01", "places": [place]}).status_code == 201


def test_a_photo_that_was_changed_since_the_run_is_refused(
    send: Callable[..., Any], photos: dict[str, Any], state: ReviewState
) -> None:
    row = photos[SECOND]
    (state.study_root / row["photo"]).write_bytes(b"another")
    refused(send(POINT | {"photo_sha256": row["sha256"]}), row["photo"])


def test_masks_lie_inside_of_their_photo(send: Callable[..., Any], photos: dict[str, Any]) -> None:
    row = photos[SECOND]
    edit = {"kind": "mask", **PLACE, "photo": row["photo"], "photo_sha256": row["sha256"]}
    edit |= {"x": 10, "y": 10, "height": 5, "masks": {"lesion": PNG}}
    refused(send(edit | {"width": WIDTH}), "beyond the photo")
    refused(send(edit | {"width": 5, "photo": "other.jpg"}), "is called")
    assert send(edit | {"width": 5}).status_code == 201


def test_landmarks_and_judged_registrations_need_a_reference_of_the_site(
    send: Callable[..., Any], photos: dict[str, Any]
) -> None:
    pair = PLACE | {"photo_sha256": photos[SECOND]["sha256"]}
    judged = {"kind": "registration", **pair, "accepted": False}
    refused(send(judged | {"reference_sha256": NOWHERE}), "none of this site")
    refused(send(judged | {"reference_sha256": photos[SECOND]["sha256"]}), "reference photo itself")
    points = [{"x": 1, "y": 2, "reference_x": 1, "reference_y": y} for y in (5, HEIGHT + 3)]
    marks = {"kind": "landmarks", **pair, "reference_visit": FIRST, "pairs": points}
    refused(send(marks | {"reference_sha256": photos[FIRST]["sha256"]}), "outside of the photo")
    refused(send(marks | {"reference_sha256": photos[LAST]["sha256"]}), f"of visit {LAST}")
    assert send(judged | {"reference_sha256": photos[FIRST]["sha256"]}).status_code == 201


def test_an_event_that_took_a_lesion_away_stands_over_readers(tmp_path: Path) -> None:
    taken = {"status": "removed", "evaluable": False, "reason": "excision on day 20"}
    root, results = make_study(tmp_path, Plan(changes={("L01", LAST): taken}))
    state = ReviewState(root, results=results, reader="Dr Test")
    for value in (
        {"kind": "gone", **LESION, "visit": LAST, "gone": True},
        {"kind": "evaluability", **PLACE, "visit": LAST, "lesion": "L01", "reason": "blurred"},
    ):
        client = client_of(create_app(state, token=TOKEN, port=PORT))
        refused(client.post("/api/corrections", json={"value": value, "run": RUN}), "excision on day 20")


def test_a_page_of_an_earlier_run_is_out_of_date(send: Callable[..., Any], state: ReviewState) -> None:
    refused(send(signature(), run="2024-01-01T00:00:00+00:00"), "load it again", 409)
    assert state.corrections().entries == ()


def test_what_a_waiting_correction_touches_can_not_be_signed(send: Callable[..., Any]) -> None:
    said = send({"kind": "evaluability", **PLACE, "lesion": "L01", "reason": "hair"})
    refused(send(signature("L01", SECOND)), "A correction is not applied yet", 409)
    assert send(signature("L01", LAST)).status_code == 201
    assert send(signature("L02", SECOND)).status_code == 201
    assert said.status_code == 201


def test_values_are_signed_once_by_a_reader(send: Callable[..., Any], client: FlaskClient) -> None:
    assert send(signature()).status_code == 201
    refused(send(signature()), "signed these values already")
    client.post("/api/reader", json={"name": "Dr Other"})
    assert send(signature()).status_code == 201


def test_nothing_is_signed_while_a_run_writes(
    send: Callable[..., Any], study: tuple[Path, ResultsFolder]
) -> None:
    study[1].provenance.unlink()
    refused(send(signature()), "made again", 409)


def test_the_server_fills_in_what_is_signed(send: Callable[..., Any], state: ReviewState) -> None:
    send(signature() | {"values": {"longest_diameter_mm": 1.0, "status": "not_visible"}})
    (entry,) = state.corrections().entries
    values = entry.value.model_dump()["values"]
    assert values["longest_diameter_mm"] == 8.5
    assert values["status"] == "present"


def test_the_server_fills_in_where_the_lesion_was_seen(
    send: Callable[..., Any], state: ReviewState, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Places at which something was seen; what a client says of them is not taken."""
    loaded = state.loaded
    assert loaded is not None
    page = loaded.lesions["PT001", "left-calf", "L01"]
    told = {FIRST: ("present", (9.0, 8.0)), SECOND: ("present", None), LAST: ("not_visible", (7.0, 7.0))}
    for visit, (status, xy) in told.items():
        there = replace(
            page.sightings[visit], photo_sha256="a" * 64, photo_xy=xy, measures={"status": status}
        )
        monkeypatch.setitem(page.sightings, visit, there)
    made_up = [{"visit": LAST, "photo_sha256": NOWHERE, "x": 1, "y": 1}]
    for value in (
        {"kind": "gone", **LESION, "visit": LAST, "gone": True},
        {"kind": "lesion_name", **LESION, "name": "shin"},
        {"kind": "new_lesion", **LESION, "new": False},
        {"kind": "evaluability", **PLACE, "lesion": "L01", "reason": "hair"},
        GRADE | {"lesion": "L01"},
        signature(visit=FIRST),
        GRADE,
    ):
        answer = send(value | {"seen": made_up} if "lesion" in value else value)
        if value["kind"] != "new_lesion":
            assert answer.status_code == 201, answer.json
    kept = [entry.value.model_dump()["seen"] for entry in state.corrections().entries]
    assert kept == [({"visit": FIRST, "photo_sha256": "a" * 64, "x": 9.0, "y": 8.0},)] * 5 + [()]


def test_pages_show_what_was_said_at_the_lesion_that_was_meant(
    state: ReviewState, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """L01 was another lesion's number when it was named."""
    loaded = state.loaded
    assert loaded is not None
    for lesion, x in (("L01", 10.0), ("L02", 40.0)):
        page = loaded.lesions["PT001", "left-calf", lesion]
        for visit, seen in list(page.sightings.items()):
            there = replace(seen, photo_sha256="a" * 64, photo_xy=(x, 9))
            monkeypatch.setitem(page.sightings, visit, there)
    places = (Place(visit=FIRST, photo_sha256="a" * 64, x=41, y=9),)
    state.add(LesionName(patient="PT001", lesion="L01", name="shin", seen=places), note="")
    rows = state.rows()
    assert rows is not None
    names = {
        lesion: rows.name_of(loaded.rows["PT001", "left-calf", lesion, LAST]) for lesion in ("L01", "L02")
    }
    assert names == {"L01": "", "L02": "shin"}
    nowhere = (Place(visit=FIRST, photo_sha256="b" * 64, x=41, y=9),)
    state.add(LesionName(patient="PT001", lesion="L01", name="calf", seen=nowhere), note="")
    rows = state.rows()
    assert rows is not None
    assert rows.name_of(loaded.rows["PT001", "left-calf", "L01", LAST]) == ""
    log = client.get("/log").text
    assert "PT001, L02" in log or "PT001, left-calf, L02" in log, "the number that it has now"
    assert "no effect: the lesion that was meant, then called L01, is not found at its places" in log
    last = state.corrections().entries[-1].id
    assert client.post("/api/withdraw", json={"id": last}).status_code == 201


def test_a_correction_needs_a_readers_name(
    send: Callable[..., Any], client: FlaskClient, state: ReviewState
) -> None:
    state._reader = None
    answer = send(signature())
    refused(answer, "Say who you are")
    assert answer.json["needs"] == "reader"
    refused(client.post("/api/reader", json={"name": "   "}), "1 to 200 characters")
    refused(client.post("/api/reader", json={"name": "Ada\u202e"}), "U+202E")
    assert client.post("/api/reader", json={"name": " Dr  Ada "}).json == {"name": "Dr Ada"}
    assert send(signature()).status_code == 201


def test_a_correction_is_taken_back_once(
    send: Callable[..., Any], client: FlaskClient, state: ReviewState
) -> None:
    kept = send(signature()).json["id"]
    assert client.post("/api/withdraw", json={"id": kept}).status_code == 201
    refused(client.post("/api/withdraw", json={"id": kept}), "already")
    refused(client.post("/api/withdraw", json={"id": "x"}), "no such correction")
    last = state.corrections().entries[-1].id
    refused(client.post("/api/withdraw", json={"id": last}), "can't be withdrawn")
    assert state.pending() == ()
