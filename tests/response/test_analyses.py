"""iRECIST, durable responses, new and small lesions from observations on."""

from __future__ import annotations

import pandas as pd
import pytest

from lesiontrack.protocol import load_protocol
from tests.response.test_stage import Outcome, Sizes, observations, one_patient, patient


def signed_new(sizes: dict[str, Sizes], signed: dict[str, int]) -> Outcome:
    """`signed`: lesion → the only day on which a reader has signed it."""
    table = observations({("A", lesion): found for lesion, found in sizes.items()})
    for lesion, day in signed.items():
        table.loc[(table.lesion == lesion) & (table.study_day == day), "review_status"] = "signed"
    return Outcome(table, [patient("A", sorted({d for found in sizes.values() for d in found}))])


# iRECIST


def test_first_progression_is_unconfirmed_and_five_millimetres_more_confirm() -> None:
    out = one_patient({"L01": {0: 30.0, 56: 36.0, 84: 41.0}, "L02": {0: 20.0, 56: 30.0, 84: 30.0}})
    assert out.visits("irecist", column="targets") == ["L01, L02"] * 2
    assert out.visits("irecist", column="sum_mm") == [66, 71]
    assert out.visits("irecist") == ["iUPD", "iCPD"]
    assert out.visits("irecist", column="target_response") == ["iUPD", "iCPD"]
    assert out.visits("recist_2_per_organ") == ["PD", "PD"]
    best = out.best("A", "irecist", confirmation="unconfirmed")
    assert (best.response, best.study_day) == ("iCPD", 84)


def test_pseudoprogression() -> None:
    out = one_patient({"L01": {0: 30.0, 28: 40.0, 56: 20.0, 84: 20.0}})
    assert out.visits("irecist") == ["iUPD", "iPR", "iPR"]
    assert out.best("A", "irecist").response == "iPR"
    assert out.best("A", "recist_2_per_organ").response == "PD"
    assert out.rate("ORR", analysis="irecist").numerator == 1
    assert out.rate("ORR", analysis="recist_2_per_organ").numerator == 0


def test_unconfirmed_progression_at_the_end_is_said() -> None:
    out = one_patient({"L01": {0: 30.0, 56: 40.0}})
    best = out.best("A", "irecist")
    assert best.response == "iUPD"
    assert "iUPD of day 56 neither confirmed nor reset" in best.note
    assert out.rate("DCR", analysis="irecist").numerator == 0
    assert out.rate("DCR", analysis="irecist").not_evaluable == 0


def test_late_confirmation_is_said() -> None:
    late = one_patient({"L01": {0: 30.0, 56: 40.0, 113: 45.0}}).best("A", "irecist")
    assert "iUPD of day 56 confirmed after 57 days, later than 56" in late.note
    in_time = one_patient({"L01": {0: 30.0, 56: 40.0, 112: 45.0}}).best("A", "irecist")
    assert in_time.response == "iCPD"
    assert in_time.note is pd.NA


def test_new_lesions_count_once_signed() -> None:
    sizes: dict[str, Sizes] = {"L01": {0: 30.0, 28: 20.0, 56: 20.0}, "L02": {28: "new_candidate", 56: 12.0}}
    out = signed_new(sizes, {})
    assert out.visits("irecist") == ["iPR", "iPR"]
    assert out.visits("irecist", column="response_if_candidates_are_new") == ["iUPD", "iUPD"]
    assert signed_new(sizes, {"L02": 56}).visits("irecist") == ["iUPD", "iUPD"]


@pytest.mark.parametrize(("later", "word"), [(17.0, "iCPD"), (16.9, "iUPD"), ("obscured", "NE")])
def test_growth_of_a_signed_new_lesion_confirms(later: float | str, word: str) -> None:
    table = observations({("A", "L01"): {0: 30.0, 28: 30.0, 56: 30.0}, ("A", "L02"): {28: 12.0, 56: later}})
    table.loc[(table.lesion == "L02") & (table.study_day == 28), "status"] = "new_candidate"
    table.loc[table.lesion == "L02", "review_status"] = "signed"
    out = Outcome(table, [patient("A", [0, 28, 56])])
    assert out.visits("irecist") == ["iUPD", word]


