"""Measured sizes against shapes whose sizes are known exactly."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.measurement import find_lesions
from lesiontrack.scale import Scale
from lesiontrack.segmentation import Layer, Segmentation

SCALE = Scale(px_per_mm=10.0, px_per_mm_sd=0.1, method="stated")


def drawn(shape, **planes):
    layers = {name: Layer.crop(np.asarray(plane, np.float32)) for name, plane in planes.items()}
    return Segmentation(shape, {name: layer for name, layer in layers.items() if layer is not None})


def grid(shape):
    y, x = np.mgrid[: shape[0], : shape[1]].astype(float)
    return x, y


def ellipse(shape, centre, axes, degrees=0.0, softness=0.0):
    """Axes are full diameters; `softness` is the width in px over which a logistic edge falls."""
    x, y = grid(shape)
    turn = math.radians(degrees)
    u = (x - centre[0]) * math.cos(turn) + (y - centre[1]) * math.sin(turn)
    v = -(x - centre[0]) * math.sin(turn) + (y - centre[1]) * math.cos(turn)
    radius = np.hypot(u / (axes[0] / 2), v / (axes[1] / 2))
    if softness == 0:
        return (radius <= 1).astype(float)
    return 1 / (1 + np.exp((radius - 1) * min(axes) / 2 / softness))


def rectangle(shape, centre, sides, degrees):
    x, y = grid(shape)
    turn = math.radians(degrees)
    u = (x - centre[0]) * math.cos(turn) + (y - centre[1]) * math.sin(turn)
    v = -(x - centre[0]) * math.sin(turn) + (y - centre[1]) * math.cos(turn)
    return ((abs(u) <= sides[0] / 2) & (abs(v) <= sides[1] / 2)).astype(float)


def only(segmentation, scale=None):
    (lesion,) = find_lesions(segmentation, scale)
    return lesion


def test_a_hard_bar_of_ten_pixels_is_ten_long():
    bar = np.zeros((30, 40))
    bar[10:12, 5:15] = 1
    lesion = only(drawn((30, 40), lesion=bar))
    assert lesion.longest_diameter_px == pytest.approx(10.0, abs=0.06)
    assert lesion.area_px == 20


@pytest.mark.parametrize(("softness", "within"), [(0.0, 1.0), (1.0, 0.15)])
@pytest.mark.parametrize("diameter", [20, 41, 80.5, 160])
def test_disc(diameter, softness, within):
    # A hard disc of 80 px can be 81 pixels wide in the direction that happens to be the longest.
    plane = ellipse((220, 240), (118.3, 104.6), (diameter, diameter), softness=softness)
    lesion = only(drawn((220, 240), lesion=plane))
    assert lesion.longest_diameter_px == pytest.approx(diameter, abs=within)
    assert lesion.perpendicular_diameter_px == pytest.approx(diameter, abs=within)
    assert lesion.area_px == pytest.approx(math.pi * diameter**2 / 4, rel=0.01)
    assert lesion.centroid == pytest.approx((118.3, 104.6), abs=0.15)


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 180), st.floats(40, 150), st.floats(0.35, 0.95))
def test_ellipse_at_any_angle(degrees, long_axis, ratio):
    axes = (long_axis, long_axis * ratio)
    plane = ellipse((200, 200), (99.2, 101.7), axes, degrees, softness=1.0)
    lesion = only(drawn((200, 200), lesion=plane))
    assert lesion.longest_diameter_px == pytest.approx(axes[0], abs=0.3)
    assert lesion.perpendicular_diameter_px == pytest.approx(axes[1], rel=0.03)
    assert lesion.area_px == pytest.approx(math.pi * axes[0] * axes[1] / 4, rel=0.02)


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 180))
def test_rectangle_at_any_angle_is_as_long_as_its_diagonal(degrees):
    lesion = only(drawn((160, 160), lesion=rectangle((160, 160), (80.2, 79.6), (90, 30), degrees)))
    diagonal = math.hypot(90, 30)
    assert lesion.longest_diameter_px == pytest.approx(diagonal, abs=1.5)
    # Across the diagonal, a rectangle reaches furthest where the line through one corner meets the long side.
    assert lesion.perpendicular_diameter_px == pytest.approx(30 * diagonal / 90, abs=2.0)
    assert lesion.area_px == pytest.approx(2700, rel=0.03)


@settings(max_examples=15, deadline=None)
@given(st.sampled_from([1.5, 2.0, 3.0]), st.floats(30, 60), st.floats(0, 180))
def test_sizes_grow_with_the_picture(factor, long_axis, degrees):
    def measured(size):
        side = int(90 * size)
        axes = (long_axis * size, 0.6 * long_axis * size)
        plane = ellipse((side, side), (side / 2, side / 2), axes, degrees, softness=size)
        return only(drawn((side, side), lesion=plane))

    small, large = measured(1.0), measured(factor)
    assert large.longest_diameter_px == pytest.approx(factor * small.longest_diameter_px, rel=0.02)
    assert large.area_px == pytest.approx(factor**2 * small.area_px, rel=0.03)
    assert large.area_px_sd == pytest.approx(factor**2 * small.area_px_sd, rel=0.25)


def test_a_concave_region_is_measured_across_it_not_around_it():
    plane = np.zeros((100, 100))
    plane[20:80, 20:30] = 1
    plane[70:80, 20:80] = 1
    lesion = only(drawn((100, 100), lesion=plane))
    assert lesion.longest_diameter_px == pytest.approx(math.hypot(60, 60), abs=1.0)


def test_millimetres_join_both_errors():
    plane = ellipse((120, 120), (60, 60), (60, 40), softness=1.5)
    plain, scaled = only(drawn((120, 120), lesion=plane)), only(drawn((120, 120), lesion=plane), SCALE)
    assert plain.longest_diameter_mm is None
    assert plain.area_mm2 is None
    assert scaled.longest_diameter_mm == pytest.approx(plain.longest_diameter_px / 10)
    assert scaled.area_mm2 == pytest.approx(plain.area_px / 100)
    assert scaled.longest_diameter_mm_sd == pytest.approx(
        math.hypot(plain.longest_diameter_px_sd / 10, 0.01 * scaled.longest_diameter_mm)
    )
    assert scaled.area_mm2_sd == pytest.approx(math.hypot(plain.area_px_sd / 100, 0.02 * scaled.area_mm2))


def test_scale_is_read_at_the_lesion():
    tilted = Scale(10.0, 0.1, "ruler", origin=(0.0, 0.0), gradient=(0.001, 0.0))
    near = only(drawn((100, 300), lesion=ellipse((100, 300), (40, 50), (40, 40))), tilted)
    far = only(drawn((100, 300), lesion=ellipse((100, 300), (240, 50), (40, 40))), tilted)
    assert far.longest_diameter_mm < near.longest_diameter_mm
    assert near.longest_diameter_mm == pytest.approx(near.longest_diameter_px / tilted.at(near.centroid))


def test_a_softer_edge_is_less_certain():
    sds = [
        only(
            drawn((140, 140), lesion=ellipse((140, 140), (70, 70), (70, 70), softness=softness))
        ).longest_diameter_px_sd
        for softness in (0.3, 2.0, 5.0)
    ]
    assert sds[0] < sds[1] < sds[2]
    # logit(0.7) = 0.85 softness widths to either side, on both ends, is 2 x 0.524 sd.
    assert sds[1] == pytest.approx(2 * 0.847 * 2.0 / 0.5244, rel=0.1)


def test_doubt_that_it_is_a_lesion_leaves_its_size():
    sure = ellipse((140, 140), (70, 70), (70, 70), softness=1.5)
    doubted = np.where(sure > 0.5, 0.5 + (sure - 0.5) * 0.4, sure)
    one, other = only(drawn((140, 140), lesion=sure)), only(drawn((140, 140), lesion=doubted))
    assert other.area_px == one.area_px
    assert other.longest_diameter_px == pytest.approx(one.longest_diameter_px, abs=1.0)
    assert one.confidence > 0.95
    assert other.confidence == pytest.approx(0.7, abs=0.05)


def test_ulcer_and_lesion_are_one_region():
    lesion = ellipse((100, 160), (60, 50), (50, 40))
    ulcer = ellipse((100, 160), (85, 50), (30, 20))
    both = only(drawn((100, 160), lesion=lesion, ulcer=ulcer), SCALE)
    union = (lesion > 0) | (ulcer > 0)
    assert both.area_px == union.sum()
    assert both.ulcer_area_px == ulcer.sum()
    assert both.ulcer_area_mm2 == pytest.approx(ulcer.sum() / 100)
    assert both.longest_diameter_px == pytest.approx(65, abs=1.0)


def test_an_ulcer_alone_is_a_region():
    ulcer = ellipse((100, 160), (85, 50), (30, 20))
    assert only(drawn((100, 160), ulcer=ulcer)).ulcer_area_px == ulcer.sum()


def test_holes_are_filled_specks_dropped_and_order_is_by_size():
    plane = ellipse((200, 300), (60, 60), (40, 40))
    plane += ellipse((200, 300), (200, 100), (90, 90))
    plane[90:110, 190:210] = 0
    plane[5:8, 5:8] = 1
    first, second = find_lesions(drawn((200, 300), lesion=plane), None)
    assert first.area_px == pytest.approx(math.pi * 45**2, rel=0.01)
    assert second.area_px == pytest.approx(math.pi * 20**2, rel=0.02)


def test_the_soft_edges_of_neighbours_stay_apart():
    shape = (100, 200)
    left = ellipse(shape, (60, 50), (60, 60), softness=3)
    right = ellipse(shape, (128, 50), (60, 60), softness=3)
    apart = find_lesions(drawn(shape, lesion=np.maximum(left, right)), None)
    alone = only(drawn(shape, lesion=left))
    assert len(apart) == 2
    for lesion in apart:
        assert lesion.area_px_sd == pytest.approx(alone.area_px_sd, rel=0.3)


def test_offset_mask_and_contour_are_in_the_photo():
    plane = ellipse((150, 250), (180, 40), (50, 30))
    lesion = only(drawn((150, 250), lesion=plane))
    whole = np.zeros((150, 250), bool)
    x, y = lesion.offset
    height, width = lesion.mask.shape
    whole[y : y + height, x : x + width] = lesion.mask
    assert (whole == (plane > 0)).all()
    painted = np.zeros((150, 250), np.uint8)
    cv2.fillPoly(painted, [np.round(lesion.contour).astype(np.int32)], 1)
    assert (painted > 0).sum() == pytest.approx(plane.sum(), rel=0.06)


@pytest.mark.parametrize(("centre", "met"), [((100, 75), False), ((10, 75), True), ((185, 75), True)])
def test_meeting_the_frame_is_told(centre, met):
    plane = ellipse((150, 200), centre, (50, 50))
    assert only(drawn((150, 200), lesion=plane)).touches_border is met


def test_meeting_a_ruler_is_told_and_a_hair_is_not():
    shape = (150, 200)
    disc = ellipse(shape, (100, 75), (60, 60))
    ruler = np.zeros(shape)
    ruler[100:] = 1
    cut = disc * (1 - ruler)
    hair = np.zeros(shape)
    hair[:, 99:101] = 1
    assert only(drawn(shape, lesion=cut, obstruction=ruler)).touches_border
    assert not only(drawn(shape, lesion=disc, obstruction=hair)).touches_border


def test_nothing_found_is_an_empty_list():
    assert find_lesions(Segmentation((50, 50)), None) == []
    assert find_lesions(drawn((50, 50), lesion=np.full((50, 50), 0.3)), None) == []
