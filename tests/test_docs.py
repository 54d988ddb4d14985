"""Documentation that is written from the code is what the code says today."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_tables_in_the_docs_are_up_to_date() -> None:
    script = ROOT / "scripts" / "write_tables_doc.py"
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_relative_links_of_the_pages_resolve() -> None:
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_command_stands_in_the_readme_or_the_docs() -> None:
    from lesiontrack.cli import COMMANDS

    text = "\n".join(page.read_text("utf-8") for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")))
    for name in COMMANDS:
        assert f"lesiontrack {name}" in text or f"`{name}`" in text, name


def test_readme_has_two_commands_that_set_up_everything() -> None:
    commands = re.findall(r"^\$ (.*)$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert len(commands) == 2
    assert "lesiontrack run sample_images" in commands[0]
    assert commands[1].endswith("-m pytest")
