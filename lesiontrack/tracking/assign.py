"""Which region of a photo is which track: assignment with gating."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

GATE_RADII = 1.0  # of both radii together: discs that no longer touch are not taken for one lesion
GATE_FRAME = 0.015  # of the reference frame's long side: what registration may be off by
SIZE_WEIGHT = 0.35  # cost of a threefold change of diameter, against 1 at the gate
COVER_BONUS = 0.4  # for a region that covers the lesion's last place
UNMATCHED = 0.65  # cost of a track without a region, and of a region without a track
_BARRED = 1e6


@dataclass(frozen=True)
class Spot:
    """A region or a track's last state in the reference frame: place, radius and what it was."""

    xy: tuple[float, float]
    radius: float
    size_mm: float | None = None


def gate(track: Spot, region: Spot, frame: float, error: float) -> float:
    """Largest distance, reference pixels, at which both may be one lesion."""
    return GATE_RADII * (track.radius + region.radius) + max(GATE_FRAME * frame, 2 * error)


def cost(track: Spot, region: Spot, *, frame: float, error: float, covered: bool) -> float:
    """0 for the same place and size; infinite beyond the gate unless the region covers the track's place."""
    distance = math.dist(track.xy, region.xy)
    limit = gate(track, region, frame, error)
    if not math.isfinite(distance) or (distance > limit and not covered):
        return math.inf
    if track.size_mm and region.size_mm:
        change = abs(math.log(region.size_mm / track.size_mm))
    else:
        change = abs(math.log(max(region.radius, 0.5) / max(track.radius, 0.5)))
    value = min(distance / limit, 1.0) + SIZE_WEIGHT * change / math.log(3)
    return max(0.0, value - COVER_BONUS) if covered else value


def assign(
    tracks: Sequence[Spot],
    regions: Sequence[Spot],
    *,
    frame: float,
    error: float,
    covers: Callable[[int, int], bool],
) -> dict[int, int]:
    """Track index → region index, each used at most once, at the least total cost.

    `covers(track, region)` says whether the region lies over the track's last place. A pair that costs more
    than leaving both alone (2 × UNMATCHED) is not made: one lesion gone and another new beside it must not
    shift every identity by one.
    """
    if not tracks or not regions:
        return {}
    costs = np.array(
        [
            [
                cost(track, region, frame=frame, error=error, covered=covers(i, j))
                for j, region in enumerate(regions)
            ]
            for i, track in enumerate(tracks)
        ]
    )
    n, m = costs.shape
    square = np.full((n + m, n + m), _BARRED)
    square[:n, :m] = np.where(np.isfinite(costs), costs, _BARRED)
    square[:n, m:][np.diag_indices(n)] = UNMATCHED
    square[n:, :m][np.diag_indices(m)] = UNMATCHED
    square[n:, m:] = 0.0
    rows, columns = linear_sum_assignment(square)
    pairs = zip(rows, columns, strict=True)
    return {int(i): int(j) for i, j in pairs if i < n and j < m and square[i, j] < _BARRED}
