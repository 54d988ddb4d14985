"""The server: pages open, corrections are kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from lesiontrack.review import ReviewState

GONE = {"kind": "gone", "patient": "PT001", "lesion": "L01", "visit": "2024-04-08", "gone": True}


def test_worklist_opens(client: FlaskClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert "PT001" in answer.text


def test_a_correction_is_kept_and_pending(send: Callable[..., Any], state: ReviewState) -> None:
    answer = send(GONE, note="only a scar")
    assert answer.status_code == 201
    (entry,) = state.pending()
    assert entry.id == answer.json["id"]
    assert (entry.correction.by, entry.correction.note) == ("Dr Test", "only a scar")
