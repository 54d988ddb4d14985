"""The rules over many draws are those of the response stage."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.analysis.redraw.best import Options, best_words
from lesiontrack.analysis.redraw.durable import Durability, durable_flags
from lesiontrack.analysis.redraw.rules import WholeThresholds, one_per_day, overall_words, target_words
from lesiontrack.response import best_overall_response, overall_response
from lesiontrack.response.durable import durable_response
from lesiontrack.response.target import RECIST, Thresholds, read_sums
from lesiontrack.response.words import BEST_ORDER

UNIT = Decimal("0.1")
AREA = Thresholds(Decimal("0.5"), Decimal("1.25"), Decimal(0), pr_continues=False)
ODD = Thresholds(Decimal("0.667"), Decimal("1.2345"), Decimal("0.25"), pr_continues=True)
GAPS = st.lists(st.sampled_from([7, 13, 14, 27, 28, 29, 56]), min_size=1, max_size=6)


def words_of(numbers: np.ndarray) -> list[str]:
    return [BEST_ORDER[int(number)] for number in numbers]


@settings(max_examples=30, deadline=None)
@given(st.data(), GAPS, st.sampled_from([RECIST, AREA, ODD]))
def test_target_words_are_those_of_read_sums(data: st.DataObject, gaps: list[int], rule: Thresholds) -> None:
    days = np.cumsum([0, *gaps]).tolist()
    draws = 4
    missing = data.draw(st.lists(st.booleans(), min_size=len(days), max_size=len(days)))
    sums = [
        [data.draw(st.just(0) | st.integers(1, 400)) for _ in range(draws)] for _ in days
    ]  # in tenths of mm
    columns = [np.array(values) for values in sums]
    found = target_words(
        None if missing[0] else columns[0],
        [None if lost else column for lost, column in zip(missing[1:], columns[1:], strict=True)],
        columns[1:],
        days[1:],
        WholeThresholds.of(rule, UNIT),
        draws=draws,
        confirm_days=28,
    )
    for draw in range(draws):
        partial = [Decimal(values[draw]) * UNIT for values in sums]
        whole = [None if lost else value for lost, value in zip(missing, partial, strict=True)]
        expected = read_sums(whole, rule, partial_sums=partial, days=days, confirm_days=28)
        assert words_of(found[:, draw]) == [reading.response for reading in expected]


def test_boundaries_are_exact() -> None:
    days = [28, 56]
    rule = WholeThresholds.of(RECIST, Decimal("1e-9"))
    grown = [249 * 10**8, 299 * 10**8, 299 * 10**8 - 1]  # 24.9 → 29.9 mm: 5 mm exactly; and a hair less
    steady = np.array([249 * 10**8] * 3)
    found = target_words(
        steady, [steady, np.array(grown)], [steady, np.array(grown)], days, rule, draws=3, confirm_days=28
    )
    assert words_of(found[1]) == ["SD", "PD", "SD"]


def test_overall_words_are_those_of_overall_response() -> None:
    targets = np.array([BEST_ORDER.index(word) for word in ("CR", "PR", "SD", "PD", "NE")], np.int8)
    for non_target in (None, "CR", "NON-CR/NON-PD", "PD", "NE"):
        for new in (False, True):
            expected = [overall_response(BEST_ORDER[word], non_target, new) for word in targets]
            assert words_of(overall_words(targets, non_target, new, draws=5)) == expected
            none = overall_words(None, non_target, new, draws=2)
            assert words_of(none) == [overall_response(None, non_target, new)] * 2


WORDS = st.sampled_from(["CR", "CR", "PR", "PR", "PR", "SD", "NE", "NON-CR/NON-PD", "PD"])


@settings(max_examples=40, deadline=None)
@given(
    st.data(), GAPS, st.integers(0, 2), st.booleans(), st.booleans(), st.sampled_from([0, 42]), st.booleans()
)
def test_best_words_are_those_of_best_overall_response(
    data: st.DataObject,
    gaps: list[int],
    max_ne: int,
    accept_sd: bool,
    missing_as_ne: bool,
    min_sd_days: int,
    confirmed: bool,
) -> None:
    days = np.cumsum(gaps).tolist()
    table = [[data.draw(WORDS) for _ in days] for _ in range(6)]
    numbers = np.array([[BEST_ORDER.index(word) for word in row] for row in table], np.int8).T
    options = Options(28, min_sd_days, max_ne, accept_sd, missing_as_ne)
    found = best_words(numbers, days, options, confirmed=confirmed)
    expected = best_overall_response(
        pd.DataFrame(
            [(i, day, word) for i, row in enumerate(table) for day, word in zip(days, row, strict=True)],
            columns=["subject", "date", "response"],
        ),
        dict.fromkeys(range(len(table)), 0),
        confirm_days=28 if confirmed else None,
        min_sd_days=min_sd_days,
        max_ne=max_ne,
        accept_sd=accept_sd,
        missing_as_ne=missing_as_ne,
    )
    assert words_of(found.words) == expected["response"].tolist()
    assert [days[row] for row in found.rows] == expected["date"].tolist()


@settings(max_examples=40, deadline=None)
@given(st.data(), GAPS, st.booleans(), st.booleans(), st.integers(0, 1))
def test_durable_flags_are_those_of_durable_response(
    data: st.DataObject, gaps: list[int], accept_sd: bool, confirmed: bool, max_ne: int
) -> None:
    days = np.cumsum(gaps).tolist()
    often = st.sampled_from(["CR", "PR", "PR", "PR", "SD", "NE", "NON-CR/NON-PD", "PD"])
    table = [[data.draw(often) for _ in days] for _ in range(6)]
    numbers = np.array([[BEST_ORDER.index(word) for word in row] for row in table], np.int8).T
    options = Options(28, 42, max_ne, accept_sd, False)
    found = durable_flags(numbers, days, options, Durability(56, 60), confirmed=confirmed)
    expected = durable_response(
        pd.DataFrame(
            [(i, day, word) for i, row in enumerate(table) for day, word in zip(days, row, strict=True)],
            columns=["subject", "date", "response"],
        ),
        dict.fromkeys(range(len(table)), 0),
        durable_days=56,
        begins_within_days=60,
        confirm_days=28 if confirmed else None,
        max_ne=max_ne,
        accept_sd=accept_sd,
    )
    assert found.tolist() == expected["durable"].fillna(False).tolist()


def test_nobody_assessed_is_missing() -> None:
    none = np.empty((0, 3), np.int8)
    found = best_words(none, [], Options(28, 42, 1, False, False), confirmed=True)
    assert words_of(found.words) == ["MISSING"] * 3
    assert found.rows.tolist() == [-1] * 3


def test_of_two_visits_on_a_day_the_worse_counts() -> None:
    names = [["NE", "PR"], ["PR", "SD"], ["CR", "NE"]]
    numbers = np.array([[BEST_ORDER.index(word) for word in row] for row in names], np.int8)
    daily, chosen, order = one_per_day(numbers, [30, 30, 60])
    assert order == [30, 60]
    assert [words_of(row) for row in daily] == [["PR", "SD"], ["CR", "NE"]]
    assert chosen.tolist() == [[1, 1], [2, 2]]
