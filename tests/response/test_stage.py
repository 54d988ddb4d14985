"""From observations to the response tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.protocol import Protocol, load_protocol
from lesiontrack.response import respond
from lesiontrack.response.words import ASSESSMENT_WORDS, IRECIST_WORDS
from lesiontrack.study.model import Dose, Patient, PhotoEntry, Visit
from lesiontrack.tables import frame

ANY_DAY = load_protocol("response-only")
Sizes = Mapping[int, float | str | None]
"""Study day → longest diameter in mm, a status that has none, or None: present, but no scale."""


def patient(code: str, days: list[int], day_zero: str = "treatment_start") -> Patient:
    visits = tuple(Visit(f"day{day:03d}", day) for day in days)
    photos = tuple(
        PhotoEntry(Path("p.jpg"), f"{code}/{v.label}/leg.jpg", code, v.label, "leg") for v in visits
    )
    return Patient(code, code, None, day_zero, visits, photos)


def observations(lesions: Mapping[tuple[str, str], Sizes], **columns: Any) -> pd.DataFrame:
    rows = []
    for (code, lesion), sizes in lesions.items():
        for day, size in sizes.items():
            row: dict[str, Any] = {"patient": code, "lesion": lesion, "site": "leg", "visit": f"day{day:03d}"}
            row |= {"study_day": day, "evaluable": True, "status": "present", "review_status": "unreviewed"}
            if isinstance(size, str):
                row["status"] = size
                row["evaluable"] = size == "not_visible"
                if size == "not_visible":
                    row |= {"longest_diameter_mm": 0.0, "area_mm2": 0.0}
            elif size is not None:
                row |= {"longest_diameter_mm": size, "area_mm2": size * size}
            rows.append(row | columns)
    return frame("observations", rows)


class Outcome:
    def __init__(
        self, table: pd.DataFrame, patients: list[Patient], protocol: Protocol = ANY_DAY, **more: Any
    ):
        rows = respond(table, patients, protocol, **more)
        self.tables = {name: frame(name, found) for name, found in rows.items()}

    def rows(self, table: str, **where: object) -> pd.DataFrame:
        found = self.tables[table]
        for column, value in where.items():
            found = found[found[column] == value]
        return found

    def visits(self, analysis: str, code: str = "A", column: str = "response") -> list[object]:
        return self.rows("visit_responses", patient=code, analysis=analysis)[column].tolist()

    def best(self, code: str, analysis: str = "protocol_targets", **where: object) -> pd.Series:
        options = {"visits": "all_visits", "confirmation": "confirmed", **where}
        found = self.rows("best_responses", patient=code, analysis=analysis, **options)
        assert len(found) == 1
        return found.iloc[0]

    def rate(self, endpoint: str, **where: object) -> pd.Series:
        options = {
            "analysis": "protocol_targets",
            "visits": "all_visits",
            "confirmation": "confirmed",
            "basis": "automatic",
            **where,
        }
        found = self.rows("rates", endpoint=endpoint, **options)
        assert len(found) == 1
        return found.iloc[0]


def one_patient(lesions: Mapping[str, Sizes], **columns: Any) -> Outcome:
    days = sorted({day for sizes in lesions.values() for day in sizes})
    table = observations({("A", lesion): sizes for lesion, sizes in lesions.items()}, **columns)
    return Outcome(table, [patient("A", days)])


def test_targets_are_the_largest_of_ten_millimetres_and_more() -> None:
    sizes = {"L01": 12.0, "L02": 9.9, "L03": 30.0, "L04": 10.0, "L05": 15.0, "L06": 14.0, "L07": 13.0}
    out = one_patient({lesion: {0: size, 60: size} for lesion, size in sizes.items()})
    assert out.visits("recist_2_per_organ", column="targets") == ["L03, L05"]
    assert set(str(out.visits("protocol_targets", column="targets")[0]).split(", ")) == {
        "L01", "L03", "L05", "L06", "L07",
    }  # fmt: skip
    assert len(str(out.visits("all_lesion_area", column="targets")[0]).split(", ")) == 7
    roles = out.rows("lesion_responses", visit="day060").set_index("lesion").role
    assert roles.to_dict() == {
        "L01": "target", "L02": "non_target", "L03": "target", "L04": "non_target", "L05": "target",
        "L06": "target", "L07": "target",
    }  # fmt: skip


def test_a_persons_choice_of_targets_stands() -> None:
    table = observations({("A", "L01"): {0: 30.0, 60: 30.0}, ("A", "L02"): {0: 11.0, 60: 5.0}})
    table.loc[table.lesion == "L02", "role"] = "target"
    out = Outcome(table, [patient("A", [0, 60])])
    assert out.visits("protocol_targets", column="targets") == ["L02"]
    assert out.visits("protocol_targets") == ["PR"]


def test_organs_share_the_limit_of_two() -> None:
    table = observations({("A", f"L0{i}"): {0: 20.0 - i, 60: 20.0} for i in range(1, 5)})
    out = Outcome(table, [patient("A", [0, 60])], organs={("A", "L03"): "lymph node"})
    assert out.visits("recist_2_per_organ", column="targets") == ["L01, L02, L03"]


def test_sums_and_words() -> None:
    out = one_patient(
        {"L01": {0: 30.0, 30: 20.0, 60: 10.0, 90: 16.0}, "L02": {0: 20.0, 30: 20.0, 60: 20.0, 90: 20.0}}
    )
    assert out.visits("protocol_targets", column="sum_mm") == [40, 30, 36]
    assert out.visits("protocol_targets", column="baseline_sum_mm") == [50, 50, 50]
    assert out.visits("protocol_targets", column="nadir_sum_mm") == [50, 40, 30]
    assert out.visits("protocol_targets") == ["SD", "PR", "PD"]
    assert out.visits("all_lesion_area", column="sum_mm2") == [800, 500, 656]
    assert out.visits("all_lesion_area", column="baseline_sum_mm2") == [1300, 1300, 1300]
    assert out.visits("all_lesion_area", column="nadir_sum_mm2") == [1300, 800, 500]
    wrong_unit = out.tables["visit_responses"].analysis.eq("all_lesion_area").tolist()
    for column in ("sum_mm", "baseline_sum_mm", "nadir_sum_mm"):
        assert out.tables["visit_responses"][column].isna().tolist() == wrong_unit
        assert out.tables["visit_responses"][f"{column}2"].notna().tolist() == wrong_unit
    assert out.visits("all_lesion_area") == ["SD", "PR", "PD"]


@pytest.mark.parametrize("status", ["obscured", "out_of_frame", "removed", "merged", ""])
def test_what_can_not_be_evaluated_is_never_zero(status: str) -> None:
    out = one_patient({"L01": {0: 30.0, 60: 5.0}, "L02": {0: 20.0, 60: status}})
    assert out.visits("protocol_targets") == ["NE"]
    assert out.rows("visit_responses", analysis="protocol_targets").sum_mm.isna().all()
    lesion = out.rows("lesion_responses", lesion="L02", visit="day060").iloc[0]
    assert lesion.response == "NE"
    assert pd.isna(lesion.longest_diameter_mm)


def test_progression_in_the_rest_of_the_sum_is_progression() -> None:
    out = one_patient({"L01": {0: 30.0, 60: 61.0}, "L02": {0: 20.0, 60: "obscured"}})
    assert out.visits("protocol_targets") == ["PD"]
    assert out.rows("visit_responses", analysis="protocol_targets").sum_mm.isna().all()


def test_missing_scale_is_not_evaluable() -> None:
    out = one_patient({"L01": {0: 30.0, 60: None}})
    assert out.visits("protocol_targets") == ["NE"]
    at_baseline = one_patient({"L01": {0: None, 60: 30.0}})
    assert at_baseline.visits("protocol_targets", column="target_response") == ["NE"]
    assert "no scale" in at_baseline.best("A").note


def test_a_present_lesion_without_extent_is_no_complete_response() -> None:
    assert one_patient({"L01": {0: 30.0, 60: 0.0}}).visits("protocol_targets") == ["NE"]


def test_complete_response_needs_the_non_targets() -> None:
    both = {"L01": {0: 30.0, 60: "not_visible", 90: "not_visible"}}
    out = one_patient({**both, "L02": {0: 5.0, 60: 4.0, 90: "not_visible"}})
    assert out.visits("protocol_targets") == ["PR", "CR"]
    assert out.visits("protocol_targets", column="non_target_response") == ["NON-CR/NON-PD", "CR"]
    hidden = one_patient({**both, "L02": {0: 5.0, 60: "obscured", 90: "out_of_frame"}})
    assert hidden.visits("protocol_targets", column="non_target_response") == ["NON-CR/NON-PD", "NE"]
    assert hidden.visits("protocol_targets") == ["PR", "PR"]


def test_small_lesions_alone_are_non_target() -> None:
    out = one_patient({"L01": {0: 5.0, 60: 5.0, 90: "not_visible"}})
    assert out.visits("protocol_targets", column="target_response") == [pd.NA, pd.NA]
    assert out.visits("protocol_targets") == ["NON-CR/NON-PD", "CR"]
    assert "non-target lesions only" in out.best("A").note


def test_growing_non_target_is_for_a_reader_to_judge() -> None:
    out = one_patient({"L01": {0: 4.0, 60: 4.0, 90: 11.0, 120: 12.0}})
    assert out.visits("protocol_targets") == ["NON-CR/NON-PD"] * 3
    assert "L01: non-target, its own diameter meets the PD threshold on day 90" in out.best("A").note


def test_candidates_do_not_count_until_signed() -> None:
    sizes = {"L01": {0: 30.0, 30: 20.0, 60: 20.0}, "L02": {30: "new_candidate", 60: 8.0}}
    out = one_patient(sizes)
    assert out.visits("protocol_targets") == ["PR", "PR"]
    assert out.visits("protocol_targets", column="response_if_candidates_are_new") == ["PD", "PD"]
    assert out.visits("protocol_targets", column="new_lesion") == ["candidate", "candidate"]
    best = out.best("A", confirmation="unconfirmed")
    assert best.response == "PR"
    assert "candidates for new lesions: L02 (day 30)" in best.note
    assert "progression by them is unconfirmed by a reader" in best.note
    signed = one_patient(sizes, review_status="signed")
    assert signed.visits("protocol_targets") == ["PD", "PD"]
    assert out.rows("lesion_responses", lesion="L02").role.tolist() == ["new", "new"]


def test_candidate_that_is_gone_again_no_longer_counts() -> None:
    out = one_patient(
        {
            "L01": {0: 30.0, 30: 20.0, 60: 20.0, 90: 20.0},
            "L02": {30: "new_candidate", 60: "out_of_frame", 90: "not_visible"},
        }
    )
    assert out.visits("protocol_targets", column="new_lesion") == ["candidate", "candidate", "none"]


def test_site_photographed_later_is_in_no_sum_and_no_new_lesion() -> None:
    out = one_patient({"L01": {0: 30.0, 30: 20.0, 60: 20.0}, "L02": {30: 12.0, 60: 24.0}})
    assert out.visits("protocol_targets", column="new_lesion") == ["none", "none"]
    assert out.visits("protocol_targets", column="targets") == ["L01", "L01"]
    assert "L02: first photographed after the baseline" in out.best("A").note
    later = out.rows("lesion_responses", lesion="L02", visit="day060").iloc[0]
    assert (later.baseline_visit, later.baseline_valid, later.response) == ("day030", False, "PD")


def test_nothing_is_complete_while_a_lesion_photographed_later_is_there() -> None:
    sizes: dict[str, Sizes] = {
        "L01": {0: 30.0, 30: "not_visible", 60: "not_visible", 90: "not_visible"},
        "L02": {30: 12.0, 60: "out_of_frame", 90: "not_visible"},
    }
    out = one_patient(sizes)
    assert out.visits("protocol_targets") == ["PR", "PR", "CR"]
    assert out.visits("all_lesion_area") == ["PR", "PR", "CR"]
    assert out.visits("irecist") == ["iPR", "iPR", "iCR"]
    assert out.visits("protocol_targets", column="target_response") == ["CR", "CR", "CR"]


def test_what_is_there_at_one_of_two_sites_is_not_gone() -> None:
    table = observations({("A", "L01"): {0: 30.0, 60: "not_visible"}})
    other = observations({("A", "L01"): {60: 20.0}}, site="back")
    for both in (pd.concat([table, other]), pd.concat([other, table])):
        assert Outcome(both, [patient("A", [0, 60])]).visits("protocol_targets", column="sum_mm") == [20]


def test_a_complete_response_beside_an_unjudged_candidate_is_not_signed() -> None:
    table = observations(
        {("A", "L01"): {0: 30.0, 60: "not_visible"}, ("A", "L02"): {0: "not_visible", 60: "new_candidate"}},
        review_status="signed",
    )
    table.loc[table.lesion == "L02", "review_status"] = "unreviewed"
    out = Outcome(table, [patient("A", [0, 60])])
    best = out.best("A", confirmation="unconfirmed")
    assert (best.response, bool(best.signed)) == ("CR", False)
    assert out.rate("CR", confirmation="unconfirmed", basis="signed").numerator == 0


def test_a_patient_who_could_not_be_evaluated_has_the_reason() -> None:
    out = one_patient({"L01": {0: 30.0, 14: 28.0, 60: "obscured"}, "L02": {0: 20.0, 14: 20.0}})
    assert out.best("A").response == "NE"
    assert out.best("A").note == (
        "SD on day 14: before day 42, too early for stable disease; "
        "not evaluable on day 60: L01 obscured, L02 not photographed"
    )


def split_at(out_of: Sizes, fragment: Sizes, **others: Sizes) -> Outcome:
    """L01, L02 that splits off at its first day, and others."""
    table = observations(
        {("A", "L01"): out_of, ("A", "L02"): fragment, **{("A", k): v for k, v in others.items()}}
    )
    table.loc[(table.lesion == "L02") & (table.study_day == min(fragment)), "status"] = "split"
    return Outcome(table, [patient("A", sorted(out_of))])


def test_fragments_of_a_split_lesion_stay_in_the_sum() -> None:
    gone = "not_visible"
    out = split_at({0: 20.0, 30: 8.0, 60: gone, 90: gone}, {30: 9.0, 60: 9.0, 90: gone})
    assert out.visits("protocol_targets", column="sum_mm") == [17, 9, 0]
    assert out.visits("protocol_targets") == ["SD", "PR", "CR"]
    assert out.visits("all_lesion_area", column="target_response") == ["PR", "PR", "CR"]
    assert out.rows("lesion_responses", lesion="L01").response.tolist()[1:] == ["NE", "NE", "CR"]
    note = out.best("A").note
    assert "L02: part of L01, added to its size where split" in note
    assert "first photographed" not in note


def test_fragment_that_can_not_be_measured_leaves_the_sum_open() -> None:
    out = split_at({0: 20.0, 30: 8.0, 60: "not_visible"}, {30: 9.0, 60: "obscured"})
    assert out.visits("protocol_targets") == ["SD", "NE"]
    vanished = split_at({0: 20.0, 30: 8.0, 60: "not_visible"}, {30: 9.0})
    assert vanished.visits("protocol_targets") == ["SD", "NE"]


@pytest.mark.parametrize("other", [15.0, 5.0])
def test_fragment_of_one_of_several_lesions_is_in_no_sum(other: float) -> None:
    out = split_at(
        {0: 20.0, 30: 8.0, 60: "not_visible", 90: "not_visible"},
        {30: 9.0, 60: 9.0, 90: "not_visible"},
        L03={0: other, 30: "not_visible", 60: "not_visible", 90: "not_visible"},
    )
    assert out.visits("protocol_targets") == ["NE", "NE", "CR"]
    assert "a lesion split; its fragments are not assigned (L02 from day 30)" in out.best("A").note


def test_fragment_of_a_small_lesion_keeps_it_from_being_gone() -> None:
    out = split_at({0: 8.0, 30: 3.0, 60: "not_visible"}, {30: 3.0, 60: 3.0})
    assert out.visits("protocol_targets") == ["NON-CR/NON-PD", "NON-CR/NON-PD"]


def merged_into(into: str, **lesions: Sizes) -> Outcome:
    """L02 is part of that lesion where it is "merged"."""
    table = observations({("A", lesion): sizes for lesion, sizes in lesions.items()})
    table.loc[(table.lesion == "L02") & (table.status == "merged"), "merged_into"] = into
    assert table.merged_into.notna().any()
    return Outcome(table, [patient("A", sorted({d for sizes in lesions.values() for d in sizes}))])


@pytest.mark.parametrize(("outline", "word"), [(19.0, "SD"), (25.9, "SD"), (26.0, "PD")])
def test_merged_outline_stands_for_its_parts(outline: float, word: str) -> None:
    out = merged_into("L01", L01={0: 11.0, 60: outline}, L02={0: 10.0, 60: "merged"})
    assert out.visits("protocol_targets", column="sum_mm") == [outline]
    assert out.visits("protocol_targets") == [word]
    keeper = out.rows("lesion_responses", lesion="L01", visit="day060").iloc[0]
    assert keeper.response == "NE"
    assert pd.isna(keeper.change_from_baseline_pct)
    assert pd.isna(keeper.area_change_from_baseline_pct)
    assert out.rows("lesion_responses", lesion="L02", visit="day060").response.tolist() == ["NE"]
    assert "L02 merged with L01 (day 60): the merged outline's size stands for both" in out.best("A").note


def test_merged_outline_is_no_partial_sum() -> None:
    out = merged_into("L01", L01={0: 11.0, 60: 26.0}, L02={0: 9.0, 60: "merged"})
    assert out.visits("protocol_targets") == ["NE"]
    assert "only one of them is in the sum" in out.best("A").note
    hidden = merged_into(
        "L01", L01={0: 11.0, 60: 26.0}, L02={0: 10.0, 60: "merged"}, L03={0: 12.0, 60: "obscured"}
    )
    assert hidden.visits("protocol_targets") == ["NE"]
    grown = merged_into("L01", L01={0: 11.0, 60: 20.0}, L02={0: 9.0, 60: "merged"}, L03={0: 12.0, 60: 30.0})
    assert grown.visits("protocol_targets") == ["PD"]


def test_lesion_merged_at_the_baseline_counts_with_the_other_when_it_parts() -> None:
    out = merged_into("L01", L01={0: 30.0, 30: 30.0, 60: 15.0}, L02={0: "merged", 30: "merged", 60: 12.0})
    assert out.visits("protocol_targets", column="sum_mm") == [30, 27]
    assert out.visits("protocol_targets") == ["SD", "SD"]
    assert out.rows("lesion_responses", lesion="L01").response.tolist()[1:] == ["SD", "NE"]


def test_lesion_gone_before_treatment_that_is_seen_again_is_a_candidate() -> None:
    out = one_patient(
        {"L01": {-30: 20.0, 0: 20.0, 60: 20.0}, "L02": {-30: 20.0, 0: "not_visible", 60: "reappeared"}}
    )
    assert out.visits("protocol_targets", column="targets") == ["L01"]
    assert out.visits("protocol_targets", column="new_lesion") == ["candidate"]


def test_baseline_is_the_last_evaluable_visit_before_treatment() -> None:
    out = one_patient({"L01": {-20: 40.0, -5: 30.0, 0: "obscured", 60: 24.0}})
    row = out.rows("lesion_responses", visit="day060").iloc[0]
    assert (row.baseline_visit, row.baseline_valid) == ("day-05", True)
    assert row.change_from_baseline_pct == pytest.approx(-20)
    assert out.rows("lesion_responses").response.isna().tolist() == [True, True, True, False]
    assert len(out.visits("protocol_targets")) == 1


def test_first_photo_after_treatment_is_no_valid_baseline() -> None:
    out = one_patient({"L01": {10: 30.0, 60: 20.0}})
    row = out.rows("lesion_responses", visit="day060").iloc[0]
    assert (row.baseline_visit, row.baseline_valid, row.response) == ("day010", False, "PR")
    assert "change is from the first visit" in out.best("A").note


def test_visit_without_any_observation_is_not_evaluable() -> None:
    table = observations({("A", "L01"): {0: 30.0, 60: 20.0}})
    out = Outcome(table, [patient("A", [0, 30, 60])])
    assert out.visits("protocol_targets") == ["NE", "PR"]


def test_measurements_at_the_float_boundary() -> None:
    out = one_patient({"L01": {0: 12.2, 60: 17.2}, "L02": {0: 12.7, 60: 12.7}})
    assert out.visits("protocol_targets") == ["PD"]  # 24.9 → 29.9: 20.08 %, and 5.0 only in decimals


def test_response_is_confirmed_by_a_later_visit() -> None:
    sizes = {"L01": {0: 30.0, 50: 20.0, 77: 20.0}}
    assert one_patient(sizes).best("A").response == "SD"
    assert one_patient(sizes).best("A", confirmation="unconfirmed").response == "PR"
    assert one_patient({"L01": {0: 30.0, 50: 20.0, 78: 20.0}}).best("A").response == "PR"


def test_two_visits_on_one_day() -> None:
    table = observations({("A", "L01"): {0: 30.0, 60: 20.0}})
    twice = table[table.visit == "day060"].assign(visit="day060b", longest_diameter_mm=40.0)
    out = Outcome(pd.concat([table, twice], ignore_index=True), [patient("A", [0, 60])])
    assert out.visits("protocol_targets") == ["PR", "PD"]
    assert out.best("A").response == "PD"


def test_responses_in_and_outside_the_assessment_window() -> None:
    protocol = load_protocol("il2-imiquimod-retinoid")
    table = observations({("A", "L01"): {0: 30.0, 20: 45.0, 65: 20.0, 105: 20.0}})
    doses = [Dose("A", "IL-2", 0, 28), Dose("A", "imiquimod", 0, 49), Dose("B", "imiquimod", 60, 70)]
    out = Outcome(table, [patient("A", [0, 20, 65, 105])], protocol, doses=doses)
    assert out.visits("protocol_targets", column="in_assessment_window") == [False, True, True]
    assert out.best("A").response == "PD"
    window = out.best("A", visits="assessment_window")
    assert (window.response, window.study_day) == ("PR", 65)


def test_unknown_treatment_start_has_no_window() -> None:
    table = observations({("A", "L01"): {0: 30.0, 65: 20.0}})
    out = Outcome(table, [patient("A", [0, 65], "first_visit")], load_protocol("il2-imiquimod-retinoid"))
    assert out.rows("visit_responses").in_assessment_window.isna().all()
    assert out.rows("lesion_responses").in_assessment_window.isna().all()
    window = out.best("A", visits="assessment_window")
    assert window.response == "MISSING"
    assert "no treatment start is known" in window.note
    plain = Outcome(table, [patient("A", [0, 65], "first_visit")])
    assert plain.rows("visit_responses").in_assessment_window.all()


@pytest.mark.parametrize(
    ("by_patient", "by_rows"), [("first_visit", None), ("treatment_start", "first_visit")]
)
def test_without_a_treatment_start_no_baseline_is_valid(by_patient: str, by_rows: str | None) -> None:
    table = observations({("A", "L01"): {0: 30.0, 65: 20.0}}, day_zero=by_rows)
    out = Outcome(table, [patient("A", [0, 65], by_patient)], load_protocol("il2-imiquimod-retinoid"))
    assert not out.rows("lesion_responses").baseline_valid.any()
    assert out.rows("lesion_responses").in_assessment_window.isna().all()
    assert out.rows("visit_responses").in_assessment_window.isna().all()
    note = out.best("A").note
    assert "no treatment start is known" in note
    assert "day 0 or before" not in note


def cohort(review_status: str = "unreviewed") -> Outcome:
    gone = "not_visible"
    table = observations(
        {
            ("A", "L01"): {0: 30.0, 50: gone, 90: gone},
            ("B", "L01"): {0: 30.0, 50: 20.0, 90: 20.0},
            ("C", "L01"): {0: 30.0, 50: 30.0, 90: 31.0},
            ("D", "L01"): {0: 30.0, 50: 40.0},
            ("E", "L01"): {0: 30.0, 50: "obscured"},
        },
        review_status=review_status,
    )
    days = {"A": [0, 50, 90], "B": [0, 50, 90], "C": [0, 50, 90], "D": [0, 50], "E": [0, 50], "F": []}
    return Outcome(table, [patient(code, visits) for code, visits in days.items()])


def test_best_responses_have_a_row_for_everyone() -> None:
    out = cohort()
    words = {code: out.best(code).response for code in "ABCDEF"}
    assert words == {"A": "CR", "B": "PR", "C": "SD", "D": "PD", "E": "NE", "F": "MISSING"}
    assert len(out.tables["best_responses"]) == 6 * 4 * 2 * 2
    assert out.best("F").note == "no photographs"
    assert not out.tables["best_responses"].signed.any()
    assert "complete response unconfirmed by a reader" in out.best("A").note


def test_rates_count_everyone_and_give_bounds() -> None:
    out = cohort()
    orr = out.rate("ORR")
    assert (orr.numerator, orr.denominator, orr.not_evaluable) == (2, 6, 2)
    assert (orr.rate, orr.worst_case, orr.best_case) == pytest.approx((2 / 6, 2 / 6, 4 / 6))
    assert (orr.lower, orr.upper) == pytest.approx((0.04327187, 0.77722190), abs=1e-7)
    assert out.rate("CR").numerator == 1
    assert out.rate("DCR").numerator == 3


def test_unsigned_complete_response_is_not_counted_as_signed() -> None:
    signed = cohort().rate("ORR", basis="signed")
    assert (signed.numerator, signed.not_evaluable) == (1, 3)
    assert cohort().rate("CR", basis="signed").numerator == 0
    reviewed = cohort("signed")
    assert reviewed.best("A").signed
    assert reviewed.rate("CR", basis="signed").numerator == 1
    assert reviewed.best("A").note is pd.NA


def test_order_of_rows_and_patients_does_not_matter() -> None:
    table = observations({("A", "L01"): {0: 30.0, 50: 20.0, 90: 20.0}, ("B", "L02"): {0: 12.0, 50: 40.0}})
    people = [patient("A", [0, 50, 90]), patient("B", [0, 50])]
    straight = Outcome(table, people)
    mixed = Outcome(table.sample(frac=1, random_state=1), people[::-1])
    for name, found in straight.tables.items():
        keys = [
            c
            for c in found.columns
            if c in ("patient", "lesion", "visit", "analysis", "visits", "confirmation")
        ]
        keys += ["basis", "endpoint"] if name == "rates" else []
        pd.testing.assert_frame_equal(
            found.sort_values(keys, ignore_index=True),
            mixed.tables[name].sort_values(keys, ignore_index=True),
        )


def test_empty_study() -> None:
    out = Outcome(frame("observations", []), [])
    assert out.rate("ORR").denominator == 0
    assert pd.isna(out.rate("ORR").rate)


def test_unknown_patient_is_an_error() -> None:
    with pytest.raises(ValueError, match="'Z', who is not in the study"):
        Outcome(observations({("Z", "L01"): {0: 30.0}}), [patient("A", [0])])


LOOK = st.none() | st.sampled_from(
    ["not_visible", "obscured", "out_of_frame", "removed", "merged", "split", "reappeared",
     "new_candidate", ""]
) | st.decimals(1, 80, places=1).map(float)  # fmt: skip
DAYS = st.sampled_from([-30, 0, 10, 30, 58, 60, 90, 120])
LESIONS = st.dictionaries(
    st.tuples(st.sampled_from("AB"), st.sampled_from(["L01", "L02", "L03"])),
    st.dictionaries(DAYS, LOOK, min_size=1, max_size=6),
    max_size=5,
)


def check_sums(visits: pd.DataFrame, column: str) -> None:
    total, baseline, nadir = visits[column], visits[f"baseline_{column}"], visits[f"nadir_{column}"]
    assert (total[(visits.target_response == "CR").fillna(False)] == 0).all()
    known = total.notna() & baseline.notna()
    has_target = visits.targets != ""
    assert set(visits[~known & has_target].target_response.dropna()) <= {"NE", "PD"}
    assert (visits[known & has_target].target_response != "NE").all()
    assert (nadir[known] <= baseline[known]).all()


@settings(max_examples=20, deadline=None)
@given(LESIONS)
def test_whatever_was_seen_the_tables_hold_together(lesions: dict[tuple[str, str], Sizes]) -> None:
    days = {code: sorted({d for key, s in lesions.items() if key[0] == code for d in s}) for code in "ABC"}
    out = Outcome(observations(lesions), [patient(code, found) for code, found in days.items()])
    visits = out.tables["visit_responses"]
    immune = visits.analysis == "irecist"
    for which, words in ((~immune, ASSESSMENT_WORDS), (immune, IRECIST_WORDS)):
        read = visits[which]
        assert set(read.response) | set(read.response_if_candidates_are_new) <= set(words)
    for unit, of in (
        ("mm", visits.analysis != "all_lesion_area"),
        ("mm2", visits.analysis == "all_lesion_area"),
    ):
        check_sums(visits[of & ~immune], f"sum_{unit}")
    assert len(out.tables["best_responses"]) == 3 * 4 * 2 * 2
    rates = out.tables["rates"]
    assert (rates.denominator == 3).all()
    assert (rates.worst_case <= rates.rate).all()
    assert (rates.rate <= rates.best_case).all()
    assert (rates.best_case <= 1).all()
    pivot = rates.pivot_table(
        index=["analysis", "visits", "confirmation", "basis"], columns="endpoint", values="numerator"
    )
    assert (pivot.CR <= pivot.ORR).all()
    assert (pivot.ORR <= pivot.DCR).all()
    both = rates.pivot_table(
        index=["analysis", "visits", "confirmation", "endpoint"], columns="basis", values="numerator"
    )
    assert (both.signed <= both.automatic).all()
