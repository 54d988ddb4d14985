"""The files that a report leaves: size and number, and results that are damaged or of another version."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from lesiontrack.errors import ResultsError
from lesiontrack.report import write_report
from lesiontrack.results import ResultsFolder
from tests.report.made_results import VISITS, Plan, make_results
from tests.report.reading import lesion, pages, read, report


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return tmp_path / "results"


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


def test_two_processes_write_the_same_bytes_as_one(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lesiontrack.report.write.PATIENTS_A_PROCESS", 1)
    root = report(made, Plan(patients=("PT001", "PT002"), visits={"2024-03-04": 0}))
    before = {path: path.read_bytes() for path in pages(root)}
    write_report(root, jobs=2)
    assert {path: path.read_bytes() for path in pages(root)} == before


def test_writing_twice_gives_the_same_bytes(made: Path) -> None:
    root = report(made, Plan())
    before = {path: path.read_bytes() for path in pages(root)}
    write_report(root)
    assert {path: path.read_bytes() for path in pages(root)} == before


def test_a_lesion_that_two_sites_show_has_a_page_for_each(made: Path) -> None:
    make_results(made, Plan())
    index = made / "sites" / "index.json"
    (one,) = json.loads(index.read_text())
    index.write_text(json.dumps([one, one | {"site": "left-shin"}]))
    tables = ResultsFolder(made)
    for name in ("photos", "observations", "lesion_responses"):
        table = tables.read_table(name)
        tables.write_table(name, pd.concat([table, table.assign(site="left-shin")]))
    write_report(made)
    assert sorted(path.name.rsplit("-", 1)[0] for path in (made / "lesions").glob("*.html")) == [
        "pt001-l01",
        "pt001-l01-left-shin",
    ]
    links = {str(link["href"]) for link in read(made / "index.html").all("a")}
    assert sum(link.startswith("lesions/") for link in links) == 2


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
