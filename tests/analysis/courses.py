"""Response tables made up from words: what `respond` would give, without measuring anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd

from lesiontrack.analysis.time_to_event import time_to_event_rows
from lesiontrack.protocol import Protocol, load_protocol
from lesiontrack.response import best_overall_response
from lesiontrack.study.model import Event, Patient, Visit

Row = dict[str, Any]
PROTOCOL = load_protocol("response-only")
ANALYSIS = "protocol_targets"
START = date(2020, 3, 2)


def patient(
    code: str = "A", *, visits: Sequence[int] = (), started: bool = True, **told: int | str
) -> Patient:
    """`told`: cells of patients.csv; a whole number is a study day of a date."""
    attributes = {
        name: (START + timedelta(days=value)).isoformat() if isinstance(value, int) else value
        for name, value in told.items()
    }
    days = tuple(Visit(f"day{day:03d}", day) for day in visits)
    zero = "treatment_start" if started else "first_visit"
    return Patient(code, code, START if started else None, zero, days, (), attributes, START)


def responses(
    words: Mapping[str, Mapping[int, str | Row]],
    *,
    invalid: Sequence[str] = (),
    protocol: Protocol = PROTOCOL,
    analysis: str = ANALYSIS,
) -> dict[str, list[Row]]:
    """Tables of patients with these words: patient → study day → overall response, or columns of the row.

    The word is the target response, too. `invalid`: patients without a valid baseline.
    """
    visits = [_visit(code, day, what, analysis) for code, days in words.items() for day, what in days.items()]
    inside = [row for row in visits if row["in_assessment_window"]]
    best: list[Row] = []
    for confirmation in ("confirmed", "unconfirmed"):
        everything = _best(visits, list(words), confirmation, protocol, analysis)
        window = everything
        if len(inside) < len(visits):
            window = _best(inside, list(words), confirmation, protocol, analysis)
        best += [row | {"visits": "all_visits"} for row in everything]
        best += [row | {"visits": "assessment_window"} for row in window]
    lesions = [{"patient": code, "baseline_valid": code not in invalid} for code in words]
    return {"visit_responses": visits, "best_responses": best, "lesion_responses": lesions}


def _best(
    read: Sequence[Row], codes: Sequence[str], confirmation: str, protocol: Protocol, analysis: str
) -> list[Row]:
    table = pd.DataFrame(
        [(row["patient"], row["study_day"], row["response"]) for row in read],
        columns=["subject", "date", "response"],
    )
    days = int(protocol.threshold("response.confirm_days")) if confirmation == "confirmed" else None
    found = best_overall_response(table, dict.fromkeys(codes, 0), confirm_days=days)
    signed = {(r["patient"], r["study_day"]) for r in read if r["review_status"] == "signed"}
    return [
        {
            "patient": code,
            "analysis": analysis,
            "confirmation": confirmation,
            "response": word,
            "study_day": None if pd.isna(day) else int(day),
            "signed": (code, day) in signed,
        }
        for code, day, word in found.itertuples(index=False)
    ]


def _visit(code: str, day: int, what: str | Row, analysis: str) -> Row:
    told = {"response": what} if isinstance(what, str) else what
    word = told["response"]
    row: Row = {
        "patient": code,
        "visit": f"day{day:03d}",
        "study_day": day,
        "in_assessment_window": True,
        "analysis": analysis,
        "targets": "L01, L02",
        "target_response": word,
        "non_target_response": None,
        "new_lesion": "none",
        "response_if_candidates_are_new": word,
        "review_status": "unreviewed",
    }
    return row | told


class Found:
    """Rows of time_to_event, one at a time."""

    def __init__(
        self,
        tables: Mapping[str, list[Row]],
        patients: Sequence[Patient],
        events: Sequence[Event] = (),
        protocol: Protocol = PROTOCOL,
    ) -> None:
        self.rows = time_to_event_rows(tables, patients, events, protocol)

    def row(self, endpoint: str, code: str = "A", **where: str) -> Row:
        wanted = {
            "patient": code,
            "endpoint": endpoint,
            "analysis": ANALYSIS,
            "visits": "all_visits",
            "confirmation": "confirmed",
            "basis": "automatic",
            "handling": "new_therapy_censors",
            **where,
        }
        (found,) = (row for row in self.rows if wanted.items() <= row.items())
        return found

    def end(self, endpoint: str, code: str = "A", **where: str) -> tuple[int, bool]:
        """(duration in days, event)."""
        row = self.row(endpoint, code, **where)
        assert row["evaluable"], row["reason"]
        assert row["duration_days"] == row["end_day"] - row["start_day"] + 1
        return row["duration_days"], row["event"]

    def why(self, endpoint: str, code: str = "A", **where: str) -> str:
        return str(self.row(endpoint, code, **where)["reason"])


def one(
    words: Mapping[int, str | Row], events: Sequence[Event] = (), *, valid: bool = True, **told: int | str
) -> Found:
    """The study of one patient, A."""
    tables = responses({"A": words}, invalid=() if valid else ("A",))
    return Found(tables, [patient("A", visits=[0, *words], **told)], events)


def with_protocol(**thresholds: float) -> Protocol:
    return load_protocol("response-only", {f"response.{name}": value for name, value in thresholds.items()})


__all__ = ["Event", "Found", "one", "patient", "responses", "with_protocol"]
