"""Pictures of a photo for the browser: a window of it, and the photo as it lies in the reference frame."""

from __future__ import annotations

import cv2
import numpy as np

from lesiontrack.arrays import Matrix, Pixels, Points
from lesiontrack.review.windows import Window

OUTSIDE = (32, 32, 32)


def window_picture(pixels: Pixels, window: Window, side: int) -> Pixels:
    """A window of the upright photo, at most `side` px, averaged where it is made smaller."""
    part = pixels[window.slices]
    size = window.fitted(side)
    if size == (window.width, window.height):
        return np.ascontiguousarray(part)
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)


def aligned_picture(pixels: Pixels, matrix: Matrix, window: Window, side: int) -> Pixels:
    """A window of the reference photo's frame as this photo shows it; dark grey where it shows nothing.

    `matrix` maps this photo's points to the reference photo's.
    """
    size = window.fitted(side)
    whole = window.to_picture(size) @ matrix
    height, width = pixels.shape[:2]
    source = Window(0, 0, width, height)
    shrink = _stretch(whole, pixels.shape[:2], size)
    if shrink < 0.7:
        # sampling alone would alias skin texture
        smaller = source.fitted(max(1, round(max(width, height) * shrink)))
        pixels = np.asarray(cv2.resize(pixels, smaller, interpolation=cv2.INTER_AREA), np.uint8)
        whole = whole @ np.linalg.inv(source.to_picture(smaller))
    warped = cv2.warpPerspective(
        pixels, whole, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=OUTSIDE
    )
    return np.asarray(warped, np.uint8)


def _stretch(matrix: Matrix, shape: tuple[int, int], size: tuple[int, int]) -> float:
    """Picture pixels per photo pixel at the picture's middle."""
    middle = np.array([[size[0] / 2, size[1] / 2], [size[0] / 2 + 1, size[1] / 2]], float)
    back = _map(np.asarray(np.linalg.inv(matrix), float), middle)
    step = float(np.linalg.norm(back[1] - back[0]))
    return 1 / step if np.isfinite(step) and step > 1e-6 else 1.0


def _map(matrix: Matrix, points: Points) -> Points:
    return np.asarray(cv2.perspectiveTransform(points.reshape(-1, 1, 2), matrix)[:, 0, :], float)
