"""A study as SDTM sees it: its identifiers, subjects, days and dates, and rows of our tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from lesiontrack import __version__
from lesiontrack.export.source import Source
from lesiontrack.study.names import natural_key

Row = dict[str, Any]

SOFTWARE = f"LESIONTRACK {__version__} (SOFTWARE)"
"""--NAM of what the software measured. An empty --NAM with an empty --EVAL reads as the investigator's."""

_DAY_IN_TEXT = re.compile(r"\bday (-?[0-9]+)\b")


def sdtm_day(study_day: int | None) -> int | None:
    """--DY: 1 on the day of RFSTDTC, which is our day 0, and -1 the day before; there is no day 0."""
    if study_day is None:
        return None
    return study_day + 1 if study_day >= 0 else study_day


def in_sdtm_days(text: str) -> str:
    """A text of ours with its study days as SDTM days: "biopsy on day 58" becomes "biopsy on day 59"."""
    return _DAY_IN_TEXT.sub(lambda found: f"day {sdtm_day(int(found[1]))}", text)


@dataclass(frozen=True)
class Subject:
    """One patient. `recorded` is the row of our table patients; `zero` the date of day 0, where known."""

    code: str
    usubjid: str
    zero: date | None
    recorded: Mapping[str, Any]

    def date(self, study_day: int | None) -> str | None:
        """--DTC of a study day; None where the date of day 0 is unknown."""
        if study_day is None or self.zero is None:
            return None
        return (self.zero + timedelta(days=study_day)).isoformat()

    def timing(self, domain: str, study_day: int | None) -> Row:
        """VISITNUM, VISIT, --DTC, --DY. Visits have no common schedule, so a visit is named by its day."""
        day = sdtm_day(study_day)
        visit = None if day is None else f"DAY {day}"
        dates = {f"{domain}DTC": self.date(study_day), f"{domain}DY": day}
        return {"VISITNUM": day, "VISIT": visit, **dates}


class SdtmStudy:
    """What the datasets are made from.

    Attributes:
        id: STUDYID: the study's title, else the id of its protocol (as ADaM has it).
        subjects: by patient code, in natural order; photo-less patients included.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.id = str(source.settings.get("title") or "").strip() or source.protocol.id
        codes = {str(row["patient"]): row for row in self.rows("patients")}
        for table in ("observations", "visit_responses", "doses", "events", "measurements"):
            for row in self.rows(table):
                codes.setdefault(str(row["patient"]), {})
        self.subjects = {code: self._subject(code, codes[code]) for code in sorted(codes, key=natural_key)}

    def _subject(self, code: str, recorded: Mapping[str, Any]) -> Subject:
        zero = recorded.get("zero_date")
        return Subject(code, f"{self.id}-{code}", date.fromisoformat(zero) if zero else None, recorded)

    def rows(self, table: str) -> list[Row]:
        """Rows of one of our tables, None where a value is missing; none where the table was not made."""
        return self.source.rows(table)
