"""Intervals to the printed digit, and equal to scipy where scipy computes the same."""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from lesiontrack.statistics import chi_squared_p, difference_interval, fisher_exact, proportion_interval
from tests.statistics.reference import table

PROPORTIONS = table("published_proportions")
DIFFERENCES = table("published_differences")
SCIPY = {"clopper-pearson": "exact", "wilson": "wilson", "wilson-cc": "wilsoncc"}


def printed(value: float, like: str) -> str:
    """`value` in percent, rounded half up to as many decimals as the printed text has."""
    places = Decimal(1).scaleb(-len(like.partition(".")[2]))
    return str(Decimal(100 * value).quantize(places, ROUND_HALF_UP))


@pytest.mark.parametrize("row", list(PROPORTIONS.itertuples()), ids=PROPORTIONS.case)
def test_published_proportions(row: object) -> None:
    k, n = row.k, row.n  # type: ignore[attr-defined]
    lower, upper = proportion_interval(k, n)
    assert 100 * lower == pytest.approx(row.cp_lo_pct, abs=5.1e-4)  # type: ignore[attr-defined]
    assert 100 * upper == pytest.approx(row.cp_hi_pct, abs=5.1e-4)  # type: ignore[attr-defined]
    interval = re.search(r"\(([\d.]+)-([\d.]+)\)", row.published)  # type: ignore[attr-defined]
    if interval:
        low, high = interval.groups()
        assert (printed(lower, low), printed(upper, high)) == (low, high)
    percent = re.match(r"[\d.]+", row.published)  # type: ignore[attr-defined]
    assert percent
    assert printed(k / n, percent.group()) == percent.group()


@pytest.mark.parametrize("row", list(DIFFERENCES.itertuples()), ids=DIFFERENCES.endpoint)
def test_published_differences(row: object) -> None:
    counts = row.k1, row.n1, row.k2, row.n2  # type: ignore[attr-defined]
    lower, upper = difference_interval(*counts)
    assert printed(lower, "0.0") == f"{row.pub_lo:.1f}"  # type: ignore[attr-defined]
    assert printed(upper, "0.0") == f"{row.pub_hi:.1f}"  # type: ignore[attr-defined]


def test_published_p_values() -> None:
    """OPTiM subgroups, two-sided Fisher."""
    assert f"{fisher_exact(18, 75, 0, 43):.4f}" == "0.0003"
    assert f"{fisher_exact(9, 64, 2, 26):.4f}" == "0.5002"
    assert f"{fisher_exact(6, 67, 1, 29):.4f}" == "0.6710"


def test_newcombe_example() -> None:
    """Newcombe 1998, Stat Med 17:873, table II (a): 56/70 against 48/80, methods 10 and 11."""
    lower, upper = difference_interval(56, 70, 48, 80, method="newcombe")
    assert (round(lower, 4), round(upper, 4)) == (0.0524, 0.3339)
    lower, upper = difference_interval(56, 70, 48, 80, method="newcombe-cc")
    assert (round(lower, 4), round(upper, 4)) == (0.0428, 0.3422)


COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
LEVELS = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99])


