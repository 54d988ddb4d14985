"""scripts/reproduce_published.py runs as a user would run it, and nothing is unexplained."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts" / "reproduce_published.py"


def test_nothing_is_unexplained() -> None:
    outcome = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "NOT EXPLAINED" not in outcome.stdout
    assert outcome.stdout.splitlines()[-1].endswith("0 unexplained")
    assert len(outcome.stdout.splitlines()) > 50
