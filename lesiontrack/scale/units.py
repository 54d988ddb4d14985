"""What one tick spacing is: a millimetre, half of one, or a fraction of an inch. Told by which ticks are longer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lesiontrack.arrays import AnyArray
from lesiontrack.scale.comb import Comb, high_pass, tick_windows
from lesiontrack.scale.strip import ROWS, Pyramid, unroll

MIN_LONG_TICKS = 2
"""Longer ticks needed to name a pattern; one alone says nothing about its period."""
_LONGER_BY = 0.45
"""A tick is long when it reaches this many spacings beyond the short ones: 5 mm ticks of common rulers reach
0.8 to 2 mm farther."""


@dataclass(frozen=True)
class TickUnit:
    """Meaning of one tick spacing.

    Attributes:
        mm: millimetres of one spacing; None where the ruler must not be used.
        words: what it rests on, or why it is not usable.
        certain: the pattern of long ticks was seen, not assumed.
    """

    mm: float | None
    words: str
    certain: bool


def tick_unit(pyramid: Pyramid, comb: Comb) -> TickUnit:
    """Decide the unit of a comb from the lengths of its ticks.

    A plausible px/mm is never used as evidence. Equal ticks (a ruler cut along its edge) are taken as
    millimetres and marked as not certain. Tenths of an inch look like millimetres and can't be told apart.
    """
    numbers, length = tick_lengths(pyramid, comb)
    if numbers.size == 0:
        return TickUnit(1.0, "equal ticks, millimetres assumed", False)
    excess = length - float(np.quantile(length, 0.3))
    long_ticks = excess > _LONGER_BY
    hits = int(long_ticks.sum())
    if _score(numbers, long_ticks, 2) > 0.85 and hits >= 4:
        return _halves(numbers[long_ticks], length[long_ticks])
    fives = max(_score(numbers, long_ticks, 5), _score(numbers, long_ticks, 10))
    inches = max(_score(numbers, long_ticks, 4), _score(numbers, long_ticks, 8))
    if hits >= MIN_LONG_TICKS and max(fives, inches) > 0.7:
        if inches > fives:
            return TickUnit(None, "every 4th or 8th tick is longer: fractions of an inch", True)
        return TickUnit(1.0, "every 5th or 10th tick is longer", True)
    return TickUnit(1.0, "no pattern of long ticks seen, millimetres assumed", False)


def _halves(numbers: AnyArray, length: AnyArray) -> TickUnit:
    """Every second tick is longer: half millimetres, or 16ths of an inch. The next longer ones tell."""
    numbers = (numbers - numbers[0]) // 2
    longer = length > float(np.quantile(length, 0.3)) + _LONGER_BY
    fives = max(_score(numbers, longer, 5), _score(numbers, longer, 10))
    inches = max(_score(numbers, longer, 2), _score(numbers, longer, 4), _score(numbers, longer, 8))
    if longer.sum() >= MIN_LONG_TICKS and max(fives, inches) > 0.7 and fives != inches:
        if fives > inches:
            return TickUnit(0.5, "half millimetres: every 2nd and every 10th tick is longer", True)
        return TickUnit(None, "every 2nd and 4th or 8th tick is longer: fractions of an inch", True)
    return TickUnit(None, "every 2nd tick is longer: half millimetres or fractions of an inch", False)


def _score(numbers: AnyArray, long_ticks: AnyArray, period: int) -> float:
    """Best F1 agreement of the long ticks with every `period`-th tick; needs two such ticks in view."""
    best = 0.0
    for phase in range(period):
        lattice = (numbers - phase) % period == 0
        hits = int((lattice & long_ticks).sum())
        if hits >= MIN_LONG_TICKS:
            best = max(best, 2 * hits / (int(lattice.sum()) + int(long_ticks.sum())))
    return best


def tick_lengths(pyramid: Pyramid, comb: Comb) -> tuple[AnyArray, AnyArray]:
    """Tick numbers and lengths in tick spacings, of the side to which the long ticks reach.

    Ticks that run out of the picture are left out.
    """
    strip = unroll(pyramid, comb.track)
    numbers, windows = tick_windows(high_pass(strip), strip)
    rows = np.flatnonzero((strip.height >= comb.band[0] - 1e-6) & (strip.height < comb.band[1] - 1e-6))
    template = np.median(windows[:, rows].mean(axis=1)[np.isin(numbers, comb.seen)], axis=0)
    template /= np.sqrt((template * template).sum()) + 1e-9
    depth = windows @ template
    column = np.rint((numbers - strip.n[0]) * (1 / (strip.n[1] - strip.n[0]))).astype(int)
    inside = strip.inside[:, column].T
    seen = np.isin(numbers, comb.seen)
    numbers, depth, inside = numbers[seen], depth[seen], inside[seen]
    middle = int(rows[len(rows) // 2])
    own = np.median(depth[:, rows], axis=1, keepdims=True)
    on = (depth > 0.4 * own) & (own > 0)
    best: tuple[float, AnyArray, AnyArray] = (-1.0, np.zeros(0, int), np.zeros(0))
    for outward in (-1, 1):
        reach = on[:, middle::outward]
        view = inside[:, middle::outward]
        length = np.where(reach.all(axis=1), reach.shape[1], np.argmin(reach, axis=1))
        whole = view[np.arange(len(length)), np.minimum(length, view.shape[1] - 1)] & (
            length < reach.shape[1]
        )
        spread = float(np.std(length[whole])) if whole.sum() >= 5 else -0.5
        if spread > best[0]:
            best = (spread, numbers[whole], length[whole] / ROWS)
    return best[1], best[2]
