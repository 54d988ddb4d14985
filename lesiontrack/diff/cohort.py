"""Causes of changes in the tables of the cohort, by way of the rows that they stand on.

They count over many patients, so what they stand on is looked up once for all rows that share it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from lesiontrack.diff import causes as of
from lesiontrack.diff.causes import Cause
from lesiontrack.diff.compare import RowChange
from lesiontrack.diff.facts import Facts
from lesiontrack.diff.seen import WINDOW
from lesiontrack.diff.upstream import SIZES, Upstream, observation_words
from lesiontrack.study.model import ALL_ARMS

_READING = ("analysis", "visits", "confirmation")
_COUNTED = frozenset({"response", "signed", "study_day", "durable"})
_ENDPOINT = ("analysis", "visits", "confirmation", "basis", "handling", "endpoint")
_TIMES = frozenset({"arm", "evaluable", "start_day", "end_day", "duration_days", "event", "reason"})
_OF_LESIONS = frozenset({"response", "role", "in_assessment_window", "review_status"})
_REFUSED = frozenset({"status", "evaluable", "reason", "phase", "ita_deg", "merged_into", "study_day"})
_ERRORS = SIZES | {"longest_diameter_mm_sd", "area_mm2_sd"}


def rates(row: RowChange, column: str, facts: Facts, up: Upstream) -> list[Cause]:
    found = _of_patients(up, "best_responses", row, _READING, _COUNTED)
    if column.startswith("redrawn") and not found:
        found = _everywhere(up, "observations", _ERRORS)
    return [*_patients(up, row.get("arm")), *found, *of.protocol(facts, "response")]


def survival(row: RowChange, column: str, facts: Facts, up: Upstream) -> list[Cause]:
    found = _of_patients(up, "time_to_event", row, _ENDPOINT, _TIMES)
    return found or [*_patients(up, row.get("arm")), *of.protocol(facts, "response")]


def lesion_rates(row: RowChange, column: str, facts: Facts, up: Upstream) -> list[Cause]:
    found = _everywhere(up, "best_responses", _COUNTED) if column == "patient_rate" else []
    found = found or _everywhere(up, "lesion_responses", _OF_LESIONS)
    return [*_patients(up, row.get("arm")), *found, *of.protocol(facts, "response")]


def refusals(row: RowChange, column: str, facts: Facts, up: Upstream) -> list[Cause]:
    found = _everywhere(up, "observations", _REFUSED)
    return [*_patients(up, None), *found, *of.protocol(facts, *WINDOW)]


def agreement(row: RowChange, column: str, facts: Facts, up: Upstream) -> list[Cause]:
    rows = up.rows("measurements", method=row.get("method"))
    return up.by_way_of(rows, lambda r: f"{r.patient} {r.get('lesion')} at {r.get('visit')}")


def _of_patients(
    up: Upstream, table: str, row: RowChange, names: tuple[str, ...], columns: Collection[str]
) -> list[Cause]:
    """By way of the changed rows of one reading or endpoint, of the row's arm where it has one."""
    values = tuple(row.get(name) for name in names)
    arm = row.get("arm") if table == "time_to_event" else ALL_ARMS

    def find() -> list[Cause]:
        rows = [r for r in up.keyed(table, names, values) if r.kind != "changed" or r.columns & set(columns)]
        rows = [r for r in rows if arm in (None, ALL_ARMS, *_both(r, "arm"))]
        return up.by_way_of(rows, lambda r: f"{_NAMES[table]} of {r.patient}", columns)

    return up.once((table, values, arm), find)


_NAMES = {"best_responses": "best response", "time_to_event": "time to event"}


def _everywhere(up: Upstream, table: str, columns: frozenset[str]) -> list[Cause]:
    def words(row: RowChange) -> str:
        own = observation_words(row) if table == "observations" else row.get("lesion") or "best response"
        return f"{row.patient} {own}"

    return up.once(
        (table, columns), lambda: up.by_way_of(up.rows(table, columns=columns), words, columns)
    )  # fmt: skip


def _patients(up: Upstream, arm: Any) -> list[Cause]:
    """Patients who are in one of the two only, or whose arm changed."""

    def find() -> list[Cause]:
        rows = [r for r in up.rows("patients") if r.kind != "changed" or "arm" in r.columns]
        rows = [r for r in rows if arm in (None, ALL_ARMS, *_both(r, "arm"))]
        return up.by_way_of(rows, lambda r: f"patient {r.patient}")

    return up.once(("patients", arm), find)


def _both(row: RowChange, column: str) -> set[Any]:
    return {side.get(column) for side in (row.old, row.new) if side}
