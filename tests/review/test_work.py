"""What waits for a reader, where rows stand, and the pages that show it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from lesiontrack.corrections import GoneJudgement, Signature, Store
from lesiontrack.corrections.signed import values_of
from lesiontrack.results import ResultsFolder
from lesiontrack.review import ReviewState, create_app
from lesiontrack.study.names import slug
from lesiontrack.tables import frame
from tests.report.made_results import Plan
from tests.review.conftest import PORT, RUN, TOKEN, client_of, finish, make_study, state_of

FIRST, SECOND, LAST = "2024-03-04", "2024-03-18", "2024-04-08"
CANDIDATE = {"status": "new_candidate", "reason": "its place was in view and clear"}
NOT_VISIBLE = {"status": "not_visible", "longest_diameter_mm": 0.0, "area_mm2": 0.0, "reason": "bare skin"}
LESION = {"patient": "PT001", "lesion": "L01"}


@pytest.fixture(scope="module")
def busy_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("busy")
    changes = {("L01", LAST): NOT_VISIBLE, ("L02", FIRST): CANDIDATE}
    _, results = make_study(folder, Plan(lesions=("L01", "L02"), changes=changes))
    photos = results.read_table("photos")
    photos.loc[photos["visit"] == SECOND, "registration_method"] = "lesion_position"
    photos.loc[photos["visit"] == LAST, "quality"] = "not_evaluable"
    results.write_table("photos", photos)
    failure = {"file": "PT001/2024-05-01/left-calf.jpg", "stage": "read", "reason": "cut off"}
    results.write_table("failures", frame("failures", [failure]))
    return folder


@pytest.fixture
def busy(busy_once: Path, tmp_path: Path) -> ReviewState:
    """L01 is gone at the end, L02 is a candidate, one visit is registered by position, one photo is poor."""
    shutil.copytree(busy_once, tmp_path, dirs_exist_ok=True)
    return state_of(tmp_path)


def client_for(state: ReviewState) -> FlaskClient:
    app = create_app(state, token=TOKEN, port=PORT)
    app.testing = True
    return client_of(app)


def say(client: FlaskClient, value: dict[str, Any]) -> str:
    answer = client.post("/api/corrections", json={"value": value, "run": RUN})
    assert answer.status_code == 201, answer.json
    return str(answer.json["id"])


def sign(client: FlaskClient, lesion: str, visit: str) -> str:
    value = {"kind": "signature", "patient": "PT001", "site": "left-calf", "lesion": lesion, "visit": visit}
    return say(client, value | {"values": {}})


def kinds(state: ReviewState) -> list[tuple[str, str | None, str | None]]:
    return [(task.kind, task.lesion, task.visit) for task in state.tasks()]


def test_the_worklist_is_in_order_of_importance(busy: ReviewState) -> None:
    assert kinds(busy) == [
        ("candidate", "L02", FIRST),
        ("not_visible", "L01", LAST),
        ("flag", "L01", LAST),
        ("flag", "L02", LAST),
        ("registration", None, SECOND),
        ("photo", None, None),
        ("photo", None, LAST),
        ("unsigned", "L01", None),
        ("unsigned", "L02", None),
    ]


def test_tasks_go_as_they_are_done(busy: ReviewState) -> None:
    client = client_for(busy)
    say(client, {"kind": "gone", **LESION, "visit": LAST, "gone": True})
    assert ("not_visible", "L01", LAST) not in kinds(busy)
    sign(client, "L01", LAST)
    assert ("flag", "L01", LAST) not in kinds(busy)
    say(client, {"kind": "new_lesion", **LESION, "lesion": "L02", "new": False})
    assert not any(kind == "candidate" for kind, _, _ in kinds(busy))
    place = {"patient": "PT001", "site": "left-calf", "visit": LAST}
    say(client, {"kind": "evaluability", **place, "reason": "blurred"})
    assert ("photo", None, LAST) not in kinds(busy)
    for visit in (FIRST, SECOND):
        sign(client, "L01", visit)
    assert ("unsigned", "L01", None) not in kinds(busy)


def test_nothing_of_a_candidate_is_signed_before_it_was_judged(busy: ReviewState) -> None:
    client = client_for(busy)
    value = {"kind": "signature", "patient": "PT001", "site": "left-calf", "lesion": "L02", "values": {}}
    for visit in (FIRST, LAST):
        answer = client.post("/api/corrections", json={"value": value | {"visit": visit}, "run": RUN})
        assert answer.status_code == 400
        assert "new lesion" in answer.json["error"]
    say(client, {"kind": "new_lesion", **LESION, "lesion": "L02", "new": False})
    answer = client.post("/api/corrections", json={"value": value | {"visit": FIRST}, "run": RUN})
    assert answer.status_code == 409
    sign(client, "L02", LAST)


def test_a_changed_value_voids_a_signature_and_leads_the_worklist(study: tuple[Path, ResultsFolder]) -> None:
    root, results = study
    state = ReviewState(root, results=results, reader="Dr Test")
    sign(client_for(state), "L01", LAST)
    assert state.progress() is not None
    assert state.progress().signed == 1
    observations = results.read_table("observations")
    row = (observations["lesion"] == "L01") & (observations["visit"] == LAST)
    observations.loc[row, "longest_diameter_mm"] = 9.25
    results.write_table("observations", observations)
    finish(results, "2024-06-01T10:00:00+00:00")
    (first, *_) = state.tasks()
    assert (first.kind, first.lesion, first.visit) == ("void", "L01", LAST)
    assert "longest diameter 8.5 → 9.25 mm" in first.what
    text = client_for(state).get(first.url.partition("#")[0]).text
    assert "Signature void" in text
    assert "longest diameter 8.5 → 9.25 mm" in text
    assert state.run == "2024-06-01T10:00:00+00:00"


def test_a_signature_taken_back_after_it_was_applied_waits_for_a_run(
    study: tuple[Path, ResultsFolder],
) -> None:
    root, results = study
    observations = results.read_table("observations").to_dict("records")
    photos = {row["photo"]: row for row in results.read_table("photos").to_dict("records")}
    about = {"patient": "PT001", "site": "left-calf", "lesion": "L01", "visit": LAST}
    row = next(row for row in observations if all(row[name] == about[name] for name in about))
    values = values_of(row, photos[row["photo"]])
    entry = Store(root).add(Signature(**about, values=values), by="Dr Test")
    known = {"id": entry.id, "kind": "signature", "by": "Dr Test", "state": "in force"}
    results.write_table("reviews", frame("reviews", [known]))
    state = ReviewState(root, results=results, reader="Dr Test")
    assert state.pending() == ()
    assert state.progress().unapplied == 0
    client_for(state).post("/api/withdraw", json={"id": entry.id})
    assert [other.id for other in state.pending()] == [entry.id]
    assert state.progress().signed == 0


def test_what_was_replaced_and_is_in_force_again_waits_for_a_run(study: tuple[Path, ResultsFolder]) -> None:
    root, results = study
    store = Store(root)
    said = [store.add(GoneJudgement(**LESION, visit=LAST, gone=gone), by="Dr Test") for gone in (True, False)]
    known = [
        {"id": entry.id, "kind": "gone", "by": "Dr Test", "state": word}
        for entry, word in zip(said, ("replaced", "in force"), strict=True)
    ]
    results.write_table("reviews", frame("reviews", known))
    state = ReviewState(root, results=results, reader="Dr Test")
    assert state.pending() == ()
    client_for(state).post("/api/withdraw", json={"id": said[1].id})
    assert [entry.id for entry in state.pending()] == [entry.id for entry in said]


def test_files_that_another_program_adds_are_seen(state: ReviewState) -> None:
    value = GoneJudgement(**LESION, visit=LAST, gone=True)
    state.add(value)
    Store(state.study_root).add(value, by="Dr Other")
    state.add(value)
    assert [entry.state for entry in state.corrections().entries] == ["replaced", "replaced", "in force"]
    assert state.corrections().entries == Store(state.study_root).read().entries


def test_the_worklist_is_filtered_and_counted(busy: ReviewState) -> None:
    client = client_for(busy)
    text = client.get("/?kind=flag").text
    assert len(re.findall(r'class="task"', text)) == 2
    assert "/lesion/" in text
    assert "?kind=flag" in text
    assert "Nothing here with this choice" in client.get("/?mine=1").text
    say(client, {"kind": "lesion_name", **LESION, "name": "the brown one"})
    assert "the brown one" in client.get(f"/lesion/{slug('PT001-L01')}").text
    mine = client.get("/?mine=1").text
    assert len(re.findall(r'class="task"', mine)) == 3
    assert client.get("/?kind=nonsense&page=999999999999&patient=nobody").status_code == 200


def test_a_long_worklist_is_paged(tmp_path: Path) -> None:
    lesions = tuple(f"L{number:02d}" for number in range(1, 106))
    root, results = make_study(tmp_path, Plan(lesions=lesions, flagged=False, picture_side=8))
    client = client_for(ReviewState(root, results=results))
    first, second = client.get("/").text, client.get("/?page=2").text
    assert [len(re.findall(r'class="task"', text)) for text in (first, second)] == [100, 5]
    assert "Page 1 of 2" in first


def test_a_lesion_page_shows_visits_values_and_what_can_be_done(busy: ReviewState) -> None:
    client = client_for(busy)
    text = client.get(f"/lesion/{slug('PT001-L01')}?kind=flag").text
    assert text.count('class="card ') == 3
    assert 'data-signs="day 35 (2024-04-08): not visible' in text
    assert text.count('data-action="still"') == 1
    assert "Sign 3 visits" in text
    assert f'href="/lesion/{slug("PT001-L02")}?kind=flag"' in text
    crop = re.search(r'src="(/lesion/[^"]+/crop-[^"]+\.jpg)"', text)
    assert crop is not None
    assert client.get(crop[1]).mimetype == "image/jpeg"
    for name in ("site.json", "crop-x.jpg", "..%2f..%2fprovenance.json"):
        assert client.get(f"/lesion/{slug('PT001-L01')}/{name}").status_code == 404
    assert client.get("/lesion/nobody-123456").status_code == 404
    candidate = client.get(f"/lesion/{slug('PT001-L02')}").text
    assert "Is this a new lesion?" in candidate
    assert "Sign 0 visits" in candidate


def test_the_log_tells_all_newest_first_and_damaged_files(busy: ReviewState) -> None:
    client = client_for(busy)
    say(client, {"kind": "lesion_name", **LESION, "name": "the brown one"})
    kept = say(client, {"kind": "gone", **LESION, "visit": LAST, "gone": False})
    client.post("/api/withdraw", json={"id": kept})
    (busy.store.folder / "notes.json").write_text("{}")
    text = client.get("/log").text
    said = [text.index(words) for words in ("taken back", "it is still there", "called “the brown one”")]
    assert said == sorted(said)
    assert "_review/notes.json" in text
    assert "withdrawn" in text
    assert "waits for the next run" in text


def test_pages_work_before_the_first_run(tmp_path: Path, busy: ReviewState) -> None:
    state = ReviewState(busy.study_root, reader="Dr Test")
    client = client_for(state)
    assert "was not run yet" in client.get("/").text
    assert client.get("/log").status_code == 200
    for path in ("/lesion/x", "/report/index.html"):
        assert client.get(path).status_code == 404
    answer = client.post(
        "/api/corrections", json={"value": {"kind": "gone", **LESION, "visit": LAST, "gone": True}}
    )
    assert "not run yet" in answer.json["error"]
    assert client.post("/api/apply", json={}).status_code == 400
