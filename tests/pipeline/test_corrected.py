"""Readers' corrections on sites: what they change, that it lasts, and that it can be taken back.

Photos are outlined by their darkness and taken to be of one frame, as segmentation and registration are not
asked here; `test_corrected_runs.py` has whole runs.
"""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from lesiontrack.corrections import Landmarks, PointPair
from lesiontrack.pipeline import join

from ..corrections.drawing import box
from .bench import SHAPE, SMALL, VISITS, Bench, no_frame, one_frame

FIRST, SECOND, LAST = VISITS
OTHER = (40, 120, 12)


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
    seen = {t.sightings[-2].measures.get("area_px") for t in outcome.records[0].tracks}
    assert {area for area in seen if area} == {320}, "one is as drawn, the other was erased"
    # erased, but the photo is dark there: whether it is gone is another question, and has its own answer
    assert outcome.rows["L02"][1] == (SECOND, None, None)
    assert "a rest may be left" in outcome.reasons["L02", SECOND]
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
