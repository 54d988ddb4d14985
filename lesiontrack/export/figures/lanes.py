"""The lanes of the swimmer plot: when each patient was on study, treated, responding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from lesiontrack.export.figures.reading import Reading, each, patient_codes, visit_rows
from lesiontrack.export.source import Source
from lesiontrack.protocol import Protocol
from lesiontrack.study.model import Dose

Span = tuple[int, int]


@dataclass(frozen=True)
class Lane:
    """Days are study days; `spans`: treatment phases; `response`: (word, day) of the first CR or PR."""

    patient: str
    start: int
    end: int
    ongoing: bool
    spans: tuple[Span, ...] = ()
    injections: tuple[int, ...] = ()
    response: tuple[str, int] | None = None
    progression: int | None = None
    death: int | None = None
    photos: int = 0


def swimmer_lanes(source: Source, reading: Reading) -> list[Lane]:
    """One lane a patient, longest first. Time on study ends with death, last contact or the last photograph.

    A patient goes on ("ongoing") where no death is recorded and the last contact, or the last photograph
    where no contact is recorded, is the end.
    """
    tables, protocol = source.tables, source.protocol
    visits = visit_rows(source, reading)
    people = tables["patients"].set_index("patient")
    photos = tables["photos"].groupby("patient")["study_day"]
    last_photo, count = photos.max().to_dict(), photos.count().to_dict()
    doses = _doses(tables.get("doses"))
    injections = _injections(tables.get("doses"))
    lanes = []
    for patient in patient_codes(source):
        told = people.loc[patient] if patient in people.index else pd.Series(dtype=object)
        death = _day(told.get("death_day"))
        known = [_day(told.get("last_contact_day")), death, _day(last_photo.get(patient))]
        end = max((day for day in known if day is not None), default=0)
        end = end if death is None else death
        mine = visits[visits["patient"] == patient]
        own = doses.get(patient, [])
        scheduled = told.get("day_zero") == "treatment_start"
        lanes.append(
            Lane(
                patient,
                min(0, _day(told.get("enrolled_day")) or 0),
                end,
                death is None,
                _treatment(protocol, own, end) if scheduled else (),
                tuple(sorted(injections.get(patient, ()))),
                _first(mine, ("CR", "PR")),
                (_first(mine, ("PD",)) or (None, None))[1],
                death,
                int(count.get(patient, 0)),
            )
        )
    return sorted(lanes, key=lambda lane: -(lane.end - lane.start))


def _day(value: object) -> int | None:
    return None if value is None or pd.isna(value) else int(value)  # type: ignore[call-overload]


def _first(visits: pd.DataFrame, words: Sequence[str]) -> tuple[str, int] | None:
    found = visits[visits["response"].isin(words)]
    return None if found.empty else (str(found["response"].iloc[0]), int(found["study_day"].iloc[0]))


def _doses(table: pd.DataFrame | None) -> dict[str, list[Dose]]:
    by_patient: dict[str, list[Dose]] = {}
    for row in () if table is None else each(table):
        if pd.isna(row.start_day):
            continue
        dose = Dose(
            str(row.patient), str(row.agent), int(row.start_day), _day(row.end_day),
            lesion=None if pd.isna(row.lesion) else str(row.lesion), course=_day(row.course),
        )  # fmt: skip
        by_patient.setdefault(dose.patient, []).append(dose)
    return by_patient


def _injections(table: pd.DataFrame | None) -> dict[str, set[int]]:
    if table is None:
        return {}
    mine = table[(table["kind"] == "injection") & table["start_day"].notna()]
    return {
        str(patient): {int(day) for day in days} for patient, days in mine.groupby("patient")["start_day"]
    }


def _treatment(protocol: Protocol, doses: Sequence[Dose], end: int) -> tuple[Span, ...]:
    """Stretches of days 1..end in phases with treatment."""
    spans: list[Span] = []
    begun: int | None = None
    for day in range(1, end + 2):
        phase = protocol.phase_at(day, doses) if day <= end else None
        treated = phase is not None and phase.inflammation_expected
        if treated and begun is None:
            begun = day
        elif not treated and begun is not None:
            spans.append((begun, min(day, end)))
            begun = None
    return tuple(spans)
