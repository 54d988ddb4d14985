"""Masks that a reader drew, and a segmentation that has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from lesiontrack.arrays import Mask
from lesiontrack.contact import thick_radius
from lesiontrack.corrections.model import DRAWN, MaskEdit
from lesiontrack.corrections.png import brightness, stretched
from lesiontrack.measurement import smallest_area
from lesiontrack.segmentation import Layer, Segmentation

READER = "+reader"
MEASURED = ("lesion", "ulcer")  # their union is a region with an area
_SAME = 0.5  # overlap (Jaccard) from which a drawn speck is the one that was there before


@dataclass(frozen=True)
class DrawnMask:
    """A MaskEdit as plain values that travel to a worker; `masks` are (class, base64 of a PNG)."""

    by: str
    photo_sha256: str
    x: int
    y: int
    width: int
    height: int
    masks: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, value: MaskEdit, by: str) -> DrawnMask:
        masks = tuple(sorted(value.masks.items(), key=lambda item: DRAWN.index(item[0])))
        return cls(by, value.photo_sha256, value.x, value.y, value.width, value.height, masks)


def decode_drawn(text: str, width: int, height: int) -> Mask:
    """(height, width) bool from base64 of a PNG of any size, whose brighter half is inside.

    Pixel centres stay where they are: the PNG's corners are the window's corners. Transparent is dark.
    Raises ValueError for what is no PNG, or one of too many pixels.
    """
    return stretched(brightness(text), width, height, (0, 0, width, height))


def refusal(edit: DrawnMask | MaskEdit, width: int, height: int) -> str:
    """Why a drawn mask can't be used on a photo of this size; empty where it can."""
    if edit.x >= width or edit.y >= height:
        return f"its window at {edit.x}, {edit.y} lies outside the photo of {width} x {height} px"
    masks = edit.masks.items() if isinstance(edit, MaskEdit) else edit.masks
    for name, text in masks:
        try:
            brightness(text)
        except ValueError as error:
            return f"the mask of {name}: {error}"
    return ""


def with_drawn(segmentation: Segmentation, edits: Sequence[DrawnMask]) -> Segmentation:
    """The segmentation with what readers drew, edit by edit in the order given.

    Inside its window a drawn class is as it was drawn, with probability 0 or 1; outside, nothing changes. So
    that what was drawn is also what is measured, in the same window:

    - ulcer that was not judged stays only where the drawn lesion is, as the measured region is both together;
    - lesion and ulcer that were not judged end where a thick obstruction was drawn: it hides them. Hairs and
      glints do not (see `contact.thick_radius`);
    - skin that was not judged takes in a drawn lesion or ulcer: they are skin by definition.

    Regions that a reader drew are noted in `drawn`, so that they are measured though small. The model's id
    gets "+reader", and `notes` say who drew what, or why an edit could not be used.
    """
    height, width = segmentation.shape
    for edit in edits:
        why_not = refusal(edit, width, height)
        if why_not:
            note = f"a correction by {edit.by} was not applied: {why_not}"
            segmentation = replace(segmentation, notes=(*segmentation.notes, note))
        else:
            segmentation = _with_one(segmentation, edit)
    return segmentation


def _with_one(before: Segmentation, edit: DrawnMask) -> Segmentation:
    height, width = before.shape
    x0, y0 = edit.x, edit.y
    x1, y1 = min(x0 + edit.width, width), min(y0 + edit.height, height)
    part = (0, 0, x1 - x0, y1 - y0)
    drawn = {name: stretched(brightness(text), edit.width, edit.height, part) for name, text in edit.masks}
    then = {name: _cut(before.layers.get(name), x0, y0, x1, y1) for name in DRAWN}
    now = {name: np.where(mask, np.uint8(255), np.uint8(0)) for name, mask in drawn.items()}
    if "lesion" in drawn and "ulcer" not in drawn:
        now["ulcer"] = np.where(drawn["lesion"], then["ulcer"], np.uint8(0))
    if "obstruction" in drawn:
        hidden = _thick(drawn["obstruction"], thick_radius(before.shape))
        for name in [name for name in MEASURED if name not in drawn]:
            now[name] = np.where(hidden, np.uint8(0), now.get(name, then[name]))
    if "skin" not in drawn:
        for name in [name for name in MEASURED if name in drawn]:
            now["skin"] = np.where(drawn[name], np.uint8(255), now.get("skin", then["skin"]))
    layers = dict(before.layers)
    for name, values in now.items():
        layer = _pasted(before.layers.get(name), values, x0, y0)
        if layer is None:
            layers.pop(name, None)
        else:
            layers[name] = layer
    own = before.drawn
    if any(name in drawn for name in MEASURED):
        own = _pasted(own, _own_regions(before, then, now, _cut(own, x0, y0, x1, y1)), x0, y0)
    words = ", ".join(drawn)
    note = f"{words} as drawn by {edit.by} in {x1 - x0} x {y1 - y0} px at {x0}, {y0}"
    if (x1 - x0, y1 - y0) != (edit.width, edit.height):
        note += " (the rest of the window lies outside the photo)"
    model = before.model if before.model.endswith(READER) else before.model + READER
    return Segmentation(before.shape, layers, model, (*before.notes, note), own)


