from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesiontrack.intake.labels import find_label
from lesiontrack.study.visits import parse_when


@given(st.text())
def test_never_raises_and_values_are_visits(text: str) -> None:
    label = find_label(text)
    if label is not None and label.value:
        assert parse_when(label.value).day == label.day


@pytest.mark.parametrize(
    ("text", "day", "value"),
    [
        ("week 2", 14, "week02"),
        ("Woche 12", 84, "week12"),
        ("Tag 14", 14, "day014"),
        ("day14", 14, "day014"),
        ("left leg day_7", 7, "day007"),
        ("2 weeks", 14, "week02"),
        ("nach 4 Wochen", 28, "week04"),
        ("14 Tage", 14, "day014"),
        ("day-007", -7, "day-007"),
        ("week02", 14, "week02"),
        ("2 weeks before", -14, "week-02"),
        ("baseline", 0, "day000"),
        ("Screening", 0, "day000"),
        ("vor Therapie", 0, "day000"),
    ],
)
def test_counted_visits(text: str, day: int, value: str) -> None:
    label = find_label(text)
    assert label is not None
    assert (label.day, label.value) == (day, value)


def test_a_hyphen_is_a_separator_and_a_doubt() -> None:
    label = find_label("day-14")
    assert label is not None
    assert label.day == 14
    assert "not as before" in label.doubt


@pytest.mark.parametrize("text", ["V3", "visit 3", "Besuch 2", "FU2", "follow up 2", "Monat 3", "3 months"])
def test_numbers_in_a_row_are_no_days(text: str) -> None:
    label = find_label(text)
    assert label is not None
    assert label.day is None


@pytest.mark.parametrize("text", ["M6", "D14", "W2", "t1"])
def test_one_letter_could_be_a_code(text: str) -> None:
    label = find_label(text)
    assert label is not None
    assert label.weak


@pytest.mark.parametrize("text", ["left calf", "PT001", "weekend", "IMG_1234", "2024", "Tagesklinik", "DN4"])
def test_no_label(text: str) -> None:
    assert find_label(text) is None
