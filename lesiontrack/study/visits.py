"""Visit labels: an ISO date, or a day or week relative to the treatment start."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

ACCEPTED = "a date (2024-03-04), or a day or week from the treatment start (day014, day-007, week02)"

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RELATIVE = re.compile(r"(day|week)(-?)([0-9]{1,4})", re.IGNORECASE)
_ALMOST_DATE = re.compile(r"([0-9]{4})[-._ ]?([0-9]{2})[-._ ]?([0-9]{2})(?![0-9])")


@dataclass(frozen=True)
class When:
    """A point in time as a person wrote it: either `date`, or `day` relative to the treatment start."""

    text: str
    date: date | None = None
    day: int | None = None


def parse_when(text: str) -> When:
    """ "2024-03-04" → a date; "day014", "day-007", "week02" → 14, -7, 14 days from the treatment start.

    Raises ValueError that names the text and the accepted forms.
    """
    if _DATE.fullmatch(text):
        try:
            return When(text, date=date.fromisoformat(text))
        except ValueError:
            raise ValueError(f"{text!r} is no day of the calendar") from None
    relative = _RELATIVE.fullmatch(text)
    if relative:
        days = int(relative[3]) * (7 if relative[1].lower() == "week" else 1)
        return When(text, day=-days if relative[2] else days)
    raise ValueError(f"{text!r} is not {ACCEPTED}{_hint(text)}")


def _hint(text: str) -> str:
    almost = _ALMOST_DATE.match(text)
    if not almost:
        return ""
    try:
        meant = date(int(almost[1]), int(almost[2]), int(almost[3]))
    except ValueError:
        return ""
    return f"; if the date {meant.isoformat()} is meant, write it so"
