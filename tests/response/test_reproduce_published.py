"""scripts/reproduce_published.py runs as a user would run it, and nothing is unexplained."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "reproduce_published.py"


@pytest.fixture(scope="module")
def lines() -> list[str]:
    outcome = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return outcome.stdout.splitlines()


def test_nothing_is_unexplained(lines: list[str]) -> None:
    assert not [line for line in lines if "NOT EXPLAINED" in line]
    summary = re.fullmatch(r"(\d+) of (\d+) agree; (\d+) are wrong .*; 0 unexplained", lines[-1])
    assert summary
    agree, cases, explained = map(int, summary.groups())
    assert agree + explained == cases == len(lines) - 2


@pytest.mark.parametrize(
    "published",
    [
        r"Adams 2012 .* 2/10  +20 % \(3 to 56\) ",
        r"IL-2 \+ imatinib .* responses  +0/17 ",
        r"IL-2 \+ imatinib .* stable disease  +8/17 ",
        r"IL-2 \+ imatinib .* median .*  +12 weeks ",
        r"Lebwohl 2004 .* complete, Wald, .*  +41.9 \(34.9 to 49.0\) ",
        r"Hyde 2012 chi-squared p, .*  +\.17 ",
        r"pharmaversesdtm RECIST visit responses, .*  +66 of 66 ",
        r"Cohen 1968 weighted kappa  +.348 ",
        r"Fleiss, Cohen and Everitt 1969 variance  +.002885 ",
        r"Shrout and Fleiss 1979 ICC\(2,1\)  +.29 ",
        r"OPTiM ORR ITT, .*  +25.1 \(17.4 to 31.7\) ",
    ],
)
def test_agrees(lines: list[str], published: str) -> None:
    (line,) = [line for line in lines if re.match(published, line)]
    assert line.endswith("  yes")
