"""Kaplan-Meier and log-rank: equal to scipy, lifelines and statsmodels; the conventions; the ends."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from lesiontrack.statistics import kaplan_meier, logrank
from tests.statistics.reference import sample, table

CURVES = table("survival_curves")
MEDIANS = table("survival_medians")
LOGRANK = table("logrank")
NAN = math.nan
SUBJECTS = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=30)
Subjects = list[tuple[int, bool]]


def arrays(subjects: Subjects) -> tuple[np.ndarray, np.ndarray]:
    times, events = zip(*subjects, strict=True)
    return np.array(times, dtype=float), np.array(events, dtype=bool)


def censored_data(subjects: Subjects) -> stats.CensoredData:
    times, events = arrays(subjects)
    return stats.CensoredData.right_censored(times, ~events)


@settings(max_examples=40, deadline=None)
@given(SUBJECTS, st.sampled_from([0.8, 0.95]))
def test_curve_equal_to_scipy(subjects: Subjects, level: float) -> None:
    ours = kaplan_meier(*arrays(subjects), level)
    theirs: Any = stats.ecdf(censored_data(subjects)).sf
    np.testing.assert_allclose(ours.survival, theirs.evaluate(ours.times), rtol=0, atol=1e-12)
    assert (ours.times == theirs.quantiles).all()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # survival of 0 and 1
        limits: Any = theirs.confidence_interval(level, method="log-log")
    inside = (ours.survival > 0) & (ours.survival < 1)
    for mine, other in ((ours.lower, limits.low), (ours.upper, limits.high)):
        np.testing.assert_allclose(mine[inside], other.probabilities[inside], rtol=0, atol=1e-12)
    assert (ours.lower[ours.survival == 1] == 1).all()
    assert (ours.upper[ours.survival == 1] == 1).all()
    assert np.isnan(ours.lower[ours.survival == 0]).all()
    assert np.isnan(ours.upper[ours.survival == 0]).all()


@settings(max_examples=40, deadline=None)
@given(SUBJECTS)
def test_curve_counts_everybody_and_never_rises(subjects: Subjects) -> None:
    curve = kaplan_meier(*arrays(subjects))
    assert curve.at_risk[0] == len(subjects) == int(curve.events.sum() + curve.censored.sum())
    assert (curve.at_risk[1:] == curve.at_risk[:-1] - curve.events[:-1] - curve.censored[:-1]).all()
    assert (np.diff(curve.survival) <= 0).all()
    known = ~np.isnan(curve.lower)
    assert (curve.lower[known] <= curve.survival[known] + 1e-12).all()
    assert (curve.upper[known] >= curve.survival[known] - 1e-12).all()
    for time, alive in zip(curve.times, curve.survival, strict=True):
        assert curve.survival_at(time) == alive
        assert curve.at_risk_at(time) == sum(duration >= time for duration, _ in subjects)


@settings(max_examples=40, deadline=None)
@given(SUBJECTS, SUBJECTS)
def test_two_groups_equal_to_scipy(one: Subjects, other: Subjects) -> None:
    ours = logrank(*arrays(one + other), ["a"] * len(one) + ["b"] * len(other))
    assume(not math.isnan(ours.statistic))
    theirs = stats.logrank(censored_data(one), censored_data(other))
    assert ours.degrees == 1
    assert ours.statistic == pytest.approx(theirs.statistic**2, rel=1e-11, abs=1e-12)
    assert ours.p == pytest.approx(theirs.pvalue, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(SUBJECTS, st.lists(st.sampled_from("abcd"), min_size=30, max_size=30))
def test_logrank_does_not_depend_on_names_or_order(subjects: Subjects, letters: list[str]) -> None:
    groups = letters[: len(subjects)]
    assume(len(set(groups)) > 1)
    once = logrank(*arrays(subjects), groups)
    assert sum(once.observed) == pytest.approx(sum(once.expected))
    renamed = logrank(*arrays(subjects[::-1]), ["dcba"["abcd".index(g)] for g in groups[::-1]])
    assert once.degrees == renamed.degrees
    assert once.statistic == pytest.approx(renamed.statistic, rel=1e-9, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize(("dataset", "group"), list(CURVES.groupby(["dataset", "group"]).groups))
def test_curve_equal_to_lifelines(dataset: str, group: str) -> None:
    rows = sample(dataset, group)
    expected = CURVES.query("dataset == @dataset and group == @group")
    ours = kaplan_meier(rows.time, rows.event)
    np.testing.assert_allclose(ours.times, expected.time)
    for name in ("at_risk", "events", "censored"):
        assert getattr(ours, name).tolist() == expected[name].tolist(), name
    for name in ("survival", "lower", "upper"):
        np.testing.assert_allclose(getattr(ours, name), expected[name], rtol=0, atol=1e-12)


@pytest.mark.parametrize("row", list(MEDIANS.itertuples()))
def test_median_equal_to_lifelines(row: Any) -> None:
    rows = sample(row.dataset, row.group)
    ours = kaplan_meier(rows.time, rows.event, row.level)
    found = ours.median, ours.median_lower, ours.median_upper
    assert found == pytest.approx((row.median, row.lower, row.upper), nan_ok=True)


@pytest.mark.parametrize("row", list(LOGRANK.itertuples()))
def test_logrank_equal_to_lifelines_and_statsmodels(row: Any) -> None:
    rows = sample(row.dataset)
    if row.groups != "all":
        rows = rows[rows.group.isin(row.groups.split())]
    ours = logrank(rows.time, rows.event, rows.group.tolist())
    assert ours.degrees == row.degrees
    assert ours.statistic == pytest.approx(row.lifelines_statistic, rel=1e-11)
    assert ours.statistic == pytest.approx(row.statsmodels_statistic, rel=1e-11)
    assert ours.p == pytest.approx(row.lifelines_p, abs=1e-11)
    assert ours.p == pytest.approx(row.statsmodels_p, abs=1e-11)


def test_published_leukaemia() -> None:
    """Remission of Freireich 1963: medians of 23 and 8 weeks, log-rank 16.79 with 10.7 and 19.3 expected."""
    rows = sample("leukaemia")
    test = logrank(rows.time, rows.event, rows.group.tolist())
    assert (test.groups, test.observed) == (("6-MP", "placebo"), (9, 21))
    assert (round(test.statistic, 2), round(test.expected[1], 1)) == (16.79, 10.7)
    medians = [kaplan_meier(group.time, group.event).median for _, group in rows.groupby("group")]
    assert medians == [23, 8]


def test_events_come_before_censorings_of_the_same_time() -> None:
    curve = kaplan_meier([5, 5, 9], [True, False, False])
    assert (curve.times.tolist(), curve.at_risk.tolist()) == ([5, 9], [3, 1])
    assert curve.survival.tolist() == pytest.approx([2 / 3, 2 / 3])
    assert curve.greenwood.tolist() == pytest.approx([2 / 27, 2 / 27])


def test_between_and_beyond_the_times() -> None:
    open_end = kaplan_meier([2, 4, 6], [1, 1, 0])
    assert [open_end.survival_at(t) for t in (0, 1.9, 2, 3, 4)] == pytest.approx([1, 1, 2 / 3, 2 / 3, 1 / 3])
    assert open_end.survival_at(6) == pytest.approx(1 / 3)
    assert math.isnan(open_end.survival_at(6.1))
    assert math.isnan(open_end.limits_at(7)[1])
    assert open_end.limits_at(1) == (1, 1)
    assert open_end.limits_at(3) == (open_end.lower[0], open_end.upper[0])
    assert [open_end.at_risk_at(t) for t in (0, 2, 2.5, 6, 6.1)] == [3, 3, 2, 1, 0]
    closed = kaplan_meier([2, 4], [1, 1])
    assert closed.survival_at(100) == 0
    assert all(math.isnan(limit) for limit in closed.limits_at(100))


def test_a_half_that_floating_point_misses_is_a_half() -> None:
    curve = kaplan_meier([1, 2, 3, 4, 5, 6, 7, 8], [1] * 8)
    assert curve.survival[3] != 0.5 or curve.median == 4
    assert curve.median == 4
    sixths = kaplan_meier([1, 2, 3, 4, 5, 6], [1] * 6)
    assert sixths.median == 3


def test_nobody_had_the_event() -> None:
    curve = kaplan_meier([3, 5], [0, 0])
    assert curve.survival.tolist() == curve.lower.tolist() == curve.upper.tolist() == [1, 1]
    assert all(math.isnan(value) for value in (curve.median, curve.median_lower, curve.median_upper))


def test_one_patient() -> None:
    curve = kaplan_meier([3], [1])
    assert (curve.median, curve.survival.tolist()) == (3, [0])
    assert math.isnan(curve.median_lower)
    assert math.isnan(curve.median_upper)


@pytest.mark.parametrize(
    ("times", "events"),
    [([1, 2], [0, 0]), ([5, 5], [1, 1]), ([1, 9], [0, 1])],
    ids=["no events", "all at once", "nobody left to compare with"],
)
def test_nothing_to_compare(times: list[int], events: list[int]) -> None:
    test = logrank(times, events, ["a", "b"])
    assert math.isnan(test.statistic)
    assert math.isnan(test.p)


def test_a_group_without_anybody_at_risk_has_no_degree_of_freedom() -> None:
    times, events, groups = [1, 1, 5, 6, 7, 8], [0, 0, 1, 1, 0, 1], list("xxabab")
    with_it, without = logrank(times, events, groups), logrank(times[2:], events[2:], groups[2:])
    assert with_it.degrees == 1
    assert with_it.statistic == pytest.approx(without.statistic)
    assert with_it.expected[2] == 0


@pytest.mark.parametrize(
    ("times", "events", "message"),
    [
        ([], [], "durations must be a list of at least one"),
        ([[1]], [1], "durations must be"),
        ([1, NAN], [1, 1], r"durations\[1\] is nan"),
        ([1, -2], [1, 1], r"durations\[1\] is -2"),
        (["1"], [1], "durations must be numbers"),
        ([1, 2], [1], "events must have 2 values"),
        ([1, 2], [1, 2], r"events\[1\] is 2"),
        ([1], [None], r"events\[0\] is None"),
    ],
)
def test_errors(times: Any, events: Any, message: str) -> None:
    for attempt in (lambda: kaplan_meier(times, events), lambda: logrank(times, events, ["a"])):
        with pytest.raises(ValueError, match=message):
            attempt()


def test_more_errors() -> None:
    with pytest.raises(ValueError, match="level"):
        kaplan_meier([1], [1], 95)
    with pytest.raises(ValueError, match="all 'a'"):
        logrank([1, 2], [1, 1], ["a", "a"])
    with pytest.raises(ValueError, match="groups must have 2"):
        logrank([1, 2], [1, 1], ["a"])
    with pytest.raises(ValueError, match=r"groups\[1\] is None"):
        logrank([1, 2], [1, 1], ["a", None])
    with pytest.raises(ValueError, match="time"):
        kaplan_meier([1], [1]).survival_at(-1)
