"""Pairs of what both readers drew: areas, overlap, and the outline that stands for both."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Sequence
from typing import Any

import cv2
import numpy as np

from lesiontrack.arrays import Mask
from lesiontrack.corrections import Entry, MaskEdit
from lesiontrack.corrections.model import DRAWN
from lesiontrack.corrections.words import CLASSES, what_of
from lesiontrack.readers.context import Context
from lesiontrack.readers.model import Pair, Said, Subject, Writing
from lesiontrack.readers.outlines import Box, Common, Region, Window, midway, regions, unusable, windows


def drawn_pairs(
    first: Sequence[Entry], second: Sequence[Entry], context: Context, *, min_dice: float
) -> list[Pair]:
    """For each photo and class a pair for every part that both judged, and for every window that one did.

    Two outlines agree from an overlap (Dice) of `min_dice` on, and where both drew nothing.
    """
    mine, theirs = windows(first, context), windows(second, context)
    pairs: list[Pair] = []
    for sha256, name in sorted(mine.keys() | theirs.keys(), key=lambda key: (key[0], DRAWN.index(key[1]))):
        own, others = mine.get((sha256, name), []), theirs.get((sha256, name), [])
        found = regions(name, own, others)
        pairs += [
            _pair(region, number, sha256, context, min_dice) for number, region in enumerate(found, start=1)
        ]
        met = {
            entry.id for region in found for is_first in (True, False) for entry in _entries(region, is_first)
        }
        for is_first, drawn in ((True, own), (False, others)):
            beyond = {w.entry.id for region in found for w in region.alone(is_first)}
            pairs += [
                _alone(window, name, is_first, context, window.entry.id in met)
                for window in drawn
                if window.entry.id not in met or window.entry.id in beyond
            ]
    return [*pairs, *_refused(first, True, context), *_refused(second, False, context)]


def _pair(region: Region, number: int, sha256: str, context: Context, min_dice: float) -> Pair:
    edit = min(_edits(region), key=lambda value: (value.patient, value.site, value.visit, value.photo))
    patient = context.patient(sha256, edit.patient)
    areas = int(region.first.sum()), int(region.second.sum())
    agree = region.dice >= min_dice or areas == (0, 0)
    measures = _measures(region, areas, patient, sha256, context)
    subject = Subject(
        "mask", patient, edit.site, edit.visit, photo=context.photo(sha256, edit.photo), sha256=sha256,
        detail=(region.name, str(number)),
    )  # fmt: skip
    said = [
        Said(None, _words(region.name, area, sha256, context), _entries(region, is_first))
        for is_first, area in zip((True, False), areas, strict=True)
    ]
    middle = midway(region.first, region.second) & region.both
    return Pair(
        subject,
        said[0],
        said[1],
        agree,
        patient,
        measures,
        joined=_writings(region, middle, edit) if agree else (),
        for_first=() if agree else _writings(region, region.first, edit),
        for_second=() if agree else _writings(region, region.second, edit),
        note=_outside_note(region),
    )


def _measures(
    region: Region, areas: tuple[int, int], patient: str, sha256: str, context: Context
) -> dict[str, Any]:
    scale = context.px_per_mm(sha256)
    box = region.box

    def inside(x: float, y: float) -> bool:
        column, row = math.floor(x + 0.5) - box.x0, math.floor(y + 0.5) - box.y0
        height, width = region.both.shape
        return 0 <= row < height and 0 <= column < width and bool(region.both[row, column])

    found: dict[str, Any] = {
        "lesions": "; ".join(context.lesions_at(patient, sha256, inside)),
        "x": box.x0, "y": box.y0, "width": box.x1 - box.x0, "height": box.y1 - box.y0,
        "judged_by_both_px": int(region.both.sum()),
        "outside_a_px": region.outside_first, "outside_b_px": region.outside_second,
        "px_per_mm": scale,
        "area_a_px": areas[0], "area_b_px": areas[1],
        "dice": None if math.isnan(region.dice) else region.dice,
    }  # fmt: skip
    if scale:
        found |= {"area_a_mm2": areas[0] / scale**2, "area_b_mm2": areas[1] / scale**2}
    return found


def _words(name: str, area: int, sha256: str, context: Context) -> str:
    scale = context.px_per_mm(sha256)
    if not area:
        return f"no {CLASSES[name]}"
    return f"{CLASSES[name]} of {area / scale**2:.1f} mm²" if scale else f"{CLASSES[name]} of {area} px²"


def _outside_note(region: Region) -> str:
    told = [
        f"{reader} drew {area} px² where the other judged nothing"
        for reader, area in (("A", region.outside_first), ("B", region.outside_second))
        if area
    ]
    return "; ".join(told)


def _edits(region: Region) -> Iterable[MaskEdit]:
    for common in region.commons:
        yield common.first.edit
        yield common.second.edit


def _entries(region: Region, is_first: bool) -> tuple[Entry, ...]:
    found = {common.of(is_first).entry.id: common.of(is_first).entry for common in region.commons}
    return tuple(found.values())


def _writings(region: Region, mask: Mask, edit: MaskEdit) -> tuple[Writing, ...]:
    """One for each pair of windows: a rectangle that both judged, with what stands in it."""
    return tuple(
        Writing(_cut(region, mask, common, edit), (common.first.entry.id, common.second.entry.id))
        for common in region.commons
    )


def _cut(region: Region, mask: Mask, common: Common, edit: MaskEdit) -> MaskEdit:
    box: Box = common.box
    part = mask[
        box.y0 - region.box.y0 : box.y1 - region.box.y0, box.x0 - region.box.x0 : box.x1 - region.box.x0
    ]
    return edit.model_copy(
        update={
            "x": box.x0, "y": box.y0, "width": box.x1 - box.x0, "height": box.y1 - box.y0,
            "masks": {region.name: encoded(part)},
        }
    )  # fmt: skip


def encoded(mask: Mask) -> str:
    """Base64 of a PNG of one bit a pixel."""
    pixels = np.where(mask, np.uint8(255), np.uint8(0))
    done, content = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_BILEVEL, 1])
    assert done
    return base64.b64encode(content.tobytes()).decode()


def _alone(window: Window, name: str, is_first: bool, context: Context, partly: bool) -> Pair:
    said = Said(None, f"{CLASSES[name]} drawn: {_window_words(window.edit)}", (window.entry,), window.edit)
    note = "something in it lies where the other judged nothing; the rest is compared" if partly else ""
    return _one_sided(window.edit, said, (name, window.entry.id), is_first, context, note)


def _refused(entries: Iterable[Entry], is_first: bool, context: Context) -> list[Pair]:
    """Windows that can't be used: nobody's drawing is dropped without a word."""
    found = []
    for entry in entries:
        edit = entry.value
        if isinstance(edit, MaskEdit) and (why := unusable(edit, context)):
            said = Said(None, what_of(edit), (entry,), edit)
            found.append(_one_sided(edit, said, ("", entry.id), is_first, context, f"can't be used: {why}"))
    return found


def _one_sided(
    edit: MaskEdit, said: Said, detail: tuple[str, str], is_first: bool, context: Context, note: str
) -> Pair:
    sha256 = edit.photo_sha256
    patient = context.patient(sha256, edit.patient)
    photo = context.photo(sha256, edit.photo)
    subject = Subject("mask", patient, edit.site, edit.visit, photo=photo, sha256=sha256, detail=detail)
    mine, theirs = (said, None) if is_first else (None, said)
    return Pair(subject, mine, theirs, None, patient, note=note)


def _window_words(edit: MaskEdit) -> str:
    return f"a window of {edit.width} x {edit.height} px at {edit.x}, {edit.y}"
