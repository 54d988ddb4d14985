"""What tests of several packages need: one thread a process, and one headless Chromium.

pytest-xdist fills the cores with processes already, and numpy's and torch's threads would wait for each
other; they read these variables when they are imported, which is later than this. Playwright allows no second
browser driver.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")


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
