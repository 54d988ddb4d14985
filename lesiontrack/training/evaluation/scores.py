"""One photo's masks against its labels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lesiontrack.segmentation import Segmentation
from lesiontrack.training.dataset import LEARNED, UNLABELLED, Sample

LEVELS = 256
MARKED = 128  # the first level that Segmentation.mask counts: 0.5 and more
NOTICED = 13  # 0.05: the first level that a network's layers keep
BINS = 10


@dataclass(frozen=True, eq=False)
class MaskScore:
    """One class in one photo; all figures follow from two counts by probability.

    Attributes:
        name: the class.
        pixels: (256,) labelled pixels by their probability, 0..255 for 0..1.
        true: (256,) those of them that are labelled as the class.
    """

    name: str
    pixels: NDArray[np.int64]
    true: NDArray[np.int64]

    @property
    def truth(self) -> int:
        """Pixels of the class."""
        return int(self.true.sum())

    @property
    def marked(self) -> int:
        """Labelled pixels with a probability of 0.5 or more."""
        return int(self.pixels[MARKED:].sum())

    @property
    def both(self) -> int:
        return int(self.true[MARKED:].sum())

    @property
    def labelled(self) -> int:
        return int(self.pixels.sum())

    @property
    def dice(self) -> float:
        """NaN where neither is anything."""
        total = self.truth + self.marked
        return 2 * self.both / total if total else float("nan")

    @property
    def jaccard(self) -> float:
        """Intersection over union; NaN where neither is anything."""
        union = self.truth + self.marked - self.both
        return self.both / union if union else float("nan")


@dataclass(frozen=True)
class PhotoScore:
    """What a segmenter did with one photo.

    Attributes:
        sample: id.
        dataset: the sample's data set.
        group: what is not independent of it: the sample's group, or itself.
        tone: skin tone, or "unknown"; nominal.
        seconds: processor time that the segmenter took.
        masks: of each class that the sample labels.
        hidden: pixels labelled as obstruction and neither as lesion nor as ulcer; 0 where not labelled.
        hidden_marked: those of them that were marked as lesion or ulcer.
    """

    sample: str
    dataset: str
    group: str
    tone: str
    seconds: float
    masks: tuple[MaskScore, ...]
    hidden: int
    hidden_marked: int

    def mask(self, name: str) -> MaskScore | None:
        return next((mask for mask in self.masks if mask.name == name), None)


@dataclass(frozen=True)
class Reliability:
    """Pixels of one range of probability.

    Attributes:
        pixels: how many.
        predicted: their mean probability.
        true: share that is labelled as the class.
    """

    pixels: int
    predicted: float
    true: float


def score_photo(
    sample: Sample, labels: NDArray[np.uint8], segmentation: Segmentation, *, tone: str, seconds: float
) -> PhotoScore:
    """Compare masks with (4, H, W) labels in LEARNED order; pixels of 255 don't count.

    Raises ValueError for a segmentation of another shape.
    """
    if segmentation.shape != labels.shape[1:]:
        raise ValueError(
            f"the masks of {sample.id} are {segmentation.shape}; its photo is {labels.shape[1:]}"
        )
    levels = {name: _levels(segmentation, name) for name in LEARNED}
    masks = []
    for name in sample.labelled:
        plane = labels[LEARNED.index(name)]
        known = np.bincount(levels[name][plane != UNLABELLED], minlength=LEVELS)
        true = np.bincount(levels[name][plane == 1], minlength=LEVELS)
        masks.append(MaskScore(name, known, true))
    _, lesion, ulcer, obstruction = labels
    hidden = (obstruction == 1) & (lesion != 1) & (ulcer != 1)
    marked = np.maximum(levels["lesion"], levels["ulcer"])[hidden] >= MARKED
    return PhotoScore(
        sample.id,
        sample.dataset,
        sample.group or sample.id,
        tone,
        seconds,
        tuple(masks),
        int(marked.size),
        int(np.count_nonzero(marked)),
    )


def reliability(masks: Iterable[MaskScore]) -> tuple[Reliability, ...]:
    """Ten equal ranges of probability; those without pixels are left out."""
    masks = tuple(masks)
    pixels = sum((mask.pixels for mask in masks), np.zeros(LEVELS, np.int64))
    true = sum((mask.true for mask in masks), np.zeros(LEVELS, np.int64))
    level = np.arange(LEVELS)
    table = []
    for bin_ in range(BINS):
        inside = np.minimum(level * BINS // (LEVELS - 1), BINS - 1) == bin_
        count = int(pixels[inside].sum())
        if count:
            predicted = float(level[inside] @ pixels[inside]) / count / (LEVELS - 1)
            table.append(Reliability(count, predicted, float(true[inside].sum()) / count))
    return tuple(table)


def calibration_error(masks: Iterable[MaskScore], *, first: int = 0) -> float:
    """Expected calibration error (Naeini et al. 2015): mean distance of predicted and true share.

    Ten ranges. Counts pixels with a level of `first` (0..255) and above; NaN where there are none.
    """
    cut = [_from(mask, first) for mask in masks]
    table = reliability(cut)
    total = sum(row.pixels for row in table)
    if not total:
        return float("nan")
    return sum(row.pixels * abs(row.predicted - row.true) for row in table) / total


def _from(mask: MaskScore, first: int) -> MaskScore:
    kept = np.arange(LEVELS) >= first
    return MaskScore(mask.name, mask.pixels * kept, mask.true * kept)


def _levels(segmentation: Segmentation, name: str) -> NDArray[np.uint8]:
    plane = np.zeros(segmentation.shape, np.uint8)
    layer = segmentation.layers.get(name)
    if layer is not None:
        height, width = layer.values.shape
        plane[layer.y : layer.y + height, layer.x : layer.x + width] = layer.values
    return plane
