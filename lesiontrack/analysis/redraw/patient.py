"""One patient's best responses under every draw of its lesions' sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lesiontrack.analysis.redraw.best import Best, Options, best_words
from lesiontrack.analysis.redraw.durable import Durability, durable_flags
from lesiontrack.analysis.redraw.immune import IMMUNE_SEVERITY, immune_best, immune_words
from lesiontrack.analysis.redraw.rules import (
    SEVERITY,
    Flags,
    WholeThresholds,
    Words,
    one_per_day,
    overall_words,
)
from lesiontrack.analysis.redraw.sizes import Errors, draw_sizes
from lesiontrack.analysis.redraw.targets import TargetDraws, draw_targets
from lesiontrack.protocol import Protocol
from lesiontrack.response.baseline import Baseline
from lesiontrack.response.patients import CONFIRMATIONS, READINGS
from lesiontrack.response.series import PatientSeries
from lesiontrack.response.sets import LesionSets
from lesiontrack.response.sums import AREAS, area_rule, diameter_rule

Row = dict[str, Any]
IMMUNE, SAME_TARGETS = "irecist", "recist_2_per_organ"


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
            # The rows of iRECIST have its own words: those of the same targets tell what it starts from.
            of = visits[SAME_TARGETS] if analysis == IMMUNE else rows
            targets = draw_targets(
                series, baseline, sets, analysis, of, protocol, whole, drawn, column=column, draws=draws
            )
            if analysis == IMMUNE:
                words = immune_words(series, sets, targets, drawn, protocol)
            else:
                words = _overall(targets)
            measured = {key for key in targets.keys if (size := drawn.sizes[key]) is not None and size[0] > 0}
            found[analysis] = Redrawn(
                _best(words, rows, protocol, immune=analysis == IMMUNE),
                len(measured),
                len(measured & drawn.fixed),
            )
    return found


def _column(analysis: str) -> str:
    return "area_mm2" if analysis in AREAS else "longest_diameter_mm"


def _overall(targets: TargetDraws) -> Words:
    words = np.empty_like(targets.words)
    for place, (row, has_target) in enumerate(zip(targets.rows, targets.has_target, strict=True)):
        words[place] = overall_words(
            targets.words[place] if has_target else None,
            row["non_target_response"],
            row["new_lesion"] == "signed",
            draws=targets.draws,
        )
    return words


def _best(
    words: Words, rows: Sequence[Row], protocol: Protocol, *, immune: bool
) -> dict[tuple[str, str], BestOfDraws]:
    options, durability = Options.of(protocol), Durability.of(protocol)
    found: dict[tuple[str, str], BestOfDraws] = {}
    for which in READINGS:
        read = [i for i, row in enumerate(rows) if which == "all_visits" or row["in_assessment_window"]]
        daily, chosen, days = one_per_day(
            words[read],
            [rows[i]["study_day"] for i in read],
            IMMUNE_SEVERITY if immune else SEVERITY,
        )
        seen = np.array([rows[i]["review_status"] == "signed" for i in read], bool)
        for confirmation in CONFIRMATIONS:
            rule = immune_best if immune else _recist
            best, durable = rule(daily, days, options, durability, confirmed=confirmation == "confirmed")
            signed = best.rows >= 0
            if read:
                rests_on = np.take_along_axis(chosen, np.maximum(best.rows, 0)[None], axis=0)[0]
                signed &= seen[rests_on]
            found[which, confirmation] = BestOfDraws(best.words, signed, durable)
    return found


def _recist(
    words: Words, days: Sequence[int], options: Options, durability: Durability, *, confirmed: bool
) -> tuple[Best, Flags]:
    return (
        best_words(words, days, options, confirmed=confirmed),
        durable_flags(words, days, options, durability, confirmed=confirmed),
    )
