"""Applying corrections: one `lesiontrack run` at a time, in a process of its own, watched by its lines."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lesiontrack.errors import ResultsError
from lesiontrack.results import ResultsFolder

_SITE_DONE = re.compile(r"INFO lesiontrack\.pipeline\.executor: .*: (?:done|failed)")
_KEPT_LINES = 200
_SHOWN_LINES = 12


@dataclass(frozen=True)
class RunState:
    """The last run that the review server started.

    Attributes:
        outcome: none, running, done, done_with_failures (some photos or sites failed), failed, or stopped.
        stage: what it is doing, in words.
        done, total: sites; `total` as of the run before.
        lines: its last lines, where it failed.
    """

    outcome: str = "none"
    stage: str = ""
    done: int = 0
    total: int = 0
    exit_code: int | None = None
    lines: tuple[str, ...] = ()

    @property
    def running(self) -> bool:
        return self.outcome == "running"


class Rerun:
    """Starts runs of one results folder and knows how the last one went.

    `study` is where the study folder is now, whatever rerun.json recorded.
    """

    def __init__(self, results: ResultsFolder, study: Path) -> None:
        self._results = results
        self._study = study
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._done = self._total = 0
        self._stopped = False

    def start(self) -> None:
        """Raises ResultsError where a run is under way, or the options of the last run are not known."""
        with self._lock:
            if self._process is not None and self._process.poll() is None:
                raise ResultsError("Corrections are being applied already.")
            command = self._command()
            self._lines.clear()
            self._done, self._total = 0, len(_sites(self._results))
            self._stopped = False
            try:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    encoding="utf-8",
                    errors="replace",
                )
            except OSError as error:
                raise ResultsError(f"The run could not be started: {error.strerror or error}") from error
            threading.Thread(target=self._watch, args=(self._process,), daemon=True).start()

    def stop(self) -> None:
        """End a run that is under way; what it finished is kept."""
        with self._lock:
            process = self._process
            if process is None or process.poll() is not None:
                return
            self._stopped = True
            process.terminate()
        process.wait(timeout=30)

    @property
    def state(self) -> RunState:
        with self._lock:
            process = self._process
            if process is None:
                return RunState()
            code = process.poll()
            total = max(self._total, self._done)
            if code is None:
                stage = "measuring sites" if self._done < total else "writing tables and pages"
                return RunState("running", stage, self._done, total)
            if self._stopped:
                return RunState("stopped", "stopped", self._done, total, code)
            outcome = {0: "done", 1: "done_with_failures"}.get(code, "failed")
            shown = tuple(line for line in self._lines if not _SITE_DONE.match(line))[-_SHOWN_LINES:]
            return RunState(outcome, "", self._done, total, code, shown if code else ())

    def _command(self) -> list[str]:
        options = read_rerun(self._results)
        study, results = self._study.resolve(), self._results.root.resolve()
        command = [sys.executable, "-m", "lesiontrack", "run", str(study), "-o", str(results), "-v"]
        for name in ("protocol", "model"):
            value = options[name]
            if value is not None:
                command.append(f"--{name}={value}")
        return command

    def _watch(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as stream:
            for line in stream:
                with self._lock:
                    self._lines.append(line.rstrip())
                    self._done += _SITE_DONE.match(line) is not None
        process.wait()


def read_rerun(results: ResultsFolder) -> dict[str, str | None]:
    """How the results were made: study, protocol, model. Raises ResultsError where that was not kept."""
    path = results.rerun
    try:
        options: Any = json.loads(path.read_text("utf-8"))
        return {name: options[name] for name in ("study", "protocol", "model")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResultsError(
            "These results don't say with which options they were made: run `lesiontrack run` on them once."
        ) from error


def _sites(results: ResultsFolder) -> list[Any]:
    try:
        rows: Any = json.loads((results.sites / "index.json").read_text("utf-8"))
    except (OSError, ValueError):
        return []
    return rows if isinstance(rows, list) else []
