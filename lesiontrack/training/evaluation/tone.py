"""Skin tone of a labelled photo, by the individual typology angle (ITA) of the skin in it."""

from __future__ import annotations

from math import atan2, degrees, inf

import cv2
import numpy as np
from numpy.typing import NDArray

from lesiontrack.arrays import Mask, Pixels
from lesiontrack.colour import srgb_to_lab
from lesiontrack.training.dataset import LEARNED

# Name → angle in degrees above which it holds (Chardon et al. 1991; Del Bino and Bernerd 2013).
TONES = {"very_light": 55.0, "light": 41.0, "intermediate": 28.0, "tan": 10.0, "brown": -30.0, "dark": -inf}
UNKNOWN = "unknown"
NOMINAL = (
    "Skin tones are nominal: the individual typology angle is of photos as they are, without a colour "
    "calibration, so light and white balance move it, by a class or two."
)

_SIDE = 512  # px; photos are looked at no larger
_BESIDE = 0.02  # of the long side, beside a lesion or ulcer: often red, so not the person's skin tone
_RIM = 0.08  # of the long side: how far from the lesion pixels pass for skin where none is labelled
_FEWEST = 100  # px
_BACKDROP = 3.0  # a* and b* that skin exceeds and grey, white and blue things around it don't
_YELLOW = 5.0  # b*; less, and a cast decides the angle rather than the skin (skin has about 8 to 24)
_BLACK = 25  # of 255 in all channels: a dermoscope's corners, a border of the scan


def tone_named(ita_deg: float | None) -> str:
    """The tone of an angle in degrees; "unknown" for None."""
    if ita_deg is None:
        return UNKNOWN
    return next(name for name, limit in TONES.items() if ita_deg > limit)


def typology_angle(pixels: Pixels, labels: NDArray[np.uint8]) -> float | None:
    """ITA = atan2(L* - 50, b*), degrees, of the photo's own skin, from medians of uncorrected L* and b*.

    Skin is what is labelled so, or, where skin isn't labelled, the surroundings of lesions and ulcers; either
    without obstruction, lesion and ulcer as far as they are labelled, nor what lies closest to the latter.

    Args:
        pixels: (H, W, 3) uint8 sRGB.
        labels: (4, H, W) uint8 in LEARNED order: 0, 1, or 255 where not labelled.

    None where there are fewer than 100 such pixels of at most 512 x 512, or b* is below 5.
    """
    ratio = _SIDE / max(pixels.shape[:2])
    if ratio < 1:
        size = max(round(pixels.shape[1] * ratio), 1), max(round(pixels.shape[0] * ratio), 1)
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        planes = [cv2.resize(plane, size, interpolation=cv2.INTER_NEAREST) for plane in labels]
        labels = np.stack(planes).astype(np.uint8, copy=False)
    skin, labelled = _own_skin(labels)
    lab = srgb_to_lab(pixels[skin & (pixels.max(-1) >= _BLACK)])
    if not labelled:
        lab = lab[(lab[:, 1] > _BACKDROP) & (lab[:, 2] > _BACKDROP)]
    if len(lab) < _FEWEST:
        return None
    lightness, _, yellowness = (float(value) for value in np.median(lab, axis=0))
    return degrees(atan2(lightness - 50, yellowness)) if yellowness >= _YELLOW else None


def _own_skin(labels: NDArray[np.uint8]) -> tuple[Mask, bool]:
    """The skin to look at, and whether it is labelled as such."""
    skin, lesion, ulcer, obstruction = (labels[LEARNED.index(name)] for name in LEARNED)
    marked = (lesion == 1) | (ulcer == 1)
    away = cv2.distanceTransform((~marked).astype(np.uint8), cv2.DIST_L2, 5) / max(skin.shape)
    labelled = bool((skin == 1).any())
    told = (skin == 1) if labelled else away <= _RIM
    return told & (away > _BESIDE) & (obstruction != 1), labelled
