"""What tests of several packages need: one headless Chromium a process, as Playwright allows no second."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest


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
