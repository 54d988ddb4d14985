"""Entries of a store, made without files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from lesiontrack.corrections import Entry, Value
from lesiontrack.corrections.model import new_correction
from lesiontrack.corrections.store import with_states

START = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)


def entries(*values: Value, by: str = "Dr Gray", first: int = 0) -> list[Entry]:
    """One a minute, each with the state that those after it leave it in; ids are e0, e1, …"""
    made = [
        Entry(f"e{n}", new_correction(value, by=by, at=START + timedelta(minutes=n)))
        for n, value in enumerate(values, start=first)
    ]
    return with_states(made)
