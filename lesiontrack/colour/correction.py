"""What a colour correction is, and how it acts on pixels."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lesiontrack.arrays import AnyArray, Matrix, Pixels
from lesiontrack.srgb import linear_to_srgb, srgb_to_linear

METHODS = ("card", "ruler_white", "constancy", "none")


@dataclass(frozen=True, eq=False)
class ColourCorrection:
    """How to bring a photo's pixels to a common colour.

    Attributes:
        method: "card", "ruler_white", "constancy" (an estimate, never called calibrated) or "none".
        delta_e: median CIEDE2000 on held-out patches after correction; None without a card.
        matrix: (3, 3) acting on linear-light RGB column vectors (for method "none": the identity).
        tone: exponent on linear light before the matrix, undoing a camera's contrast; 1 without a card.
        calibrated: True only for a card or ruler white.
        reason: what it rests on, or why nothing better was found, in plain words.
        corners: the card's four corners (x, y), or empty; for pictures.
    """

    method: str
    delta_e: float | None
    matrix: Matrix
    reason: str = ""
    corners: tuple[tuple[float, float], ...] = field(default=(), repr=False)
    tone: float = 1.0

    @property
    def calibrated(self) -> bool:
        return self.method in ("card", "ruler_white")

    def linear(self, srgb: AnyArray) -> NDArray[np.float32]:
        """(..., 3) uint8 sRGB → corrected linear light, float32, not clipped."""
        linear = srgb_to_linear(srgb)
        if self.tone != 1:
            linear **= np.float32(self.tone)
        return linear @ self.matrix.T.astype(np.float32)

    def apply(self, pixels: Pixels) -> Pixels:
        """(H, W, 3) uint8 sRGB → the same, corrected in linear light, clipped."""
        if np.array_equal(self.matrix, np.eye(3)) and self.tone == 1:
            return pixels.copy()
        result = np.empty_like(pixels)
        for top in range(0, pixels.shape[0], 256):  # in strips: float copies of a whole photo are large
            corrected = linear_to_srgb(self.linear(pixels[top : top + 256]))
            result[top : top + 256] = np.round(corrected * 255).astype(np.uint8)
        return result


def no_correction(reason: str) -> ColourCorrection:
    """Method "none": pixels as they are."""
    return ColourCorrection("none", None, np.eye(3), reason)
