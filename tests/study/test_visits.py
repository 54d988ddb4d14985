from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesiontrack.study.visits import parse_when


@pytest.mark.parametrize(
    ("label", "day"),
    [
        ("day014", 14),
        ("day-007", -7),
        ("day000", 0),
        ("day-000", 0),
        ("day7", 7),
        ("week02", 14),
        ("week-01", -7),
        ("Week2", 14),
        ("DAY014", 14),
    ],
)
def test_relative_labels(label: str, day: int) -> None:
    when = parse_when(label)
    assert (when.day, when.date, when.text) == (day, None, label)


@given(st.dates())
def test_every_iso_date_reads_back(when: date) -> None:
    assert parse_when(when.isoformat()).date == when


@given(st.integers(-9999, 9999), st.integers(1, 4))
def test_days_and_weeks_of_any_width(number: int, width: int) -> None:
    sign = "-" if number < 0 else ""
    digits = f"{abs(number):0{width}d}"
    assert parse_when(f"day{sign}{digits}").day == number
    assert parse_when(f"week{sign}{digits}").day == 7 * number


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused_with_the_text_named(text: str) -> None:
    try:
        when = parse_when(text)
    except ValueError as refusal:
        message = str(refusal)
    else:
        message = repr(when.text)
        assert (when.date is None) != (when.day is None)
    assert repr(text) in message


@pytest.mark.parametrize(
    "label",
    ["", "baseline", "day", "day 14", "day+7", "dayx", "week1.5", "day0x14", "2024-3-4", "day١٤", "day00014"],
)
def test_refused_with_accepted_forms(label: str) -> None:
    with pytest.raises(ValueError, match="day014, day-007, week02"):
        parse_when(label)


@pytest.mark.parametrize("label", ["2023-02-30", "2024-13-01", "0000-01-01"])
def test_no_day_of_the_calendar(label: str) -> None:
    with pytest.raises(ValueError, match="no day of the calendar"):
        parse_when(label)


@pytest.mark.parametrize(
    "label", ["20240304", "2024_03_04", "2024.03.04", "2024-03-04 follow up", "2024 03 04"]
)
def test_almost_a_date_is_refused_with_the_date_proposed(label: str) -> None:
    with pytest.raises(ValueError, match="if the date 2024-03-04 is meant"):
        parse_when(label)


def test_ambiguous_date_is_not_guessed() -> None:
    with pytest.raises(ValueError, match="is not a date") as caught:
        parse_when("03.04.2024")
    assert "is meant" not in str(caught.value)
