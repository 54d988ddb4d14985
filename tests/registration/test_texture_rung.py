"""Known warps of rendered skin are found; what is not the same skin is refused."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from scenes import CORNERS, MIDDLE, SHAPE, prepare, skin, turned

from lesiontrack.registration import register


def seen_through(pixels: np.ndarray, matrix: np.ndarray, shape: tuple[int, int] = SHAPE) -> np.ndarray:
    return cv2.warpPerspective(pixels, matrix, shape[::-1], borderMode=cv2.BORDER_REFLECT_101)


def relit(pixels: np.ndarray, seed: int) -> np.ndarray:
    """Another day: cast, gain, vignette and noise."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    shade = 1 - 0.25 * (columns / pixels.shape[1]) - 0.1 * (rows / pixels.shape[0])
    lit = pixels * shade[..., None] * np.array([1.0, 0.93, 0.85]) + rng.normal(0, 2, pixels.shape)
    return np.clip(lit, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("scale", "degrees", "shift"),
    [
        (1.0, 0, (12.5, -8.25)),
        (1.0, 35, (0, 0)),
        (1.5, -90, (10, 5)),
        (2.2, 180, (-20, 12)),
    ],
)
def test_a_similarity_is_found(scale: float, degrees: float, shift: tuple[float, float]) -> None:
    fixed = skin(1)
    truth = turned(scale, degrees, (MIDDLE[0] + shift[0], MIDDLE[1] + shift[1]), MIDDLE)
    moving = relit(seen_through(fixed, np.linalg.inv(truth)), 2)
    result = register(prepare(moving), prepare(fixed))
    assert result.accepted
    assert result.method == "skin_texture"
    assert result.confidence > 0.9
    where = CORNERS if scale <= 1 else MIDDLE + (CORNERS - MIDDLE) / scale
    expected = np.column_stack([where, np.ones(len(where))]) @ truth.T
    error = np.linalg.norm(result.map_points(where) - expected[:, :2], axis=1)
    assert error.max() < 1.5
    assert result.error_px < 5
    assert result.scale_at(MIDDLE) == pytest.approx(scale, rel=0.01)


def test_a_view_from_the_side_is_found() -> None:
    fixed = skin(5)
    truth = turned(1.0, 15, MIDDLE, MIDDLE)
    truth[2] = [4e-4, -2e-4, 1]
    truth = truth / truth[2, 2]
    moving = seen_through(fixed, np.linalg.inv(truth))
    result = register(prepare(moving), prepare(fixed))
    assert result.accepted
    assert "homography" in result.reason
    expected = np.column_stack([CORNERS, np.ones(len(CORNERS))]) @ truth.T
    error = np.linalg.norm(result.map_points(CORNERS) - expected[:, :2] / expected[:, 2:], axis=1)
    assert np.median(error) < 2.5
    assert error.max() < 6


@pytest.mark.parametrize("seed", range(4))
def test_other_skin_is_refused(seed: int) -> None:
    result = register(prepare(skin(seed)), prepare(skin(seed + 100)))
    assert not result.accepted
    assert result.method == "none"
    assert result.confidence < 0.5
    assert "skin" in result.reason


def _with_poster(pixels: np.ndarray, skin_mask: np.ndarray) -> np.ndarray:
    rng = np.random.default_rng(77)
    poster = np.kron(rng.integers(0, 255, (48, 64), np.uint8), np.ones((8, 8), np.uint8))
    poster = cv2.GaussianBlur(poster[: SHAPE[0], : SHAPE[1]], (0, 0), 1.5)
    out = pixels.copy()
    out[~skin_mask] = poster[~skin_mask][:, None]
    return out


def test_the_same_wall_behind_other_skin_is_refused() -> None:
    leg = np.zeros(SHAPE, bool)
    leg[:, :250] = True
    a, b = _with_poster(skin(1), leg), _with_poster(skin(2), leg)
    assert not register(prepare(a, skin_mask=leg), prepare(b, skin_mask=leg)).accepted
    # and where the mask takes the wall for skin, its colour still gives it away
    assert not register(prepare(a), prepare(b)).accepted


def test_what_hides_the_skin_gives_no_map() -> None:
    """The same skin-coloured dressing over half of two people: without its mask it is taken for skin."""
    dressing = np.zeros(SHAPE, bool)
    dressing[:, 260:] = True
    a, b = (np.where(dressing[..., None], skin(99), skin(seed)) for seed in (1, 2))
    assert register(prepare(a), prepare(b)).accepted
    masked = register(prepare(a, obstruction=dressing), prepare(b, obstruction=dressing))
    assert not masked.accepted


def test_no_skin_no_map() -> None:
    nothing = np.zeros(SHAPE, bool)
    result = register(prepare(skin(1), skin_mask=nothing), prepare(skin(1) // 2 + 60))
    assert not result.accepted
    assert "too little free skin" in result.reason


def test_scales_that_contradict_the_map_are_told() -> None:
    fixed = skin(3)
    moving = seen_through(fixed, turned(1.0, 10, MIDDLE, MIDDLE))
    agreeing = register(prepare(moving, scale=10.0), prepare(fixed, scale=10.2))
    assert agreeing.evidence == ()
    contradicted = register(prepare(moving, scale=10.0), prepare(fixed, scale=20.0))
    assert contradicted.confidence < agreeing.confidence
    assert any("scale" in line for line in contradicted.evidence)


def test_the_same_picture_twice_is_said() -> None:
    result = register(prepare(skin(1)), prepare(skin(1)))
    assert result.accepted
    assert result.method == "identity"
    assert result.evidence


def test_the_result_does_not_depend_on_the_run() -> None:
    fixed = skin(4)
    moving = relit(seen_through(fixed, turned(1.2, 30, MIDDLE, MIDDLE)), 1)
    first, second = (register(prepare(moving), prepare(fixed)) for _ in range(2))
    assert np.array_equal(first.matrix, second.matrix)
    assert first.confidence == second.confidence
