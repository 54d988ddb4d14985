"""What the index needs of one patient: light enough to come from another process, and for thousands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from lesiontrack.pipeline.record import Picture, Polygon
from lesiontrack.report.data import MAIN_ANALYSIS, Cohort, LesionPage, PatientPage, Row
from lesiontrack.report.svg import path_data
from lesiontrack.report.thumbs import shrunk

THUMB_PX = 180
DRAWN = ("lesion", "ulcer")
_COARSE = 3.0  # px of a crop that an outline on a thumb may be off


@dataclass(frozen=True)
class Thumb:
    """A crop made small, with outlines in the crop's points as path data. `day`: the visit in the picture."""

    jpeg: bytes
    width: int
    height: int
    px_per_mm: float | None
    outlines: Mapping[str, str]
    visit: str
    day: int


@dataclass(frozen=True)
class Card:
    """One lesion of the contact sheet; `row` has the columns of its last visit that are shown."""

    patient: str
    site: str
    lesion: str
    name: str
    file: str
    row: Row
    change_pct: float | None
    response: str | None
    flags: tuple[str, ...]
    review: str
    thumb: Thumb | None


@dataclass(frozen=True)
class Course:
    """A patient's change of the sum of the protocol's targets.

    Attributes:
        changes: (study day, change from baseline in percent, or None where there is no sum), in time order,
            without the baseline.
        start: study day of the baseline.
        response: best overall response over all visits, unconfirmed; None where there is none.
        signed: whether a reader signed what that response rests on.
        candidate: whether a candidate for a new lesion awaits a reader.
        why_not: why there is no change to draw; empty where there is.
    """

    changes: tuple[tuple[int, float | None], ...]
    start: int
    response: str | None
    signed: bool
    candidate: bool
    why_not: str = ""

    @property
    def best(self) -> tuple[int, float] | None:
        """Day and value of the largest fall, or the smallest rise."""
        known = [(day, value) for day, value in self.changes if value is not None]
        return min(known, key=lambda found: found[1], default=None)


@dataclass(frozen=True)
class PatientLine:
    """One patient of the index."""

    patient: str
    file: str
    sites: tuple[str, ...]
    cards: tuple[Card, ...]
    best: Mapping[str, str]
    scheduled: bool
    flags: tuple[str, ...]
    review: Mapping[str, int]
    course: Course


def summary_of(cohort: Cohort, patient: PatientPage) -> PatientLine:
    names = ("unconfirmed", "confirmed")
    best = {name: row["response"] for name in names if (row := patient.main_best(name))}
    lesions = patient.lesions
    states = [row["review_status"] or "unreviewed" for page in lesions for row in page.rows]
    return PatientLine(
        patient=patient.patient,
        file=patient.file,
        sites=tuple(site.entry.site for site in patient.sites),
        cards=tuple(_card(cohort, page) for page in lesions),
        best=best,
        scheduled=patient.scheduled,
        flags=_names(patient.flags),
        review={state: states.count(state) for state in dict.fromkeys(states)},
        course=_course(patient),
    )


def _card(cohort: Cohort, page: LesionPage) -> Card:
    columns = ("study_day", "status", "evaluable", "longest_diameter_mm", "review_status")
    answer, sized = page.response(page.last["visit"]), page.last_sized
    changed = page.response(sized["visit"]) if sized else None
    return Card(
        patient=page.patient,
        site=page.site,
        lesion=page.lesion,
        name=page.name,
        file=page.file,
        row={column: page.last[column] for column in columns},
        change_pct=changed["change_from_baseline_pct"] if changed else None,
        response=answer["response"] if answer else None,
        flags=_names(page.flags),
        review=page.review.word,
        thumb=_thumb(cohort, page),
    )


def _thumb(cohort: Cohort, page: LesionPage) -> Thumb | None:
    shown = page.shown_crop()
    if shown is None:
        return None
    row, crop = shown
    return Thumb(
        shrunk(cohort.jpeg(page.entry, crop), THUMB_PX), crop.width, crop.height, crop.px_per_mm,
        {name: data for name in DRAWN if (data := _outline(crop, name))}, row["visit"], row["study_day"],
    )  # fmt: skip


def _outline(crop: Picture, name: str) -> str:
    return path_data([_coarse(polygon) for polygon in crop.outlines.get(name, ())])


def _coarse(polygon: Polygon) -> list[tuple[float, float]]:
    points = np.asarray(polygon, np.float32).reshape(-1, 1, 2)
    kept = cv2.approxPolyDP(points, _COARSE, True)[:, 0, :]
    return [(round(float(x)), round(float(y))) for x, y in kept]


def _names(flags: list[Row]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(flag["flag"] for flag in flags))


def _course(patient: PatientPage) -> Course:
    rows = [row for row in patient.responses if row["analysis"] == MAIN_ANALYSIS]
    best: Mapping[str, Any] = patient.main_best("unconfirmed") or {}
    found = [(row["study_day"], _change(row)) for row in rows]
    start = baseline_day(patient)
    return Course(
        changes=tuple(found),
        start=0 if start is None else start,
        response=best.get("response"),
        signed=bool(best.get("signed")),
        candidate=any(row["new_lesion"] == "candidate" for row in rows),
        why_not=_why_not(rows, found, start),
    )


def baseline_day(patient: PatientPage) -> int | None:
    """Study day of the visit that the patient's changes count from; None where there is no such visit."""
    baselines = {row["baseline_visit"] for page in patient.lesions for row in page.responses} - {None}
    days = {row["visit"]: row["study_day"] for page in patient.lesions for row in page.rows}
    return min((days[visit] for visit in baselines if visit in days), default=None)


def _change(row: Row) -> float | None:
    if row["sum_mm"] is None or not row["baseline_sum_mm"]:
        return None
    return float(100.0 * (row["sum_mm"] / row["baseline_sum_mm"] - 1.0))


def _why_not(rows: list[Row], found: list[tuple[int, float | None]], start: int | None) -> str:
    if not rows or start is None:
        return "no visit after a baseline"
    if not rows[0]["baseline_sum_mm"]:
        return "no sum of target lesions at the baseline"
    if all(change is None for _, change in found):
        return "no evaluable sum after the baseline"
    return ""
