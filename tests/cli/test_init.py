from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lesiontrack.cli import main
from lesiontrack.corrections import Assignment, Store
from lesiontrack.corrections.located import photo_digest
from lesiontrack.study import read_study
from tests.intake.trees import photo


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(main, ["init", *(str(argument) for argument in arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def clinic(root: Path) -> Path:
    for index, day in enumerate(("2024-03-04", "2024-03-18")):
        photo(root / f"Meier Hans/{day}/left calf.jpg", index)
    return root


def test_help_has_an_example() -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert "lesiontrack init camera-card -o my-study" in result.output


def test_all_assigned(tmp_path: Path) -> None:
    result = run(clinic(tmp_path))
    assert result.exit_code == 0
    assert "2 photos of 1 patient and 1 site " in result.output
    assert "identifies patients" in result.output
    assert f"lesiontrack review {tmp_path}   (or edit photos.csv)" in result.output.splitlines()[-1]
    assert "-o STUDY makes copies" in result.output
    assert read_study(tmp_path).failures == ()


def test_a_study_elsewhere(tmp_path: Path) -> None:
    result = run(clinic(tmp_path / "photos"), "-o", tmp_path / "study")
    assert result.exit_code == 0
    assert "-o STUDY makes copies" not in result.output
    assert [patient.code for patient in read_study(tmp_path / "study").patients] == ["P001"]
    assert not (tmp_path / "photos/photos.csv").exists()


def test_something_left(tmp_path: Path) -> None:
    photo(clinic(tmp_path) / "Meier Hans/left calf.jpg", 5)
    result = run(tmp_path)
    assert result.exit_code == 1
    assert "undecided: Meier Hans/left calf.jpg: no date" in result.output
    assert "were not copied" not in result.output
    assert read_study(tmp_path).failures == ()


def test_what_was_left_is_placed_by_a_reader(tmp_path: Path) -> None:
    photo(clinic(tmp_path) / "Meier Hans/left calf.jpg", 5)
    run(tmp_path)
    left = "Meier Hans/left calf.jpg"
    (known,) = read_study(tmp_path).patients
    Store(tmp_path).add(
        Assignment(
            photo=left, photo_sha256=photo_digest(tmp_path / left), patient=known.code, visit="2024-04-08",
            site=known.photos[0].site,
        ),
        by="Dr A",
    )  # fmt: skip
    study = read_study(tmp_path)
    assert study.failures == ()
    assert [visit.label for visit in study.patients[0].visits] == ["2024-03-04", "2024-03-18", "2024-04-08"]


def test_what_was_left_is_not_in_the_copy(tmp_path: Path) -> None:
    photo(clinic(tmp_path / "photos") / "Meier Hans/left calf.jpg", 5)
    result = run(tmp_path / "photos", "-o", tmp_path / "study")
    assert "were not copied" in result.output
    sheet = (tmp_path / "study/_init/contact-sheet.html").read_text()
    assert "lesiontrack review STUDY" in sheet
    assert "were not copied" in sheet


def test_quiet_says_problems_only(tmp_path: Path) -> None:
    assert run(clinic(tmp_path / "a"), "-q").output == ""


@pytest.mark.parametrize("kind", ["nowhere", "file", "empty"])
def test_no_photos(tmp_path: Path, kind: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    result = run(tmp_path / kind)
    assert result.exit_code == 2
    assert str(tmp_path / kind) in result.output


def test_an_existing_list_is_refused_before_reading(tmp_path: Path) -> None:
    run(clinic(tmp_path))
    result = run(tmp_path)
    assert result.exit_code == 2
    assert "--force" in result.output
    assert "reading photos" not in result.output
    assert run(tmp_path, "--force").exit_code == 0


def test_a_study_is_left_as_it_is(tmp_path: Path) -> None:
    photo(tmp_path / "PT1/2024-03-04/left-calf.jpg", 1)
    result = run(tmp_path)
    assert result.exit_code == 0
    assert "laid out as a study already" in result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["PT1"]


def test_date_order_and_key(tmp_path: Path) -> None:
    photo(tmp_path / "photos/Adler/03-04-2024/left calf.jpg", 1)
    photo(tmp_path / "photos/Meier/2024-03-18/left calf.jpg", 2)
    (tmp_path / "key.csv").write_text("code,original,kept\nP001,Meier,no\n")
    result = run(
        tmp_path / "photos",
        "-o",
        tmp_path / "study",
        "--date-order",
        "month-first",
        "--key",
        tmp_path / "key.csv",
    )
    assert result.exit_code == 0
    photos = {
        entry.relative for patient in read_study(tmp_path / "study").patients for entry in patient.photos
    }
    assert photos == {"P001/2024-03-18/left-calf.jpg", "P002/2024-03-04/left-calf.jpg"}


def test_names_steer_no_terminal(tmp_path: Path) -> None:
    photo(clinic(tmp_path) / "Meier Hans/x\x1b[2J.jpg", 5)
    result = run(tmp_path)
    assert "\x1b[2J" not in result.output
    assert "x\\x1b[2J.jpg" in result.output
