"""What a photograph looks like, small enough to compare thousands: a thumbnail and features of its skin."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lesiontrack.arrays import Mask, Pixels, Points

SIDE = 512  # long side in px at which features are taken; smaller photos stay as they are
THUMB = 24
_MAX_FEATURES = 700


@dataclass(frozen=True, eq=False)
class Look:
    """One photo.

    Attributes:
        thumb: (THUMB, THUMB, 3) float32, CIELAB, each channel of mean zero, all of norm 1: the
            product of two is their correlation.
        points: (N, 2) features on what is coloured like skin, in units of 1/SIDE of the long side.
        descriptors: (N, 128) float32 RootSIFT, unit length (Arandjelovic and Zisserman 2012).
        log_sizes, angles: (N,) natural log of the diameter in the same unit; radians.
    """

    thumb: NDArray[np.float32]
    points: Points
    descriptors: NDArray[np.float32]
    log_sizes: NDArray[np.float64]
    angles: NDArray[np.float64]


def look_at(pixels: Pixels) -> Look:
    """The look of an upright (H, W, 3) uint8 sRGB photo."""
    factor = SIDE / max(pixels.shape[:2])
    small = pixels
    if factor < 1:
        small = np.asarray(
            cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8
        )
    usable = skin_coloured(small)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
    detector = cv2.SIFT.create(nfeatures=_MAX_FEATURES, contrastThreshold=0.02)
    keypoints, descriptors = detector.detectAndCompute(grey, usable.astype(np.uint8) * 255)
    if descriptors is None or not len(keypoints):
        nothing = np.zeros(0)
        return Look(_thumb(small), np.zeros((0, 2)), np.zeros((0, 128), np.float32), nothing, nothing)
    root = np.sqrt(descriptors / (descriptors.sum(axis=1, keepdims=True) + 1e-7), dtype=np.float32)
    unit = SIDE / max(small.shape[:2])
    return Look(
        _thumb(small),
        np.array([k.pt for k in keypoints], float) * unit,
        root,
        np.log([k.size * unit for k in keypoints]),
        np.radians([k.angle for k in keypoints]),
    )


def skin_coloured(pixels: Pixels) -> Mask:
    """(H, W) bool: reddish or yellowish enough for skin under a cast, and no burnt-in text.

    Rooms, posters and date stamps are what photos of different people share (80 of 295 pairs that plain SIFT
    matched on clinic photos). CIELAB limits chosen by eye on FUSeg: chroma 9 to 70, hue -20 to 90 degrees,
    a* over 3, L* over 15; stamps are of a purer orange than skin.
    """
    lab = cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    smooth = cv2.GaussianBlur(lab, (0, 0), 0.005 * max(pixels.shape))
    lightness, a, b = smooth[..., 0], smooth[..., 1], smooth[..., 2]
    hue = np.degrees(np.arctan2(b, a))
    like = (np.hypot(a, b) > 9) & (hue > -20) & (hue < 90) & (a > 3) & (lightness > 15)
    pure = (np.hypot(lab[..., 1], lab[..., 2]) > 70).astype(np.uint8)
    text = cv2.dilate(pure, np.ones((13, 13), np.uint8)) > 0
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    return np.asarray(cv2.morphologyEx((like & ~text).astype(np.uint8), cv2.MORPH_OPEN, kernel) > 0)


def _thumb(pixels: Pixels) -> NDArray[np.float32]:
    small = cv2.resize(pixels, (THUMB, THUMB), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)
    lab -= lab.mean(axis=(0, 1))
    return np.asarray(lab / max(float(np.linalg.norm(lab)), 1e-6), np.float32)
