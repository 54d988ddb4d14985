"""Outlined regions of one picture, as annotation tools keep them, and the labels that they make."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesiontrack.arrays import Mask, Points
from lesiontrack.training.dataset import LEARNED, UNLABELLED, DataSetError
from lesiontrack.training.readers.shapes import decode_rle, fill_polygon

UNSURE = "unsure"


@dataclass(frozen=True, eq=False)
class Region:
    """One annotation: the union of its parts.

    Attributes:
        polygons: outlines, (N, 2) x, y with pixel centres at whole numbers.
        counts: COCO run lengths of the whole picture, a list or the compressed text.
        patch: a small mask, with the x, y of its first pixel in `corner`.
    """

    polygons: tuple[Points, ...] = ()
    counts: tuple[int, ...] | str = ()
    patch: Mask | None = None
    corner: tuple[int, int] = (0, 0)

    def fill(self, shape: tuple[int, int]) -> Mask:
        """(H, W) bool."""
        mask = decode_rle(self.counts, shape) if self.counts else np.zeros(shape, bool)
        for polygon in self.polygons:
            mask |= fill_polygon(polygon, shape)
        if self.patch is not None:
            x, y = self.corner
            height, width = self.patch.shape
            if x < 0 or y < 0 or y + height > shape[0] or x + width > shape[1]:
                raise DataSetError(
                    f"a mask of {width} x {height} pixels at {x}, {y} reaches out of the picture"
                )
            mask[y : y + height, x : x + width] |= self.patch
        return mask


@dataclass(frozen=True, eq=False)
class Regions:
    """Annotations of one picture.

    Attributes:
        classes: that they say something about.
        shape: (H, W) of the picture that they were drawn on.
        regions: (class or "unsure", region).
        complete: of `classes`, those with everything in the picture outlined; of the others a pixel
            outside of the outlines is UNLABELLED.
        name: for messages.
    """

    classes: tuple[str, ...]
    shape: tuple[int, int]
    regions: tuple[tuple[str, Region], ...]
    complete: tuple[str, ...]
    name: str

    def planes(self, shape: tuple[int, int]) -> NDArray[np.uint8]:
        if shape != self.shape:
            raise DataSetError(
                f"{self.name}: labels are for {self.shape[1]} x {self.shape[0]} pixels, the picture has "
                f"{shape[1]} x {shape[0]}"
            )
        planes = np.full((len(self.classes), *shape), UNLABELLED, np.uint8)
        for plane, kind in zip(planes, self.classes, strict=True):
            if kind in self.complete:
                plane[:] = 0
            for name, region in self.regions:
                if name == kind:
                    plane[region.fill(shape)] = 1
        for name, region in self.regions:
            if name == UNSURE:
                planes[:, region.fill(shape)] = UNLABELLED
        return planes


def polygon(points: object) -> Points:
    """An outline as tools write it (pixel corners at whole numbers) → pixel centres at whole numbers.

    Raises DataSetError for fewer than three points, or coordinates that are no finite numbers.
    """
    try:
        array = np.asarray(points, float).reshape(-1, 2)
    except (TypeError, ValueError) as error:
        raise DataSetError("an outline is no list of x, y numbers") from error
    if len(array) < 3 or not np.isfinite(array).all():
        raise DataSetError(f"an outline of {len(array)} points; three or more finite ones are needed")
    return array - 0.5


def class_named(label: object, where: str) -> str:
    """A tool's label → class or "unsure". Raises DataSetError for others, with the names that are known."""
    name = str(label).strip().lower()
    if name not in (*LEARNED, UNSURE):
        raise DataSetError(
            f"{where}: {label!r} is none of {', '.join(LEARNED)}, {UNSURE}; rename or remove it"
        )
    return name
