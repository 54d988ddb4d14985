"""The stores of a study's blinded readers, by name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lesiontrack.corrections import Corrections, Store
from lesiontrack.corrections.store import FOLDER, READERS
from lesiontrack.errors import StudyError
from lesiontrack.study.names import clean, slug


@dataclass(frozen=True)
class Reader:
    """A blinded reader: the name as it stands in the corrections, the folder's name, and what is in it."""

    name: str
    folder: str
    corrections: Corrections


def find_readers(study_root: Path, first: str, second: str) -> tuple[Reader, Reader]:
    """The two readers by the names that they gave, or by the names of their folders.

    Raises StudyError, naming those there are, for an unknown one; and where both are one.
    """
    if not study_root.is_dir():
        raise StudyError(f"{study_root} is not a folder; give the study folder")
    known = Store(study_root).readers()
    if not known:
        raise StudyError(
            f"no blinded reader has written to {study_root / FOLDER / READERS}; one does so in "
            "`lesiontrack review RESULTS --reader NAME --blinded`"
        )
    readers = tuple(_reader(study_root, folder) for folder in known)
    found = _find(readers, first), _find(readers, second)
    if found[0].folder == found[1].folder:
        raise StudyError(f"{first!r} and {second!r} are one reader, {found[0].name}; a comparison needs two")
    return found


def _reader(study_root: Path, folder: str) -> Reader:
    store = Store(study_root)
    store.folder = study_root / FOLDER / READERS / folder
    read = store.read()
    names = {entry.correction.by for entry in read.entries}
    own = next((name for name in sorted(names) if slug(name) == folder), None)
    return Reader(own or min(names, default=folder), folder, read)


def _find(readers: tuple[Reader, ...], wanted: str) -> Reader:
    tests = (
        lambda reader: wanted == reader.folder or slug(wanted) == reader.folder,
        lambda reader: clean(wanted).casefold() == clean(reader.name).casefold(),
    )
    for test in tests:
        matches = [reader for reader in readers if test(reader)]
        if len(matches) == 1:
            return matches[0]
    there = ", ".join(f"{reader.name} ({reader.folder})" for reader in readers)
    raise StudyError(f"there is no blinded reader {wanted!r}; there are {there}")
