"""Provisional maps from one photo alone: skin redder, or lighter and less coloured, than most skin in view.

The tables' values come after registration against a named reference; these show a reader where to look.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from lesiontrack.arrays import Mask, Plane
from lesiontrack.segmentation.canvas import Canvas, blur_within

REDDER = 4.0  # CIELAB a* above the skin's median: definite redness, about 2 just noticeable differences
LIGHTER = 7.0  # L* above the median
SOFTNESS = 1.0
SCALE = 0.015  # of the long side: what is averaged over
LEAST_SKIN = 500  # px


def erythema_and_depigmentation(view: Canvas, healthy: Mask) -> tuple[Plane, Plane]:
    """Two (h, w) planes of 0..1 on `healthy` (skin that is no lesion, ulcer or obstruction).

    Redness that fills most of the view can't be told from redder skin this way, and is not marked.
    """
    empty = np.zeros(view.shape, np.float32)
    if healthy.sum() < LEAST_SKIN:
        return empty, empty
    lab = blur_within(view.lab, healthy, SCALE * view.size)
    middle = np.median(lab[healthy], axis=0)
    lighter, redder, yellower = (lab[..., i] - middle[i] for i in range(3))
    red = np.where(healthy, expit((redder - REDDER) / SOFTNESS), 0)
    pale = np.minimum(lighter - LIGHTER, -(redder + np.maximum(yellower, 0)))
    depigmented = np.where(healthy, expit(pale / SOFTNESS), 0)
    return red.astype(np.float32), depigmented.astype(np.float32)
