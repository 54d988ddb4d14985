"""The REDCap files: within REDCap's rules, with the tables' values, under numbers that stay."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from lesiontrack.export.redcap import files
from lesiontrack.export.redcap.choices import ANALYSIS, RESPONSE, STATUS
from lesiontrack.export.redcap.fields import Field
from lesiontrack.export.redcap.instruments import FIELDS, REPEATING
from lesiontrack.export.source import Source
from lesiontrack.response.words import BEST_ORDER, IRECIST_WORDS, TARGET_WORDS
from lesiontrack.tables import frame
from tests.export.adam_study import LESIONS, Sizes, observations, recorded, signed_part, source, whole
from tests.export.adam_study import patients as people
from tests.export.redcap_rules import Cells, check_import, table


def numbers(rows: list[Cells], form: str, record: str) -> list[int]:
    return [
        int(row["redcap_repeat_instance"])
        for row in rows
        if (row["record_id"], row["redcap_repeat_instrument"]) == (record, form)
    ]


@pytest.fixture(scope="module")
def rows() -> list[Cells]:
    return check_import(files(whole()))


FEW = {code: LESIONS[code] for code in ("0039", "E")}


@pytest.mark.parametrize(
    "options", [{"lesions": FEW, "dated": False}, {"lesions": FEW, "started": False}, {"nobody": True}]
)
def test_every_study_follows_the_rules(options: dict[str, Any]) -> None:
    check_import(files(source(**options)))


def test_signed_part_follows_the_rules() -> None:
    unsigned = check_import(files(signed_part(whole())))
    assert {row["redcap_repeat_instrument"] for row in unsigned} == {"", "visit", "flag"}
    signed = check_import(files(signed_part(source(FEW, review_status="signed"))))
    assert {row["lv_review"] for row in signed if row["lv_key"]} == {"1"}


def test_instances_count_from_one(rows: list[Cells]) -> None:
    for record in LESIONS:
        for form in REPEATING:
            found = numbers(rows, form, record)
            assert found == list(range(1, len(found) + 1)), (record, form)


def test_everything_is_there_once(rows: list[Cells]) -> None:
    patients = [row for row in rows if not row["redcap_repeat_instrument"]]
    assert [row["record_id"] for row in patients] == ["0039", "B", "C", "D", "E", "F", "G", "H", "I"]
    lesions = [row for row in rows if row["redcap_repeat_instrument"] == "lesion_visit"]
    assert len(lesions) == sum(len(sizes) for found in LESIONS.values() for sizes in found.values())
    visits = [row for row in rows if row["redcap_repeat_instrument"] == "visit"]
    assert len(visits) == sum(len({d for s in found.values() for d in s}) for found in LESIONS.values())
    photoless = [row for row in rows if row["record_id"] == "F"]
    assert {row["redcap_repeat_instrument"] for row in photoless} == {"", "best_response"}


def test_values_are_those_of_the_tables(rows: list[Cells]) -> None:
    by_key = {(row["record_id"], row["lv_key"]): row for row in rows if row["lv_key"]}
    one = by_key["B", "L01 / leg / day130"]
    assert (one["lv_diameter_mm"], one["lv_diameter_sd"], one["lv_area_mm2"]) == ("27.5", "0.5", "756.25")
    assert (one["lv_day"], one["lv_date"]) == ("130", "2024-05-10")
    assert (one["lv_status"], one["lv_evaluable"], one["lv_review"]) == ("1", "1", "0")
    gone = by_key["0039", "L01 / leg / day050"]
    assert (gone["lv_diameter_mm"], gone["lv_status"], gone["lv_response"]) == ("0", "2", "1")
    hidden = by_key["E", "L01 / leg / day050"]
    assert (hidden["lv_diameter_mm"], hidden["lv_status"], hidden["lv_evaluable"]) == ("", "3", "0")
    visit = next(row for row in rows if (row["record_id"], row["vis_label"]) == ("B", "day050"))
    assert (visit["vis_pt_sum"], visit["vis_pt_base"], visit["vis_pt_response"]) == ("20", "30", "2")
    assert visit["vis_area_sum"] == "416"
    patient = next(row for row in rows if row["record_id"] == "D")
    assert (patient["pat_start"], patient["pat_death_day"], patient["pat_day_zero"]) == (
        "2024-01-01",
        "60",
        "1",
    )


def test_best_response_numbers_never_change_their_meaning(rows: list[Cells]) -> None:
    meanings = {
        (row["redcap_repeat_instance"], row["br_analysis"], row["br_visits"], row["br_confirmation"])
        for row in rows
        if row["redcap_repeat_instrument"] == "best_response"
    }
    assert len({number for number, *_ in meanings}) == len(meanings)
    assert ("1", "1", "1", "1") in meanings
    assert ("8", "2", "2", "2") in meanings


def instances(of: Source) -> dict[tuple[str, str, str], str]:
    """(record, instrument, number) → what the instance is about."""
    found = {}
    for row in table(files(of)["redcap_import.csv"])[1]:
        form = row["redcap_repeat_instrument"]
        about = {"visit": "vis_label", "lesion_visit": "lv_key", "flag": "fl_key"}.get(form)
        if about:
            found[row["record_id"], form, row["redcap_repeat_instance"]] = row[about]
    return found


SEEN = st.sampled_from([12.0, "obscured"])
RESTS = st.dictionaries(st.sampled_from([70, 90]), SEEN | st.just("not_visible"))
COURSES = st.dictionaries(
    st.sampled_from(["L01", "L02", "L10"]),
    st.tuples(st.sampled_from([0, 30, 60]), SEEN, RESTS),
    min_size=1,
    max_size=3,
)
EMPTY = source(nobody=True)


def bare(course: dict[str, Sizes], **columns: str) -> Source:
    """One patient's observations alone."""
    patients = frame("patients", [recorded(one) for one in people({"A": course}) if one.code == "A"])
    seen = observations({"A": course}, **columns)
    return replace(EMPTY, tables={**EMPTY.tables, "patients": patients, "observations": seen})


