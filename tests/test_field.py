"""Geometry of rims and treated fields, on drawn masks with exact truth."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lesiontrack.arrays import Mask
from lesiontrack.field import RIM_MM, rim, ring, treated_field
from lesiontrack.segmentation import Layer, Segmentation

SHAPE = (400, 600)
PX_PER_MM = 4.0


def masks(**named: Mask) -> Segmentation:
    layers = {name: Layer(0, 0, mask.astype(np.uint8) * 255) for name, mask in named.items()}
    return Segmentation(SHAPE, layers)


def disc(x: float, y: float, radius: float) -> Mask:
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    return np.asarray(np.hypot(columns - x, rows - y) <= radius)


ALL = np.ones(SHAPE, bool)


def test_a_field_wholly_in_frame_has_fraction_one() -> None:
    lesion = disc(300, 200, 20)
    field = treated_field(masks(skin=ALL, lesion=lesion), lesion, PX_PER_MM, 20.0)
    assert field.fraction == pytest.approx(1.0, abs=0.02)
    expected = math.pi * ((20 + 20 * PX_PER_MM) ** 2 - 20**2)
    assert field.mask.sum() == pytest.approx(expected, rel=0.03)
    assert not (field.mask & lesion).any()
    assert not (field.mask & field.beyond).any()


def test_a_field_half_out_of_frame_says_so() -> None:
    lesion = disc(0, 200, 20)
    field = treated_field(masks(skin=ALL, lesion=lesion), lesion, PX_PER_MM, 20.0)
    assert field.fraction == pytest.approx(0.5, abs=0.08)


def test_a_margin_wider_than_the_frame_leaves_no_untreated_skin() -> None:
    lesion = disc(300, 200, 20)
    field = treated_field(masks(skin=ALL, lesion=lesion), lesion, PX_PER_MM, 100.0)
    assert not field.beyond.any()
    whole = math.pi * (20 + 100 * PX_PER_MM) ** 2
    assert field.fraction == pytest.approx(SHAPE[0] * SHAPE[1] / whole, rel=0.05)


def test_what_hides_skin_is_not_field() -> None:
    lesion, ruler = disc(300, 200, 20), np.zeros(SHAPE, bool)
    ruler[300:] = True
    field = treated_field(masks(skin=ALL & ~ruler, lesion=lesion, obstruction=ruler), lesion, PX_PER_MM, 30.0)
    assert not (field.mask & ruler).any()
    assert not (field.beyond & ruler).any()


def test_no_lesion_has_no_field() -> None:
    with pytest.raises(ValueError, match="no lesion's place"):
        treated_field(masks(skin=ALL), np.zeros(SHAPE, bool), PX_PER_MM, 30.0)


def test_rim_and_ring_lie_at_their_distances() -> None:
    lesion = disc(300, 200, 20)
    segmentation = masks(skin=ALL, lesion=lesion)
    near, far = rim(segmentation, lesion, PX_PER_MM), ring(segmentation, lesion, PX_PER_MM)
    assert not (near & far).any()
    assert near.sum() == pytest.approx(math.pi * ((20 + RIM_MM * PX_PER_MM) ** 2 - 20**2), rel=0.03)
    rows, columns = np.nonzero(far)
    distance = (np.hypot(columns - 300, rows - 200) - 20) / PX_PER_MM
    assert distance.min() >= RIM_MM - 0.5
    assert distance.max() <= 2 * RIM_MM + 0.5
