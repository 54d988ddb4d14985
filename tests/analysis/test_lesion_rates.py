"""Lesion-level rates, clustered in patients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.analysis.lesion_rates import lesion_rate_rows
from lesiontrack.protocol import load_protocol
from lesiontrack.response import respond
from lesiontrack.statistics import cluster_bootstrap, cluster_rate, proportion_interval
from lesiontrack.tables import frame
from tests.analysis.cohorts import Looks, observations, patients

FEW = load_protocol("response-only", {"response.bootstrap_draws": 100, "response.redraws": 0})
Row = dict[str, Any]
GONE, HIDDEN = "not_visible", "obscured"


def responses(by_lesion: Mapping[tuple[str, str], str | None], signed: bool = False) -> list[Row]:
    """Rows of lesion_responses of one visit at day 60; None: not read, X: never seen again."""
    return [
        {
            "patient": patient, "lesion": lesion, "role": "target", "study_day": 60, "response": word,
            "in_assessment_window": True, "review_status": "signed" if signed else "unreviewed",
        }
        for (patient, lesion), word in by_lesion.items()
    ]  # fmt: skip


def table(
    rows: list[Row],
    patients: list[str],
    arms: dict[str, str | None] | None = None,
    seen: pd.DataFrame | None = None,
    rates: list[Row] | None = None,
) -> pd.DataFrame:
    nothing = frame("observations", []) if seen is None else seen
    return frame("lesion_rates", lesion_rate_rows(rows, nothing, rates or [], patients, FEW, arms=arms))


def rate(found: pd.DataFrame, endpoint: str, **where: str) -> pd.Series[Any]:
    options = {"visits": "all_visits", "basis": "automatic", "arm": "all", "lesions_of": "all", **where}
    for column, value in {"endpoint": endpoint, **options}.items():
        found = found[found[column] == value]
    assert len(found) == 1
    return found.iloc[0]


def test_lesions_are_counted_and_the_interval_knows_their_patients() -> None:
    words = {("A", f"L{i}"): "CR" for i in range(6)} | {("B", f"L{i}"): "SD" for i in range(4)}
    words |= {("C", "L1"): "PR", ("C", "L2"): "NE"}
    row = rate(table(responses(words), ["A", "B", "C", "D"]), "ORR")
    assert (row.numerator, row.denominator, row.patients, row.not_evaluable) == (7, 12, 3, 1)
    assert (row.worst_case, row.best_case) == pytest.approx((7 / 12, 8 / 12))
    assert (row.naive_lower, row.naive_upper) == proportion_interval(7, 12)
    expected = cluster_rate([6, 0, 1], [6, 4, 2])
    assert (row.lower, row.upper, row.icc) == (expected.lower, expected.upper, expected.icc)
    assert row.design_effect == expected.design_effect
    assert row.upper - row.lower > row.naive_upper - row.naive_lower
    assert (row.bootstrap_lower, row.bootstrap_upper) == cluster_bootstrap([6, 0, 1], [6, 4, 2], draws=100)


def test_one_patient_tells_nothing_of_the_spread_between_patients() -> None:
    row = rate(table(responses({("A", "L1"): "CR", ("A", "L2"): "SD"}), ["A"]), "CR")
    assert row.rate == 0.5
    assert row[["lower", "upper", "bootstrap_lower", "bootstrap_upper"]].isna().all()
    assert row[["naive_lower", "naive_upper"]].notna().all()


def test_unsigned_complete_responses_are_not_evaluable_on_the_signed_basis() -> None:
    words: dict[tuple[str, str], str | None] = {("A", "L1"): "CR", ("B", "L1"): "PR"}
    found = table(responses(words), ["A", "B"])
    assert (rate(found, "ORR").numerator, rate(found, "ORR", basis="signed").numerator) == (2, 1)
    assert rate(found, "ORR", basis="signed").best_case == 1
    assert rate(table(responses(words, signed=True), ["A", "B"]), "CR", basis="signed").numerator == 1


def test_follow_up_of_a_lesion_does_not_end_with_its_progression() -> None:
    lesions: dict[tuple[str, str], Looks] = {
        ("A", "L01"): {0: 20.0, 30: 30.0, 60: 10.0},
        ("A", "L02"): {0: 20.0, 30: 20.0, 60: HIDDEN},  # SD, too early to count
        ("B", "L01"): {0: 5.0, 60: GONE},
        ("B", "L02"): {60: 12.0},  # not of the baseline
    }
    seen = observations(lesions)
    people = patients(lesions, "C")
    found = respond(seen, people, FEW)
    codes = [one.code for one in people]
    rows = table(found["lesion_responses"], codes, seen=seen, rates=found["rates"])
    orr = rate(rows, "ORR")
    assert (orr.numerator, orr.denominator, orr.not_evaluable, orr.patients) == (2, 3, 1, 2)
    rates = frame("rates", found["rates"])
    beside = rates[
        (rates.analysis == "protocol_targets") & (rates.visits == "all_visits") & (rates.endpoint == "ORR")
        & (rates.confirmation == "unconfirmed") & (rates.basis == "automatic")
    ]  # fmt: skip
    assert orr.patient_rate == beside.rate.iloc[0]


def test_injected_lesions_stand_apart_where_injections_are_recorded_by_lesion() -> None:
    lesions: dict[tuple[str, str], Looks] = {
        (patient, lesion): {0: 20.0, 60: 10.0} for patient in ("A", "B") for lesion in ("L01", "L02")
    }
    seen = observations(lesions)
    assert set(table(responses(dict.fromkeys(lesions, "PR")), ["A", "B"], seen=seen).lesions_of) == {"all"}
    first = (seen.patient == "A") & (seen.lesion == "L01")
    seen.loc[first, "injected"] = (seen.study_day > 0)[first]
    found = table(responses(dict.fromkeys(lesions, "PR")), ["A", "B"], seen=seen)
    counts = {name: rate(found, "ORR", lesions_of=name).denominator for name in found.lesions_of.unique()}
    assert counts == {"all": 4, "injected": 1, "not_injected": 1}  # nothing is told of patient B


def test_arms_and_a_study_without_lesions() -> None:
    found = table(responses({("A", "L1"): "CR", ("B", "L1"): "PD"}), ["A", "B"], {"A": "x", "B": "y"})
    assert {arm: rate(found, "CR", arm=arm).rate for arm in ("all", "x", "y")} == {"all": 0.5, "x": 1, "y": 0}
    empty = rate(table([], ["A"]), "CR")
    assert (empty.denominator, empty.numerator) == (0, 0)
    assert pd.isna(empty.rate)


COHORT = st.dictionaries(
    st.tuples(st.sampled_from("ABC"), st.sampled_from(["L1", "L2", "L3"])),
    st.sampled_from(["CR", "PR", "SD", "PD", "NE", None]),
    min_size=1,
    max_size=7,
)


@settings(max_examples=15, deadline=None)
@given(COHORT, st.randoms(use_true_random=False))
def test_bounds_limits_and_order(words: dict[tuple[str, str], str | None], random: Any) -> None:
    found = table(responses(words), ["A", "B", "C"], {"A": "x", "B": "y", "C": "x"})
    some = found[found.denominator > 0]
    assert (some.worst_case <= some.rate).all()
    assert (some.rate <= some.best_case).all()
    for lower, upper in (("naive_lower", "naive_upper"), ("lower", "upper")):
        known = some[some[lower].notna()]
        assert (known[lower] <= known.rate).all()
        assert (known.rate <= known[upper]).all()
    mixed = list(words.items())
    random.shuffle(mixed)
    other = table(responses(dict(mixed)), ["C", "A", "B"], {"A": "x", "B": "y", "C": "x"})
    pd.testing.assert_frame_equal(found, other)


@settings(max_examples=10, deadline=None)
@given(COHORT)
def test_one_more_lesion_without_a_response_never_raises_a_rate(
    words: dict[tuple[str, str], str | None],
) -> None:
    before = table(responses(words), ["A", "B", "C"])
    after = table(responses({**words, ("A", "L9"): "PD"}), ["A", "B", "C"])
    assert (after.rate <= before.rate).all()
