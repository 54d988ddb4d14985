"""Dates and study days as whole numbers of days, so that intervals are counted in one way."""

from __future__ import annotations

import math
import numbers
from datetime import date, datetime

import numpy as np
import pandas as pd


def day_number(value: object, what: str) -> tuple[str, int] | None:
    """("date", proleptic ordinal) or ("day", study day); None where the value is missing.

    Dates come as ISO strings, date, datetime, Timestamp or datetime64 (a time of day is ignored); study days
    as whole numbers. A partial date ("2014-02") is refused: which day stands for it is for a person to say.

    Raises ValueError naming the value, TypeError for another type.
    """
    if isinstance(value, np.datetime64):
        value = pd.to_datetime(value)
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, datetime):
        return "date", value.date().toordinal()
    if isinstance(value, date):
        return "date", value.toordinal()
    if isinstance(value, str):
        return "date", _parse(value, what).toordinal()
    if isinstance(value, numbers.Real) and str(value) not in ("True", "False"):
        number = float(value)
        if math.isnan(number):
            return None
        if not number.is_integer():
            raise ValueError(f"{what} {value} is no whole study day")
        return "day", int(number)
    raise TypeError(f"{what} {value!r} is a {type(value).__name__}; give an ISO date or a study day")


def _parse(text: str, what: str) -> date:
    try:
        return datetime.fromisoformat(text.strip()).date()
    except ValueError:
        raise ValueError(
            f"{what} {text!r} is no full ISO date (YYYY-MM-DD); "
            "complete a partial date by your protocol's rule first"
        ) from None


def same_kind(kinds: set[str]) -> None:
    """Raises ValueError where dates and study days are mixed."""
    if len(kinds) > 1:
        raise ValueError(
            "dates and study days are mixed: give all assessments and reference dates in one of them"
        )
