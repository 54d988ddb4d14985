"""itRECIST-style analyses: sums of injected and not injected lesions, and of both."""

from __future__ import annotations

import pandas as pd

from lesiontrack.protocol import load_protocol
from tests.response.test_stage import Outcome, Sizes, observations, patient

BOTH, INJECTED, NOT_INJECTED = "itrecist_combined", "itrecist_injected", "itrecist_not_injected"


def injected(lesions: dict[str, Sizes], since: dict[str, int | None], **columns: object) -> Outcome:
    """`since`: lesion → day of its first injection; None: none is recorded."""
    table = observations({("A", lesion): sizes for lesion, sizes in lesions.items()}, **columns)
    first = table.lesion.map(lambda lesion: since.get(lesion))
    table["injected"] = pd.array(
        [None if pd.isna(f) else day > f for f, day in zip(first, table.study_day, strict=True)], "boolean"
    )
    table["lesion_day"] = pd.array(
        [
            None if pd.isna(f) or day < f else int(day - f)
            for f, day in zip(first, table.study_day, strict=True)
        ],
        "Int64",
    )
    return Outcome(table, [patient("A", sorted({d for sizes in lesions.values() for d in sizes}))])


def flat(size: float, *days: int) -> Sizes:
    return dict.fromkeys((0, *days), size)


def test_without_injections_by_lesion_there_are_no_rows() -> None:
    out = injected({"L01": flat(20.0, 60)}, {})
    for table in ("visit_responses", "best_responses", "rates"):
        assert not out.tables[table].analysis.str.startswith("itrecist").any()


def test_up_to_five_of_each_side() -> None:
    lesions = {f"L{i:02d}": flat(10.0 + i, 60) for i in range(1, 15)}
    out = injected(lesions, {f"L{i:02d}": 0 for i in range(1, 8)})
    assert out.visits(INJECTED, column="targets") == ["L07, L06, L05, L04, L03"]
    assert out.visits(NOT_INJECTED, column="targets") == ["L14, L13, L12, L11, L10"]
    assert len(str(out.visits(BOTH, column="targets")[0]).split(", ")) == 10
    few = injected({"L01": flat(20.0, 60), "L02": flat(9.0, 60)}, {"L01": 0})
    assert few.visits(NOT_INJECTED, column="targets") == [""]
    assert few.visits(NOT_INJECTED) == ["NE"]
    assert "no target lesion of this side" in few.best("A", NOT_INJECTED).note


def test_each_sum_has_its_own_word() -> None:
    out = injected(
        {"L01": {0: 30.0, 60: "not_visible"}, "L02": {0: 20.0, 60: 26.0}, "L03": {0: 5.0, 60: 5.0}},
        {"L01": 0},
    )
    assert out.visits(INJECTED) == ["CR"]
    assert out.visits(NOT_INJECTED) == ["PD"]
    assert out.visits(BOTH, column="sum_mm") == [26]
    assert out.visits(BOTH) == ["PR"]
    assert out.visits(BOTH, column="non_target_response") == ["NON-CR/NON-PD"]
    assert out.visits(INJECTED, column="non_target_response") == [pd.NA]
    assert out.visits(INJECTED, column="new_lesion") == [pd.NA]
    assert "itRECIST-style" in out.best("A", BOTH).note


def test_new_lesions_count_in_the_combined_analysis_only() -> None:
    out = injected(
        {"L01": flat(30.0, 60), "L02": flat(20.0, 60), "L03": {60: "new_candidate"}},
        {"L01": 0},
        review_status="signed",
    )
    assert out.visits(BOTH) == ["PD"]
    assert out.visits(INJECTED) == out.visits(NOT_INJECTED) == ["SD"]


def test_a_lesion_that_is_injected_later_changes_sides_and_stays_a_target() -> None:
    lesions: dict[str, Sizes] = {
        "L01": {0: 30.0, 28: 20.0, 56: 10.0},
        "L02": {0: 20.0, 28: 20.0, 56: 10.0},
        "L03": {0: 12.0, 28: 12.0, 56: 12.0},
    }
    out = injected(lesions, {"L01": 0, "L02": 28})
    assert out.visits(INJECTED, column="targets") == ["L01", "L01, L02"]
    assert out.visits(INJECTED, column="sum_mm") == [20, 20]
    assert out.visits(INJECTED, column="baseline_sum_mm") == [30, 50]
    assert out.visits(INJECTED, column="nadir_sum_mm") == [30, 40]
    assert out.visits(INJECTED) == ["PR", "PR"]
    assert out.visits(NOT_INJECTED, column="sum_mm") == [32, 12]
    assert out.visits(NOT_INJECTED, column="baseline_sum_mm") == [32, 12]
    assert out.visits(BOTH, column="targets") == ["L01, L02, L03"] * 2
    assert "L02 (day 28)" in out.best("A", INJECTED).note


def test_a_lesion_injected_on_the_day_of_the_baseline_is_injected() -> None:
    out = injected({"L01": {-7: 30.0, 0: 29.0, 60: 10.0}, "L02": flat(20.0, 60)}, {"L01": 0})
    assert out.visits(INJECTED, column="baseline_sum_mm") == [29]


def test_a_persons_targets_are_not_cut() -> None:
    lesions = {f"L{i:02d}": flat(5.0 + i, 60) for i in range(1, 9)}
    out = injected(lesions, {f"L{i:02d}": 0 for i in range(1, 9)}, role="target")
    assert len(str(out.visits(INJECTED, column="targets")[0]).split(", ")) == 8


def test_patients_without_recorded_injections_count_beside_those_with() -> None:
    table = observations({(code, "L01"): flat(20.0, 60) for code in "AB"})
    table["injected"] = pd.array([None if code == "B" else False for code in table.patient], "boolean")
    out = Outcome(table, [patient("A", [0, 60]), patient("B", [0, 60])])
    best = out.best("B", BOTH)
    assert best.response == "MISSING"
    assert "no injection is recorded by lesion" in best.note
    assert out.rate("ORR", analysis=BOTH).denominator == 2


def test_limits_are_the_protocols() -> None:
    protocol = load_protocol("response-only", {"response.max_injected_targets": 1.0})
    table = observations({("A", "L01"): flat(20.0, 60), ("A", "L02"): flat(30.0, 60)})
    table["injected"] = pd.array([day > 0 for day in table.study_day], "boolean")
    out = Outcome(table, [patient("A", [0, 60])], protocol)
    assert out.visits(BOTH, column="targets") == ["L02, L01"]
    table["lesion_day"] = table.study_day
    assert Outcome(table, [patient("A", [0, 60])], protocol).visits(BOTH, column="targets") == ["L02"]
