"""The sRGB transfer curve (IEC 61966-2-1), in one place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lesiontrack.arrays import AnyArray


def _decode(encoded: NDArray[np.float64]) -> NDArray[np.float64]:
    low = encoded <= 0.04045
    return np.where(low, encoded / 12.92, ((np.maximum(encoded, 0) + 0.055) / 1.055) ** 2.4)


_TABLE = _decode(np.arange(256) / 255).astype(np.float32)


def srgb_to_linear(srgb: AnyArray) -> NDArray[np.float32]:
    """uint8 0..255, or floats 0..1, of any shape → linear light, float32 0..1."""
    if srgb.dtype == np.uint8:
        return _TABLE[srgb]
    return _decode(np.asarray(srgb, np.float64)).astype(np.float32)


def linear_to_srgb(linear: AnyArray) -> NDArray[np.float32]:
    """Linear light of any shape → sRGB, float32 0..1; what lies outside 0..1 is clipped."""
    clipped = np.clip(np.asarray(linear, np.float32), 0, 1)
    encoded = np.where(clipped <= 0.0031308, 12.92 * clipped, 1.055 * clipped ** np.float32(1 / 2.4) - 0.055)
    return encoded.astype(np.float32)
