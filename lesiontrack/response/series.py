"""Observations as series: a patient's lesions, each with what was seen of it at each visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import pandas as pd

from lesiontrack.response.target import to_decimal
from lesiontrack.study.model import Patient, Visit
from lesiontrack.tables import records

SEEN = ("present", "obscured", "new_candidate", "reappeared", "merged", "split")
"""Statuses of a lesion that is there, whether or not it can be measured."""

MEASURABLE = ("present", "new_candidate", "reappeared", "split", "not_visible")
"""Statuses whose size may enter a sum. Merged, obscured, out of frame and removed are not evaluable."""


@dataclass(frozen=True)
class Look:
    """One lesion at one visit. Sizes are None where they must not be used, and 0 only for not_visible."""

    visit: str
    day: int
    status: str | None
    reason: str
    longest_mm: Decimal | None
    area_mm2: Decimal | None
    usable: bool
    signed: bool
    merged_into: str | None = None


@dataclass(frozen=True)
class LesionSeries:
    """One lesion; `role` as a person gave it, else None; looks in time order.

    `injected_from`: study day of its first recorded injection; None: none is recorded.
    """

    site: str
    lesion: str
    role: str | None
    looks: tuple[Look, ...]
    injected_from: int | None = None

    def at(self, visit: str) -> Look | None:
        return self._by_visit.get(visit)

    @cached_property
    def _by_visit(self) -> dict[str, Look]:
        return {look.visit: look for look in reversed(self.looks)}

    @property
    def signed_there(self) -> bool:
        """Whether a reader has signed a look at which the lesion is there."""
        return any(look.signed and look.status in SEEN for look in self.looks)

    def first_seen(self, *, after: int | None = None) -> Look | None:
        """The first look at which the lesion is there, of those after that study day."""
        seen = (look for look in self.looks if look.status in SEEN and (after is None or look.day > after))
        return next(seen, None)


@dataclass(frozen=True)
class PatientSeries:
    """A patient's visits in time order and lesions in the table's order.

    `scheduled`: study days count from a known treatment start, by the patient and by every observation.
    `injections_told`: for some lesion it is recorded from when on it was injected, or that it was not yet.
    """

    patient: Patient
    visits: tuple[Visit, ...]
    lesions: tuple[LesionSeries, ...]
    scheduled: bool
    injections_told: bool = False

    def looks_at(self, visit: str) -> dict[str, Look | None]:
        """Every lesion → its look at that visit, None where there is none."""
        return {lesion.lesion: lesion.at(visit) for lesion in self.lesions}


def read_series(observations: pd.DataFrame, patients: Sequence[Patient]) -> tuple[PatientSeries, ...]:
    """Group the observations table by patient and lesion; patients without photos come with empty series.

    Raises ValueError for an observation of a patient who is not among `patients`.
    """
    names = ["patient", "site", "lesion", "visit", "study_day", "status", "evaluable", "reason", "role"]
    names += ["longest_diameter_mm", "area_mm2", "review_status", "merged_into", "day_zero"]
    optional = ["injected", "lesion_day"]
    table = observations[names].join(observations.reindex(columns=optional))
    rows: dict[str, list[dict[str, Any]]] = {patient.code: [] for patient in patients}
    for row in records(table):
        if row["patient"] not in rows:
            raise ValueError(f"observations name patient {row['patient']!r}, who is not in the study")
        rows[row["patient"]].append(row)
    return tuple(_patient(patient, rows[patient.code]) for patient in patients)


def _patient(patient: Patient, rows: Sequence[Mapping[str, Any]]) -> PatientSeries:
    visits = {visit.label: visit for visit in patient.visits}
    by_lesion: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        visits.setdefault(row["visit"], Visit(row["visit"], int(row["study_day"])))
        by_lesion.setdefault(row["lesion"], []).append(row)
    return PatientSeries(
        patient,
        tuple(sorted(visits.values(), key=_in_time)),
        tuple(_lesion(lesion, found) for lesion, found in by_lesion.items()),
        patient.day_zero == "treatment_start" and all(row["day_zero"] != "first_visit" for row in rows),
        any(row["injected"] is not None for row in rows),
    )


def _in_time(item: Visit) -> tuple[int, str]:
    return item.study_day, item.label


def _lesion(lesion: str, rows: Sequence[Mapping[str, Any]]) -> LesionSeries:
    looks: dict[str, Look] = {}
    site, role = "", None
    for row in rows:
        site = site or row["site"] or ""
        role = role or row["role"] or None
        look = _look(row)
        # A lesion seen from two sites has two rows a visit: what is there at one of them is not gone, and of
        # those that agree the one that can be measured counts.
        if look.visit not in looks or _weight(look) > _weight(looks[look.visit]):
            looks[look.visit] = look
    ordered = sorted(looks.values(), key=lambda look: (look.day, look.visit))
    return LesionSeries(site, lesion, role, tuple(ordered), _injected_from(rows))


def _weight(look: Look) -> tuple[bool, bool]:
    return look.status in SEEN, look.usable


def _injected_from(rows: Sequence[Mapping[str, Any]]) -> int | None:
    """From lesion_day, which counts from the first injection; else the day before the first look after it."""
    counted = [row for row in rows if row["lesion_day"] is not None]
    if counted:
        return min(int(row["study_day"]) - int(row["lesion_day"]) for row in counted)
    return min((int(row["study_day"]) - 1 for row in rows if row["injected"]), default=None)


def _look(row: Mapping[str, Any]) -> Look:
    status = row["status"] or None
    usable = bool(row["evaluable"]) and status in MEASURABLE
    return Look(
        visit=row["visit"],
        day=int(row["study_day"]),
        status=status,
        reason=row["reason"] or "",
        longest_mm=_size(row["longest_diameter_mm"], usable, status),
        area_mm2=_size(row["area_mm2"], usable, status),
        usable=usable,
        signed=row["review_status"] == "signed",
        merged_into=row["merged_into"] or None,
    )


def _size(value: object, usable: bool, status: str | None) -> Decimal | None:
    size = to_decimal(value, "size")
    if not usable or size is None:
        return None
    # A lesion that is there has a size: 0 would turn a failed measurement into a complete response.
    return size if (size == 0) == (status == "not_visible") else None
