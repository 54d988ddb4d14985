"""A small made-up study for the ADaM and REDCap tests: every kind of patient, real response tables."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from lesiontrack.analysis.time_to_event import time_to_event_rows
from lesiontrack.export.source import Source, signed
from lesiontrack.protocol import Protocol, load_protocol
from lesiontrack.response import respond
from lesiontrack.study.model import Event, Patient, PhotoEntry, Visit
from lesiontrack.tables import frame

PROTOCOL = load_protocol("response-only")
START = date(2024, 1, 1)
GONE = "not_visible"
Sizes = dict[int, float | str]

LESIONS: dict[str, dict[str, Sizes]] = {
    "0039": {"L01": {-7: 32.0, 0: 30.0, 50: GONE, 90: GONE}, "L02": {0: 12.5, 50: GONE, 90: GONE}},
    "B": {"L01": {0: 30.0, 50: 20.0, 90: 20.0, 130: 27.5}, "L02": {0: 4.0, 50: 4.0, 90: 4.0, 130: 4.0}},
    "C": {"L01": {0: 30.0, 50: 30.0, 90: 31.0}},
    "D": {"L01": {0: 30.0, 50: 40.0}},
    "E": {"L01": {0: 30.0, 50: "obscured"}, "L02": {0: 11.0, 50: 11.0}},
    "G": {"L01": {0: 3.0, 60: 3.0}},
    "H": {"L01": {10: 30.0, 60: 20.0}},
    "I": {"L01": {0: 20.0}},
}
"""Patient → lesion → study day → longest diameter in mm, or a status without one. F has no photos."""

FURTHER = {"ITTFL": "Y", "per_protocol": "no", "tone": "III", "centre": "2"}


def observations(lesions: dict[str, dict[str, Sizes]], **columns: Any) -> pd.DataFrame:
    rows = []
    for code, found in lesions.items():
        for lesion, sizes in found.items():
            for day, size in sizes.items():
                row: dict[str, Any] = {"patient": code, "lesion": lesion, "site": "leg", "visit": label(day)}
                row |= {"study_day": day, "evaluable": True, "status": "present"}
                row |= {"review_status": "unreviewed", "ita_deg": 35.0, "delta_a": 4.0, "photo": "p.jpg"}
                if isinstance(size, str):
                    row |= {"status": size, "evaluable": size == GONE, "reason": f"since day {day}"}
                    if size == GONE:
                        row |= {"longest_diameter_mm": 0.0, "area_mm2": 0.0, "ulcer_area_mm2": 0.0}
                else:
                    row |= {"longest_diameter_mm": size, "longest_diameter_mm_sd": 0.5}
                    row |= {"area_mm2": size * size, "ulcer_area_mm2": size / 2, "erythema_grade": 2.0}
                rows.append(row | columns)
    return frame("observations", rows)


def label(day: int) -> str:
    return f"day{day:03d}"


def patients(
    lesions: dict[str, dict[str, Sizes]], *, dated: bool = True, started: bool = True
) -> list[Patient]:
    found = []
    for index, code in enumerate(sorted({*lesions, "F"})):
        days = sorted({day for sizes in lesions.get(code, {}).values() for day in sizes})
        visits = tuple(Visit(label(day), day) for day in days)
        photos = tuple(
            PhotoEntry(Path("p.jpg"), f"{code}/{v.label}/leg.jpg", code, v.label, "leg") for v in visits
        )
        told = {"arm": "AB"[index % 2], **FURTHER}
        if dated:
            told |= {"enrolled": "2023-12-25", "last_contact": "2024-06-01"}
            told |= {"death_date": "2024-03-01"} if code == "D" else {}
        zero = START if dated else None
        kind = "treatment_start" if started else "first_visit"
        start = zero if started else None
        found.append(Patient(code, code, start, kind, visits, photos, told, zero))
    return found


def source(
    lesions: dict[str, dict[str, Sizes]] = LESIONS,
    *,
    protocol: Protocol = PROTOCOL,
    dated: bool = True,
    started: bool = True,
    nobody: bool = False,
    **columns: Any,
) -> Source:
    """A Source as `read_source` gives it; `columns` replace those of every observation."""
    people = [] if nobody else patients(lesions, dated=dated, started=started)
    seen = observations({} if nobody else lesions, **columns)
    responses = respond(seen, people, protocol)
    events = [Event("C", 70, "systemic_therapy")] if "C" in lesions and not nobody else []
    rows: dict[str, Any] = {
        **responses,
        "time_to_event": time_to_event_rows(responses, people, events, protocol),
        "patients": [recorded(one) for one in people],
        "photos": [
            {"patient": one.code, "visit": v.label, "study_day": v.study_day, "site": "leg", "photo": "p.jpg"}
            for one in people
            for v in one.visits
        ],
        "flags": flags(seen),
    }
    tables = {name: frame(name, found) for name, found in rows.items()} | {"observations": seen}
    return Source(tables, protocol, {"finished": "2024-07-01T12:00:00+00:00"}, {"title": "Try 1"})


@cache
def whole() -> Source:
    """The study of `LESIONS`; made once for all tests, so never changed by one."""
    return source()


def recorded(one: Patient) -> dict[str, Any]:
    def day(name: str) -> int | None:
        when = one.attributes.get(name)
        return None if when is None else (date.fromisoformat(when) - START).days

    return {
        "patient": one.code,
        "arm": one.attributes["arm"],
        "day_zero": one.day_zero,
        "zero_date": one.zero_date.isoformat() if one.zero_date else None,
        "treatment_start": one.treatment_start.isoformat() if one.treatment_start else None,
        "enrolled_day": day("enrolled"),
        "death_day": day("death_date"),
        "last_contact_day": day("last_contact"),
        "photos": len(one.photos),
        "further": json.dumps(FURTHER),
    }


def flags(seen: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {"patient": row.patient, "site": row.site, "lesion": row.lesion, "visit": row.visit}
        | {"study_day": row.study_day, "flag": "ulcer_large", "value": 3.5, "threshold": 2.0}
        | {"evidence": "3.5 mm against 2 mm", "rule": "ulcer_large"}
        for row in seen.itertuples()
        if row.study_day == 50
    ]


def signed_part(whole: Source) -> Source:
    """What `read_source(signed_only=True)` keeps."""
    tables = {name: signed(table) for name, table in whole.tables.items()}
    return replace(whole, tables=tables, signed_only=True)


def on(day: int) -> str:
    """ISO date of a study day."""
    return (START + timedelta(days=day)).isoformat()
