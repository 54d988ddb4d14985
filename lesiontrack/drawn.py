"""Regions that a person drew: none is too small, and the outline is as uncertain as people's outlines are."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lesiontrack.segmentation import Layer

if TYPE_CHECKING:
    from lesiontrack.measurement import Lesion

MIN_DRAWN_PX = 4  # a smaller region is a slip; dropping a larger one would say that nothing is there
# Standard deviation of one person's value, relative: root mean square of the differences of 23 wounds that
# were outlined twice (15 pairs of equal photos of FUSeg), over the root of 2.
AREA_SD = 0.10
LENGTH_SD = 0.04


def drawn_labels(labels: NDArray[Any], corner: tuple[int, int], drawn: Layer | None) -> set[int]:
    """The labelled regions that a person drew, wholly or in part; `corner` is the x, y of `labels`."""
    if drawn is None:
        return set()
    height, width = drawn.values.shape
    x, y = drawn.x - corner[0], drawn.y - corner[1]
    left, top = max(x, 0), max(y, 0)
    own = labels[top : max(y + height, 0), left : max(x + width, 0)]
    there = drawn.values[top - y : top - y + own.shape[0], left - x : left - x + own.shape[1]] > 0
    return set(np.unique(own[there]).tolist()) - {0}


def as_drawn(lesion: Lesion) -> Lesion:
    """The lesion with standard deviations of a drawn outline: its edge is sharp, and where it runs is not."""
    return replace(
        lesion,
        area_px_sd=math.hypot(lesion.area_px_sd, AREA_SD * lesion.area_px),
        longest_diameter_px_sd=math.hypot(
            lesion.longest_diameter_px_sd, LENGTH_SD * lesion.longest_diameter_px
        ),
        ulcer_area_px_sd=math.hypot(lesion.ulcer_area_px_sd, AREA_SD * lesion.ulcer_area_px),
    )
