"""What one tick spacing is: a millimetre, half of one, or a fraction of an inch, told by the long ticks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lesiontrack.arrays import AnyArray
from lesiontrack.scale.comb import Comb, high_pass, tick_windows
from lesiontrack.scale.strip import COLUMNS, ROWS, Pyramid, unroll

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
    # Where ticks are as wide as gaps, the comb may have been fitted to the gaps: try half a spacing on.
    views = [_judge(*side) for phase in (0.0, 0.5) for side in tick_lengths(pyramid, comb, phase)]
    return max(views, key=lambda view: view[0])[1]


def _judge(numbers: AnyArray, length: AnyArray) -> tuple[float, TickUnit]:
    """Strength (0..1) of the best pattern of long ticks, and what it says."""
    if numbers.size < MIN_LONG_TICKS:
        return 0.0, TickUnit(1.0, "ticks' lengths not in view, millimetres assumed", False)
    long_ticks = length - _short_length(numbers, length) > _LONGER_BY
    hits = int(long_ticks.sum())
    twos = _score(numbers, long_ticks, 2)
    fives = max(_score(numbers, long_ticks, 5), _score(numbers, long_ticks, 10))
    inches = max(_score(numbers, long_ticks, 4), _score(numbers, long_ticks, 8))
    if hits >= 4 and twos > 0.85 and twos > fives:
        return twos, _halves(numbers[long_ticks], length[long_ticks])
    if hits >= MIN_LONG_TICKS and max(fives, inches) > 0.7:
        if inches > fives:
            return inches, TickUnit(None, "every 4th or 8th tick is longer: fractions of an inch", True)
        return fives, TickUnit(1.0, "every 5th or 10th tick is longer", True)
    return 0.0, TickUnit(1.0, "no pattern of long ticks seen, millimetres assumed", False)


def _halves(numbers: AnyArray, length: AnyArray) -> TickUnit:
    """Every second tick is longer: half millimetres, or 16ths of an inch. The next longer ones tell."""
    numbers = (numbers - numbers[0]) // 2
    longer = length - _short_length(numbers, length) > _LONGER_BY
    fives = max(_score(numbers, longer, 5), _score(numbers, longer, 10))
    inches = max(_score(numbers, longer, 2), _score(numbers, longer, 4), _score(numbers, longer, 8))
    if longer.sum() >= MIN_LONG_TICKS and max(fives, inches) > 0.7 and fives != inches:
        if fives > inches:
            return TickUnit(0.5, "half millimetres: every 2nd and every 10th tick is longer", True)
        return TickUnit(None, "every 2nd and 4th or 8th tick is longer: fractions of an inch", True)
    return TickUnit(None, "every 2nd tick is longer: half millimetres or fractions of an inch", False)


def _short_length(numbers: AnyArray, length: AnyArray) -> AnyArray:
    """Length of the short ticks along the row: a line through the lower third (quantile regression).

    The track may run askew to the ruler's edge, so lengths drift from one end to the other.
    """
    x = numbers - numbers.mean()
    coef = np.array([float(np.quantile(length, 0.3)), 0.0])
    for _ in range(8 if len(x) >= 5 else 0):
        miss = length - (coef[0] + coef[1] * x)
        weight = np.where(miss > 0, 0.3, 0.7) / np.maximum(np.abs(miss), 0.05)
        coef = np.polynomial.polynomial.polyfit(x, length, 1, w=np.sqrt(weight))
    return np.asarray(coef[0] + coef[1] * x)


def _score(numbers: AnyArray, long_ticks: AnyArray, period: int) -> float:
    """Best F1 agreement of the long ticks with every `period`-th tick; needs two such ticks in view."""
    best = 0.0
    for phase in range(period):
        lattice = (numbers - phase) % period == 0
        hits = int((lattice & long_ticks).sum())
        if hits >= MIN_LONG_TICKS:
            best = max(best, 2 * hits / (int(lattice.sum()) + int(long_ticks.sum())))
    return best


def tick_lengths(
    pyramid: Pyramid, comb: Comb, phase: float = 0.0
) -> tuple[tuple[AnyArray, AnyArray], tuple[AnyArray, AnyArray]]:
    """Tick numbers and lengths in tick spacings from the middle of the band, to one side and to the other.

    Ticks that leave the picture before they would count as long are left out.

    Args:
        pyramid: of the photo.
        comb: measured row of ticks.
        phase: in tick spacings, where to look for the ticks, from the comb's tick numbers.
    """
    track = comb.track.rescaled(1.0, -phase)
    strip = unroll(pyramid, track)
    numbers, windows = tick_windows(high_pass(strip), strip)
    rows = np.flatnonzero((strip.height >= comb.band[0] - 1e-6) & (strip.height < comb.band[1] - 1e-6))
    seen = np.isin(numbers, comb.seen if phase == 0.0 else np.union1d(comb.seen, comb.seen + 1) - 1)
    template = np.median(windows[:, rows].mean(axis=1)[seen], axis=0)
    template /= np.sqrt((template * template).sum()) + 1e-9
    depth = windows @ template
    column = np.rint((numbers - strip.n[0]) * COLUMNS).astype(int)
    inside = strip.inside[:, column].T
    numbers, depth, inside = numbers[seen], depth[seen], inside[seen]
    middle = int(rows[len(rows) // 2])
    own = np.median(depth[:, rows], axis=1, keepdims=True)
    on = (depth > 0.4 * own) & (own > 0)
    return (
        _side(numbers, on[:, middle::-1], inside[:, middle::-1]),
        _side(numbers, on[:, middle:], inside[:, middle:]),
    )


def _side(numbers: AnyArray, on: AnyArray, inside: AnyArray) -> tuple[AnyArray, AnyArray]:
    """Lengths to one side; (ticks, rows) arrays start at the middle of the band and go outward."""
    reach = on & inside
    steps = reach.shape[1]
    length = np.where(reach.all(axis=1), steps, np.argmin(reach, axis=1))
    whole = (length == steps) | inside[np.arange(len(length)), np.minimum(length, steps - 1)]
    if not whole.any():
        return np.zeros(0, dtype=int), np.zeros(0)
    usable = whole | (length / ROWS > np.median(length[whole]) / ROWS + _LONGER_BY)
    return numbers[usable], length[usable] / ROWS
