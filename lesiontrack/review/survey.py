"""Every photo of a study folder with its place, or why it has none: what the page of assignments shows."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lesiontrack.corrections import Assignment, Entry
from lesiontrack.errors import StudyError
from lesiontrack.report.data import Row
from lesiontrack.review.foreign import unsaid
from lesiontrack.review.loaded import Loaded
from lesiontrack.study import Study, read_study
from lesiontrack.study.files import PHOTO_SUFFIXES, is_results_folder, is_skipped
from lesiontrack.study.folder import LAYOUT
from lesiontrack.study.listing import STAGE
from lesiontrack.study.names import natural_key

UNPLACED, FAILED, READ, EXCLUDED = "unplaced", "failed", "read", "excluded"
STATES = (UNPLACED, FAILED, READ, EXCLUDED)
"""In the order of the page."""

_MOST = 100_000


@dataclass(frozen=True)
class Shown:
    """A photo file of the study folder.

    Attributes:
        token: names the file as it is now to the browser, which never sends a path.
        view: 0 where there is no place.
        study_day: of its visit; None where it has no place.
        why: of a photo without a place, or that the last run could not read.
        by, at: who assigned it, and the day; empty where nobody did.
        corrections: ids of the assignments that give it its place, all of which taking back undoes.
        changed: what is otherwise than in the last run, in words; empty where nothing is.
    """

    token: str
    photo: str
    state: str
    patient: str = ""
    visit: str = ""
    site: str = ""
    view: int = 0
    modality: str = "clinical"
    study_day: int | None = None
    why: str = ""
    by: str = ""
    at: str = ""
    corrections: tuple[str, ...] = ()
    changed: str = ""


@dataclass(frozen=True)
class Survey:
    """`problem`: why the folder can't be read as a study, empty where it can. `tokens`: token → photo."""

    photos: tuple[Shown, ...]
    problem: str
    tokens: Mapping[str, str]


def survey(
    root: Path, *, entries: Sequence[Entry], loaded: Loaded | None, key: bytes, foreign: bool = False
) -> Survey:
    """`entries`: all of the store, in time order. `key`: a secret of this server, for the tokens.

    `foreign`: the study's own store is other readers', whose words are not repeated.
    """
    study, problem = _read(root)
    said = _said(entries)
    known = _known(study, said)
    failures = {failure.file: failure.reason for failure in study.failures} if study else {}
    if foreign and study:
        failures = {failure.file: unsaid(failure.stage, failure.reason) for failure in study.failures}
    shown, tokens = [], {}
    failed = (file for file in failures if PurePosixPath(file).suffix.lower() in PHOTO_SUFFIXES)
    for photo in sorted({*known, *failed, *_files(root)}, key=natural_key):
        place = known.get(photo, {})
        token = token_of(key, root, photo)
        found = Shown(token, photo, **_state(photo, place, failures, loaded), **_by(said.get(photo, [])))
        shown.append(found)
        tokens[token] = photo
    shown.sort(key=_order)
    return Survey(tuple(shown), problem, tokens)


def _read(root: Path) -> tuple[Study | None, str]:
    try:
        return read_study(root), ""
    except StudyError as error:
        return None, str(error)


def _said(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """Photo → assignments that were not withdrawn, in time order."""
    said: dict[str, list[Entry]] = {}
    for entry in entries:
        if isinstance(entry.value, Assignment) and entry.state != "withdrawn":
            said.setdefault(entry.value.photo, []).append(entry)
    return said


def _known(study: Study | None, said: Mapping[str, list[Entry]]) -> dict[str, Row]:
    """Photo → its place: as the study reads it, else as a reader meant it."""
    known: dict[str, Row] = {}
    outcomes = {item.photo: item for item in study.assignments} if study else {}
    known |= {photo: {"state": EXCLUDED} for photo in study.excluded} if study else {}
    for photo, entries in said.items():
        value = entries[-1].value
        assert isinstance(value, Assignment)
        refused = outcomes[photo].refused if photo in outcomes else ""
        if value.excluded and not refused:
            known[photo] = {"state": EXCLUDED}
        elif not value.excluded:
            place = value.model_dump(include={"patient", "visit", "site", "view", "modality"})
            known[photo] = place | {"state": UNPLACED, "why": refused}
    for patient in study.patients if study else ():
        days = {visit.label: visit.study_day for visit in patient.visits}
        for photo_entry in patient.photos:
            known[photo_entry.relative] = {
                "state": READ, "patient": photo_entry.patient, "visit": photo_entry.visit,
                "site": photo_entry.site, "view": photo_entry.view, "modality": photo_entry.modality,
                "study_day": days[photo_entry.visit],
            }  # fmt: skip
    return known


def _state(photo: str, place: Row, failures: Mapping[str, str], loaded: Loaded | None) -> Row:
    state = place.get("state", UNPLACED)
    row = {"state": state, **place}
    if state == UNPLACED:
        why: str = place.get("why") or failures.get(photo) or _left_out(photo)
        row["why"] = why.removesuffix(f"; photos lie at {LAYOUT}")
    elif state == READ and (reason := _failed_at_run(photo, loaded)):
        row |= {"state": FAILED, "why": reason}
    return row | {"changed": _changed(photo, row, loaded)}


def _left_out(photo: str) -> str:
    if PurePosixPath(photo).name.startswith("_"):
        return "its name begins with _, so that it is passed over"
    return "photos.csv does not list it"


def _failed_at_run(photo: str, loaded: Loaded | None) -> str:
    rows = loaded.cohort.tables["failures"] if loaded else []
    return next((row["reason"] for row in rows if row["file"] == photo and row["stage"] != STAGE), "")


def _changed(photo: str, now: Row, loaded: Loaded | None) -> str:
    if loaded is None:
        return ""
    before = loaded.photo_names.get(photo)
    if before is None:
        return "not in the last run" if now["state"] == READ else ""
    if now["state"] in (UNPLACED, EXCLUDED):
        return "was in the last run"
    names = ("patient", "visit", "site", "view", "modality")
    was = [f"{name} {before[name]}" for name in names if before[name] != now[name]]
    return f"in the last run: {', '.join(was)}" if was else ""


def _by(entries: Sequence[Entry]) -> Row:
    if not entries:
        return {}
    last = entries[-1].correction
    return {
        "by": last.by,
        "at": last.at.date().isoformat(),
        "corrections": tuple(entry.id for entry in entries),
    }


def _files(root: Path) -> Iterator[str]:
    """Photo files at any depth, so far as their names are text; links to folders are not followed."""
    left = _MOST
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        folders[:] = [name for name in folders if not is_skipped(name) and not is_results_folder(here / name)]
        for name in names:
            if Path(name).suffix.lower() not in PHOTO_SUFFIXES or is_skipped(name.lstrip("_") or name):
                continue
            relative = (here / name).relative_to(root).as_posix()
            if left > 0 and os.fsencode(relative).decode("utf-8", "replace") == relative:
                left -= 1
                yield relative


def token_of(key: bytes, root: Path, photo: str) -> str:
    """A name of the file that is good for one size and time of change, and for this server only."""
    try:
        stat = (root / photo).stat()
        stamp = f"{stat.st_size} {stat.st_mtime_ns}"
    except OSError:
        stamp = ""
    return hashlib.blake2b(f"{stamp} {photo}".encode(errors="replace"), key=key, digest_size=12).hexdigest()


def _order(shown: Shown) -> tuple[object, ...]:
    day = shown.study_day if shown.study_day is not None else 0
    return STATES.index(shown.state), natural_key(shown.patient), natural_key(shown.site), day, shown.view
