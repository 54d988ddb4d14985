"""Bland-Altman of the photos against other methods."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.analysis.agreement import agreement_rows
from lesiontrack.tables import frame
from tests.analysis.cohorts import PROTOCOL

Row = dict[str, Any]


def pair(
    patient: str, difference: float | None, method: str = "caliper", column: str | None = "area_mm2"
) -> Row:
    return {"patient": patient, "method": method, "compared_with": column, "difference": difference}


def agreement(*rows: Row) -> pd.DataFrame:
    return frame("agreement", agreement_rows(rows, PROTOCOL))


def test_bias_and_limits_of_one_pair_a_patient() -> None:
    row = agreement(*(pair(f"P{i}", value) for i, value in enumerate([1.0, 2.0, 3.0, 6.0]))).iloc[0]
    assert (row.pairs, row.patients, row.unpaired, row.bias) == (4, 4, 0, 3.0)
    assert row.sd == pytest.approx((14 / 3) ** 0.5)
    assert (row.loa_lower, row.loa_upper) == pytest.approx((3 - 1.959964 * row.sd, 3 + 1.959964 * row.sd))
    assert row.bias_lower == pytest.approx(3 - 3.182446 * row.sd / 2)
    assert row.note is pd.NA


def test_methods_and_columns_are_apart_and_every_row_is_counted_once() -> None:
    rows = [
        pair("A", 1.0), pair("A", 2.0), pair("B", None), pair("A", 1.0, "CT"),
        pair("B", None, column=None), pair("A", 4.0, column="longest_diameter_mm"),
    ]  # fmt: skip
    found = agreement(*rows)
    keys = found[["method", "compared_with"]].astype(object).where(lambda cell: cell.notna(), None)
    assert keys.to_numpy().tolist() == [
        ["CT", "area_mm2"], ["caliper", "area_mm2"], ["caliper", "longest_diameter_mm"], ["caliper", None],
    ]  # fmt: skip
    assert (found.pairs + found.unpaired).sum() == len(rows)
    assert found.unpaired.tolist() == [0, 1, 0, 1]
    assert "no photo value" in found.note.iloc[3]


def test_one_patient_has_a_bias_and_no_limits() -> None:
    row = agreement(pair("A", 1.0), pair("A", 2.0)).iloc[0]
    assert row.bias == 1.5
    assert row[["bias_lower", "bias_upper", "sd", "loa_lower", "loa_upper"]].isna().all()
    assert "one patient" in row.note


def test_pairs_of_a_patient_belong_together() -> None:
    """Patients differ much and their pairs little: the limits of the bias are wide."""
    together = agreement(*(pair(f"P{i}", 10.0 * i + d) for i in range(3) for d in (0.0, 0.5, 1.0, 1.5))).iloc[
        0
    ]
    apart = agreement(*(pair(f"P{i}{d}", 10.0 * i + d) for i in range(3) for d in (0.0, 0.5, 1.0, 1.5))).iloc[
        0
    ]
    assert together.bias == apart.bias
    assert together.bias_upper - together.bias_lower > apart.bias_upper - apart.bias_lower
    assert together.sd > apart.sd
    assert "3 patients drawn with replacement" in together.note


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.floats(-9, 9, width=16)), min_size=2, max_size=7),
    st.randoms(use_true_random=False),
)
def test_order_of_the_rows_changes_nothing(values: list[tuple[str, float]], random: Any) -> None:
    rows = [pair(patient, value) for patient, value in values]
    mixed = list(rows)
    random.shuffle(mixed)
    one, other = agreement(*rows), agreement(*mixed)
    pd.testing.assert_frame_equal(one, other)
    row = one.iloc[0]
    if not pd.isna(row.sd):
        assert row.loa_lower <= row.bias <= row.loa_upper
