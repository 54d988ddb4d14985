"""Rendered rulers with exact truth: what is read, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lesiontrack.photo import Photo
from lesiontrack.scale import Scale, explain_scale, find_scale

from .rendered import (
    RulerDrawing,
    Scene,
    eighths,
    equal,
    half_millimetres,
    millimetres,
    ruler_photo,
    sixteenths,
)

PLAIN = RulerDrawing()


def relative_error(photo: Photo, ruler: RulerDrawing) -> float:
    scale, why = explain_scale(photo)
    assert scale is not None, why
    assert scale.method == "ruler"
    return scale.at(ruler.centre) / ruler.px_per_mm - 1


@pytest.mark.parametrize("angle", [0, 17, 45, 73, 90, 128, 161])
def test_any_rotation_is_read(angle: float) -> None:
    ruler = replace(PLAIN, angle_deg=angle, ticks=21)
    assert abs(relative_error(ruler_photo(ruler), ruler)) < 0.003


@pytest.mark.parametrize(("px_per_mm", "ticks"), [(5.5, 41), (9, 31), (22, 15), (40, 9)])
def test_small_and_large_spacings_are_read(px_per_mm: float, ticks: int) -> None:
    ruler = replace(PLAIN, px_per_mm=px_per_mm, ticks=ticks)
    assert abs(relative_error(ruler_photo(ruler), ruler)) < 0.004


@pytest.mark.parametrize(
    ("ink", "carrier"),
    [
        ((230, 230, 230), (30, 30, 32)),
        ((60, 170, 200), (240, 240, 240)),
        ((150, 150, 150), (225, 222, 210)),
        ((40, 40, 40), (215, 195, 120)),
    ],
    ids=["white on black", "cyan", "pale", "yellowed"],
)
def test_any_print_is_read(ink: tuple[int, int, int], carrier: tuple[int, int, int]) -> None:
    ruler = replace(PLAIN, ink=ink, carrier=carrier)
    assert abs(relative_error(ruler_photo(ruler), ruler)) < 0.003


def test_bent_ruler_is_read_along_its_bend() -> None:
    ruler = replace(PLAIN, bend_per_mm=0.02, angle_deg=0)
    scale, why = explain_scale(ruler_photo(ruler))
    assert scale is not None, why
    arc = np.array(scale.support)
    length = np.hypot(*np.diff(arc, axis=0).T).sum()
    # The ticks are read in their middle, on a circle of smaller radius than the edge.
    assert length / scale.px_per_mm == pytest.approx(24, abs=0.3)
    assert scale.px_per_mm == pytest.approx(14, rel=0.05)


def test_perspective_gives_the_local_scale() -> None:
    ruler = replace(PLAIN, taper=0.10, angle_deg=25, px_per_mm=13)
    scene = Scene()
    scene.draw(ruler)
    scale = find_scale(scene.photo())
    assert scale is not None
    for along in (-10.0, 0.0, 10.0):
        point = scene.place(ruler, np.array(along), np.array(2.0))
        truth = 13 * (1 + 0.10 * along / 24)
        assert scale.at(point) == pytest.approx(truth, rel=0.006)


def test_hair_and_missing_ticks_do_not_matter() -> None:
    ruler = replace(PLAIN, missing=(4, 11, 12, 19))
    assert abs(relative_error(ruler_photo(ruler, hair=60), ruler)) < 0.005


def test_half_millimetres_are_told_from_millimetres() -> None:
    ruler = replace(PLAIN, pitch_mm=0.5, ticks=47, length_mm=half_millimetres, px_per_mm=18, width_mm=0.15)
    scale, why = explain_scale(ruler_photo(ruler))
    assert scale is not None, why
    assert scale.px_per_mm == pytest.approx(18, rel=0.005)
    assert "half millimetres" in why


@pytest.mark.parametrize(("length", "pitch"), [(sixteenths, 25.4 / 16), (eighths, 25.4 / 8)])
def test_fractions_of_an_inch_are_refused(length: object, pitch: float) -> None:
    ruler = RulerDrawing(px_per_mm=10, pitch_mm=pitch, ticks=int(44 / pitch) + 1, length_mm=length)  # type: ignore[arg-type]
    scale, why = explain_scale(ruler_photo(ruler))
    assert scale is None
    assert "inch" in why


def test_inch_edge_does_not_hide_the_millimetre_edge() -> None:
    scene = Scene()
    mm = replace(PLAIN, angle_deg=0, px_per_mm=12, ticks=36, centre=(260, 120), depth_mm=7)
    scene.draw(mm)
    scene.draw(RulerDrawing(12, 180, 20, 25.4 / 16, sixteenths, centre=(260, 230), depth_mm=9, width_mm=0.4))
    scale, why = explain_scale(scene.photo())
    assert scale is not None, why
    assert scale.px_per_mm == pytest.approx(12, rel=0.004)


def test_equal_ticks_are_millimetres_and_say_that_this_is_assumed() -> None:
    ruler = replace(PLAIN, length_mm=equal, depth_mm=2.0)
    scale, why = explain_scale(ruler_photo(ruler))
    assert scale is not None, why
    assert "assumed" in why
    assert scale.assumed_unit
    agreed, why = explain_scale(ruler_photo(ruler), ruler.px_per_mm * 1.02)
    assert agreed is not None, why
    assert not agreed.assumed_unit
    assert "the stated px/mm agrees" in why


def test_a_pattern_of_long_ticks_is_no_assumption() -> None:
    scale, why = explain_scale(ruler_photo(PLAIN))
    assert scale is not None, why
    assert not scale.assumed_unit


def test_centimetre_ticks_alone_are_refused() -> None:
    ruler = RulerDrawing(
        px_per_mm=1.6, pitch_mm=10, ticks=15, length_mm=lambda _: 6.0, width_mm=0.8, depth_mm=25
    )
    assert find_scale(ruler_photo(ruler)) is None


def test_unresolved_millimetres_do_not_turn_centimetres_into_millimetres() -> None:
    for px_per_mm in (1.2, 1.8, 2.4, 3.0):
        ruler = RulerDrawing(px_per_mm=px_per_mm, ticks=101, depth_mm=14)
        scale = find_scale(ruler_photo(ruler))
        assert scale is None or scale.px_per_mm == pytest.approx(px_per_mm, rel=0.02)


def test_two_rulers_that_disagree_give_no_scale() -> None:
    scene = Scene()
    scene.draw(replace(PLAIN, angle_deg=0, px_per_mm=14, centre=(260, 110), depth_mm=7))
    scene.draw(replace(PLAIN, angle_deg=0, px_per_mm=10, centre=(260, 330), depth_mm=7))
    scale, why = explain_scale(scene.photo())
    assert scale is None
    assert "disagree" in why


def test_small_ruler_in_the_corner_of_a_large_photo() -> None:
    scene = Scene(width=520, height=400)
    ruler = replace(PLAIN, px_per_mm=12, ticks=31)
    scene.draw(ruler)
    crop = scene.photo().pixels
    rng = np.random.default_rng(5)
    ground = np.array([196, 150, 128]) + rng.normal(0, 5, (3000, 4000, 1))
    pixels = np.clip(ground, 0, 255).astype(np.uint8)
    pixels[-420:-20, -560:-40] = crop
    scale, why = explain_scale(Photo(pixels, "0" * 64))
    assert scale is not None, why
    assert scale.px_per_mm == pytest.approx(12, rel=0.004)
    assert scale.origin == pytest.approx((4000 - 560 + 260, 3000 - 420 + 190), abs=40)


def stripes(period: float, height: int = 400, width: int = 520) -> Photo:
    x = np.arange(width)
    row = 120 + 60 * np.sign(np.sin(2 * np.pi * x / period))
    return Photo(np.repeat(np.tile(row, (height, 1))[..., None], 3, axis=2).astype(np.uint8), "0" * 64)


@pytest.mark.parametrize("period", [6, 11, 17, 30])
def test_stripes_over_the_whole_picture_are_no_ruler(period: float) -> None:
    assert find_scale(stripes(period)) is None


def test_dashed_frame_is_no_ruler() -> None:
    scene = Scene()
    dashes = [np.array([[x, 380], [x + 9, 380], [x + 9, 384], [x, 384]], float) for x in range(10, 500, 15)]
    scene.fill(dashes, (20, 20, 20))
    assert find_scale(scene.photo()) is None


@pytest.mark.parametrize("seed", range(4))
def test_skin_and_hair_alone_give_no_scale(seed: int) -> None:
    scene = Scene(seed=seed)
    scene.hair(120)
    assert explain_scale(scene.photo()) == (None, "no ruler found")


@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (40, 40)])
def test_tiny_pictures_give_no_scale(shape: tuple[int, int]) -> None:
    assert find_scale(Photo(np.full((*shape, 3), 128, np.uint8), "0" * 64)) is None


def test_stated_scale_is_used_without_a_ruler() -> None:
    photo = Scene().photo()
    scale, why = explain_scale(photo, 8.0)
    assert scale is not None
    assert (scale.px_per_mm, scale.px_per_mm_sd, scale.method) == (8.0, 0.16, "stated")
    assert "no ruler found" in why


def test_ruler_wins_over_a_stated_scale_that_agrees_and_refuses_one_that_does_not() -> None:
    photo = ruler_photo(PLAIN)
    agreed = find_scale(photo, 14.5)
    assert agreed is not None
    assert agreed.method == "ruler"
    scale, why = explain_scale(photo, 20.0)
    assert scale is None
    assert "20 is stated" in why


@pytest.mark.parametrize("stated", [0.0, -3.0, float("nan"), float("inf")])
def test_impossible_stated_scale_is_an_error(stated: float) -> None:
    with pytest.raises(ValueError, match="must be a positive number"):
        find_scale(Scene().photo(), stated)


def test_deviation_covers_the_error_on_rendered_rulers() -> None:
    for seed in range(6):
        ruler = replace(PLAIN, angle_deg=30.0 * seed + 4, ticks=9 + 3 * seed, length_mm=millimetres)
        photo = ruler_photo(ruler, hair=20, seed=seed)
        scale, why = explain_scale(photo)
        assert scale is not None, why
        assert 0.009 < scale.px_per_mm_sd / scale.px_per_mm < 0.04
        assert abs(scale.at(ruler.centre) - ruler.px_per_mm) < 2 * scale.px_per_mm_sd


def test_scale_is_kept_beyond_the_ends_of_its_support() -> None:
    scale = Scale(10.0, 0.1, "ruler", (100.0, 50.0), (0.001, 0.0), ((50.0, 50.0), (150.0, 50.0)))
    assert scale.at((100.0, 400.0)) == pytest.approx(10.0)
    assert scale.at((130.0, 50.0)) == pytest.approx(10.3)
    assert scale.at((900.0, 50.0)) == pytest.approx(10.5)
    assert Scale(10.0, 0.1, "stated").at((5.0, 5.0)) == 10.0
