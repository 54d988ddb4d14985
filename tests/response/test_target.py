"""Target response from sums, and from lesions where some are missing."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.protocol import load_protocol
from lesiontrack.response import target_response
from lesiontrack.response.target import RECIST, read_sums
from lesiontrack.response.visits import area_rule


@pytest.mark.parametrize(
    ("sums", "expected"),
    [
        ([100, 70, 70, 80, 80, 80], ["PR", "PR", "PR", "PR", "PR"]),  # EORTC FAQ: 80 against 70 is no PD
        ([100, 70, 80, 70], ["PR", "SD", "PR"]),  # not seen again at once: not continuing
        ([100, 70, None, 69, 75, 95, 80], ["PR", "NE", "PR", "PR", "PD", "SD"]),  # until PD
        ([100, 70.1], ["SD"]),
        ([100, 70, 84], ["PR", "PD"]),  # 20 % above the nadir, though below 85 of 100
        ([100, 30, 48], ["PR", "PD"]),  # PD from the nadir beats PR from the baseline
        ([10, 12], ["SD"]),  # 20 %, but 2 mm
        ([10, 14.9], ["SD"]),
        ([10, 15], ["PD"]),
        ([50, 55], ["SD"]),  # 5 mm, but 10 %
        ([100, 119.9999], ["SD"]),  # 19.9999 %
        ([100, 120], ["PD"]),
        ([3.2, 8.2], ["PD"]),  # 4.999999999999999 in binary
        ([25.5, 30.6], ["PD"]),  # 19.99999999999999 % in binary
        ([0.1, 0.07], ["PR"]),  # 0.06999999999999999 in binary
        ([20, 0, 4.95, 5], ["CR", "PR", "PD"]),  # nadir 0: 5 mm is PD, 4.95 mm is not
        ([20, 0, 0], ["CR", "CR"]),
        ([20, None, 15, None], ["NE", "SD", "NE"]),
        ([20, float("nan"), pd.NA, np.nan], ["NE", "NE", "NE"]),
        ([None, 20, 0], ["NE", "NE"]),
        ([0, 12, 0], ["NE", "NE"]),  # nothing was there to respond
        ([20], []),
        ([np.float64(3.2), np.float32(8.5), np.int64(0), Decimal("1.0")], ["PD", "CR", "PR"]),
    ],
)
def test_rules(sums: list[object], expected: list[str]) -> None:
    assert target_response(sums) == expected


def test_partial_sum_that_already_progressed_is_progression() -> None:
    sums = [94, 91, None, None, 92]
    partial = [94, 91, 110, 109, 92]
    assert target_response(sums, partial_sums_mm=partial) == ["SD", "PD", "NE", "SD"]


def test_partial_sum_never_enters_the_nadir() -> None:
    assert target_response([50, None, 45], partial_sums_mm=[50, 5, 45]) == ["NE", "SD"]


def test_a_response_continues_only_when_seen_again_after_the_interval() -> None:
    sums = [100, 70, 70, 80]
    assert target_response(sums, days=[0, 30, 57, 90]) == ["PR", "PR", "SD"]
    assert target_response(sums, days=[0, 30, 58, 90]) == ["PR", "PR", "PR"]


def test_nodes_may_leave_a_sum_behind() -> None:
    assert target_response([96, 7], all_gone=[False, True]) == ["CR"]


@pytest.mark.parametrize("bad", [-1, -0.1, float("inf")])
def test_sizes_that_cannot_be(bad: float) -> None:
    with pytest.raises(ValueError, match="finite and not negative"):
        target_response([20, bad])


@pytest.mark.parametrize("bad", ["20", True, [1]])
def test_what_is_no_number(bad: object) -> None:
    with pytest.raises(TypeError, match="give a number"):
        target_response([20, bad])


def test_no_baseline_at_all() -> None:
    with pytest.raises(ValueError, match="the first is the baseline"):
        target_response([])


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="equally many"):
        target_response([20, 10], partial_sums_mm=[20])


def test_area_rules() -> None:
    words = [
        r.response
        for r in read_sums([100, 50, 62.4, 62.5, 124, 0, 1], area_rule(load_protocol("response-only")))
    ]
    assert words == ["PR", "SD", "PD", "PD", "CR", "PD"]


def test_nadir_is_that_before_the_visit() -> None:
    readings = read_sums([20, 10, None, 30], RECIST)
    assert [r.nadir for r in readings] == [Decimal(20), Decimal(10), Decimal(10)]


SIZES = st.decimals(0, 200, places=2).map(float)
SUMS = st.lists(st.none() | SIZES, min_size=1, max_size=8)
RANK = {"CR": 0, "PR": 1, "SD": 2, "PD": 3}


@settings(deadline=None)
@given(SUMS)
def test_one_known_word_a_visit(sums: list[float | None]) -> None:
    words = target_response(sums)
    assert len(words) == len(sums) - 1
    assert set(words) <= {"CR", "PR", "SD", "PD", "NE"}
    if sums[0]:
        assert [w == "NE" for w in words] == [s is None for s in sums[1:]]


@settings(deadline=None)
@given(SUMS, st.integers(1, 8))
def test_visits_that_were_not_evaluable_change_nothing(sums: list[float | None], position: int) -> None:
    at = min(position, len(sums))
    more = [*sums[:at], None, *sums[at:]]
    words = target_response(more)
    assert words[: at - 1] + words[at:] == target_response(sums)


@settings(deadline=None)
@given(st.lists(SIZES, min_size=1, max_size=6), SIZES, SIZES)
def test_a_larger_sum_is_never_a_better_response(history: list[float], one: float, other: float) -> None:
    small, large = sorted((one, other))
    if history[0] == 0:
        return
    better = target_response([*history, small])[-1]
    worse = target_response([*history, large])[-1]
    assert RANK[better] <= RANK[worse]


@settings(deadline=None)
@given(st.lists(SIZES, min_size=2, max_size=6), SIZES)
def test_a_lower_nadir_never_hides_progression(history: list[float], extra: float) -> None:
    if history[0] == 0:
        return
    before = target_response(history)[-1]
    after = target_response([*history[:-1], extra, history[-1]])[-1]
    assert not (before == "PD" and after != "PD")


@settings(deadline=None)
@given(st.lists(SIZES, min_size=2, max_size=6))
def test_what_comes_later_does_not_change_a_reading(sums: list[float]) -> None:
    assert target_response(sums)[:-1] == target_response(sums[:-1])


@settings(deadline=None)
@given(SIZES, SIZES)
def test_progression_needs_both_parts(nadir: float, value: float) -> None:
    low, high = Decimal(str(nadir)), Decimal(str(value))
    if low == 0 or high == 0:
        return
    progressed = high * 10 >= low * 12 and high - low >= 5
    assert (target_response([nadir, value]) == ["PD"]) == progressed


@pytest.mark.parametrize("flag", ["False", 1, pd.NA])
def test_all_gone_is_true_or_false(flag: object) -> None:
    with pytest.raises(TypeError, match="all_gone"):
        target_response([30, 25], all_gone=[False, flag])  # type: ignore[list-item]
