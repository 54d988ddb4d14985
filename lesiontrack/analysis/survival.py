"""Kaplan-Meier estimates of the endpoints, by arm and for all patients."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from lesiontrack.analysis.time_to_event.censoring import PROGRESSION
from lesiontrack.analysis.time_to_event.endpoints import NO_DEATHS
from lesiontrack.protocol import Protocol
from lesiontrack.response.rates import arm_groups
from lesiontrack.statistics import KaplanMeier, kaplan_meier, logrank
from lesiontrack.study.model import ALL_ARMS

Row = dict[str, Any]
KEYS = ("analysis", "visits", "confirmation", "basis", "handling", "endpoint")
FEW = 10
"""With fewer events the note says how few: limits are then wide and the median jumps with each patient."""


def survival_rows(time_to_event: Sequence[Row], protocol: Protocol) -> tuple[list[Row], list[Row]]:
    """Rows of survival and of survival_curves from those of time_to_event, for all patients and each arm.

    Durations count from 1 day; limits are log-log, 95 %. The log-rank test compares the recorded arms that
    have patients, and stands in the row of all. Where no patient has the endpoint, the row has no estimate
    and its note says why.
    """
    analyses: dict[tuple[Any, ...], list[Row]] = {}
    for row in time_to_event:
        analyses.setdefault(tuple(row[key] for key in KEYS), []).append(row)
    survival: list[Row] = []
    curves: list[Row] = []
    for key, rows in analyses.items():
        common = {**dict(zip(KEYS, key, strict=True)), "protocol_id": protocol.protocol_id}
        by_patient = {row["patient"]: row for row in rows}
        groups = arm_groups(list(by_patient), {patient: row["arm"] for patient, row in by_patient.items()})
        for arm, patients in groups.items():
            found = _Estimate([by_patient[patient] for patient in patients])
            told = {**common, "arm": arm}
            between = _between_arms(rows) if arm == ALL_ARMS else None
            survival.append({**told, **found.summary(), "logrank_p": between, "note": found.note()})
            curves += [{**told, **point} for point in found.curve()]
    return survival, curves


class _Estimate:
    """The patients of one group who have the endpoint, and their Kaplan-Meier curve."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = [row for row in rows if row["evaluable"]]
        self.without = [row for row in rows if not row["evaluable"]]
        self.curve_of: KaplanMeier | None = _kaplan_meier(self.rows) if self.rows else None

    def summary(self) -> Row:
        found = self.curve_of
        return {
            "patients": len(self.rows),
            "left_out": len(self.without),
            "events": sum(row["event"] for row in self.rows),
            "median_days": _number(found.median) if found else None,
            "median_lower": _number(found.median_lower) if found else None,
            "median_upper": _number(found.median_upper) if found else None,
        }

    def curve(self) -> list[Row]:
        found = self.curve_of
        if found is None:
            return []
        return [
            {
                "time_days": int(found.times[i]),
                "at_risk": int(found.at_risk[i]),
                "events": int(found.events[i]),
                "censored": int(found.censored[i]),
                "survival": float(found.survival[i]),
                "lower": _number(found.lower[i]),
                "upper": _number(found.upper[i]),
            }
            for i in range(len(found.times))
        ]

    def note(self) -> str | None:
        if not self.rows:
            return f"not given: {_reasons(self.without)}"
        endpoint = self.rows[0]["endpoint"]
        reasons = [str(row["reason"]) for row in self.rows]
        events = sum(row["event"] for row in self.rows)
        notes = []
        if endpoint in ("DOR", "SD_DURATION", "PFS"):
            notes.append(PROGRESSION)
        if any(NO_DEATHS in reason for reason in reasons):
            notes.append(NO_DEATHS)
        if endpoint in ("TTR", "DOR"):
            notes.append("responders only")
        if endpoint == "SD_DURATION":
            notes.append("patients whose best response is SD")
        if events < FEW:
            patients = len(self.rows)
            ones = f"{patients} patient{'' if patients == 1 else 's'}"
            notes.append(f"{events} event{'' if events == 1 else 's'} of {ones} only")
        unread = sum("if a reader calls" in reason for reason in reasons)
        if unread:
            notes.append(f"{unread} would progress earlier if a reader called a candidate a new lesion")
        visits = sum("no last contact recorded" in reason for reason in reasons)
        if visits:
            notes.append(f"{visits} censored at the last visit: no last contact recorded")
        return "; ".join(notes) or None


def _kaplan_meier(rows: Sequence[Row]) -> KaplanMeier:
    return kaplan_meier([row["duration_days"] for row in rows], [row["event"] for row in rows])


def _between_arms(rows: Sequence[Row]) -> float | None:
    """p of the log-rank test between the arms that have patients; None for fewer than two, or no event."""
    told = [row for row in rows if row["evaluable"] and row["arm"]]
    if len({row["arm"] for row in told}) < 2 or not any(row["event"] for row in told):
        return None
    test = logrank(
        [row["duration_days"] for row in told], [row["event"] for row in told], [row["arm"] for row in told]
    )
    return _number(test.p)


def _reasons(rows: Sequence[Row]) -> str:
    """Why nobody has the endpoint, the commonest reason first, with how many it holds for."""
    counts = Counter(str(row["reason"]) for row in rows)
    ordered = sorted(counts, key=lambda reason: (-counts[reason], reason))
    return ordered[0] if len(ordered) == 1 else ", ".join(f"{why} ({counts[why]})" for why in ordered)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
