"""Applying corrections: one run at a time, watched, and told apart by how it ended."""

from __future__ import annotations

import json
import logging
import sys
import time
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from lesiontrack.errors import ResultsError
from lesiontrack.logs import FORMAT
from lesiontrack.pipeline import executor
from lesiontrack.results import ResultsFolder
from lesiontrack.review import ReviewState
from lesiontrack.review.rerun import _SITE_DONE, Rerun, RunState

SITE = "INFO lesiontrack.pipeline.executor: PT001/left-calf: done"
WAIT = "import sys; print('started', flush=True); sys.stdin = open(0); import time; time.sleep(60)"


def ended(rerun: Rerun) -> RunState:
    until = time.monotonic() + 60
    while rerun.state.running and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(0.1)
    return rerun.state


def runs(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr(Rerun, "_command", lambda self: [sys.executable, "-c", code])


@pytest.mark.parametrize(
    ("exit_code", "outcome"), [(0, "done"), (1, "done_with_failures"), (2, "failed"), (70, "failed")]
)
def test_how_a_run_ended(
    state: ReviewState, monkeypatch: pytest.MonkeyPatch, exit_code: int, outcome: str
) -> None:
    runs(monkeypatch, f"print({SITE!r}); print('why <b>'); raise SystemExit({exit_code})")
    assert state.rerun is not None
    assert state.rerun.state.outcome == "none"
    state.rerun.start()
    end = ended(state.rerun)
    assert (end.outcome, end.exit_code, end.done, end.total) == (outcome, exit_code, 1, 1)
    assert end.lines == (() if exit_code == 0 else ("why <b>",))


def test_pages_tell_of_a_failed_run(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    runs(monkeypatch, "print('no space <left>'); raise SystemExit(2)")
    assert client.post("/api/apply", json={}).status_code == 202
    until = time.monotonic() + 60
    while client.get("/api/apply").json["outcome"] == "running" and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(0.1)
    assert client.get("/api/apply").json["outcome"] == "failed"
    for path in ("/", "/log"):
        text = client.get(path).text
        assert "The last run failed (exit code 2)" in text
        assert "no space &lt;left&gt;" in text


def test_one_run_at_a_time(client: FlaskClient, state: ReviewState, monkeypatch: pytest.MonkeyPatch) -> None:
    runs(monkeypatch, WAIT)
    assert client.post("/api/apply", json={}).status_code == 202
    again = client.post("/api/apply", json={})
    assert (again.status_code, again.json) == (409, {"error": "Corrections are being applied already."})
    assert "Applying: measuring sites" in client.get("/").text
    assert state.rerun is not None
    state.rerun.stop()
    assert state.rerun.state.outcome == "stopped"
    state.rerun.stop()


def test_the_command_is_that_of_the_results(study: tuple[Path, ResultsFolder]) -> None:
    root, results = study
    options = {"study": "elsewhere", "protocol": "-odd", "model": "colour"}
    results.write("rerun.json", json.dumps(options).encode())
    command = Rerun(results, root)._command()
    assert command[:4] == [sys.executable, "-m", "lesiontrack", "run"]
    assert command[4:] == [str(root), "-o", str(results.root), "-v", "--protocol=-odd", "--model=colour"]
    results.rerun.unlink()
    with pytest.raises(ResultsError, match="with which options"):
        Rerun(results, root).start()


def test_the_lines_that_are_counted_are_those_of_a_run() -> None:
    for word in ("done", "failed"):
        said = ("PT 1/left: calf", word)
        record = logging.LogRecord(executor.log.name, logging.INFO, "", 0, "%s: %s", said, None)
        assert _SITE_DONE.match(logging.Formatter(FORMAT).format(record))
