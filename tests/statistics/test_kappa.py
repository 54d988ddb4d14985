"""Cohen's kappa: published figures, what other programs print, the ends, and what may not change it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.statistics import cohen_kappa
from tests.statistics.reference import table

ANSWERS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 4)), min_size=1, max_size=40
)


def pairs(dataset: str) -> tuple[list[int], list[int]]:
    """A table of counts as a list of answers of each rater."""
    rows = table("rater_tables").query("dataset == @dataset")
    times = rows["count"]
    return rows["first"].repeat(times).tolist(), rows["second"].repeat(times).tolist()


def test_cohen_1968() -> None:
    """kappa .492; weighted .348 with his weights, .574 with the weights 6 and 1 interchanged."""
    answers = pairs("diagnosis")
    plain = cohen_kappa(*answers)
    assert (round(plain.agreement, 2), round(plain.expected, 2), round(plain.kappa, 3)) == (0.70, 0.41, 0.492)
    his = [[0, 1, 3], [1, 0, 6], [3, 6, 0]]
    assert round(cohen_kappa(*answers, weights=1 - np.array(his) / 6).kappa, 3) == 0.348
    other = [[0, 6, 3], [6, 0, 1], [3, 1, 0]]
    assert round(cohen_kappa(*answers, weights=1 - np.array(other) / 6).kappa, 3) == 0.574


def test_fleiss_cohen_everitt_1969() -> None:
    """kappa .429 with variance .002885; weighted against statsmodels 0.15.0."""
    answers = pairs("fleiss_cohen_everitt")
    plain = cohen_kappa(*answers)
    assert (round(plain.kappa, 3), round(plain.se**2, 6)) == (0.429, 0.002885)
    weighted = cohen_kappa(*answers, weights=[[1, 0, 0.4444], [0, 1, 0.6667], [0.4444, 0.6667, 1]])
    assert weighted.kappa == pytest.approx(0.5070699648667977)
    assert weighted.se**2 == pytest.approx(0.003248302893568225)


@pytest.mark.parametrize(
    ("dataset", "weights", "printed"),
    [
        ("sas", None, (0.4842, 0.1380, 0.2137, 0.7547)),
        ("sas", "linear", (0.4701, 0.1457, 0.1845, 0.7558)),
        ("dermatologists", None, (0.3449, 0.0724, 0.2030, 0.4868)),
        ("dermatologists", "linear", (0.5082, 0.0655, 0.3798, 0.6366)),
        ("dermatologists", "quadratic", (0.6607, 0.0616, 0.5399, 0.7815)),
    ],
)
def test_printouts(dataset: str, weights: str | None, printed: tuple[float, ...]) -> None:
    """SAS as statsmodels' tests have it, and statsmodels 0.15.0 for the two dermatologists of SAS' manual."""
    ours = cohen_kappa(*pairs(dataset), weights=weights)
    assert (ours.kappa, ours.se, ours.lower, ours.upper) == pytest.approx(printed, abs=6e-5)


def test_pabak() -> None:
    """Byrt et al. 1993: 2 po - 1. A rare finding: 90 % agreement and kappa below 0."""
    first, second = [1] * 5 + [0] * 95, [0] * 5 + [1] * 5 + [0] * 90
    ours = cohen_kappa(first, second)
    assert ours.agreement == pytest.approx(0.9)
    assert ours.kappa < 0
    assert ours.pabak == pytest.approx(0.8)
    assert cohen_kappa([1, 2, 3, 1], [1, 2, 3, 2]).pabak == pytest.approx((3 * 0.75 - 1) / 2)
    assert cohen_kappa([1, 2, 2, 1], [1, 2, 2, 2], categories=(1, 2, 3, 4)).pabak == pytest.approx(2 / 3)
    assert math.isnan(cohen_kappa([1, 2, 3, 1], [1, 2, 3, 2], weights="linear").pabak)


def test_one_category_only_has_an_agreement_and_no_kappa() -> None:
    ours = cohen_kappa([True] * 7, [True] * 7, categories=(True, False))
    assert (ours.agreement, ours.expected, ours.pabak) == (1, 1, 1)
    assert all(math.isnan(x) for x in (ours.kappa, ours.se, ours.lower, ours.cluster_upper))


def test_tables_without_spread_have_no_limits() -> None:
    """Perfect agreement, and a rater who says the same of all: the formula's error is 0, which is wrong."""
    perfect = cohen_kappa([0, 1, 0, 1], [0, 1, 0, 1])
    assert perfect.kappa == 1
    assert all(math.isnan(x) for x in (perfect.se, perfect.lower, perfect.cluster_lower))
    constant = cohen_kappa([0, 0, 0, 0], [0, 1, 0, 1])
    assert constant.kappa == pytest.approx(0)
    assert all(math.isnan(x) for x in (constant.se, constant.upper, constant.cluster_upper))


