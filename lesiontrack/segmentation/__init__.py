"""Where skin, lesion, ulcer and obstruction are in one photo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from lesiontrack.photo import Photo
from lesiontrack.segmentation.layers import Layer, Segmentation

if TYPE_CHECKING:
    from lesiontrack.colour import ColourCorrection

__all__ = ["Layer", "Segmentation", "Segmenter", "segment"]


class Segmenter(Protocol):
    """Anything that turns a photo into masks: the colour-based one here, a network in its own module."""

    def __call__(self, photo: Photo) -> Segmentation: ...


def segment(
    photo: Photo, colour: ColourCorrection | None = None, *, model: Segmenter | None = None
) -> Segmentation:
    """Independent masks of one photo.

    Without a `model`, by colour and edges: inside a pen ring where one is found, else on all skin in view.
    Where nothing stands out, the layer is missing and `notes` says so; a layer is never a guess to have one.

    Args:
        photo: the decoded photo.
        colour: its colour correction; the colour-based segmenter compares a photo with itself only and is
            indifferent to a cast, so this is applied only where it is calibrated.
        model: another segmenter; it gets the photo as it is.
    """
    if model is not None:
        return model(photo)
    from lesiontrack.segmentation.by_colour import segment_by_colour

    pixels = photo.pixels
    if colour is not None and colour.calibrated:
        pixels = colour.apply(pixels)
    return segment_by_colour(pixels)
