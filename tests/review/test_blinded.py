"""A blinded reading: a store of one's own, and nothing of other readers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from lesiontrack.corrections import Store
from lesiontrack.results import ResultsFolder
from lesiontrack.review import ReviewState
from lesiontrack.study.names import slug
from lesiontrack.tables import frame
from tests.review.test_work import LAST, LESION, client_for, say


def test_a_blinded_reader_sees_and_writes_only_their_own(
    study: tuple[Path, ResultsFolder], send: Callable[..., Any]
) -> None:
    root, results = study
    send({"kind": "lesion_name", **LESION, "name": "said by the other"})
    observations = results.read_table("observations")
    other = {"review_status": "signed", "signed_by": "Dr Other", "corrections": "Dr Other: gone"}
    observations = observations.assign(**other, reason="a reader, Dr Other: gone")
    observations["lesion_name"] = "said by the other"
    results.write_table("observations", observations)
    known = {"id": "x", "kind": "gone", "by": "Dr Other", "state": "in force"}
    results.write_table("reviews", frame("reviews", [known]))
    state = ReviewState(root, results=results, reader="Dr Blind", blinded=True)
    client = client_for(state)
    pages = ["/", "/log", f"/lesion/{slug('PT001-L01')}"]
    say(client, {"kind": "gone", **LESION, "visit": LAST, "gone": True})
    for path in pages:
        text = client.get(path).text
        assert "Dr Other" not in text, path
        assert "said by the other" not in text, path
        assert 'data-action="apply"' not in text, path
    assert client.get("/report/index.html").status_code == 404
    assert client.post("/api/apply", json={}).status_code == 400
    assert client.post("/api/reader", json={"name": "Somebody"}).status_code == 400
    assert [e.correction.by for e in Store(root, blinded_reader="Dr Blind").read().entries] == ["Dr Blind"]
    assert [e.correction.by for e in Store(root).read().entries] == ["Dr Test"]
    assert state.progress().signed == 0
