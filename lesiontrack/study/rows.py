"""Rows of lesions, doses, events, measurements, grades and landmarks → values, placed in days and visits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from lesiontrack.errors import StudyError
from lesiontrack.study.days import Calendar
from lesiontrack.study.listing import STAGE
from lesiontrack.study.model import (
    ClinicianGrade,
    Dose,
    Event,
    Failure,
    Landmark,
    LesionSeed,
    OutsideMeasurement,
    Patient,
)
from lesiontrack.study.names import suggestion
from lesiontrack.study.schema import TABLES
from lesiontrack.study.tables import Row, read_table
from lesiontrack.study.visits import When

T = TypeVar("T")


@dataclass(frozen=True)
class Place:
    """A patient with the means to turn dates and labels into study days."""

    patient: Patient
    calendar: Calendar

    def day(self, when: When) -> int:
        """Raises _Unplaced where the day can't be told."""
        day = self.calendar.day_of(when)
        if day is None:
            raise _Unplaced(self.calendar.refusal(when, self.patient.code))
        return day

    def visit(self, when: When) -> tuple[str, int]:
        """Label and study day: the label of the photos' visit of that day, else as it was written."""
        day = self.day(when)
        labels = (visit.label for visit in self.patient.visits if visit.study_day == day)
        return next(labels, when.text), day

    def photo_visit(self, site: str, when: When | None) -> str | None:
        """Label of a visit with a photo of the site. Raises _Unplaced where there is no such photo."""
        visits = [photo.visit for photo in self.patient.photos if photo.site == site]
        if not visits:
            sites = dict.fromkeys(photo.site for photo in self.patient.photos)
            raise _Unplaced(f"{self.patient.code} has no photo of site {site!r}; {suggestion(site, sites)}")
        if when is None:
            return None
        label, _ = self.visit(when)
        if label not in visits:
            raise _Unplaced(
                f"{self.patient.code} has no photo of site {site!r} at {when.text}; "
                f"it has some at {', '.join(dict.fromkeys(visits))}"
            )
        return label


@dataclass(frozen=True)
class Records:
    """What the tables beside patients.csv and photos.csv say, and the rows that could not be placed."""

    lesions: tuple[LesionSeed, ...]
    doses: tuple[Dose, ...]
    events: tuple[Event, ...]
    measurements: tuple[OutsideMeasurement, ...]
    clinician: tuple[ClinicianGrade, ...]
    landmarks: tuple[Landmark, ...]
    failures: tuple[Failure, ...]


class _Unplaced(Exception):
    """A row that is well formed but speaks of a day, visit or site that isn't there."""


def read_records(root: Path, places: Mapping[str, Place]) -> Records:
    """All further tables. Raises StudyError for a bad table, an unknown patient or rows that contradict."""
    failures: list[Failure] = []

    def collect(file: str, make: Callable[[Row, Place], T], *key: str) -> tuple[T, ...]:
        made = []
        lines: dict[tuple[object, ...], int] = {}
        for row in read_table(root, file):
            place = places.get(row["patient"])
            if place is None:
                raise StudyError(
                    f"{row.where}: there is no patient {row['patient']!r} in the photos or patients.csv; "
                    + suggestion(row["patient"], places)
                )
            try:
                value = make(row, place)
            except _Unplaced as error:
                failures.append(Failure(file, STAGE, f"line {row.line}: {error}"))
                continue
            if key:
                first = lines.setdefault(tuple(getattr(value, name) for name in key), row.line)
                if first != row.line:
                    raise StudyError(
                        f"{row.where}: says the same as line {first}: one visit under two labels"
                    )
            made.append(value)
        return tuple(made)

    _check_lesions_agree(read_table(root, "lesions.csv"))
    return Records(
        lesions=collect("lesions.csv", _lesion, *TABLES["lesions.csv"].key),
        doses=collect("doses.csv", _dose),
        events=collect("events.csv", _event),
        measurements=collect("measurements.csv", _measurement, *TABLES["measurements.csv"].key),
        clinician=collect("clinician.csv", _grade, *TABLES["clinician.csv"].key),
        landmarks=collect("landmarks.csv", _landmark, *TABLES["landmarks.csv"].key),
        failures=tuple(failures),
    )


def _lesion(row: Row, place: Place) -> LesionSeed:
    return LesionSeed(
        patient=row["patient"],
        site=row["site"],
        lesion=row["lesion"],
        x=row["x"],
        y=row["y"],
        visit=place.photo_visit(row["site"], row["visit"]),
        role=row["role"],
        injected_from=None if row["injected_from"] is None else place.day(row["injected_from"]),
        organ=row["organ"],
        depth=row["depth"],
    )


def _dose(row: Row, place: Place) -> Dose:
    start = place.day(row["start"])
    end = None if row["end"] is None else place.day(row["end"])
    if end is not None and end < start:
        raise StudyError(f"{row.where}, column end: {row['end'].text} lies before start {row['start'].text}")
    return Dose(
        patient=row["patient"],
        agent=row["agent"],
        start_day=start,
        end_day=end,
        lesion=row["lesion"],
        amount=row["amount"],
        unit=row["unit"],
        frequency=row["frequency"],
        occlusion=row["occlusion"],
        margin_mm=row["margin_mm"],
        course=row["course"],
    )


def _event(row: Row, place: Place) -> Event:
    return Event(row["patient"], place.day(row["date"]), row["event"], row["lesion"])


def _measurement(row: Row, place: Place) -> OutsideMeasurement:
    visit, day = place.visit(row["visit"])
    return OutsideMeasurement(
        patient=row["patient"],
        visit=visit,
        lesion=row["lesion"],
        method=row["method"],
        quantity=row["quantity"],
        value=row["value"],
        unit=row["unit"],
        study_day=day,
    )


def _grade(row: Row, place: Place) -> ClinicianGrade:
    visit, day = place.visit(row["visit"])
    return ClinicianGrade(
        patient=row["patient"],
        visit=visit,
        site=row["site"],
        sign=row["sign"],
        scale_id=row["scale_id"],
        grade=row["grade"],
        rater=row["rater"],
        lesion=row["lesion"],
        study_day=day,
    )


def _landmark(row: Row, place: Place) -> Landmark:
    visit = place.photo_visit(row["site"], row["visit"])
    assert visit is not None  # landmarks.csv requires its visit
    return Landmark(row["patient"], row["site"], visit, row["point"], row["x"], row["y"])


def _check_lesions_agree(rows: tuple[Row, ...]) -> None:
    """A lesion may have a row a visit or site, but what holds for all of them may not differ."""
    said: dict[tuple[str, str, str], Row] = {}
    for row in rows:
        for column in ("role", "injected_from", "organ", "depth"):
            if row[column] is None:
                continue
            other = said.setdefault((row["patient"], row["lesion"], column), row)
            if other[column] != row[column]:
                raise StudyError(
                    f"{row.where}, column {column}: lesion {row['lesion']!r} of {row['patient']!r} has "
                    f"another {column} in line {other.line}; a lesion has one"
                )
