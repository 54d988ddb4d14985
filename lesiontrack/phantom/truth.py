"""What is true of each lesion of a rendered photo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lesiontrack.arrays import Mask, Points
from lesiontrack.phantom.lesions import GONE_SIZE, GONE_STRENGTH, Grown
from lesiontrack.phantom.outline import longest_diameter, polygon_area
from lesiontrack.phantom.props import Vector
from lesiontrack.phantom.spec import SiteSpec, VisitSpec, at_day, lesion_named
from lesiontrack.phantom.view import View

_RASTER_PX_PER_MM = 40
_HIDDEN = 0.5


@dataclass(frozen=True)
class LesionTruth:
    """One lesion at one visit.

    Attributes:
        name: of the LesionSpec.
        status: "present", "not_visible", "obscured" (more than half hidden, or ulcer over more than half of
            it), "out_of_frame" or "merged"; what needs the other visits ("new_candidate", "reappeared") is
            told by study.statuses.
        centre_mm, centre_px: in the site and in the photo.
        area_mm2, longest_diameter_mm: lesion with its ulcer, whole, hidden or not; 0 where not visible. For a
            lesion that others merged into: of all of them together. None where merged.
        ulcer_area_mm2: of its skin loss.
        visible_fraction: of its outline in the frame and not hidden; None without an outline.
        merged_into: name of the lesion that it is part of.
    """

    name: str
    status: str
    centre_mm: Vector
    centre_px: Vector
    area_mm2: float | None
    longest_diameter_mm: float | None
    ulcer_area_mm2: float
    visible_fraction: float | None
    merged_into: str | None = None


def lesion_truths(
    site: SiteSpec,
    visit: VisitSpec,
    grown: tuple[Grown, ...],
    outlines: Mapping[str, Mask],
    hidden: Mask,
    view: View,
) -> tuple[LesionTruth, ...]:
    """Truth of every lesion that is there on the visit's day, or was there before."""
    by_name = {one.spec.name: one for one in grown}
    merged = {one.spec.name: _merged_into(site, one, by_name) for one in grown}
    truths = []
    for one in grown:
        if one.outline is None and not _seen_before(one, visit.day):
            continue
        parts = [one, *(by_name[name] for name, into in merged.items() if into == one.spec.name)]
        truths.append(_truth(one, parts, merged[one.spec.name], outlines[one.spec.name], hidden, view))
    return tuple(truths)


def _truth(
    one: Grown, parts: list[Grown], merged_into: str | None, outline: Mask, hidden: Mask, view: View
) -> LesionTruth:
    centre = one.spec.position_mm
    centre_px = view.to_image(np.array([centre]))[0]
    height, width = hidden.shape
    polygons = [shape.polygon for part in parts for shape in (part.outline, part.ulcer) if shape is not None]
    area, diameter = union_size(polygons)
    ulcer = polygon_area(one.ulcer.polygon) if one.ulcer is not None else 0.0
    fraction = None
    if polygons:
        inside = view.to_image(_fill_points(polygons))
        column, row = np.round(inside).astype(int).T
        framed = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        seen = framed.copy()
        seen[framed] = ~hidden[row[framed], column[framed]]
        fraction = float(seen.mean())
        in_frame = bool(framed.mean() >= _HIDDEN)
    else:
        column, row = (round(value) for value in centre_px)
        in_frame = 0 <= column < width and 0 <= row < height
    if merged_into is not None:
        status = "merged"
    elif not in_frame:
        status = "out_of_frame"
    elif fraction is None:
        status = "obscured" if hidden[row, column] else "not_visible"
    else:
        lost = ulcer > _HIDDEN * area
        status = "obscured" if fraction < _HIDDEN or lost else "present"
    return LesionTruth(
        name=one.spec.name,
        status=status,
        centre_mm=centre,
        centre_px=(float(centre_px[0]), float(centre_px[1])),
        area_mm2=None if merged_into else area,
        longest_diameter_mm=None if merged_into else diameter,
        ulcer_area_mm2=ulcer,
        visible_fraction=fraction,
        merged_into=merged_into,
    )


def _seen_before(one: Grown, day: float) -> bool:
    days = [knot[0] for knot in (*one.spec.size, *one.spec.strength) if knot[0] <= day] or [day]
    return any(
        at_day(one.spec.size, earlier) >= GONE_SIZE and at_day(one.spec.strength, earlier) >= GONE_STRENGTH
        for earlier in days
    )


def _merged_into(site: SiteSpec, one: Grown, by_name: Mapping[str, Grown]) -> str | None:
    """The lesion that it now touches, if its spec says that they merge."""
    if one.spec.merges_into is None or one.outline is None:
        return None
    other = by_name[lesion_named(site.lesions, one.spec.merges_into).name]
    if other.outline is None:
        return None
    x, y = one.outline.polygon.astype(np.float32).T
    return other.spec.name if bool((other.outline.inside_mm(x, y) > 0).any()) else None


def union_size(polygons: list[Points]) -> tuple[float, float]:
    """Area in mm² and longest diameter in mm of polygons together; zeros for none."""
    if not polygons:
        return 0.0, 0.0
    diameter = longest_diameter(np.concatenate(polygons))
    if len(polygons) == 1:
        return polygon_area(polygons[0]), diameter
    filled, _ = _raster(polygons)
    return float(np.count_nonzero(filled)) / _RASTER_PX_PER_MM**2, diameter


def _raster(polygons: list[Points]) -> tuple[Mask, Points]:
    """Polygons filled at 40 px per mm, and the mm position of the first pixel."""
    start = np.concatenate(polygons).min(axis=0) - 1
    size = np.ceil((np.concatenate(polygons).max(axis=0) + 1 - start) * _RASTER_PX_PER_MM).astype(int)
    canvas = np.zeros((size[1], size[0]), bool)
    x = np.arange(size[0]) / _RASTER_PX_PER_MM + start[0]
    y = np.arange(size[1]) / _RASTER_PX_PER_MM + start[1]
    for polygon in polygons:
        canvas |= _even_odd(polygon, x, y)
    return canvas, start


def _even_odd(polygon: Points, x: Points, y: Points) -> Mask:
    """Which points of the grid x by y lie in the polygon, exactly: crossings of each row, sorted."""
    inside = np.zeros((len(y), len(x)), bool)
    ax, ay = polygon.T
    bx, by = np.roll(polygon, -1, axis=0).T
    for row, level in enumerate(y):
        cut = (ay <= level) != (by <= level)
        crossings = np.sort(ax[cut] + (level - ay[cut]) / (by[cut] - ay[cut]) * (bx[cut] - ax[cut]))
        inside[row] = np.searchsorted(crossings, x) % 2 == 1
    return inside


def _fill_points(polygons: list[Points]) -> Points:
    """Points spread evenly over polygons, some 500 of each."""
    everything = []
    for polygon in polygons:
        low, high = polygon.min(axis=0), polygon.max(axis=0)
        x, y = (np.linspace(low[axis], high[axis], 27)[1:-1] for axis in (0, 1))
        rows, columns = np.nonzero(_even_odd(polygon, x, y))
        everything.append(np.column_stack([x[columns], y[rows]]))
    return np.concatenate(everything)
