"""The small study, run once as a whole and once as it was on an earlier day; read only."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lesiontrack.pipeline import run
from tests.freeze.study import write_study

CUT_DAY = 45


@pytest.fixture(scope="package")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("whole")
    return run(write_study(root / "study"), root / "results", jobs=1, model="colour").folder


@pytest.fixture(scope="package")
def as_it_was(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("earlier")
    return run(write_study(root / "study", until=CUT_DAY), root / "results", jobs=1, model="colour").folder


@pytest.fixture
def results(whole: Path, tmp_path: Path) -> Path:
    """A copy to change."""
    return Path(shutil.copytree(whole, tmp_path / "results"))
