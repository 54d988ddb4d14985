"""Points that a person placed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenes import MIDDLE, SHAPE, turned

from lesiontrack.registration import register_landmarks

FOUR = np.array([[50, 40], [460, 60], [430, 340], [70, 330]], float)


def through(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    mapped = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return mapped[:, :2] / mapped[:, 2:]


@given(st.floats(0.5, 2.5), st.floats(-180, 180))
def test_two_points_give_the_similarity_and_no_error(scale: float, degrees: float) -> None:
    truth = turned(scale, degrees, (240, 200), MIDDLE)
    result = register_landmarks(FOUR[:2], through(truth, FOUR[:2]), SHAPE, SHAPE)
    assert result.accepted
    assert result.method == "landmarks"
    assert result.error_px is None
    assert result.matrix == pytest.approx(truth, abs=1e-6)


def test_more_points_give_the_error_of_their_placing() -> None:
    rng = np.random.default_rng(0)
    truth = turned(1.3, 25, MIDDLE, MIDDLE)
    points = np.column_stack([rng.uniform(20, 490, 40), rng.uniform(20, 360, 40)])
    placed = through(truth, points) + rng.normal(0, 1.5, (40, 2))
    result = register_landmarks(points, placed, SHAPE, SHAPE)
    assert result.error_px == pytest.approx(1.5 * 2**0.5, rel=0.25)
    assert np.linalg.norm(result.map_points(FOUR) - through(truth, FOUR), axis=1).max() < 2


def test_a_view_from_the_side_needs_four_spread_points() -> None:
    truth = np.array([[1.05, 0.02, 5], [-0.03, 0.95, 8], [3e-4, 2e-4, 1]])
    points = np.vstack([FOUR, [[250, 190], [150, 120]]])
    result = register_landmarks(points, through(truth, points), SHAPE, SHAPE)
    assert "homography" in result.reason
    assert result.map_points(points) == pytest.approx(through(truth, points), abs=0.01)
    assert result.error_px == pytest.approx(0, abs=0.01)


def test_four_points_in_a_row_stay_a_similarity() -> None:
    row = np.array([[50, 100], [150, 102], [250, 99], [400, 101]], float)
    result = register_landmarks(row, through(turned(1.1, 5, MIDDLE, MIDDLE), row), SHAPE, SHAPE)
    assert result.accepted
    assert "similarity" in result.reason


def test_points_that_contradict_each_other_are_refused() -> None:
    wrong = FOUR[[1, 0, 2, 3]]
    result = register_landmarks(FOUR, wrong, SHAPE, SHAPE)
    assert not result.accepted
    assert "landmarks" in result.reason


def test_points_on_one_spot_are_refused() -> None:
    result = register_landmarks(np.full((3, 2), 100.0), FOUR[:3], SHAPE, SHAPE)
    assert not result.accepted
    assert "further apart" in result.reason


@pytest.mark.parametrize(("many", "few"), [(1, 1), (3, 2)])
def test_too_few_points_are_an_error_that_says_what_to_do(many: int, few: int) -> None:
    with pytest.raises(ValueError, match=r"landmarks\.csv"):
        register_landmarks(FOUR[:many], FOUR[:few], SHAPE, SHAPE)


@given(st.integers(2, 8))
def test_points_that_any_two_photos_would_fit_are_unchecked(count: int) -> None:
    rng = np.random.default_rng(count)
    points = np.column_stack([rng.uniform(20, 490, count), rng.uniform(20, 360, count)])
    points[:2] = FOUR[:2]
    turned_round = register_landmarks(points, through(turned(1, 180, MIDDLE, MIDDLE), points), SHAPE, SHAPE)
    assert turned_round.unchecked == ("registered by two points only" if count == 2 else "")


def test_four_points_under_a_homography_are_unchecked() -> None:
    truth = np.array([[1.05, 0.02, 5], [-0.03, 0.95, 8], [3e-4, 2e-4, 1]])
    four = register_landmarks(FOUR, through(truth, FOUR), SHAPE, SHAPE)
    assert "homography" in four.reason
    assert four.unchecked == "registered by four points only"