@settings(max_examples=40, deadline=None)
@given(COUNTS, LEVELS, st.sampled_from(sorted(SCIPY)))
def test_equal_to_scipy(counts: tuple[int, int], level: float, method: str) -> None:
    k, n = counts
    ours = proportion_interval(k, n, level, method)
    theirs = stats.binomtest(k, n).proportion_ci(level, method=SCIPY[method])
    assert ours == pytest.approx((theirs.low, theirs.high), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(COUNTS, COUNTS)
def test_fisher_equal_to_the_hypergeometric_sum(one: tuple[int, int], other: tuple[int, int]) -> None:
    (k1, n1), (k2, n2) = one, other
    law = stats.hypergeom(n1 + n2, k1 + k2, n1)
    tables = law.pmf(np.arange(max(0, k1 + k2 - n2), min(n1, k1 + k2) + 1))
    expected = tables[tables <= law.pmf(k1) * (1 + 1e-7)].sum()
    assert fisher_exact(k1, n1, k2, n2) == pytest.approx(min(1.0, expected), rel=1e-6, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(COUNTS, LEVELS, st.sampled_from(sorted(SCIPY)))
def test_interval_holds_the_proportion_and_mirrors(
    counts: tuple[int, int], level: float, method: str
) -> None:
    k, n = counts
    lower, upper = proportion_interval(k, n, level, method)
    assert 0 <= lower <= k / n + 1e-12
    assert k / n - 1e-12 <= upper <= 1
    mirrored = proportion_interval(n - k, n, level, method)
    assert (1 - mirrored[1], 1 - mirrored[0]) == pytest.approx((lower, upper), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(COUNTS, COUNTS, st.sampled_from(["newcombe", "newcombe-cc", "wald"]))
def test_difference_holds_the_estimate_and_changes_sign(
    one: tuple[int, int], other: tuple[int, int], method: str
) -> None:
    lower, upper = difference_interval(*one, *other, method=method)
    estimate = one[0] / one[1] - other[0] / other[1]
    assert -1 <= lower <= estimate + 1e-12
    assert estimate - 1e-12 <= upper <= 1
    swapped = difference_interval(*other, *one, method=method)
    assert swapped == pytest.approx((-upper, -lower), abs=1e-12)


@pytest.mark.parametrize("row", list(table("statsmodels_proportions").itertuples()))
def test_proportions_equal_to_statsmodels(row: Any) -> None:
    ours = proportion_interval(row.k, row.n, row.level, row.method)
    assert ours == pytest.approx((row.lower, row.upper), rel=0, abs=1e-11)


@pytest.mark.parametrize("row", list(table("statsmodels_differences").itertuples()))
def test_differences_equal_to_statsmodels(row: Any) -> None:
    """statsmodels lets a Wald limit pass 1; ours ends there."""
    ours = difference_interval(row.k1, row.n1, row.k2, row.n2, row.level, row.method)
    assert ours == pytest.approx((max(-1, row.lower), min(1, row.upper)), rel=0, abs=1e-11)


def test_published_wald_and_chi_squared() -> None:
    """Lebwohl 2004 prints Wald intervals (34.9-49.0, 39.5-55.1), Hyde 2012 an uncorrected P = .17."""
    complete = difference_interval(97, 215, 7, 221, method="wald")
    partial = difference_interval(127, 215, 26, 221, method="wald")
    assert [printed(limit, "0.0") for limit in (*complete, *partial)] == ["34.9", "49.0", "39.5", "55.1"]
    assert f"{chi_squared_p(27, 42, 29, 37):.4f}" == "0.1689"
    assert f"{fisher_exact(27, 42, 29, 37):.3f}" == "0.217"


@settings(max_examples=40, deadline=None)
@given(COUNTS, COUNTS)
def test_chi_squared_equal_to_scipy(one: tuple[int, int], other: tuple[int, int]) -> None:
    (k1, n1), (k2, n2) = one, other
    ours = chi_squared_p(k1, n1, k2, n2)
    if k1 + k2 in (0, n1 + n2):
        assert math.isnan(ours)
    else:
        theirs: Any = stats.chi2_contingency([[k1, n1 - k1], [k2, n2 - k2]], correction=False)
        assert ours == pytest.approx(theirs.pvalue, rel=1e-9, abs=1e-12)


def test_ends() -> None:
    assert proportion_interval(0, 10)[0] == 0
    assert proportion_interval(10, 10)[1] == 1
    assert proportion_interval(np.int64(2), np.int64(10)) == proportion_interval(2, 10)
    assert not any(math.isnan(x) for x in difference_interval(0, 1, 1, 1))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((11, 10), r"k \(11\) must be from 0 to n \(10\)"),
        ((-1, 10), r"k \(-1\)"),
        ((0, 0), "at least 1"),
        ((1.5, 10), "whole number"),
        ((float("nan"), 10), "whole number"),
        ((True, 10), "whole number"),
        ((1, 10, 1.0), "between 0 and 1"),
        ((1, 10, 95), "between 0 and 1"),
        ((1, 10, 0.95, "wilsn"), "did you mean 'wilson'"),
    ],
)
def test_errors(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        proportion_interval(*arguments)  # type: ignore[arg-type]


def test_difference_errors() -> None:
    with pytest.raises(ValueError, match="did you mean 'newcombe-cc'"):
        difference_interval(1, 2, 1, 2, method="newcomb-cc")
    with pytest.raises(ValueError, match=r"k \(3\)"):
        fisher_exact(1, 2, 3, 2)


@pytest.mark.parametrize("k", [None, float("nan"), float("inf"), np.True_, "2"])
def test_counts_are_whole_numbers(k: Any) -> None:
    with pytest.raises(ValueError, match="must be a whole number"):
        proportion_interval(k, 10)
