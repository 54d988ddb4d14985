"""What the index shows: counts, failures, patients, response rates, and every lesion of the contact sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lesiontrack.report.changes import spider, waterfall
from lesiontrack.report.data import MAIN_ANALYSIS, Cohort, Row
from lesiontrack.report.facets import facets_of
from lesiontrack.report.notes import counted
from lesiontrack.report.summary import Card, PatientLine
from lesiontrack.report.thumbs import data_uri
from lesiontrack.study.model import ALL_ARMS

PER_SHEET = 50
FAILURES_SHOWN = 50
EMBEDDED_BYTES = 1_000_000
"""Of all thumbs before base64: up to this, they lie in the index; beyond, in files beside it."""


@dataclass(frozen=True)
class RateTable:
    """Rates of one target set: a line for each way of reading, a column for each endpoint."""

    analysis: str
    endpoints: list[str]
    lines: list[tuple[Row, list[Row]]]


def cohort_values(cohort: Cohort, patients: Sequence[PatientLine]) -> dict[str, Any]:
    """Values of index.html, but for the addresses of its thumbs."""
    tables = cohort.tables
    pictured = {patient.patient for patient in patients}
    rest = {row["patient"] for row in tables["best_responses"]} - pictured
    failures = tables["failures"]
    unusable = [row for row in tables["observations"] if not row["evaluable"]]
    cards = [card for patient in patients for card in patient.cards]
    states = counted(row["review_status"] or "unreviewed" for row in tables["observations"])
    return {
        "patients": patients,
        "without_photos": sorted(rest),
        "from_first_visit": [patient.patient for patient in patients if not patient.scheduled],
        "failures": failures[:FAILURES_SHOWN],
        "failures_left": max(0, len(failures) - FAILURES_SHOWN),
        "failure_stages": counted(row["stage"] for row in failures),
        "unusable": counted(row["status"] for row in unusable),
        "poor": [row for row in tables["photos"] if row["quality"] == "not_evaluable"],
        "unregistered": [row for row in tables["photos"] if row["registered"] is False],
        "unscaled": [row for row in tables["photos"] if row["px_per_mm"] is None],
        "rates": _rate_tables([row for row in tables["rates"] if row["arm"] in (None, ALL_ARMS)]),
        "main_analysis": MAIN_ANALYSIS,
        "review_states": dict(states),
        "waterfall": waterfall(patients, cohort.protocol),
        "spider": spider(patients, cohort.protocol),
        "not_drawn": [(line.patient, line.course.why_not) for line in patients if line.course.why_not],
        "cards": cards,
        "facets": facets_of(cards),
        "per_sheet": PER_SHEET,
    }


def thumb_files(cards: Sequence[Card]) -> tuple[dict[str, str], dict[str, bytes]]:
    """Addresses of the thumbs by lesion page, and the files of the results folder that those need."""
    thumbs = {card.file: card.thumb.jpeg for card in cards if card.thumb is not None}
    if sum(map(len, thumbs.values())) <= EMBEDDED_BYTES:
        return {file: data_uri(jpeg) for file, jpeg in thumbs.items()}, {}
    names = {file: f"sheets/{file.removeprefix('lesions/').removesuffix('.html')}.jpg" for file in thumbs}
    return names, {names[file]: jpeg for file, jpeg in thumbs.items()}


def _rate_tables(rows: Sequence[Row]) -> list[RateTable]:
    names = sorted(dict.fromkeys(row["analysis"] for row in rows), key=lambda name: name != MAIN_ANALYSIS)
    return [_rate_table(name, [row for row in rows if row["analysis"] == name]) for name in names]


def _rate_table(name: str, rows: Sequence[Row]) -> RateTable:
    lines: dict[tuple[str, str, str], list[Row]] = {}
    for row in sorted(rows, key=lambda row: row["visits"] != "all_visits"):
        lines.setdefault((row["visits"], row["confirmation"], row["basis"]), []).append(row)
    endpoints = list(dict.fromkeys(row["endpoint"] for row in rows))
    return RateTable(name, endpoints, [(found[0], found) for found in lines.values()])
