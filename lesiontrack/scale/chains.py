"""Rows of parallel, equally spaced segments: where a ruler may be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from lesiontrack.arrays import AnyArray, Points
from lesiontrack.scale.ticks import Segments

MIN_SPACING_PX = 4.3
MAX_SPACING_PX = 19.0
"""Range of spacings looked for at one pyramid level; more than a factor of two, so levels overlap."""
MIN_LINKED = 4
"""Segments in a row that make a candidate. Low, because the rectified strip decides later."""
_NEIGHBOURS = 14


@dataclass(frozen=True, eq=False)
class Chain:
    """A row of segments with their place in it.

    Attributes:
        index: (N,) integer place along the row, ascending from 0; places may be missing.
        centre: (N, 2) centres of the segments, px.
        axis: (2,) mean unit vector along the ticks.
        length: typical (lower quartile) tick length, px: that of the short ticks.
        strength: summed ridge strength, to rank candidates.
    """

    index: AnyArray
    centre: Points
    axis: AnyArray
    length: float
    strength: float

    @property
    def spacing(self) -> float:
        """Mean distance of neighbouring places, px."""
        step = self.centre[-1] - self.centre[0]
        return float(np.hypot(*step) / max(1, self.index[-1] - self.index[0]))


def find_chains(segments: Segments) -> list[Chain]:
    """Candidate rows, strongest first."""
    if len(segments) < MIN_LINKED:
        return []
    start, end, step = _pairs(segments)
    if start.size == 0:
        return []
    groups = _link(segments, start, end, step)
    chains = [c for c in (_order(segments, start[g], end[g], step[g]) for g in groups) if c is not None]
    return sorted(chains, key=lambda c: -c.strength)


def _pairs(seg: Segments) -> tuple[AnyArray, AnyArray, AnyArray]:
    """Directed pairs of side-by-side parallel segments: (start, end, step along the start's normal)."""
    tree = cKDTree(seg.centre)
    k = min(_NEIGHBOURS, len(seg))
    found = tree.query(seg.centre, k=k, distance_upper_bound=1.6 * MAX_SPACING_PX)
    start = np.repeat(np.arange(len(seg)), k)
    distance, end = (np.asarray(part).ravel() for part in found)
    usable = np.isfinite(distance) & (end != start)
    start, end = start[usable], end[usable]
    axis = seg.axis[start]
    offset = seg.centre[end] - seg.centre[start]
    normal = np.stack([-axis[:, 1], axis[:, 0]], axis=1)
    # Normals point right (or down), so that a row is walked in one direction only.
    normal *= np.where((normal[:, 0] < -1e-9) | ((np.abs(normal[:, 0]) <= 1e-9) & (normal[:, 1] < 0)), -1, 1)[
        :, None
    ]
    step = (offset * normal).sum(axis=1)
    slide = np.abs((offset * axis).sum(axis=1))
    parallel = np.abs((axis * seg.axis[end]).sum(axis=1)) > np.cos(np.deg2rad(16))
    longer = np.maximum(seg.length[start], seg.length[end])
    shorter = np.minimum(seg.length[start], seg.length[end])
    brighter = np.maximum(seg.strength[start], seg.strength[end])
    ok = (
        parallel
        & (step >= MIN_SPACING_PX)
        & (step <= MAX_SPACING_PX)
        & (slide <= 0.5 * (longer - shorter) + 0.35 * shorter + 1.0)
        & (step <= 3.0 * shorter)
        & (longer <= 4.0 * shorter)
        & (brighter <= 4.0 * np.minimum(seg.strength[start], seg.strength[end]))
    )
    return start[ok], end[ok], step[ok]


def _link(seg: Segments, start: AnyArray, end: AnyArray, step: AnyArray) -> list[AnyArray]:
    """Groups of pairs in which one pair's end is the next one's start, with nearly the same step."""
    order = np.argsort(start, kind="stable")
    first = np.searchsorted(start[order], end, side="left")
    last = np.searchsorted(start[order], end, side="right")
    count = last - first
    before = np.repeat(np.arange(start.size), count)
    after = order[
        np.repeat(first, count) + np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    ]
    a, b = step[before], step[after]
    even = np.abs(a - b) <= 0.12 * np.minimum(a, b) + 0.5
    axis = seg.axis[end[before]]
    bend = np.abs(
        ((seg.centre[end[after]] - seg.centre[end[before]]) * axis).sum(axis=1)
        - ((seg.centre[end[before]] - seg.centre[start[before]]) * axis).sum(axis=1)
    )
    even &= bend <= 0.9 * seg.length[[end[before], end[after], start[before]]].max(axis=0) + 1.0
    graph = coo_array((np.ones(even.sum()), (before[even], after[even])), shape=(start.size,) * 2)
    count_groups, group = connected_components(graph, directed=False)
    sizes = np.bincount(group, minlength=count_groups)
    large = np.flatnonzero(sizes >= MIN_LINKED - 1)
    by_group = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[by_group], [large, large + 1])
    return [by_group[lo:hi] for lo, hi in bounds.T]


def _order(seg: Segments, start: AnyArray, end: AnyArray, step: AnyArray) -> Chain | None:
    """Give each segment of a group its place in the row; None when there is no consistent row."""
    members = np.unique(np.concatenate([start, end]))
    axes = seg.axis[members]
    axes = axes * np.sign((axes * axes[len(axes) // 2]).sum(axis=1, keepdims=True))
    axis = axes.mean(axis=0)
    axis /= np.hypot(*axis)
    spacing = float(np.median(step))
    normal = np.array([-axis[1], axis[0]])
    place = seg.centre[members] @ normal
    order = np.argsort(place)
    members, place = members[order], place[order]
    jumps = np.diff(place) / spacing
    index = np.concatenate([[0], np.cumsum(np.maximum(np.rint(jumps), 0))]).astype(np.int64)
    # Two segments in one place (a hair beside a tick): keep the one nearer the typical strength.
    typical = np.median(seg.strength[members])
    best: dict[int, int] = {}
    for at, member in zip(index.tolist(), members.tolist(), strict=True):
        held = best.get(at)
        if held is None or abs(seg.strength[member] - typical) < abs(seg.strength[held] - typical):
            best[at] = member
    places = np.array(sorted(best))
    kept = np.array([best[p] for p in places])
    if len(places) < MIN_LINKED:
        return None
    return Chain(
        places - places[0],
        seg.centre[kept],
        axis,
        float(np.quantile(seg.length[kept], 0.25)),
        float(seg.strength[kept].sum()),
    )
