"""`lesiontrack freeze` from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lesiontrack.cli import main
from tests.diff.made import made
from tests.diff.test_side import write


def invoke(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["freeze", *map(str, arguments)])


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from lesiontrack.results import ResultsFolder
    from lesiontrack.tables import data_dictionary

    root = write(tmp_path_factory.mktemp("made") / "results", made())
    ResultsFolder(root).write_table("data_dictionary", data_dictionary())
    return root


def test_freezes_and_checks(results: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut"
    outcome = invoke(results, "-o", cut, "--note", "for the board")
    assert outcome.exit_code == 0, outcome.output
    assert "2 patients, 4 lesions, 12 photos" in outcome.output
    assert "note: for the board" in outcome.output
    assert "sha256 " in outcome.output
    for arguments in ((cut, "--check"), ("--check", cut)):
        checked = invoke(*arguments)
        assert checked.exit_code == 0
        assert checked.output == outcome.output


def test_what_was_altered_is_exit_code_1(results: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut"
    invoke(results, "-o", cut)
    (cut / "settings.json").chmod(0o644)
    (cut / "settings.json").write_text("{}")
    outcome = invoke("--check", cut)
    assert outcome.exit_code == 1
    assert "1 file not as frozen:" in outcome.output
    assert "settings.json: altered" in outcome.output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "Missing option '-o'"),
        (("--check",), "is not a frozen cut"),
        (("--check", "-o", "new"), "--check takes a cut alone"),
        (("-o", "new", "--until", "2024-06-01", "--until-day", "3"), "not both"),
        (("-o", "new", "--until", "June"), "June"),
        (("-o", "new", "--until-day", "28"), "has no table"),
    ],
)
def test_bad_usage_is_exit_code_2(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = invoke(results, *options)
    assert outcome.exit_code == 2
    assert message in outcome.output
    assert not (tmp_path / "new").exists()


def test_help_has_examples() -> None:
    assert "lesiontrack freeze --check interim-1" in invoke("--help").output
