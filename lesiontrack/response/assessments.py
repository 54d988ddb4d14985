"""Checked assessments: one response word for each subject and day, in time order."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from lesiontrack.response.dates import day_number, same_kind
from lesiontrack.response.words import ASSESSMENT_WORDS, require_word


@dataclass(frozen=True)
class Assessment:
    """`row` is its position in the caller's table, `day` a whole number of days (a date's ordinal)."""

    row: int
    day: int
    response: str


@dataclass(frozen=True)
class Assessed:
    """Assessments of every enrolled subject (empty where there are none), and the kinds of their days."""

    by_subject: dict[Hashable, tuple[Assessment, ...]]
    kinds: set[str]


def check_assessments(
    assessments: pd.DataFrame, subjects: Collection[Hashable], words: Sequence[str] = ASSESSMENT_WORDS
) -> Assessed:
    """Sort a table (subject, date, response) by subject and day; `words` are the responses allowed.

    The same word twice on one day counts once. Raises ValueError for a missing column, a subject that is not
    enrolled, a missing date, a word that is no response, or two different responses of a subject on one day.
    """
    missing = {"subject", "date", "response"} - set(assessments.columns)
    if missing:
        raise ValueError(f"assessments lack the column {', '.join(sorted(missing))}")
    found: dict[Hashable, dict[int, Assessment]] = {subject: {} for subject in subjects}
    kinds: set[str] = set()
    columns = (assessments[name].tolist() for name in ("subject", "date", "response"))
    for row, (subject, when, word) in enumerate(zip(*columns, strict=True)):
        if subject not in found:
            raise ValueError(
                f"subject {subject!r} has an assessment but is not among the enrolled ({_some(found)}); "
                "ids must be equal in type, too"
            )
        response = require_word(word, words, f"subject {subject}: response")
        day = day_number(when, f"subject {subject}: date")
        if day is None:
            raise ValueError(
                f"subject {subject}: the {response} in row {row} has no date; leave it out or date it"
            )
        kinds.add(day[0])
        earlier = found[subject].get(day[1])
        if earlier is not None and earlier.response != response:
            raise ValueError(
                f"subject {subject} has {earlier.response} and {response} on one day ({when}); choose one"
            )
        found[subject].setdefault(day[1], Assessment(row, day[1], response))
    same_kind(kinds)
    return Assessed(
        {subject: tuple(sorted(days.values(), key=lambda a: a.day)) for subject, days in found.items()}, kinds
    )


def start_days(reference_dates: Mapping[Any, object], assessed: Assessed) -> dict[Hashable, int | None]:
    """Every subject's treatment start as a number of days, None where it is unknown.

    Raises ValueError where dates and study days are mixed.
    """
    kinds = set(assessed.kinds)
    starts: dict[Hashable, int | None] = {}
    for subject, when in reference_dates.items():
        start = day_number(when, f"subject {subject}: reference date")
        starts[subject] = start[1] if start else None
        kinds |= {start[0]} if start else set()
    same_kind(kinds)
    return starts


def cut_at_progression(
    assessed: Assessed, progression_dates: Mapping[Any, object] | None
) -> dict[Hashable, tuple[Assessment, ...]]:
    """Assessments up to the first PD, that one included.

    `progression_dates` None: the first assessment that is PD. Otherwise the dates given there, and subjects
    that it does not name are not cut.
    """
    if progression_dates is None:
        return {subject: to_first_pd(series) for subject, series in assessed.by_subject.items()}
    cut: dict[Hashable, tuple[Assessment, ...]] = {}
    for subject, series in assessed.by_subject.items():
        day = day_number(progression_dates.get(subject), f"subject {subject}: progression date")
        if day is not None:
            same_kind({*assessed.kinds, day[0]})
        cut[subject] = tuple(a for a in series if day is None or a.day <= day[1])
    return cut


def to_first_pd(series: Sequence[Assessment]) -> tuple[Assessment, ...]:
    """One subject's assessments up to the first PD, that one included."""
    last = next((a.day for a in series if a.response == "PD"), None)
    return tuple(a for a in series if last is None or a.day <= last)


def dates_of(assessments: pd.DataFrame, rows: list[int | None]) -> pd.Series:
    """The `date` values of those rows, as the caller wrote them; missing where the row is None."""
    dates = assessments["date"].reset_index(drop=True)
    if pd.api.types.is_integer_dtype(dates.dtype):
        dates = dates.astype("Int64")
    picked = dates.reindex([-1 if row is None else row for row in rows]).reset_index(drop=True)
    return picked.astype(object).where(picked.notna(), None) if picked.dtype == object else picked


def _some(subjects: Collection[Hashable]) -> str:
    names = [repr(subject) for subject in subjects]
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