def _own_regions(
    before: Segmentation,
    then: dict[str, NDArray[np.uint8]],
    now: dict[str, NDArray[np.uint8]],
    own: NDArray[np.uint8],
) -> NDArray[np.uint8]:
    """255 where a region is a reader's. Specks that were there already, and were not measured, are nobody's:

    an editor gives back the whole window, and what was left untouched in it was not meant.
    """
    was = (then["lesion"] >= 128) | (then["ulcer"] >= 128)
    now_in = (now.get("lesion", then["lesion"]) >= 128) | (now.get("ulcer", then["ulcer"]) >= 128)
    old, _ = ndimage.label(was, structure=np.ones((3, 3)))
    old_areas = np.bincount(old.ravel())
    labels, count = ndimage.label(now_in, structure=np.ones((3, 3)))
    speck = smallest_area(before.shape)
    result = np.where(now_in, np.uint8(255), np.uint8(0))
    boxes = ndimage.find_objects(labels)
    for label in range(1, count + 1):
        box = boxes[label - 1]
        region = labels[box] == label
        if region.sum() >= speck or own[box][region].any():
            continue
        shares = np.bincount(old[box][region], minlength=2)
        shares[0] = 0
        other = int(shares.argmax())
        both = int(shares[other])
        if both and both >= _SAME * (region.sum() + old_areas[other] - both) and old_areas[other] < speck:
            result[box][region] = 0
    return result


def _thick(mask: Mask, radius: float) -> Mask:
    """Opening by a disc, by distances as the disc is large; beyond the window all goes on as at its edge."""
    result: Mask = np.zeros_like(mask)
    if not mask.any():
        return result
    reach = int(np.ceil(radius)) + 1
    padded = np.pad(mask, reach, mode="edge")
    rows, columns = np.flatnonzero(padded.any(1)), np.flatnonzero(padded.any(0))
    part = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    local = np.pad(padded[part], 1)
    core = ndimage.distance_transform_edt(local) > radius
    if core.any():
        opened = np.zeros_like(padded)
        opened[part] = (ndimage.distance_transform_edt(~core) <= radius)[1:-1, 1:-1]
        result = opened[reach:-reach, reach:-reach] & mask
    return result


def _cut(layer: Layer | None, x0: int, y0: int, x1: int, y1: int) -> NDArray[np.uint8]:
    """The values of a layer in a window."""
    return layer.window(x0, y0, x1, y1) if layer is not None else np.zeros((y1 - y0, x1 - x0), np.uint8)


def _pasted(layer: Layer | None, values: NDArray[np.uint8], x: int, y: int) -> Layer | None:
    """A layer with a window's values replaced, in the smallest box; None where nothing is left."""
    x1, y1 = x + values.shape[1], y + values.shape[0]
    left, top, right, bottom = x, y, x1, y1
    if layer is not None:
        left, top = min(layer.x, x), min(layer.y, y)
        right = max(layer.x + layer.values.shape[1], x1)
        bottom = max(layer.y + layer.values.shape[0], y1)
    whole = _cut(layer, left, top, right, bottom)
    whole[y - top : y1 - top, x - left : x1 - left] = values
    rows, columns = np.flatnonzero(whole.any(1)), np.flatnonzero(whole.any(0))
    if not len(rows):
        return None
    return Layer(
        left + int(columns[0]),
        top + int(rows[0]),
        whole[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].copy(),
    )
