"""What the index shows: counts, failures, patients, response rates, and contact sheets of the lesions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lesiontrack.pipeline.record import Picture
from lesiontrack.report.data import MAIN_ANALYSIS, Cohort, LesionPage, PatientPage, Row
from lesiontrack.report.notes import counted
from lesiontrack.report.thumbs import data_uri, shrunk
from lesiontrack.study.model import ALL_ARMS

PER_SHEET = 50
THUMB_PX = 180
FAILURES_SHOWN = 50


@dataclass(frozen=True)
class Thumb:
    """One lesion of a contact sheet; `row` is that of the visit in the picture."""

    page: LesionPage
    row: Row | None = None
    crop: Picture | None = None
    uri: str | None = None


@dataclass(frozen=True)
class Sheet:
    """Up to PER_SHEET lesions; the first sheet is part of the index."""

    number: int
    file: str
    thumbs: list[Thumb]


@dataclass(frozen=True)
class RateTable:
    """Rates of one target set: a line for each way of reading, a column for each endpoint."""

    analysis: str
    endpoints: list[str]
    lines: list[tuple[Row, list[Row]]]


def cohort_values(cohort: Cohort, patients: Sequence[PatientPage]) -> dict[str, Any]:
    """Values of index.html."""
    tables = cohort.tables
    pictured = {patient.patient for patient in patients}
    rest = {row["patient"] for row in tables["best_responses"]} - pictured
    failures = tables["failures"]
    unusable = [row for row in tables["observations"] if not row["evaluable"]]
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
        "any_signed": any(row["review_status"] == "signed" for row in tables["observations"]),
    }


def contact_sheets(cohort: Cohort, patients: Sequence[PatientPage]) -> list[Sheet]:
    """At least one sheet, empty where there is no lesion."""
    pages = [lesion for patient in patients for lesion in patient.lesions]
    sheets = []
    for number in range(1, max(1, -(-len(pages) // PER_SHEET)) + 1):
        part = pages[(number - 1) * PER_SHEET : number * PER_SHEET]
        file = "index.html" if number == 1 else f"sheets/sheet-{number}.html"
        sheets.append(Sheet(number, file, [_thumb(cohort, page) for page in part]))
    return sheets


def _thumb(cohort: Cohort, page: LesionPage) -> Thumb:
    shown = page.shown_crop()
    if shown is None:
        return Thumb(page)
    row, crop = shown
    return Thumb(page, row, crop, data_uri(shrunk(cohort.jpeg(page.entry, crop), THUMB_PX)))


def _rate_tables(rows: Sequence[Row]) -> list[RateTable]:
    names = sorted(dict.fromkeys(row["analysis"] for row in rows), key=lambda name: name != MAIN_ANALYSIS)
    return [_rate_table(name, [row for row in rows if row["analysis"] == name]) for name in names]


def _rate_table(name: str, rows: Sequence[Row]) -> RateTable:
    lines: dict[tuple[str, str, str], list[Row]] = {}
    for row in sorted(rows, key=lambda row: row["visits"] != "all_visits"):
        lines.setdefault((row["visits"], row["confirmation"], row["basis"]), []).append(row)
    endpoints = list(dict.fromkeys(row["endpoint"] for row in rows))
    return RateTable(name, endpoints, [(found[0], found) for found in lines.values()])
