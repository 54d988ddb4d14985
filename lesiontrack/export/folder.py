"""An export folder: never over somebody else's files, whole or not there."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from lesiontrack.errors import ResultsError

MARKER = "lesiontrack-export.json"


def check_target(out: Path, results_dir: Path) -> None:
    """Raises ResultsError where an export there would touch what is not ours.

    That is a file, a folder without our marker, or the results folder, what lies in it and what holds it.
    """
    target, results = out.resolve(), results_dir.resolve()
    if target == results or results in target.parents or target in results.parents:
        raise ResultsError(
            f"{out} and the results folder {results_dir} lie in each other; give another folder with -o"
        )
    if out.exists() and not out.is_dir():
        raise ResultsError(f"{out} is a file; give a folder with -o")
    if out.is_dir() and any(out.iterdir()) and not (out / MARKER).is_file():
        raise ResultsError(
            f"{out} is not empty and was not made by lesiontrack export (no {MARKER} in it); "
            "give a new folder with -o"
        )


def write_export(out: Path, files: dict[str, bytes], facts: dict[str, object]) -> None:
    """Make `out` hold exactly these files and the marker, replacing an earlier export.

    The files are written beside it first; then folders are renamed, so that no mixture of two exports is
    seen. Raises ResultsError where it can't be written, or where an earlier export holds files that we did
    not write.
    """
    listed = {**facts, "files": sorted(files)}
    try:
        foreign = _foreign(out)
        if foreign:
            raise ResultsError(
                f"{out} holds {foreign[0]}, which the export did not write; move it, or give a new folder"
            )
        out.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=".writing-", dir=out.parent))
    except OSError as error:
        raise _cannot(out, error) from error
    try:
        for name, content in files.items():
            (fresh / name).write_bytes(content)
        (fresh / MARKER).write_text(json.dumps(listed, indent=1, ensure_ascii=False) + "\n", "utf-8")
        fresh.chmod(0o755)
        if out.is_dir():
            shutil.rmtree(out)
        fresh.rename(out)
    except OSError as error:
        raise _cannot(out, error) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _foreign(out: Path) -> list[str]:
    """Names in an earlier export that are not in its list."""
    if not out.is_dir() or not (out / MARKER).is_file():
        return []
    try:
        known = {*json.loads((out / MARKER).read_text("utf-8"))["files"], MARKER}
    except (ValueError, KeyError, TypeError):
        return [f"a damaged {MARKER}"]
    return sorted(path.name for path in out.iterdir() if path.name not in known)


def _cannot(out: Path, error: OSError) -> ResultsError:
    if isinstance(error, ResultsError):
        return error
    return ResultsError(f"{out} can't be written: {error.strerror or error}")
