from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lesiontrack.cli.check import check


def study(root: Path, *photos: str) -> Path:
    for photo in photos:
        (root / photo).parent.mkdir(parents=True, exist_ok=True)
        (root / photo).write_bytes(photo.encode())
    return root


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(check, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def test_help_has_an_example() -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert "lesiontrack check my-study" in result.output


def test_nothing_wrong(tmp_path: Path) -> None:
    study(tmp_path, "P/day000/a.jpg", "P/day014/a.jpg")
    result = run(tmp_path)
    assert (result.exit_code, result.output) == (0, "0 errors, 0 warnings\n")


def test_warnings_only(tmp_path: Path) -> None:
    study(tmp_path, "P/day000/a.jpg", "P/day014/a.jpg", "P/day014/b.pdf")
    result = run(tmp_path)
    assert result.exit_code == 0
    assert result.output.startswith("warning: P/day014/b.pdf: a PDF, not a photo")
    assert result.output.endswith("0 errors, 1 warning\n")


def test_errors(tmp_path: Path) -> None:
    study(tmp_path, "P/day000/a.jpg", "P/day014/A.jpg")
    result = run(tmp_path)
    assert result.exit_code == 2
    assert "error: P: no site is there at two visits" in result.output


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_no_study(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    result = run(tmp_path / name)
    assert result.exit_code == 2
    assert result.output.startswith(f"error: study folder: {tmp_path / name} ")
    assert result.output.endswith("1 error, 0 warnings\n")


def test_names_are_shown_as_they_are_and_steer_no_terminal(tmp_path: Path) -> None:
    study(tmp_path, "P/day000/a.jpg", "P/day014/a.jpg", "P/day014/[red]x\x1b[2J.pdf")
    assert "P/day014/[red]x\\x1b[2J.pdf: a PDF" in run(tmp_path).output


def test_long_messages_are_not_broken(tmp_path: Path) -> None:
    study(tmp_path, "P/day000/a.jpg", "P/day014/a.jpg", f"P/{'follow up ' * 12}x/a.jpg")
    lines = run(tmp_path).output.splitlines()
    assert len(lines) == 2
