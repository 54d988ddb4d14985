"""Round limbs: the map between site and photo, its scale, and lesions that lie where the truth says."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from lesiontrack.phantom import (
    CameraSpec,
    LesionSpec,
    PatientSpec,
    SiteSeries,
    SiteSpec,
    StudySpec,
    VisitSpec,
    render_study,
    render_visit,
)
from lesiontrack.phantom.camera import map_points
from lesiontrack.phantom.view import View, pixel_centres

CAMERA = CameraSpec(
    width=320, height=240, px_per_mm=4.0, distance_mm=220, rotation_deg=14, tilt_x_deg=9, tilt_y_deg=-12,
    look_at_mm=(3.0, -2.0),
)  # fmt: skip
LESIONS = (
    LesionSpec("top", (-14.0, 0.0), (9.0, 7.0)),
    LesionSpec("side", (8.0, 20.0), (9.0, 7.0)),
    LesionSpec("behind", (0.0, 70.0), (9.0, 7.0)),
)
SITE = SiteSpec(
    "left-calf", lesions=LESIONS, extent_mm=(130.0, 160.0), naevi=0, hairs_per_cm2=0.3, limb_radius_mm=28.0
)


@pytest.fixture(scope="module")
def photo():
    return render_visit(SITE, VisitSpec(0, CAMERA), seed=3)


@pytest.mark.parametrize("radius", [None, 28.0, 90.0])
def test_pixels_come_back_through_the_site(radius):
    view = View(CAMERA, radius)
    points = pixel_centres((240, 320))[::97]
    site, skin = view.to_site(points)
    assert skin.mean() > 0.6
    np.testing.assert_allclose(view.to_image(site[skin]), points[skin], atol=1e-6)


def test_a_wide_limb_is_nearly_flat():
    points = np.array([[-20.0, -8.0], [0.0, 0.0], [15.0, 10.0]])
    flat, wide = View(CAMERA), View(CAMERA, 1e5)
    np.testing.assert_allclose(wide.to_image(points), flat.to_image(points), atol=0.05)
    middle = np.array([[160.0, 120.0]])
    assert float(wide.px_per_mm(middle)[0]) == pytest.approx(float(flat.px_per_mm(middle)[0]), rel=1e-3)


def test_what_lies_round_the_limb_is_out_of_sight(photo):
    status = {lesion.name: lesion.status for lesion in photo.lesions}
    assert status == {"top": "present", "side": "present", "behind": "out_of_frame"}
    assert not photo.lesion_masks["behind"].any()


def test_a_masks_area_through_the_local_scale_is_the_true_area(photo):
    for name in ("top", "side"):
        truth = next(lesion for lesion in photo.lesions if lesion.name == name)
        area = float((1 / photo.px_per_mm[photo.lesion_masks[name]] ** 2).sum())
        assert area == pytest.approx(truth.area_mm2, rel=0.02)
        column, row = (round(value) for value in truth.centre_px)
        assert photo.lesion_masks[name][row, column]


def test_the_plane_of_the_ruler_is_wrong_at_the_side(photo):
    """What a flat model of the skin costs there: the reason for having round limbs."""
    truth = next(lesion for lesion in photo.lesions if lesion.name == "side")
    rows, columns = np.nonzero(photo.lesion_masks["side"])
    flat = View(CAMERA).px_per_mm(np.column_stack([columns, rows]).astype(float))
    assert float((1 / flat**2).sum()) < 0.9 * truth.area_mm2
    assert np.hypot(*(map_points(photo.from_site, np.array([[8.0, 20.0]]))[0] - truth.centre_px)) > 4


def test_skin_ends_where_the_limb_does(photo):
    assert 0.4 < photo.masks["skin"].mean() < 0.95
    dense = photo.site_mm
    assert np.isnan(dense[~photo.masks["skin"] & ~photo.masks["obstruction"]]).mean() > 0.9
    assert np.isfinite(dense[photo.masks["skin"]]).all()
    seen = np.abs(dense[photo.masks["skin"]][:, 1])
    assert seen.max() < 28 * np.pi / 2


def test_the_dense_map_is_told_on_a_grid(tmp_path):
    small = replace(CAMERA, width=200, height=150, px_per_mm=2.5)
    series = SiteSeries(SITE, (VisitSpec(0, small),))
    render_study(StudySpec((PatientSpec("PT001", date(2024, 3, 4), (series,)),)), tmp_path / "s")
    document = json.loads((tmp_path / "s/_truth/PT001/2024-03-04/left-calf.json").read_text())
    grid, wide = document["site_mm"], document["site_mm_columns"]
    step = document["site_mm_every_px"]
    row, column = 4, 6
    site, _ = View(small, 28.0).to_site(np.array([[column * step, row * step]], float))
    np.testing.assert_allclose(grid[row * wide + column], site[0], atol=1e-3)
    assert None in grid
