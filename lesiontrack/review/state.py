"""What the server knows: the results as they are now, the reader, and the reader's store."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from flask import current_app, g, has_app_context

from lesiontrack.corrections import Corrections, Entry, Store, Value
from lesiontrack.corrections.naming import visible
from lesiontrack.corrections.store import with_states
from lesiontrack.errors import LesiontrackError, StudyError
from lesiontrack.report.data import Cohort, Row
from lesiontrack.results import ResultsFolder
from lesiontrack.review.loaded import Loaded, load, stamp_of
from lesiontrack.review.rerun import Rerun
from lesiontrack.review.rowstates import RowStates
from lesiontrack.review.tasks import Progress, Task
from lesiontrack.review.work import Work

EXTENSION = "lesiontrack"
T = TypeVar("T")


class ReviewState:
    """Shared by the server's threads; everything that it hands out is a value of one moment.

    Within a request that moment is the first at which it was asked, until the request itself adds something:
    the folders are looked at once a request, and a page never mixes two states.

    Args:
        study_root: the study folder: photos and the store of corrections.
        results: a finished results folder of that study; None for a study that was not run yet.
        reader: the reader's name; None until it was asked.
        blinded: write to this reader's own store, and show nothing of other readers.

    Raises ResultsError, ProtocolError where the results can't be read; StudyError for a blinded reader
    without a name.
    """

    def __init__(
        self,
        study_root: Path,
        *,
        results: ResultsFolder | None = None,
        reader: str | None = None,
        blinded: bool = False,
    ) -> None:
        reader = " ".join((reader or "").split()) or None
        if blinded and not reader:
            raise StudyError("a blinded reading needs the reader's name: give --reader NAME")
        self.study_root = study_root
        self.results = results
        self.blinded = blinded
        self.store = Store(study_root, blinded_reader=reader if blinded else None)
        self.problem: str | None = None
        self._reader = reader
        self._lock = threading.RLock()
        self._loaded = load(results) if results is not None else None
        self._corrections: tuple[tuple[int, int], Corrections] | None = None
        self._work: Work | None = None
        self.rerun = Rerun(results, study_root) if results is not None and not blinded else None

    @property
    def reader(self) -> str | None:
        return self._reader

    def name_reader(self, name: str) -> None:
        """Raises ValueError for a blank name, or for another name in a blinded reading."""
        name = " ".join(name.split())
        if not name or len(name) > 200:
            raise ValueError("a reader's name has 1 to 200 characters")
        if self.blinded and name != self._reader:
            raise ValueError("a blinded reading keeps the name that it was started with")
        visible(name)
        self._reader = name

    @property
    def loaded(self) -> Loaded | None:
        """The results as of the last finished run; read again where provenance.json changed.

        While a run is under way, and where its result can't be read (`problem` says why), the last one stays.
        """
        return _once("loaded", self._loaded_now)

    def _loaded_now(self) -> Loaded | None:
        if self.results is None:
            return None
        with self._lock:
            stamp = stamp_of(self.results)
            known = self._loaded
            if stamp is not None and (known is None or stamp != known.stamp):
                try:
                    self._loaded = load(self.results)
                    self.problem = None
                except LesiontrackError as error:
                    self.problem = str(error)
            return self._loaded

    @property
    def cohort(self) -> Cohort | None:
        loaded = self.loaded
        return loaded.cohort if loaded else None

    @property
    def run(self) -> str:
        """When the run ended whose results are shown; empty where there are none."""
        loaded = self.loaded
        return loaded.run if loaded else ""

    def running(self) -> bool:
        """Whether a run is writing these results now, here or elsewhere."""
        return self.results is not None and stamp_of(self.results) is None

    def corrections(self) -> Corrections:
        """All that the store holds; read again where a file came."""
        return _once("corrections", self._corrections_now)

    def _corrections_now(self) -> Corrections:
        with self._lock:
            stamp = self._store_stamp()
            if self._corrections is None or self._corrections[0] != stamp:
                self._corrections = stamp, self.store.read()
            return self._corrections[1]

    def add(self, value: Value, *, note: str = "") -> Entry:
        """Keep a correction by the reader. Raises ValueError (pydantic), StudyError."""
        if self._reader is None:
            raise StudyError("no reader's name is known")
        with self._lock:
            entry = self.store.add(value, by=self._reader, note=note)
            if self._corrections is not None:
                # With one file more than was read, so that one of somebody else's is found missing.
                (_, count), before = self._corrections
                entries = sorted([*before.entries, entry], key=lambda e: (e.correction.at, e.id))
                stamp = self.store.folder.stat().st_mtime_ns, count + 1
                self._corrections = stamp, Corrections(tuple(with_states(entries)), before.failures)
        _held().clear()
        return entry

    def work(self) -> Work:
        """What results and store say together; made anew where either changed."""
        return _once("work", self._work_now)

    def _work_now(self) -> Work:
        with self._lock:
            loaded, corrections = self.loaded, self.corrections()
            known = self._work
            if known is None or known.loaded is not loaded or known.corrections is not corrections:
                known = self._work = Work(loaded, corrections, foreign=self.blinded)
            return known

    def pending(self) -> tuple[Entry, ...]:
        """What the shown results don't know yet, in time order."""
        return self.work().pending

    def rows(self) -> RowStates | None:
        """Where each row stands with its readers; None before the first run."""
        return self.work().rows

    def tasks(self) -> tuple[Task, ...]:
        """What waits for a reader, most important first."""
        return self.work().tasks

    def progress(self) -> Progress | None:
        """How much is signed; None before the first run."""
        return self.work().progress

    def photo(self, sha256: str) -> Row | None:
        """Row of photos of the photo with this digest."""
        loaded = self.loaded
        return loaded.photos.get(sha256) if loaded else None

    def photo_path(self, photo: str) -> Path | None:
        """The file of a photo of the tables, by its name there; None where it is not in the study folder."""
        root = self.study_root.resolve()
        path = (root / photo).resolve()
        return path if path.is_relative_to(root) and path.is_file() else None

    def _store_stamp(self) -> tuple[int, int]:
        folder = self.store.folder
        try:
            return folder.stat().st_mtime_ns, sum(1 for _ in folder.iterdir())
        except OSError:
            return 0, 0


def _once(name: str, make: Callable[[], T]) -> T:
    """Made once a request; outside of one, each time."""
    held = _held()
    if name not in held:
        held[name] = make()
    found: T = held[name]
    return found


def _held() -> dict[str, Any]:
    if not has_app_context():
        return {}
    held: dict[str, Any] = g.setdefault(EXTENSION, {})
    return held


def current_state() -> ReviewState:
    """The state of the app that answers this request."""
    state = current_app.extensions[EXTENSION]
    assert isinstance(state, ReviewState)
    return state
