"""Rates by arm, their bounds, and differences between arms."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.protocol import load_protocol
from lesiontrack.response.rates import arm_groups, rate_difference_rows, rate_rows
from lesiontrack.statistics import difference_interval, fisher_exact, proportion_interval
from lesiontrack.study.model import ALL_ARMS, NO_ARM
from lesiontrack.tables import frame

PROTOCOL = load_protocol("response-only")
Row = dict[str, Any]


def best(code: str, response: str, signed: bool = False, **more: Any) -> Row:
    key = {"analysis": "protocol_targets", "visits": "all_visits", "confirmation": "confirmed"}
    return {"patient": code, "response": response, "signed": signed, **key, **more}


def rates(
    rows: list[Row], codes: list[str], arms: dict[str, str | None] | None = None
) -> dict[tuple[str, str, str], Row]:
    """(arm, basis, endpoint) → row, of the key that `best` makes."""
    found = rate_rows(rows, codes, PROTOCOL, arms=arms)
    frame("rates", found)
    return {
        (row["arm"], row["basis"], row["endpoint"]): row
        for row in found
        if (row["analysis"], row["visits"], row["confirmation"])
        == ("protocol_targets", "all_visits", "confirmed")
    }


def test_arms_are_counted_by_themselves_and_nobody_drops_out() -> None:
    groups = arm_groups(["A", "B", "C", "D"], {"A": "arm 10", "B": "arm 2", "C": "arm 2"})
    assert list(groups.items()) == [
        (ALL_ARMS, ("A", "B", "C", "D")), ("arm 2", ("B", "C")), ("arm 10", ("A",)), (NO_ARM, ("D",)),
    ]  # fmt: skip
    assert arm_groups(["A", "B"], {"A": None}) == {ALL_ARMS: ("A", "B")}


def test_photo_less_patients_are_in_the_denominator_of_their_arm() -> None:
    found = rates([best("A", "PR"), best("B", "SD")], ["A", "B", "C"], {"A": "x", "B": "y", "C": "x"})
    arm = found["x", "automatic", "ORR"]
    assert (arm["numerator"], arm["denominator"], arm["not_evaluable"]) == (1, 2, 1)
    assert (arm["worst_case"], arm["rate"], arm["best_case"]) == (0.5, 0.5, 1.0)
    assert found[ALL_ARMS, "automatic", "ORR"]["denominator"] == 3


def test_both_intervals() -> None:
    found = rates([best(f"P{i}", "PR" if i < 2 else "PD") for i in range(10)], [f"P{i}" for i in range(10)])
    row = found[ALL_ARMS, "automatic", "ORR"]
    assert (row["lower"], row["upper"]) == pytest.approx((0.0252, 0.5561), abs=5e-5)  # Adams 2012: 3 to 56 %
    assert (row["wilson_lower"], row["wilson_upper"]) == proportion_interval(2, 10, method="wilson")


def test_durable_responses_that_can_not_be_told_are_in_the_bounds() -> None:
    rows = [
        best("A", "PR", durable=True),
        best("B", "PR", durable=None),  # still there when last seen, too short by then
        best("C", "SD", durable=False),
        best("D", "CR", durable=True),
    ]
    found = rates(rows, ["A", "B", "C", "D", "E"])
    drr = found[ALL_ARMS, "automatic", "DRR"]
    assert (drr["numerator"], drr["not_evaluable"], drr["denominator"]) == (2, 2, 5)
    assert found[ALL_ARMS, "signed", "DRR"]["numerator"] == 1  # nobody has signed the CR of D
    assert (ALL_ARMS, "automatic", "DRR") not in rates([best("A", "PR")], ["A"])


def test_irecist_words_count_as_their_recist_words() -> None:
    words = {"A": "iCR", "B": "iPR", "C": "iSD", "D": "iUPD", "E": "iCPD", "F": "NE"}
    rows = [best(code, word, analysis="irecist") for code, word in words.items()]
    found = {
        (row["basis"], row["endpoint"]): row
        for row in rate_rows(rows, list(words), PROTOCOL)
        if (row["analysis"], row["visits"], row["confirmation"]) == ("irecist", "all_visits", "confirmed")
    }
    counts = {endpoint: found["automatic", endpoint]["numerator"] for endpoint in ("CR", "ORR", "DCR")}
    assert counts == {"CR": 1, "ORR": 2, "DCR": 3}
    assert found["signed", "ORR"]["numerator"] == 1
    assert found["automatic", "ORR"]["not_evaluable"] == 1


WORDS = st.sampled_from(["CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "MISSING"])
COHORT = st.lists(
    st.tuples(WORDS, st.booleans(), st.sampled_from([None, True, False]), st.sampled_from(["x", "y", None])),
    min_size=1,
    max_size=8,
)


def study(cohort: list[tuple[str, bool, bool | None, str | None]]) -> dict[tuple[str, str, str], Row]:
    codes = [f"P{i}" for i in range(len(cohort))]
    rows = [
        best(code, word, signed, durable=durable)
        for code, (word, signed, durable, _) in zip(codes, cohort, strict=True)
    ]
    arms = {code: arm for code, (*_, arm) in zip(codes, cohort, strict=True)}
    return rates(rows, codes, arms)


@settings(max_examples=25, deadline=None)
@given(COHORT, st.randoms(use_true_random=False))
def test_bounds_limits_and_order(
    cohort: list[tuple[str, bool, bool | None, str | None]], random: Any
) -> None:
    found = study(cohort)
    for row in found.values():
        assert row["worst_case"] <= row["rate"] <= row["best_case"] <= 1
        assert row["lower"] <= row["rate"] <= row["upper"]
        assert row["wilson_lower"] <= row["rate"] <= row["wilson_upper"]
        assert row["numerator"] + row["not_evaluable"] <= row["denominator"]
    arms = {arm for arm, *_ in found if arm != ALL_ARMS}
    for endpoint in ("ORR", "CR", "DCR", "DRR"):
        automatic, signed = found[ALL_ARMS, "automatic", endpoint], found[ALL_ARMS, "signed", endpoint]
        assert signed["numerator"] <= automatic["numerator"] <= signed["best_case"] * len(cohort) + 1e-9
        if arms:
            parts = [found[arm, "automatic", endpoint] for arm in arms]
            for column in ("numerator", "denominator", "not_evaluable"):
                assert sum(part[column] for part in parts) == automatic[column]
    mixed = list(cohort)
    random.shuffle(mixed)
    assert study(mixed) == found


@settings(max_examples=25, deadline=None)
@given(COHORT, st.sampled_from(["PD", "NE", "MISSING"]))
def test_one_more_patient_without_a_response_never_raises_a_rate(
    cohort: list[tuple[str, bool, bool | None, str | None]], word: str
) -> None:
    before, after = study(cohort), study([*cohort, (word, False, False, "x")])
    for basis in ("automatic", "signed"):
        for endpoint in ("ORR", "CR", "DCR", "DRR"):
            one, two = before[ALL_ARMS, basis, endpoint], after[ALL_ARMS, basis, endpoint]
            assert two["rate"] <= one["rate"]
            assert two["lower"] <= one["lower"] + 1e-12
            assert two["upper"] <= one["upper"] + 1e-12


def test_difference_between_two_arms() -> None:
    # OPTiM, objective response: 93 of 295 against 9 of 141
    codes = [f"T{i}" for i in range(295)] + [f"G{i}" for i in range(141)]
    arms: dict[str, str | None] = {code: "T-VEC" if code[0] == "T" else "GM-CSF" for code in codes}
    rows = [best(code, "PR" if int(code[1:]) < (93 if code[0] == "T" else 9) else "PD") for code in codes]
    found = frame(
        "rate_differences", rate_difference_rows(rate_rows(rows, codes, PROTOCOL, arms=arms), PROTOCOL)
    )
    one = found[
        (found.analysis == "protocol_targets")
        & (found.visits == "all_visits")
        & (found.confirmation == "confirmed")
        & (found.basis == "automatic")
        & (found.endpoint == "ORR")
    ]
    assert len(one) == 1
    row = one.iloc[0]
    assert (row.arm_1, row.arm_2) == ("GM-CSF", "T-VEC")
    assert row.difference == pytest.approx(9 / 141 - 93 / 295)
    assert (row.lower, row.upper) == difference_interval(9, 141, 93, 295)
    assert (row.uncorrected_lower, row.uncorrected_upper) == difference_interval(
        9, 141, 93, 295, method="newcombe"
    )
    assert row.fisher_p == fisher_exact(9, 141, 93, 295)
    assert row.worst_case == row.best_case == row.difference


@settings(max_examples=10, deadline=None)
@given(COHORT)
def test_bounds_bracket_the_difference(cohort: list[tuple[str, bool, bool | None, str | None]]) -> None:
    found = list(study([*cohort, ("PR", False, True, "x"), ("NE", False, None, "y")]).values())
    rows = rate_difference_rows(found, PROTOCOL)
    assert {(row["arm_1"], row["arm_2"]) for row in rows} == {("x", "y")}
    for row in rows:
        assert row["worst_case"] - 1e-12 <= row["difference"] <= row["best_case"] + 1e-12
        assert row["lower"] <= row["difference"] <= row["upper"]
        assert row["lower"] <= row["uncorrected_lower"] <= row["uncorrected_upper"] <= row["upper"]
        assert 0 <= row["fisher_p"] <= 1


def test_one_arm_has_no_difference() -> None:
    arms: dict[str, str | None] = {"A": "x", "B": None}
    assert rate_difference_rows(rate_rows([best("A", "PR")], ["A", "B"], PROTOCOL, arms=arms), PROTOCOL) == []
