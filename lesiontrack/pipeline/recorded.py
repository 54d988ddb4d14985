"""What the study's own files say, as tables: patients, doses, events, grades."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any, TypeVar

import pandas as pd

from lesiontrack.pipeline.events import Called
from lesiontrack.protocol import Protocol
from lesiontrack.protocol.courses import agent_kind
from lesiontrack.study.model import ClinicianGrade, Dose, Event, OutsideMeasurement, Patient, Study
from lesiontrack.tables import frame

Row = dict[str, Any]
Record = TypeVar("Record", ClinicianGrade, Dose, Event, OutsideMeasurement)
_OWN_COLUMNS = ("arm", "enrolled", "death_date", "last_contact")


def recorded_tables(study: Study, protocol: Protocol, names: Called) -> dict[str, pd.DataFrame]:
    """patients, doses, events and grades. `names`: (patient, word) → lesion id, see `pipeline.events.called`.

    A lesion that no photo has shown keeps the word that the study uses.
    """
    agents = protocol.file.agents
    doses = [
        {**asdict(dose), "kind": agent_kind(dose.agent, agents) if agents is not None else None}
        for dose in with_ids(study.doses, names)
    ]
    grades = [asdict(grade) for grade in with_ids(study.clinician, names)]
    events = [asdict(event) for event in with_ids(study.events, names)]
    rows = {"patients": [_patient(one) for one in study.patients], "doses": doses}
    rows |= {"events": events, "grades": grades}
    told = {"protocol_id": protocol.protocol_id}
    return {name: frame(name, [{**row, **told} for row in found]) for name, found in rows.items()}


def with_ids(rows: Sequence[Record], names: Called) -> list[Record]:
    """Doses, events or measurements with the id of the lesion that they name."""
    return [
        replace(row, lesion=names.get((row.patient, row.lesion), row.lesion)) if row.lesion else row
        for row in rows
    ]


def visit_rows(study: Study) -> list[Row]:
    """For settings.json: every visit with its study day, those whose photos can't be used included."""
    return [
        {"patient": patient.code, "visit": visit.label, "study_day": visit.study_day}
        for patient in study.patients
        for visit in patient.visits
    ]


def told_of_lesions(study: Study, names: Called) -> list[Row]:
    """For settings.json: role and organ from lesions.csv by lesion id; roles in the tables are derived."""
    rows: dict[tuple[str, str, str], Row] = {}
    for seed in study.lesions:
        row = rows.setdefault(
            (seed.patient, seed.site, seed.lesion),
            {
                "patient": seed.patient,
                "site": seed.site,
                "lesion": names.get((seed.patient, seed.lesion), seed.lesion),
                "role": seed.role,
                "organ": seed.organ,
            },
        )
        row["organ"] = seed.organ or row["organ"]
    return [row for row in rows.values() if row["role"] or row["organ"]]


def _patient(patient: Patient) -> Row:
    told = patient.attributes
    further = {key: value for key, value in told.items() if key not in _OWN_COLUMNS}
    return {
        "patient": patient.code,
        "arm": told.get("arm"),
        "day_zero": patient.day_zero,
        "zero_date": _iso(patient.zero_date),
        "treatment_start": _iso(patient.treatment_start),
        "enrolled": told.get("enrolled"),
        "enrolled_day": _day(patient, told.get("enrolled")),
        "death_date": told.get("death_date"),
        "death_day": _day(patient, told.get("death_date")),
        "last_contact": told.get("last_contact"),
        "last_contact_day": _day(patient, told.get("last_contact")),
        "photos": len(patient.photos),
        "further": json.dumps(further, ensure_ascii=False, sort_keys=True) if further else None,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _day(patient: Patient, when: str | None) -> int | None:
    if when is None or patient.zero_date is None:
        return None
    return (date.fromisoformat(when) - patient.zero_date).days
