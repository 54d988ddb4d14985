"""The second rung: three or more lesions or naevi in one pattern.

Two matched lesions fix a map; how many more fall into place is then held against what chance would give
(number of false alarms, a contrario reasoning of Moisan and Stival, IJCV 2004).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.stats import binom

from lesiontrack.arrays import Matrix, Points
from lesiontrack.registration.geometry import (
    MAX_SCALE,
    apply_matrix,
    fit_similarity,
    local_scale,
    similarity_matrix,
)
from lesiontrack.registration.model import PreparedPhoto, Registration, refused

MIN_LESIONS = 3
MAX_LESIONS = 20  # the largest take part: hypotheses grow with the fourth power
MAX_STARTS = 150
FALSE_ALARMS_VOUCHED = 1e-2
FALSE_ALARMS = 1e-5  # where nobody vouches that it is the same site
MIN_SHARE = 0.6  # of the lesions in the common view must be matched
SIZE_RATIO = 3.0  # a lesion's diameter changes by less between visits
_TOLERANCE = 0.02  # of the fixed frame's long side
_SCALE_SLACK = 0.15


@dataclass(frozen=True, eq=False)
class Pattern:
    """`pairs` (K, 2) indices into both lesion lists; `false_alarms` expected by chance."""

    matrix: Matrix
    pairs: NDArray[np.intp]
    residual: float
    in_view: int
    false_alarms: float


def by_pattern(moving: PreparedPhoto, fixed: PreparedPhoto, *, same_site: bool) -> Registration:
    """Registration by the pattern of lesions, accepted or refused with the reason."""
    shapes = moving.segmentation.shape, fixed.segmentation.shape
    p, a = centres(moving)
    q, b = centres(fixed)
    if min(len(p), len(q)) < MIN_LESIONS:
        return refused(
            *shapes, f"lesion pattern: {len(p)} and {len(q)} lesions, {MIN_LESIONS} are needed in both"
        )
    ratio = None
    if moving.scale is not None and fixed.scale is not None:
        ratio = fixed.scale.px_per_mm / moving.scale.px_per_mm
    candidates = find_patterns(p, q, a, b, shapes[1], shapes[0], scale=ratio)
    if not candidates:
        return refused(*shapes, f"lesion pattern: no {MIN_LESIONS} lesions lie alike")
    best = candidates[0]
    matched = len(best.pairs)
    says = f"lesion pattern: {matched} lesions of {best.in_view} in the common view lie alike"
    limit = FALSE_ALARMS_VOUCHED if same_site else FALSE_ALARMS
    if best.false_alarms > limit:
        return refused(*shapes, f"{says}, which chance could give")
    if matched < MIN_SHARE * best.in_view:
        return refused(*shapes, f"{says}, too few")
    if len(candidates) > 1 and candidates[1].false_alarms < 30 * best.false_alarms:
        return refused(*shapes, f"{says}, but they fit in another way too")
    return Registration(
        accepted=True,
        method="lesion_pattern",
        confidence=min(0.9, 1 / (1 + 10 * best.false_alarms)),
        matrix=best.matrix,
        moving_shape=shapes[0],
        fixed_shape=shapes[1],
        error_px=best.residual,
        reason=says + ("; rigid at the two photos' mm scales" if ratio else "; scale left open"),
    )


def centres(prepared: PreparedPhoto) -> tuple[Points, NDArray[np.float64]]:
    """(N, 2) centroids and (N,) longest diameters in pixels, largest lesion first."""
    lesions = sorted(prepared.lesions, key=lambda lesion: -lesion.area_px)[:MAX_LESIONS]
    points = np.array([lesion.centroid for lesion in lesions], float).reshape(-1, 2)
    return points, np.array([lesion.longest_diameter_px for lesion in lesions], float)


def find_patterns(
    p: Points,
    q: Points,
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    fixed_shape: tuple[int, int],
    moving_shape: tuple[int, int],
    *,
    scale: float | None,
) -> list[Pattern]:
    """Different assignments, most meaningful first. `scale`: fixed over moving pixels where known."""
    tolerance = _TOLERANCE * max(fixed_shape)
    hypotheses = max(1, len(p) * (len(p) - 1) * len(q) * (len(q) - 1) // 2)
    seen: dict[tuple[tuple[int, int], ...], Pattern] = {}
    for start in _starts(p, q, a, b, scale, tolerance):
        pattern = _complete(start, p, q, a, b, fixed_shape, moving_shape, scale, tolerance, hypotheses)
        if pattern is not None:
            key = tuple((int(u), int(v)) for u, v in pattern.pairs)
            if key not in seen or pattern.residual < seen[key].residual:
                seen[key] = pattern
    ranked = sorted(seen.values(), key=lambda pattern: (pattern.false_alarms, pattern.residual))
    # a part of the best assignment is no rival to it
    best = {tuple(pair) for pair in ranked[0].pairs.tolist()} if ranked else set()
    return ranked[:1] + [r for r in ranked[1:] if len({tuple(x) for x in r.pairs.tolist()} & best) < 2]


def _starts(
    p: Points,
    q: Points,
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    scale: float | None,
    tolerance: float,
) -> list[Matrix]:
    """Maps fixed by two lesions of each photo, those that bring the most others into place first."""
    zp, zq = p @ np.array([1, 1j]), q @ np.array([1, 1j])
    i, k = (index.ravel() for index in np.triu_indices(len(p), 1))
    j, m = (index.ravel() for index in np.nonzero(~np.eye(len(q), dtype=bool)))
    before, after = zp[k] - zp[i], zq[m] - zq[j]
    factor = np.abs(after)[None, :] / np.abs(before)[:, None]
    fits = (factor >= 1 / MAX_SCALE) & (factor <= MAX_SCALE)
    fits &= (np.abs(before)[:, None] > 2 * tolerance) & (np.abs(after)[None, :] > 2 * tolerance)
    if scale is not None:
        fits &= np.abs(np.log(factor / scale)) < _SCALE_SLACK + 2 * tolerance / np.abs(after)[None, :]
    grown = scale if scale is not None else factor
    for first, second in ((i, j), (k, m)):
        sizes = b[second][None, :] / (a[first][:, None] * grown)
        fits &= (sizes < SIZE_RATIO) & (sizes > 1 / SIZE_RATIO)
    rows, columns = np.nonzero(fits)
    if not len(rows):
        return []
    turn = after[columns] / before[rows]
    turn *= 1.0 if scale is None else scale / np.abs(turn)
    middle = (zp[i[rows]] + zp[k[rows]]) / 2
    target = (zq[j[columns]] + zq[m[columns]]) / 2
    count = np.empty(len(rows), int)
    for part in range(0, len(rows), 2000):
        cut = slice(part, part + 2000)
        there = target[cut, None] + turn[cut, None] * (zp[None, :] - middle[cut, None])
        gap = np.abs(there[:, :, None] - zq[None, None, :]).min(axis=2)
        count[cut] = (gap < 1.5 * tolerance).sum(axis=1)
    order = np.argsort(-count, kind="stable")[:MAX_STARTS]
    return [
        similarity_matrix(abs(turn[h]), float(np.angle(turn[h])), _xy(middle[h]), _xy(target[h]))
        for h in order
        if count[h] >= MIN_LESIONS
    ]


def _xy(z: complex) -> Points:
    return np.array([z.real, z.imag])


def _complete(
    start: Matrix,
    p: Points,
    q: Points,
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    fixed_shape: tuple[int, int],
    moving_shape: tuple[int, int],
    scale: float | None,
    tolerance: float,
    hypotheses: int,
) -> Pattern | None:
    matrix = start
    pairs = np.zeros((0, 2), np.intp)
    for _ in range(2):
        gap = np.linalg.norm(apply_matrix(matrix, p)[:, None] - q[None], axis=2)
        sizes = b[None, :] / (a[:, None] * local_scale(matrix, (0, 0)))
        barred = (gap > tolerance) | (sizes > SIZE_RATIO) | (sizes < 1 / SIZE_RATIO)
        rows, columns = linear_sum_assignment(np.where(barred, 1e6, gap))
        keep = ~barred[rows, columns]
        pairs = np.column_stack([rows[keep], columns[keep]])
        if len(pairs) < MIN_LESIONS:
            return None
        matrix = fit_similarity(p[pairs[:, 0]], q[pairs[:, 1]], rigid_scale=scale)
    gap = np.linalg.norm(apply_matrix(matrix, p[pairs[:, 0]]) - q[pairs[:, 1]], axis=1)
    if (gap > tolerance).any():
        return None
    forward = _inside(apply_matrix(matrix, p), fixed_shape)
    backward = _inside(apply_matrix(np.asarray(np.linalg.inv(matrix), float), q), moving_shape)
    in_view = max(int(forward.sum()), int(backward.sum()), len(pairs))
    chance = min(1.0, len(q) * np.pi * tolerance**2 / (fixed_shape[0] * fixed_shape[1]))
    more = len(pairs) - 2
    false_alarms = hypotheses * float(binom.sf(more - 1, max(int(forward.sum()), len(pairs)) - 2, chance))
    return Pattern(matrix, pairs, float(np.sqrt(np.mean(gap**2))), in_view, false_alarms)


def _inside(points: Points, shape: tuple[int, int]) -> NDArray[np.bool_]:
    x, y = points[:, 0], points[:, 1]
    inside: NDArray[np.bool_] = (x >= 0) & (y >= 0) & (x <= shape[1] - 1) & (y <= shape[0] - 1)
    return inside
