"""A map from points that a person placed in both photos (landmarks.csv)."""

from __future__ import annotations

import cv2
import numpy as np

from lesiontrack.arrays import Points
from lesiontrack.registration.geometry import apply_matrix, fit_similarity, implausible, local_scale
from lesiontrack.registration.model import Registration, refused

MIN_FOR_HOMOGRAPHY = 4
WELL_SPREAD = 0.05  # smallest hull of any point's absence, as a share of the moving frame
LARGE_RESIDUAL = 0.02  # of the fixed frame's long side: the points do not mean the same places

_COUNTS = {2: "two", 4: "four"}


def register_landmarks(
    moving_xy: Points,
    fixed_xy: Points,
    moving_shape: tuple[int, int],
    fixed_shape: tuple[int, int],
) -> Registration:
    """Two or three points give a similarity; four or more, well spread, a homography if it fits much better.

    Args:
        moving_xy, fixed_xy: (N, 2) the same points in both photos, N >= 2.
        moving_shape, fixed_shape: (H, W).

    Returns:
        method "landmarks". `error_px` is the root mean square residual over the degrees of freedom left, in
        fixed pixels; None with two points, or four under a homography, which leave none: nothing then tells
        whether they mean the same places, and `unchecked` says so. Refused where the points coincide,
        contradict each other or no plausible map fits.

    Raises:
        ValueError: for lists of different length or fewer than two points.
    """
    p = np.asarray(moving_xy, float).reshape(-1, 2)
    q = np.asarray(fixed_xy, float).reshape(-1, 2)
    if len(p) != len(q) or len(p) < 2:
        raise ValueError(
            f"{len(p)} and {len(q)} landmarks: two or more that are placed in both photos "
            "are needed; add points to landmarks.csv"
        )
    shapes = moving_shape, fixed_shape
    far = max(np.ptp(p, axis=0).max() / max(moving_shape), np.ptp(q, axis=0).max() / max(fixed_shape))
    near = min(np.ptp(p, axis=0).max() / max(moving_shape), np.ptp(q, axis=0).max() / max(fixed_shape))
    if near < 0.02 or not np.isfinite(far):
        return refused(
            *shapes, f"landmarks: the points lie within {near:.1%} of the frame; place them further apart"
        )
    matrix, model, freedom = fit_similarity(p, q), "similarity", 4
    corners = np.array([[0, 0], [moving_shape[1] - 1, 0], [moving_shape[1] - 1, moving_shape[0] - 1]], float)
    corners = np.vstack([corners, np.array([[0.0, moving_shape[0] - 1.0]])])
    if len(p) >= MIN_FOR_HOMOGRAPHY and _well_spread(p, moving_shape) and _well_spread(q, fixed_shape):
        homography, _ = cv2.findHomography(p, q, 0)
        if homography is not None and not implausible(np.asarray(homography, float), corners):
            plain, free = _sum_of_squares(matrix, p, q), _sum_of_squares(homography, p, q)
            # compared per degree of freedom left; four points leave none, so the similarity must miss badly
            left = 2 * len(p) - 8
            floor = (0.004 * max(fixed_shape)) ** 2 * 2 * len(p)
            if plain > floor and (left == 0 or free / left < 0.5 * plain / (2 * len(p) - 4)):
                matrix, model, freedom = homography / homography[2, 2], "homography", 8
    doubt = implausible(matrix, corners)
    if doubt:
        return refused(*shapes, f"landmarks: {doubt}")
    left = 2 * len(p) - freedom
    error = float(np.sqrt(_sum_of_squares(matrix, p, q) / left * 2)) if left > 0 else None
    if error is not None and error > LARGE_RESIDUAL * max(fixed_shape):
        return refused(
            *shapes,
            f"landmarks: {len(p)} points are off by {error:.1f} px under the best {model}: check them",
        )
    return Registration(
        accepted=True,
        method="landmarks",
        confidence=0.95 if error is not None else 0.8,
        matrix=matrix,
        moving_shape=moving_shape,
        fixed_shape=fixed_shape,
        error_px=error,
        reason=f"{len(p)} landmarks placed by hand, {model}, scale {local_scale(matrix, (0, 0)):.2f}",
        unchecked="" if error is not None else f"registered by {_COUNTS.get(len(p), len(p))} points only",
    )


def _well_spread(points: Points, shape: tuple[int, int]) -> bool:
    """Whether the rest still spans an area without any one point."""
    limit = WELL_SPREAD * shape[0] * shape[1] / 2
    for left_out in range(len(points)):
        rest = np.delete(points, left_out, axis=0).astype(np.float32)
        if cv2.contourArea(cv2.convexHull(rest)) < limit:
            return False
    return True


def _sum_of_squares(matrix: np.ndarray, p: Points, q: Points) -> float:
    return float(np.sum((apply_matrix(matrix, p) - q) ** 2))
