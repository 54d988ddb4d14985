"""Lesions of one photo as regions with areas and diameters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from lesiontrack.arrays import AnyArray, Mask, Points
from lesiontrack.contact import meets, thick_obstruction
from lesiontrack.diameters import longest_diameter, outline, perpendicular_diameter
from lesiontrack.drawn import MIN_DRAWN_PX, as_drawn, drawn_labels
from lesiontrack.scale import Scale
from lesiontrack.segmentation import Layer, Segmentation

MIN_AREA_PX = 16  # below this, a diameter is mostly rounding
MIN_AREA_FRACTION = 1.5e-5  # of the frame; 180 px (15 px across) in a 12 MP photo
# Levels at which the outline is read again for its standard deviation. Where probability falls across a soft
# edge like a normal distribution's tail, 0.3 and 0.7 lie 0.524 sd to either side of 0.5.
OUTER_LEVEL = 0.3
INNER_LEVEL = 0.7
LEVELS_APART_SD = 2 * 0.5244
PIXEL_SD = math.sqrt(1 / 12)  # of a position known to one pixel


@dataclass(frozen=True, eq=False)
class Lesion:
    """One connected lesion (lesion ∪ ulcer) of one photo.

    Attributes:
        offset: (x, y) of the crop's top left pixel in the photo.
        mask: (h, w) bool, the crop.
        ulcer: (h, w) bool, skin loss inside the crop.
        contour: (N, 2) outline in the photo's points.
        centroid: (x, y) in the photo.
        area_px, longest_diameter_px, perpendicular_diameter_px, ulcer_area_px: in pixels.
        The _mm twins use Scale.at(centroid) and are None without a scale; each has a standard deviation
        that joins outline and scale uncertainty.
        touches_border: the outline meets the frame or an obstruction, so that sizes are lower bounds.
        confidence: 0..1, how sure the segmentation is that this is a lesion at all.
        parts: regions that it consists of; several where a person said that they are one lesion.
    """

    offset: tuple[int, int]
    mask: Mask
    ulcer: Mask
    contour: Points
    centroid: tuple[float, float]
    area_px: float
    area_px_sd: float
    longest_diameter_px: float
    longest_diameter_px_sd: float
    perpendicular_diameter_px: float
    ulcer_area_px: float
    ulcer_area_px_sd: float
    area_mm2: float | None = None
    area_mm2_sd: float | None = None
    longest_diameter_mm: float | None = None
    longest_diameter_mm_sd: float | None = None
    perpendicular_diameter_mm: float | None = None
    ulcer_area_mm2: float | None = None
    ulcer_area_mm2_sd: float | None = None
    touches_border: bool = False
    confidence: float = 1.0
    parts: int = 1


def find_lesions(segmentation: Segmentation, scale: Scale | None) -> list[Lesion]:
    """Connected regions of lesion ∪ ulcer, largest first.

    Holes are filled; regions below 16 px or 15 millionths of the frame are dropped as specks, unless a person
    drew them: then below 4 px. Without a scale every _mm value is None. `area_px` counts pixels; diameters
    are read from the 0.5 contour of the probability, so they are finer than a pixel where edges are soft; a
    hard bar of 10 pixels is 10 px long.
    """
    layers = [segmentation.layers[name] for name in ("lesion", "ulcer") if name in segmentation.layers]
    if not layers:
        return []
    view = _Window.around(layers, segmentation.shape)
    joint = np.maximum.reduce([view.cut(layer) for layer in layers])
    labels, count = ndimage.label(ndimage.binary_fill_holes(joint >= 128), structure=np.ones((3, 3)))
    ulcers = view.cut(segmentation.layers["ulcer"]) if "ulcer" in segmentation.layers else None
    thick = thick_obstruction(segmentation)
    smallest = smallest_area(segmentation.shape)
    areas = np.bincount(labels.ravel(), minlength=count + 1)
    drawn = drawn_labels(labels, (view.x, view.y), segmentation.drawn)
    boxes: list[Any] = ndimage.find_objects(labels)
    found = []
    for label in range(1, count + 1):
        if areas[label] >= (MIN_DRAWN_PX if label in drawn else smallest):
            lesion = _measure(label, boxes[label - 1], labels, joint, ulcers, thick, view)
            found.append(as_drawn(lesion) if label in drawn else lesion)
    found.sort(key=lambda lesion: -lesion.area_px)
    return [in_millimetres(lesion, scale) for lesion in found] if scale is not None else found


def smallest_area(shape: tuple[int, int]) -> float:
    """Pixels below which a region of a photo of (H, W) is a speck."""
    return max(MIN_AREA_PX, MIN_AREA_FRACTION * shape[0] * shape[1])


def in_millimetres(lesion: Lesion, scale: Scale) -> Lesion:
    """The lesion with its _mm values from the scale at its centroid; the errors of both add in square."""
    px_per_mm = scale.at(lesion.centroid)
    relative = scale.px_per_mm_sd / scale.px_per_mm

    def length(value: float) -> float:
        return value / px_per_mm

    def area(value: float) -> float:
        return value / px_per_mm**2

    return replace(
        lesion,
        area_mm2=area(lesion.area_px),
        area_mm2_sd=area(math.hypot(lesion.area_px_sd, 2 * relative * lesion.area_px)),
        longest_diameter_mm=length(lesion.longest_diameter_px),
        longest_diameter_mm_sd=length(
            math.hypot(lesion.longest_diameter_px_sd, relative * lesion.longest_diameter_px)
        ),
        perpendicular_diameter_mm=length(lesion.perpendicular_diameter_px),
        ulcer_area_mm2=area(lesion.ulcer_area_px),
        ulcer_area_mm2_sd=area(math.hypot(lesion.ulcer_area_px_sd, 2 * relative * lesion.ulcer_area_px)),
    )


@dataclass(frozen=True)
class _Window:
    """The part of the photo that holds all lesions, with room for their soft edges; (x, y) is its corner."""

    x: int
    y: int
    width: int
    height: int
    photo: tuple[int, int]

    @classmethod
    def around(cls, layers: Sequence[Layer], photo: tuple[int, int]) -> _Window:
        left, top = min(layer.x for layer in layers), min(layer.y for layer in layers)
        right = max(layer.x + layer.values.shape[1] for layer in layers)
        bottom = max(layer.y + layer.values.shape[0] for layer in layers)
        return cls(left, top, right - left, bottom - top, photo)

    def cut(self, layer: Layer) -> NDArray[np.uint8]:
        plane = np.zeros((self.height, self.width), np.uint8)
        height, width = layer.values.shape
        plane[layer.y - self.y : layer.y - self.y + height, layer.x - self.x : layer.x - self.x + width] = (
            layer.values
        )
        return plane

    def reaches_edge(self, box: tuple[slice, slice]) -> bool:
        rows, columns = box
        height, width = self.photo
        return bool(
            rows.start + self.y == 0
            or columns.start + self.x == 0
            or rows.stop + self.y == height
            or columns.stop + self.x == width
        )


def _measure(
    label: int,
    box: tuple[slice, slice],
    labels: NDArray[Any],
    joint: NDArray[np.uint8],
    ulcers: NDArray[np.uint8] | None,
    thick: Mask | None,
    view: _Window,
) -> Lesion:
    window = _widen(box, labels.shape)
    x, y = window[1].start + view.x, window[0].start + view.y
    local = labels[window]
    mask = local == label
    # A pixel below 0.5 belongs to the nearest region, so that soft edges of neighbours stay apart.
    if (local[~mask] > 0).any():
        nearest = ndimage.distance_transform_edt(local == 0, return_distances=False, return_indices=True)
        own = local[nearest[0], nearest[1]] == label
    else:
        own = np.ones_like(mask)
    probability = np.where(own, joint[window], 0).astype(np.float32) / 255
    probability = np.where(mask, np.maximum(probability, 128 / 255), probability)
    probability[mask & (joint[window] < 128)] = 1  # filled holes

    contour = outline(probability, 0.5)
    longest, ends = longest_diameter(contour)
    peak = float(np.quantile(probability[mask], 0.95))
    # Doubt about the lesion as such lowers the peak; the inner level follows it, so that the standard
    # deviation speaks of the edge alone.
    inner = 0.5 + (INNER_LEVEL - 0.5) * max(2 * peak - 1, 0.02)
    wide = _region(probability, mask, OUTER_LEVEL)
    narrow = mask & (probability >= inner)
    spread = longest_diameter(outline(np.where(wide, probability, 0), OUTER_LEVEL))[0]
    shrunk = longest_diameter(outline(np.where(narrow, probability, 0), inner))[0] if narrow.any() else 0.0
    area = float(mask.sum())
    edge = mask & ~ndimage.binary_erosion(mask)
    ulcer, ulcer_area, ulcer_sd = _ulcer(mask, None if ulcers is None else ulcers[window])
    rows, columns = np.nonzero(mask)
    return Lesion(
        offset=(x, y),
        mask=mask,
        ulcer=ulcer,
        contour=contour + np.array([x, y]),
        centroid=(float(columns.mean()) + x, float(rows.mean()) + y),
        area_px=area,
        area_px_sd=math.hypot(
            (wide.sum() - narrow.sum()) / LEVELS_APART_SD, PIXEL_SD * math.sqrt(edge.sum())
        ),
        longest_diameter_px=longest,
        longest_diameter_px_sd=math.hypot((spread - shrunk) / LEVELS_APART_SD, PIXEL_SD * math.sqrt(2)),
        perpendicular_diameter_px=perpendicular_diameter(contour, ends),
        ulcer_area_px=ulcer_area,
        ulcer_area_px_sd=ulcer_sd,
        touches_border=view.reaches_edge(box) or meets(edge, x, y, thick, view.photo),
        confidence=peak,
    )


def _widen(box: tuple[slice, slice], shape: tuple[int, ...]) -> tuple[slice, slice]:
    margin = 4 + max(s.stop - s.start for s in box) // 8
    rows, columns = (
        slice(max(s.start - margin, 0), min(s.stop + margin, size))
        for s, size in zip(box, shape, strict=True)
    )
    return rows, columns


def _region(probability: AnyArray, mask: Mask, level: float) -> Mask:
    labels, _ = ndimage.label(probability >= level, structure=np.ones((3, 3)))
    region: Mask = np.isin(labels, np.unique(labels[mask]))
    return region


def _ulcer(mask: Mask, values: NDArray[np.uint8] | None) -> tuple[Mask, float, float]:
    if values is None:
        return np.zeros_like(mask), 0.0, 0.0
    ulcer = mask & (values >= 128)
    area = float(ulcer.sum())
    if area == 0:
        return ulcer, 0.0, 0.0
    spread = (mask & (values >= OUTER_LEVEL * 255)).sum() - (mask & (values >= INNER_LEVEL * 255)).sum()
    edge = ulcer & ~ndimage.binary_erosion(ulcer)
    return ulcer, area, math.hypot(float(spread) / LEVELS_APART_SD, PIXEL_SD * math.sqrt(edge.sum()))
