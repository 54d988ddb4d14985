"""Write a proposal: photos.csv for the study, and `_init/` for the person who checks it."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lesiontrack.errors import StudyError
from lesiontrack.intake.gather import OWN_FOLDER
from lesiontrack.intake.model import Assignment, Proposal
from lesiontrack.intake.page import contact_sheet
from lesiontrack.study.csvfile import read_csv
from lesiontrack.study.schema import TABLES

PHOTO_LIST = "photos.csv"
KEY, SHEET, UNDECIDED, ASSIGNMENTS = (
    "patient-key.csv",
    "contact-sheet.html",
    "undecided.csv",
    "assignments.csv",
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Written:
    """Where things are: the study folder, and the files to look at."""

    study: Path
    photo_list: Path
    sheet: Path
    key: Path
    undecided: Path
    assignments: Path


def write_proposal(
    proposal: Proposal,
    out: Path | str | None = None,
    *,
    force: bool = False,
    on_progress: Callable[[str, int, int], None] = lambda stage, done, total: None,
) -> Written:
    """Write photos.csv and the folder `_init`; no photo of the tree is moved, renamed or changed.

    Without `out`, into the photo folder itself: photos.csv names the photos where they are, so their paths,
    and people's names in them, go into every table that is made later. With `out`, a new or empty folder
    elsewhere: the assigned photos are copied to CODE/VISIT/SITE.jpg, so that no path holds a name. Copies,
    not links: a link would let an edit of the study change the original. They are copied byte for byte, with
    the camera's metadata (perhaps a position); lesiontrack does not pass these on.

    `_init` holds names and is readable for its owner only (mode 0700, files 0600). `force`: an existing
    photos.csv is kept as _init/photos-before.csv and written anew.

    Raises StudyError where photos.csv exists, `out` is not empty or lies in the photo folder (or the other
    way round), or a file can't be written.
    """
    root = proposal.root
    study = root if out is None else Path(out)
    elsewhere = study.resolve() != root.resolve()
    _require_free(root, study, elsewhere=elsewhere, force=force)
    paths = (
        _coded_paths(proposal.assignments) if elsewhere else [a.photo.relative for a in proposal.assignments]
    )
    own = study / OWN_FOLDER
    written = Written(study, study / PHOTO_LIST, own / SHEET, own / KEY, own / UNDECIDED, own / ASSIGNMENTS)
    try:
        own.mkdir(parents=True, exist_ok=True)
        own.chmod(0o700)
        if elsewhere:
            _copy(proposal.assignments, paths, study, on_progress)
        if written.photo_list.exists():
            _private(own / "photos-before.csv", written.photo_list.read_bytes())
        _private(
            written.key,
            _csv(("code", "original", "kept"), [(r.code, r.original, _yes(r.kept)) for r in proposal.key]),
        )
        _private(
            written.undecided,
            _csv(("file", "kind", "reason"), [(f.relative, f.kind, f.reason) for f in proposal.left]),
        )
        _private(written.assignments, _assignments(proposal.assignments, paths))
        _private(written.sheet, contact_sheet(proposal, copied=elsewhere).encode())
        _replace(written.photo_list, _photo_list(proposal.assignments, paths), 0o666 & ~_umask())
    except OSError as error:
        raise StudyError(
            f"{study} can't be written: {error.strerror or error}; give another folder with -o"
        ) from error
    return written


def read_key(path: Path | str) -> Mapping[str, str]:
    """original → code from an earlier run's patient-key.csv.

    `path`: that file, or the study folder whose `_init` holds it; empty where the folder has none.
    Raises StudyError for a file that is no such table.
    """
    path = Path(path)
    if path.is_dir():
        path = path / OWN_FOLDER / KEY
        if not path.exists():
            return {}
    table = read_csv(path)
    if not {"code", "original"} <= set(table.header):
        raise StudyError(f"{path} is no patient key: it needs the columns code and original")
    code, original = table.header.index("code"), table.header.index("original")
    return {row[original].removeprefix("'"): row[code] for _, row in table.rows}


def require_free(root: Path, out: Path | None, *, force: bool) -> None:
    """Raise StudyError where `write_proposal` would refuse; before hours of reading."""
    study = root if out is None else out
    _require_free(root, study, elsewhere=study.resolve() != root.resolve(), force=force)


def _require_free(root: Path, study: Path, *, elsewhere: bool, force: bool) -> None:
    if not elsewhere:
        if (study / PHOTO_LIST).exists() and not force:
            raise StudyError(
                f"{study / PHOTO_LIST} exists: the folder is a study already; see `lesiontrack check "
                f"{study}`. --force writes it anew and keeps the old one as _init/photos-before.csv"
            )
        return
    if study.resolve().is_relative_to(root.resolve()):
        raise StudyError(f"{study} lies in the photo folder; give a folder elsewhere, or none")
    if root.resolve().is_relative_to(study.resolve()):
        raise StudyError(f"{study} holds the photo folder; give a folder elsewhere, or none")
    if study.exists() and (not study.is_dir() or any(study.iterdir())):
        raise StudyError(f"{study} is not an empty folder; give a new one")


def _coded_paths(assignments: Sequence[Assignment]) -> list[str]:
    """CODE/VISIT/SITE.jpg, SITE_2.jpg for the second view, unique on systems that ignore case."""
    paths: list[str] = []
    for assignment in assignments:
        view = f"_{assignment.view}" if assignment.view > 1 else ""
        suffix = assignment.photo.path.suffix.lower()
        paths.append(
            f"{assignment.patient.value}/{assignment.visit.value}/{assignment.site.value}{view}{suffix}"
        )
    return paths


def _copy(
    assignments: Sequence[Assignment],
    paths: Sequence[str],
    study: Path,
    on_progress: Callable[[str, int, int], None],
) -> None:
    for done, (assignment, relative) in enumerate(zip(assignments, paths, strict=True), start=1):
        target = study / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(assignment.photo.path, target)
        on_progress("copying photos", done, len(paths))


def _photo_list(assignments: Sequence[Assignment], paths: Sequence[str]) -> bytes:
    rows = []
    for assignment, path in zip(assignments, paths, strict=True):
        plain = path == path.strip() and not path.startswith(_FORMULA_STARTS)
        shown = path if plain else f"./{path}"  # the same file, but no formula, and its blanks are kept
        values = {
            "path": shown,
            "patient": assignment.patient.value,
            "visit": assignment.visit.value,
            "site": assignment.site.value,
            "view": str(assignment.view),
            "modality": assignment.modality,
            "relative_to_injection": assignment.injection,
            "device": assignment.photo.device,
        }
        rows.append([values.get(name, "") for name in TABLES[PHOTO_LIST].names])
    return _csv(TABLES[PHOTO_LIST].names, rows)


def _assignments(assignments: Sequence[Assignment], paths: Sequence[str]) -> bytes:
    header = ["file", "path", "patient", "visit", "site", "view", "certainty"]
    header += [f"{what}_{how}" for what in ("patient", "visit", "site") for how in ("certainty", "why")] + [
        "doubts"
    ]
    rows = []
    for a, path in zip(assignments, paths, strict=True):
        row = [a.photo.relative, path, a.patient.value, a.visit.value, a.site.value, str(a.view), a.certainty]
        for decision in (a.patient, a.visit, a.site):
            row += [decision.certainty, decision.why]
        rows.append([*row, "; ".join(a.doubts)])
    return _csv(header, rows)


def _csv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """UTF-8 with byte order mark; a cell that a spreadsheet would run gets an apostrophe in front."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_shield(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "replace")


def _shield(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _private(path: Path, content: bytes) -> None:
    _replace(path, content, 0o600)


def _replace(path: Path, content: bytes, mode: int) -> None:
    """Write beside and rename, so that a reader never sees half a file; never readable with a wider mode."""
    temporary = path.with_name(f"{path.name}.tmp")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
    os.replace(temporary, path)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
