"""Readers' corrections on sites: what they change, that it lasts, and that it can be taken back.

Photos are outlined by their darkness and taken to be of one frame, as segmentation and registration are not
asked here; `test_corrected_runs.py` has whole runs.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from lesiontrack.colour import find_colour
from lesiontrack.corrections import Landmarks, PointPair
from lesiontrack.photo import decode_photo
from lesiontrack.pipeline import join, prepare
from lesiontrack.segmentation.choice import ModelChoice

from ..corrections.drawing import box
from .bench import BIG, SHAPE, SMALL, THIRD, VISITS, Bench, by_darkness, no_frame, one_frame, photo

FIRST, SECOND, LAST = VISITS
OTHER = (40, 120, 12)
UNKNOWN_COLOUR = find_colour(decode_photo(photo(SMALL)))


def plain_stages(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ModelChoice, "load", lambda self: by_darkness)
    patch.setattr(join, "register", one_frame)
    patch.setattr(prepare, "find_colour", lambda photo: UNKNOWN_COLOUR)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """L01 (big) is gone at the second visit, where L03 (third) is new; L02 (small) stays."""
    made = Bench(tmp_path_factory.mktemp("measured"))
    for visit, spots in zip(VISITS, ((BIG, SMALL), (THIRD, SMALL), (THIRD, SMALL)), strict=True):
        made.put(visit, *spots)
    made.write("study.toml", 'protocol = "response-only"\n[treatment_start]\nPT1 = 2024-03-04\n')
    with pytest.MonkeyPatch.context() as patch:
        plain_stages(patch)
        made.measure()
    return made


@pytest.fixture
def bench(measured: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A copy to change."""
    plain_stages(monkeypatch)
    return Bench(Path(shutil.copytree(measured.root, tmp_path / "copy")), dict(measured.known))


def test_before_any_correction(bench: Bench) -> None:
    assert bench.measure().rows == {
        "L01": [(FIRST, "present", 46), (SECOND, "not_visible", 0), (LAST, "not_visible", 0)],
        "L02": [(FIRST, "present", 29), (SECOND, "present", 29), (LAST, "present", 29)],
        "L03": [(SECOND, "new_candidate", 21), (LAST, "present", 21)],
    }


def test_a_correction_touches_its_site_only(bench: Bench) -> None:
    bench.put(FIRST, (90, 70, 30), site="arm")
    before = bench.measure()
    said = bench.say(bench.mask(SECOND, box(SHAPE, 110, 112, 20, 16)))
    during = bench.measure()
    assert during.key("arm") == before.key("arm")
    assert during.key("calf") != before.key("calf")
    bench.take_back(said)
    assert bench.measure() == before


def test_a_drawn_mask_is_what_is_measured_run_after_run(bench: Bench) -> None:
    before = bench.measure()
    said = bench.say(bench.mask(SECOND, box(SHAPE, 110, 112, 20, 16)))
    outcome = bench.measure()
    areas = {t.sightings[-2].measures["area_px"] for t in outcome.records[0].tracks}
    assert areas == {0, 320}, "one is as drawn, what was erased is not visible"
    row = outcome.photo(f"PT1/{SECOND}/calf.jpg")
    assert row["segmentation_model"] == "by-darkness+reader"
    assert "lesion as drawn by Dr A" in row["notes"]
    assert bench.measure() == outcome
    bench.take_back(said)
    assert bench.measure() == before


def test_a_mask_follows_its_photo_and_not_its_name(bench: Bench) -> None:
    bench.say(bench.mask(SECOND, box(SHAPE, 110, 112, 20, 16)))
    shutil.move(bench.path(SECOND), bench.path(SECOND, "leg"))
    shutil.copy(bench.path(LAST), bench.path(SECOND))
    outcome = bench.measure()
    assert outcome.photo(f"PT1/{SECOND}/leg.jpg")["segmentation_model"] == "by-darkness+reader"
    assert outcome.photo(f"PT1/{SECOND}/calf.jpg")["segmentation_model"] == "by-darkness"


def test_a_rejected_registration_leaves_its_visit_measured_but_not_compared(bench: Bench) -> None:
    before = bench.measure()
    said = bench.say(bench.rejection(SECOND))
    outcome = bench.measure()
    row = outcome.photo(f"PT1/{SECOND}/calf.jpg")
    assert (row["registered"], row["registration_method"]) == (False, "none")
    assert "rejected by a reader" in row["notes"]
    assert outcome.rows["L02"][1] == (SECOND, None, None)
    reason = outcome.reasons["L02", SECOND]
    assert (
        "visit not registered: rejected by a reader; 2 lesions measured in this photo could not be" in reason
    )
    # a point says which is which in it: that one is measured, and of the others nothing is said
    point = bench.say(bench.point(SECOND, "L02", SMALL))
    outcome = bench.measure()
    assert outcome.rows["L02"][1] == (SECOND, "present", 29)
    assert outcome.reasons["L02", SECOND] == "named by a reader"
    assert outcome.rows["L01"][1] == (SECOND, None, None)
    bench.take_back(said)
    bench.take_back(point)
    assert bench.measure() == before


