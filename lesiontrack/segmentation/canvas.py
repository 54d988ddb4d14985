"""A photo at the bounded size that segmentation searches at, in CIELAB, with the few image tools it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lesiontrack.arrays import Mask, Pixels, Plane

Lab = NDArray[np.float32]  # (H, W, 3) CIELAB, D65


@dataclass(frozen=True, eq=False)
class Canvas:
    """A photo, shrunk so that its long side is at most `limit`, never enlarged.

    Attributes:
        pixels: (h, w, 3) uint8 sRGB at working size; lab: the same in CIELAB.
        ratio: working pixels per photo pixel, <= 1.
    """

    pixels: Pixels
    lab: Lab
    ratio: float

    @property
    def shape(self) -> tuple[int, int]:
        return int(self.pixels.shape[0]), int(self.pixels.shape[1])

    @property
    def size(self) -> int:
        """Long side, px: lengths below are shares of it."""
        return max(self.shape)


def canvas(pixels: Pixels, limit: int) -> Canvas:
    ratio = min(1.0, limit / max(pixels.shape[:2]))
    if ratio < 1:
        height, width = (max(1, round(side * ratio)) for side in pixels.shape[:2])
        pixels = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)
    return Canvas(pixels, to_lab(pixels), ratio)


def to_lab(pixels: Pixels) -> Lab:
    """(H, W, 3) uint8 sRGB → float32 CIELAB (L* 0..100)."""
    lab: Lab = cv2.cvtColor(pixels.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB).astype(np.float32)
    return lab


def resize_mask(mask: Mask, shape: tuple[int, int]) -> Mask:
    resized: Mask = cv2.resize(mask.astype(np.uint8), shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    return resized


def resize_plane(plane: Plane, shape: tuple[int, int]) -> Plane:
    if plane.shape == shape:
        return plane
    larger = shape[0] > plane.shape[0]
    how = cv2.INTER_LINEAR if larger else cv2.INTER_AREA
    resized: Plane = cv2.resize(plane.astype(np.float32), shape[::-1], interpolation=how).astype(np.float32)
    return resized


def disc(radius: float) -> NDArray[np.uint8]:
    whole = max(round(radius), 1)
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * whole + 1, 2 * whole + 1)).astype(np.uint8)


def grow(mask: Mask, radius: float) -> Mask:
    grown: Mask = cv2.dilate(mask.astype(np.uint8), disc(radius)) > 0
    return grown


def shrink(mask: Mask, radius: float) -> Mask:
    """Erosion; the frame's edge does not erode."""
    shrunk: Mask = cv2.erode(mask.astype(np.uint8), disc(radius)) > 0
    return shrunk


def opened(mask: Mask, radius: float) -> Mask:
    result: Mask = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, disc(radius)) > 0
    return result


def closed(mask: Mask, radius: float) -> Mask:
    result: Mask = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, disc(radius)) > 0
    return result


def components(mask: Mask) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Labels (0 is outside) and, per label, x, y, width, height, area."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    return labels.astype(np.int32), stats.astype(np.int32)


def blur(values: NDArray[Any], sigma: float) -> NDArray[np.float32]:
    """Gaussian blur; a wide one at reduced size, where it costs little and loses nothing."""
    step = int(sigma / 5)
    if step < 2 or min(values.shape[:2]) < 4 * step:
        return cv2.GaussianBlur(values.astype(np.float32), (0, 0), max(sigma, 0.3)).astype(np.float32)
    height, width = values.shape[:2]
    small = (max(width // step, 2), max(height // step, 2))
    reduced = cv2.resize(values.astype(np.float32), small, interpolation=cv2.INTER_AREA)
    reduced = cv2.GaussianBlur(reduced, (0, 0), sigma / step)
    return cv2.resize(reduced, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32)


def blur_within(values: NDArray[np.float32], weight: NDArray[Any], sigma: float) -> NDArray[np.float32]:
    """Gaussian mean of `values` (H, W[, C]) over the pixels of positive weight only."""
    weight = weight.astype(np.float32)
    total = blur(weight, sigma)
    if values.ndim == 3:
        mean = blur(values * weight[..., None], sigma) / np.maximum(total, 1e-6)[..., None]
    else:
        mean = blur(values * weight, sigma) / np.maximum(total, 1e-6)
    result: NDArray[np.float32] = mean.astype(np.float32)
    return result


def fill_from_around(lab: Lab, hidden: Mask, sigma: float) -> Lab:
    """Hidden pixels replaced by the mean of what is seen around them, at ever wider reach."""
    if not hidden.any():
        return lab
    out = lab.copy()
    missing = hidden.copy()
    for _ in range(6):
        seen = (~hidden).astype(np.float32)
        reach = blur(seen, sigma)
        now = missing & (reach > 0.05)
        if now.any():
            out[now] = blur_within(lab, seen, sigma)[now]
            missing &= ~now
        if not missing.any():
            break
        sigma *= 2
    return out
