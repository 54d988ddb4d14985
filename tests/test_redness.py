"""Which reference redness is measured against, and that the numbers are those that were drawn."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lesiontrack import redness
from lesiontrack.arrays import Mask, Pixels
from lesiontrack.colour import ColourCorrection, lab_to_linear, linear_to_srgb
from lesiontrack.photo import Photo
from lesiontrack.redness import View, measure_redness
from lesiontrack.registration import Registration, identity
from lesiontrack.segmentation import Layer, Segmentation

SHAPE = (300, 420)
PX_PER_MM = 5.0
SKIN = (65.0, 10.0, 18.0)
LESION: Mask = np.zeros(SHAPE, bool)
LESION[130:170, 190:230] = True
CALIBRATED = ColourCorrection("ruler_white", None, np.eye(3))
UNCALIBRATED = ColourCorrection("none", None, np.eye(3))


def picture(redder: float) -> Pixels:
    lab = np.empty((*SHAPE, 3))
    lab[:] = SKIN
    lab[..., 1] += redder
    lab[LESION] = (35.0, 12.0, 10.0)
    noise = np.random.default_rng(0).normal(0, 0.004, lab.shape)
    linear = np.clip(np.asarray(lab_to_linear(lab)) + noise, 0, 1)
    return np.asarray(np.round(linear_to_srgb(linear) * 255), np.uint8)


def view(redder: float, colour: ColourCorrection = CALIBRATED) -> View:
    layers = {
        "skin": Layer(0, 0, np.full(SHAPE, 255, np.uint8)),
        "lesion": Layer(0, 0, LESION.astype(np.uint8) * 255),
    }
    return View(Photo(picture(redder), "0" * 64), colour, Segmentation(SHAPE, layers), LESION, PX_PER_MM)


def measured(
    now: View,
    *,
    margin_mm: float | None,
    baseline: View | None = None,
    registration: Registration | None = None,
    **options: Any,
) -> redness.Redness:
    return measure_redness(
        now,
        (LESION,),
        margin_mm=margin_mm,
        baseline=baseline,
        registration=registration or identity(SHAPE),
        **options,
    )


@pytest.mark.parametrize("redder", [0.0, 3.0, 8.0])
def test_redness_against_the_own_baseline_is_what_was_drawn(redder: float) -> None:
    result = measured(view(redder), margin_mm=100.0, baseline=view(0.0))
    assert result.reference.startswith(redness.BASELINE)
    assert result.field is not None
    assert result.field.delta_a == pytest.approx(redder, abs=0.4)
    assert result.field_fraction is not None
    assert 0 < result.field_fraction < 0.2


def test_the_baseline_itself_is_no_reference_for_itself() -> None:
    result = measured(view(0.0), margin_mm=100.0, is_baseline=True)
    assert result.reference == redness.ITSELF
    assert result.field is None


def test_without_a_photo_before_treatment_the_field_is_not_measured_and_the_ring_is_marked() -> None:
    result = measured(view(5.0), margin_mm=100.0)
    assert result.field is None
    assert result.reason.startswith("no photo before the treatment to compare with")
    assert result.reference == redness.RING
    assert result.lesions[0] is not None


def test_the_reason_for_a_missing_baseline_and_the_name_of_a_found_one_are_the_callers() -> None:
    missing = measured(view(5.0), margin_mm=100.0, no_baseline="the baseline photo has no scale")
    assert missing.reason.startswith("the baseline photo has no scale")
    found = measured(view(5.0), margin_mm=100.0, baseline=view(0.0), baseline_name=redness.FIRST_PHOTO)
    assert found.reference.startswith("own first photo")


def test_without_calibrated_colour_the_field_is_not_measured_and_the_ring_is_marked() -> None:
    result = measured(view(5.0, UNCALIBRATED), margin_mm=100.0, baseline=view(0.0))
    assert result.field is None
    assert "not calibrated" in result.reason
    assert result.reference == redness.RING
    assert result.lesions[0] is not None


def test_without_aligned_skin_the_baseline_is_no_reference() -> None:
    loose = replace(identity(SHAPE), method="lesion_position")
    result = measured(view(5.0), margin_mm=100.0, baseline=view(0.0), registration=loose)
    assert result.field is None
    assert "not aligned" in result.reason


def test_untreated_skin_in_the_same_photo_comes_first() -> None:
    now = view(0.0)
    result = measured(now, margin_mm=15.0, baseline=view(0.0))
    assert result.reference == redness.BEYOND
    assert result.field is not None
    assert result.field.delta_a == pytest.approx(0.0, abs=0.3)


def test_where_no_skin_is_treated_the_skin_around_the_lesion_is_the_reference() -> None:
    result = measured(view(0.0), margin_mm=None)
    assert result.reference == redness.PERILESIONAL
    assert result.field is None
    assert result.reason == ""
