"""One patient's best responses under every draw of its lesions' sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lesiontrack.analysis.redraw.best import Options, best_words
from lesiontrack.analysis.redraw.durable import Durability, durable_flags
from lesiontrack.analysis.redraw.rules import (
    Flags,
    WholeThresholds,
    Words,
    one_per_day,
    overall_words,
    target_words,
)
from lesiontrack.analysis.redraw.sizes import Drawn, Errors, draw_sizes
from lesiontrack.analysis.redraw.sums import Terms, terms
from lesiontrack.protocol import Protocol
from lesiontrack.response.baseline import Baseline
from lesiontrack.response.patients import CONFIRMATIONS, READINGS
from lesiontrack.response.series import PatientSeries
from lesiontrack.response.sets import LesionSets
from lesiontrack.response.sums import AREAS, area_rule, diameter_rule

Row = dict[str, Any]


@dataclass(frozen=True, eq=False)
class BestOfDraws:
    """(draws,) best responses as places in BEST_ORDER, whether a reader has signed what each rests on, and
    whether a response was durable."""

    words: Words
    signed: Flags
    durable: Flags


@dataclass(frozen=True, eq=False)
class Redrawn:
    """Of one patient and target set.

    Attributes:
        best: (visits read, confirmation) → best responses.
        measured, fixed: sizes above 0 in the sums, and how many of them have no standard deviation.
    """

    best: Mapping[tuple[str, str], BestOfDraws]
    measured: int
    fixed: int


def redraw_patient(
    series: PatientSeries,
    baseline: Baseline,
    sets: LesionSets,
    visits: Mapping[str, Sequence[Row]],
    protocol: Protocol,
    errors: Errors,
    *,
    draws: int,
) -> dict[str, Redrawn]:
    """Target set → best responses. `visits`: target set → this patient's rows of visit_responses in order."""
    found = {}
    for column in ("longest_diameter_mm", "area_mm2"):
        mine = {name: rows for name, rows in visits.items() if _column(name) == column}
        if not mine:
            continue
        rule = area_rule(protocol) if column == "area_mm2" else diameter_rule(protocol)
        factor = max(
            number for ratio in (rule.pr_ratio, rule.pd_ratio) for number in ratio.as_integer_ratio()
        )
        drawn = draw_sizes(
            series.patient.code, series.lesions, column, errors, draws=draws, largest_factor=factor
        )
        whole = WholeThresholds.of(rule, drawn.unit)
        for analysis, rows in mine.items():
            found[analysis] = _redraw(
                series, baseline, sets, analysis, rows, protocol, whole, drawn, draws=draws
            )
    return found


def _column(analysis: str) -> str:
    return "area_mm2" if analysis in AREAS else "longest_diameter_mm"


def _redraw(
    series: PatientSeries,
    baseline: Baseline,
    sets: LesionSets,
    analysis: str,
    rows: Sequence[Row],
    protocol: Protocol,
    rule: WholeThresholds,
    drawn: Drawn,
    *,
    draws: int,
) -> Redrawn:
    days = [row["study_day"] for row in rows]
    at_visit = [sets.targets_at(analysis, day) for day in days]
    target = np.empty((len(rows), draws), np.int8)
    keys: set[tuple[str, str]] = set()
    for targets in dict.fromkeys(at_visit):
        start, later = _terms(series, baseline, sets, targets, rows, _column(analysis))
        sums = [term.add(drawn.sizes, draws) for term in later]
        words = target_words(
            start.add(drawn.sizes, draws) if start.evaluable else None,
            [total if term.evaluable else None for term, total in zip(later, sums, strict=True)],
            sums,
            days,
            rule,
            draws=draws,
            confirm_days=int(protocol.threshold("response.confirm_days")),
        )
        now = [place for place, others in enumerate(at_visit) if others == targets]
        target[now] = words[now]
        keys.update(start.keys, *(later[place].keys for place in now))
    words = np.empty_like(target)
    for place, row in enumerate(rows):
        # None where there was no target lesion: the same in every draw, as target sets are.
        given = None if row["target_response"] is None else target[place]
        words[place] = overall_words(
            given, row.get("non_target_response"), row.get("new_lesion") == "signed", draws=draws
        )
    measured = {key for key in keys if (size := drawn.sizes[key]) is not None and size[0] > 0}
    return Redrawn(_best(words, rows, protocol), len(measured), len(measured & drawn.fixed))


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


def _best(words: Words, rows: Sequence[Row], protocol: Protocol) -> dict[tuple[str, str], BestOfDraws]:
    options, durability = Options.of(protocol), Durability.of(protocol)
    found: dict[tuple[str, str], BestOfDraws] = {}
    for which in READINGS:
        read = [i for i, row in enumerate(rows) if which == "all_visits" or row["in_assessment_window"]]
        daily, chosen, days = one_per_day(words[read], [rows[i]["study_day"] for i in read])
        seen = np.array([rows[i]["review_status"] == "signed" for i in read], bool)
        for confirmation in CONFIRMATIONS:
            confirmed = confirmation == "confirmed"
            best = best_words(daily, days, options, confirmed=confirmed)
            signed = best.rows >= 0
            if read:
                rests_on = np.take_along_axis(chosen, np.maximum(best.rows, 0)[None], axis=0)[0]
                signed &= seen[rests_on]
            durable = durable_flags(daily, days, options, durability, confirmed=confirmed)
            found[which, confirmation] = BestOfDraws(best.words, signed, durable)
    return found
