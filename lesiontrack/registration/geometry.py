"""Plane maps as (3, 3) matrices: applying, fitting, and saying what is wrong with one."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from lesiontrack.arrays import Matrix, Points

MAX_SCALE = 3.0  # DESIGN.md: photos of one site differ by at most 3x


def apply_matrix(matrix: Matrix, points: Points) -> Points:
    """(N, 2) → (N, 2); NaN for points that the map sends to infinity or behind the camera."""
    points = np.asarray(points, float).reshape(-1, 2)
    mapped = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    w = mapped[:, 2:] * np.sign(matrix[2, 2] or 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        out: Points = np.where(w > 1e-9, mapped[:, :2] / mapped[:, 2:], np.nan)
    return out


def similarity_matrix(scale: float, angle: float, centre: Points, target: Points) -> Matrix:
    """Turns by `angle` (radians) and scales about `centre` (x, y), then moves that point to `target`."""
    c, s = scale * math.cos(angle), scale * math.sin(angle)
    x, y = (float(v) for v in np.ravel(centre))
    u, v = (float(v) for v in np.ravel(target))
    return np.array([[c, -s, u - c * x + s * y], [s, c, v - s * x - c * y], [0.0, 0.0, 1.0]])


def fit_similarity(
    moving: Points,
    fixed: Points,
    weights: NDArray[np.float64] | None = None,
    *,
    rigid_scale: float | None = None,
) -> Matrix:
    """Weighted least squares similarity (Umeyama 1991, without reflection); `rigid_scale` fixes the scale.

    Raises ValueError for fewer than two points or points that all coincide.
    """
    w = np.ones(len(moving)) if weights is None else np.asarray(weights, float)
    if len(moving) < 2 or w.sum() <= 0:
        raise ValueError(f"{len(moving)} points: a similarity needs two or more")
    w = w / w.sum()
    a, b = w @ moving, w @ fixed
    za = (moving - a) @ np.array([1, 1j])
    zb = (fixed - b) @ np.array([1, 1j])
    power = float(w @ np.abs(za) ** 2)
    if power < 1e-12:
        raise ValueError("all points coincide: a similarity needs two that differ")
    k = complex(w @ (zb * za.conj())) / power
    scale = abs(k) if rigid_scale is None else rigid_scale
    return similarity_matrix(scale, math.atan2(k.imag, k.real), a, b)


def local_scale(matrix: Matrix, xy: tuple[float, float]) -> float:
    """Square root of the Jacobian's determinant at a point; negative where the map mirrors."""
    x, y = xy
    u, v, w = matrix @ np.array([x, y, 1.0])
    if abs(w) < 1e-12:
        return float("inf")
    jacobian = (matrix[:2, :2] - np.outer([u / w, v / w], matrix[2, :2])) / w
    determinant = float(np.linalg.det(jacobian))
    return math.copysign(math.sqrt(abs(determinant)), determinant)


def implausible(matrix: Matrix, corners: Points, *, max_scale: float = MAX_SCALE) -> str:
    """Why no two photos of one site can be related like this; "" where they can.

    `corners` (N, 2) span the moving area that is used. Checked there: no mirroring or folding, scale within
    1/max_scale..max_scale, and shape: a side is not squeezed to less than 0.5 of the other (a view from 60°).
    """
    if not np.isfinite(matrix).all():
        return "the map is not finite"
    if not np.isfinite(apply_matrix(matrix, corners)).all():
        return "the map folds the photo"
    scales = []
    for x, y in corners:
        u, v, w = matrix @ np.array([x, y, 1.0])
        jacobian = (matrix[:2, :2] - np.outer([u / w, v / w], matrix[2, :2])) / w
        if np.linalg.det(jacobian) <= 0:
            return "the map mirrors or folds the photo"
        large, small = np.linalg.svd(jacobian, compute_uv=False)
        if small < 0.5 * large:
            return f"the map squeezes the skin to {small / large:.2f} one way (0.5 or more is plausible)"
        scales.append(math.sqrt(large * small))
    lowest, highest = min(scales), max(scales)
    if highest > max_scale or lowest < 1 / max_scale:
        return f"the map scales by {lowest:.2f} to {highest:.2f} (up to {max_scale:g} times is plausible)"
    return ""
