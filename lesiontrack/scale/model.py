"""The scale of one photograph, as a value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Scale of one photo.

    Attributes:
        px_per_mm: at the middle of the scale's own support (the ruler's ticks).
        px_per_mm_sd: standard deviation of px_per_mm, in px/mm, from residuals, curvature and tilt.
        method: "ruler", "aruco", "colour_card" or "stated".
        origin: (x, y) where px_per_mm holds.
        gradient: (gx, gy), relative change of px_per_mm per pixel in x and y; (0, 0) where it is unknown.
        support: points that the scale was read from (ticks), for pictures; may be empty.
        assumed_unit: the ruler's ticks are all equal or their lengths not in view, so that one spacing was
            taken as a millimetre. On tenths of an inch every size would be 2.54 times too small. Not in
            px_per_mm_sd.
    """

    px_per_mm: float
    px_per_mm_sd: float
    method: str
    origin: tuple[float, float] = (0.0, 0.0)
    gradient: tuple[float, float] = (0.0, 0.0)
    support: tuple[tuple[float, float], ...] = ()
    assumed_unit: bool = False

    def at(self, xy: Sequence[float]) -> float:
        """px/mm at a point (x, y).

        Linear along the gradient; beyond the ends of the support the value at that end is kept, as the
        change of scale was not observed there. Across the gradient the scale is taken as constant.
        """
        gx, gy = self.gradient
        steepness = math.hypot(gx, gy)
        if steepness == 0.0:
            return self.px_per_mm
        along = self._along(float(xy[0]), float(xy[1]))
        if self.support:
            seen = [self._along(x, y) for x, y in self.support]
            along = min(max(along, min(seen)), max(seen))
        return self.px_per_mm * (1.0 + steepness * along)

    def _along(self, x: float, y: float) -> float:
        """Distance in px from the origin, along the gradient."""
        gx, gy = self.gradient
        return ((x - self.origin[0]) * gx + (y - self.origin[1]) * gy) / math.hypot(gx, gy)
