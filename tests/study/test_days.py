from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lesiontrack.study.days import Calendar, calendar
from lesiontrack.study.visits import parse_when

START = date(2024, 3, 4)


def whens(*labels: str) -> list:
    return [parse_when(label) for label in labels]


def test_day_zero_is_the_treatment_start() -> None:
    days = calendar(whens("2024-02-26", "day014"), START)
    assert days == Calendar("treatment_start", START)
    assert [days.day_of(when) for when in whens("2024-02-26", "2024-03-04", "day014", "week-01")] == [
        -7,
        0,
        14,
        -7,
    ]


def test_without_a_start_days_count_from_the_first_visit() -> None:
    days = calendar(whens("2024-03-11", "2024-03-04"), None)
    assert days == Calendar("first_visit", START)
    assert days.day_of(parse_when("2024-03-11")) == 7


def test_relative_labels_have_no_place_among_days_from_a_first_visit() -> None:
    days = calendar(whens("2024-03-04"), None)
    when = parse_when("day014")
    assert days.day_of(when) is None
    assert "give the treatment start of PT1" in days.refusal(when, "PT1")


def test_relative_visits_make_the_treatment_start_day_zero_without_its_date() -> None:
    days = calendar(whens("day-007", "day014"), None)
    assert days == Calendar("treatment_start", None)
    assert days.day_of(parse_when("week02")) == 14


def test_a_date_among_relative_visits_is_refused() -> None:
    days = calendar(whens("day000", "2024-03-18"), None)
    when = parse_when("2024-03-18")
    assert days.day_of(when) is None
    assert "2024-03-18" in days.refusal(when, "PT1")
    assert "study.toml" in days.refusal(when, "PT1")


def test_patient_without_visits_or_start() -> None:
    days = calendar([], None)
    assert days.day_of(parse_when("day003")) == 3
    when = parse_when("2024-03-18")
    assert days.day_of(when) is None
    assert "neither a visit nor a treatment start" in days.refusal(when, "PT1")


@given(
    st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.lists(st.integers(-400, 4000), min_size=1, unique=True)
)
def test_dates_and_labels_of_one_day_agree(start: date, offsets: list[int]) -> None:
    dated = [parse_when((start + timedelta(days=offset)).isoformat()) for offset in offsets]
    with_start = calendar(dated, start)
    assert [with_start.day_of(when) for when in dated] == offsets
    assert [with_start.day_of(parse_when(f"day{offset}")) for offset in offsets] == offsets
    without = calendar(dated, None)
    assert [without.day_of(when) for when in dated] == [offset - min(offsets) for offset in offsets]
