"""The response rules of `lesiontrack.response` over many draws at once.

Sizes are whole numbers of one small unit (see `lesiontrack.analysis.redraw.sizes`), thresholds fractions of
whole numbers, so every comparison is as exact as that of the decimals there. Words are places in BEST_ORDER.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lesiontrack.response.overall import overall_response
from lesiontrack.response.target import Thresholds
from lesiontrack.response.words import BEST_ORDER

Sizes = NDArray[np.int64]
Words = NDArray[np.int8]
Flags = NDArray[np.bool_]

CR, PR, SD, NON, PD, NE, _, MISSING = range(len(BEST_ORDER))
_NEVER = 1 << 40
# Of two visits on one day, see lesiontrack.response.patients.
SEVERITY = np.array([{"NE": 0, "CR": 1, "PR": 2, "NON-CR/NON-PD": 3, "SD": 4, "PD": 5}.get(w, -1)
                      for w in BEST_ORDER], np.int8)  # fmt: skip


@dataclass(frozen=True)
class WholeThresholds:
    """`Thresholds` in whole numbers: ratios as (numerator, denominator), the rise in units of the sizes."""

    pr_ratio: tuple[int, int]
    pd_ratio: tuple[int, int]
    pd_absolute: int
    pr_continues: bool

    @classmethod
    def of(cls, rule: Thresholds, unit: Decimal) -> WholeThresholds:
        """`unit`: mm (or mm2) of one whole number, for example Decimal("1e-9")."""
        return cls(
            rule.pr_ratio.as_integer_ratio(),
            rule.pd_ratio.as_integer_ratio(),
            ceil(rule.pd_absolute / unit),
            rule.pr_continues,
        )

    @property
    def largest_factor(self) -> int:
        """What sizes are multiplied by at most: the products must fit 63 bits."""
        return max(*self.pr_ratio, *self.pd_ratio)


def target_words(
    baseline: Sizes | None,
    totals: Sequence[Sizes | None],
    partials: Sequence[Sizes],
    days: Sequence[int],
    rule: WholeThresholds,
    *,
    draws: int,
    confirm_days: int,
) -> Words:
    """`response.target.read_sums` of every draw: (visits, draws) words.

    Args:
        baseline: (draws,) sums at the baseline; None where it is not evaluable.
        totals: a visit's (draws,) sums, None where it is not evaluable (the same in all draws).
        partials: the sums of what could be measured.
        days: study days of the visits after the baseline.
    """
    words = np.full((len(totals), draws), NE, np.int8)
    if baseline is None:
        return words
    nadir = baseline
    since = np.full(draws, _NEVER)
    continuing = np.zeros(draws, bool)
    for word, total, partial, day in zip(words, totals, partials, days, strict=True):
        grown = _progressed(partial if total is None else total, nadir, rule)
        if total is None:
            word[grown] = PD
        else:
            numerator, denominator = rule.pr_ratio
            word[:] = np.where(denominator * total <= numerator * baseline, PR, SD)
            word[grown] = PD
            word[total == 0] = CR
            nadir = np.minimum(nadir, total)
        shrunk = (word == CR) | (word == PR)
        progressed = word == PD
        stable = word == SD
        since = np.where(shrunk & (since == _NEVER), day, since)
        continuing |= shrunk & (day > since) & (day - since >= confirm_days)
        goes_on = stable & continuing & rule.pr_continues
        word[goes_on] = PR
        since[progressed | (stable & ~goes_on)] = _NEVER
        continuing &= ~progressed
    words[:, baseline == 0] = NE
    return words


def _progressed(value: Sizes, nadir: Sizes, rule: WholeThresholds) -> Flags:
    numerator, denominator = rule.pd_ratio
    grown: Flags = (
        (value > nadir) & (denominator * value >= numerator * nadir) & (value - nadir >= rule.pd_absolute)
    )
    return grown


def overall_words(target: Words | None, non_target: str | None, new_lesion: bool, *, draws: int) -> Words:
    """`overall_response` of one visit's (draws,) target words; None: no target lesions at baseline."""
    if target is None:
        return np.full(draws, BEST_ORDER.index(overall_response(None, non_target, new_lesion)), np.int8)
    table = np.full(len(BEST_ORDER), -1, np.int8)
    for word in ("CR", "PR", "SD", "PD", "NE"):
        overall = overall_response(word, non_target, new_lesion)
        table[BEST_ORDER.index(word)] = BEST_ORDER.index(overall)
    found: Words = table[target]
    return found


def one_per_day(
    words: Words, days: Sequence[int], severity: NDArray[Any] = SEVERITY
) -> tuple[Words, NDArray[np.intp], list[int]]:
    """(days, draws) words, the visit that each is of, and the days in order: the worse of a day counts.

    `severity`: by word, NE the least.
    """
    order = sorted(set(days))
    chosen = np.zeros((len(order), words.shape[1]), np.intp)
    for place, day in enumerate(order):
        same = np.array([index for index, other in enumerate(days) if other == day])
        chosen[place] = same[np.argmax(severity[words[same]], axis=0)]
    return np.take_along_axis(words, chosen, axis=0), chosen, order
