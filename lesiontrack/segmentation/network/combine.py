"""Network and colour together: the one place where it is decided which of the two is believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lesiontrack.arrays import Mask, Plane
from lesiontrack.photo import Photo
from lesiontrack.segmentation.canvas import components
from lesiontrack.segmentation.layers import Layer, Segmentation
from lesiontrack.segmentation.network.modelfile import LEARNED

AGREES = 0.2  # Dice with what the network takes for likely there, from which a ring's outline is believed
LIKELY = 0.25
IN_RINGS = ("lesion", "skin", "obstruction", "erythema", "depigmentation")


def combine(photo: Photo, network: Segmentation, learned: Sequence[str]) -> Segmentation:
    """The photo's masks from the network, and from colour and edges where those are known to be better.

    Inside a pen ring they are: a ring says where to look, and that there is something to see. On 45
    close-ups of moles (median Dice 0.95; the model card has the network's) they are closer to a hand outline.
    Ulcers are the network's; with a ring, those that meet a lesion in it: others would be ink. What looks
    like a ring may be hair, and what it holds no lesion, so the network must see one there too: of 110
    dermoscopy photos 8 had such a "ring", of which this refuses 5, and none of the close-ups' 44.

    Args:
        photo: the photo, to be looked at by colour where that is needed; it takes longer than the network.
        network: the network's masks, with erythema and depigmentation.
        learned: the classes that it knows. What it never learned comes from colour.
    """
    from lesiontrack.segmentation.by_colour import MODEL, segment_by_colour, segment_in_ring

    missing = [name for name in LEARNED if name not in learned]
    if missing:
        shades = ("erythema", "depigmentation") if "skin" in missing else ()  # without skin they are empty
        note = f"{', '.join(missing)} by {MODEL}: not among the classes of {network.model}"
        return _with(network, segment_by_colour(photo.pixels), (*missing, *shades), (note,))
    ringed = segment_in_ring(photo.pixels)
    if ringed is None or not _agree(ringed.mask("lesion"), network.probability("lesion") >= LIKELY):
        return network
    combined = _with(network, ringed, IN_RINGS, (f"outlines in the pen ring by {MODEL}", *ringed.notes))
    ulcer = _meeting(combined.mask("ulcer"), combined.mask("lesion"), combined.probability("ulcer"))
    layers = {name: layer for name, layer in combined.layers.items() if name != "ulcer"}
    return replace(combined, layers=layers | ({"ulcer": ulcer} if ulcer is not None else {}))


def _agree(outlined: Mask, likely: Mask) -> bool:
    met = _regions_meeting(likely, outlined)
    both, all_of_them = int((outlined & met).sum()), int(outlined.sum() + met.sum())
    return both > 0 and 2 * both >= AGREES * all_of_them


def _regions_meeting(regions: Mask, others: Mask) -> Mask:
    """The regions that have a pixel in common with `others`."""
    labels, _ = components(regions)
    met = np.unique(labels[others])
    found: Mask = np.isin(labels, met[met > 0])
    return found


def _meeting(regions: Mask, others: Mask, probability: Plane) -> Layer | None:
    """The regions that have a pixel in common with `others`, with their probability."""
    return Layer.crop(np.where(_regions_meeting(regions, others), probability, np.float32(0)))


def _with(
    network: Segmentation, other: Segmentation, names: Sequence[str], notes: Sequence[str]
) -> Segmentation:
    """The network's masks, with those of `names` as the other has them, or not at all."""
    layers = {name: layer for name, layer in network.layers.items() if name not in names}
    layers |= {name: other.layers[name] for name in names if name in other.layers}
    return Segmentation(network.shape, layers, network.model, (*network.notes, *notes))
