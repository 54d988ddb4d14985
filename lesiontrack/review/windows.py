"""A rectangle of a photo, and the sizes and maps of pictures that show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lesiontrack.arrays import Matrix

LEAST_SIDE, MOST_SIDE = 16, 4096
"""Px of the long side of a picture that can be asked for."""


@dataclass(frozen=True)
class Window:
    """Whole pixels of the upright photo: columns x to x + width, rows y to y + height, ends left out."""

    x: int
    y: int
    width: int
    height: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns, for an array of the whole photo."""
        return slice(self.y, self.y + self.height), slice(self.x, self.x + self.width)

    def fitted(self, side: int) -> tuple[int, int]:
        """(width, height) px of a picture of it, at most `side` on the long side and never enlarged."""
        factor = min(1.0, side / max(self.width, self.height))
        return max(1, round(self.width * factor)), max(1, round(self.height * factor))

    def to_picture(self, size: tuple[int, int]) -> Matrix:
        """Points of the photo → points of a picture (width, height) of this window, both at pixel centres."""
        fx, fy = size[0] / self.width, size[1] / self.height
        return np.array(
            [[fx, 0, fx * (0.5 - self.x) - 0.5], [0, fy, fy * (0.5 - self.y) - 0.5], [0, 0, 1]], float
        )

    def overlap(self, other: Window) -> Window | None:
        """What both hold."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        right = min(self.x + self.width, other.x + other.width)
        bottom = min(self.y + self.height, other.y + other.height)
        return Window(x, y, right - x, bottom - y) if right > x and bottom > y else None

    def within(self, outer: Window) -> Window:
        """This window as seen from the top left pixel of `outer`."""
        return Window(self.x - outer.x, self.y - outer.y, self.width, self.height)


def around(centre: tuple[float, float], side: float, shape: tuple[int, int]) -> Window:
    """A square of about `side` px around a point, moved and cut to lie in a photo of `shape` (H, W)."""
    height, width = shape
    whole = max(1, round(side))
    w, h = min(whole, width), min(whole, height)
    x = min(max(0, round(centre[0] + 0.5 - w / 2)), width - w)
    y = min(max(0, round(centre[1] + 0.5 - h / 2)), height - h)
    return Window(x, y, w, h)


def asked_window(values: Mapping[str, str], shape: tuple[int, int]) -> Window:
    """The window that x, y, w and h name, cut to the photo of `shape` (H, W); without them the whole photo.

    Raises ValueError, in a plain sentence, for numbers that name none.
    """
    height, width = shape
    whole = Window(0, 0, width, height)
    if not any(name in values for name in "xywh"):
        return whole
    numbers = [_whole_number(values, name) for name in "xywh"]
    if numbers[2] < 1 or numbers[3] < 1:
        raise ValueError("w and h must be 1 or more")
    found = Window(*numbers).overlap(whole)
    if found is None:
        raise ValueError(f"the window lies outside the photo, which is {width} x {height} px")
    return found


def asked_side(values: Mapping[str, str], default: int) -> int:
    """Raises ValueError for a `side` that is no whole number from LEAST_SIDE to MOST_SIDE."""
    if "side" not in values:
        return default
    side = _whole_number(values, "side")
    if not LEAST_SIDE <= side <= MOST_SIDE:
        raise ValueError(f"side ({side}) must be {LEAST_SIDE} to {MOST_SIDE}")
    return side


def _whole_number(values: Mapping[str, str], name: str) -> int:
    text = values.get(name, "")
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 7):
        raise ValueError(f"{name} ({text[:20]!r}) must be a whole number of pixels")
    return int(text)
