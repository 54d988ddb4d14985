"""photos.csv: the list of photos that replaces the folder convention."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Collection
from pathlib import Path, PurePosixPath, PureWindowsPath

from lesiontrack.errors import StudyError
from lesiontrack.study.files import refusal
from lesiontrack.study.listing import STAGE, Listing
from lesiontrack.study.model import Failure, PhotoEntry
from lesiontrack.study.names import nearest
from lesiontrack.study.tables import Row, read_table
from lesiontrack.study.visits import When

FILE = "photos.csv"


def listed(root: Path, without: Collection[str] = ()) -> Listing:
    """Photos of photos.csv. A file that is missing or no photo is a failure; the visit counts all the same.

    Rows of the paths in `without` are set aside: nothing else of the listing comes from them.

    Raises StudyError for a bad table, a path that leads out of the study folder, or two rows of one view.
    """
    resolved = root.resolve()
    photos: list[PhotoEntry] = []
    visits: dict[str, dict[str, When]] = {}
    failures: list[Failure] = []
    views: dict[tuple[str, str, str, int], int] = {}
    set_aside: dict[str, PhotoEntry] = {}
    for row in read_table(root, FILE):
        when: When = row["visit"]
        view = row["view"] or 1
        path = _locate(root, resolved, row)
        relative = path.relative_to(root).as_posix()
        if relative in without:
            set_aside[relative] = _entry(row, path, relative)
            continue
        key = (row["patient"], when.text, row["site"], view)
        if key in views:
            raise StudyError(
                f"{row.where}: second photo of view {view} of site {row['site']!r} of {row['patient']!r} at "
                f"{when.text}; the first is line {views[key]}; number them in the column view"
            )
        views[key] = row.line
        visits.setdefault(row["patient"], {}).setdefault(when.text, when)
        reason = refusal(path) if os.path.isfile(path) else _missing(path)
        if reason:
            failures.append(Failure(relative, STAGE, f"{reason} ({row.where})"))
            continue
        photos.append(_entry(row, path, relative))
    return Listing(
        tuple(photos),
        {code: tuple(whens.values()) for code, whens in visits.items()},
        tuple(failures),
        set_aside,
        frozenset(entry.patient for entry in set_aside.values()) - set(visits),
    )


def _entry(row: Row, path: Path, relative: str) -> PhotoEntry:
    return PhotoEntry(
        path,
        relative,
        row["patient"],
        row["visit"].text,
        row["site"],
        row["view"] or 1,
        modality=row["modality"] or "clinical",
        px_per_mm=row["px_per_mm"],
        relative_to_injection=row["relative_to_injection"],
        device=row["device"],
    )


def _locate(root: Path, resolved: Path, row: Row) -> Path:
    """The file that a row means; it need not exist. Raises StudyError where it leads out of the study."""
    text: str = row["path"]
    where = f"{row.where}, column path: {text!r}"
    windows = PureWindowsPath(text)
    if "\0" in text:
        raise StudyError(f"{where} holds a NUL character")
    if PurePosixPath(text).is_absolute() or windows.root:
        raise StudyError(f"{where} is an absolute path; give it relative to the study folder")
    if ".." in windows.parts:
        raise StudyError(f"{where} leads upwards ('..'); photos must lie in the study folder")
    spellings = [text, text.replace("\\", "/")]  # the second: as written on Windows
    spellings += [unicodedata.normalize("NFD", spelling) for spelling in spellings]  # as macOS stores names
    path = next(
        (root / spelling for spelling in spellings if os.path.exists(root / spelling)), root / spellings[1]
    )
    if not Path(os.path.realpath(path)).is_relative_to(resolved):
        raise StudyError(f"{where} is a link that leads out of the study folder; copy the photo there")
    return path


def _missing(path: Path) -> str:
    if os.path.isdir(path):
        return "is a folder, not a photo"
    if not os.path.isdir(path.parent):
        return "there is no such file, nor its folder"
    close = nearest(path.name, [entry.name for entry in path.parent.iterdir() if entry.is_file()])
    return "there is no such file" + (f"; did you mean {close!r}?" if close else "")
