"""One photo of the results with what the last run kept of it and what readers have said of it since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from lesiontrack.arrays import Mask
from lesiontrack.corrections import Entry, MaskEdit
from lesiontrack.corrections.masks import DrawnMask, with_drawn
from lesiontrack.errors import ResultsError
from lesiontrack.pipeline.keptmasks import read_kept_mask
from lesiontrack.pipeline.record import PhotoRecord
from lesiontrack.report.data import Row, SitePage
from lesiontrack.review.loaded import Loaded
from lesiontrack.review.windows import Window
from lesiontrack.segmentation import Layer, Segmentation


@dataclass(frozen=True)
class Shot:
    """A photo: its row of photos, its site, and its record there."""

    row: Row
    site: SitePage
    record: PhotoRecord

    @property
    def sha256(self) -> str:
        return str(self.row["sha256"])

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W) upright."""
        return int(self.row["height"]), int(self.row["width"])

    @property
    def whole(self) -> Window:
        return Window(0, 0, self.shape[1], self.shape[0])


def find_shot(loaded: Loaded | None, sha256: str) -> Shot | None:
    """The photo with this digest; None where the results hold none."""
    row = loaded.photos.get(sha256) if loaded else None
    return _shot(loaded, row) if loaded and row else None


def shots_of(loaded: Loaded, site: SitePage) -> list[Shot]:
    """Photos of a site that the run could read, as they come in photos.csv."""
    return [shot for row in site.photos if (shot := _shot(loaded, row)) is not None]


def _shot(loaded: Loaded, row: Row) -> Shot | None:
    site = loaded.sites.get((row["patient"], row["site"]))
    if site is None:
        return None
    record = next((r for r in site.record.photos if r.photo == row["photo"]), None)
    return Shot(row, site, record) if record else None


def pending_edits(pending: Sequence[Entry], sha256: str) -> list[DrawnMask]:
    """Masks that were drawn on a photo and are in no result yet, in time order."""
    return [
        DrawnMask.of(entry.value, entry.correction.by)
        for entry in pending
        if entry.state == "in force" and isinstance(entry.value, MaskEdit)
        if entry.value.photo_sha256 == sha256
    ]


def standing(
    shot: Shot, *, results: Path, edits: Sequence[DrawnMask] = (), only: str | None = None
) -> Segmentation:
    """The masks as they stand now: what the last run had, and over it, as the next run will, what was drawn.

    Layers hold 0 or 255. `only`: the class that is wanted, so that others are read only where what was drawn
    may change it by them. Raises ResultsError where the kept masks can't be read, or the results are of a
    version that kept none.
    """
    kept = shot.record.masks
    if not kept and shot.record.overview is not None and any(shot.record.overview.outlines.values()):
        raise ResultsError("these results keep no masks; run `lesiontrack run --fresh` once")
    folder = results / shot.site.entry.folder
    layers = {
        name: Layer(mask.x, mask.y, read_kept_mask(folder, mask).astype(np.uint8) * np.uint8(255))
        for name, mask in kept.items()
        if edits or only in (None, name)
    }
    return with_drawn(Segmentation(shot.shape, layers), edits)


def mask_within(segmentation: Segmentation, name: str, window: Window) -> Mask:
    """(height, width) bool of a class within a window."""
    mask = np.zeros((window.height, window.width), bool)
    layer = segmentation.layers.get(name)
    if layer is None:
        return mask
    place = Window(layer.x, layer.y, layer.values.shape[1], layer.values.shape[0])
    shared = place.overlap(window)
    if shared is not None:
        mask[shared.within(window).slices] = layer.values[shared.within(place).slices] >= 128
    return mask


def outlines(
    segmentation: Segmentation, edits: Sequence[DrawnMask]
) -> dict[str, list[list[tuple[float, float]]]]:
    """Class → outlines, in upright pixels, of what stands within the windows of some edits."""
    found: dict[str, list[list[tuple[float, float]]]] = {}
    height, width = segmentation.shape
    for edit in edits:
        place = Window(edit.x, edit.y, edit.width, edit.height).overlap(Window(0, 0, width, height))
        for name in (name for name, _ in edit.masks):
            if place is not None:
                found.setdefault(name, []).extend(_outlines(mask_within(segmentation, name, place), place))
    return found


def _outlines(mask: Mask, place: Window) -> list[list[tuple[float, float]]]:
    contours, _ = cv2.findContours(
        mask.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE, offset=(place.x, place.y)
    )
    polygons = [cv2.approxPolyDP(contour, 0.7, True)[:, 0, :] for contour in contours]
    return [[(float(x), float(y)) for x, y in polygon] for polygon in polygons if len(polygon) >= 3]