@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(COURSES, st.booleans())
def test_a_later_visit_moves_no_number(
    course: dict[str, tuple[int, float | str, Sizes]], new_lesion: bool
) -> None:
    """From the day on which it is first seen a lesion has rows; a new one has them at earlier visits, too."""
    now: dict[str, Sizes] = {lesion: {first: seen, **rest} for lesion, (first, seen, rest) in course.items()}
    before = instances(bare(now))
    later: dict[str, Sizes] = {lesion: {**sizes, 120: 11.0} for lesion, sizes in now.items()}
    if new_lesion:
        earlier: Sizes = {day: "not_visible" for sizes in now.values() for day in sizes}
        later["L09"] = {**earlier, 120: 12.0}
    after = instances(bare(later))
    assert {key: after[key] for key in before} == before
    assert len(after) > len(before)


def test_a_visit_put_in_between_is_seen_by_its_keys() -> None:
    before = instances(bare({"L01": {0: 12.0, 60: 12.0}}))
    after = instances(bare({"L01": {0: 12.0, 30: 12.0, 60: 12.0}}))
    assert before["A", "lesion_visit", "2"] == "L01 / leg / day060"
    assert after["A", "lesion_visit", "2"] == "L01 / leg / day030"
    assert "put in between" in " ".join(files(EMPTY)["redcap.txt"].decode().split())


def test_codes_cover_every_word_of_the_responses() -> None:
    assert {*BEST_ORDER, *IRECIST_WORDS, *TARGET_WORDS} - {"ND"} <= set(RESPONSE)
    for codes in (RESPONSE, STATUS, ANALYSIS):
        assert len(set(codes.values())) == len(codes)


def test_cells() -> None:
    number = Field("a1", "f", "number", "l", "c")
    assert [number.cell(x) for x in (0.0, 1e-7, 1200.0, 12.5, None)] == ["0", "0.0000001", "1200", "12.5", ""]
    assert Field("a1", "f", "notes", "l", "c").cell("two\r\nlines") == "two lines"
    assert Field("a1", "f", "yesno", "l", "c").cell(False) == "0"
    with pytest.raises(ValueError, match="'PR2' has no REDCap code in a1"):
        Field("a1", "f", "dropdown", "l", "c", RESPONSE).cell("PR2")


def test_text_that_looks_like_a_formula_stays_as_it_is() -> None:
    of = bare({"L01": {0: 12.0}}, reason="=SUM(1;2)")
    found = check_import(files(of))
    assert [row["lv_reason"] for row in found if row["lv_key"]] == ["=SUM(1;2)"]


def test_fields_are_filled_from_columns_that_exist(rows: list[Cells]) -> None:
    filled = {name for row in rows for name, value in row.items() if value}
    rare = {"lv_phase", "lv_injected", "lv_perp_mm", "lv_delta_a_sd", "lv_ery_scale", "lv_inflammation"}
    rare |= {"lv_envelope", "lv_merged_into", "lv_area_sd", "lv_ulcer_sd", "pat_protocol"}
    own = {field.name for field in FIELDS if not re.match(r"vis_(it.|ir)_|vis_.*nontarget", field.name)}
    assert own - filled <= rare


def test_unknown_analysis_is_an_error() -> None:
    of = bare({"L01": {0: 12.0}})
    row = {"patient": "A", "visit": "day060", "study_day": 60, "analysis": "mine"}
    changed = {**of.tables, "visit_responses": frame("visit_responses", [row])}
    with pytest.raises(ValueError, match="'mine' has no fields"):
        files(replace(of, tables=changed))
