"""A study as ADaM sees it: its subjects, their dates, and rows of our tables with plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from lesiontrack.export.adam.traces import Traces
from lesiontrack.export.source import Source
from lesiontrack.protocol import Protocol
from lesiontrack.study.names import natural_key

Row = dict[str, Any]


def analysis_day(study_day: int) -> int:
    """ADY: 1 on the anchor's day, -1 the day before; CDISC has no day 0."""
    return study_day + 1 if study_day >= 0 else study_day


def analysis_day_or_none(study_day: int | None) -> int | None:
    return None if study_day is None else analysis_day(study_day)


@dataclass(frozen=True)
class Subject:
    """One enrolled patient. `recorded` is the patient's row of our table patients."""

    code: str
    usubjid: str
    zero: date | None
    recorded: Mapping[str, Any]

    def date(self, study_day: int | None) -> str | None:
        """ISO date of a study day; None where the date of day 0 is unknown."""
        if study_day is None or self.zero is None:
            return None
        return (self.zero + timedelta(days=study_day)).isoformat()


class AdamStudy:
    """What the datasets are derived from.

    Attributes:
        id: STUDYID.
        subjects: every row of patients, photo-less ones included, in natural order of the codes.
        bases: the readings that are written: both, or only the signed one.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.protocol: Protocol = source.protocol
        self.id = study_id(source)
        self.bases = ("signed",) if source.signed_only else ("automatic", "signed")
        found = [subject(self.id, row) for row in self.rows("patients")]
        self.subjects = tuple(sorted(found, key=lambda one: natural_key(one.code)))

    def rows(self, table: str) -> list[Row]:
        """Rows of one of our tables, None where a value is missing; none where the table was not made."""
        return self.source.rows(table)

    @cached_property
    def visit_responses(self) -> Mapping[str, list[Row]]:
        """Patient → rows, in time order."""
        return self._by_patient("visit_responses")

    @cached_property
    def lesion_responses(self) -> Mapping[str, list[Row]]:
        return self._by_patient("lesion_responses")

    @cached_property
    def observations(self) -> Mapping[str, list[Row]]:
        return self._by_patient("observations")

    @cached_property
    def traces(self) -> Traces:
        """The SDTM records of the same results."""
        return Traces(self.source)

    @cached_property
    def photo_days(self) -> Mapping[str, list[int]]:
        """Patient → study days with a photo."""
        days: dict[str, list[int]] = {}
        for row in self.rows("photos"):
            days.setdefault(row["patient"], []).append(row["study_day"])
        return days

    def _by_patient(self, table: str) -> Mapping[str, list[Row]]:
        found: dict[str, list[Row]] = {one.code: [] for one in self.subjects}
        for row in sorted(self.rows(table), key=lambda row: (row["study_day"], row["visit"])):
            found[row["patient"]].append(row)
        return found

    def days(self, key: str) -> int:
        """A threshold of the protocol in days."""
        return int(self.protocol.threshold(key))


def study_id(source: Source) -> str:
    """STUDYID: the study's title, else the protocol's id."""
    return source.title.strip() or source.protocol.id


def subject(study: str, recorded: Row) -> Subject:
    zero = recorded["zero_date"]
    code = str(recorded["patient"])
    return Subject(code, f"{study}-{code}", date.fromisoformat(zero) if zero else None, recorded)
