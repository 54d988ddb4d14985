"""Why each value changed: from the tables that come first to those that stand on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from lesiontrack.diff import cohort, judged, reviewed, seen
from lesiontrack.diff.causes import UNKNOWN, Cause, merged, plain, software
from lesiontrack.diff.compare import RowChange
from lesiontrack.diff.facts import Facts
from lesiontrack.diff.upstream import Explained, Upstream

Rule = Callable[[RowChange, str, Facts, Upstream], Iterable[Cause]]

RULES: Mapping[str, Rule] = {
    "patients": seen.patients,
    "doses": seen.doses,
    "events": seen.events,
    "grades": reviewed.grades,
    "reviews": reviewed.reviews,
    "photos": seen.photos,
    "acquisition": seen.photos,
    "observations": seen.observations,
    "flags": seen.flags,
    "measurements": judged.measurements,
    "lesion_responses": judged.lesion_responses,
    "visit_responses": judged.visit_responses,
    "best_responses": judged.best_responses,
    "rates": cohort.rates,
    "rate_differences": cohort.rates,
    "time_to_event": judged.time_to_event,
    "survival": cohort.survival,
    "survival_curves": cohort.survival,
    "lesion_rates": cohort.lesion_rates,
    "refusals": cohort.refusals,
    "agreement": cohort.agreement,
    "failures": seen.failures,
}
"""In the order in which results are made: each rule may look at the tables above it."""

WHOLE_ROW = ""
"""Stands for the column of a row that was added or removed."""


def explain(rows: Iterable[RowChange], facts: Facts) -> Explained:
    """Row → column → causes, nearest first; UNKNOWN where nothing that differs could be behind it.

    What is named is everything that differs and reaches the value; of several, nobody can tell which it was.
    """
    by_table: dict[str, list[RowChange]] = {}
    for row in rows:
        by_table.setdefault(row.table, []).append(row)
    up = Upstream()
    for table, rule in RULES.items():
        pending = []
        for row in by_table.get(table, ()):
            columns = [value.column for value in row.values] if row.kind == "changed" else [WHOLE_ROW]
            pending.append((row, {column: _causes(rule, row, column, facts, up) for column in columns}))
        for row, found in pending:
            up.add(row, found)
    return up.causes


def _causes(rule: Rule, row: RowChange, column: str, facts: Facts, up: Upstream) -> tuple[Cause, ...]:
    file = f"tables/{row.table}.parquet"
    altered = [
        plain(f"{name}: {file} was altered after it was frozen")
        for side, name in ((facts.a, "A"), (facts.b, "B"))
        if file in side.altered
    ]
    found = merged([*altered, *rule(row, column, facts, up)])
    known = tuple(cause for cause in found if cause.root != UNKNOWN.root)
    if known:
        return known
    return merged(software(facts)) or merged(found) or (UNKNOWN,)
