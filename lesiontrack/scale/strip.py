"""The picture along a ruler, unrolled: rows along the ticks, a fixed number of columns per tick."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from lesiontrack.arrays import AnyArray, Plane, Points
from lesiontrack.scale.chains import Chain

COLUMNS = 40
"""Columns per tick spacing: four per tick where a chain of centimetre ticks hides millimetres."""
ROWS = 8
"""Rows per tick spacing."""
REACH = 5.0
"""Half height of the strip, in tick spacings: covers the longest ticks of common rulers."""


@dataclass(frozen=True, eq=False)
class Pyramid:
    """Grey pictures, each half the size of the one before, by area averaging."""

    levels: tuple[Plane, ...]

    def to_full(self, points: Points, level: int) -> Points:
        """Points of a level, as points of the full picture."""
        return points * 2.0**level + (2.0**level - 1) / 2


def build_pyramid(grey: Plane, *, smallest: int) -> Pyramid:
    """Halve until the long side would be below `smallest` px."""
    levels = [grey]
    while max(levels[-1].shape) >= 2 * smallest:
        h, w = (n // 2 for n in levels[-1].shape)
        even = levels[-1][: 2 * h, : 2 * w]
        levels.append(np.asarray(cv2.resize(even, (w, h), interpolation=cv2.INTER_AREA), np.float32))
    return Pyramid(tuple(levels))


@dataclass(frozen=True, eq=False)
class Track:
    """Where tick n of a row lies: polynomials in n, in a frame along and across the row.

    Attributes:
        origin: (2,) point of the full picture where the frame starts.
        along, across: (2,) unit vectors; across is the direction of the ticks, not always perpendicular.
        position: coefficients, lowest first, of the place along the row in px.
        shift: coefficients of the place across it in px.
        first, last: lowest and highest tick number.
    """

    origin: AnyArray
    along: AnyArray
    across: AnyArray
    position: AnyArray
    shift: AnyArray
    first: int
    last: int

    def points(self, n: AnyArray) -> Points:
        """(N, 2) x, y of the middle of the ticks at tick numbers n (real numbers)."""
        along = np.polynomial.polynomial.polyval(n, self.position)
        across = np.polynomial.polynomial.polyval(n, self.shift)
        return self.origin + along[..., None] * self.along + across[..., None] * self.across

    def spacing(self, n: float) -> float:
        """px between ticks at n: the speed of the curve."""
        along = np.polynomial.polynomial.polyval(n, np.polynomial.polynomial.polyder(self.position))
        across = np.polynomial.polynomial.polyval(n, np.polynomial.polynomial.polyder(self.shift))
        return float(np.hypot(*(along * self.along + across * self.across)))

    @property
    def middle(self) -> float:
        return (self.first + self.last) / 2

    def cropped(self, ticks: int) -> Track:
        """At most `ticks` tick spacings of it, around the middle."""
        excess = max(0, self.last - self.first - ticks)
        return replace(self, first=self.first + excess // 2, last=self.last - (excess - excess // 2))

    def rescaled(self, factor: float, offset: float = 0.0) -> Track:
        """The same curve with `factor` ticks for one; old tick n becomes (n - offset) * factor."""
        poly = np.polynomial.Polynomial([offset, 1 / factor])
        position = np.polynomial.Polynomial(self.position)(poly)
        shift = np.polynomial.Polynomial(self.shift)(poly)
        return replace(
            self,
            position=np.asarray(position.coef),
            shift=np.asarray(shift.coef),
            first=int(np.ceil((self.first - offset) * factor)),
            last=int(np.floor((self.last - offset) * factor)),
        )


def track_of(chain: Chain, pyramid: Pyramid, level: int) -> Track:
    """First guess of the track from the segments of a chain found at a pyramid level."""
    centre = pyramid.to_full(chain.centre, level)
    across = chain.axis / np.hypot(*chain.axis)
    along = centre[-1] - centre[0]
    along = along - (along @ across) * across
    along /= np.hypot(*along)
    origin = centre.mean(axis=0)
    place, height = (centre - origin) @ along, (centre - origin) @ across
    n = chain.index.astype(np.float64)
    degree = 2 if len(n) >= 7 else 1
    position = robust_polyfit(n, place, degree)
    # Long ticks have their middle farther out, so the heights have outliers on one side.
    shift = robust_polyfit(n, height, 2 if len(n) >= 9 else 1 if len(n) >= 5 else 0)
    return Track(origin, along, across, position, shift, int(n[0]), int(n[-1]))


def robust_polyfit(x: AnyArray, y: AnyArray, degree: int) -> AnyArray:
    """Least absolute deviations by reweighting: coefficients, lowest first."""
    weight: AnyArray = np.ones_like(x)
    coef: AnyArray = np.zeros(degree + 1)
    for _ in range(6):
        coef = np.polynomial.polynomial.polyfit(x, y, degree, w=np.sqrt(weight))
        miss = np.abs(y - np.polynomial.polynomial.polyval(x, coef))
        weight = 1 / np.maximum(miss, 0.05 * max(1e-6, float(np.ptp(y))) / max(1, len(x)) + 0.05)
    return coef


@dataclass(frozen=True, eq=False)
class Strip:
    """Grey values along a track.

    Attributes:
        grey: (rows, columns) float32.
        inside: (rows, columns) whether the sample lies in the picture.
        n: (columns,) tick number of each column; steps of 1 / COLUMNS.
        height: (rows,) place across the row, in tick spacings from the track.
    """

    grey: Plane
    inside: AnyArray
    n: AnyArray
    height: AnyArray


def unroll(pyramid: Pyramid, track: Track, *, margin: int = 3, reach: float = REACH) -> Strip:
    """Sample the picture along a track, `margin` ticks beyond its ends."""
    spacing = track.spacing(track.middle)
    level = int(np.clip(np.floor(np.log2(max(spacing, 1.0) / 16)), 0, len(pyramid.levels) - 1))
    half = COLUMNS // 2
    columns = np.arange((track.first - margin) * COLUMNS - half, (track.last + margin) * COLUMNS + half + 1)
    n = columns / COLUMNS
    height = np.arange(-reach, reach + 1e-9, 1 / ROWS)
    points = track.points(n)[None, :, :] + (height * spacing)[:, None, None] * track.across
    xy = ((points - (2.0**level - 1) / 2) / 2.0**level).astype(np.float32)
    picture = pyramid.levels[level]
    h, w = picture.shape
    grey = cv2.remap(picture, xy[..., 0], xy[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    inside = (xy[..., 0] >= 0) & (xy[..., 0] <= w - 1) & (xy[..., 1] >= 0) & (xy[..., 1] <= h - 1)
    return Strip(np.asarray(grey), inside, n, height)
