"""Pixels per millimetre of a photograph, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lesiontrack.photo import Photo


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
    """

    px_per_mm: float
    px_per_mm_sd: float
    method: str
    origin: tuple[float, float] = (0.0, 0.0)
    gradient: tuple[float, float] = (0.0, 0.0)
    support: tuple[tuple[float, float], ...] = ()

    def at(self, xy: Sequence[float]) -> float:
        """px/mm at a point (x, y)."""
        raise NotImplementedError


def find_scale(photo: Photo, stated_px_per_mm: float | None = None) -> Scale | None:
    raise NotImplementedError
