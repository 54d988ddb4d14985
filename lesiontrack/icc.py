"""Embedded colour profiles → sRGB."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image, ImageCms

from lesiontrack.arrays import Pixels
from lesiontrack.srgb import linear_to_srgb

# Two 8-bit steps: what independent tables for the one sRGB curve differ by.
_SAME = 2
# Adobe RGB (1998), section 4.3.5: gamma 563/256, D65 as sRGB has it, so no adaptation is needed.
_ADOBE_GAMMA = 563 / 256
_ADOBE_TO_LINEAR_SRGB = np.array(
    [[1.3983557, -0.3983557, 0.0], [0.0, 1.0, 0.0], [0.0, -0.0429290, 1.0429290]], np.float32
)


def profile_name(profile: bytes) -> str:
    """The profile's description, "sRGB" where it does what sRGB does, "unnamed" without one."""
    if is_srgb(profile):
        return "sRGB"
    try:
        text = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(BytesIO(profile)))
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return "unnamed"
    return " ".join(text.replace("\0", " ").split())[:60] or "unnamed"


@lru_cache(maxsize=16)
def is_srgb(profile: bytes) -> bool:
    """Whether the profile maps RGB to sRGB unchanged, whatever its name says."""
    steps = np.linspace(0, 255, 9).round().astype(np.uint8)
    lattice = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(27, 27, 3)
    converted = to_srgb(Image.fromarray(lattice), profile)
    if converted is None:
        return False
    return int(np.abs(np.asarray(converted).astype(int) - lattice).max()) <= _SAME


def to_srgb(image: Image.Image, profile: bytes) -> Image.Image | None:
    """Image of mode RGB, L, CMYK or LAB → RGB; None where the profile is damaged or of another kind.

    Relative colorimetric with black point compensation: white stays white, in-gamut colours exact.
    """
    try:
        return ImageCms.applyTransform(image, _transform(profile, image.mode))
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


@lru_cache(maxsize=8)
def _transform(profile: bytes, mode: str) -> Any:
    return ImageCms.buildTransform(
        ImageCms.ImageCmsProfile(BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )


def adobe_rgb_to_srgb(pixels: Pixels) -> Pixels:
    """(H, W, 3) uint8 Adobe RGB (1998) → uint8 sRGB, clipped to its gamut."""
    decode = (np.arange(256, dtype=np.float32) / 255) ** np.float32(_ADOBE_GAMMA)
    result = np.empty_like(pixels)
    for top in range(0, pixels.shape[0], 256):  # in strips: a float copy of a whole photo is 12 times it
        linear = decode[pixels[top : top + 256]] @ _ADOBE_TO_LINEAR_SRGB.T
        result[top : top + 256] = np.round(linear_to_srgb(linear) * 255).astype(np.uint8)
    return result
