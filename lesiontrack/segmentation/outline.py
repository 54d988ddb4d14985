"""Candidates from a deviation map, each with a soft outline: the probability that a point is lesion."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.special import expit

from lesiontrack.arrays import Mask, Plane
from lesiontrack.segmentation.canvas import Lab, components, grow, opened
from lesiontrack.segmentation.deviation import Deviation

EDGE = 0.42  # share of the way from skin to lesion at which the outline lies
# Of 45 moles, a* + b* rise by at least 0.38 of what L* falls; pen and print stay below 0.25.
COLD = 0.3
EDGE_MARGIN = 0.015  # of the long side: skin is searched up to about this far from the edge
FABRIC_BLUE = 15.0  # least fall of b* from skin to a blue drape
# A part of another colour: how little the main colour explains it, how strong it is beside the main part.
OTHER_SHARE = 0.6
OTHER_SCORE = 0.5
OTHER_PART = 0.15  # least width of a part of another colour, in equivalent radii
SPIKE = 0.15  # of the equivalent radius: narrower parts are not outline
EDGE_SOFTNESS = 0.065  # logistic width of that share: sets the standard deviation of sizes


def without_spikes(region: Mask) -> Mask:
    """The largest part left after opening with a disc of SPIKE times the region's equivalent radius.

    Hairs that grow from a lesion and skin lines that meet it would lengthen it.
    """
    radius = SPIKE * float(np.sqrt(region.sum() / np.pi))
    if radius < 1:
        return region
    smooth = opened(np.pad(region, 1), radius)[1:-1, 1:-1]
    labels, stats = components(smooth)
    if len(stats) < 2:
        return region
    largest: Mask = labels == 1 + int(np.argmax(stats[1:, 4]))
    return largest


@dataclass(frozen=True, eq=False)
class Candidate:
    """One region that may be a lesion.

    Attributes:
        x, y: top left of the crop. region: (h, w) bool at 0.5. probability: (h, w), soft at the edge.
        strength: median deviation of the region, in skin sd.
        discs: area over that of the largest disc inside; 1 for a disc, 8 and more for a stroke.
        difference: mean CIELAB difference from skin.
        sharpness: equivalent radius over the width of the edge; about 1 for a shadow, more for an outline.
    """

    x: int
    y: int
    region: Mask
    probability: Plane
    strength: float
    discs: float
    difference: tuple[float, float, float]
    sharpness: float

    @property
    def area(self) -> float:
        return float(self.region.sum())

    @property
    def cold(self) -> bool:
        """Darker than skin without becoming redder or yellower, as ink and print are, and black tumours."""
        lighter, redder, yellower = self.difference
        return redder + yellower < COLD * abs(lighter)

    @property
    def fabric(self) -> bool:
        """Bluer than it is darker, as drapes and gloves are; blue-black tumours are darker than blue."""
        lighter, _, yellower = self.difference
        return -yellower > max(FABRIC_BLUE, -lighter)

    def meets_edge(self, shape: tuple[int, int]) -> bool:
        """Whether the region reaches the edge of a frame of (H, W) `shape`."""
        rows, columns = np.nonzero(self.region)
        top, left = self.y + rows.min(), self.x + columns.min()
        bottom, right = self.y + rows.max(), self.x + columns.max()
        margin = EDGE_MARGIN * max(shape)
        height, width = shape
        return bool(min(top, left, height - 1 - bottom, width - 1 - right) <= margin)

    def whole(self, shape: tuple[int, int]) -> Mask:
        mask = np.zeros(shape, bool)
        height, width = self.region.shape
        mask[self.y : self.y + height, self.x : self.x + width] = self.region
        return mask


def candidates(
    deviation: Deviation, area: Mask, *, low: float, high: float, smallest: float
) -> list[Candidate]:
    """Regions of `area` that exceed `low` skin sd throughout and `high` somewhere; `smallest` in px."""
    score = np.where(area, deviation.score, 0)
    labels, stats = components(score > low)
    peaks = ndimage.maximum(score, labels, np.arange(len(stats)))
    found = []
    for label in range(1, len(stats)):
        if peaks[label] < high or stats[label, 4] < smallest:
            continue
        x, y, width, height, _ = (int(v) for v in stats[label])
        margin = 3 + max(width, height) // 6
        rows = slice(max(y - margin, 0), y + height + margin)
        columns = slice(max(x - margin, 0), x + width + margin)
        candidate = _outline(
            deviation, area, labels[rows, columns] == label, (rows, columns), peaks[label], smallest
        )
        if candidate is not None:
            found.append(candidate)
    return found


def _outline(
    deviation: Deviation,
    area: Mask,
    member: Mask,
    window: tuple[slice, slice],
    peak: float,
    smallest: float,
) -> Candidate | None:
    score = deviation.score[window]
    difference = deviation.difference[window]
    typical = float(np.quantile(score[member], 0.8))
    core = member & (score >= 0.7 * min(typical, peak))
    if not core.any():
        return None
    mean = difference[core].astype(np.float64).mean(0)
    level = _share(difference, mean, deviation)
    # A part of another colour (brown beside raw red) is lesion too where it is more than the rim of an edge.
    unlike = member & (level < OTHER_SHARE) & (score > OTHER_SCORE * typical)
    other = opened(unlike, OTHER_PART * float(np.sqrt(member.sum() / np.pi)))
    if other.sum() > 0.05 * member.sum():
        level = np.maximum(level, _share(difference, difference[other].astype(np.float64).mean(0), deviation))
    scope = grow(member, 2) & area[window]
    probability = np.where(scope, expit((level - EDGE) / EDGE_SOFTNESS), 0).astype(np.float32)
    labels, count = ndimage.label(probability >= 0.5)
    if not count:
        return None
    sizes = ndimage.sum(core, labels, np.arange(1, count + 1))
    region = without_spikes(ndimage.binary_fill_holes(labels == 1 + int(np.argmax(sizes))))
    if region.sum() < smallest:
        return None
    probability[region] = np.maximum(probability[region], 0.5)
    probability[(probability >= 0.5) & ~region] = 0.25
    reach = cv2.distanceTransform(np.pad(region.astype(np.uint8), 1), cv2.DIST_L2, 5)
    return Candidate(
        x=int(window[1].start),
        y=int(window[0].start),
        region=region,
        probability=probability,
        strength=float(np.median(score[region])),
        discs=float(region.sum() / (np.pi * float(reach.max()) ** 2)),
        difference=(float(mean[0]), float(mean[1]), float(mean[2])),
        sharpness=_sharpness(level, region),
    )


def _share(difference: Lab, mean: NDArray[np.float64], deviation: Deviation) -> Plane:
    """How far each point is from skin (0) to `mean` (1), along the direction that separates the two."""
    axis = deviation.precision @ mean
    share: Plane = (difference @ (axis / float(mean @ axis)).astype(np.float32)).astype(np.float32)
    return share


def _sharpness(level: Plane, region: Mask) -> float:
    slope = np.hypot(*np.gradient(level))
    edge = region & ~ndimage.binary_erosion(region)
    return float(np.median(slope[edge]) * np.sqrt(region.sum() / np.pi))
