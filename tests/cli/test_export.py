"""`lesiontrack export` from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from lesiontrack.cli import main
from lesiontrack.protocol import load_protocol
from lesiontrack.results import ResultsFolder
from lesiontrack.tables import TABLES, frame


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = ResultsFolder(tmp_path / "results")
    folder.prepare(tmp_path / "study")
    for name in TABLES:
        folder.write_table(name, frame(name, []))
    folder.write(folder.protocol.name, load_protocol("response-only").source)
    folder.write(folder.settings.name, b"{}")
    folder.write(folder.provenance.name, b"{}")
    return folder.root


def test_writes_and_says_where(results: Path, tmp_path: Path) -> None:
    outcome = CliRunner().invoke(
        main, ["export", str(results), "--format", "csv", "-o", str(tmp_path / "out")]
    )
    assert outcome.exit_code == 0
    assert outcome.output.strip() == str(tmp_path / "out")
    assert (tmp_path / "out" / "observations.csv").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--format", "stdm", "-o", "new"], "did you mean 'sdtm'"),
        (["--format", "csv", "-o", "new", "--key", "k"], "together with pseudonymise"),
        (["--format", "csv"], "Missing option '-o'"),
        (["-o", "new"], "Missing option '--format'"),
    ],
)
def test_bad_usage_is_exit_code_2(results: Path, arguments: list[str], message: str) -> None:
    outcome = CliRunner().invoke(main, ["export", str(results), *arguments])
    assert outcome.exit_code == 2
    assert message in outcome.output


def test_help_has_an_example() -> None:
    outcome = CliRunner().invoke(main, ["export", "--help"])
    assert outcome.exit_code == 0
    assert "lesiontrack export my-results --format csv -o my-tables" in outcome.output


def test_new_codes_with_a_key_and_without(results: Path, tmp_path: Path) -> None:
    export = ["export", str(results), "--format", "csv", "-o", str(tmp_path / "out"), "--pseudonymise"]
    outcome = CliRunner().invoke(main, export)
    assert outcome.exit_code == 0, outcome.output
    assert "a key that was thrown away" in outcome.output
    key = tmp_path / "key"
    outcome = CliRunner().invoke(main, [*export, "--key", str(key)])
    assert f"Made the key {key}: keep it" in outcome.output
    key.chmod(0o644)
    outcome = CliRunner().invoke(main, [*export, "--key", str(key)])
    assert "`chmod 600` it" in outcome.output
    outcome = CliRunner().invoke(main, [*export, "--key", str(tmp_path / "out" / "key")])
    assert outcome.exit_code == 2
    assert "keep the key elsewhere" in outcome.output
