"""A blinded reading: a store of one's own, and nothing of other readers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lesiontrack.corrections import Evaluability, LesionName, LesionPoint, RegistrationJudgement, Store
from lesiontrack.review import ReviewState
from lesiontrack.study.names import slug
from lesiontrack.tables import frame, records
from tests.report.made_results import Plan
from tests.review.pictured import FIRST, LATER, Pictured, pictured
from tests.review.test_work import client_for, say

MARK = "Said-By-Another"
PLACE: dict[str, Any] = {"patient": "PT001", "site": "left-calf", "visit": LATER}
LESION: dict[str, Any] = {"patient": "PT001", "lesion": "L01"}
OF_READERS = {
    "lesion_name": MARK,
    "corrections": f"{MARK}: outlines drawn (lesion)",
    "reason": f"not evaluable by a reader: “{MARK}”",
    "review_status": "void",
    "signed_by": MARK,
    "signed_at": "2024-06-01T10:00:00Z",
    "signature_note": f"{MARK}: area 58 → 60 mm2",
}


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Pictured:
    """Wherever readers' words go in store and tables, there is the mark."""
    grade = {**PLACE, "study_day": 14, "sign": MARK, "scale_id": MARK, "grade": 2.0}
    plan = Plan(
        lesions=("L01", "L02"),
        visits={FIRST: 0, LATER: 14},
        changes={(lesion, visit): OF_READERS for lesion in ("L01", "L02") for visit in (FIRST, LATER)},
        grades=[grade | {"rater": MARK, "source": "review"}],
    )
    made = pictured(tmp_path_factory.mktemp("marked"), plan)
    _say_all(made)
    reviews = [
        {"id": "x", "kind": "gone", "by": MARK, "note": MARK, "what": MARK, "state": "in force", **PLACE}
    ]
    made.results.write_table("reviews", frame("reviews", reviews))
    photos = records(made.results.read_table("photos"))
    for row in photos:
        row |= {"registration_review": "accepted", "notes": f"a correction by {MARK} was not applied: gone"}
    made.results.write_table("photos", frame("photos", photos))
    flags = records(made.results.read_table("flags"))
    assert flags
    made.results.write_table("flags", frame("flags", [row | {"evidence": MARK} for row in flags]))
    failures = [
        {"file": f"_review/{MARK}.json", "stage": "review", "reason": f"{MARK} can't be read"},
        {
            "file": "PT001/2024-03-11/left-calf.jpg",
            "stage": "study",
            "reason": f"as {MARK} assigned it: gone",
        },
    ]
    made.results.write_table("failures", frame("failures", failures))
    return made


def _say_all(made: Pictured) -> None:
    """In the study's own store, which is other readers'."""
    photo = {**PLACE, "photo_sha256": made.sha256[LATER]}
    for value in (
        LesionName(**LESION, name=MARK),
        LesionPoint(**photo, lesion="L01", x=5, y=5),
        RegistrationJudgement(**photo, reference_sha256=made.sha256[FIRST], accepted=False),
        Evaluability(**PLACE, reason=MARK),
    ):
        made.store.add(value, by=MARK, note=MARK)


def test_no_page_shows_a_word_of_other_readers(marked: Pictured) -> None:
    state = ReviewState(marked.study, results=marked.results, reader="Dr Blind", blinded=True)
    client = client_for(state)
    say(client, {"kind": "lesion_name", **LESION, "name": "one's own"})
    grades = marked.site_url(LATER).replace("/site/", "/grades/")
    automatic = grades.replace("/grades/", "/api/automatic-grade/")
    pages = [
        "/", "/?kind=flag", "/log", "/photos", "/api/photos", "/bar", "/api/apply", marked.site_url(FIRST),
        marked.site_url(LATER), grades, f"{grades}?lesion=L01", automatic,
        *(f"/lesion/{slug(f'PT001-{lesion}')}" for lesion in ("L01", "L02")),
        *(f"/draw/{sha256}?lesion=L01" for sha256 in marked.sha256.values()),
        "/report/index.html", f"/report/lesions/{slug('PT001-L01')}.html", "/nowhere",
    ]  # fmt: skip
    for path in pages:
        answer = client.get(path)
        assert MARK not in answer.text, path
        assert 'data-action="apply"' not in answer.text, path
    shown = [client.get(path) for path in pages if not path.startswith(("/report", "/nowhere", "/api/auto"))]
    assert {answer.status_code for answer in shown} == {200}
    assert sum("one&#39;s own" in answer.text for answer in shown) >= 4
    assert state.progress().signed == 0  # type: ignore[union-attr]


def test_an_open_reading_shows_them_all(marked: Pictured) -> None:
    """Or the test above could not fail."""
    client = client_for(ReviewState(marked.study, results=marked.results, reader="Dr Open"))
    grades = marked.site_url(LATER).replace("/site/", "/grades/")
    for path in ("/", "/log", marked.site_url(LATER), grades, f"/lesion/{slug('PT001-L01')}"):
        assert MARK in client.get(path).text, path


def test_a_blinded_reader_writes_only_their_own(marked: Pictured, tmp_path: Path) -> None:
    state = ReviewState(tmp_path, results=marked.results, reader="Dr Blind", blinded=True)
    client = client_for(state)
    say(client, {"kind": "gone", **LESION, "visit": LATER, "gone": True})
    assert client.post("/api/apply", json={}).status_code == 400
    assert client.post("/api/reader", json={"name": "Somebody"}).status_code == 400
    assert [e.correction.by for e in Store(tmp_path, blinded_reader="Dr Blind").read().entries] == [
        "Dr Blind"
    ]
    assert Store(tmp_path).read().entries == ()
