"""What a browser draws as a mask, a PNG in base64, on the pixels of a photo."""

from __future__ import annotations

import base64
import binascii
import struct

import cv2
import numpy as np
from numpy.typing import NDArray

from lesiontrack.arrays import Mask

MOST_PIXELS = 60_000_000  # more than any photo's window needs


def brightness(text: str) -> NDArray[np.uint8]:
    """(h, w) of 0..255 from base64 of a PNG; transparent is dark.

    Raises ValueError for what is no PNG, or one of too many pixels.
    """
    try:
        content = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"is not base64: {error}") from error
    if len(content) < 24 or content[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("is not a PNG")
    width, height = struct.unpack(">II", content[16:24])
    if not 0 < width * height <= MOST_PIXELS:
        raise ValueError(f"{width} x {height} pixels; at most {MOST_PIXELS} can be read")
    try:
        decoded = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        decoded = None
    if decoded is None:
        raise ValueError("the PNG is damaged")
    if decoded.dtype == np.uint16:
        decoded = (decoded // 257).astype(np.uint8)
    if decoded.ndim == 2:
        return decoded.astype(np.uint8)
    grey = np.asarray(cv2.cvtColor(np.ascontiguousarray(decoded[:, :, :3]), cv2.COLOR_BGR2GRAY), np.uint8)
    if decoded.shape[2] == 4:
        grey = np.round(grey.astype(np.float32) * decoded[:, :, 3] / 255).astype(np.uint8)
    return grey


def stretched(grey: NDArray[np.uint8], width: int, height: int, part: tuple[int, int, int, int]) -> Mask:
    """Where a PNG is bright, stretched to a window of width x height px; the part x0, y0, x1, y1 of it.

    Bilinear. Pixel centres stay where they are: the PNG's corners are the window's corners.
    """
    x0, y0, x1, y1 = part
    rows, columns = (np.arange(a, b) for a, b in ((y0, y1), (x0, x1)))
    values = _along(grey.astype(np.float32), rows, height, axis=0)
    mask: Mask = _along(values, columns, width, axis=1) >= 127.5
    return mask


def _along(
    values: NDArray[np.float32], wanted: NDArray[np.int_], size: int, *, axis: int
) -> NDArray[np.float32]:
    """Values between pixel centres along one axis, where `size` pixels cover what `values` cover."""
    there = values.shape[axis]
    if there == size:
        return values.take(wanted, axis)
    at = np.clip((wanted + 0.5) * (there / size) - 0.5, 0, there - 1)
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, there - 1)
    share = (at - low).astype(np.float32)
    share = share[:, None] if axis == 0 else share[None, :]
    between: NDArray[np.float32] = values.take(low, axis) * (1 - share) + values.take(high, axis) * share
    return between
