"""A request sees one state of results and store, and looks at each folder once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from flask.testing import FlaskClient

from lesiontrack.corrections import Evaluability, LesionName
from lesiontrack.review import ReviewState
from lesiontrack.study.names import slug
from tests.review.conftest import RUN

PAGES = ("/", "/log", f"/lesion/{slug('PT001-L01')}")


def name(text: str) -> LesionName:
    return LesionName(patient="PT001", lesion="L01", name=text)


def fill(state: ReviewState, count: int) -> None:
    start = datetime(2024, 6, 1, tzinfo=UTC)
    for number in range(count):
        state.store.add(name(f"n{number}"), by="Dr Other", at=start + timedelta(seconds=number))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_looks_into_the_store_once(
    client: FlaskClient, state: ReviewState, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(state, 30)
    looked, read = Mock(wraps=state._store_stamp), Mock(wraps=state.store.read)
    monkeypatch.setattr(state, "_store_stamp", looked)
    monkeypatch.setattr(state.store, "read", read)
    for times in (1, 2):
        assert client.get(path).status_code == 200
        assert (looked.call_count, read.call_count) == (times, 1)
    said = {"kind": "lesion_name", "patient": "PT001", "lesion": "L01", "name": "one more"}
    assert client.post("/api/corrections", json={"value": said, "run": RUN}).status_code == 201
    assert "one more" in client.get("/log").text
    assert (looked.call_count, read.call_count) == (3, 1)  # what the server wrote itself is not read again


def test_what_somebody_else_says_meanwhile_is_seen_by_the_next_request(state: ReviewState) -> None:
    state.corrections()
    state.store.add(name("theirs"), by="Dr Other")
    state.add(name("ours"))
    values: list[Any] = [entry.value for entry in state.corrections().entries]
    assert [value.name for value in values] == ["theirs", "ours"]


def test_the_log_has_pages_newest_first(client: FlaskClient, state: ReviewState) -> None:
    fill(state, 205)
    state.store.add(
        Evaluability(patient="PT001", visit="2024-03-18", site="left-calf", reason="the newest"),
        by="Dr Other",
    )
    first, last = client.get("/log").text, client.get("/log?page=2").text
    assert first.count("<tr id=") == 200
    assert last.count("<tr id=") == 6
    assert "206 in all" in first
    assert first.index("the newest") < first.index("called “n204”")
    assert "called “n0”" in last
