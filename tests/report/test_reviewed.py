"""What the pages say of signatures, corrections and readers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lesiontrack.report.reviewed import STATES, ReviewState, is_about
from lesiontrack.report.words import NO_AUDIT_TRAIL
from tests.report.reading import Reader, lesion, read


def row(status: str, **cells: Any) -> dict[str, Any]:
    return {"review_status": status, **cells}


@pytest.mark.parametrize(
    ("statuses", "word"),
    [
        (["unreviewed", "unreviewed"], "unreviewed"),
        (["corrected", "unreviewed"], "corrected"),
        (["signed", "unreviewed"], "partly signed"),
        (["signed", "signed"], "signed"),
        (["signed", "void"], "void"),
        ([], "unreviewed"),
    ],
)
def test_the_state_of_a_lesion_is_its_worst_signature(statuses: list[str], word: str) -> None:
    assert ReviewState([row(status) for status in statuses]).word == word
    assert word in STATES


def test_a_row_that_was_corrected_and_then_signed_is_both() -> None:
    state = ReviewState([row("signed", corrections="outlines drawn"), row("unreviewed")])
    assert len(state.corrected) == 1
    assert state.word == "partly signed"
    assert state.sentence == "A reader has signed 1 of 2 visits; the others are unsigned."
    assert ReviewState([row("signed")]).sentence == "A reader has signed every visit."


def test_what_readers_said_of_a_site_is_about_its_lesions() -> None:
    assert is_about({"lesion": "L01", "site": None}, "calf", "L01")
    assert not is_about({"lesion": "L02", "site": "calf"}, "calf", "L01")
    assert is_about({"lesion": None, "site": "calf"}, "calf", "L01")
    assert not is_about({"lesion": None, "site": "thigh"}, "calf", "L01")


@pytest.fixture(scope="module")
def first(reviewed: Path) -> Reader:
    return read(next((reviewed / "lesions").glob("pt001-l01*.html")))


def test_the_header_says_how_far_a_lesion_is_signed(first: Reader) -> None:
    assert "L01 “the dark one” · left-calf · patient PT001" in first.text
    assert "Protocol: Intralesional IL-2 with topical imiquimod and retinoid" in first.text
    assert "Signed 1 of 3 1 void 1 corrected" in first.text
    assert "P1, ramp" in first.text


def test_a_void_signature_says_whose_it_was_and_why(first: Reader) -> None:
    assert "1 signature is void: a value has changed since it was signed." in first.text
    assert "2024-03-18, day 14: signed by Dr Gray on 2024-06-01; area 58 → 60 mm2" in first.text
    assert "2024-04-08, day 35: Dr Lund: outlines drawn (lesion)" in first.text


def test_the_lesion_page_lists_what_is_about_it_and_its_site(first: Reader) -> None:
    text = first.text
    assert "Dr Lund 2024-04-08 outlines drawn (lesion) crust in force" in text
    assert "registration accepted" in text
    assert "signed L02" not in text
    assert "void: area 58 → 60 mm2" in text
    assert NO_AUDIT_TRAIL in text


def test_readers_grades_stand_beside_the_visits(first: Reader) -> None:
    assert "2024-04-08 day 35 induration 2 our-0-3 the whole site Dr Gray review" in first.text


def test_the_patient_page_lists_all_of_it(reviewed: Path) -> None:
    text = read(next((reviewed / "patients").glob("pt001*.html"))).text
    assert "A reader has signed 1 of 9 visits; the others are unsigned." in text
    assert "signed L02" in text
    assert "left-calf L01" in text


def test_the_index_counts_signatures_and_marks_what_is_unsigned(reviewed: Path) -> None:
    text = read(reviewed / "index.html").text
    assert "3 signatures are void" in text
    assert "Signed 3 of 27 lesion-visits, 3 void" in text
    assert "PT001 L01 “the dark one”" in text
    assert "signature void" in text


def test_nothing_is_claimed_where_nobody_signed(ordinary: Path) -> None:
    text = lesion(ordinary).text
    assert "Automatic values; no reader has signed them." in text
    assert "No reader has corrected or signed anything here." in text
    assert "void" not in text


def test_how_it_was_measured_names_model_software_and_provisional_thresholds(first: Reader) -> None:
    text = first.text
    assert f"small-1-abcdef01 sha256 {'ab' * 32}" in text
    assert "lesiontrack 0.1.0, numpy 2.4" in text
    assert "grades.cut_1 2 provisional" in text
    assert "response.pr_fall_pct 30 sourced" in text
    assert "response.confirm_days" not in text
