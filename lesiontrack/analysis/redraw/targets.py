"""Sums and target words of one patient and target set under every draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lesiontrack.analysis.redraw.rules import Sizes, WholeThresholds, Words, target_words
from lesiontrack.analysis.redraw.sizes import Drawn
from lesiontrack.analysis.redraw.sums import Terms, terms
from lesiontrack.protocol import Protocol
from lesiontrack.response.baseline import Baseline
from lesiontrack.response.series import PatientSeries
from lesiontrack.response.sets import LesionSets

Row = dict[str, Any]


@dataclass(frozen=True, eq=False)
class TargetDraws:
    """Of one target set.

    Attributes:
        rows: the patient's rows of visit_responses in order.
        words: (visits, draws) target words; NE where there is no target lesion (then `has_target` is False).
        sums: each visit's (draws,) sum, None where it is not evaluable.
        partial: each visit's (draws,) sum over what could be measured.
        keys: (lesion, visit) of the sizes in any sum.
    """

    rows: Sequence[Row]
    words: Words
    sums: Sequence[Sizes | None]
    partial: Sequence[Sizes]
    keys: frozenset[tuple[str, str]]

    @property
    def draws(self) -> int:
        return int(self.words.shape[1])

    @property
    def has_target(self) -> list[bool]:
        """By visit; the same in every draw, as target sets are."""
        return [row["target_response"] is not None for row in self.rows]


def draw_targets(
    series: PatientSeries,
    baseline: Baseline,
    sets: LesionSets,
    analysis: str,
    rows: Sequence[Row],
    protocol: Protocol,
    rule: WholeThresholds,
    drawn: Drawn,
    *,
    column: str,
    draws: int,
) -> TargetDraws:
    """As `response.sums.Sums`: where targets change from visit to visit, a visit is read against the baseline
    and nadir of those that are the targets then."""
    days = [row["study_day"] for row in rows]
    at_visit = [sets.targets_at(analysis, day) for day in days]
    found = np.empty((len(rows), draws), np.int8)
    sums: list[Sizes | None] = [None] * len(rows)
    measured: list[Sizes] = [np.zeros(draws, np.int64) for _ in rows]
    keys: set[tuple[str, str]] = set()
    for targets in dict.fromkeys(at_visit):
        start, later = _terms(series, baseline, sets, targets, rows, column)
        partial = [term.add(drawn.sizes, draws) for term in later]
        totals = [total if term.evaluable else None for term, total in zip(later, partial, strict=True)]
        words = target_words(
            start.add(drawn.sizes, draws) if start.evaluable else None,
            totals,
            partial,
            days,
            rule,
            draws=draws,
            confirm_days=int(protocol.threshold("response.confirm_days")),
        )
        for place, others in enumerate(at_visit):
            if others == targets:
                found[place], sums[place], measured[place] = words[place], totals[place], partial[place]
                keys.update(start.keys, later[place].keys)
    return TargetDraws(rows, found, sums, measured, frozenset(keys))


def _terms(
    series: PatientSeries,
    baseline: Baseline,
    sets: LesionSets,
    targets: Sequence[str],
    rows: Sequence[Row],
    column: str,
) -> tuple[Terms, list[Terms]]:
    """Of the sums at the baseline and at every visit."""
    start = terms(targets, baseline.looks, baseline.day, sets.fragments, column)
    later = [
        terms(targets, series.looks_at(row["visit"]), row["study_day"], sets.fragments, column)
        for row in rows
    ]
    return start, later
