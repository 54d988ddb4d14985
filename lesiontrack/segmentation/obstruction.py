"""What hides skin: frame, paper (ruler, card, dressing), hair and glare. Pen ink is in `ink`."""

from __future__ import annotations

import cv2
import numpy as np
from scipy import ndimage

from lesiontrack.arrays import AnyArray, Mask, Plane
from lesiontrack.segmentation.canvas import (
    Canvas,
    closed,
    components,
    disc,
    grow,
    opened,
    shrink,
)

BLACK = 40  # brightest channel of a scan's black frame or a redaction bar, 0..255
WHITE = 246  # darkest channel of a scan's white frame
PAPER_LEVELS = (0.35, 0.5, 0.65)  # of the way from skin to the brightest, in lightness
PAPER_COLOUR = 0.6  # most of the skin's chroma, along the skin's hue, that paper shows
PAPER_AREA = 0.008  # of the frame
PAPER_STEP = 8.0  # L*; rulers of the mole photos step by 10 to 58, bright skin by 5 or less
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
    """Large bright regions with less of the skin's own colour and a sharp edge: ruler, card, drape, dressing.

    Brightness and colour are compared with the photo's median, so a colour cast moves both. Pale or wet skin
    can look as bright, but fades out: a region counts at the first of three brightness levels at which its
    edge is a step. Black bars drawn over paper belong to it.
    """
    seen = ~outside
    if not seen.any():
        return np.zeros(view.shape, bool)
    lightness = view.lab[..., 0]
    middle = np.median(view.lab[seen], axis=0)
    skin = np.median(view.lab[seen & (np.abs(lightness - middle[0]) < 20)], axis=0)
    white = np.percentile(lightness[seen], 99.5)
    chroma = max(float(np.hypot(skin[1], skin[2])), 1.0)
    along = view.lab[..., 1] * (skin[1] / chroma) + view.lab[..., 2] * (skin[2] / chroma)
    found = np.zeros(view.shape, bool)
    for level in PAPER_LEVELS:
        bright = seen & (lightness > skin[0] + level * (white - skin[0])) & (along < PAPER_COLOUR * chroma)
        bright = opened(bright, 0.003 * view.size)
        bright = opened(closed(bright, 0.03 * view.size), 0.02 * view.size)
        labels, stats = components(bright)
        for label in range(1, len(stats)):
            sheet = labels == label
            if stats[label, 4] > PAPER_AREA * sheet.size and _step(lightness, sheet, seen) > PAPER_STEP:
                found |= sheet
    if not found.any():
        return found
    found = ndimage.binary_fill_holes(found)
    bars, stats = components(opened(view.pixels.max(2) < BLACK, 0.006 * view.size))
    touching = np.bincount(bars[grow(found, 0.012 * view.size)], minlength=len(stats)) > 0
    touching[0] = False
    drawn: Mask = found | grow(touching[bars], 0.006 * view.size)
    return drawn


def _step(lightness: Plane, sheet: Mask, seen: Mask) -> float:
    """Median lightness just inside the edge of a region, minus that just outside."""
    reach = 0.012 * max(sheet.shape)
    outer = grow(sheet, reach) & ~sheet & seen
    inner = sheet & ~shrink(sheet, reach) & grow(outer, reach)
    if outer.sum() < 20:
        return 0.0
    return float(np.median(lightness[inner]) - np.median(lightness[outer]))


def hair(view: Canvas) -> Mask:
    """Thin dark lines: black-hat, opened along straight pieces of twelve directions (after DullRazor)."""
    grey = np.clip(view.lab[..., 0] * 2.55, 0, 255).astype(np.uint8)
    hat = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, disc(HAIR_RADIUS * view.size))
    dark: AnyArray = (hat > max(HAIR_CONTRAST, 3 * float(np.median(hat)))).astype(np.uint8)
    dark = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((2, 2), np.uint8))
    length = int(HAIR_LENGTH * view.size) | 1
    lines: AnyArray = np.zeros_like(dark)
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