def test_two_new_lesions_an_organ_are_summed_and_a_third_is_followed_by_itself() -> None:
    new = {f"L0{i}": (20.0 - i, 23.0 - i) for i in range(2, 5)}
    table = observations(
        {("A", "L01"): {0: 30.0, 28: 30.0, 56: 30.0}}
        | {("A", lesion): {28: first, 56: later} for lesion, (first, later) in new.items()}
    )
    table.loc[table.lesion.isin(list(new)), ["role", "review_status"]] = ["new", "signed"]
    people = [patient("A", [0, 28, 56])]
    assert Outcome(table, people).visits("irecist") == ["iUPD", "iCPD"]  # 2 x 3 mm
    two_slots = (table.lesion == "L02") & (table.study_day == 56)
    table.loc[two_slots, "longest_diameter_mm"] = 18.0  # 3 mm left, and the third by itself 3 mm
    assert Outcome(table, people).visits("irecist") == ["iUPD", "iUPD"]


# New lesions


def test_progression_by_a_new_lesion_is_dated_by_its_first_sighting() -> None:
    sizes: dict[str, Sizes] = {"L01": {0: 30.0, 28: 20.0, 56: 20.0}, "L02": {28: "new_candidate", 56: 12.0}}
    out = signed_new(sizes, {"L02": 56})
    assert out.visits("protocol_targets", column="new_lesion") == ["signed", "signed"]
    assert out.visits("protocol_targets") == ["PD", "PD"]
    assert out.best("A").study_day == 28


def test_a_signed_look_at_which_it_is_gone_signs_no_new_lesion() -> None:
    out = signed_new(
        {"L01": {0: 30.0, 28: 20.0, 56: 20.0}, "L02": {28: "new_candidate", 56: "not_visible"}}, {"L02": 56}
    )
    assert out.visits("protocol_targets", column="new_lesion") == ["candidate", "none"]


def test_a_return_after_complete_response_below_the_threshold_is_for_a_reader() -> None:
    gone = "not_visible"
    note = one_patient({"L01": {0: 30.0, 28: gone, 56: 4.0, 84: gone}}).best("A").note
    assert "PR on day 56 after a complete response on day 28: PD if a reader says" in note
    grown = one_patient({"L01": {0: 30.0, 28: gone, 56: 5.0}}).best("A")
    assert "after a complete response" not in str(grown.note)


# Small lesions


def test_small_lesions_are_non_target_and_named() -> None:
    out = one_patient({"L01": {0: 30.0, 60: 20.0}, "L02": {0: 9.9, 60: 9.9}, "L03": {0: None, 60: 5.0}})
    assert "L02: below 10 mm at the baseline, counted as non-target" in out.best("A").note
    lesions = out.rows("lesion_responses", visit="day060").set_index("lesion")
    assert lesions.measurable.tolist() == [True, False, pd.NA]
    assert lesions.role.tolist() == ["target", "non_target", "non_target"]
    assert "below" not in str(out.best("A", "all_lesion_area").note)


# Durable responses


def test_durable_responses() -> None:
    table = observations(
        {
            ("A", "L01"): {0: 30.0, 60: 20.0, 150: 20.0, 243: 20.0},
            ("B", "L01"): {0: 30.0, 60: 20.0, 150: 20.0},
            ("C", "L01"): {0: 30.0, 60: 40.0, 120: 20.0, 303: 20.0},
            ("D", "L01"): {0: 30.0, 60: 30.0},
            ("E", "L01"): {0: 30.0, 60: "obscured"},
        }
    )
    days = {"A": [0, 60, 150, 243], "B": [0, 60, 150], "C": [0, 60, 120, 303], "D": [0, 60], "E": [0, 60]}
    out = Outcome(table, [patient(code, visits) for code, visits in days.items()])
    best = {code: out.best(code) for code in days}
    assert [best[code].durable for code in days] == [True, pd.NA, False, False, pd.NA]
    assert [best[code].duration_days for code in days] == [183, 90, pd.NA, pd.NA, pd.NA]
    assert [best[code].durable_after_pd for code in days] == [True, pd.NA, True, False, pd.NA]
    immune = out.best("C", "irecist")
    assert (immune.response, immune.durable, immune.duration_days) == ("iPR", True, 183)
    drr = out.rate("DRR")
    assert (drr.numerator, drr.not_evaluable) == (1, 2)


def test_durable_responses_follow_the_protocol() -> None:
    protocol = load_protocol("response-only", {"response.durable_days": 90.0})
    table = observations({("B", "L01"): {0: 30.0, 60: 20.0, 150: 20.0}})
    assert Outcome(table, [patient("B", [0, 60, 150])], protocol).best("B").durable