def test_no_visit_is_bridged_over_one_whose_registration_was_rejected(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bench.sha(FIRST)

    def stepwise(moving: Any, fixed: Any, *, same_site: bool) -> Any:
        """The last visit fits the second, and not the first."""
        far = moving.photo.sha256 == bench.sha(LAST) and fixed.photo.sha256 == first
        return (no_frame if far else one_frame)(moving, fixed, same_site=same_site)

    monkeypatch.setattr(join, "register", stepwise)
    bench.say(bench.point(SECOND, "L09", OTHER))  # another key
    assert f"by way of visit {SECOND}" in bench.measure().photo(f"PT1/{LAST}/calf.jpg")["notes"]
    bench.say(bench.rejection(SECOND))
    assert bench.measure().photo(f"PT1/{LAST}/calf.jpg")["registered"] is False


@pytest.mark.parametrize(
    "more", [{"accepted": True}, {"photo_sha256": "0" * 64}, {"reference_sha256": "0" * 64}]
)
def test_a_judgement_of_other_photos_rejects_nothing(bench: Bench, more: dict[str, Any]) -> None:
    bench.say(bench.rejection(SECOND, **more))
    assert bench.measure().photo(f"PT1/{SECOND}/calf.jpg")["registered"]


def landmarks(bench: Bench, **more: Any) -> Landmarks:
    """The second photo lies 10 px to the right."""
    pairs = [
        PointPair(x=x + 10, y=y, reference_x=x, reference_y=y) for x, y in ((20, 20), (150, 30), (80, 130))
    ]
    hashes = {"photo_sha256": bench.sha(SECOND), "reference_sha256": bench.sha(FIRST)}
    visits = {"visit": SECOND, "reference_visit": FIRST}
    return Landmarks(**{"patient": "PT1", "site": "calf", "pairs": tuple(pairs), **hashes, **visits, **more})


def test_landmarks_of_a_reader_lead_before_those_of_landmarks_csv(bench: Bench) -> None:
    points = "".join(f"PT1,calf,{visit},1,9,9\nPT1,calf,{visit},2,150,99\n" for visit in (FIRST, SECOND))
    bench.write("landmarks.csv", f"patient,site,visit,point,x,y\n{points}")
    assert "2 points of landmarks.csv" in bench.measure().photo(f"PT1/{SECOND}/calf.jpg")["notes"]
    said = bench.say(landmarks(bench))
    outcome = bench.measure()
    row = outcome.photo(f"PT1/{SECOND}/calf.jpg")
    assert (row["registration_method"], row["reference_photo"]) == ("landmarks", f"PT1/{FIRST}/calf.jpg")
    assert "3 points placed by a reader" in row["notes"]
    record = next(p for p in outcome.records[0].photos if p.visit == SECOND)
    assert record.registration is not None
    assert record.registration.matrix[0] == pytest.approx((1, 0, -10), abs=1e-6)
    bench.take_back(said)
    assert "2 points of landmarks.csv" in bench.measure().photo(f"PT1/{SECOND}/calf.jpg")["notes"]


@pytest.mark.parametrize("which", ["photo_sha256", "reference_sha256"])
def test_landmarks_of_another_photo_are_not_used(bench: Bench, which: str) -> None:
    bench.say(landmarks(bench, **{which: bench.sha(LAST)}))
    assert bench.measure().photo(f"PT1/{SECOND}/calf.jpg")["registration_method"] == "skin_texture"


def test_landmarks_placed_after_a_rejection_hold_and_before_it_are_rejected(bench: Bench) -> None:
    name = f"PT1/{SECOND}/calf.jpg"
    bench.say(bench.rejection(SECOND))
    bench.say(landmarks(bench))
    assert bench.measure().photo(name)["registration_method"] == "landmarks"
    bench.say(bench.rejection(SECOND))
    assert bench.measure().photo(name)["registration_method"] == "none"


def test_two_ids_become_one_lesion_and_part_again(bench: Bench) -> None:
    before = bench.measure()
    said = bench.say(bench.same())
    outcome = bench.measure()
    assert outcome.sizes("L01") == [46, 21, 21]
    assert outcome.rows.keys() == {"L01", "L02"}
    assert outcome.called["PT1", "L03"] == "L01", "tables of the study may go on saying L03"
    assert bench.measure() == outcome
    bench.take_back(said)
    assert bench.measure() == before


def test_a_joined_id_is_given_to_no_other_lesion(bench: Bench) -> None:
    bench.say(bench.same())
    bench.put(LAST, THIRD, SMALL, OTHER)
    assert bench.measure().rows.keys() == {"L01", "L02", "L04"}
    anew = bench.measure("anew")
    assert anew.rows.keys() == {"L01", "L02", "L04"}, "numbered anew, around the joined id"
    assert anew.sizes("L01") == [46, 21, 21]


def test_names_in_lesions_csv_may_be_of_a_joined_lesion(bench: Bench) -> None:
    bench.write(
        "lesions.csv", f"patient,site,lesion,visit,x,y\nPT1,calf,L03,{SECOND},{THIRD[0]},{THIRD[1]}\n"
    )
    bench.write("events.csv", "patient,date,event,lesion\nPT1,2024-03-20,excision,L03\n")
    bench.say(bench.same())
    outcome = bench.measure()
    assert outcome.failures == []
    assert [status for _, status, _ in outcome.rows["L01"]] == ["present", "present", "removed"]


@pytest.mark.parametrize("results", ["results", "anew"])
def test_a_point_moves_an_identity(bench: Bench, results: str) -> None:
    """In the results where a reader saw the ids, and in new ones, where the point says which one L01 is."""
    before = bench.measure()
    seen = [] if results == "results" else [bench.place(FIRST, BIG)]
    said = bench.say(bench.point(SECOND, "L01", THIRD, seen))
    outcome = bench.measure(results)
    assert outcome.sizes("L01") == [46, 21, 21]
    assert outcome.rows.keys() == {"L01", "L02"}
    assert bench.measure(results) == outcome
    bench.take_back(said)
    assert bench.measure() == before


def test_a_point_on_an_overlooked_lesion_adds_it(bench: Bench) -> None:
    bench.say(bench.point(SECOND, "L07", (40, 30, 5)))
    outcome = bench.measure()
    assert outcome.rows["L07"][0] == (SECOND, "present", None)
    assert outcome.reasons["L07", SECOND] == "named by a reader, not found by segmentation"
    assert outcome.failures == []
    bench.put(LAST, THIRD, SMALL, OTHER)
    assert bench.measure().rows.keys() == {"L01", "L02", "L03", "L04", "L07"}


def test_a_point_on_a_photo_that_changed_says_nothing(bench: Bench) -> None:
    bench.say(bench.point(SECOND, "L01", THIRD))
    bench.path(SECOND).write_bytes(bench.path(SECOND).read_bytes() + b" ")
    assert bench.measure().rows["L01"][1] == (SECOND, "not_visible", 0)


def test_a_point_on_a_view_that_does_not_stand_for_the_visit_says_nothing(bench: Bench) -> None:
    shutil.copy(bench.path(SECOND), bench.path(SECOND, "calf_2"))
    with bench.path(SECOND, "calf_2").open("ab") as file:
        file.write(b" ")
    value = bench.point(SECOND, "L01", THIRD).model_copy(update={"photo_sha256": bench.sha(SECOND, "calf_2")})
    bench.say(value)
    assert bench.measure().rows["L01"][1] == (SECOND, "not_visible", 0)


def test_names_of_lesions_csv_go_together_with_points(bench: Bench) -> None:
    bench.write("lesions.csv", f"patient,site,lesion,x,y\nPT1,calf,shin,{BIG[0]},{BIG[1]}\n")
    assert bench.measure("named").sizes("shin") == [46, 0, 0]
    bench.say(bench.point(SECOND, "shin", THIRD))
    outcome = bench.measure("named")
    assert outcome.sizes("shin") == [46, 21, 21]
    assert outcome.failures == []


def test_an_id_may_be_joined_to_a_lesion_that_was_named_later(bench: Bench) -> None:
    """The id L01 stays, lesions.csv calls it shin since, and L03 is joined to it by its id."""
    bench.write("lesions.csv", f"patient,site,lesion,x,y\nPT1,calf,shin,{BIG[0]},{BIG[1]}\n")
    bench.say(bench.same())
    outcome = bench.measure()
    assert outcome.sizes("L01") == [46, 21, 21]
    assert outcome.called["PT1", "shin"] == "L01"
    (reason,) = outcome.failures
    assert "'shin' of PT1, calf: it has been L01 since an earlier run" in reason
