"""A plane map between two sets of skin features: a similarity, or a homography that earned it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from lesiontrack.arrays import Matrix, Points
from lesiontrack.registration.features import WORKING_SIDE, Features
from lesiontrack.registration.geometry import (
    MAX_SCALE,
    apply_matrix,
    fit_similarity,
    implausible,
    local_scale,
    similarity_matrix,
)

RATIO = 0.9  # nearest over second nearest descriptor distance (Lowe 2004 uses 0.8 on rigid scenes)
ALIKE = 0.75  # least descriptor similarity (cosine) of a match that was looked for
_CLOSE = 0.009 * WORKING_SIDE  # inliers of the final map: skin moves by this much between visits
_WIDE = 3 * _CLOSE
_FAR = 7 * _CLOSE
_REFINED = 40  # best one-match hypotheses that are refined
_CELL = 0.05 * WORKING_SIDE


@dataclass(frozen=True, eq=False)
class Estimate:
    """A map in working pixels with the matches that carry it.

    Attributes:
        matrix: (3, 3) moving → fixed, working pixels.
        model: "similarity" or "homography".
        moving, fixed: (K, 2) inlier points.
        weights: (K,) their weights, shared out within crowded cells.
        tentative: number of mutual matches before any geometry.
        found: number of them that agree with the map: nothing was looked for there.
        residual: root mean square distance of the inliers, fixed working pixels.
    """

    matrix: Matrix
    model: str
    moving: Points
    fixed: Points
    weights: NDArray[np.float64]
    tentative: int
    found: int
    residual: float

    @property
    def support(self) -> float:
        return float(self.weights.sum())


def estimate(moving: Features, fixed: Features) -> Estimate | None:
    """The best supported plausible map, or None where no three matches agree."""
    if min(len(moving.points), len(fixed.points)) < 3:
        return None
    similarity = moving.descriptors @ fixed.descriptors.T
    i, j = _mutual(similarity)
    if len(i) < 3:
        return None
    first = _best_similarity(moving, fixed, i, j)
    if first is None:
        return None
    found = int(np.sum(_distance(first, moving.points[i], fixed.points[j]) < _CLOSE))

    matrix = first
    for radius in (_WIDE, 2 * _CLOSE):
        gi, gj = _guided(moving, fixed, similarity, matrix, radius)
        if len(gi) < 3:
            return None
        p, q, weights = moving.points[gi], fixed.points[gj], moving.weights[gi] * fixed.weights[gj]
        refined = _settle(matrix, p, q, weights)
        if refined is None:
            return None
        matrix = refined
    gi, gj = _guided(moving, fixed, similarity, matrix, _FAR)
    far = moving.points[gi], fixed.points[gj], moving.weights[gi] * fixed.weights[gj]
    return _finish(matrix, (p, q, weights), far, tentative=len(i), found=found)


def _mutual(similarity: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Matches that are each other's best and pass the ratio test on the moving side."""
    j = similarity.argmax(axis=1)
    rows = np.arange(len(j))
    best = similarity[rows, j]
    second = (
        np.partition(similarity, -2, axis=1)[:, -2] if similarity.shape[1] > 1 else np.full_like(best, -1)
    )
    distinct = (1 - best) < RATIO**2 * (1 - second)
    keep = distinct & (similarity.argmax(axis=0)[j] == rows)
    return rows[keep], j[keep]


def _best_similarity(
    moving: Features, fixed: Features, i: NDArray[np.intp], j: NDArray[np.intp]
) -> Matrix | None:
    """Every match alone gives a similarity (place, size, orientation): all are tried, the best refined."""
    p, q = moving.points[i], fixed.points[j]
    weights = _shared(p, moving.weights[i] * fixed.weights[j])
    scales = fixed.sizes[j] / moving.sizes[i]
    turns = fixed.angles[j] - moving.angles[i]
    k = scales * np.exp(1j * turns)
    zp, zq = p @ np.array([1, 1j]), q @ np.array([1, 1j])
    ahead = zq[:, None] + k[:, None] * (zp[None, :] - zp[:, None])  # hypothesis × match
    slack = _WIDE + 0.12 * np.abs(ahead - zq[:, None])  # orientation and size of one feature are rough
    consistent = np.abs(np.log(scales[:, None] / scales[None, :])) < 0.5
    consistent &= np.cos(turns[:, None] - turns[None, :]) > np.cos(np.radians(35))
    agree = consistent & (np.abs(ahead - zq[None, :]) < slack)
    score = agree @ weights
    score[(scales > 1.2 * MAX_SCALE) | (scales < 1 / (1.2 * MAX_SCALE))] = 0

    best, best_score = None, 0.0
    for h in np.argsort(-score, kind="stable")[:_REFINED]:
        if score[h] <= 0:
            break
        start = similarity_matrix(float(scales[h]), float(turns[h]), p[h], q[h])
        inside = agree[h]
        if np.ptp(p[inside], axis=0).max() >= 1:
            start = fit_similarity(p[inside], q[inside], weights[inside])
        matrix = _settle(start, p, q, weights)
        if matrix is None:
            continue
        value = _score(matrix, p, q, weights)
        if value > best_score:
            best, best_score = matrix, value
    return best


