from pathlib import Path

import pytest
from click.testing import CliRunner

from lesiontrack.cli import main
from lesiontrack.protocol import load_protocol, shipped_protocols


def call(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["protocol", *arguments])
    return result.exit_code, result.output


@pytest.mark.parametrize("command", [[], ["list"], ["show"], ["check"]])
def test_help_has_an_example(command: list[str]) -> None:
    code, output = call(*command, "--help")
    assert code == 0
    assert "lesiontrack protocol" in output.partition("Example")[2]


def test_list_names_every_shipped_protocol() -> None:
    code, output = call("list")
    assert code == 0
    for name in shipped_protocols():
        assert load_protocol(name).protocol_id in output


@pytest.mark.parametrize("name", shipped_protocols())
def test_show_gives_every_value_with_its_mark(name: str) -> None:
    code, output = call("show", name)
    assert code == 0
    for setting in load_protocol(name).settings():
        line = next(line for line in output.splitlines() if setting.key in line.split())
        assert setting.mark in line


def test_show_toml_is_a_start_for_a_file_of_ones_own(tmp_path: Path) -> None:
    code, text = call("show", "imiquimod-monotherapy", "--toml")
    assert code == 0
    path = tmp_path / "ours.toml"
    path.write_text(text.replace('id = "imiquimod-monotherapy"', 'id = "ours"'), "utf-8")
    code, output = call("check", str(path))
    assert code == 0
    assert "ours@1#" in output
    assert "with an expected course" in output


def test_check_fails_with_the_nearest_right_key(tmp_path: Path) -> None:
    _, text = call("show", "response-only", "--toml")
    path = tmp_path / "ours.toml"
    path.write_text(text.replace("confirm_days", "confirm_day"), "utf-8")
    code, output = call("check", str(path))
    assert code == 2
    assert "ours.toml: unknown key 'response.confirm_day'; did you mean 'response.confirm_days'?" in output


def test_an_unknown_name_is_exit_code_2() -> None:
    code, output = call("show", "responseonly")
    assert code == 2
    assert "did you mean 'response-only'" in output
