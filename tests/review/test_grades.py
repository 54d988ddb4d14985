"""The page of grades and the automatic grade behind it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from lesiontrack.corrections import Grade, Store
from lesiontrack.review import ReviewState
from lesiontrack.study.names import slug
from lesiontrack.tables import frame
from tests.review.conftest import RUN
from tests.review.photofolders import copied, folder
from tests.review.pictured import FIRST, LATER, Pictured
from tests.review.test_assign import client_for

SITE = f"{slug('PT001')}/{slug('left-calf')}"
AUTOMATIC = "delta-a-provisional"


@pytest.fixture(scope="module")
def made(pictured_once: Pictured, tmp_path_factory: pytest.TempPathFactory) -> Pictured:
    return copied(pictured_once, tmp_path_factory.mktemp("made"))


@pytest.fixture
def one(made: Pictured, tmp_path: Path) -> Pictured:
    return copied(made, tmp_path)


@pytest.fixture
def client(one: Pictured) -> FlaskClient:
    return client_for(one.state())


def grade(client: FlaskClient, number: float = 2, **changes: Any) -> Any:
    value = {
        "kind": "grade", "patient": "PT001", "site": "left-calf", "visit": FIRST, "sign": "erythema",
        "scale_id": "lsr-0-4", "grade": number, "lesion": None,
    }  # fmt: skip
    return client.post("/api/corrections", json={"value": {**value, **changes}, "run": RUN})


def chosen(client: FlaskClient, path: str) -> list[str]:
    """Sign and grade of the radio buttons that are on."""
    text = client.get(path).text
    return [
        part.split('name="')[1].split('"')[0] + " " + part.split('value="')[1].split('"')[0]
        for part in text.split("<input ")
        if 'type="radio"' in part and "checked>" in part
    ]


def test_the_page_shows_scale_words_and_photo_but_no_automatic_grade(
    client: FlaskClient, one: Pictured
) -> None:
    text = client.get(f"/grades/{SITE}/{FIRST}").text
    assert "pink or light red, more than half" in text
    assert one.sha256[FIRST] in text
    assert AUTOMATIC not in text
    assert chosen(client, f"/grades/{SITE}/{FIRST}") == []


def test_visits_come_in_order(client: FlaskClient) -> None:
    first = client.get(f"/grades/{SITE}/{FIRST}").text
    later = client.get(f"/grades/{SITE}/{LATER}").text
    assert f'rel="next" id="next" href="/grades/{SITE}/{LATER}"' in first
    assert 'rel="prev"' not in first
    assert f'rel="prev" href="/grades/{SITE}/{FIRST}"' in later
    assert 'rel="next"' not in later


def test_what_this_reader_graded_is_there_again(client: FlaskClient, one: Pictured) -> None:
    assert grade(client, 2).status_code == 201
    assert grade(client, 3, sign="crusting", lesion="L01").status_code == 201
    grade(client, 1, visit=LATER)
    Store(one.study).add(
        Grade(patient="PT001", site="left-calf", visit=FIRST, sign="swelling", scale_id="lsr-0-4", grade=4),
        by="Dr Other",
    )
    assert chosen(client, f"/grades/{SITE}/{FIRST}") == ["lsr-0-4 erythema 2"]
    assert chosen(client, f"/grades/{SITE}/{FIRST}?lesion=L01") == ["lsr-0-4 crusting 3"]
    assert client.get(f"/grades/{SITE}/{FIRST}").text.count("graded</span>") == 2


def test_grades_of_another_scale_are_listed(client: FlaskClient) -> None:
    grade(client, 2.5, sign="<b>induration", scale_id="easi-0-3")
    text = client.get(f"/grades/{SITE}/{FIRST}").text
    assert "&lt;b&gt;induration <code>easi-0-3</code>: 2.5, graded" in text


def test_rows_of_clinician_csv_count_for_their_rater(one: Pictured) -> None:
    row = {
        "patient": "PT001", "site": "left-calf", "visit": FIRST, "study_day": 0, "sign": "erythema",
        "scale_id": "lsr-0-4", "source": "clinician.csv",
    }  # fmt: skip
    rows = [row | {"grade": 3.0, "rater": "Dr Test"}, row | {"grade": 1.0, "rater": "Dr Other"}]
    one.results.write_table("grades", frame("grades", rows))
    assert chosen(client_for(one.state()), f"/grades/{SITE}/{FIRST}") == ["lsr-0-4 erythema 3"]


def test_the_automatic_grade_waits_for_the_readers_own(client: FlaskClient) -> None:
    path = f"/api/automatic-grade/{SITE}/{FIRST}"
    assert client.get(path).status_code == 409
    grade(client, 3, sign="crusting")
    grade(client, 3, lesion="L01")
    grade(client, 3, visit=LATER)
    assert client.get(path).status_code == 409
    grade(client, 0)
    answer = client.get(path)
    assert (answer.status_code, answer.json["grade"], answer.json["scale_id"]) == (200, 2.0, AUTOMATIC)


def test_a_blinded_reader_never_sees_it(one: Pictured) -> None:
    state = ReviewState(one.study, results=one.results, reader="B", blinded=True)
    client = client_for(state)
    assert grade(client, 2).status_code == 201
    assert client.get(f"/api/automatic-grade/{SITE}/{FIRST}").status_code == 409
    assert 'id="reveal"' not in client.get(f"/grades/{SITE}/{FIRST}").text
    assert chosen(client, f"/grades/{SITE}/{FIRST}") == ["lsr-0-4 erythema 2"]
    assert chosen(client_for(one.state()), f"/grades/{SITE}/{FIRST}") == []


@pytest.mark.parametrize(
    "path", [f"{SITE}/2030-01-01", f"{SITE}/{FIRST}?lesion=L99", f"nobody/left-calf/{FIRST}"]
)
def test_what_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(f"/grades/{path}").status_code == 404


def test_a_study_that_was_not_run_has_no_grades(tmp_path: Path) -> None:
    client = client_for(folder(tmp_path / "study", ("P/day000/a.jpg",)).state())
    assert client.get(f"/grades/{SITE}/{FIRST}").status_code == 404
