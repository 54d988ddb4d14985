"""Files: failures of reading, contents that occur twice, and what lies in the folder without being read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from lesiontrack.study.checks.problem import Problem, error, some, warning
from lesiontrack.study.files import PHOTO_SUFFIXES, files_below, items, refusal
from lesiontrack.study.model import PhotoEntry, Study
from lesiontrack.study.names import clean, natural_key
from lesiontrack.study.photolist import FILE as PHOTO_LIST
from lesiontrack.study.schema import TABLES

_TABLE_LIKE = (".csv", ".tsv", ".xlsx", ".xls", ".ods", ".toml")


def failure_problems(study: Study) -> Iterator[Problem]:
    """What reading could not use: photos and table rows are errors, other files warnings."""
    by_reason: dict[tuple[bool, str], list[str]] = {}
    for failure in study.failures:
        path = Path(failure.file)
        other = path.suffix.lower() not in PHOTO_SUFFIXES and failure.reason == refusal(path)
        by_reason.setdefault((other, failure.reason), []).append(failure.file)
    for (other, reason), files in by_reason.items():
        yield (warning if other else error)(some(files), reason)


def assignment_problems(study: Study) -> Iterator[Problem]:
    """Assignments of readers that have no effect, unless a failure tells it already."""
    failed = {failure.file for failure in study.failures}
    for item in study.assignments:
        if item.refused and item.photo not in failed:
            yield warning(
                item.photo,
                f"the assignment by {item.by} of {item.at:%Y-%m-%d} has no effect: {item.refused}; "
                "assign the photo again with `lesiontrack review`, or withdraw it",
            )


def content_problems(study: Study) -> Iterator[Problem]:
    """Empty files, and one photo's bytes under two names."""
    photos = [photo for patient in study.patients for photo in patient.photos]
    sized: dict[int, list[PhotoEntry]] = {}
    for photo in photos:
        try:
            sized.setdefault(photo.path.stat().st_size, []).append(photo)
        except OSError as failure:
            yield error(photo.relative, f"can't be read: {failure.strerror or failure}")
    for photo in sized.pop(0, []):
        yield error(photo.relative, "is empty (0 bytes); copy it again from the camera")
    by_content: dict[str, list[PhotoEntry]] = {}
    for same_size in sized.values():
        if len(same_size) > 1:
            for photo in same_size:
                try:
                    by_content.setdefault(_sha256(photo.path), []).append(photo)
                except OSError as failure:
                    yield error(photo.relative, f"can't be read: {failure.strerror or failure}")
    for copies in by_content.values():
        if len(copies) > 1:
            yield _copies(copies)


def _copies(copies: list[PhotoEntry]) -> Problem:
    names = some([photo.relative for photo in copies])
    if len({photo.patient for photo in copies}) > 1:
        return error(names, "are one and the same file under two patients; one of them is misfiled")
    if len({photo.visit for photo in copies}) > 1:
        return error(names, "are one and the same file at two visits; one of them is misfiled")
    return warning(names, "are one and the same file at one visit; remove the copies")


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def leftover_problems(study: Study) -> Iterator[Problem]:
    """Photos that photos.csv leaves out, tables that are not read, folders that are no patients."""
    root = study.root
    found = items(root, root.resolve())
    for item in found:
        if not item.is_dir and item.suffix in _TABLE_LIKE and item.name not in (*TABLES, "study.toml"):
            yield warning(item.name, f"is not read; tables are {', '.join(TABLES)}")
    if (root / PHOTO_LIST).exists():
        yield from _unlisted(study)
        return
    known = {patient.code for patient in study.patients}
    known |= {clean(PurePosixPath(item.photo).parts[0]) for item in study.assignments if not item.refused}
    for item in found:
        if item.is_dir and not item.trouble and clean(item.name) not in known:
            yield warning(
                item.name,
                "holds no photo and is not counted as a patient; an enrolled patient without photos belongs "
                "in patients.csv",
            )


def _unlisted(study: Study) -> Iterator[Problem]:
    root = study.root
    used = {photo.relative for patient in study.patients for photo in patient.photos}
    used |= {failure.file for failure in study.failures} | set(study.excluded)
    rest = [
        item.path.relative_to(root).as_posix()
        for item in files_below(root, root.resolve())
        if item.is_photo and item.path.relative_to(root).as_posix() not in used
    ]
    if rest:
        yield warning(some(sorted(rest, key=natural_key)), f"{PHOTO_LIST} does not list {len(rest)} photos")
