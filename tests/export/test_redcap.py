"""The REDCap files against REDCap's import rules, as docs/redcap.md writes them out."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from lesiontrack.export.redcap import files
from lesiontrack.export.redcap.choices import ANALYSIS, RESPONSE, STATUS
from lesiontrack.export.redcap.fields import HEADER, Field
from lesiontrack.export.redcap.instruments import FIELDS, REPEATING
from lesiontrack.export.source import Source
from lesiontrack.response.words import BEST_ORDER, IRECIST_WORDS, TARGET_WORDS
from lesiontrack.tables import frame
from tests.export.adam_study import LESIONS, Sizes, observations, recorded, signed_part, source, whole
from tests.export.adam_study import patients as people

Cells = dict[str, str]
VALIDATION = {
    "date_ymd": re.compile(r"\d{4}-\d{2}-\d{2}"),
    "integer": re.compile(r"[-+]?\d+"),
    "number": re.compile(r"[-+]?[0-9]*\.?[0-9]+"),
    "": re.compile(r"[^\r\n]*"),
}


def table(content: bytes) -> tuple[list[str], list[Cells]]:
    assert not content.startswith(b"\xef\xbb\xbf")  # it would become part of the first field's name
    reader = csv.reader(io.StringIO(content.decode(), newline=""))
    header, *rows = reader
    assert all(len(row) == len(header) for row in rows)
    return header, [dict(zip(header, row, strict=True)) for row in rows]


def check_dictionary(content: bytes) -> dict[str, Cells]:
    """The rules of a data dictionary; returns field name → row."""
    header, rows = table(content)
    assert tuple(header) == HEADER
    assert len(header) == 18
    names = [row["Variable / Field Name"] for row in rows]
    forms = [row["Form Name"] for row in rows]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) and 2 <= len(name) <= 26 for name in [*names, *forms])
    assert names[0] == "record_id"
    assert rows[0]["Field Type"] == "text"
    runs = [form for index, form in enumerate(forms) if index == 0 or forms[index - 1] != form]
    assert len(set(runs)) == len(runs)
    for row in rows:
        assert row["Field Label"]
        assert not set("<>") & set(row["Field Label"])
        assert row["Field Type"] in ("text", "notes", "dropdown", "yesno")
        assert row["Text Validation Type OR Show Slider Number"] in VALIDATION
        if row["Field Type"] != "text":
            assert not row["Text Validation Type OR Show Slider Number"]
        assert bool(row["Choices, Calculations, OR Slider Labels"]) == (row["Field Type"] == "dropdown")
        codes = list(choices(row))
        assert len(set(codes)) == len(codes)
        assert row["Identifier?"] in ("", "y")
    return dict(zip(names, rows, strict=True))


def choices(row: Cells) -> Iterator[str]:
    for choice in filter(None, row["Choices, Calculations, OR Slider Labels"].split("|")):
        code, label = choice.split(",", 1)
        assert re.fullmatch(r"\s*[A-Za-z0-9_]+\s*", code)
        assert label.strip()
        yield code.strip()


def check_import(made: dict[str, bytes]) -> list[Cells]:
    """The rules of a flat import into a project with that dictionary; returns the rows."""
    dictionary = check_dictionary(made["redcap_data_dictionary.csv"])
    _, repeating = table(made["redcap_repeating.csv"])
    forms = {row["form_name"] for row in repeating}
    assert forms < {row["Form Name"] for row in dictionary.values()}
    header, rows = table(made["redcap_import.csv"])
    assert header[0] == "record_id"
    assert set(header) == {*dictionary, "redcap_repeat_instrument", "redcap_repeat_instance"}
    seen = set()
    for row in rows:
        form, instance = row["redcap_repeat_instrument"], row["redcap_repeat_instance"]
        assert row["record_id"]
        assert bool(form) == bool(instance)
        if form:
            assert form in forms
            assert re.fullmatch(r"[1-9]\d*", instance)
            assert int(instance) <= 32767
        key = row["record_id"], form, instance
        assert key not in seen
        seen.add(key)
        for name, described in dictionary.items():
            if row[name] and name != "record_id":
                assert described["Form Name"] == (form or "patient"), (name, form)
                check_value(row[name], described)
    return rows


def check_value(value: str, described: Cells) -> None:
    kind = described["Field Type"]
    if kind == "yesno":
        assert value in ("0", "1")
    elif kind == "dropdown":
        assert value in set(choices(described))
    elif kind == "text":
        validation = described["Text Validation Type OR Show Slider Number"]
        assert VALIDATION[validation].fullmatch(value), (described, value)
        if validation == "date_ymd":
            date.fromisoformat(value)


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
