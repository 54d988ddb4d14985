"""Columns of observations that are measured on the lesion itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")

_OF_THE_LESION = (
    "area_", "longest_diameter_", "perpendicular_diameter_", "ulcer_area_", "depigmentation_area_", "delta_a",
)  # fmt: skip

OF_NOTHING = (
    "area_px", "area_mm2", "longest_diameter_px", "longest_diameter_mm", "perpendicular_diameter_px",
    "perpendicular_diameter_mm", "ulcer_area_px", "ulcer_area_mm2",
)  # fmt: skip
"""Sizes that are 0 where nothing is left of a lesion."""


def without_sizes(measures: Mapping[str, T]) -> dict[str, T]:
    """The columns without sizes and redness of the lesion; those of the site's field stay."""
    return {name: value for name, value in measures.items() if not name.startswith(_OF_THE_LESION)}
