"""Bland-Altman: published figures, variance components, the ends."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from lesiontrack.statistics import bland_altman
from tests.statistics.reference import table

PEAK_FLOW = table("peak_flow")
FIRST = PEAK_FLOW.wright_1 - PEAK_FLOW.mini_1
SECOND = PEAK_FLOW.wright_2 - PEAK_FLOW.mini_2


def test_published_peak_flow() -> None:
    """Bland and Altman 1986: mean -2.1, sd 38.8, interval -22.0 to 17.8. (Their limits use 2 sd.)"""
    ours = bland_altman(FIRST)
    assert (ours.pairs, ours.clusters) == (17, 17)
    assert (round(ours.bias, 1), round(ours.sd, 1)) == (-2.1, 38.8)
    assert (round(ours.bias_lower, 1), round(ours.bias_upper, 1)) == (-22.0, 17.8)
    assert (ours.loa_lower, ours.loa_upper) == pytest.approx(
        (ours.bias - 1.959964 * ours.sd, ours.bias + 1.959964 * ours.sd), rel=1e-6
    )


def test_repeated_pairs_against_an_analysis_of_variance() -> None:
    """Mean squares by statsmodels 0.15.0 (anova_lm): two pairs each, then one or two."""
    both = np.concatenate([FIRST, SECOND])
    subjects = [*PEAK_FLOW.subject, *PEAK_FLOW.subject]
    ours = bland_altman(both, subjects)
    assert (ours.pairs, ours.clusters) == (34, 17)
    assert ours.sd_within**2 == pytest.approx(626.735294, abs=1e-6)
    assert ours.sd_between**2 == pytest.approx((2205.029412 - 626.735294) / 2, abs=1e-6)
    assert ours.sd**2 == pytest.approx(ours.sd_between**2 + ours.sd_within**2)
    unequal = bland_altman(both[7:], subjects[7:])
    assert unequal.sd_within**2 == pytest.approx(427.65, abs=1e-6)
    m0 = (27 - (7 * 1 + 10 * 4) / 27) / 16
    assert unequal.sd_between**2 == pytest.approx((2236.403935 - 427.65) / m0, abs=1e-5)


def test_recovers_known_variances() -> None:
    generator = np.random.default_rng(11)
    sizes = generator.integers(1, 8, 400)
    patients = np.repeat(np.arange(400), sizes)
    differences = 1.5 + generator.normal(0, 3, 400)[patients] + generator.normal(0, 2, len(patients))
    ours = bland_altman(differences, patients, draws=200)
    assert ours.sd_between == pytest.approx(3, rel=0.1)
    assert ours.sd_within == pytest.approx(2, rel=0.1)
    assert ours.bias_lower < 1.5 < ours.bias_upper
    naive = 1.96 * differences.std() / math.sqrt(len(patients))
    assert ours.bias_upper - ours.bias_lower > 2 * naive * 1.3


def test_between_is_never_below_zero() -> None:
    ours = bland_altman([-1, 1, -1, 1], ["a", "a", "b", "b"])
    assert (ours.sd_between, ours.sd) == (0, ours.sd_within)


def test_order_and_names_do_not_matter() -> None:
    once = bland_altman([1, 2, 4, 8, 9], ["a", "a", "b", "c", "c"])
    assert once == bland_altman([1, 2, 4, 8, 9], [10, 10, 7, 3, 3])
    other = bland_altman([9, 4, 1, 8, 2], ["c", "b", "a", "c", "a"])
    assert (other.bias, other.sd, other.loa_upper) == pytest.approx((once.bias, once.sd, once.loa_upper))


def test_the_same_for_the_same_seed() -> None:
    values, patients = [1, 2, 4, 8, 9, 3], ["a", "a", "b", "c", "c", "d"]
    once = bland_altman(values, patients, seed=1)
    assert once == bland_altman(values, patients, seed=1)
    assert once.bias_lower < once.bias < once.bias_upper


def test_too_little_to_tell() -> None:
    one = bland_altman([2.5])
    assert (one.pairs, one.bias) == (1, 2.5)
    assert all(math.isnan(x) for x in (one.sd, one.bias_lower, one.bias_upper, one.loa_lower, one.loa_upper))
    patient = bland_altman([1, 3], ["a", "a"])
    assert patient.bias == 2
    assert patient.sd_within == pytest.approx(math.sqrt(2))
    assert all(math.isnan(x) for x in (patient.sd, patient.bias_lower, patient.loa_upper))


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([],), {}, "differences must be"),
        (([1, None],), {}, "differences must be numbers"),
        (([1, math.inf],), {}, r"differences\[1\] is inf"),
        (([1, 2], ["a"]), {}, "clusters must have 2"),
        (([1, 2], ["a", None]), {}, r"clusters\[1\] is None"),
        (([1, 2],), {"level": 0}, "level"),
        (([1, 2],), {"draws": 5}, r"draws \(5\)"),
    ],
)
def test_errors(arguments: Any, options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        bland_altman(*arguments, **options)
