"""Pictures for pages, made small enough for a page's budget of bytes."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from itertools import accumulate

import cv2
import numpy as np
from PIL import Image

SIDES = (800, 640, 500, 360, 250, 180, 125)
QUALITY = 72
_GROWTH = 1.6  # JPEG bytes grow with about this power of the side
_REDUCED = ((8, cv2.IMREAD_REDUCED_COLOR_8), (4, cv2.IMREAD_REDUCED_COLOR_4), (2, cv2.IMREAD_REDUCED_COLOR_2))


def data_uri(jpeg: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()


def shrunk(jpeg: bytes, side: int) -> bytes:
    """The JPEG with its long side at most `side` px; as it is where it is no longer or can't be decoded."""
    try:
        with Image.open(io.BytesIO(jpeg)) as picture:
            longest = max(picture.size)
    except OSError:
        return jpeg
    if longest <= side:
        return jpeg
    # A JPEG decoder gives a half, a quarter or an eighth of a picture at little cost; what is left to shrink
    # is less than a half, where linear interpolation does not alias.
    flag = next((flag for part, flag in _REDUCED if longest >= side * part), cv2.IMREAD_COLOR)
    pixels = cv2.imdecode(np.frombuffer(jpeg, np.uint8), flag)
    if pixels is None:
        return jpeg
    height, width = pixels.shape[:2]
    factor = min(1.0, side / max(height, width))
    size = max(1, round(width * factor)), max(1, round(height * factor))
    small = pixels if factor == 1.0 else cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR)
    _, encoded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return encoded.tobytes()


def fitted(jpegs: Sequence[bytes], budget: int, *, side: int) -> list[bytes]:
    """All of them, at the largest of SIDES at which they are within `budget` bytes together.

    `side` is the longest side among them now. Where even the smallest is too large, the last ones are b"".
    """
    total = sum(map(len, jpegs))
    if total <= budget:
        return list(jpegs)
    smaller = list(jpegs)
    for smaller_side in SIDES:
        # Each try decodes every picture, so sides that can't do are passed over.
        expected = total * (smaller_side / side) ** _GROWTH
        if smaller_side != SIDES[-1] and (smaller_side >= side or expected > 1.2 * budget):
            continue
        smaller = [shrunk(jpeg, smaller_side) for jpeg in jpegs]
        if sum(map(len, smaller)) <= budget:
            return smaller
    ends = accumulate(map(len, smaller))
    return [jpeg if end <= budget else b"" for jpeg, end in zip(smaller, ends, strict=True)]
