"""`lesiontrack readers` from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lesiontrack.cli import main
from lesiontrack.corrections import Store
from lesiontrack.spreadsheet import read_csv
from tests.readers.made import A, B, grade, make_results, say


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["readers", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_results(tmp_path / "results")
    say(tmp_path / "study", A, grade(1), grade(2, lesion="L02"), grade(0, lesion="L03"))
    say(tmp_path / "study", B, grade(1), grade(3, lesion="L02"))
    return tmp_path


def test_compares_and_writes_nothing_into_the_study(folder: Path) -> None:
    outcome = invoke(folder / "study", A, "ben carter", "-o", folder / "out")
    assert outcome.exit_code == 0, outcome.output
    assert "grade: erythema (CEA)" in outcome.output
    assert "1 disagreement, 1 read by one only" in outcome.output
    assert not Store(folder / "study").read().entries
    listed = read_csv(folder / "out" / "disagreements.csv")
    assert listed["state"].tolist() == ["differ", "only A"]
    assert "Nothing was merged." in (folder / "out" / "README.txt").read_text("utf-8")


def test_merges_once(folder: Path) -> None:
    arguments = (folder / "study", A, B, "--results", folder / "results", "-o", folder / "out", "--merge")
    assert "1 correction merged into the main store." in invoke(*arguments).output
    assert "Nothing was left to merge." in invoke(*arguments).output
    outcome = invoke(*arguments, "--prefer", "Ben Carter")
    assert "0 disagreements, 1 read by one only" in outcome.output
    (agreed, preferred) = Store(folder / "study").read().entries
    assert (agreed.correction.by, preferred.correction.by) == ("Anna Berg; Ben Carter", B)
    assert read_csv(folder / "out" / "disagreements.csv")["left_open"].tolist() == ["False", "True"]


def test_damaged_files_are_exit_code_1(folder: Path) -> None:
    spoilt = next((folder / "study" / "_review" / "readers").glob("ben*/*.json"))
    spoilt.chmod(0o644)
    spoilt.write_text("{}")
    outcome = invoke(folder / "study", A, B, "-o", folder / "out")
    assert outcome.exit_code == 1
    assert spoilt.name in outcome.output
    assert "Files that could not be used" in (folder / "out" / "README.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Anna Berg", "Carl"], "no blinded reader 'Carl'; there are Anna Berg"),
        (["Anna Berg", "Anna Berg"], "are one reader"),
        (["Anna Berg", "Ben Carter", "--merge"], "--merge needs --results"),
        (["Anna Berg", "Ben Carter", "--prefer", "Ben Carter"], "give --merge"),
        (["Anna Berg", "Ben Carter", "--min-dice", "1.5"], "min-dice"),
        (
            ["Anna Berg", "Ben Carter", "--merge", "--results", "results", "--prefer", "Carl"],
            "one of the two readers, 'Anna Berg' or 'Ben Carter', not 'Carl'",
        ),
    ],
)
def test_bad_usage(folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str) -> None:
    monkeypatch.chdir(folder)
    outcome = invoke("study", *arguments, "-o", "out")
    assert outcome.exit_code == 2, outcome.output
    assert message in " ".join(outcome.output.split())
    assert not (folder / "out").exists()
    assert not Store(folder / "study").read().entries


def test_nobody_elses_folder_is_written_to(folder: Path) -> None:
    (folder / "thesis").mkdir()
    (folder / "thesis" / "chapter.txt").write_text("mine")
    for out in (folder / "thesis", folder / "study" / "out", folder / "thesis" / "chapter.txt", folder):
        outcome = invoke(folder / "study", A, B, "-o", out)
        assert outcome.exit_code == 2, out
    assert [path.name for path in (folder / "thesis").iterdir()] == ["chapter.txt"]


def test_an_earlier_comparison_is_replaced(folder: Path) -> None:
    assert invoke(folder / "study", A, B, "-o", folder / "out").exit_code == 0
    say(folder / "study", B, grade(0, lesion="L03"), first=50)
    assert invoke(folder / "study", A, B, "-o", folder / "out").exit_code == 0
    assert len(read_csv(folder / "out" / "disagreements.csv")) == 1
