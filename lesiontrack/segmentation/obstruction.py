"""What hides skin: frame, paper (ruler, card, dressing), hair and glare. Pen ink is in `ink`."""

from __future__ import annotations

import cv2
import numpy as np

from lesiontrack.arrays import Mask
from lesiontrack.segmentation.canvas import (
    Canvas,
    closed,
    components,
    disc,
    grow,
    opened,
)

BLACK = 40  # brightest channel of a scan's black frame or a redaction bar, 0..255
WHITE = 246  # darkest channel of a scan's white frame
HAIR_RADIUS = 0.011  # of the long side: strokes up to twice that wide can be hair
HAIR_LENGTH = 0.05  # shortest straight piece of a hair
HAIR_CONTRAST = 12.0  # black-hat of lightness, 0..255


def frame(view: Canvas) -> Mask:
    """Flat black or white regions that reach the edge of the picture."""
    out = np.zeros(view.shape, bool)
    for flat in (view.pixels.max(2) < BLACK, view.pixels.min(2) > WHITE):
        flat = opened(flat, 0.006 * view.size)
        labels, _ = components(np.pad(flat, 1, constant_values=True))
        out |= (labels == labels[0, 0])[1:-1, 1:-1] & flat
    return grow(out, 0.008 * view.size) if out.any() else out


def paper(view: Canvas, outside: Mask) -> Mask:
    """Large bright regions much less coloured than the photo's own skin: ruler, card, drape, dressing.

    Brightness and colour are compared with the photo's median, so a colour cast moves both.
    """
    seen = ~outside
    if not seen.any():
        return np.zeros(view.shape, bool)
    lightness, a, b = (view.lab[..., i] for i in range(3))
    middle = np.median(view.lab[seen], axis=0)
    skin = np.median(view.lab[seen & (np.abs(lightness - middle[0]) < 20)], axis=0)
    white = np.percentile(lightness[seen], 99.5)
    chroma = float(np.hypot(skin[1], skin[2]))
    bright = seen & (lightness > skin[0] + 0.4 * (white - skin[0]))
    neutral = (np.hypot(a - skin[1], b - skin[2]) > 0.35 * chroma) & (np.hypot(a, b) < 0.75 * chroma + 2)
    found = opened(bright & neutral, 0.003 * view.size)
    found = opened(closed(found, 0.03 * view.size), 0.02 * view.size)
    labels, stats = components(found)
    large = stats[:, 4] > 0.01 * found.size
    large[0] = False
    return large[labels]


def hair(view: Canvas) -> Mask:
    """Thin dark lines: black-hat, opened along straight pieces of twelve directions (after DullRazor)."""
    grey = np.clip(view.lab[..., 0] * 2.55, 0, 255).astype(np.uint8)
    hat = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, disc(HAIR_RADIUS * view.size))
    dark = (hat > max(HAIR_CONTRAST, 3 * float(np.median(hat)))).astype(np.uint8)
    dark = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((2, 2), np.uint8))
    length = int(HAIR_LENGTH * view.size) | 1
    lines = np.zeros_like(dark)
    for angle in range(0, 180, 15):
        lines |= cv2.morphologyEx(dark, cv2.MORPH_OPEN, _line(length, angle))
    thin = grow(lines > 0, 1)
    thin &= ~grow(opened(thin, 0.009 * view.size), 0.012 * view.size)
    labels, stats = components(thin)
    long = np.hypot(stats[:, 2], stats[:, 3]) > 0.8 * length
    long[0] = False
    return long[labels]


def glare(view: Canvas) -> Mask:
    """Specular glints: nearly clipped and nearly without colour."""
    bright = (view.pixels.min(2) > 235) & (np.hypot(view.lab[..., 1], view.lab[..., 2]) < 8)
    return grow(bright, 1) if bright.any() else bright


def _line(length: int, angle: float) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    kernel = np.zeros((length, length), np.uint8)
    middle = length // 2
    reach = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))]) * middle
    start, end = (tuple(int(v) for v in np.round(middle + sign * reach)) for sign in (-1, 1))
    cv2.line(kernel, start, end, 1, 1)
    return kernel
