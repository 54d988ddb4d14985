"""ADTTE: time to event."""

from __future__ import annotations

from collections.abc import Mapping

from lesiontrack.export.adam.adtr import numbered
from lesiontrack.export.adam.study import AdamStudy, Row, Subject, analysis_day
from lesiontrack.export.adam.terms import (
    ANALYSES,
    BASES,
    CONFIRMATIONS,
    CRITERIA,
    HANDLINGS,
    VISITS,
    code_of,
)

ENDPOINTS: Mapping[str, tuple[str, str]] = {
    "OS": ("OS", "Overall Survival"),
    "PFS": ("PFS", "Progression Free Survival"),
    "DOR": ("RSD", "Duration of Response"),
    "TTR": ("TTR", "Time to Response"),
    "SD_DURATION": ("DSD", "Duration of Stable Disease"),
}
"""Endpoint of our table → admiralonco's PARAMCD where it has one, and PARAM."""

_KEYS = (
    ("analysis", ANALYSES, "PARCAT4"),
    ("visits", VISITS, "PARCAT5"),
    ("confirmation", CONFIRMATIONS, "PARCAT7"),
    ("basis", BASES, "PARCAT2"),
    ("handling", HANDLINGS, "PARCAT8"),
)
"""What a duration is told apart by, in the order of the letters of PARAMCD."""

CENSORINGS = ("new therapy", "missed visit", "no valid baseline")
"""Words in a reason that make CNSR 2, 3 and 4; every other censoring is 1."""


def adtte_rows(study: AdamStudy) -> list[Row]:
    """Rows of ADTTE: durations of our table time_to_event that can be given; the others have no record.

    AVAL is in days, end - start + 1. CNSR: 0 event; 1 last known without it; 2 new therapy; 3 missed visits;
    4 no valid baseline.
    """
    found: dict[str, list[Row]] = {}
    for row in study.rows("time_to_event"):
        if row["evaluable"] and row["basis"] in (*study.bases, None):
            found.setdefault(row["patient"], []).append(row)
    rows: list[Row] = []
    for one in study.subjects:
        records = [_record(one, row) for row in found.get(one.code, [])]
        rows += numbered(study, one, sorted(records, key=lambda record: str(record["PARAMCD"])))
    return rows


def _record(one: Subject, row: Row) -> Row:
    base, label = code_of(ENDPOINTS, row["endpoint"], "endpoint")
    told = [
        (*code_of(words, row[column], column), category)
        for column, words, category in _KEYS
        if row[column] is not None
    ]
    event = bool(row["event"])
    what, _, why = str(row["reason"] or "").rpartition("; ")
    return {
        "PARAM": "; ".join([f"{label} (days)", *(name.lower() for _, name, _ in told)]),
        "PARAMCD": base + "".join(letter for letter, _, _ in told),
        "PARCAT1": "TIME TO EVENT",
        **{category: name for _, name, category in told},
        **({} if base == "OS" else {"PARCAT3": CRITERIA}),
        "PARCAT6": base,
        "AVAL": row["duration_days"],
        "STARTDT": one.date(row["start_day"]),
        "STARTDY": analysis_day(row["start_day"]),
        "ADT": one.date(row["end_day"]),
        "ADY": analysis_day(row["end_day"]),
        "CNSR": 0 if event else censoring(str(row["reason"])),
        "EVNTDESC": row["reason"] if event else (what or why),
        "CNSDTDSC": None if event else why,
        **_source(str(row["endpoint"]), event, str(row["reason"])),
    }


def censoring(reason: str) -> int:
    """CNSR of a censored duration."""
    return next((code for code, words in enumerate(CENSORINGS, start=2) if words in reason), 1)


def _source(endpoint: str, event: bool, reason: str) -> Row:
    """Where the end's date comes from."""
    if event and reason == "death":
        return {"SRCDOM": "ADSL", "SRCVAR": "DTHDT"}
    if endpoint != "OS":
        return {"SRCDOM": "ADRS", "SRCVAR": "ADT"}
    return {"SRCDOM": "ADSL", "SRCVAR": "LSTALVDT"} if reason.rpartition("; ")[2] == "last contact" else {}
