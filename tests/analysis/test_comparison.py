"""Rows of measurements.csv beside the photos' values."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.analysis.comparison import comparable, comparison_rows
from lesiontrack.study.model import OutsideMeasurement
from lesiontrack.tables import frame
from tests.analysis.cohorts import PROTOCOL, observations


@pytest.mark.parametrize(
    ("quantity", "unit", "column", "value"),
    [
        ("longest_diameter", "mm", "longest_diameter_mm", 1.1),
        ("Longest Diameter", "cm", "longest_diameter_mm", 11.0),
        ("LDIAM", "mm", "longest_diameter_mm", 1.1),
        ("diameter (mm)", " MM ", "longest_diameter_mm", 1.1),
        ("perpendicular-diameter", "mm", "perpendicular_diameter_mm", 1.1),
        ("area", "mm2", "area_mm2", 1.1),
        ("area_mm2", "mm²", "area_mm2", 1.1),
        ("lesion area", "cm^2", "area_mm2", 110.0),
        ("ulcer_area", "sq. cm", "ulcer_area_mm2", 110.0),
    ],
)
def test_quantities_and_units(quantity: str, unit: str, column: str, value: float) -> None:
    found = comparable(quantity, 1.1, unit)
    assert (found.column, found.value, found.note) == (column, value, "")


@pytest.mark.parametrize(
    ("quantity", "unit", "note"),
    [
        ("thickness", "mm", "no column of the photos stands beside quantity 'thickness'"),
        ("longest diamter", "mm", "if it means 'longest diameter', write that"),
        ("diameter", "inch", "unit 'inch' of 'diameter'"),
        ("diameter", "mm2", "(mm or cm)"),
        ("area", "mm", "(mm2 or cm2)"),
        ("area", "sq mm2", "unit 'sq mm2'"),
        ("area_mm2", "cm2", "names another unit than 'cm2'"),
        ("mm", "mm", "quantity 'mm'"),
    ],
)
def test_nothing_is_guessed(quantity: str, unit: str, note: str) -> None:
    found = comparable(quantity, 1.1, unit)
    assert found.value is None
    assert note in found.note


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=20), st.text(max_size=6))
def test_any_text_gives_a_value_or_a_note(quantity: str, unit: str) -> None:
    found = comparable(quantity, 3.0, unit)
    assert (found.value is None) == bool(found.note)


def taken(
    lesion: str, day: int, value: float, quantity: str = "diameter", unit: str = "mm", visit: str = ""
) -> OutsideMeasurement:
    return OutsideMeasurement("A", visit or f"day{day:03d}", lesion, "caliper", quantity, value, unit, day)


def compared(*measurements: OutsideMeasurement, table: pd.DataFrame | None = None) -> pd.DataFrame:
    if table is None:
        table = observations(
            {("A", "L01"): {0: 30.0, 60: "not_visible", 90: "obscured"}},
            relative_sd=0.1,
            reason="under a crust",
        )
    return frame("measurements", comparison_rows(measurements, table, PROTOCOL))


def test_the_photos_value_stands_beside() -> None:
    row = compared(taken("L01", 0, 2.8, unit="cm")).iloc[0]
    assert (row.value, row.value_comparable, row.photo_value, row.photo_sd) == (2.8, 28.0, 30.0, 3.0)
    assert row.difference == 2.0
    assert row.note is pd.NA


def test_a_lesion_that_is_not_visible_has_no_size_and_one_that_is_hidden_no_value() -> None:
    found = compared(taken("L01", 60, 3.0), taken("L01", 90, 3.0))
    assert found.photo_value.iloc[0] == 0
    assert found.difference.iloc[0] == -3
    assert pd.isna(found.photo_value.iloc[1])
    assert found.note.iloc[1] == "the photo gives no value: obscured (under a crust)"


def test_the_visit_is_found_by_its_day_where_its_label_differs() -> None:
    assert compared(taken("L01", 0, 28.0, visit="2024-03-04")).difference.iloc[0] == 2.0
    found = compared(taken("L01", 1, 28.0), taken("L07", 0, 28.0))
    assert found.note.tolist() == [
        "no photo of the lesion at that visit",
        "L07 is in no photo of the patient",
    ]


def test_a_lesion_in_two_photos_is_compared_once_with_the_one_that_measures_it() -> None:
    table = observations({("A", "L01"): {0: 30.0}})
    hidden = observations({("A", "L01"): {0: "obscured"}}).assign(site="back")
    found = compared(taken("L01", 0, 28.0), table=pd.concat([hidden, table], ignore_index=True))
    assert found.photo_value.tolist() == [30.0]


def test_a_present_lesion_of_size_zero_is_no_value() -> None:
    assert (
        compared(taken("L01", 0, 5.0), table=observations({("A", "L01"): {0: 0.0}})).photo_value.isna().all()
    )


def test_unknown_unit_keeps_the_photos_value_without_a_difference() -> None:
    row = compared(taken("L01", 0, 1.2, unit="inch")).iloc[0]
    assert (row.compared_with, row.photo_value) == ("longest_diameter_mm", 30.0)
    assert pd.isna(row.difference)
    assert "unit 'inch'" in row.note