def _settle(matrix: Matrix, p: Points, q: Points, weights: NDArray[np.float64]) -> Matrix | None:
    """Refits the similarity to its inliers while the tolerance closes in; None when they run out."""
    for tolerance in (_WIDE, 2 * _CLOSE, 1.5 * _CLOSE, _CLOSE, _CLOSE):
        inside = _distance(matrix, p, q) < tolerance
        if inside.sum() < 3 or np.ptp(p[inside], axis=0).max() < 1:
            return None
        matrix = fit_similarity(p[inside], q[inside], weights[inside])
        if not 1 / MAX_SCALE <= local_scale(matrix, (0, 0)) <= MAX_SCALE:
            return None
    return matrix


def _guided(
    moving: Features, fixed: Features, similarity: NDArray[np.float32], matrix: Matrix, radius: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Mutual best matches among features that the map brings close, with like size and orientation."""
    k = matrix[0, 0] + 1j * matrix[1, 0]
    there = apply_matrix(matrix, moving.points)
    near = cKDTree(there).query_ball_tree(cKDTree(fixed.points), radius)
    i = np.repeat(np.arange(len(near)), [len(row) for row in near])
    j = np.array([column for row in near for column in row], np.intp)
    turns = moving.angles[i] + np.angle(k) - fixed.angles[j]
    sizes = moving.sizes[i] * abs(k) / fixed.sizes[j]
    alike = (np.cos(turns) > np.cos(np.radians(30))) & (np.abs(np.log(sizes)) < 0.5)
    alike[alike] &= similarity[i[alike], j[alike]] > ALIKE
    i, j = i[alike], j[alike]
    value = similarity[i, j]
    best_of_moving = np.full(len(moving.points), -1.0, np.float32)
    best_of_fixed = np.full(len(fixed.points), -1.0, np.float32)
    np.maximum.at(best_of_moving, i, value)
    np.maximum.at(best_of_fixed, j, value)
    keep = (value == best_of_moving[i]) & (value == best_of_fixed[j])
    return i[keep], j[keep]


Matches = tuple[Points, Points, NDArray[np.float64]]


def _finish(matrix: Matrix, near: Matches, far: Matches, *, tentative: int, found: int) -> Estimate:
    """The homography is fitted to matches from further away too: skin that turns away from the similarity."""
    model = "similarity"
    p, q, weights = near
    inside = _distance(matrix, p, q) < _CLOSE
    kept = _shared(p[inside], weights[inside]).sum()
    homography = _homography(far[0], far[1])
    if homography is not None:
        fits = _distance(homography, far[0], far[1]) < _CLOSE
        spread_out = len(np.unique(np.floor(far[0][fits] / _CELL), axis=0)) >= 10
        gain = _shared(far[0][fits], far[2][fits]).sum() - kept
        if spread_out and gain > 3 + 0.15 * kept and not implausible(homography, _box(far[0][fits])):
            matrix, model, inside = homography, "homography", fits
            p, q, weights = far
    residual = float(np.sqrt(np.mean(_distance(matrix, p[inside], q[inside]) ** 2)))
    shared = _shared(p[inside], weights[inside])
    return Estimate(matrix, model, p[inside], q[inside], shared, tentative, found, residual)


def _homography(p: Points, q: Points) -> Matrix | None:
    if len(p) < 12:
        return None
    matrix, _ = cv2.findHomography(p, q, cv2.USAC_MAGSAC, _CLOSE, maxIters=2000, confidence=0.999)
    return None if matrix is None else np.asarray(matrix, float)


def _score(matrix: Matrix, p: Points, q: Points, weights: NDArray[np.float64]) -> float:
    return float(weights @ np.maximum(0, 1 - (_distance(matrix, p, q) / _CLOSE) ** 2))


def _distance(matrix: Matrix, p: Points, q: Points) -> NDArray[np.float64]:
    gap: NDArray[np.float64] = np.linalg.norm(apply_matrix(matrix, p) - q, axis=1)
    return np.nan_to_num(gap, nan=np.inf)


def _shared(p: Points, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights over the square root of the crowd in their cell: one clump must not outvote the skin."""
    if not len(p):
        return weights
    _, cell, count = np.unique(np.floor(p / _CELL), axis=0, return_inverse=True, return_counts=True)
    shared: NDArray[np.float64] = weights / np.sqrt(count[cell.ravel()])
    return shared


def _box(p: Points) -> Points:
    (x0, y0), (x1, y1) = p.min(axis=0), p.max(axis=0)
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
