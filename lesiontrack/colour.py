"""Colour: correction of a photo through a card or ruler white, and redness as a CIELAB difference."""

from __future__ import annotations

from dataclasses import dataclass

from lesiontrack.arrays import Mask, Matrix, Pixels
from lesiontrack.photo import Photo


@dataclass(frozen=True, eq=False)
class ColourCorrection:
    """How to bring a photo's pixels to a common colour.

    Attributes:
        method: "card", "ruler_white", "constancy" (an estimate, never called calibrated) or "none".
        delta_e: median CIEDE2000 on held-out patches after correction; None without a card.
        matrix: (3, 3) acting on linear-light RGB column vectors (for method "none": the identity).
        calibrated: True only for a card or ruler white.
    """

    method: str
    delta_e: float | None
    matrix: Matrix

    @property
    def calibrated(self) -> bool:
        return self.method in ("card", "ruler_white")

    def apply(self, pixels: Pixels) -> Pixels:
        """(H, W, 3) uint8 sRGB → the same, corrected in linear light, clipped."""
        raise NotImplementedError


@dataclass(frozen=True)
class Erythema:
    """Redness of a region against a reference.

    Attributes:
        delta_a: mean CIELAB a* of the region minus that of the reference (D65, 2°).
        delta_a_sd: its standard deviation (spatial noise of both, plus the colour correction's residual).
        green_suppression: log10(G_ref / G_region), linear light (EQscore, PMC8049083).
        erythema_index: log10(R / G) of the region minus that of the reference, linear light.
        ita_deg: individual typology angle of the reference, degrees; None where b* <= 0.
    """

    delta_a: float
    delta_a_sd: float
    green_suppression: float
    erythema_index: float
    ita_deg: float | None


def find_colour(photo: Photo) -> ColourCorrection:
    raise NotImplementedError


def erythema(
    photo: Photo, region: Mask, reference: Mask, colour: ColourCorrection | None = None
) -> Erythema:
    raise NotImplementedError
