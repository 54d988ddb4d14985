"""Linear-light sRGB <-> CIELAB (D65, 2° observer), for arrays whose last axis is the channel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lesiontrack.arrays import AnyArray
from lesiontrack.srgb import srgb_to_linear

# IEC 61966-2-1, with the white that its rows sum to (D65).
RGB_TO_XYZ = np.array(
    [
        [0.4123908, 0.3575843, 0.1804808],
        [0.2126390, 0.7151687, 0.0721923],
        [0.0193308, 0.1191948, 0.9505322],
    ]
)
D65 = RGB_TO_XYZ.sum(axis=1)
D50 = np.array([0.96422, 1.0, 0.82521])
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_DELTA = 6 / 29  # CIE 15: where the cube root gives way to a straight line


def linear_to_lab(linear: AnyArray) -> AnyArray:
    """(..., 3) linear-light RGB, 0..1 (values outside are carried through) → (..., 3) L*, a*, b*.

    float64 in, float64 out; anything else gives float32.
    """
    dtype = np.float64 if linear.dtype == np.float64 else np.float32
    matrix = (RGB_TO_XYZ / D65[:, None]).astype(dtype)
    relative = linear.astype(dtype, copy=False) @ matrix.T
    f = np.where(relative > _DELTA**3, np.cbrt(relative), relative / dtype(3 * _DELTA**2) + dtype(4 / 29))
    lab: AnyArray = np.empty_like(f)
    lab[..., 0] = 116 * f[..., 1] - 16
    lab[..., 1] = 500 * (f[..., 0] - f[..., 1])
    lab[..., 2] = 200 * (f[..., 1] - f[..., 2])
    return lab


def srgb_to_lab(srgb: AnyArray) -> AnyArray:
    """(..., 3) uint8 0..255, or floats 0..1 → (..., 3) L*, a*, b*."""
    return linear_to_lab(srgb_to_linear(srgb))


def lab_to_linear(lab: AnyArray) -> NDArray[np.float64]:
    """(..., 3) L*, a*, b* of D65 → linear-light RGB; outside 0..1 where sRGB can't show the colour."""
    return _lab_to_xyz(lab, D65) @ np.linalg.inv(RGB_TO_XYZ).T


def lab_d50_to_linear(lab: AnyArray) -> NDArray[np.float64]:
    """(..., 3) L*, a*, b* of D50, as card makers print them → linear RGB of D65 (Bradford adaptation)."""
    cone = _BRADFORD @ D65 / (_BRADFORD @ D50)
    adaptation = np.linalg.inv(_BRADFORD) @ (cone[:, None] * _BRADFORD)
    linear: NDArray[np.float64] = _lab_to_xyz(lab, D50) @ adaptation.T @ np.linalg.inv(RGB_TO_XYZ).T
    return linear


def _lab_to_xyz(lab: AnyArray, white: NDArray[np.float64]) -> NDArray[np.float64]:
    lab = np.asarray(lab, np.float64)
    y = (lab[..., 0] + 16) / 116
    f = np.stack([y + lab[..., 1] / 500, y, y - lab[..., 2] / 200], axis=-1)
    xyz: NDArray[np.float64] = np.where(f > _DELTA, f**3, 3 * _DELTA**2 * (f - 4 / 29)) * white
    return xyz
