"""Lesions of one photo as regions with areas and diameters."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import ConvexHull, QhullError
from skimage.measure import find_contours

from lesiontrack.arrays import Mask, Points
from lesiontrack.scale import Scale
from lesiontrack.segmentation import Segmentation

MIN_AREA_PX = 16  # below this, a diameter is mostly rounding
MIN_AREA_FRACTION = 1.5e-5  # of the frame; 180 px (15 px across) in a 12 MP photo
# Levels at which the outline is read again for its standard deviation. Where probability falls across a soft
# edge like a normal distribution's tail, 0.3 and 0.7 lie 0.524 sd to either side of 0.5.
OUTER_LEVEL = 0.3
INNER_LEVEL = 0.7
LEVELS_APART_SD = 2 * 0.5244
PIXEL_SD = math.sqrt(1 / 12)  # of a position known to one pixel
CONTACT_FRACTION = 0.05  # of the outline; a hair that crosses it is thinner than that


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


def find_lesions(segmentation: Segmentation, scale: Scale | None) -> list[Lesion]:
    """Connected regions of lesion ∪ ulcer, largest first.

    Holes are filled; regions below 16 px or 15 millionths of the frame are dropped as specks. Without a scale
    every _mm value is None. `area_px` counts pixels; diameters are read from the 0.5 contour of the
    probability, so they are finer than a pixel where edges are soft, and a hard bar of 10 pixels is 10 px long.
    """
    planes = {
        name: _values(segmentation, name) for name in ("lesion", "ulcer") if name in segmentation.layers
    }
    if not planes:
        return []
    joint = np.maximum.reduce(list(planes.values()))
    filled = ndimage.binary_fill_holes(joint >= 128)
    labels, count = ndimage.label(filled, structure=np.ones((3, 3)))
    if not count:
        return []
    smallest = max(MIN_AREA_PX, MIN_AREA_FRACTION * labels.size)
    areas = np.bincount(labels.ravel(), minlength=count + 1)
    thick = _thick_obstruction(segmentation)
    boxes = ndimage.find_objects(labels)
    found = []
    for label in range(1, count + 1):
        if areas[label] < smallest:
            continue
        found.append(_measure(label, boxes[label - 1], labels, joint, planes.get("ulcer"), thick))
    found.sort(key=lambda lesion: -lesion.area_px)
    return [in_millimetres(lesion, scale) for lesion in found] if scale is not None else found


def in_millimetres(lesion: Lesion, scale: Scale) -> Lesion:
    """The lesion with its _mm values set from the scale at its centroid; errors of both are added in square."""
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


def longest_diameter(contour: Points) -> tuple[float, tuple[int, int]]:
    """Largest distance between two points of an outline (maximum Feret diameter), and the two indices."""
    if len(contour) < 2:
        return 0.0, (0, 0)
    try:
        corners = ConvexHull(contour).vertices
    except QhullError:  # all points on one line
        corners = np.arange(len(contour))
    hull = contour[corners]
    distances = np.hypot(*(hull[:, None, :] - hull[None, :, :]).transpose(2, 0, 1))
    i, j = np.unravel_index(int(np.argmax(distances)), distances.shape)
    return float(distances[i, j]), (int(corners[i]), int(corners[j]))


def perpendicular_diameter(contour: Points, ends: tuple[int, int]) -> float:
    """Longest extent of a closed outline along lines at right angles to the diameter between `ends`."""
    axis = contour[ends[1]] - contour[ends[0]]
    length = float(np.hypot(*axis))
    if length == 0:
        return 0.0
    axis = axis / length
    along = (contour - contour[ends[0]]) @ axis
    across = (contour - contour[ends[0]]) @ np.array([-axis[1], axis[0]])
    start, end = along, np.roll(along, -1)
    stations = np.linspace(0, length, 513)[1:-1, None]
    crosses = (np.minimum(start, end) <= stations) & (np.maximum(start, end) >= stations) & (start != end)
    share = (stations - start) / np.where(start == end, 1, end - start)
    heights = across + share * (np.roll(across, -1) - across)
    extent = np.where(crosses, heights, -np.inf).max(1) - np.where(crosses, heights, np.inf).min(1)
    return float(max(extent.max(), 0.0))


def _values(segmentation: Segmentation, name: str) -> NDArray[np.uint8]:
    plane = np.zeros(segmentation.shape, np.uint8)
    layer = segmentation.layers[name]
    height, width = layer.values.shape
    plane[layer.y : layer.y + height, layer.x : layer.x + width] = layer.values
    return plane


def _measure(
    label: int,
    box: tuple[slice, slice],
    labels: NDArray[np.int32],
    joint: NDArray[np.uint8],
    ulcers: NDArray[np.uint8] | None,
    thick: Mask | None,
) -> Lesion:
    window = _widen(box, labels.shape)
    x, y = window[1].start, window[0].start
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

    contour = _outline(probability, 0.5)
    longest, ends = longest_diameter(contour)
    peak = float(np.quantile(probability[mask], 0.95))
    # Doubt about the lesion as such lowers the peak; the inner level follows it, so that the standard
    # deviation speaks of the edge alone.
    inner = 0.5 + (INNER_LEVEL - 0.5) * max(2 * peak - 1, 0.02)
    wide = _region(probability, mask, OUTER_LEVEL)
    narrow = mask & (probability >= inner)
    spread = longest_diameter(_outline(np.where(wide, probability, 0), OUTER_LEVEL))[0]
    shrunk = longest_diameter(_outline(np.where(narrow, probability, 0), inner))[0] if narrow.any() else 0.0
    area = float(mask.sum())
    edge = mask & ~ndimage.binary_erosion(mask)
    ulcer, ulcer_area, ulcer_sd = _ulcer(mask, None if ulcers is None else ulcers[window])
    rows, columns = np.nonzero(mask)
    return Lesion(
        offset=(x, y),
        mask=mask,
        ulcer=ulcer,
        contour=contour + (x, y),
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
        touches_border=_meets_border(box, labels.shape, edge, None if thick is None else thick[window]),
        confidence=peak,
    )


def _widen(box: tuple[slice, slice], shape: tuple[int, ...]) -> tuple[slice, slice]:
    margin = 4 + max(s.stop - s.start for s in box) // 8
    rows, columns = (
        slice(max(s.start - margin, 0), min(s.stop + margin, size))
        for s, size in zip(box, shape, strict=True)
    )
    return rows, columns


def _outline(probability: NDArray[np.float32], level: float) -> Points:
    """Longest closed contour at `level`, (N, 2) x, y; beyond the crop counts as 0."""
    lines = find_contours(np.pad(probability, 1), level)
    if not lines:
        return np.zeros((0, 2))
    outer = max(lines, key=len)
    points: Points = outer[:-1, ::-1] - 1.0
    return points


def _region(probability: NDArray[np.float32], mask: Mask, level: float) -> Mask:
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


def _thick_obstruction(segmentation: Segmentation) -> Mask | None:
    """Obstruction without hairs and glints, which cross a lesion and do not cut it off."""
    if "obstruction" not in segmentation.layers:
        return None
    hidden = segmentation.mask("obstruction").astype(np.uint8)
    radius = max(3, round(0.008 * max(segmentation.shape)))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    hidden = cv2.copyMakeBorder(hidden, radius, radius, radius, radius, cv2.BORDER_REPLICATE)
    opened = cv2.morphologyEx(hidden, cv2.MORPH_OPEN, disc)[radius:-radius, radius:-radius]
    thick: Mask = cv2.dilate(opened, np.ones((5, 5), np.uint8)) > 0
    return thick


def _meets_border(box: tuple[slice, slice], shape: tuple[int, ...], edge: Mask, thick: Mask | None) -> bool:
    if any(s.start == 0 or s.stop == size for s, size in zip(box, shape, strict=True)):
        return True
    return thick is not None and float((edge & thick).sum()) > CONTACT_FRACTION * float(edge.sum())
