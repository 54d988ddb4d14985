"""What is added to the file after the exposure: burnt-in date, black corners, letters."""

from __future__ import annotations

import cv2
import numpy as np

from lesiontrack.arrays import Mask, Pixels
from lesiontrack.phantom import glyphs
from lesiontrack.phantom.drawn import draw_lines
from lesiontrack.phantom.props import OverlaySpec


def lay_over(pixels: Pixels, overlay: OverlaySpec) -> tuple[Pixels, Mask, Mask]:
    """The picture with it, and where it is text (on the skin: an obstruction) and where it is black frame."""
    height, width = pixels.shape[:2]
    result = pixels.astype(np.float32)
    text = np.zeros((height, width), np.float32)
    tall = max(0.028 * max(height, width), 9.0)
    if overlay.date:
        start = np.array([width - glyphs.width(overlay.date, tall) - 0.04 * width, height - 2.2 * tall])
        draw_lines(text, [line + start for line in glyphs.strokes(overlay.date, tall)], 1.0, 2)
        result += (np.array(overlay.date_colour, np.float32) - result) * text[..., None]
    letters = np.zeros_like(text)
    for letter, x, y in overlay.letters:
        start = np.array([x * width, y * height])
        draw_lines(letters, [line + start for line in glyphs.strokes(letter, 1.6 * tall)], 1.0, 2)
    result *= 1 - letters[..., None]
    black = np.zeros((height, width), bool)
    for x, y, angle_deg in overlay.corners:
        angle = np.deg2rad(angle_deg)
        away = (np.arange(width) - x * width) * np.cos(angle)
        away = away + ((np.arange(height) - y * height) * np.sin(angle))[:, None]
        result *= np.clip(0.5 - away, 0, 1)[..., None]
        black |= away > 0
    ink = (text >= 0.35) | (letters >= 0.35)
    grown = cv2.dilate(ink.astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.asarray(np.clip(result + 0.5, 0, 255), np.uint8), np.asarray(grown > 0) & ~black, black
