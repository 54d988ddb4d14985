"""Corrections made on computers whose clocks differ."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lesiontrack.corrections import GoneJudgement, Store
from lesiontrack.corrections.store import CLOCKS_APART
from lesiontrack.errors import StudyError


def said(gone: bool) -> GoneJudgement:
    return GoneJudgement(patient="PT1", lesion="L01", visit="day007", gone=gone)


def test_what_is_said_last_holds_though_the_clock_is_a_little_behind(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(said(True), by="A", at=datetime.now(UTC) + CLOCKS_APART / 2)
    store.add(said(False), by="B")
    (entry,) = store.read().in_force
    assert entry.correction.by == "B"


def test_a_clock_that_is_far_behind_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(said(True), by="A", at=datetime.now(UTC) + timedelta(days=2))
    with pytest.raises(StudyError, match="clock"):
        store.add(said(False), by="B")
    assert [entry.correction.by for entry in store.read().entries] == ["A"]
