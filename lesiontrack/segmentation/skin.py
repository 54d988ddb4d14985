"""Skin in view: the large regions of skin hue, of any tone, lesions and ulcers included."""

from __future__ import annotations

import numpy as np

from lesiontrack.arrays import Mask
from lesiontrack.segmentation.canvas import Canvas, blur, closed, components, opened

SMALLEST = 0.02  # share of the frame that a region of skin must fill


def find_skin(view: Canvas, hidden: Mask) -> Mask:
    """(h, w) bool. Skin of every tone reflects red over green over blue: hue 10 to 85 degrees, some chroma."""
    lab = blur(view.lab, 0.004 * view.size)
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1]))
    coloured = (chroma > 7) & (hue > -30) & (hue < 80) & (lab[..., 0] > 8)
    found = opened(coloured & ~hidden, 0.012 * view.size)
    found = closed(found, 0.02 * view.size) & ~hidden
    labels, stats = components(found)
    large = stats[:, 4] > SMALLEST * found.size
    large[0] = False
    return large[labels]
