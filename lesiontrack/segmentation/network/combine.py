"""Network and colour together: the one place where it is decided which of the two is believed."""

from __future__ import annotations

from collections.abc import Sequence

from lesiontrack.photo import Photo
from lesiontrack.segmentation.layers import Segmentation
from lesiontrack.segmentation.network.modelfile import LEARNED


def combine(photo: Photo, network: Segmentation, learned: Sequence[str]) -> Segmentation:
    """The photo's masks from what the network found and, where it says nothing, from colour and edges.

    Args:
        photo: the photo, to be looked at by colour where that is needed; it takes longer than the network.
        network: the network's masks, with erythema and depigmentation.
        learned: the classes that it knows. What it never learned comes from colour.
    """
    missing = [name for name in LEARNED if name not in learned]
    if not missing:
        return network
    from lesiontrack.segmentation.by_colour import MODEL, segment_by_colour

    colour = segment_by_colour(photo.pixels)
    layers = {name: layer for name, layer in network.layers.items() if name not in missing}
    layers |= {name: colour.layers[name] for name in missing if name in colour.layers}
    if "skin" in missing:  # without skin the network's are empty
        shades = ("erythema", "depigmentation")
        layers |= {name: colour.layers[name] for name in shades if name in colour.layers}
    note = f"{', '.join(missing)} by {MODEL}: not among the classes of {network.model}"
    return Segmentation(network.shape, layers, network.model, (*network.notes, note))
