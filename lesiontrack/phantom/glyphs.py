"""A stroke font for what is printed on rulers and written on skin: digits and a few letters.

Each glyph is a tuple of strokes; a stroke is a tuple of points in a box 0..0.6 wide and 0..1 high, y down.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lesiontrack.arrays import Points

_Stroke = tuple[tuple[float, float], ...]


def _arc(cx: float, cy: float, rx: float, ry: float, start: float, end: float) -> _Stroke:
    angles = np.deg2rad(np.linspace(start, end, 17))
    return tuple((cx + rx * float(np.cos(a)), cy + ry * float(np.sin(a))) for a in angles)


GLYPHS: dict[str, tuple[_Stroke, ...]] = {
    "0": (_arc(0.3, 0.5, 0.27, 0.48, 0, 360),),
    "1": (((0.12, 0.22), (0.34, 0.02), (0.34, 0.98)),),
    "2": ((*_arc(0.3, 0.28, 0.26, 0.26, 190, 390), (0.04, 0.98), (0.58, 0.98)),),
    "3": (_arc(0.28, 0.26, 0.25, 0.24, 200, 450), _arc(0.28, 0.74, 0.28, 0.24, 270, 520)),
    "4": (((0.44, 0.98), (0.44, 0.02), (0.03, 0.70), (0.60, 0.70)),),
    "5": (((0.54, 0.03), (0.12, 0.03), (0.08, 0.45)), _arc(0.27, 0.67, 0.29, 0.31, 230, 510)),
    "6": (_arc(0.30, 0.70, 0.26, 0.28, 0, 360), _arc(0.60, 0.70, 0.56, 0.68, 180, 265)),
    "7": (((0.04, 0.03), (0.56, 0.03), (0.22, 0.98)),),
    "8": (_arc(0.3, 0.26, 0.22, 0.24, 0, 360), _arc(0.3, 0.74, 0.27, 0.24, 0, 360)),
    "9": (_arc(0.30, 0.30, 0.26, 0.28, 0, 360), _arc(0.0, 0.30, 0.56, 0.68, 0, 85)),
    "c": (_arc(0.3, 0.68, 0.25, 0.30, 310, 50),),
    "m": (
        ((0.05, 0.98), (0.05, 0.40)),
        (*_arc(0.17, 0.55, 0.12, 0.15, 180, 360), (0.29, 0.98)),
        (*_arc(0.41, 0.55, 0.12, 0.15, 180, 360), (0.53, 0.98)),
    ),
    "/": (((0.05, 1.0), (0.55, 0.0)),),
    "-": (((0.1, 0.55), (0.5, 0.55)),),
    "A": (((0.02, 0.98), (0.30, 0.02), (0.58, 0.98)), ((0.12, 0.66), (0.48, 0.66))),
    "B": (
        ((0.08, 0.02), (0.08, 0.98)),
        ((0.08, 0.02), *_arc(0.28, 0.25, 0.25, 0.23, 270, 450), (0.08, 0.48)),
        ((0.08, 0.48), *_arc(0.28, 0.73, 0.29, 0.25, 270, 450), (0.08, 0.98)),
    ),
}
ADVANCE = 0.78


def strokes(text: str, height: float) -> Iterator[Points]:
    """Polylines (N, 2) of a text, its top left at the origin; characters without a glyph leave a space."""
    for position, character in enumerate(text):
        for stroke in GLYPHS.get(character, ()):
            yield (np.array(stroke) + np.array([position * ADVANCE, 0.0])) * height


def width(text: str, height: float) -> float:
    return (len(text) * ADVANCE - (ADVANCE - 0.6)) * height
