"""Features of the skin alone: what hides skin, and what is not skin, gives none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lesiontrack.arrays import Mask, Matrix, Pixels, Plane, Points
from lesiontrack.measurement import Lesion
from lesiontrack.segmentation import Segmentation

WORKING_SIDE = 512  # long side in px; pores and creases of a limb-wide photo survive, sensor noise does not
MAX_FEATURES = 2500
LESION_WEIGHT = 0.3  # a wound or lesion is what changes between visits: the worst anchor (DESIGN.md)
_THIN = 0.005  # of the long side: half the width of what counts as thin
_MARGIN = 0.012  # of the long side: silhouettes and ink edges must not reach into a descriptor's middle


@dataclass(frozen=True, eq=False)
class Features:
    """Skin features at working size.

    Attributes:
        points: (N, 2) xy in working pixels.
        descriptors: (N, 128) float32 RootSIFT, unit length (Arandjelovic and Zisserman 2012).
        sizes, angles: (N,) diameter in working pixels; orientation in radians.
        weights: (N,) 1 on plain skin, LESION_WEIGHT within a lesion or ulcer.
        plane: (h, w) float32, luminance with lighting and colour cast divided out, 0 off the skin.
        usable: (h, w) bool, skin without obstruction, margin taken off.
        stable: (h, w) bool, usable without lesions and ulcers.
        to_photo: (3, 3) working → photo pixels.
    """

    points: Points
    descriptors: NDArray[np.float32]
    sizes: NDArray[np.float64]
    angles: NDArray[np.float64]
    weights: NDArray[np.float64]
    plane: Plane
    usable: Mask
    stable: Mask
    to_photo: Matrix


def find_features(pixels: Pixels, segmentation: Segmentation, lesions: Sequence[Lesion] = ()) -> Features:
    """Features of a photo on its skin mask minus obstruction."""
    height, width = pixels.shape[:2]
    factor = WORKING_SIDE / max(height, width)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    to_photo = _resize_matrix((width, height), size)

    hidden = _thick(segmentation.mask("obstruction"), size)
    interpolation = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    small = np.asarray(cv2.resize(pixels, size, interpolation=interpolation), np.uint8)
    skin = segmentation.mask("skin") | segmentation.mask("obstruction")
    usable = _shrunk(skin, size) & _coloured_like_skin(small) & ~hidden
    changing = segmentation.mask("lesion") | segmentation.mask("ulcer")
    for lesion in lesions:
        x, y = lesion.offset
        h, w = lesion.mask.shape
        changing[y : y + h, x : x + w] |= lesion.mask[: height - y, : width - x]
    stable = usable & ~_grown(changing, size)

    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
    plane = flatten(grey, usable)
    points, descriptors, sizes, angles = _sift(plane, usable)
    rows, columns = _cells(points, usable.shape)
    weights = np.where(stable[rows, columns], 1.0, LESION_WEIGHT)
    return Features(points, descriptors, sizes, angles, weights, plane, usable, stable, to_photo)


def flatten(grey: NDArray[np.uint8], usable: Mask) -> Plane:
    """(h, w) uint8 → float32 with local mean 0 and local deviation about 1 on the skin, 0 elsewhere.

    Mean and deviation are taken over skin only (normalised convolution), so that the edge of the skin does
    not show. The floor on the deviation (2 grey levels) keeps sensor noise on smooth skin small.
    """
    inside = usable.astype(np.float32)
    value = grey.astype(np.float32)
    sigma = 0.022 * max(grey.shape)
    share = cv2.GaussianBlur(inside, (0, 0), sigma) + 1e-3
    mean = cv2.GaussianBlur(value * inside, (0, 0), sigma) / share
    detail = (value - mean) * inside
    deviation = np.sqrt(cv2.GaussianBlur(detail * detail, (0, 0), 1.5 * sigma) / share)
    plane: Plane = np.asarray(np.clip(detail / (deviation + 2.0), -4, 4) * inside, np.float32)
    return plane


def _coloured_like_skin(pixels: Pixels) -> Mask:
    """(h, w) bool: smooth colour is reddish or yellowish enough for skin, small gaps closed.

    A second opinion on the skin mask, since walls and floors that pass for skin are what photos of different
    people share. CIELAB limits chosen by eye on 60 FUSeg photos: chroma over 9, hue -20 to 85 degrees, a*
    over 3, L* over 15. Skin under a strong blue cast fails it, and is then left to the rungs below.
    """
    smooth = cv2.GaussianBlur(pixels, (0, 0), 0.005 * max(pixels.shape))
    lab = cv2.cvtColor(smooth.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    lightness, a, b = lab[..., 0], lab[..., 1], lab[..., 2]
    hue = np.degrees(np.arctan2(b, a))
    like = (np.hypot(a, b) > 9) & (hue > -20) & (hue < 85) & (a > 3) & (lightness > 15)
    size = (pixels.shape[1], pixels.shape[0])
    opened = cv2.morphologyEx(like.astype(np.uint8), cv2.MORPH_OPEN, _disc(size, 0.006))
    return np.asarray(cv2.morphologyEx(opened, cv2.MORPH_CLOSE, _disc(size, _MARGIN)), bool)


def _sift(
    plane: Plane, usable: Mask
) -> tuple[Points, NDArray[np.float32], NDArray[np.float64], NDArray[np.float64]]:
    image = np.clip(128 + 40 * plane, 0, 255).astype(np.uint8)
    detector = cv2.SIFT.create(nfeatures=MAX_FEATURES, contrastThreshold=0.02, edgeThreshold=15)
    keypoints, descriptors = detector.detectAndCompute(image, usable.astype(np.uint8) * 255)
    if descriptors is None or not len(keypoints):
        empty = np.zeros(0)
        return np.zeros((0, 2)), np.zeros((0, 128), np.float32), empty, empty
    root = np.sqrt(descriptors / (descriptors.sum(axis=1, keepdims=True) + 1e-7), dtype=np.float32)
    points = np.array([k.pt for k in keypoints], float)
    sizes = np.array([k.size for k in keypoints], float)
    angles = np.radians([k.angle for k in keypoints])
    return points, root, sizes, angles


def _resize_matrix(size: tuple[int, int], working: tuple[int, int]) -> Matrix:
    """Working → photo, with pixel centres at whole numbers in both."""
    sx, sy = size[0] / working[0], size[1] / working[1]
    return np.array([[sx, 0, 0.5 * sx - 0.5], [0, sy, 0.5 * sy - 0.5], [0, 0, 1]])


def _small(mask: Mask, size: tuple[int, int]) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST), np.uint8)


def _thick(mask: Mask, size: tuple[int, int]) -> Mask:
    """What hides skin, grown by the margin, without what is as thin as a hair or a crease.

    A hair hides next to nothing, and masks of thin dark lines hold the creases of the skin too, which are
    what registration lives on.
    """
    core = cv2.morphologyEx(_small(mask, size), cv2.MORPH_OPEN, _disc(size, _THIN))
    return np.asarray(cv2.dilate(core, _disc(size)), bool)


def _disc(size: tuple[int, int], share: float = _MARGIN) -> NDArray[np.uint8]:
    side = 2 * max(1, round(share * max(size))) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def _grown(mask: Mask, size: tuple[int, int]) -> Mask:
    return np.asarray(cv2.dilate(_small(mask, size), _disc(size)), bool)


def _shrunk(mask: Mask, size: tuple[int, int]) -> Mask:
    # photo borders are no skin edges: the default border value of erode leaves them alone
    return np.asarray(cv2.erode(_small(mask, size), _disc(size)), bool)


def _cells(points: Points, shape: tuple[int, ...]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    columns = np.clip(np.rint(points[:, 0]), 0, shape[1] - 1).astype(np.intp)
    rows = np.clip(np.rint(points[:, 1]), 0, shape[0] - 1).astype(np.intp)
    return rows, columns
