"""Where skin, lesion, ulcer and obstruction are in one photo."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from lesiontrack.photo import Photo
from lesiontrack.segmentation.layers import Layer, Segmentation

if TYPE_CHECKING:
    from lesiontrack.colour import ColourCorrection

__all__ = ["Layer", "Segmentation", "Segmenter", "segment"]


class Segmenter(Protocol):
    """Anything that turns a photo into masks: a network, colour and edges, or a function of one's own."""

    def __call__(self, photo: Photo) -> Segmentation: ...


def segment(
    photo: Photo,
    colour: ColourCorrection | None = None,
    *,
    model: Segmenter | Path | str | None = None,
) -> Segmentation:
    """Independent masks of one photo.

    A class that was not found has no layer; a layer is never a guess to have one.

    Args:
        photo: the decoded photo.
        colour: its colour correction. The colour-based method compares a photo with itself only and is
            indifferent to a cast, so this is applied only for it, and only where it is calibrated; networks
            are trained on photos as cameras give them.
        model: a model file; "colour" for the method by colour and edges (inside a pen ring where one is
            found, else on all skin in view); or any segmenter. Default: the network that is shipped, or
            "colour" in an installation without one.

    Raises ModelError for a model file that can't be used.
    """
    from lesiontrack.segmentation.choice import ByColour

    segmenter = _named(None if model is None else str(model)) if not callable(model) else model
    if isinstance(segmenter, ByColour) and colour is not None and colour.calibrated:
        photo = replace(photo, pixels=colour.apply(photo.pixels))
    return segmenter(photo)


def _named(model: str | None) -> Segmenter:
    from lesiontrack.segmentation.choice import choose_model

    return _default() if model is None else choose_model(model).load()


@lru_cache(maxsize=1)
def _default() -> Segmenter:
    from lesiontrack.segmentation.choice import choose_model

    return choose_model().load()
