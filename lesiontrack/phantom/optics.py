"""Two-layer skin colour: melanin over haemoglobin, in linear light, and its CIELAB difference.

reflectance = BASE * exp(-(melanin * MELANIN + haemoglobin * HAEMOGLOBIN)), per channel: the modified
Beer-Lambert form, as in Tsumura et al. 1999 (doi 10.1364/JOSAA.16.002169). The constants are fitted to CIELAB
values assumed as typical of the six ITA classes (L* 72 to 33); they are no measured spectra.
"""

from __future__ import annotations

import numpy as np

from lesiontrack.arrays import AnyArray

MELANIN = np.array([0.653, 0.831, 0.905], np.float32)
PIGMENT = np.array([0.50, 0.88, 1.12], np.float32)  # lesion pigment near the surface: browner than the skin's
HAEMOGLOBIN = np.array([0.16, 1.0, 0.85], np.float32)
RESTING_HAEMOGLOBIN = 0.30
BASE = np.array([0.704, 0.503, 0.369], np.float32) * np.exp(RESTING_HAEMOGLOBIN * HAEMOGLOBIN)
SKIN_TONES = {
    "very_light": 0.17,
    "light": 0.48,
    "intermediate": 0.78,
    "tan": 1.15,
    "brown": 1.74,
    "dark": 2.55,
}  # melanin of the ITA classes

_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])
_STEPS = 4096


def reflectance(melanin: AnyArray, haemoglobin: AnyArray) -> AnyArray:
    """Planes of any shape → linear-light RGB in the shape with a last axis of 3."""
    melanin = np.asarray(melanin, np.float32)[..., None]
    haemoglobin = np.asarray(haemoglobin, np.float32)[..., None]
    return np.asarray(BASE * np.exp(-(melanin * MELANIN + haemoglobin * HAEMOGLOBIN)), np.float32)


def lab(linear: AnyArray) -> AnyArray:
    """Linear-light sRGB (..., 3) → CIELAB, D65, 2°."""
    xyz = np.asarray(linear, np.float64) @ _XYZ.T / _WHITE
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def delta_a(melanin: AnyArray, haemoglobin: AnyArray, added: AnyArray) -> AnyArray:
    """CIELAB a* with `added` haemoglobin minus a* without."""
    rest = lab(reflectance(melanin, haemoglobin))[..., 1]
    return np.asarray(lab(reflectance(melanin, np.asarray(haemoglobin) + added))[..., 1] - rest)


def haemoglobin_for(delta: float, tone: str) -> float:
    """Haemoglobin to add to resting skin of a tone for an a* difference; raises ValueError out of reach."""
    melanin = np.array(SKIN_TONES[tone])
    resting = np.array(RESTING_HAEMOGLOBIN)
    low, high = 0.0, 2.5
    if not 0 <= delta <= float(delta_a(melanin, resting, np.array(high))):
        raise ValueError(f"erythema of delta a* {delta:g} is out of reach for {tone} skin; use 0 to 20")
    for _ in range(40):
        middle = (low + high) / 2
        if float(delta_a(melanin, resting, np.array(middle))) < delta:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _srgb_table() -> AnyArray:
    linear = np.linspace(0, 1, _STEPS)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(255 * encoded, np.float32)


_TABLE = _srgb_table()


def to_srgb(linear: AnyArray) -> AnyArray:
    """Linear light 0..1 → sRGB as float32 0..255, clipped."""
    position = np.clip(linear, 0, 1) * np.float32(_STEPS - 1)
    index = np.minimum(position.astype(np.int32), _STEPS - 2)
    step = _TABLE[index + 1] - _TABLE[index]
    return np.asarray(_TABLE[index] + step * (position - index), np.float32)


def from_srgb(encoded: tuple[int, int, int]) -> AnyArray:
    """One sRGB colour, 0..255 → linear light, (3,) float32."""
    value = np.asarray(encoded, np.float64) / 255
    return np.asarray(np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4), np.float32)
