"""The command line as a whole: help, exit codes, what is printed and what is not."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import lesiontrack
from lesiontrack.cli import COMMANDS, DEFECT, STOPPED, main
from lesiontrack.errors import LesiontrackError, ProtocolError, ResultsError, StudyError
from tests.pipeline.plain import plain_study, put

HEAVY = ("cv2", "pandas", "numpy", "matplotlib", "scipy", "skimage", "pydantic", "rich", "PIL")


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    """Every command and subcommand whose module is there."""
    context = click.Context(group)
    for name in group.list_commands(context):
        if not path and find_spec(COMMANDS[name][0]) is None:
            continue
        command = group.get_command(context, name)
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)


ALL = list(commands(main))


def call(*arguments: str | Path) -> click.testing.Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.mark.parametrize("path", [(), *ALL], ids=" ".join)
def test_help_has_an_example_that_the_command_takes(path: tuple[str, ...]) -> None:
    outcome = call(*path, "--help")
    assert outcome.exit_code == 0
    head, _, examples = outcome.output.partition("Example")
    assert head.startswith("Usage: ")
    lines = [line.strip() for line in examples.splitlines() if line.strip().startswith("lesiontrack ")]
    assert lines
    assert any(line.startswith(" ".join(("lesiontrack", *path))) for line in lines)


def test_h_is_help() -> None:
    assert call("-h").output == call("--help").output
    command = [sys.executable, "-c", "from lesiontrack.cli import main; main()", "protocol", "list", "-h"]
    assert subprocess.run(command, capture_output=True, text=True).stdout.startswith("Usage: ")


def test_the_list_of_commands_is_whole() -> None:
    text = call("--help").output
    for name, (module, attribute, line) in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(line.split()[0])}", text, re.MULTILINE), name
        assert module.startswith("lesiontrack.cli.")
        assert attribute.isidentifier()


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["rnu"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom lesiontrack.cli import main\n"
        "try: main(sys.argv[1:])\nexcept SystemExit: pass\n"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    outcome = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
    assert outcome.stderr.splitlines()[-1] == "[]", outcome.stderr


def test_the_installed_command() -> None:
    script = Path(sys.executable).with_name("lesiontrack")
    if not script.exists():
        pytest.skip("lesiontrack is not installed beside this Python")
    outcome = subprocess.run([script, "--version"], capture_output=True, text=True)
    assert outcome.stdout.strip().endswith(lesiontrack.__version__)
    outcome = subprocess.run([script, "check", "no-such-study"], capture_output=True, text=True)
    assert outcome.returncode == 2
    assert "no-such-study" in outcome.stdout + outcome.stderr
    assert "Traceback" not in outcome.stderr


@pytest.mark.parametrize(("typed", "meant"), [("rnu", "run"), ("exprot", "export"), ("chekc", "check")])
def test_an_unknown_command_suggests_the_nearest(typed: str, meant: str) -> None:
    outcome = call(typed)
    assert outcome.exit_code == 2
    assert f"no command {typed!r}; did you mean {meant!r}?" in outcome.output


def test_an_unknown_command_far_from_all_lists_them() -> None:
    outcome = call("zzzzzz")
    assert outcome.exit_code == 2
    assert all(name in outcome.output for name in COMMANDS)


@pytest.mark.parametrize(
    "arguments",
    [
        ["run"],
        ["run", "no-such-study", "-o", "out"],
        ["run", ".", "-o", "out", "--jobs", "0"],
        ["run", ".", "-o", "out", "--protocl", "x"],
        ["report", "no-such-results"],
        ["report", "."],
        ["export", ".", "--format", "csv", "-o", "out"],
        ["export", ".", "--format", "xls", "-o", "out"],
        ["protocol", "show", "no-such-protocol"],
        ["protocol", "check", "no-such-file.toml"],
        ["protocol", "shwo"],
        ["phantom"],
    ],
    ids=" ".join,
)
def test_bad_usage_is_exit_code_2_without_a_traceback(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = call(*arguments)
    assert outcome.exit_code == 2, outcome.output
    assert "Error: " in outcome.output
    assert "Traceback" not in outcome.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (StudyError("the study \x1b[31m is odd"), 2, "Error: the study \\x1b[31m is odd"),
        (ProtocolError("the protocol"), 2, "Error: the protocol"),
        (ResultsError("the results"), 2, "Error: the results"),
        (LesiontrackError("any"), 2, "Error: any"),
        (PermissionError(13, "Permission denied", "some/file"), 2, "Error: some/file: Permission denied"),
        (KeyboardInterrupt(), STOPPED, "Stopped."),
        (ZeroDivisionError("by nothing"), DEFECT, "please report"),
    ],
)
def test_errors_and_their_exit_codes(
    error: BaseException, code: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("lesiontrack.pipeline.run", fail)
    outcome = call("run", tmp_path, "-o", tmp_path / "out")
    assert outcome.exit_code == code
    assert words in outcome.output
    assert ("Traceback" in outcome.output) == (code == DEFECT)


def test_exit_codes_0_and_1_and_quiet(tmp_path: Path) -> None:
    study = plain_study(tmp_path / "study", 1)
    outcome = call("run", study, "-o", tmp_path / "out", "--jobs", "1", "--quiet")
    assert (outcome.exit_code, outcome.output) == (0, "")
    told = call("run", study, "-o", tmp_path / "out", "--jobs", "1")
    assert told.exit_code == 0
    assert "1 of 1" in told.output
    assert "index.html" in told.output
    exported = call("export", tmp_path / "out", "--format", "csv", "-o", tmp_path / "tables")
    assert exported.exit_code == 0
    assert (tmp_path / "tables" / "photos.csv").is_file()
    assert call("report", tmp_path / "out").exit_code == 0
    put(study, "PT001/2024-03-04/arm.jpg", b"")
    failed = call("run", study, "-o", tmp_path / "out", "--jobs", "1", "--quiet")
    assert failed.exit_code == 1
    assert failed.output.startswith("failed: PT001/2024-03-04/arm.jpg (read): the file is empty")


def test_verbose_says_what_the_stages_found_in_workers_too(tmp_path: Path) -> None:
    study = plain_study(tmp_path / "study", 1, 1)
    command = ["register", str(study), "-o", str(tmp_path / "out"), "--jobs", "2", "-v"]
    code = "from lesiontrack.cli import main; main()"
    outcome = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True)
    assert outcome.returncode == 0, outcome.stderr
    for patient in ("PT001", "PT002"):
        line = rf"^INFO lesiontrack\.pipeline\.prepare: {patient}/2024-03-04/calf\.jpg: .*quality \w+"
        assert re.search(line, outcome.stderr, re.MULTILINE), outcome.stderr
        assert f"{patient}/calf, 2024-03-04: registered by identity" in outcome.stderr
        assert f"{patient}/calf: done" in outcome.stderr


def test_a_subprocess_prints_no_traceback_for_a_bad_study(tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "study.toml").write_text("tittle = 'x'")
    code = "from lesiontrack.cli import main; main()"
    command = [sys.executable, "-c", code, "run", str(tmp_path / "study"), "-o", str(tmp_path / "out")]
    outcome = subprocess.run(command, capture_output=True, text=True)
    assert outcome.returncode == 2
    assert outcome.stdout == ""
    assert outcome.stderr.strip() == "Error: study.toml: unknown key 'tittle'; did you mean 'title'?"
