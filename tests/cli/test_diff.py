"""`lesiontrack diff` from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lesiontrack.cli import main
from lesiontrack.spreadsheet import read_csv
from tests.diff.made import made
from tests.diff.test_side import write


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["diff", *map(str, arguments)])


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    root = tmp_path_factory.mktemp("made")
    changed = made()
    changed.row("best_responses", patient="PT01")["response"] = "=PR"
    changed.row("observations", patient="PT01", lesion="L01", visit="2024-04-01")["area_mm2"] = 185.0
    return write(root / "a", made()), write(root / "b", changed)


def test_no_difference_is_exit_code_0(folders: tuple[Path, Path]) -> None:
    outcome = invoke(folders[0], folders[0])
    assert outcome.exit_code == 0
    assert "No value differs." in outcome.output


def test_differences_are_exit_code_1(folders: tuple[Path, Path], tmp_path: Path) -> None:
    outcome = invoke(*folders, "-o", tmp_path / "changes.csv")
    assert outcome.exit_code == 1
    assert outcome.output.index("response: SD -> =PR") < outcome.output.index("area_mm2: 184.96 -> 185")
    assert "because: no cause found" in outcome.output
    table = read_csv(tmp_path / "changes.csv")
    assert table["table"].tolist() == ["best_responses", "observations"]
    assert table["new"].tolist() == ["=PR", "185.0"]
    assert b"'=PR" in (tmp_path / "changes.csv").read_bytes()


def test_quiet_and_tolerance(folders: tuple[Path, Path]) -> None:
    assert invoke(*folders, "-q").output == ""
    outcome = invoke(*folders, "--tolerance", "0.01")
    assert outcome.exit_code == 1
    assert "area_mm2" not in outcome.output


def test_file_is_not_overwritten(folders: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "thesis.csv").write_text("mine")
    outcome = invoke(*folders, "-o", tmp_path / "thesis.csv")
    assert outcome.exit_code == 2
    assert "exists; give a new file" in outcome.output
    assert (tmp_path / "thesis.csv").read_text() == "mine"


@pytest.mark.parametrize("option", [("--tolerance", "1"), ("--tolerance", "-0.1"), ("--nonsense",)])
def test_bad_usage_is_exit_code_2(folders: tuple[Path, Path], option: tuple[str, ...]) -> None:
    assert invoke(*folders, *option).exit_code == 2


def test_folder_that_is_not_ours_is_exit_code_2(folders: tuple[Path, Path], tmp_path: Path) -> None:
    outcome = invoke(folders[0], tmp_path)
    assert outcome.exit_code == 2
    assert "neither a results folder" in outcome.output


def test_help_has_an_example_and_the_exit_codes() -> None:
    text = invoke("--help").output
    assert "lesiontrack diff results-march results-june -o changes.csv" in text
    assert "Exit code 0: no value differs; 1: some do" in text
