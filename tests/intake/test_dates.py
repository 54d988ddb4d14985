from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesiontrack.intake.dates import DAY_FIRST, EARLIEST, MONTH_FIRST, find_dates, find_month
from tests.intake.trees import TODAY

DAYS = st.dates(EARLIEST, TODAY)
PADDING = st.sampled_from(["", " ", "visit ", "Meier_", "(", "x "])


def days(text: str) -> list[list[date]]:
    return [[day for _, day in found.readings] for found in find_dates(text, today=TODAY)]


@given(st.text())
def test_never_raises(text: str) -> None:
    for found in find_dates(text, today=TODAY):
        assert text[slice(*found.span)] == found.text
        assert all(EARLIEST <= day <= TODAY for _, day in found.readings)
    find_month(text)


@given(DAYS, PADDING, st.sampled_from(["-", ".", "_", "/", ""]), st.sampled_from(["", " left", "_IMG"]))
def test_year_first_is_always_read(day: date, before: str, separator: str, after: str) -> None:
    written = day.strftime(f"%Y{separator}%m{separator}%d")
    assert days(before + written + after) == [[day]]


@given(DAYS, PADDING)
def test_dots_are_day_first(day: date, before: str) -> None:
    assert days(f"{before}{day:%d.%m.%Y}") == [[day]]


@given(DAYS, st.sampled_from("-_/"))
def test_numbers_are_ambiguous_exactly_where_two_days_fit(day: date, separator: str) -> None:
    (found,) = find_dates(day.strftime(f"%d{separator}%m{separator}%Y"), today=TODAY)
    assert (DAY_FIRST, day) in found.readings
    swapped = (
        day.day <= 12 and day.day != day.month and EARLIEST <= date(day.year, day.day, day.month) <= TODAY
    )
    assert found.ambiguous == swapped
    assert found.settled(DAY_FIRST).readings[0] == (DAY_FIRST, day)


@pytest.mark.parametrize(
    "text",
    [
        "4 March 2024",
        "4. März 2024",
        "Mar 4 2024",
        "March 4th, 2024",
        "04 mar 2024",
        "2024 Mar 04",
        "4. Maerz 2024",
    ],
)
def test_written_months(text: str) -> None:
    assert days(text) == [[date(2024, 3, 4)]]


def test_both_readings_of_the_same_text() -> None:
    (found,) = find_dates("03-04-2024", today=TODAY)
    assert found.readings == ((DAY_FIRST, date(2024, 4, 3)), (MONTH_FIRST, date(2024, 3, 4)))
    assert days("03042024") == [[date(2024, 4, 3), date(2024, 3, 4)]]
    assert days("23-04-2024") == [[date(2024, 4, 23)]]
    assert days("04-23-2024") == [[date(2024, 4, 23)]]
    assert days("03-03-2024") == [[date(2024, 3, 3)]]


def test_two_digit_years_have_up_to_three_readings() -> None:
    assert days("04.03.24") == [[date(2024, 3, 4)]]
    assert set(days("05-04-03")[0]) == {date(2003, 4, 5), date(2003, 5, 4), date(2005, 4, 3)}


@pytest.mark.parametrize(
    "text", ["2024", "2024-03", "IMG_1234", "2024-13-04", "31-31-2024", "12.03.1951", "2093-01-01"]
)
def test_no_date(text: str) -> None:
    assert days(text) == []


def test_a_time_is_no_second_date() -> None:
    assert days("2024-03-04 at 10.12.13") == [[date(2024, 3, 4)]]
    assert days("20240304101233") == [[date(2024, 3, 4)]]


@pytest.mark.parametrize("text", ["Meier *12.03.1985", "Meier geb. 12.03.1985", "born 1985-03-12"])
def test_dates_of_birth_are_marked(text: str) -> None:
    (found,) = find_dates(text, today=TODAY)
    assert found.birth


@pytest.mark.parametrize(
    ("text", "partial"), [("2024-03", True), ("März 2024", True), ("2024", False), ("Meier", False)]
)
def test_a_month_without_a_day(text: str, partial: bool) -> None:
    assert (find_month(text) is not None) is partial
