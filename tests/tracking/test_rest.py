"""What is left at a place where nothing was outlined."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from lesiontrack.arrays import Mask, Pixels
from lesiontrack.segmentation import Layer, Segmentation
from lesiontrack.tracking.place import look_at
from lesiontrack.tracking.rest import rest_at

SIDE = 300
PLACE, RADIUS = (150.0, 140.0), 20.0


def skin(*, texture: float = 3.0) -> Pixels:
    """Uneven light over grainy skin."""
    rng = np.random.default_rng(7)
    grain = cv2.GaussianBlur(rng.normal(0, 1, (SIDE, SIDE)).astype(np.float32), (0, 0), 1.5)
    grain *= texture / grain.std()
    light = np.linspace(-12, 12, SIDE)[None, :]
    pixels = np.stack([c + grain + light for c in (205.0, 160.0, 140.0)], axis=-1)
    return np.clip(pixels, 0, 255).astype(np.uint8)


def with_spot(pixels: Pixels, radius: float, darker: int) -> Pixels:
    y, x = np.mgrid[:SIDE, :SIDE]
    changed = pixels.astype(int)
    changed[np.hypot(x - PLACE[0] - 4, y - PLACE[1]) <= radius] -= darker
    return np.clip(changed, 0, 255).astype(np.uint8)


def layers(**masks: Mask) -> Segmentation:
    found = {name: Layer.crop(mask.astype(np.float32)) for name, mask in masks.items()}
    return Segmentation((SIDE, SIDE), {name: layer for name, layer in found.items() if layer is not None})


EVERYWHERE = np.ones((SIDE, SIDE), bool)
BARE = layers(skin=EVERYWHERE)


def test_bare_skin_under_uneven_light_is_clear() -> None:
    rest = rest_at(skin(), BARE, PLACE, RADIUS)
    assert rest is not None
    assert not rest.may_be_left
    assert look_at(BARE, PLACE, RADIUS, skin()).what == "clear"


@pytest.mark.parametrize(("radius", "darker"), [(18, 12), (9, 25), (7, 60)])
def test_a_faint_or_small_rest_is_found_though_nothing_was_outlined(radius: float, darker: int) -> None:
    look = look_at(BARE, PLACE, RADIUS, with_spot(skin(), radius, darker))
    assert look.what == "doubtful"
    assert "a rest may be left" in look.why


def test_a_lighter_spot_is_no_rest() -> None:
    assert look_at(BARE, PLACE, RADIUS, with_spot(skin(), 15, -25)).what == "clear"


def test_a_hair_is_no_rest() -> None:
    hairy = skin().copy()
    cv2.line(hairy, (120, 90), (190, 200), (70, 50, 40), 2)
    assert look_at(BARE, PLACE, RADIUS, hairy).what == "clear"


def test_what_is_there_everywhere_is_no_rest() -> None:
    """Freckles around make a freckle at the place usual."""
    freckled = skin().copy()
    rng = np.random.default_rng(3)
    for x, y in rng.uniform(0, SIDE, (110, 2)):
        cv2.circle(freckled, (int(x), int(y)), 5, (150, 105, 85), -1)
    cv2.circle(freckled, (int(PLACE[0]), int(PLACE[1])), 5, (150, 105, 85), -1)
    rest = rest_at(freckled, BARE, PLACE, RADIUS)
    assert rest is not None
    assert rest.usual > 3 or not rest.may_be_left


def test_a_lesion_beside_it_is_not_taken_for_skin() -> None:
    y, x = np.mgrid[:SIDE, :SIDE]
    lesion = np.hypot(x - 230, y - 140) <= 40
    pixels = skin().copy()
    pixels[lesion] = (90, 50, 45)
    found = layers(skin=EVERYWHERE, lesion=lesion)
    assert look_at(found, PLACE, RADIUS, pixels).what == "clear"
    assert look_at(found, PLACE, RADIUS, with_spot(pixels, 9, 25)).what == "doubtful"


def test_without_skin_around_nothing_is_said() -> None:
    y, x = np.mgrid[:SIDE, :SIDE]
    near = np.hypot(x - PLACE[0], y - PLACE[1]) <= 1.2 * RADIUS
    found = layers(skin=near, obstruction=~near)
    assert rest_at(skin(), found, PLACE, RADIUS) is None
    assert look_at(found, PLACE, RADIUS, skin()).what == "doubtful"


def test_a_photo_without_any_texture_is_judged_too() -> None:
    flat = np.full((SIDE, SIDE, 3), (205, 160, 140), np.uint8)
    assert look_at(BARE, PLACE, RADIUS, flat).what == "clear"
    assert look_at(BARE, PLACE, RADIUS, with_spot(flat, 12, 40)).what == "doubtful"
