"""Which method draws the outlines: the shipped network, a model file, or colour and edges."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from lesiontrack.errors import ModelError
from lesiontrack.photo import Photo
from lesiontrack.segmentation.by_colour import MODEL, segment_by_colour
from lesiontrack.segmentation.layers import Segmentation
from lesiontrack.segmentation.network import Network, load_model, shipped_model

COLOUR = "colour"
"""Asks for the method by colour and edges where a model file could be named."""
SHIPPED = "shipped"


@dataclass(frozen=True)
class ByColour:
    """The method by colour and edges, as a segmenter; `sha256` is empty as it has no file."""

    id: str = MODEL
    sha256: str = ""
    about: str = "Outlines come from colour and edges, not from a trained network."

    def __call__(self, photo: Photo) -> Segmentation:
        return segment_by_colour(photo.pixels)


@dataclass(frozen=True)
class ModelChoice:
    """A segmenter as plain values, which travel to a worker and stand in a site's key.

    Attributes:
        id: what made the masks, as in Segmentation.model.
        sha256: of the model file; empty for the method by colour.
        source: COLOUR, SHIPPED, or the absolute path of a model file, which every worker must see.
        about: a sentence or two for the pages.
    """

    id: str
    sha256: str
    source: str
    about: str = field(default="", compare=False)

    def load(self) -> Network | ByColour:
        """The segmenter. Raises ModelError where it can't be used, or is not the one that was chosen."""
        model = _load(self.source)
        if (model.id, model.sha256) != (self.id, self.sha256):
            raise ModelError(
                f"{self.source}: this was the model {self.id} ({self.sha256[:12]}) when the run began and is "
                f"{model.id} ({model.sha256[:12]}) now; run again"
            )
        return model


BY_COLOUR = ModelChoice(MODEL, "", COLOUR, ByColour.about)


def choose_model(wanted: Path | str | None = None) -> ModelChoice:
    """The segmenter that a user asks for: COLOUR, a model file, or None for the default.

    The default is the shipped network, or the method by colour where the installation has none. Raises
    ModelError for a file that can't be used; MissingExtraError for a network without ONNX Runtime.
    """
    if wanted is None:
        source = COLOUR if shipped_model() is None else SHIPPED
    else:
        source = COLOUR if str(wanted) == COLOUR else str(Path(wanted).absolute())
    model = _load(source)
    return ModelChoice(model.id, model.sha256, source, model.about)


def _load(source: str) -> Network | ByColour:
    if source == COLOUR:
        return ByColour()
    return load_model(None if source == SHIPPED else source)
