"""What pictures alone say: that two files are copies of one photo, or hint at the same skin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lesiontrack.arrays import Points
from lesiontrack.intake.gather import decode_preview
from lesiontrack.intake.model import Found

SAME_PLANE = 0.985  # correlation of 64 x 64 luminance planes: recompression and brightness keep above 0.99
_RATIO = 0.8  # Lowe 2004
_TOLERANCE = 4.0  # px of the 480 px preview
MIN_AGREEING = 14
_MIN_CELLS = 8


def same_picture(a: Found, b: Found) -> float:
    """Correlation -1..1 of two pictures' luminance, 0 where their shapes differ by more than 3 %."""
    ratio = (a.width * b.height) / (a.height * b.width)
    if not 0.97 < ratio < 1.03:
        return 0.0
    return float((a.plane * b.plane).sum())


def correlations(photos: list[Found]) -> NDArray[np.float32]:
    """(N, N) correlations of the luminance planes of all pairs, whatever their shapes."""
    planes = np.stack([photo.plane.ravel() for photo in photos])
    return np.asarray(planes @ planes.T, np.float32)


@dataclass(frozen=True, eq=False)
class Look:
    """Features of one preview: (N, 2) points and (N, 128) RootSIFT."""

    points: Points
    descriptors: NDArray[np.float32]


def look_at(photo: Found) -> Look:
    """SIFT features of a photo's preview."""
    pixels = decode_preview(photo)
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    detector = cv2.SIFT.create(nfeatures=900, contrastThreshold=0.02)
    keypoints, descriptors = detector.detectAndCompute(grey, None)
    if descriptors is None or not len(keypoints):
        return Look(np.zeros((0, 2)), np.zeros((0, 128), np.float32))
    root = np.sqrt(descriptors / (descriptors.sum(axis=1, keepdims=True) + 1e-7), dtype=np.float32)
    return Look(np.array([k.pt for k in keypoints], float), root)


def agreeing(a: Look, b: Look) -> int:
    """Number of features that agree on one similarity map, 0 where they lie in one clump.

    A hint only: on serial close-ups of skin such matches often hold on to the ruler or the room.
    """
    if min(len(a.points), len(b.points)) < MIN_AGREEING:
        return 0
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(a.descriptors, b.descriptors, k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < _RATIO * pair[1].distance]
    if len(good) < MIN_AGREEING:
        return 0
    source = np.array([a.points[match.queryIdx] for match in good])
    target = np.array([b.points[match.trainIdx] for match in good])
    cv2.setRNGSeed(0)
    fitted: Any = cv2.estimateAffinePartial2D(source, target, ransacReprojThreshold=_TOLERANCE)
    matrix, inliers = fitted
    if matrix is None or inliers is None:
        return 0
    size = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if not 0.25 < size < 4:
        return 0
    chosen = inliers.ravel().astype(bool)
    cells = min(len(np.unique(np.floor(points[chosen] / 24), axis=0)) for points in (source, target))
    return int(chosen.sum()) if cells >= _MIN_CELLS else 0
