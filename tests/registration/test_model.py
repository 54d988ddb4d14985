"""Maps: points, pixels, and their way back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenes import CORNERS, MIDDLE, SHAPE, skin, turned

from lesiontrack.registration import Registration, identity
from lesiontrack.registration.geometry import fit_similarity, implausible


def mapping(matrix: np.ndarray, fixed_shape: tuple[int, int] = SHAPE) -> Registration:
    return Registration(True, "skin_texture", 1.0, matrix, SHAPE, fixed_shape)


def test_identity_maps_and_warps_to_itself() -> None:
    same = identity(SHAPE)
    pixels = skin(1)
    assert np.array_equal(same.map_points(CORNERS), CORNERS)
    assert np.array_equal(same.warp(pixels), pixels)
    assert same.aligns_skin


def test_warp_puts_a_pixel_where_map_points_says() -> None:
    for matrix in (turned(1.0, 0, (300, 100), (200, 150)), turned(1.4, 60, (220, 180), (200, 150))):
        one = mapping(matrix, (300, 450))
        pixels = np.zeros((*SHAPE, 3), np.uint8)
        pixels[149:152, 199:202] = 255
        warped = one.warp(pixels).astype(float).sum(axis=2)
        rows, columns = np.mgrid[:300, :450]
        middle = (columns * warped).sum() / warped.sum(), (rows * warped).sum() / warped.sum()
        assert middle == pytest.approx(tuple(one.map_points(np.array([[200.0, 150.0]]))[0]), abs=0.05)


def test_warp_keeps_masks_and_planes() -> None:
    one = mapping(turned(0.5, 20, MIDDLE, MIDDLE), (200, 260))
    mask = one.warp(np.ones(SHAPE, bool))
    assert mask.dtype == bool
    assert mask.shape == (200, 260)
    plane = one.warp(np.full(SHAPE, 0.25, np.float32))
    assert plane.dtype == np.float32
    assert plane.max() == pytest.approx(0.25, abs=1e-6)
    assert not one.warp(np.ones(SHAPE, bool))[0, 0] or mask.all()


def test_warp_refuses_another_photos_pixels() -> None:
    with pytest.raises(ValueError, match="pass the photo that was registered"):
        identity(SHAPE).warp(np.zeros((10, 10, 3), np.uint8))


def test_behind_the_camera_is_nowhere() -> None:
    matrix = np.eye(3)
    matrix[2, 0] = -1 / 100
    points = mapping(matrix).map_points(np.array([[50.0, 0.0], [150.0, 0.0]]))
    assert np.isfinite(points[0]).all()
    assert np.isnan(points[1]).all()


number = st.floats(-400, 400)


@given(st.floats(0.3, 3), st.floats(-180, 180), number, number)
def test_there_and_back(scale: float, degrees: float, x: float, y: float) -> None:
    one = mapping(turned(scale, degrees, (x, y), MIDDLE))
    assert one.unmap_points(one.map_points(CORNERS)) == pytest.approx(CORNERS, abs=1e-6)
    assert one.scale_at(MIDDLE) == pytest.approx(scale)
    assert fit_similarity(CORNERS, one.map_points(CORNERS)) == pytest.approx(one.matrix, abs=1e-6)


def test_implausible_maps_are_named() -> None:
    assert implausible(turned(1.5, 70, MIDDLE, MIDDLE), CORNERS) == ""
    assert "mirrors" in implausible(np.diag([-1.0, 1, 1]), CORNERS)
    assert "squeezes" in implausible(np.diag([1.0, 0.3, 1]), CORNERS)
    assert "scales" in implausible(turned(4.0, 0, MIDDLE, MIDDLE), CORNERS)
    folding = np.eye(3)
    folding[2, 0] = -1 / 200
    assert "folds" in implausible(folding, CORNERS)
