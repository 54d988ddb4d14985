"""Colour: correction of a photo through a card or ruler white, and redness as a CIELAB difference."""

from __future__ import annotations

from lesiontrack.colour.card import correction_from_card
from lesiontrack.colour.cielab import lab_to_linear, linear_to_lab, srgb_to_lab
from lesiontrack.colour.correction import ColourCorrection
from lesiontrack.colour.measure import Erythema, erythema, erythema_between
from lesiontrack.colour.white import correction_from_white, estimate_correction
from lesiontrack.photo import Photo
from lesiontrack.srgb import linear_to_srgb, srgb_to_linear

__all__ = [
    "ColourCorrection",
    "Erythema",
    "correction_from_card",
    "correction_from_white",
    "erythema",
    "erythema_between",
    "estimate_correction",
    "find_colour",
    "lab_to_linear",
    "linear_to_lab",
    "linear_to_srgb",
    "srgb_to_lab",
    "srgb_to_linear",
]


def find_colour(photo: Photo) -> ColourCorrection:
    """Correction through a 24-patch card in the photo; else an estimate ("constancy"); else "none".

    A ruler's white needs to know where the ruler is: correction_from_white.
    """
    card = correction_from_card(photo)
    return card if card.calibrated else estimate_correction(photo)
