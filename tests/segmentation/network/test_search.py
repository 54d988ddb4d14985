"""The photo at search size, and the places that get a crop."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.segmentation.network.crops import MAX_CROPS, windows
from lesiontrack.segmentation.network.search import STEP, Place, infer, places, resized, search, search_shape

SIDES = st.integers(1, 9000)


@given(SIDES, SIDES, st.sampled_from([64, 384, 512, 1024]))
def test_the_search_size_keeps_to_its_limits(height: int, width: int, size: int) -> None:
    shape = search_shape((height, width), size)
    assert min(shape) >= 1
    assert shape[0] <= height
    assert shape[1] <= width
    assert (shape[0] - 1) * (shape[1] - 1) <= size * size
    if max(height, width) >= size:
        assert max(shape) >= size


def test_a_narrow_photo_is_not_shrunk_to_a_line() -> None:
    assert search_shape((500, 8000), 512) == (96, 1536)


def test_shrinking_in_steps_is_the_mean_over_areas() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (480, 640, 3), np.uint8)
    exact = pixels.reshape(60, 8, 80, 8, 3).mean((1, 3))
    assert np.abs(resized(pixels, (60, 80)) - exact).max() < 2
    for shape in ((480, 640), (61, 83), (479, 700), (1, 1), (960, 1280)):
        assert resized(pixels, shape).shape == (*shape, 3)


def test_pictures_of_any_size_come_back_in_order_and_in_place() -> None:
    def red(batch: np.ndarray) -> np.ndarray:
        assert batch.shape[1] % STEP == 0
        assert batch.shape[2] % STEP == 0
        return (batch[..., 0] / np.float32(255))[:, None]

    rng = np.random.default_rng(1)
    shapes = [(32, 64), (31, 64), (1, 1), (33, 5), (32, 64), (100, 20), *[(32, 64)] * 5]
    pictures = [rng.integers(0, 256, (*shape, 3), np.uint8) for shape in shapes]
    for picture, planes in zip(pictures, infer(red, pictures), strict=True):
        np.testing.assert_array_equal(planes[0], picture[..., 0] / np.float32(255))


def test_search_sizes_are_averaged() -> None:
    def width(batch: np.ndarray) -> np.ndarray:
        return np.full((len(batch), 1, *batch.shape[1:3]), batch.shape[2] / 1000, np.float32)

    found = search(np.zeros((600, 800, 3), np.uint8), width, (512, 256))
    assert found.planes.shape == (1, 384, 512)
    assert found.planes[0, 5, 5] == pytest.approx((0.512 + 0.256) / 2)


def test_a_weak_bridge_joins_no_lesions_and_weak_places_count() -> None:
    likely = np.zeros((100, 200), np.float32)
    likely[40:60, 20:180] = 0.3
    likely[40:60, 30:50] = 0.9
    likely[40:60, 150:170] = 0.8
    likely[5:9, 5:9] = 0.4
    likely[90, 90] = 0.2
    found = places(likely)
    assert [(p.x, p.y, p.width, p.height) for p in found] == [
        (30, 40, 20, 20),
        (150, 40, 20, 20),
        (5, 5, 4, 4),
    ]
    assert [p.peak for p in found] == pytest.approx([0.9, 0.8, 0.4])


PHOTO, SEARCHED = (3000, 4000), (384, 512)


def test_a_lesion_fills_half_of_its_window() -> None:
    (window,), left_out = windows([Place(200, 100, 20, 10, 150, 0.9)], SEARCHED, PHOTO, 256)
    assert left_out == 0
    assert window.width == window.height == pytest.approx(2 * 20 * 4000 / 512, abs=2)
    assert window.shape == (256, 256)
    assert (window.x + window.width / 2, window.y + window.height / 2) == pytest.approx(
        (210 * 4000 / 512, 105 * 3000 / 384), abs=1
    )


def test_nothing_is_enlarged_beyond_one_and_a_half_of_its_pixels() -> None:
    (window,), _ = windows([Place(200, 100, 2, 2, 4, 0.9)], SEARCHED, PHOTO, 256)
    assert window.width == 171
    assert window.scale == pytest.approx(1.5, abs=0.01)


def test_what_the_search_saw_large_gets_a_larger_window_or_none() -> None:
    (window,), _ = windows([Place(200, 100, 120, 100, 9000, 0.9)], SEARCHED, PHOTO, 256)
    assert max(window.shape) == 384
    assert windows([Place(100, 50, 200, 200, 30000, 0.9)], SEARCHED, PHOTO, 256) == ([], 0)


def test_neighbours_share_a_window() -> None:
    found = [
        Place(200, 100, 20, 20, 300, 0.9),
        Place(202, 120, 14, 3, 40, 0.8),
        Place(400, 100, 20, 20, 300, 0.7),
    ]
    assert len(windows(found, SEARCHED, PHOTO, 256)[0]) == 2


def test_the_number_of_windows_is_bounded_and_the_rest_counted() -> None:
    found = [Place(5 * x, 5 * y, 1, 1, 1, 0.9) for x in range(40) for y in range(40)]
    chosen, left_out = windows(found, (1536, 2048), (12000, 16000), 256)
    assert len(chosen) == MAX_CROPS
    assert left_out > 0


@given(
    st.tuples(SIDES, SIDES),
    st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)),
    st.sampled_from([64, 256]),
)
@settings(max_examples=300)
def test_windows_lie_in_the_photo_and_hold_their_place(
    photo: tuple[int, int], where: tuple[float, float, float, float], crop_px: int
) -> None:
    searched = search_shape(photo, 512)
    x, y = int(where[0] * (searched[1] - 1)), int(where[1] * (searched[0] - 1))
    width = 1 + int(where[2] * (searched[1] - 1 - x))
    height = 1 + int(where[3] * (searched[0] - 1 - y))
    for window in windows([Place(x, y, width, height, 1, 0.9)], searched, photo, crop_px)[0]:
        assert window.x >= 0
        assert window.y >= 0
        assert window.x + window.width <= photo[1]
        assert window.y + window.height <= photo[0]
        assert max(window.shape) <= 1.5 * crop_px + 1
        assert window.scale <= 1.5 + 1 / max(window.width, window.height)
        left, right = x * photo[1] / searched[1], (x + width) * photo[1] / searched[1]
        assert window.x <= left + 1
        assert right <= window.x + window.width + 1
