"""Tables of a results folder → what the study recorded, as the stages take it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from lesiontrack.study.model import Dose, Event, OutsideMeasurement, Patient, PhotoEntry, Visit
from lesiontrack.study.names import slug
from lesiontrack.tables import records

Tables = Mapping[str, pd.DataFrame]
Row = dict[str, Any]
_TOLD = ("arm", "enrolled", "death_date", "last_contact")


@dataclass(frozen=True)
class Inputs:
    """Patients, doses, events and measurements of the study, lesions by their ids."""

    patients: tuple[Patient, ...]
    doses: tuple[Dose, ...]
    events: tuple[Event, ...]
    measurements: tuple[OutsideMeasurement, ...]


def read_inputs(tables: Tables, settings: Mapping[str, Any]) -> Inputs:
    """From the tables patients, photos, doses, events and measurements, and the visits of settings.json.

    A folder of an earlier version keeps no visits in its settings: then those with rows in a table are taken.
    """
    visits = read_visits(tables, settings)
    photos: dict[str, list[PhotoEntry]] = {}
    for row in records(tables["photos"]):
        entry = PhotoEntry(
            Path(row["photo"]), row["photo"], row["patient"], row["visit"], row["site"], row["view"] or 1,
            row["modality"] or "clinical",
        )  # fmt: skip
        photos.setdefault(row["patient"], []).append(entry)
    patients = tuple(
        _patient(row, visits.get(row["patient"], {}), photos.get(row["patient"], []))
        for row in records(tables["patients"])
    )
    return Inputs(
        patients,
        tuple(Dose(**_only(row, Dose)) for row in records(tables["doses"])),
        tuple(Event(**_only(row, Event)) for row in records(tables["events"])),
        tuple(
            OutsideMeasurement(**_only(row, OutsideMeasurement)) for row in records(tables["measurements"])
        ),
    )


def read_visits(tables: Tables, settings: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """patient → visit label → study day, in time order."""
    found: dict[str, dict[str, int]] = {}
    if "visits" in settings:
        rows = list(settings["visits"])
    else:
        names = [name for name in ("photos", "observations", "visit_responses") if name in tables]
        rows = [row for name in names for row in records(tables[name][["patient", "visit", "study_day"]])]
    for row in sorted(rows, key=lambda row: (row["study_day"], row["visit"])):
        found.setdefault(row["patient"], {})[row["visit"]] = int(row["study_day"])
    return found


def _patient(row: Row, visits: Mapping[str, int], photos: list[PhotoEntry]) -> Patient:
    zero = _date(row["zero_date"])
    # Photos that could not be read are in no table; with some, this is no photo-less patient.
    unread = int(row["photos"] or 0) > 0 and not photos
    if unread:
        photos = [PhotoEntry(Path(), "", row["patient"], "", "")]
    told = {name: row[name] for name in _TOLD if row[name] is not None}
    return Patient(
        code=row["patient"],
        slug=slug(row["patient"]),
        treatment_start=_date(row["treatment_start"]),
        day_zero=row["day_zero"],
        visits=tuple(Visit(label, day, _on(zero, day)) for label, day in visits.items()),
        photos=tuple(photos),
        attributes=told | (json.loads(row["further"]) if row["further"] else {}),
        zero_date=zero,
    )


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _on(zero: date | None, day: int) -> date | None:
    return None if zero is None else date.fromordinal(zero.toordinal() + day)


def _only(row: Row, kind: type) -> Row:
    return {name: row[name] for name in kind.__dataclass_fields__ if name in row}  # type: ignore[attr-defined]
