"""Durable response: when it begins, how long it lasts, and when that can't be told."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.response import best_overall_response
from lesiontrack.response.durable import durable_response
from lesiontrack.response.words import ASSESSMENT_WORDS

Found = tuple[int | None, int | None, bool | None]


def durable(series: dict[int, str], start: int | None = 0, **options: object) -> Found:
    """Day of the longest response, its days, and whether there is a durable one."""
    frame = pd.DataFrame(
        [("A", when, word) for when, word in series.items()], columns=["subject", "date", "response"]
    )
    row = durable_response(frame, {"A": start}, **options).iloc[0]  # type: ignore[arg-type]
    date, days, answer = (
        None if pd.isna(row[name]) else row[name] for name in ("date", "duration_days", "durable")
    )
    return date, days, answer


@pytest.mark.parametrize(
    ("series", "found"),
    [
        ({60: "PR", 243: "PR"}, (60, 183, True)),
        ({60: "PR", 242: "PR", 300: "SD"}, (60, 182, False)),
        ({60: "PR", 242: "PR"}, (60, 182, None)),  # still there: follow-up too short to tell
        ({60: "PR", 242: "PR", 300: "NE"}, (60, 182, None)),
        ({60: "PR", 150: "SD", 243: "PR"}, (60, 0, None)),
        ({60: "PR", 150: "PD", 243: "PR", 500: "PR"}, (60, 0, False)),
        ({60: "CR", 150: "NON-CR/NON-PD"}, (60, 0, False)),
        ({60: "PR", 100: "NE", 150: "ND", 243: "CR"}, (60, 183, True)),  # NE inside is no break
        ({60: "PR", 243: "NE"}, (60, 0, None)),  # and does not count as the response either
        ({365: "PR", 548: "PR"}, (365, 183, True)),
        ({366: "PR", 600: "PR"}, (366, 234, False)),
        ({60: "PR", 100: "SD", 120: "PR", 303: "PR"}, (120, 183, True)),
        ({60: "SD"}, (None, None, False)),
        ({60: "NE"}, (None, None, None)),
        ({}, (None, None, None)),
    ],
)
def test_one_series(series: dict[int, str], found: Found) -> None:
    assert durable(series) == found


def test_responses_after_a_progression_count_where_asked() -> None:
    series = {60: "PD", 120: "PR", 303: "PR"}
    assert durable(series) == (None, None, False)
    assert durable(series, to_first_progression=False) == (120, 183, True)


def test_with_confirmation_it_begins_with_the_confirmed_response() -> None:
    series = {60: "CR", 70: "PR", 98: "PR", 253: "PR"}
    assert durable(series) == (60, 193, True)
    assert durable(series, confirm_days=28) == (70, 183, True)
    assert durable({60: "PR", 87: "PR"}, confirm_days=28) == (None, None, None)  # it may be confirmed yet
    assert durable({60: "PR", 87: "PR", 120: "SD"}, confirm_days=28) == (None, None, False)


def test_one_stable_disease_is_let_pass_where_the_protocol_accepts_it() -> None:
    series = {60: "PR", 150: "SD", 243: "PR"}
    assert durable(series, accept_sd=True) == (60, 183, True)
    assert durable({60: "PR", 150: "SD", 160: "SD", 243: "PR"}, accept_sd=True)[2] is None
    assert durable({60: "PR", 150: "SD"}, accept_sd=True) == (60, 0, False)


def test_unknown_treatment_start_leaves_it_open() -> None:
    assert durable({60: "PR", 300: "PR"}, start=None) == (60, 240, None)


def test_dates_stay_as_they_were_written() -> None:
    frame = pd.DataFrame(
        [("A", "2020-03-01", "PR"), ("A", "2020-09-01", "PR")], columns=["subject", "date", "response"]
    )
    row = durable_response(frame, {"A": "2020-01-01", "B": None}).iloc[0]
    assert (row.date, row.duration_days, row.durable) == ("2020-03-01", 184, True)


SERIES = st.dictionaries(st.integers(1, 700), st.sampled_from(ASSESSMENT_WORDS), max_size=7)


@settings(max_examples=50, deadline=None)
@given(SERIES, st.booleans())
def test_a_durable_response_is_a_response(series: dict[int, str], confirm: bool) -> None:
    frame = pd.DataFrame(
        [("A", when, word) for when, word in series.items()], columns=["subject", "date", "response"]
    )
    confirm_days = 28 if confirm else None
    best = best_overall_response(frame, {"A": 0}, confirm_days=confirm_days).response[0]
    day, days, answer = durable(series, confirm_days=confirm_days)
    assert (best in ("CR", "PR")) == (day is not None)
    assert answer is not True or (days is not None and days >= 183)


@settings(max_examples=50, deadline=None)
@given(SERIES, st.integers(1, 300), st.integers(1, 300))
def test_asking_for_less_never_loses_a_durable_response(series: dict[int, str], one: int, other: int) -> None:
    short, long = sorted((one, other))
    if durable(series, durable_days=long)[2]:
        assert durable(series, durable_days=short)[2]


@settings(max_examples=50, deadline=None)
@given(SERIES, st.integers(1, 700))
def test_a_visit_that_was_not_evaluable_changes_nothing(series: dict[int, str], day: int) -> None:
    if day not in series and any(word not in ("NE", "ND") for word in series.values()):
        assert durable(series | {day: "NE"}) == durable(series)
