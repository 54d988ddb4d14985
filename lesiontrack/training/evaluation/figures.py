"""Figures of one class over many photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from lesiontrack.training.evaluation.scores import NOTICED, MaskScore, PhotoScore, calibration_error

FAILURE = 0.65  # Jaccard below which the outline failed (ISIC challenge 2018, task 1)
FOUND = 0.3  # Dice above which the right thing was marked, however badly
_RESAMPLED = 1000
_LEVEL = 0.95
_FEWEST_GROUPS = 5  # below, an interval by resampling is far too narrow


@dataclass(frozen=True)
class Figures:
    """One class of one data set, of all photos or those of one skin tone.

    A photo "with truth" shows the class; the others stand apart, as overlap with nothing is 0 or undefined.
    Figures without photos are NaN.

    Attributes:
        dataset, name: what is told about.
        tone: skin tone; empty for all.
        photos: with truth.
        pooled_dice, pooled_jaccard: of the pixels of all photos taken together, those without truth too.
        pooled_dice_interval, mean_jaccard_interval: 95 %, by drawing groups of photos anew (bootstrap).
        mean_dice, median_dice, mean_jaccard, median_jaccard: per photo with truth.
        failed: photos with truth and a Jaccard below 0.65.
        found: with a Dice above 0.3.
        refused: photos with truth in which nothing was marked.
        empty: photos without truth.
        empty_marked: those of them in which something was marked.
        empty_share: mean share of such a photo's labelled pixels that was marked.
        calibration_error: expected calibration error over all labelled pixels.
        noticed_calibration_error: the same over pixels of a probability of 0.05 and more; background, which
            is easy, has no part in it.
    """

    dataset: str
    name: str
    tone: str
    photos: int
    pooled_dice: float
    pooled_jaccard: float
    pooled_dice_interval: tuple[float, float]
    mean_jaccard_interval: tuple[float, float]
    mean_dice: float
    median_dice: float
    mean_jaccard: float
    median_jaccard: float
    failed: int
    found: int
    refused: int
    empty: int
    empty_marked: int
    empty_share: float
    calibration_error: float
    noticed_calibration_error: float

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON; what is not a number is null."""
        return {key: _plain(value) for key, value in vars(self).items()}


def figures_of(photos: Sequence[PhotoScore], name: str, *, dataset: str, tone: str = "") -> Figures:
    """Figures of a class over photos that label it; others are passed over."""
    pairs = [(photo, mask) for photo in photos if (mask := photo.mask(name)) is not None]
    masks = [mask for _, mask in pairs]
    shown = [(photo, mask) for photo, mask in pairs if mask.truth]
    dice = np.array([mask.dice for _, mask in shown])
    jaccard = np.array([mask.jaccard for _, mask in shown])
    empty = [mask for mask in masks if not mask.truth]
    both, total = sum(mask.both for mask in masks), sum(mask.truth + mask.marked for mask in masks)
    return Figures(
        dataset=dataset,
        name=name,
        tone=tone,
        photos=len(shown),
        pooled_dice=_ratio(2 * both, total),
        pooled_jaccard=_ratio(both, total - both),
        pooled_dice_interval=_interval(
            [(photo.group, 2 * mask.both, mask.truth + mask.marked) for photo, mask in pairs]
        ),
        mean_jaccard_interval=_interval([(photo.group, mask.jaccard, 1) for photo, mask in shown]),
        mean_dice=_mean(dice),
        median_dice=_median(dice),
        mean_jaccard=_mean(jaccard),
        median_jaccard=_median(jaccard),
        failed=int((jaccard < FAILURE).sum()),
        found=int((dice > FOUND).sum()),
        refused=sum(not mask.marked for _, mask in shown),
        empty=len(empty),
        empty_marked=sum(mask.marked > 0 for mask in empty),
        empty_share=_mean(np.array([_ratio(mask.marked, mask.labelled) for mask in empty])),
        calibration_error=calibration_error(masks),
        noticed_calibration_error=calibration_error(masks, first=NOTICED),
    )


def summed(photos: Sequence[PhotoScore], name: str) -> MaskScore | None:
    """The class's counts of all photos together; None where no photo labels it."""
    masks = [mask for photo in photos if (mask := photo.mask(name)) is not None]
    if not masks:
        return None
    return MaskScore(name, np.sum([m.pixels for m in masks], axis=0), np.sum([m.true for m in masks], axis=0))


def _interval(rows: Sequence[tuple[str, float, float]]) -> tuple[float, float]:
    """Percentile interval of sum / sum over whole groups drawn with replacement; NaN for fewer than five."""
    sums: dict[str, NDArray[np.float64]] = {}
    for group, above, below in rows:
        sums[group] = sums.get(group, np.zeros(2)) + np.array([above, below])
    if len(sums) < _FEWEST_GROUPS:
        return float("nan"), float("nan")
    table = np.stack(list(sums.values()))
    rng = np.random.default_rng(0)
    times = rng.multinomial(len(table), np.full(len(table), 1 / len(table)), size=_RESAMPLED)
    above, below = (times @ table).T
    ratios = above[below > 0] / below[below > 0]
    if not ratios.size:
        return float("nan"), float("nan")
    low, high = np.quantile(ratios, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return float(low), float(high)


def _ratio(above: float, below: float) -> float:
    return above / below if below else float("nan")


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if values.size else float("nan")


def _median(values: NDArray[np.float64]) -> float:
    return float(np.median(values)) if values.size else float("nan")


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and not isfinite(value) else value
