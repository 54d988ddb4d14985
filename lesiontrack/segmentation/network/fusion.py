"""Search and crops → layers at photo size, without a plane of the whole photo where a box will do."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from lesiontrack.arrays import Plane
from lesiontrack.segmentation.layers import Layer
from lesiontrack.segmentation.network.crops import Crop, Window

TRUST = 0.75  # weight of a crop in its middle; the rest is the search's, which sees more around
RIM = 0.25  # of a crop's side, over which its weight falls to 0
WHOLE = 0.2  # of the photo: share from which enlarging all of it and cutting is faster
FLOOR = 0.05  # probability below which a class counts as absent, so that layers are boxes around something

Bytes = NDArray[np.uint8]  # (h, w), 0..255 for 0..1


def layer(searched: Plane, crops: Sequence[tuple[Window, Plane]], photo: tuple[int, int]) -> Layer | None:
    """One class at photo size; None where it reaches FLOOR nowhere.

    Args:
        searched: (h, w) probability of the whole photo, shrunk.
        crops: windows with their (h', w') probabilities, coarsest first: the finest has the last word.
        photo: (H, W).
    """
    small = to_bytes(searched)
    box = _box(small, crops, photo)
    if box is None:
        return None
    x0, y0, x1, y1 = box
    values = _enlarged(small, photo, box)
    for window, plane in crops:
        left, top = max(window.x, x0), max(window.y, y0)
        right, bottom = min(window.x + window.width, x1), min(window.y + window.height, y1)
        if left >= right or top >= bottom:
            continue
        part = values[top - y0 : bottom - y0, left - x0 : right - x0]
        before = np.zeros((window.height, window.width), np.uint8)
        inner = np.s_[top - window.y : bottom - window.y, left - window.x : right - window.x]
        before[inner] = part
        weight = crop_weight(window, photo)
        coarse = _resize(before, window.shape).astype(np.float32)
        mixed = coarse + weight * (plane * np.float32(255) - coarse)
        part[:] = _resize(np.round(mixed).astype(np.uint8), before.shape)[inner]
    return _trimmed(_floored(values), x0, y0)


def to_bytes(plane: Plane) -> Bytes:
    """0..1 → 0..255, below FLOOR 0."""
    return _floored(np.round(plane * np.float32(255)).astype(np.uint8))


def at_photo_size(plane: Plane, photo: tuple[int, int]) -> Layer | None:
    """A plane of the whole photo, shrunk, as a layer."""
    return layer(plane, (), photo)


def crop_weight(window: Window, photo: tuple[int, int]) -> Plane:
    """(h, w) of the window's shape: TRUST in the middle, 0 at its edges, but not at those of the photo."""
    down = _ramp(window.shape[0], window.y > 0, window.y + window.height < photo[0])
    across = _ramp(window.shape[1], window.x > 0, window.x + window.width < photo[1])
    weight: Plane = np.float32(TRUST) * np.minimum(down[:, None], across[None, :])
    return weight


def of_class(crops: Sequence[Crop], index: int) -> list[tuple[Window, Plane]]:
    return [(crop.window, crop.planes[index]) for crop in crops]


def _ramp(length: int, rises: bool, falls: bool) -> NDArray[np.float32]:
    at = np.arange(length, dtype=np.float32) / max(length - 1, 1)
    value = np.ones(length, np.float32)
    if rises:
        value = np.minimum(value, at / RIM)
    if falls:
        value = np.minimum(value, (1 - at) / RIM)
    return value.astype(np.float32)


def _box(
    small: Bytes, crops: Sequence[tuple[Window, Plane]], photo: tuple[int, int]
) -> tuple[int, int, int, int] | None:
    """x0, y0, x1, y1 of the photo that hold all that reaches FLOOR."""
    boxes = []
    x, y, width, height = cv2.boundingRect(small)
    if width:
        # Interpolation carries a value over to where its neighbours are centred.
        steps = photo[0] / small.shape[0], photo[1] / small.shape[1]
        boxes.append(
            (
                int((x - 1) * steps[1]),
                int((y - 1) * steps[0]),
                int((x + width + 1) * steps[1]) + 1,
                int((y + height + 1) * steps[0]) + 1,
            )
        )
    for w, plane in crops:
        if plane.max() >= FLOOR:
            boxes.append((w.x, w.y, w.x + w.width, w.y + w.height))
    if not boxes:
        return None
    lows, highs = np.min(boxes, axis=0), np.max(boxes, axis=0)
    return (
        max(int(lows[0]), 0),
        max(int(lows[1]), 0),
        min(int(highs[2]), photo[1]),
        min(int(highs[3]), photo[0]),
    )


def _enlarged(small: Bytes, photo: tuple[int, int], box: tuple[int, int, int, int]) -> Bytes:
    """The box of the small plane brought to photo size, as cv2.resize of the whole would have it."""
    x0, y0, x1, y1 = box
    enlarges = small.shape[0] <= photo[0] and small.shape[1] <= photo[1]
    if not enlarges or (y1 - y0) * (x1 - x0) > WHOLE * photo[0] * photo[1]:
        return _resize(small, photo)[y0:y1, x0:x1]
    down, across = small.shape[0] / photo[0], small.shape[1] / photo[1]
    # Pixel centres: (x + 0.5) in one size is (x + 0.5) * across in the other.
    matrix = np.array([[across, 0, (x0 + 0.5) * across - 0.5], [0, down, (y0 + 0.5) * down - 0.5]])
    return cv2.warpAffine(
        small, matrix, (x1 - x0, y1 - y0),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
    ).astype(np.uint8, copy=False)  # fmt: skip


def _resize(plane: Bytes, shape: tuple[int, int]) -> Bytes:
    if plane.shape == shape:
        return plane
    shrinks = shape[0] < plane.shape[0] or shape[1] < plane.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(plane, shape[::-1], interpolation=how).astype(np.uint8, copy=False)


def _floored(values: Bytes) -> Bytes:
    _, kept = cv2.threshold(values, round(FLOOR * 255) - 1, 0, cv2.THRESH_TOZERO)
    return kept.astype(np.uint8, copy=False)


def _trimmed(values: Bytes, x0: int, y0: int) -> Layer | None:
    x, y, width, height = cv2.boundingRect(values)
    if not width:
        return None
    kept = values[y : y + height, x : x + width]
    return Layer(x0 + x, y0 + y, kept if kept.shape == values.shape else kept.copy())
