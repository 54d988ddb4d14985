"""Which photo is a site's reference, and which may be the baseline that redness is measured against."""

from __future__ import annotations

from pathlib import Path

import pytest

from lesiontrack import redness
from lesiontrack.measurement import find_lesions
from lesiontrack.pipeline.join import choose_reference
from lesiontrack.pipeline.prepare import Prepared
from lesiontrack.pipeline.record import SightingRecord
from lesiontrack.pipeline.score import Series, score_tracks
from lesiontrack.quality import Quality
from lesiontrack.registration import PreparedPhoto, identity
from lesiontrack.scale import Scale
from lesiontrack.study.model import PhotoEntry
from lesiontrack.tracking import Sighting, Track
from tests.test_redness import LESION, PX_PER_MM, SHAPE, view

CENTRE = (209.5, 149.5)


def photo(visit: str, redder: float = 0.0, *, scaled: bool = True, verdict: str = "good") -> Prepared:
    drawn = view(redder)
    scale = Scale(PX_PER_MM, 0.05, "ruler") if scaled else None
    lesions = tuple(find_lesions(drawn.segmentation, scale))
    assert lesions
    return Prepared(
        entry=PhotoEntry(Path(f"{visit}.jpg"), f"{visit}.jpg", "P1", visit, "left-calf"),
        photo=drawn.photo,
        found=PreparedPhoto(drawn.photo, drawn.segmentation, scale, lesions),
        colour=drawn.colour,
        quality=Quality(verdict, "", 1.0, 0.0, 0.0, 1.0, 0.0),
        notes=(),
    )


def scored(
    photos: list[Prepared], days: dict[str, int], folder: Path, *, from_treatment: bool = True
) -> dict[str, SightingRecord]:
    reference = choose_reference(days, photos)
    assert reference is not None
    track = Track(
        CENTRE,
        None,
        tuple(Sighting(p.entry.visit, "present", p.found.lesions[0], CENTRE, True) for p in photos),
    )
    joined = {p.entry.visit: identity(SHAPE) for p in photos}
    series = Series(photos, reference, joined, days, from_treatment)
    (record,) = score_tracks([track], series, margin_mm=100.0, folder=folder)
    return {sighting.visit: sighting for sighting in record.sightings}


def test_the_lesion_of_the_drawn_photo_is_found() -> None:
    assert photo("a").found.lesions[0].area_px == pytest.approx(LESION.sum(), rel=0.05)


def test_redness_is_measured_against_the_photo_before_treatment(tmp_path: Path) -> None:
    found = scored([photo("a"), photo("b", 6.0)], {"a": 0, "b": 21}, tmp_path)
    assert found["a"].measures["erythema_reference"] == redness.ITSELF
    assert str(found["b"].measures["erythema_reference"]).startswith(redness.BASELINE)
    assert found["b"].measures["field_delta_a"] == pytest.approx(6.0, abs=0.5)


def test_a_photo_under_treatment_is_no_baseline(tmp_path: Path) -> None:
    """Else skin that stays inflamed would count as not red."""
    found = scored([photo("a", 8.0), photo("b", 8.0)], {"a": 20, "b": 28}, tmp_path)
    for sighting in found.values():
        assert sighting.measures["erythema_reference"] == redness.RING
        assert "field_delta_a" not in sighting.measures
        assert str(sighting.measures["inflammation_note"]).startswith(redness.NOTHING_BEFORE)


def test_the_first_photo_is_not_called_a_baseline_where_no_treatment_start_is_known(tmp_path: Path) -> None:
    found = scored([photo("a"), photo("b", 6.0)], {"a": 0, "b": 21}, tmp_path, from_treatment=False)
    assert str(found["b"].measures["erythema_reference"]).startswith(redness.FIRST_PHOTO)


def test_a_baseline_without_a_scale_is_said_and_is_not_taken_for_the_visit_itself(tmp_path: Path) -> None:
    found = scored([photo("a", scaled=False), photo("b", 6.0)], {"a": 0, "b": 21}, tmp_path)
    assert found["b"].measures["erythema_reference"] == redness.RING
    assert str(found["b"].measures["inflammation_note"]).startswith("the baseline photo has no scale")
    assert found["b"].measures["delta_a"] is not None


@pytest.mark.parametrize(
    ("unscaled", "not_evaluable", "chosen"),
    [("", "", "b"), ("b", "", "a"), ("ab", "", "b"), ("a", "b", "a"), ("", "ab", "c")],
)
def test_the_reference_is_evaluable_then_scaled_then_late(
    unscaled: str, not_evaluable: str, chosen: str
) -> None:
    photos = [
        photo(name, scaled=name not in unscaled, verdict="not_evaluable" if name in not_evaluable else "good")
        for name in "abc"
    ]
    reference = choose_reference({"a": -7, "b": 0, "c": 14}, photos)
    assert reference is not None
    assert reference.entry.visit == chosen


def test_an_unscaled_photo_is_the_reference_where_none_has_a_scale() -> None:
    photos = [photo("a", scaled=False), photo("b", scaled=False)]
    assert choose_reference({"a": -7, "b": 0}, photos) is photos[1]
