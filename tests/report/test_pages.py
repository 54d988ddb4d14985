"""What the pages say, read as text: links, problems, words."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from lesiontrack.statements import DISCLAIMER
from tests.report.made_results import Plan
from tests.report.reading import lesion, pages, patient, read, report

BANNED = r"stop\w*|reduc\w*|increas\w*|infect\w*|safe\w*|toxic\w*|response achieved"


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return tmp_path / "results"


# Every page


@pytest.mark.parametrize("which", ["ordinary", "hostile"])
def test_every_link_leads_somewhere(which: str, request: pytest.FixtureRequest) -> None:
    root: Path = request.getfixturevalue(which)
    seen = 0
    for file in pages(root):
        page = read(file)
        ids = {attributes.get("id") for _, attributes in page.elements}
        for link in page.all("a"):
            target, _, fragment = str(link["href"]).partition("#")
            assert not target or (file.parent / unquote(target)).is_file(), (file.name, link)
            assert target or fragment in ids, (file.name, link)
            seen += 1
    assert seen > 20


def test_no_banned_word_outside_the_disclaimer(ordinary: Path) -> None:
    for file in pages(ordinary):
        text = read(file).text
        assert DISCLAIMER in text
        assert re.findall(rf"\b({BANNED})\b", text.replace(DISCLAIMER, ""), re.IGNORECASE) == [], file.name


def test_pictures_have_texts_headers_a_scope_and_ids_are_unique(ordinary: Path) -> None:
    for file in pages(ordinary):
        page = read(file)
        assert all(image.get("alt") for image in page.all("img"))
        assert all(cell.get("scope") in ("col", "row") for cell in page.all("th"))
        assert all(svg.get("aria-label") or svg.get("aria-hidden") for svg in page.all("svg"))
        ids = [value for _, attributes in page.elements if (value := attributes.get("id"))]
        assert len(ids) == len(set(ids))
        assert "<metadata" not in file.read_text("utf-8")


def test_every_page_says_that_nothing_is_validated(ordinary: Path) -> None:
    for file in pages(ordinary):
        assert "Not validated on this population" in read(file).text


def test_only_our_own_script_and_style_are_allowed(ordinary: Path) -> None:
    policies = {
        meta["content"]
        for file in pages(ordinary)
        for meta in read(file).all("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    }
    assert len(policies) == 1
    (policy,) = policies
    assert policy is not None
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'")


def test_nothing_of_a_hostile_text_becomes_an_element(hostile: Path) -> None:
    for file in pages(hostile):
        page = read(file)
        assert len(page.all("script")) == 1
        assert {"b", "i"} & {name for name, _ in page.elements} == set()
        assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
        assert all(str(image["src"]).startswith("data:image/jpeg;base64,") for image in page.all("img"))


# What could not be evaluated


def test_a_failed_photo_and_a_refused_visit_are_seen_on_the_lesion_page(ordinary: Path) -> None:
    refused = lesion(ordinary, "l02").text
    assert "Not evaluable at 2 of 4 visits" in refused
    assert (
        "2024-03-25, day 21: photo not usable (PT001/2024-03-25/left-calf.jpg), read: the file is cut off"
        in refused
    )
    assert "2024-03-18, day 14: visit not registered: skin texture: 3 features agree" in refused
    other = lesion(ordinary, "l01").text
    assert "Not evaluable at 1 of 4 visits" in other


def test_failures_are_on_top_of_patient_page_and_index(ordinary: Path) -> None:
    for page in (patient(ordinary), read(ordinary / "index.html")):
        assert "could not be used" in page.text
        assert "PT001/2024-03-25/left-calf.jpg" in page.text
        assert any("fail" in str(box.get("class")) for box in page.all("section"))


def test_a_patient_without_photos_is_named_as_part_of_the_denominator(ordinary: Path) -> None:
    text = read(ordinary / "index.html").text
    assert "PT009 no photos: counted in every denominator" in text
    assert "Patients 2" in text


def test_days_from_the_first_visit_are_said_on_each_kind_of_page(made: Path) -> None:
    root = report(made, Plan(day_zero="first_visit"))
    for page in (lesion(root), patient(root), read(root / "index.html")):
        assert "Day 0 is the first visit" in page.text
    text = lesion(root).text
    assert "No valid baseline." in text
    assert "expected band" not in text
    assert "erythema grade of the treated field" not in text


def test_what_band_and_grade_rest_on_is_the_protocols_and_the_scales(ordinary: Path) -> None:
    text = lesion(ordinary).text
    assert (
        "Expected course: provisional, il2-imiquimod-retinoid-proposal-1, not derived from Figure 2" in text
    )
    assert "Grade, provisional" in text
    assert "provisional erythema grade of the treated field" in text


def test_days_from_the_treatment_start_need_no_such_note(ordinary: Path) -> None:
    assert all("Day 0 is the first visit" not in read(file).text for file in pages(ordinary))


# Values


def test_values_of_the_tables_are_on_the_lesion_page(ordinary: Path) -> None:
    text = lesion(ordinary).text
    assert "12.0 ± 0.6" in text
    assert "−29 %" in text
    assert "within (80 %)" in text
    assert "None" not in text


def test_a_baseline_visit_is_called_baseline(ordinary: Path) -> None:
    assert re.search(r"day 0, P1 present 12\.0 ± 0\.6 .*? baseline unreviewed ", lesion(ordinary).text)


def test_sums_are_given_in_the_unit_of_their_analysis(ordinary: Path) -> None:
    text = patient(ordinary).text
    assert re.search(r"Sum at baseline: 12\.0 mm\.", text)
    assert re.search(r"Sum at baseline: 144(\.0)? mm²\.", text)
    assert re.search(r"Sum mm² From baseline .*? 14\d\.\d −", text)


def test_the_main_analysis_is_open_and_the_others_are_folded(ordinary: Path) -> None:
    for page in (patient(ordinary), read(ordinary / "index.html")):
        html = [name for name, _ in page.elements]
        assert html.count("details") >= 2
        text = " ".join(page.words)
        assert text.index("Protocol targets") < text.index("RECIST 1.1, two per organ")


def test_a_note_that_rows_share_is_printed_once(made: Path) -> None:
    root = report(made, Plan(text="shared note"))
    notes = [e for e in lesion(root).all("li") if str(e.get("id")).startswith("note-")]
    assert len(notes) == 2  # the reference, and the note on inflammation
