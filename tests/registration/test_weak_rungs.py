"""Lesion pattern and lesion position: what they carry, and when they refuse."""

from __future__ import annotations

import numpy as np
import pytest
from scenes import MIDDLE, SHAPE, lesion, prepare, skin, turned

from lesiontrack.measurement import Lesion
from lesiontrack.registration import PreparedPhoto, register

BARE = np.full((*SHAPE, 3), (196, 146, 122), np.uint8)  # no texture: the rungs below must carry


def photo(
    places: list[tuple[float, float]],
    *,
    scale: float | None = None,
    sizes: list[float] | None = None,
    shade: int = 0,
) -> PreparedPhoto:
    sizes = sizes or [12.0] * len(places)
    found: tuple[Lesion, ...] = tuple(lesion(x, y, d) for (x, y), d in zip(places, sizes, strict=True))
    return prepare(BARE + np.uint8(shade), scale=scale, lesions=found)


def scattered(seed: int, count: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.uniform(150, 360, count), rng.uniform(110, 270, count)])


@pytest.mark.parametrize("degrees", [0, 40, 170])
@pytest.mark.parametrize("known", [True, False])
def test_a_pattern_of_six_is_found_at_any_rotation(degrees: float, known: bool) -> None:
    places = scattered(2, 6)
    truth = turned(1.2, degrees, MIDDLE, MIDDLE)
    there = (np.column_stack([places, np.ones(6)]) @ truth.T)[:, :2] + np.random.default_rng(1).normal(
        0, 0.7, (6, 2)
    )
    moving = photo([tuple(p) for p in places], scale=10.0 if known else None)
    fixed = photo([tuple(p) for p in there], scale=12.0 if known else None, sizes=[14.4] * 6, shade=3)
    result = register(moving, fixed, same_site=True)
    assert result.method == "lesion_pattern"
    assert result.aligns_skin
    assert np.linalg.norm(result.map_points(places) - there, axis=1).max() < 4


def test_another_pattern_is_refused_even_where_the_site_is_vouched_for() -> None:
    refusals = 0
    for seed in range(3):
        moving = photo([tuple(p) for p in scattered(seed, 6)], scale=10.0)
        fixed = photo([tuple(p) for p in scattered(seed + 50, 6)], scale=10.0, shade=3)
        refusals += not register(moving, fixed, same_site=True).accepted
    assert refusals == 3


def test_a_grid_fits_in_several_ways_and_is_refused() -> None:
    grid = [(160.0 + 60 * i, 120.0 + 60 * j) for i in range(4) for j in range(3)]
    result = register(photo(grid, scale=10.0), photo(grid, scale=10.0, shade=3), same_site=True)
    assert result.method != "lesion_pattern"


def test_three_alike_are_not_enough_where_nobody_vouches() -> None:
    places = [(180.0, 120.0), (300.0, 150.0), (220.0, 260.0)]
    moving, fixed = photo(places, scale=10.0), photo(places, scale=10.0, shade=3)
    assert not register(moving, fixed).accepted


def test_one_lesion_is_matched_only_where_the_site_is_vouched_for() -> None:
    moving, fixed = (
        photo([(200.0, 150.0)], scale=10.0),
        photo([(300.0, 220.0)], scale=15.0, sizes=[18.0], shade=3),
    )
    assert not register(moving, fixed).accepted
    result = register(moving, fixed, same_site=True)
    assert result.method == "lesion_position"
    assert not result.aligns_skin
    assert result.confidence <= 0.5
    assert result.map_points(np.array([[200.0, 150.0]]))[0] == pytest.approx((300, 220))
    assert result.scale_at((200, 150)) == pytest.approx(1.5)
    assert "rotation open" in result.reason


def test_without_a_scale_one_lesion_is_refused() -> None:
    result = register(photo([(200.0, 150.0)]), photo([(300.0, 220.0)], scale=15.0, shade=3), same_site=True)
    assert not result.accepted
    assert "moving photo has no mm scale" in result.reason


@pytest.mark.parametrize(("diameter", "accepted"), [(12, True), (36, True), (84, False)])
def test_sizes_that_contradict(diameter: float, accepted: bool) -> None:
    moving = photo([(200.0, 150.0)], scale=10.0)
    fixed = photo([(260.0, 200.0)], scale=10.0, sizes=[diameter], shade=3)
    result = register(moving, fixed, same_site=True)
    assert result.accepted is accepted
    if diameter == 36:
        assert any("3.0 times" in line for line in result.evidence)


def test_one_against_two_equal_lesions_is_refused() -> None:
    moving = photo([(250.0, 190.0)], scale=10.0)
    fixed = photo([(220.0, 190.0), (290.0, 195.0)], scale=10.0, shade=3)
    result = register(moving, fixed, same_site=True)
    assert not result.accepted
    assert "which is which" in result.reason


def test_two_lesions_are_matched_by_their_distance_among_false_ones() -> None:
    moving = photo([(150.0, 180.0), (350.0, 170.0)], scale=10.0)
    fixed = photo(
        [(120.0, 200.0), (360.0, 190.0), (230.0, 150.0)], scale=12.0, sizes=[14.0, 15.0, 13.0], shade=3
    )
    result = register(moving, fixed, same_site=True)
    assert result.method == "lesion_position"
    assert result.map_points(np.array([[150.0, 180.0]]))[0] == pytest.approx((120, 200), abs=3)
    assert result.evidence


def test_no_lesion_no_position() -> None:
    result = register(prepare(BARE, scale=10.0), photo([(200.0, 150.0)], scale=10.0, shade=3), same_site=True)
    assert not result.accepted
    assert "no lesion was found in the moving photo" in result.reason


def test_texture_stands_above_position() -> None:
    a = skin(1)
    b = np.roll(a, (6, 9), axis=(0, 1))
    moving = prepare(a, scale=10.0, lesions=(lesion(200, 150),))
    fixed = prepare(b, scale=10.0, lesions=(lesion(209, 156),))
    assert register(moving, fixed, same_site=True).method == "skin_texture"
