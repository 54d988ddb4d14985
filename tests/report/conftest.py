"""A headless Chromium for tests of the pages, and a results folder with everything that can be odd."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lesiontrack.report import write_report
from lesiontrack.study.model import Dose, Failure
from tests.report.made_results import Plan, make_results

HOSTILE = "\"><img src=x onerror=alert(1)><script>alert(1)</script></title></svg>'&=Ünïcode"
PATIENT = "=<script>alert(1)<script> Müller"
"""A patient code holds no path separator, so there is no closing tag in it."""


@pytest.fixture(scope="session")
def ordinary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two lesions over four visits; one visit failed to be read, one is not evaluable."""
    root = tmp_path_factory.mktemp("ordinary")
    plan = Plan(
        lesions=("L01", "L02"),
        doses=(Dose("PT001", "IL-2", 0), Dose("PT001", "imiquimod", 0, 28)),
        failures=(Failure("PT001/2024-03-25/left-calf.jpg", "read", "the file is cut off; copy it again"),),
        enrolled_without_photos=("PT009",),
        changes={
            ("L02", "2024-03-18"): {
                "status": None,
                "evaluable": False,
                "reason": "visit not registered: skin texture: 3 features agree",
                **dict.fromkeys(("longest_diameter_mm", "longest_diameter_px", "area_mm2", "area_px")),
            }
        },
    )
    make_results(root, plan)
    write_report(root)
    return root


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every text that a user can write tries to leave its place in the page."""
    root = tmp_path_factory.mktemp("hostile")
    plan = Plan(
        title=HOSTILE,
        patients=(PATIENT, '"><img src=x onerror=alert(2)>'),
        site='a"><svg onload=alert(3)>',
        lesions=("L01", "<b>L02"),
        doses=tuple(Dose(patient, HOSTILE, 3, 9) for patient in (PATIENT, '"><img src=x onerror=alert(2)>')),
        failures=(Failure(HOSTILE, "read", HOSTILE), Failure(f"{PATIENT}/x/{HOSTILE}", "read", HOSTILE)),
        enrolled_without_photos=("<i>nobody</i>",),
        text=HOSTILE,
    )
    make_results(root, plan)
    write_report(root)
    return root


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A browser of the system; tests that need it skip, with the reason, where it is missing."""
    api = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install lesiontrack[dev]")
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next((path for name in names if (path := shutil.which(name))), None)
    if program is None:
        pytest.skip(f"needs a Chromium in the PATH ({', '.join(names)}); none is installed")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()
