"""What the pages say, read as text: links, problems, words, sizes."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from lesiontrack.errors import ResultsError
from lesiontrack.report import write_report
from lesiontrack.statements import DISCLAIMER
from tests.report.made_results import VISITS, Plan, make_results

BANNED = r"stop\w*|reduc\w*|increas\w*|infect\w*|safe\w*|toxic\w*|response achieved"


class Reader(HTMLParser):
    """Text, and the attributes of every element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.hidden = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.hidden = tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self.hidden = False

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(data)

    @property
    def text(self) -> str:
        """As a person reads it, alternative texts and hints included."""
        spoken = [
            value
            for _, attributes in self.elements
            for name in ("alt", "aria-label", "title")
            if (value := attributes.get(name))
        ]
        spaced = re.sub(r"\s+", " ", " ".join([*self.words, *spoken]))
        return re.sub(r" (?=[:;,.)])", "", spaced)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def read(path: Path) -> Reader:
    return Reader(path.read_text("utf-8"))


def pages(root: Path) -> list[Path]:
    return sorted(root.rglob("*.html"))


def lesion(root: Path, name: str = "l01") -> Reader:
    return read(next((root / "lesions").glob(f"*{name}*.html")))


def patient(root: Path) -> Reader:
    return read(next((root / "patients").glob("*.html")))


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return tmp_path / "results"


def report(root: Path, plan: Plan) -> Path:
    make_results(root, plan)
    write_report(root)
    return root


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


# Size and number of pages


def test_a_page_with_many_large_pictures_stays_below_2_mb(made: Path) -> None:
    visits = {f"day{day:03d}": day for day in range(0, 280, 7)}
    root = report(made, Plan(visits=visits, picture_side=420, flagged=False))
    source = sum(path.stat().st_size for path in root.rglob("*.jpg"))
    assert source > 4_000_000
    for file in pages(root):
        assert file.stat().st_size < 2_000_000, file.name
    assert len(lesion(root).all("img")) == 40


def test_thumbs_of_many_lesions_lie_beside_the_index(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lesiontrack.report.cohort.EMBEDDED_BYTES", 300)
    names = [f"L{number:02d}" for number in range(1, 5)]
    root = report(made, Plan(lesions=names, visits={"2024-03-04": 0}))
    pictures = [str(image["src"]) for image in read(root / "index.html").all("img")]
    assert len(set(pictures)) == 4
    assert all((root / picture).is_file() and picture.startswith("sheets/") for picture in pictures)
    make_results(root, Plan(lesions=names[:1], visits={"2024-03-04": 0}))
    monkeypatch.undo()
    write_report(root)
    assert list((root / "sheets").iterdir()) == []
    assert len(list((root / "lesions").glob("*.html"))) == 1


def test_two_processes_write_the_same_bytes_as_one(made: Path) -> None:
    root = report(made, Plan(patients=("PT001", "PT002"), visits={"2024-03-04": 0}))
    before = {path: path.read_bytes() for path in pages(root)}
    write_report(root, jobs=2)
    assert {path: path.read_bytes() for path in pages(root)} == before


def test_writing_twice_gives_the_same_bytes(made: Path) -> None:
    root = report(made, Plan())
    before = {path: path.read_bytes() for path in pages(root)}
    write_report(root)
    assert {path: path.read_bytes() for path in pages(root)} == before


# Results that other versions wrote, or that are damaged


def test_settings_without_doses_are_those_of_an_older_version(made: Path) -> None:
    make_results(made, Plan())
    (made / "settings.json").write_text('{"title": "", "thresholds": {}}')
    write_report(made)
    assert "Recorded doses" not in lesion(made).text


def test_a_protocol_whose_shipped_text_has_changed_since_is_read(made: Path) -> None:
    make_results(made, Plan())
    protocol = made / "protocol.toml"
    protocol.write_bytes(protocol.read_bytes() + b"\n# an older text\n")
    assert write_report(made).is_file()


@pytest.mark.parametrize("broken", ["settings.json", "sites/index.json", "picture"])
def test_a_damaged_folder_is_an_error_with_a_remedy(made: Path, broken: str) -> None:
    make_results(made, Plan())
    if broken == "picture":
        next(made.rglob("crop-*.jpg")).unlink()
    else:
        (made / broken).write_text("not json")
    with pytest.raises(ResultsError, match="run `lesiontrack run`"):
        write_report(made)


def test_a_lesion_that_was_never_measured_still_has_its_page(made: Path) -> None:
    nothing = dict.fromkeys(
        ("longest_diameter_mm", "longest_diameter_px", "area_mm2", "area_px", "ulcer_area_px",
         "ulcer_area_mm2", "erythema_grade", "status", "scale_id")
    )  # fmt: skip
    plan = Plan(protocol="response-only", day_zero="first_visit")
    changes = {("L01", visit): nothing | {"evaluable": False} for visit in VISITS}
    text = lesion(report(made, replace(plan, changes=changes))).text
    assert "There is no value to draw." in text
    assert "Last size none evaluable" in text
    assert "Not evaluable at 3 of 3 visits" in text
