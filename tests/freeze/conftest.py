"""The small study, run once as a whole and once as it was on an earlier day; read only."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from lesiontrack.freeze import Until, freeze
from lesiontrack.pipeline import run
from tests.freeze.study import START, write_study

CUT_DAY = 45


@pytest.fixture(scope="package")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("whole")
    return run(write_study(root / "study"), root / "results", jobs=1, model="colour").folder


@pytest.fixture(scope="package")
def as_it_was(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("earlier")
    return run(write_study(root / "study", until=CUT_DAY), root / "results", jobs=1, model="colour").folder


@pytest.fixture(scope="package")
def cut_by_date(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    until = Until(date=START + timedelta(days=CUT_DAY))
    return freeze(whole, tmp_path_factory.mktemp("by_date") / "cut", until=until)


@pytest.fixture
def results(whole: Path, tmp_path: Path) -> Path:
    """A copy to change."""
    return Path(shutil.copytree(whole, tmp_path / "results"))
