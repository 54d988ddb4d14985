"""From the ticks of a ruler to px/mm, its standard deviation and its change along the ruler."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lesiontrack.arrays import AnyArray
from lesiontrack.scale.model import Scale
from lesiontrack.scale.ruler import Ruler
from lesiontrack.scale.strip import Track

PLANE_SD = 0.01
"""Relative: the ruler does not lie exactly in the plane of the lesion, which the picture can't show. Ours:
3 mm nearer to a camera at 300 mm is 1 %."""
TILT_SHARE = 0.7
"""Share of the change along the ruler that is expected across it, as a standard deviation. Ours: on cards
seen at a slant the change across was as large as along."""
MAX_TILT_SD = 0.08
"""Few ticks tell the change badly, so it is not extrapolated without limit."""
_MIN_RESIDUAL = 0.01
"""Tick spacings; sampling and printing are not better than that, whatever few ticks say."""


@dataclass(frozen=True)
class Reading:
    """A scale, and what it rests on in plain words."""

    scale: Scale
    words: str


def read_ruler(ruler: Ruler, lesion_xy: tuple[float, float]) -> Reading:
    """Scale of a ruler whose unit is known.

    The places of the ticks along the ruler are a quadratic in their number: its slope in the middle is the
    scale, its curvature the change along the ruler (perspective, a bent ruler).

    Args:
        ruler: with `unit.mm` set.
        lesion_xy: where the scale will be used; the change of scale across the ruler is unknown, and adds
            to the standard deviation in proportion to the change along it.
    """
    comb, mm = ruler.comb, ruler.unit.mm
    if mm is None:
        raise ValueError("ruler without a unit has no px/mm")
    ticks = comb.points
    n = comb.seen.astype(np.float64)
    middle_n = (n[0] + n[-1]) / 2
    place = _arc_length(comb.track, n)
    degree = 2 if len(n) >= 7 else 1
    design = np.vander(n - middle_n, degree + 1, increasing=True)
    coef, *_ = np.linalg.lstsq(design, place, rcond=None)
    rms = max(comb.residual, _MIN_RESIDUAL) * coef[1]
    covariance = np.linalg.inv(design.T @ design) * rms**2 * len(n) / (len(n) - degree - 1)
    slope, slope_sd = float(coef[1]), float(np.sqrt(covariance[1, 1]))
    origin = comb.track.points(np.array([middle_n]))[0]
    direction = ticks[-1] - ticks[0]
    direction = direction / np.hypot(*direction)
    change = 0.0
    if degree == 2 and abs(coef[2]) > 2 * np.sqrt(covariance[2, 2]):
        change = float(2 * coef[2] / slope**2)
    away = np.asarray(lesion_xy) - origin
    across = abs(float(away @ np.array([-direction[1], direction[0]])))
    tilt_sd = min(TILT_SHARE * abs(change) * across, MAX_TILT_SD)
    relative = np.sqrt((slope_sd / slope) ** 2 + PLANE_SD**2 + tilt_sd**2)
    px_per_mm = slope / mm
    scale = Scale(
        px_per_mm,
        float(relative) * px_per_mm,
        "ruler",
        (float(origin[0]), float(origin[1])),
        (change * float(direction[0]), change * float(direction[1])),
        tuple((float(x), float(y)) for x, y in ticks),
        assumed_unit=not ruler.unit.certain,
    )
    words = (
        f"ruler: {len(n)} ticks over {(n[-1] - n[0]) * mm:g} mm, "
        f"rms {comb.residual * slope:.2f} px, {ruler.unit.words}"
    )
    return Reading(scale, words)


def _arc_length(track: Track, n: AnyArray) -> AnyArray:
    """Length in px along the track from the first tick to each tick."""
    fine = np.linspace(n[0], n[-1], 16 * int(n[-1] - n[0]) + 1)
    steps = np.hypot(*np.diff(track.points(fine), axis=0).T)
    return np.asarray(np.interp(n, fine, np.concatenate([[0.0], np.cumsum(steps)])))
