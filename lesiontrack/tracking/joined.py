"""Regions of one photo that a person says are one lesion: a lesion that lies in several parts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from lesiontrack.arrays import Mask
from lesiontrack.measurement import Lesion
from lesiontrack.tracking.model import Seed
from lesiontrack.tracking.seeds import region_meant

_ADDED = (
    "area_px",
    "area_mm2",
    "longest_diameter_px",
    "longest_diameter_mm",
    "ulcer_area_px",
    "ulcer_area_mm2",
)
_ERRORS = tuple(f"{name}_sd" for name in _ADDED)


def join_regions(regions: Sequence[Lesion], seeds: Sequence[Seed]) -> tuple[Lesion, ...]:
    """The regions of a photo, those that several seeds of one name mean put together; the largest first.

    `seeds`: those of this photo.
    """
    groups: dict[int, int] = {j: j for j in range(len(regions))}
    for name in dict.fromkeys(seed.lesion for seed in seeds):
        meant = [region_meant(regions, seed) for seed in seeds if seed.lesion == name]
        parts = sorted({groups[j] for j in meant if j is not None})
        for j, group in groups.items():
            if group in parts:
                groups[j] = parts[0]
    joined = [[regions[j] for j in groups if groups[j] == group] for group in dict.fromkeys(groups.values())]
    found = [parts[0] if len(parts) == 1 else _as_one(parts) for parts in joined]
    return tuple(sorted(found, key=lambda lesion: -lesion.area_px))


def _as_one(parts: Sequence[Lesion]) -> Lesion:
    """Areas are added, and so are the longest diameters (RECIST 1.1, 4.3.2: lesions that split).

    The perpendicular diameter is such that the product of both is the sum of the products. The outline is the
    largest part's.
    """
    largest = max(parts, key=lambda part: part.area_px)
    x, y = (min(part.offset[axis] for part in parts) for axis in (0, 1))
    right = max(part.offset[0] + part.mask.shape[1] for part in parts)
    bottom = max(part.offset[1] + part.mask.shape[0] for part in parts)
    mask, ulcer = (np.zeros((bottom - y, right - x), bool) for _ in range(2))
    for part in parts:
        _lay(mask, part.mask, part, (x, y))
        _lay(ulcer, part.ulcer, part, (x, y))
    rows, columns = np.nonzero(mask)
    sums: dict[str, Any] = {name: _sum(parts, name) for name in _ADDED}
    sums |= {name: _root(parts, name) for name in _ERRORS}
    sums |= {f"perpendicular_diameter_{unit}": _perpendicular(parts, unit) for unit in ("px", "mm")}
    return replace(
        largest,
        offset=(x, y),
        mask=mask,
        ulcer=ulcer,
        centroid=(float(columns.mean()) + x, float(rows.mean()) + y),
        touches_border=any(part.touches_border for part in parts),
        confidence=max(part.confidence for part in parts),
        parts=len(parts),
        **sums,
    )


def _lay(whole: Mask, crop: Mask, part: Lesion, corner: tuple[int, int]) -> None:
    left, top = part.offset[0] - corner[0], part.offset[1] - corner[1]
    whole[top : top + crop.shape[0], left : left + crop.shape[1]] |= crop


def _values(parts: Sequence[Lesion], name: str) -> list[float] | None:
    values = [getattr(part, name) for part in parts]
    return None if any(value is None for value in values) else values


def _sum(parts: Sequence[Lesion], name: str) -> float | None:
    values = _values(parts, name)
    return None if values is None else sum(values)


def _root(parts: Sequence[Lesion], name: str) -> float | None:
    values = _values(parts, name)
    return None if values is None else math.hypot(*values)


def _perpendicular(parts: Sequence[Lesion], unit: str) -> float | None:
    longest = _values(parts, f"longest_diameter_{unit}")
    across = _values(parts, f"perpendicular_diameter_{unit}")
    if longest is None or across is None or not sum(longest):
        return None
    return sum(a * b for a, b in zip(longest, across, strict=True)) / sum(longest)