def test_weights_follow_the_values_not_their_places() -> None:
    """Grades 0, 1 and 4: 4 is further from 1 than 1 from 0, though nobody used 2 and 3."""
    first, second = [0, 1, 4, 4, 1, 0], [0, 4, 4, 1, 1, 1]
    used = cohen_kappa(first, second, weights="quadratic")
    whole = cohen_kappa(first, second, weights="quadratic", categories=range(5))
    assert used.kappa == pytest.approx(whole.kappa)
    assert used.se == pytest.approx(whole.se)
    by_place = cohen_kappa([0, 1, 2, 2, 1, 0], [0, 2, 2, 1, 1, 1], weights="quadratic")
    assert abs(used.kappa - by_place.kappa) > 0.05


def test_alike_lesions_of_a_patient_widen_the_cluster_limits() -> None:
    generator = np.random.default_rng(4)
    patients = np.repeat(np.arange(40), 8)
    truth = np.repeat(generator.random(40) < 0.5, 8)
    wrong = np.repeat(generator.random(40) < 0.15, 8)
    ours = cohen_kappa(truth.tolist(), (truth ^ wrong).tolist(), patients)
    assert (ours.subjects, ours.clusters) == (320, 40)
    assert ours.cluster_lower < ours.kappa < ours.cluster_upper
    assert ours.cluster_upper - ours.cluster_lower > 1.8 * (ours.upper - ours.lower)
    alone = cohen_kappa(truth.tolist(), (truth ^ wrong).tolist())
    assert (alone.kappa, alone.lower) == (ours.kappa, ours.lower)
    assert alone.cluster_upper - alone.cluster_lower == pytest.approx(alone.upper - alone.lower, rel=0.1)


def test_one_patient_tells_nothing_of_others() -> None:
    ours = cohen_kappa([0, 1, 1, 0], [0, 1, 0, 0], ["a"] * 4)
    assert ours.lower < ours.kappa < ours.upper
    assert math.isnan(ours.cluster_lower)


@settings(max_examples=60, deadline=None)
@given(ANSWERS, st.sampled_from([None, "linear", "quadratic"]))
def test_symmetric_in_the_raters(rows: list[tuple[int, int, int]], weights: str | None) -> None:
    first, second, patients = (list(column) for column in zip(*rows, strict=True))
    one = cohen_kappa(first, second, patients, weights=weights)
    other = cohen_kappa(second, first, patients, weights=weights)
    assert _numbers(one) == pytest.approx(_numbers(other), abs=1e-9, nan_ok=True)


@settings(max_examples=60, deadline=None)
@given(ANSWERS, st.sampled_from([None, "linear", "quadratic"]), st.randoms(use_true_random=False))
def test_order_does_not_matter_and_ranges_hold(
    rows: list[tuple[int, int, int]], weights: str | None, random: Any
) -> None:
    first, second, _ = (list(column) for column in zip(*rows, strict=True))
    one = cohen_kappa(first, second, weights=weights)
    shuffled = rows[:]
    random.shuffle(shuffled)
    a, b, _ = (list(column) for column in zip(*shuffled, strict=True))
    other = cohen_kappa(a, b, weights=weights)
    assert _numbers(one)[:6] == pytest.approx(_numbers(other)[:6], abs=1e-9, nan_ok=True)
    assert 0 <= one.agreement <= 1
    assert math.isnan(one.kappa) or -1 - 1e-9 <= one.kappa <= 1 + 1e-9
    assert math.isnan(one.lower) or one.lower <= one.kappa <= one.upper


@settings(max_examples=40, deadline=None)
@given(ANSWERS)
def test_two_numbers_weigh_as_two_words(rows: list[tuple[int, int, int]]) -> None:
    """With two categories all weights are the same."""
    first, second = [row[0] % 2 for row in rows], [row[1] % 2 for row in rows]
    plain = cohen_kappa(first, second)
    for weights in ("linear", "quadratic"):
        ours = cohen_kappa(first, second, weights=weights)
        assert (ours.kappa, ours.se) == pytest.approx((plain.kappa, plain.se), nan_ok=True)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([], []), {}, "first is empty"),
        (([1], [1, 2]), {}, "second must have 1"),
        (([1, None], [1, 2]), {}, r"first\[1\] is None"),
        (([1, 2], [1, 2], ["a"]), {}, "clusters must have 2"),
        (([1, 2], [1, 3]), {"categories": (1, 2)}, "answer 3 is none of the categories 1, 2"),
        ((["a", "b"], ["a", "b"]), {"weights": "linear"}, "need numbers"),
        (([1, 2], [1, 2]), {"weights": "squared"}, "method 'squared' is none of linear, quadratic"),
        (([1, 2], [1, 2]), {"weights": [[1, 0]]}, "shape"),
        (([1, 2], [1, 2]), {"weights": [[1, 0], [0, 0.5]]}, "1 where both raters say the same"),
        (([1, 2], [1, 2]), {"level": 1}, "level"),
    ],
)
def test_errors(arguments: Any, options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        cohen_kappa(*arguments, **options)


def _numbers(found: Any) -> Sequence[float]:
    return (
        found.agreement, found.expected, found.kappa, found.se, found.lower, found.upper,
        found.cluster_lower, found.cluster_upper, found.pabak,
    )  # fmt: skip
