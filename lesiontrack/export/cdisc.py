"""What SDTM and ADaM have in common: study and subject identifiers, days without a day 0, dates of days."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self, overload

from lesiontrack.export.source import Source

_DAY_IN_TEXT = re.compile(r"\bday (-?[0-9]+)\b")


@overload
def cdisc_day(study_day: int) -> int: ...
@overload
def cdisc_day(study_day: int | None) -> int | None: ...
def cdisc_day(study_day: int | None) -> int | None:
    """--DY and ADY: 1 on our day 0, the first treatment, and -1 the day before; CDISC has no day 0."""
    if study_day is None:
        return None
    return study_day + 1 if study_day >= 0 else study_day


def in_cdisc_days(text: str) -> str:
    """A text of ours with its study days as CDISC's: "biopsy on day 58" becomes "biopsy on day 59"."""
    return _DAY_IN_TEXT.sub(lambda found: f"day {cdisc_day(int(found[1]))}", text)


def study_id(source: Source) -> str:
    """STUDYID: the study's title, else the protocol's id."""
    return source.title.strip() or source.protocol.id


@dataclass(frozen=True)
class Subject:
    """One enrolled patient. `recorded` is the row of our table patients; `zero` day 0's date, where known."""

    code: str
    usubjid: str
    zero: date | None
    recorded: Mapping[str, Any]

    @classmethod
    def of(cls, study: str, code: str, recorded: Mapping[str, Any]) -> Self:
        """`study`: STUDYID."""
        zero = recorded.get("zero_date")
        return cls(code, f"{study}-{code}", date.fromisoformat(zero) if zero else None, recorded)

    def date(self, study_day: int | None) -> str | None:
        """ISO date of a study day; None where the date of day 0 is unknown."""
        if study_day is None or self.zero is None:
            return None
        return (self.zero + timedelta(days=study_day)).isoformat()
