"""Rulers in a photo: every row of ticks that stands up to the evidence asked for."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from lesiontrack.arrays import Pixels, Plane
from lesiontrack.scale.chains import Chain, find_chains
from lesiontrack.scale.comb import Comb, measure
from lesiontrack.scale.strip import Pyramid, Track, track_of
from lesiontrack.scale.ticks import find_segments, ridge_field
from lesiontrack.scale.units import TickUnit, tick_unit

MIN_TICKS = 6
ENOUGH_TICKS = 9
"""Below this, stricter limits: short rows come about by chance."""
MIN_SPACING_PX = 4.0
"""Below this, ticks are hardly resolved, and what looks like them is mostly texture."""
MIN_UNPATTERNED_SPACING_PX = 5.0
MAX_CANDIDATES = 14
"""Rows measured before giving up; a ruler is nearly always the longest row."""


@dataclass(frozen=True, eq=False)
class Ruler:
    """A comb accepted as a ruler, with the meaning of its ticks."""

    comb: Comb
    unit: TickUnit


def find_rulers(pyramid: Pyramid, *, levels: range) -> list[Ruler]:
    """Rulers found from ridges at the given pyramid levels, most ticks first."""
    candidates: list[tuple[Chain, int]] = []
    for level in levels:
        field = ridge_field(pyramid.levels[level])
        for dark in (True, False):
            candidates += [(chain, level) for chain in find_chains(find_segments(field, dark=dark))]
    candidates.sort(key=lambda c: -len(c[0].index))
    accepted: list[Ruler] = []
    tried = 0
    for chain, level in candidates:
        track = track_of(chain, pyramid, level)
        if tried >= MAX_CANDIDATES or (accepted and len(chain.index) < MIN_TICKS):
            break
        if any(_inside(r.comb, track) for r in accepted):
            continue
        tried += 1
        comb = measure(pyramid, track)
        if comb is None or not is_comb(comb) or any(_inside(r.comb, comb.track) for r in accepted):
            continue
        unit = tick_unit(pyramid, comb)
        if is_ruler(comb, unit):
            accepted = [r for r in accepted if not _inside(comb, r.comb.track)] + [Ruler(comb, unit)]
    return sorted(accepted, key=lambda r: -len(r.comb.seen))


def is_comb(comb: Comb) -> bool:
    """Whether a row has the regularity of print; asked of every ruler.

    The rulers of 45 mole close-ups have at least 0.75 periodicity, 0.96 alternation, 0.98 correlation and 80
    levels of depth, at most 0.044 residual and 0.5 evenness. Rows found by chance in photos of feet, rooms
    and drapes have rarely more than 6 ticks, and depths mostly below 40.
    """
    count = len(comb.seen)
    few = count < ENOUGH_TICKS
    return (
        count >= MIN_TICKS
        and comb.spacing >= MIN_SPACING_PX
        and comb.fill >= (0.95 if few else 0.8)
        and comb.alternation >= 0.9
        and comb.correlation >= 0.96
        and comb.periodicity >= (0.9 if few else 0.7)
        and comb.residual <= (0.03 if few else 0.05)
        and comb.depth >= (50.0 if few else 30.0)
        and comb.evenness <= (0.4 if few else 0.7)
        and 0.4 <= comb.band[1] - comb.band[0] <= 5.0
    )


def is_ruler(comb: Comb, unit: TickUnit) -> bool:
    """Whether a comb is a ruler: by its pattern of long ticks, else by the looks of millimetre ticks.

    With few ticks or without a pattern, thin short ticks are refused: they may be the centimetre ticks of a
    ruler whose millimetres are not resolved, which would be wrong by a factor of ten. Blinds, zips,
    woven and striped cloth and printed dates are refused by the other limits.
    """
    if unit.certain and len(comb.seen) >= ENOUGH_TICKS:
        return True
    return (
        0.18 <= comb.width <= 0.42
        and comb.depth >= 60.0
        and comb.evenness <= 0.55
        and 0.7 <= comb.band[1] - comb.band[0] <= 2.8
        and comb.spacing >= MIN_UNPATTERNED_SPACING_PX
    )


def _inside(comb: Comb, track: Track) -> bool:
    """Whether a track runs along a comb already found: most of its ticks lie on the comb's ruler."""
    points = track.points(np.linspace(track.first, track.last, 7))
    spacing = comb.spacing
    ends = comb.track.points(np.array([comb.track.first, comb.track.last], dtype=np.float64))
    along = ends[1] - ends[0]
    length = float(np.hypot(*along))
    along = along / max(length, 1e-9)
    offset = points - ends[0]
    place = offset @ along
    number = comb.track.first + np.clip(place / max(length, 1e-9), 0, 1) * (
        comb.track.last - comb.track.first
    )
    gap = points - comb.track.points(number)
    beside = np.abs(gap @ np.array([-along[1], along[0]]))
    on = (beside < 4.0 * spacing) & (place > -3 * spacing) & (place < length + 3 * spacing)
    return bool(on.mean() > 0.6)


def working_grey(pixels: Pixels) -> Plane:
    """(H, W) float32 picture in which dark, cyan and red ticks all stand out from a white ruler.

    Half luma, half the smallest channel: coloured print is dark in one channel, hardly so in luma.
    """
    red, green, blue = cv2.split(pixels)
    low = cv2.min(cv2.min(red, green), blue)
    grey = cv2.addWeighted(low, 0.5, cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), 0.5, 0)
    return np.asarray(grey, dtype=np.float32)
