"""Rates drawn anew: the draws are errors of sizes, and each is read as the response stage reads it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.analysis.redraw import with_redraws
from lesiontrack.analysis.redraw.sizes import draw_sizes, read_errors
from lesiontrack.protocol import load_protocol
from lesiontrack.response import respond
from lesiontrack.response.rates import rate_rows
from lesiontrack.response.series import read_series
from lesiontrack.tables import frame
from tests.analysis.cohorts import PROTOCOL, Looks, observations, patient, patients

LOOK = st.sampled_from(
    ["not_visible", "obscured", "out_of_frame", "removed", "merged", "split", "new_candidate", ""]
) | st.decimals(1, 60, places=1).map(float)
LESIONS = st.dictionaries(
    st.tuples(st.sampled_from("AB"), st.sampled_from(["L01", "L02", "L03"])),
    st.dictionaries(st.sampled_from([-30, 0, 10, 30, 58, 60, 90]), LOOK, min_size=1, max_size=5),
    max_size=5,
)
FEW = load_protocol("response-only", {"response.redraws": 3})


def redrawn(table: pd.DataFrame, people: list[Any], protocol: Any = FEW, **more: Any) -> pd.DataFrame:
    found = respond(table, people, protocol)
    rows = with_redraws(found["rates"], table, None, found["visit_responses"], people, protocol, **more)
    return frame("rates", rows)


@settings(max_examples=7, deadline=None)
@given(LESIONS, st.sampled_from([0.0, None]), st.sampled_from(["signed", "unreviewed"]), st.booleans())
def test_without_error_every_draw_is_the_rate_itself(
    lesions: dict[tuple[str, str], Looks], sd: float | None, status: str, merge: bool
) -> None:
    table = observations(lesions, relative_sd=sd, review_status=status)
    if merge:
        table.loc[(table.status == "merged").fillna(False), "merged_into"] = "L01"
    rates = redrawn(table, patients(lesions, "Z"))
    assert (rates.redraws == 3).all()
    for column in ("redrawn_median", "redrawn_lower", "redrawn_upper"):
        assert (rates[column] == rates.rate).all()
    measured = rates.redrawn_fixed.dropna()
    assert (measured == (1.0 if sd is None else 0.0)).all()


def test_lesions_that_change_sides_in_itrecist_are_drawn_on_their_side() -> None:
    looks: Looks = {0: 40.0, 30: 30.0, 60: 27.0, 90: 27.0}
    lesions = {("A", f"L0{i}"): looks for i in (1, 2, 3)}
    table = observations(lesions, relative_sd=0.0)
    for lesion, first in (("L01", 0), ("L02", 45)):
        mine = table.lesion == lesion
        table.loc[mine, "injected"] = (table.study_day > first)[mine]
        table.loc[mine, "lesion_day"] = (table.study_day - first)[mine].where(lambda day: day >= 0)
    rates = redrawn(table, patients(lesions, "B"))
    found = rates[rates.analysis.str.startswith("itrecist") & rates.endpoint.isin(["ORR", "DCR"])]
    assert found.analysis.nunique() == 3
    assert (found.redrawn_median == found.rate).all()
    assert found.rate.max() == 0.5


ANY_SIZE = st.decimals(8, 40, places=1).map(float)
SIZES = st.dictionaries(
    st.sampled_from(["L01", "L02", "L03"]),
    st.fixed_dictionaries({0: ANY_SIZE, 30: LOOK, 60: ANY_SIZE, 90: ANY_SIZE | st.just("not_visible")}),
    min_size=1,
)


@settings(max_examples=8, deadline=None)
@given(SIZES, st.none() | st.sampled_from([30, 60]), st.sampled_from(["signed", "unreviewed"]))
def test_a_draw_is_what_the_response_stage_says_of_the_drawn_sizes(
    sizes: dict[str, Looks], new: int | None, status: str
) -> None:
    lesions: dict[tuple[str, str], Looks] = {("A", lesion): looks for lesion, looks in sizes.items()}
    if new is not None:
        lesions["A", "L09"] = {0: "not_visible", 30: "not_visible", new: 12.0, 90: 14.0}
    table = observations(lesions, relative_sd=0.3, review_status=status)
    people = patients(lesions)
    series = read_series(table, people)[0]
    errors = read_errors(table, None)
    once = table.copy()
    for column in ("longest_diameter_mm", "area_mm2"):
        drawn = draw_sizes("A", series.lesions, column, errors, draws=1, largest_factor=10)
        for row in once.index:
            size = drawn.sizes[once.lesion[row], once.visit[row]]
            if size is not None:
                once.loc[row, column] = float(int(size[0]) * drawn.unit)
    # The targets of the recorded sizes are those of every draw.
    locked = respond(table, people, FEW)
    roles = {row["lesion"]: row["role"] for row in locked["lesion_responses"]}
    once["role"] = once.lesion.map(roles).where(once.lesion.map(roles).isin(["target", "non_target"]))
    table = table.assign(role=once.role)
    single = load_protocol("response-only", {"response.redraws": 1})
    expected = frame("rates", respond(once, people, single)["rates"])
    found = redrawn(table, people, single)
    same = ["protocol_targets", "all_lesion_area"]  # two targets an organ are chosen by size again
    if len(sizes) <= 2:
        same += ["recist_2_per_organ", "irecist"]
    there = found.analysis.isin(same)
    assert there.any()
    assert found.redrawn_median[there].tolist() == expected.rate[there].tolist()


BORDER: dict[tuple[str, str], Looks] = {
    (code, "L01"): {0: 40.0, 50: 28.5, 90: 28.5} for code in ("A", "B", "C", "D", "E")
}


def test_rates_at_the_border_of_a_response_are_uncertain() -> None:
    rates = redrawn(observations(BORDER, relative_sd=0.03), patients(BORDER, "F"), PROTOCOL)
    orr = rates[(rates.endpoint == "ORR") & (rates.analysis == "protocol_targets")].iloc[0]
    assert orr.rate == 0
    assert orr.redraws == PROTOCOL.threshold("response.redraws")
    assert orr.redrawn_lower < orr.redrawn_median < orr.redrawn_upper
    assert orr.redrawn_upper < 1  # F has no photo and stays in the denominator


def test_order_of_patients_and_rows_changes_no_draw() -> None:
    table, people = observations(BORDER, relative_sd=0.03), patients(BORDER)
    keys = ["analysis", "visits", "confirmation", "basis", "endpoint"]
    one = redrawn(table, people).sort_values(keys, ignore_index=True)
    other = redrawn(table.iloc[::-1], people[::-1]).sort_values(keys, ignore_index=True)
    pd.testing.assert_frame_equal(one, other)


def test_a_patients_draws_do_not_depend_on_the_others() -> None:
    table = observations(BORDER, relative_sd=0.03)
    alone = table[table.patient == "B"]
    drawn = []
    for part, people in ((table, patients(BORDER)), (alone, [patient("B", [0, 50, 90])])):
        errors = read_errors(part, None)
        series = next(s for s in read_series(part, people) if s.patient.code == "B")
        drawn.append(
            draw_sizes("B", series.lesions, "longest_diameter_mm", errors, draws=5, largest_factor=10)
        )
    for key, sizes in drawn[0].sizes.items():
        assert sizes is not None
        assert sizes.tolist() == drawn[1].sizes[key].tolist()  # type: ignore[union-attr]


def photos_with(relative: float) -> pd.DataFrame:
    return frame("photos", [{"photo": "A/day000/leg.jpg", "px_per_mm": 10.0, "px_per_mm_sd": 10 * relative}])


@pytest.mark.parametrize(("relative", "correlation"), [(0.0, 0.0), (0.03, 1.0), (0.018, 0.36)])
def test_the_scales_error_is_common_to_a_photo(relative: float, correlation: float) -> None:
    lesions: dict[tuple[str, str], Looks] = {("A", "L01"): {0: 40.0}, ("A", "L02"): {0: 20.0}}
    table = observations(lesions, relative_sd=0.03)
    errors = read_errors(table, photos_with(relative))
    series = read_series(table, patients(lesions))[0]
    drawn = draw_sizes("A", series.lesions, "longest_diameter_mm", errors, draws=20_000, largest_factor=10)
    one, two = (np.asarray(drawn.sizes[name, "day000"], float) * float(drawn.unit) for name in ("L01", "L02"))
    assert np.corrcoef(one, two)[0, 1] == pytest.approx(correlation, abs=0.03)
    assert one.mean() == pytest.approx(40, abs=0.05)
    assert one.std() == pytest.approx(1.2, rel=0.03)
    assert two.std() == pytest.approx(0.6, rel=0.03)


def test_a_present_lesion_is_never_drawn_away() -> None:
    lesions: dict[tuple[str, str], Looks] = {("A", "L01"): {0: 10.0, 60: "not_visible", 90: "obscured"}}
    table = observations(lesions, relative_sd=5.0)
    series = read_series(table, patients(lesions))[0]
    drawn = draw_sizes(
        "A", series.lesions, "area_mm2", read_errors(table, None), draws=500, largest_factor=10
    )
    present = drawn.sizes["L01", "day000"]
    assert present is not None
    assert present.min() == 1
    assert drawn.sizes["L01", "day060"].tolist() == [0] * 500  # type: ignore[union-attr]
    assert drawn.sizes["L01", "day090"] is None


def test_products_of_large_areas_fit() -> None:
    lesions: dict[tuple[str, str], Looks] = {("A", "L01"): {0: 3000.0, 60: 1000.0, 90: 999.9}}
    table = observations(lesions, relative_sd=0.0)
    series = read_series(table, patients(lesions))[0]
    drawn = draw_sizes("A", series.lesions, "area_mm2", {}, draws=1, largest_factor=10**6)
    largest = drawn.sizes["L01", "day000"]
    assert largest is not None
    assert int(largest[0]) * 10**6 < 2**63
    assert Decimal("1e-9") < drawn.unit <= Decimal("1e-3")
    rates = redrawn(table, patients(lesions))
    assert (rates.redrawn_median.dropna() == rates.rate[rates.redrawn_median.notna()]).all()


def test_arms_have_their_own_draws_and_no_draws_leave_the_rows_alone() -> None:
    table = observations(BORDER, relative_sd=0.03)
    people = [replace(p, attributes={"arm": "x" if p.code < "C" else "y"}) for p in patients(BORDER)]
    arms = {p.code: p.attributes["arm"] for p in people}
    found = respond(table, people, FEW)
    rates = rate_rows(found["best_responses"], [p.code for p in people], FEW, arms=arms)
    rows = with_redraws(rates, table, None, found["visit_responses"], people, FEW, arms=arms)
    assert {row["arm"] for row in rows if "redraws" in row} == {"all", "x", "y"}
    none = load_protocol("response-only", {"response.redraws": 0})
    assert with_redraws(rates, table, None, found["visit_responses"], people, none, arms=arms) == rates
