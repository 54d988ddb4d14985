"""The truth of a rendered photo agrees with its pixels."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from lesiontrack.phantom import (
    CameraSpec,
    LesionSpec,
    RulerSpec,
    SiteSpec,
    UlcerSpec,
    VisitSpec,
    render_visit,
)
from lesiontrack.phantom.camera import map_points
from lesiontrack.phantom.outline import make_outline, polygon_area
from lesiontrack.phantom.truth import union_size

LESIONS = (
    LesionSpec("A", (-8.0, -3.0), (12.0, 9.0), angle_deg=30),
    LesionSpec("B", (9.0, -4.0), (8.0, 7.0), "nodule", ulcer=UlcerSpec(((0, 4.0),))),
)
SITE = SiteSpec("left-calf", lesions=LESIONS, extent_mm=(80.0, 70.0), hairs_per_cm2=0.3)
CAMERA = CameraSpec(width=480, height=360, px_per_mm=9.0, rotation_deg=12, tilt_x_deg=9, tilt_y_deg=-7)
VISIT = VisitSpec(0, CAMERA, RulerSpec((-20.0, 9.0), -8.0, length_mm=40.0))


@pytest.fixture(scope="module")
def photo():
    return render_visit(SITE, VISIT, seed=5)


def test_homographies_are_inverse_and_put_lesions_where_the_truth_says(photo):
    points = np.array([[0.0, 0.0], [479.0, 3.0], [100.0, 350.0]])
    there_and_back = map_points(photo.from_site, map_points(photo.to_site, points))
    np.testing.assert_allclose(there_and_back, points, atol=1e-6)
    for lesion, spec in zip(photo.lesions, LESIONS, strict=True):
        np.testing.assert_allclose(
            map_points(photo.from_site, np.array([spec.position_mm]))[0], lesion.centre_px
        )
        column, row = (round(value) for value in lesion.centre_px)
        assert photo.lesion_masks[lesion.name][row, column]


def test_the_scale_map_is_the_local_area_ratio(photo):
    square = np.array([[200.0, 100.0], [202.0, 100.0], [202.0, 102.0], [200.0, 102.0]])
    area_mm2 = polygon_area(map_points(photo.to_site, square))
    expected = np.sqrt(4 / area_mm2)
    assert photo.px_per_mm[101, 201] == pytest.approx(expected, rel=1e-4)
    assert photo.px_per_mm.max() / photo.px_per_mm.min() > 1.05  # the slant shows


def test_mask_areas_in_mm2_are_the_lesions_true_areas(photo):
    mm2_per_px = 1 / photo.px_per_mm**2
    by_name = {lesion.name: lesion for lesion in photo.lesions}
    area = float(mm2_per_px[photo.lesion_masks["A"]].sum())
    assert area == pytest.approx(by_name["A"].area_mm2, rel=0.01)
    ulcer = float(mm2_per_px[photo.masks["ulcer"]].sum())
    assert ulcer == pytest.approx(by_name["B"].ulcer_area_mm2, rel=0.01)
    both = float(mm2_per_px[photo.masks["lesion"] | photo.masks["ulcer"]].sum())
    assert both == pytest.approx(by_name["A"].area_mm2 + by_name["B"].area_mm2, rel=0.01)


def test_the_longest_diameter_is_that_of_the_mask(photo):
    rows, columns = np.nonzero(photo.lesion_masks["A"])
    points = map_points(photo.to_site, np.column_stack([columns, rows]).astype(float))
    hull = cv2.convexHull(points.astype(np.float32))[:, 0]
    longest = np.sqrt(((hull[:, None] - hull[None]) ** 2).sum(-1).max())
    assert longest == pytest.approx(photo.lesions[0].longest_diameter_mm, abs=0.25)


def test_ruler_ticks_are_one_mm_apart_at_the_local_scale(photo):
    ticks = photo.ruler_ticks
    assert len(ticks) == 41
    spacing = np.linalg.norm(
        map_points(photo.to_site, ticks[1:]) - map_points(photo.to_site, ticks[:-1]), axis=1
    )
    np.testing.assert_allclose(spacing, 1.0, atol=1e-6)


def test_the_printed_ticks_stand_where_the_truth_has_them():
    frontal = replace(CAMERA, rotation_deg=0.0, tilt_x_deg=0.0, tilt_y_deg=0.0, noise=0.0, vignetting=0.0)
    visit = VisitSpec(0, frontal, RulerSpec((-20.0, 9.0), 0.0, length_mm=40.0))
    photo = render_visit(replace(SITE, hairs_per_cm2=0.0), visit, seed=5)
    along = np.linspace(0, 30, 30 * 18 + 1)
    start, step = photo.ruler_ticks[5], photo.ruler_ticks[6] - photo.ruler_ticks[5]
    across = np.array([-step[1], step[0]]) * 1.6  # 1.6 mm into the body, where every tick is
    x, y = (start + across + along[:, None] * step).astype(np.float32).T
    grey = cv2.cvtColor(photo.pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    dark = 255 - cv2.remap(grey, x[None], y[None], cv2.INTER_LINEAR)[0]
    wave = np.sum((dark - dark.mean()) * np.exp(-2j * np.pi * along))
    assert abs(np.angle(wave)) / (2 * np.pi) < 0.03  # mm
    assert np.abs(wave) * 2 / len(along) > 20  # grey levels: the ticks are there at all


def test_the_drawn_edge_of_a_lesion_is_at_half_contrast():
    spec = LesionSpec("A", (0.0, 0.0), (16.0, 16.0), irregularity=0.0)
    site = SiteSpec(
        "calf", lesions=(spec,), extent_mm=(60.0, 50.0), naevi=0, freckles_per_cm2=0, hairs_per_cm2=0
    )
    camera = replace(CAMERA, rotation_deg=0.0, tilt_x_deg=0.0, tilt_y_deg=0.0, falloff=0.0, vignetting=0.0)
    photo = render_visit(site, VisitSpec(0, camera), seed=2)
    y, x = np.mgrid[:360, :480]
    depth_mm = 8.0 - np.hypot(x - 239.5, y - 179.5) / 9.0
    green = (photo.pixels[..., 1] / 255.0) ** 2.2
    inner, outer = (
        green[(depth_mm > 1) & (depth_mm < 3)].mean(),
        green[(depth_mm < -3) & (depth_mm > -5)].mean(),
    )
    edge = green[np.abs(depth_mm) < 0.06].mean()
    assert (edge - inner) / (outer - inner) == pytest.approx(0.5, abs=0.1)


def test_union_of_two_polygons_is_not_their_sum():
    square = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]])
    area, diameter = union_size([square, square + np.array([2.0, 0.0])])
    assert area == pytest.approx(24.0, rel=0.01)
    assert diameter == pytest.approx(np.hypot(6, 4))


def test_outline_area_does_not_depend_on_irregularity():
    rng = np.random.default_rng(1)
    outline = make_outline((1.0, 2.0), (10.0, 6.0), 40.0, 0.15, rng)
    assert polygon_area(outline.polygon) == pytest.approx(np.pi * 15, rel=1e-3)
    x, y = outline.polygon.astype(np.float32).T
    assert float(np.abs(outline.inside_mm(x, y)).max()) < 1e-3
