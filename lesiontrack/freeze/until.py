"""A cut-off: the last day of each patient that is in a data cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lesiontrack.errors import ResultsError
from lesiontrack.freeze.inputs import Row, Tables, read_visits
from lesiontrack.tables import records


@dataclass(frozen=True)
class Until:
    """Data up to this date, or up to this study day of each patient, that day included. One of the two."""

    date: date | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if (self.date is None) == (self.day is None):
            raise ValueError("a cut-off is a date or a study day: give one of the two")

    def __str__(self) -> str:
        return f"day {self.day}" if self.date is None else self.date.isoformat()

    def facts(self, days: Mapping[str, int | None]) -> dict[str, Any]:
        """For the manifest; `days` of those patients who are in the cut."""
        told = {code: day for code, day in days.items() if day is not None}
        return {"date": self.date.isoformat() if self.date else None, "day": self.day, "days": told}


def last_days(tables: Tables, settings: Mapping[str, Any], until: Until) -> dict[str, int | None]:
    """Patient → last study day in the cut; None for those who were not in the study by then.

    That is who was enrolled after it or, where no enrolment is recorded, has data, all of it later. Raises
    ResultsError for a date where visits of a patient are counted from a day 0 whose date is not known.
    """
    recorded = _recorded_days(tables, settings)
    unplaced = []
    days: dict[str, int | None] = {}
    for row in records(tables["patients"]):
        code, own = str(row["patient"]), recorded.get(row["patient"], [])
        last = until.day if until.date is None else _day(row, until.date)
        if last is None:
            if own:
                unplaced.append(code)
            days[code] = 0
            continue
        enrolled = row["enrolled_day"]
        begun = enrolled <= last if enrolled is not None else not own or min(own) <= last
        days[code] = last if begun else None
    if unplaced:
        raise ResultsError(
            f"no date of day 0 is known for {', '.join(unplaced)}, so a date can't cut their data; give a "
            "study day (--until-day), or the treatment start in study.toml and run again"
        )
    return days


def _day(row: Row, last: date) -> int | None:
    return None if row["zero_date"] is None else (last - date.fromisoformat(row["zero_date"])).days


def _recorded_days(tables: Tables, settings: Mapping[str, Any]) -> dict[str, list[int]]:
    found = {code: list(visits.values()) for code, visits in read_visits(tables, settings).items()}
    for name, column in (("doses", "start_day"), ("events", "study_day"), ("measurements", "study_day")):
        for row in records(tables[name]):
            if row[column] is not None:
                found.setdefault(row["patient"], []).append(row[column])
    return found
