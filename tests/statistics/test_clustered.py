"""Lesions clustered in patients: correlation, design effect, intervals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from lesiontrack.statistics import (
    cluster_bootstrap,
    cluster_rate,
    intracluster_correlation,
    proportion_interval,
    resampling,
)

CLUSTER = st.integers(1, 9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
CLUSTERS = st.lists(CLUSTER, min_size=2, max_size=12)
Clusters = list[tuple[int, int]]


def split(clusters: Clusters) -> tuple[list[int], list[int]]:
    return [k for k, _ in clusters], [n for _, n in clusters]


@settings(max_examples=40, deadline=None)
@given(CLUSTERS)
def test_correlation_from_the_f_of_scipy(clusters: Clusters) -> None:
    """ICC = (F - 1) / (F - 1 + m0), F of the one-way analysis of variance of the zeros and ones."""
    icc = intracluster_correlation(*split(clusters))
    members = [[1] * k + [0] * (n - k) for k, n in clusters]
    sizes = np.array([n for _, n in clusters])
    assume(any(0 < k < n for k, n in clusters))
    f = stats.f_oneway(*members).statistic
    m0 = (sizes.sum() - (sizes**2).sum() / sizes.sum()) / (len(sizes) - 1)
    assert icc == pytest.approx((f - 1) / (f - 1 + m0), rel=1e-9, abs=1e-12)


def test_by_hand() -> None:
    """Two of two and none of two: all variance lies between. Half of each: it all lies within."""
    assert intracluster_correlation([2, 0], [2, 2]) == 1
    assert intracluster_correlation([1, 1], [2, 2]) == pytest.approx(-1)
    rate = cluster_rate([3, 0, 1], [4, 4, 4])
    between, within = 4 * (0.75**2 + 0 + 0.25**2 - 3 / 9) / 2, (0.75 + 0 + 0.75) / 9
    icc = (between - within) / (between + 3 * within)
    assert rate.icc == rate.icc_used == pytest.approx(icc)
    assert rate.design_effect == pytest.approx(1 + 3 * icc)
    assert rate.effective_n == pytest.approx(12 / (1 + 3 * icc))
    shrunk = rate.effective_n * (stats.t.ppf(0.975, 11) / stats.t.ppf(0.975, 2)) ** 2
    k = shrunk / 3
    expected = stats.beta.ppf(0.025, k, shrunk - k + 1), stats.beta.ppf(0.975, k + 1, shrunk - k)
    assert (rate.lower, rate.upper) == pytest.approx(expected)


def test_unequal_clusters_weigh_by_size() -> None:
    """Variance of a pooled rate with a common correlation: 1 + (sum m^2 / sum m - 1) icc."""
    rate = cluster_rate([9, 1, 0], [10, 2, 2])
    assert rate.design_effect == pytest.approx(1 + (108 / 14 - 1) * rate.icc)


@settings(max_examples=40, deadline=None)
@given(CLUSTERS)
def test_never_narrower_than_independent_lesions(clusters: Clusters) -> None:
    rate = cluster_rate(*split(clusters))
    lower, upper = proportion_interval(rate.k, rate.n)
    assert 0 <= rate.lower <= lower + 1e-9
    assert upper - 1e-9 <= rate.upper <= 1
    assert rate.design_effect >= 1
    again = cluster_rate(*split([*clusters[::-1], (0, 0)]))
    assert (again.lower, again.upper) == pytest.approx((rate.lower, rate.upper))
    assert again.clusters == len(clusters)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 1), min_size=1, max_size=30))
def test_one_lesion_each_is_clopper_pearson(responses: list[int]) -> None:
    rate = cluster_rate(responses, [1] * len(responses))
    assert (rate.design_effect, rate.effective_n) == (1, len(responses))
    expected = proportion_interval(sum(responses), len(responses))
    assert (rate.lower, rate.upper) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("everyone", [False, True])
def test_all_alike_counts_patients_not_lesions(everyone: bool) -> None:
    sizes = [8] * 10
    rate = cluster_rate([8 * everyone] * 10, sizes)
    assert math.isnan(rate.icc)
    assert (rate.icc_used, rate.design_effect, rate.effective_n) == (1, 8, 10)
    assert (rate.lower, rate.upper) == pytest.approx(proportion_interval(10 * everyone, 10))


def test_one_patient_with_several_lesions_tells_nothing() -> None:
    rate = cluster_rate([2], [5])
    assert rate.rate == 0.4
    unknown = rate.icc, rate.icc_used, rate.design_effect, rate.effective_n, rate.lower, rate.upper
    assert all(math.isnan(value) for value in unknown)
    assert all(math.isnan(limit) for limit in cluster_bootstrap([2], [5]))
    single = cluster_rate([1], [1])
    assert (single.lower, single.upper) == pytest.approx(proportion_interval(1, 1))


def test_covers_where_independent_lesions_do_not() -> None:
    """Beta-binomial, 12 patients of 2 to 18 lesions, rate 0.4, correlation 0.4."""
    generator = np.random.default_rng(7)
    naive = ours = 0
    for _ in range(200):
        n = generator.integers(2, 19, 12)
        k = generator.binomial(n, generator.beta(0.4 * 1.5, 0.6 * 1.5, 12))
        rate = cluster_rate(k, n)
        lower, upper = proportion_interval(rate.k, rate.n)
        naive += lower <= 0.4 <= upper
        ours += rate.lower <= 0.4 <= rate.upper
    assert naive < 150
    assert ours > 184


def test_bootstrap_draws_patients() -> None:
    """Of two patients, one responding: a quarter of the draws has none, a quarter both."""
    assert cluster_bootstrap([1, 0], [1, 1]) == (0, 1)
    assert cluster_bootstrap([1, 0], [1, 1], level=0.4) == (0.5, 0.5)
    k, n = [8, 0, 3, 5, 1, 0, 2], [9, 4, 4, 7, 6, 1, 2]
    lower, upper = cluster_bootstrap(k, n, seed=3)
    assert lower < sum(k) / sum(n) < upper
    assert (lower, upper) == cluster_bootstrap(k, n, seed=3) != cluster_bootstrap(k, n, seed=4)
    narrow = cluster_bootstrap(k, n, level=0.5, seed=3)
    assert lower < narrow[0] < narrow[1] < upper


def test_bootstrap_in_parts_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = cluster_bootstrap([1, 4, 0], [2, 5, 3], draws=500)
    monkeypatch.setattr(resampling, "_HELD_AT_ONCE", 90)
    assert cluster_bootstrap([1, 4, 0], [2, 5, 3], draws=500) == whole


@pytest.mark.parametrize(("k", "n"), [([0, 0], [3, 4]), ([3, 4], [3, 4]), ([1, 2], [2, 4])])
def test_bootstrap_of_equal_rates_is_not_given(k: list[int], n: list[int]) -> None:
    assert all(math.isnan(limit) for limit in cluster_bootstrap(k, n))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1], [1, 2]), "1 values and n_by_cluster 2"),
        (([], []), "at least one"),
        (([3], [2]), r"k_by_cluster\[0\] \(3\) must be from 0 to its n \(2\)"),
        (([-1], [2]), r"\(-1\)"),
        (([0.5], [2]), "whole number"),
        (([1], [2.5]), r"n_by_cluster\[0\] is 2.5"),
        (([0, 0], [0, 0]), "0 everywhere"),
        (([True], [True]), "must be numbers"),
        (([1], [math.nan]), "leave out"),
    ],
)
def test_errors(arguments: Any, message: str) -> None:
    for function in (intracluster_correlation, cluster_rate, cluster_bootstrap):
        with pytest.raises(ValueError, match=message):
            function(*arguments)


def test_option_errors() -> None:
    with pytest.raises(ValueError, match="level"):
        cluster_rate([1], [2], level=95)
    with pytest.raises(ValueError, match=r"draws \(10\)"):
        cluster_bootstrap([1, 0], [2, 2], draws=10)
