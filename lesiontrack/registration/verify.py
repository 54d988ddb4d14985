"""A second opinion on a map: does the skin between the matched features agree as well?

The moving skin is warped into the fixed frame. Windows over the common skin are searched for within a small
radius. Where the map is right, best positions gather around zero; where it is wrong, they lie anywhere in
the search area. The share of windows near zero, against what chance gives, is evidence that the number of
matches can't give.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lesiontrack.arrays import Matrix, Points
from lesiontrack.registration.features import WORKING_SIDE, Features

_HALF = round(0.03 * WORKING_SIDE)  # half a window
_SEARCH = round(0.024 * WORKING_SIDE)  # how far a window's best position is looked for
_NEAR = 0.0085 * WORKING_SIDE  # how far from zero still agrees
_STEP = round(0.04 * WORKING_SIDE)
_COVERED = 0.75  # of a window must be skin in both photos
CHANCE = float(np.pi * _NEAR**2 / (2 * _SEARCH + 1) ** 2)


@dataclass(frozen=True, eq=False)
class Check:
    """What the windows say.

    Attributes:
        windows: how many could be judged.
        agreeing: how many have their best position near zero.
        correlation: median correlation of the agreeing windows at their best; 0 without any.
        overlap: share of the smaller photo's skin that lies in both.
        centres, shifts: (M, 2) window middles in fixed working pixels; where their content lies in fixed.
        agrees: (M,) bool.
        strengths: (M,) correlation at the best position.
    """

    windows: int
    agreeing: int
    correlation: float
    overlap: float
    centres: Points
    shifts: Points
    agrees: NDArray[np.bool_]
    strengths: NDArray[np.float64]

    @property
    def share(self) -> float:
        return self.agreeing / self.windows if self.windows else 0.0

    @property
    def surprise(self) -> float:
        """Standard deviations of the agreeing count above chance (binomial, normal approximation)."""
        n = self.windows
        return (self.agreeing - n * CHANCE) / float(np.sqrt(n * CHANCE * (1 - CHANCE))) if n else 0.0


def check(moving: Features, fixed: Features, matrix: Matrix) -> Check:
    """Compares the skin of both photos under a map (working pixels)."""
    height, width = fixed.plane.shape
    warped = cv2.warpPerspective(moving.plane, matrix, (width, height), flags=cv2.INTER_LINEAR)
    inside = cv2.warpPerspective(
        moving.usable.astype(np.uint8), matrix, (width, height), flags=cv2.INTER_NEAREST
    )
    common = (inside > 0) & fixed.usable
    overlap = float(common.sum() / max(1, min(int(inside.sum()), int(fixed.usable.sum()))))
    side = 2 * _HALF + 1
    covered = cv2.boxFilter(common.astype(np.float32), -1, (side, side))
    # skin that changes by itself (lesions, wounds) is no witness
    calm = cv2.boxFilter((common & fixed.stable).astype(np.float32), -1, (side, side))
    reach = _HALF + _SEARCH
    rows = np.arange(reach, height - reach, _STEP)
    columns = np.arange(reach, width - reach, _STEP)
    centres, shifts, agrees, strengths = [], [], [], []
    for y in rows:
        for x in columns:
            if covered[y, x] < _COVERED or calm[y, x] < 0.5 * _COVERED:
                continue
            template = warped[y - _HALF : y + _HALF + 1, x - _HALF : x + _HALF + 1]
            area = fixed.plane[y - reach : y + reach + 1, x - reach : x + reach + 1]
            surface = cv2.matchTemplate(area, template, cv2.TM_CCOEFF_NORMED)
            _, strength, _, (dx, dy) = cv2.minMaxLoc(surface)
            shift = (dx - _SEARCH, dy - _SEARCH)
            centres.append((x, y))
            shifts.append((x + shift[0], y + shift[1]))
            agrees.append(float(np.hypot(*shift)) <= _NEAR)
            strengths.append(strength)
    near = np.array(agrees, bool)
    strong = np.array(strengths, float)
    return Check(
        windows=len(near),
        agreeing=int(near.sum()),
        correlation=float(np.median(strong[near])) if near.any() else 0.0,
        overlap=overlap,
        centres=np.array(centres, float).reshape(-1, 2),
        shifts=np.array(shifts, float).reshape(-1, 2),
        agrees=near,
        strengths=strong,
    )
