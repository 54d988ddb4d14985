"""Intraclass correlation: published figures, another program's, the ends, and what may not change it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.statistics import intraclass_correlation
from tests.statistics.reference import table

JUDGES = table("judges").drop(columns="subject").to_numpy()

RATINGS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=30)


def test_shrout_and_fleiss_1979() -> None:
    """ICC(2,1) .29 and ICC(3,1) .71; their mean squares 11.24, 32.49 and 1.02."""
    agreement, consistency = (intraclass_correlation(JUDGES, model=model) for model in ("2,1", "3,1"))
    assert (round(agreement.icc, 2), round(consistency.icc, 2)) == (0.29, 0.71)
    squares = (agreement.subject_mean_square, agreement.rater_mean_square, agreement.error_mean_square)
    assert [round(square, 2) for square in squares] == [11.24, 32.49, 1.02]
    assert (agreement.subjects, agreement.raters, agreement.clusters) == (6, 4, 6)


def test_limits_as_another_program_prints_them() -> None:
    """R's psych::ICC for the same judges: 0.019 to 0.761, and 0.342 to 0.946."""
    agreement, consistency = (intraclass_correlation(JUDGES, model=model) for model in ("2,1", "3,1"))
    assert (agreement.lower, agreement.upper) == pytest.approx((0.019, 0.761), abs=5e-4)
    assert (consistency.lower, consistency.upper) == pytest.approx((0.342, 0.946), abs=5e-4)


def test_two_raters_against_pingouin() -> None:
    """pingouin 0.7.0: ICC(A,1) 0.977901, ICC(C,1) 0.985613; limits 0.87 to 0.99, and 0.95 to 1.00."""
    rows = [
        [9.61, 13.41], [7.11, 6.86], [16.33, 15.66], [26.4, 27.78], [46.41, 53.68], [21.79, 21.67],
        [13.45, 15.03], [9.1, 11.45], [33.15, 36.93], [65.29, 75.43], [24.89, 25.23], [6.74, 8.2],
    ]  # fmt: skip
    agreement, consistency = (intraclass_correlation(rows, model=model) for model in ("2,1", "3,1"))
    assert (agreement.icc, consistency.icc) == pytest.approx((0.977901, 0.985613), abs=5e-7)
    assert [round(x, 2) for x in (agreement.lower, agreement.upper)] == [0.87, 0.99]
    assert [round(x, 2) for x in (consistency.lower, consistency.upper)] == [0.95, 1.00]


def test_negative_estimates_stay_negative() -> None:
    ours = intraclass_correlation([[1, 5], [5, 1.2], [2, 4], [4.4, 2]])
    assert ours.icc < -0.5
    assert ours.lower <= ours.icc <= ours.upper < 0


def test_a_shift_lowers_agreement_and_not_consistency() -> None:
    values = np.array([[3.0, 3.4], [7.0, 6.8], [11.0, 11.3], [5.0, 5.2]])
    shifted = values + np.array([0, 6])
    before, after = intraclass_correlation(values), intraclass_correlation(shifted)
    assert after.icc < before.icc - 0.3
    same = [intraclass_correlation(rows, model="3,1") for rows in (values, shifted)]
    assert same[0].icc == pytest.approx(same[1].icc)
    assert same[0].upper == pytest.approx(same[1].upper)


def test_without_an_error_there_are_no_limits() -> None:
    equal = intraclass_correlation([[1, 1], [2, 2], [5, 5]])
    assert equal.icc == pytest.approx(1)
    assert all(math.isnan(x) for x in (equal.lower, equal.upper, equal.cluster_upper))
    shifted = intraclass_correlation([[1, 2], [2, 3], [5, 6]], model="3,1")
    assert shifted.icc == pytest.approx(1)
    assert math.isnan(shifted.upper)


def test_nothing_to_tell() -> None:
    assert math.isnan(intraclass_correlation([[2, 3]]).icc)
    assert math.isnan(intraclass_correlation([[2, 2], [2, 2]]).icc)


def test_alike_photos_of_a_patient_widen_the_cluster_limits() -> None:
    generator = np.random.default_rng(3)
    patients = np.repeat(np.arange(30), 8)
    truth = generator.normal(20, 5, 30)[patients]
    habit = generator.normal(0, 3, 30)[patients]
    rows = np.column_stack([truth + generator.normal(0, 0.5, 240), truth + habit])
    ours = intraclass_correlation(rows, patients)
    assert ours.cluster_lower < ours.icc < ours.cluster_upper
    assert ours.cluster_upper - ours.cluster_lower > 1.8 * (ours.upper - ours.lower)
    one = intraclass_correlation(rows, np.zeros(240))
    assert one.clusters == 1
    assert one.icc == pytest.approx(ours.icc)
    assert math.isnan(one.cluster_lower)


@settings(max_examples=60, deadline=None)
@given(RATINGS, st.sampled_from(["2,1", "3,1"]), st.randoms(use_true_random=False))
def test_order_of_subjects_and_raters_does_not_matter(
    rows: list[tuple[int, int]], model: str, random: Any
) -> None:
    one = intraclass_correlation(rows, model=model)
    shuffled = rows[:]
    random.shuffle(shuffled)
    turned = intraclass_correlation([row[::-1] for row in shuffled], model=model)
    ours, others = (one.icc, one.lower, one.upper), (turned.icc, turned.lower, turned.upper)
    assert ours == pytest.approx(others, abs=1e-7, nan_ok=True)
    assert math.isnan(one.icc) or one.icc <= 1 + 1e-9


@settings(max_examples=40, deadline=None)
@given(RATINGS, st.sampled_from(["2,1", "3,1"]), st.integers(-1000, 1000), st.integers(1, 50))
def test_unit_and_zero_do_not_matter(rows: list[tuple[int, int]], model: str, zero: int, unit: int) -> None:
    one = intraclass_correlation(rows, model=model)
    other = intraclass_correlation(np.array(rows) * unit + zero, model=model)
    assert (one.icc, one.lower, one.upper) == pytest.approx(
        (other.icc, other.lower, other.upper), abs=1e-6, nan_ok=True
    )


@pytest.mark.parametrize(
    ("ratings", "options", "message"),
    [
        ([], {}, "shape"),
        ([[1], [2]], {}, "two raters"),
        ([["a", "b"]], {}, "must be numbers"),
        ([[1, math.nan]], {}, r"ratings\[0, 1\] is nan"),
        ([[1, 2], [2, 3]], {"model": "2,k"}, "'2,k' is none of 2,1, 3,1"),
        ([[1, 2], [2, 3]], {"clusters": ["a"]}, "clusters must have 2"),
        ([[1, 2], [2, 3]], {"level": 2}, "level"),
    ],
)
def test_errors(ratings: Any, options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        intraclass_correlation(ratings, **options)
