"""The folder of a reader's corrections: one JSON file each, only ever added."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from lesiontrack.corrections.model import Correction, Grade, Value, Withdrawal, new_correction, subject
from lesiontrack.errors import StudyError
from lesiontrack.study.model import Failure
from lesiontrack.study.names import slug

FOLDER = "_review"
READERS = "readers"
STAGE = "review"
STATES = ("in force", "replaced", "withdrawn")
_NAME = re.compile(r"[0-9]{8}T[0-9]{6}[0-9]{6}Z-[a-z_]+-([0-9a-f]{16})\.json")
_TIME = "%Y%m%dT%H%M%S%f"
_MOST_BYTES = 20_000_000
CLOCKS_APART = timedelta(minutes=5)


@dataclass(frozen=True)
class Entry:
    """A correction as it is kept. `id`: its file's name; `state`: one of STATES, or `meant.LOST`."""

    id: str
    correction: Correction
    state: str = "in force"

    @property
    def value(self) -> Value:
        return self.correction.value


@dataclass(frozen=True)
class Corrections:
    """All entries of a store in time order, and the files in it that can't be used."""

    entries: tuple[Entry, ...] = ()
    failures: tuple[Failure, ...] = ()

    @property
    def in_force(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.state == "in force")


class Store:
    """`STUDY/_review`, which the next run applies; or the store of one blinded reader, which it does not.

    A file's name holds a digest of its content, so that a file that was changed by hand is found and not
    used. A file that was removed can't be found: this is no audit trail in the sense of 21 CFR Part 11.
    """

    def __init__(self, study_root: Path | str, *, blinded_reader: str | None = None) -> None:
        self.root = Path(study_root)
        self.folder = self.root / FOLDER
        if blinded_reader is not None:
            self.folder = self.folder / READERS / slug(blinded_reader)

    def add(self, value: Value, *, by: str, note: str = "", at: datetime | None = None) -> Entry:
        """Write one correction, whole or not at all.

        Of two corrections of one subject the later one holds, so that none may be earlier than what was there
        when it was made: a clock that is behind by up to CLOCKS_APART gets the next moment, more is refused.

        Raises ValueError (pydantic) for a value that breaks a rule, StudyError where it can't be written, or
        where this computer's clock is behind.
        """
        correction = new_correction(value, by=by, note=note, at=at or self._now())
        content = correction.model_dump_json(indent=1).encode()
        when = correction.at.astimezone(UTC).strftime(_TIME)
        name = f"{when}Z-{value.kind}-{hashlib.sha256(content).hexdigest()[:16]}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _write_once(self.folder / f"{name}.json", content)
        except OSError as error:
            raise StudyError(f"{self.folder} can't be written: {error.strerror or error}") from error
        return Entry(name, correction)

    def _now(self) -> datetime:
        now = datetime.now(UTC)
        names = [name for name in self._files() if _NAME.fullmatch(name)]
        if not names:
            return now
        latest = datetime.strptime(max(names).split("Z-")[0], _TIME).replace(tzinfo=UTC)
        if latest - now > CLOCKS_APART:
            raise StudyError(
                f"this computer's clock says {now:%Y-%m-%d %H:%M} UTC, but the latest correction was made at "
                f"{latest:%Y-%m-%d %H:%M} UTC: set the clock, or what is said now would not count"
            )
        return max(now, latest + timedelta(microseconds=1))

    def _files(self) -> list[str]:
        return sorted(os.listdir(self.folder)) if self.folder.is_dir() else []

    def read(self) -> Corrections:
        """Every correction with its state. Files that are damaged, changed or foreign become failures."""
        entries, failures = [], []
        for name in self._files():
            if name.startswith(".") or not name.endswith(".json"):
                continue
            path = self.folder / name
            relative = path.relative_to(self.root).as_posix()
            try:
                entries.append(Entry(path.stem, _read(path)))
            except ValueError as error:
                failures.append(Failure(relative, STAGE, str(error)))
            except OSError as error:
                failures.append(Failure(relative, STAGE, f"can't be read: {error.strerror or error}"))
        entries.sort(key=lambda entry: (entry.correction.at, entry.id))
        return Corrections(tuple(with_states(entries)), tuple(failures))

    def readers(self) -> tuple[str, ...]:
        """Names of the blinded readers' stores in this study."""
        folder = self.root / FOLDER / READERS
        return tuple(sorted(p.name for p in folder.iterdir() if p.is_dir())) if folder.is_dir() else ()


def with_states(entries: Sequence[Entry]) -> list[Entry]:
    """The entries, in time order, each with the state that those after it leave it in."""
    withdrawn = {
        entry.value.of: entry.correction.at for entry in entries if isinstance(entry.value, Withdrawal)
    }
    last: dict[tuple[str, ...], str] = {}
    for entry in entries:
        if entry.id not in withdrawn and (about := about_of(entry)):
            last[about] = entry.id
    found = []
    for entry in entries:
        about = about_of(entry)
        state = "in force"
        if entry.id in withdrawn:
            state = "withdrawn"
        elif about and last[about] != entry.id:
            state = "replaced"
        found.append(Entry(entry.id, entry.correction, state))
    return found


def about_of(entry: Entry) -> tuple[str, ...]:
    """`subject`, and of a grade the reader too: as in clinician.csv, each rater's grade stands."""
    about = subject(entry.value)
    return (*about, entry.correction.by) if isinstance(entry.value, Grade) else about


def _read(path: Path) -> Correction:
    match = _NAME.fullmatch(path.name)
    if match is None:
        raise ValueError("is no file that lesiontrack wrote; corrections are made with `lesiontrack review`")
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError(f"is larger than {_MOST_BYTES} bytes")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest()[:16] != match[1]:
        raise ValueError(
            "was changed after it was written (its name does not fit its content); it is not used"
        )
    try:
        return Correction.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"can't be read as a correction: {place}: {first['msg']}") from error


def _write_once(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=".writing-", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o444)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
