from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from lesiontrack.cli import main
from lesiontrack.results import ResultsFolder
from tests.report.made_results import Plan, make_results


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(main, ["report", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def test_help_has_an_example() -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert "lesiontrack report my-results" in result.output


def test_pages_are_made_again_and_the_index_is_named(tmp_path: Path) -> None:
    make_results(tmp_path, Plan())
    result = run(tmp_path)
    assert result.exit_code == 0
    assert result.stdout == f"{tmp_path / 'index.html'}\n"
    assert len(list(tmp_path.rglob("*.html"))) == 3


def test_quiet_prints_nothing(tmp_path: Path) -> None:
    make_results(tmp_path, Plan())
    result = run(tmp_path, "-q")
    assert (result.exit_code, result.output) == (0, "")


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    result = run(tmp_path)
    assert result.exit_code == 2
    assert "is not a results folder of lesiontrack" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_results_of_an_earlier_stage_name_the_remedy(tmp_path: Path) -> None:
    make_results(tmp_path, Plan())
    ResultsFolder(tmp_path).remove_table("rates")
    result = run(tmp_path)
    assert result.exit_code == 2
    assert "rates.parquet is missing" in result.output
    assert "use `lesiontrack run`" in result.output


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    make_results(tmp_path, Plan())
    with ResultsFolder(tmp_path).locked():
        result = run(tmp_path)
    assert result.exit_code == 2
    assert "is in use by another run" in result.output
