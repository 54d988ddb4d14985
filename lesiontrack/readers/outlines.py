"""What both readers drew on one photo, in the part of it that the windows of both cover."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from lesiontrack.arrays import Mask
from lesiontrack.corrections import Entry, MaskEdit
from lesiontrack.corrections.masks import refusal
from lesiontrack.corrections.png import brightness, stretched
from lesiontrack.readers.context import Context


class Box(NamedTuple):
    """Upright pixels of a photo; x1 and y1 are the first ones outside."""

    x0: int
    y0: int
    x1: int
    y1: int

    def shared(self, other: Box) -> Box | None:
        box = Box(
            max(self.x0, other.x0), max(self.y0, other.y0), min(self.x1, other.x1), min(self.y1, other.y1)
        )
        return box if box.x0 < box.x1 and box.y0 < box.y1 else None

    def touches(self, other: Box) -> bool:
        return self.x0 <= other.x1 and other.x0 <= self.x1 and self.y0 <= other.y1 and other.y0 <= self.y1

    def around(self, other: Box) -> Box:
        return Box(
            min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1)
        )


class Window(NamedTuple):
    """A window of a reader as far as it lies in the photo, and the correction that drew it."""

    box: Box
    entry: Entry
    edit: MaskEdit


class Common(NamedTuple):
    """What a window of each reader share."""

    box: Box
    first: Window
    second: Window

    def of(self, is_first: bool) -> Window:
        return self.first if is_first else self.second


@dataclass(frozen=True)
class Region:
    """A connected part of a photo that both readers judged for one class.

    Attributes:
        box: around it; the masks have its size.
        both: where the windows of both cover it.
        first, second: what each drew, within `both`. Of windows that overlap the later one holds.
        outside_first, outside_second: px² that the reader drew in the same windows beyond `both`.
        commons: the pairs of windows that it is made of.
    """

    name: str
    box: Box
    both: Mask
    first: Mask
    second: Mask
    outside_first: int
    outside_second: int
    commons: tuple[Common, ...]

    @property
    def dice(self) -> float:
        """2 |A and B| / (|A| + |B|) (Dice 1945); nan where both are empty."""
        total = int(self.first.sum()) + int(self.second.sum())
        return 2 * int((self.first & self.second).sum()) / total if total else float("nan")


def windows(entries: Iterable[Entry], context: Context) -> dict[tuple[str, str], list[Window]]:
    """(digest of the photo, class) → windows in time order. Those that can't be read are left out."""
    found: dict[tuple[str, str], list[Window]] = {}
    for entry in entries:
        edit = entry.value
        if not isinstance(edit, MaskEdit) or unusable(edit, context):
            continue
        height, width = context.shape(edit.photo_sha256) or (10**6, 10**6)
        box = Box(edit.x, edit.y, min(edit.x + edit.width, width), min(edit.y + edit.height, height))
        for name in edit.masks:
            found.setdefault((edit.photo_sha256, name), []).append(Window(box, entry, edit))
    return found


def unusable(edit: MaskEdit, context: Context) -> str:
    """Why a drawn mask can't be used; empty where it can."""
    height, width = context.shape(edit.photo_sha256) or (10**6, 10**6)
    return refusal(edit, width, height)


def regions(name: str, first: Sequence[Window], second: Sequence[Window]) -> list[Region]:
    """The parts of a photo that both judged, from the top left on."""
    commons = [
        Common(box, mine, theirs)
        for mine in first
        for theirs in second
        if (box := mine.box.shared(theirs.box)) is not None
    ]
    found = [_region(name, group, first, second) for group in _groups(commons)]
    return sorted(found, key=lambda region: (region.box.y0, region.box.x0))


def midway(first: Mask, second: Mask) -> Mask:
    """The outline halfway between two: shape-based averaging (Raya and Udupa 1990, IEEE Trans Med Imaging
    9:32; Rohlfing and Maurer 2007, IEEE Trans Image Process 16:153).

    A pixel is inside where the mean of its signed distances to both outlines is 0 or more. So it is where
    both say so, is not where neither does, and between the outlines each gets half; (H, W) bool.
    """
    inside: Mask = _signed(first) + _signed(second) >= 0
    return inside & (first | second)


def _signed(mask: Mask) -> NDArray[np.float32]:
    """Distance to the nearest pixel of the other kind, negative outside; a mask of one kind is all as far."""
    if mask.all() or not mask.any():
        return np.full(mask.shape, np.float32(np.hypot(*mask.shape) * (1 if mask.any() else -1)))
    inner, outer = (
        cv2.distanceTransform(part.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        for part in (mask, ~mask)
    )
    return np.asarray(inner - outer, np.float32)


def painted(name: str, drawn: Sequence[Window], box: Box) -> tuple[Mask, Mask]:
    """(inside, judged) within a box: windows in time order, the later over the earlier."""
    inside = np.zeros((box.y1 - box.y0, box.x1 - box.x0), bool)
    judged = np.zeros_like(inside)
    for window in drawn:
        part = window.box.shared(box)
        if part is None:
            continue
        edit = window.edit
        cut = (part.x0 - edit.x, part.y0 - edit.y, part.x1 - edit.x, part.y1 - edit.y)
        rows, columns = _slices(part, box)
        inside[rows, columns] = stretched(brightness(edit.masks[name]), edit.width, edit.height, cut)
        judged[rows, columns] = True
    return inside, judged


def _slices(part: Box, box: Box) -> tuple[slice, slice]:
    return slice(part.y0 - box.y0, part.y1 - box.y0), slice(part.x0 - box.x0, part.x1 - box.x0)


def _groups(commons: Sequence[Common]) -> list[list[Common]]:
    """Commons that touch each other, directly or through others."""
    groups: list[list[Common]] = []
    for common in commons:
        near = [group for group in groups if any(common.box.touches(other.box) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([*(other for group in near for other in group), common])
    return groups


def _region(name: str, commons: list[Common], first: Sequence[Window], second: Sequence[Window]) -> Region:
    box = commons[0].box
    whole = box
    for common in commons:
        box = box.around(common.box)
        whole = whole.around(common.first.box).around(common.second.box)
    mine, judged_mine = painted(name, first, box)
    theirs, judged_theirs = painted(name, second, box)
    both = np.zeros_like(mine)
    for common in commons:
        both[_slices(common.box, box)] = True
    both &= judged_mine & judged_theirs
    own = {common.first.entry.id: common.first for common in commons}
    others = {common.second.entry.id: common.second for common in commons}
    outside = _outside(name, own, first, second, whole), _outside(name, others, second, first, whole)
    return Region(name, box, both, mine & both, theirs & both, outside[0], outside[1], tuple(commons))


def _outside(
    name: str,
    own: dict[str, Window],
    drawn: Sequence[Window],
    other: Sequence[Window],
    whole: Box,
) -> int:
    """px² that a reader drew in these windows where the other reader judged nothing."""
    inside, _ = painted(name, drawn, whole)
    _, here = painted(name, tuple(own.values()), whole)
    _, judged = painted(name, other, whole)
    return int((inside & here & ~judged).sum())
