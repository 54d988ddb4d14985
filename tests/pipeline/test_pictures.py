"""Crops of a lesion: what of a photo-wide mask is drawn on them."""

from __future__ import annotations

import numpy as np
import pytest

from lesiontrack.pipeline.pictures import CROP_PX, in_view, window
from lesiontrack.segmentation.layers import Layer


def layer(x: int, y: int, width: int, height: int) -> Layer:
    return Layer(x, y, np.full((height, width), 255, np.uint8))


def test_what_a_crop_shows_of_a_layer_is_cut_just_outside_of_it() -> None:
    mask, (x, y) = in_view(layer(0, 0, 1000, 800), window((400.0, 300.0), CROP_PX))
    assert mask.all()
    assert x < 400 - CROP_PX / 2
    assert x + mask.shape[1] > 400 + CROP_PX / 2
    assert mask.shape[1] < CROP_PX + 10
    assert y < 300 - CROP_PX / 2


@pytest.mark.parametrize("centre", [(-4000.0, 300.0), (5000.0, 5000.0)])
def test_a_layer_out_of_view_leaves_nothing(centre: tuple[float, float]) -> None:
    mask, _ = in_view(layer(30, 40, 100, 50), window(centre, CROP_PX))
    assert not mask.any()


def test_the_offset_is_that_of_the_photo() -> None:
    mask, offset = in_view(layer(390, 290, 20, 20), window((400.0, 300.0), CROP_PX))
    assert offset == (390, 290)
    assert mask.shape == (20, 20)
