"""From a study folder to a Study: patients, day 0, visits, photos, and the rows of every table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from lesiontrack.errors import StudyError
from lesiontrack.study import config, photolist
from lesiontrack.study.days import Calendar, calendar
from lesiontrack.study.empty import nothing_usable
from lesiontrack.study.files import is_results_folder, is_skipped
from lesiontrack.study.folder import walk
from lesiontrack.study.listing import Listing
from lesiontrack.study.model import NO_ARMS, Patient, PhotoEntry, Study, Visit
from lesiontrack.study.names import natural_key, near_miss, slugs, suggestion
from lesiontrack.study.rows import Place, read_records
from lesiontrack.study.schema import TABLES
from lesiontrack.study.tables import Row, read_table
from lesiontrack.wording import counted


def read_study(root: Path | str) -> Study:
    """Read and check a study folder.

    Files and rows that can't be used become `Study.failures`, and the rest of the study is read. Readers'
    assignments in force (`_review/`) act as rows of photos.csv would, and override it.

    Raises StudyError where the folder as a whole can't be what was meant: no such folder, no usable photo, an
    unreadable TOML or CSV file, an unknown key or column, a bad cell, an unknown patient, two rows of one id,
    two treatment starts of one patient, a listed photo outside the folder.
    """
    from lesiontrack.corrections.assigned import assigned, read_assignments  # they import study values

    root = Path(root)
    _check_root(root)
    settings = config.read_config(root)
    rows = {row["patient"]: row for row in read_table(root, "patients.csv")}
    _check_arms(rows)
    is_listed = (root / photolist.FILE).exists()
    said = read_assignments(root)
    listing = (photolist.listed if is_listed else walk)(root, frozenset(said.acting))
    outcomes = said.outcomes
    if listing.photos or said.placing:
        kept = listing.emptied & _mentioned(root, settings.treatment_start) if listing.emptied else set()
        new = {item.patient for item in said.placing}
        codes = sorted({*listing.visits, *rows, *kept, *new}, key=natural_key)
        starts = _treatment_starts(settings.treatment_start, rows, codes)
        listing, outcomes = assigned(listing, said, starts)
        codes = [code for code in codes if code in listing.visits or code in rows or code in kept]
        settled = _settle(listing, codes, starts)
        listing = settled.listing
    if not listing.photos:
        excluded = sum(item.excluded and not item.refused for item in outcomes)
        note = (
            f"\nReaders excluded {counted(excluded, 'photo')}: lesiontrack review {root}" if excluded else ""
        )
        raise StudyError(nothing_usable(root, listing.failures, listed=is_listed) + note)
    places = _places(settled, rows, starts)
    records = read_records(root, places)
    return Study(
        root=root,
        title=settings.title,
        protocol=settings.protocol,
        patients=tuple(place.patient for place in places.values()),
        thresholds=settings.thresholds,
        lesions=records.lesions,
        doses=records.doses,
        events=records.events,
        measurements=records.measurements,
        clinician=records.clinician,
        landmarks=records.landmarks,
        failures=(
            *sorted(listing.failures, key=lambda failure: natural_key(failure.file)),
            *records.failures,
        ),
        assignments=outcomes,
    )


@dataclass(frozen=True)
class _Settled:
    """Photos and visits after every visit has its study day."""

    listing: Listing
    calendars: Mapping[str, Calendar]
    visits: Mapping[str, tuple[Visit, ...]]


def _check_root(root: Path) -> None:
    if not root.exists():
        raise StudyError(f"{root} does not exist; give the study folder")
    if not root.is_dir():
        raise StudyError(f"{root} is a file; give the study folder that holds it")
    if is_results_folder(root):
        raise StudyError(f"{root} is a results folder; give the study folder that it was made from")
    known = (config.FILE, *TABLES)
    try:
        names = [entry.name for entry in root.iterdir() if entry.is_file() and not is_skipped(entry.name)]
    except OSError as error:
        raise StudyError(f"{root} can't be listed: {error.strerror or error}") from error
    for name in sorted(names):
        meant = near_miss(name, known)
        if meant is not None and not (root / meant).exists():
            raise StudyError(f"{name} is not a file that is read; did you mean {meant}? Rename or remove it")


def _check_arms(rows: Mapping[str, Row]) -> None:
    for row in rows.values():
        arm = row.values.get("arm")
        if arm is not None and str(arm).strip().casefold() in NO_ARMS:
            raise StudyError(
                f"{row.where}: arm {arm!r} is a word of the output tables, for everybody or for nobody; "
                "name the arm otherwise, or leave the cell empty"
            )


def _treatment_starts(
    toml: Mapping[str, date], rows: Mapping[str, Row], codes: list[str]
) -> dict[str, date | None]:
    for code in toml:
        if code not in codes:
            raise StudyError(
                f"{config.FILE}: [treatment_start] names {code!r}, of whom there are no photos and no row in "
                f"patients.csv; {suggestion(code, codes)}"
            )
    starts: dict[str, date | None] = {}
    for code in codes:
        table: date | None = rows[code]["treatment_start"] if code in rows else None
        stated = toml.get(code)
        if table is not None and stated is not None and table != stated:
            raise StudyError(
                f"treatment start of {code!r}: {stated} in {config.FILE}, {table} in {rows[code].where}; "
                "give it once"
            )
        starts[code] = stated or table
    return starts


def _mentioned(root: Path, starts: Mapping[str, date]) -> set[str]:
    """Patients of whom study.toml or a table beside patients.csv and photos.csv speaks."""
    files = [file for file in TABLES if file not in ("patients.csv", photolist.FILE)]
    return {*starts, *(row["patient"] for file in files for row in read_table(root, file))}


def _settle(listing: Listing, codes: list[str], starts: Mapping[str, date | None]) -> _Settled:
    """Study days; photos of a visit without one, or of the second visit of a day, become failures."""
    calendars = {}
    visits = {}
    for code in codes:
        days = calendar(listing.visits.get(code, ()), starts[code])
        taken: dict[int, Visit] = {}
        for when in sorted(listing.visits.get(code, ()), key=lambda when: natural_key(when.text)):
            day = days.day_of(when)
            if day is None:
                listing = listing.without_visit(code, when.text, days.refusal(when, code))
            elif day in taken:
                listing = listing.without_visit(
                    code,
                    when.text,
                    f"visit {when.text} is the same day as visit {taken[day].label} (study day {day}); "
                    "put the photos of one day into one visit",
                )
            else:
                taken[day] = Visit(when.text, day, when.date or _date_of(days, day))
        calendars[code] = days
        visits[code] = tuple(taken[day] for day in sorted(taken))
    return _Settled(listing, calendars, visits)


def _date_of(days: Calendar, day: int) -> date | None:
    if days.zero_date is None:
        return None
    try:
        return days.zero_date + timedelta(days=day)
    except OverflowError:
        return None


def _places(
    settled: _Settled, rows: Mapping[str, Row], starts: Mapping[str, date | None]
) -> dict[str, Place]:
    photos: dict[str, list[PhotoEntry]] = {code: [] for code in settled.visits}
    for photo in settled.listing.photos:
        photos[photo.patient].append(photo)
    names = slugs(settled.visits)
    places = {}
    for code, visits in settled.visits.items():
        order = {visit.label: visit.study_day for visit in visits}
        days = settled.calendars[code]
        patient = Patient(
            code=code,
            slug=names[code],
            treatment_start=starts[code],
            day_zero=days.day_zero,
            visits=visits,
            photos=tuple(
                sorted(
                    photos[code], key=lambda photo: (order[photo.visit], natural_key(photo.site), photo.view)
                )
            ),
            attributes=_attributes(rows[code]) if code in rows else {},
            zero_date=days.zero_date,
        )
        places[code] = Place(patient, days)
    return places


def _attributes(row: Row) -> dict[str, str]:
    known = {
        name: value.isoformat() if isinstance(value, date) else str(value)
        for name, value in row.values.items()
        if value is not None and name not in ("patient", "treatment_start")
    }
    return known | dict(row.extra)
