"""ADTTE: time to event."""

from __future__ import annotations

from collections.abc import Mapping

from lesiontrack.export.adam.adtr import numbered
from lesiontrack.export.adam.study import AdamStudy, Row
from lesiontrack.export.adam.terms import (
    ANALYSES,
    BASES,
    CONFIRMATIONS,
    CRITERIA,
    HANDLINGS,
    VISITS,
    code_of,
)
from lesiontrack.export.cdisc import Subject, cdisc_day, in_cdisc_days

ENDPOINTS: Mapping[str, tuple[str, str]] = {
    "OS": ("OS", "Overall Survival"),
    "PFS": ("PFS", "Progression Free Survival"),
    "DOR": ("RSD", "Duration of Response"),
    "TTR": ("TTR", "Time to Response"),
    "SD_DURATION": ("DSD", "Duration of Stable Disease"),
}
"""Endpoint of our table → admiralonco's PARAMCD where it has one, and PARAM."""

_KEYS = (
    ("analysis", ANALYSES, "PARCAT4", ("OS",)),
    ("visits", VISITS, "PARCAT5", ("OS",)),
    ("confirmation", CONFIRMATIONS, "PARCAT7", ("OS", "PFS")),
    ("basis", BASES, "PARCAT2", ("OS",)),
    ("handling", HANDLINGS, "PARCAT8", ("OS",)),
)
"""What durations are told apart by, in the order of the letters of PARAMCD, but for the endpoints named last.

Our table repeats these endpoints; here they are one parameter.
"""

CENSORINGS = ("new therapy", "missed visit", "no valid baseline")
"""Words in a reason that make CNSR 2, 3 and 4; every other censoring is 1."""


def adtte_rows(study: AdamStudy) -> list[Row]:
    """Rows of ADTTE: durations of our table time_to_event that can be given; the others have no record.

    AVAL is in days, end - start + 1. CNSR: 0 event; 1 last known without it; 2 new therapy; 3 missed visits;
    4 no valid baseline.
    """
    found: dict[str, dict[str, Row]] = {one.code: {} for one in study.subjects}
    subjects = {one.code: one for one in study.subjects}
    for row in study.rows("time_to_event"):
        if row["evaluable"] and row["basis"] in study.bases:
            record = _record(subjects[row["patient"]], row)
            found[row["patient"]].setdefault(record["PARAMCD"], record)
    rows: list[Row] = []
    for one in study.subjects:
        mine = found[one.code]
        rows += numbered(study, one, [mine[code] for code in sorted(mine)])
    return rows


def _record(one: Subject, row: Row) -> Row:
    base, label = code_of(ENDPOINTS, row["endpoint"], "endpoint")
    told = [
        (*code_of(words, row[column], column), category)
        for column, words, category, but in _KEYS
        if row["endpoint"] not in but
    ]
    event, reason = bool(row["event"]), str(row["reason"])
    return {
        "PARAM": "; ".join([f"{label} (days)", *(name for _, name, _ in told)]),
        "PARAMCD": base + "".join(letter for letter, _, _ in told),
        "PARCAT1": "TIME TO EVENT",
        **{category: name for _, name, category in told},
        **({"PARCAT3": CRITERIA} if told else {}),
        "PARCAT6": base,
        "AVAL": row["duration_days"],
        "STARTDT": one.date(row["start_day"]),
        "STARTDY": cdisc_day(row["start_day"]),
        "ADT": one.date(row["end_day"]),
        "ADY": cdisc_day(row["end_day"]),
        **_end(reason, event),
        **_source(str(row["endpoint"]), reason, event),
    }


def _end(reason: str, event: bool) -> Row:
    """CNSR and its descriptions; the reason of a censoring is "why; date of what[; notes]"."""
    if event:
        return {"CNSR": 0, "EVNTDESC": in_cdisc_days(reason)}
    why, *rest = reason.split("; ")
    return {
        "CNSR": censoring(why),
        "EVNTDESC": in_cdisc_days("; ".join([why, *rest[1:]])),
        "CNSDTDSC": rest[0] if rest else None,
    }


def censoring(why: str) -> int:
    """CNSR of a censored duration."""
    return next((code for code, words in enumerate(CENSORINGS, start=2) if words in why), 1)


def _source(endpoint: str, reason: str, event: bool) -> Row:
    """Where the date of the end comes from."""
    if event and reason.split("; ")[0] == "death":
        return {"SRCDOM": "ADSL", "SRCVAR": "DTHDT"}
    if endpoint == "OS":
        return {"SRCDOM": "ADSL", "SRCVAR": "LSTALVDT"}
    return {"SRCDOM": "ADRS", "SRCVAR": "ADT"}
