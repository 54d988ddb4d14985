"""The folder of a comparison: never over somebody else's files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from lesiontrack.errors import ResultsError
from lesiontrack.outfiles import temporary_file, writing

MARKER = "lesiontrack-readers.json"


def check_target(out: Path, *, apart_from: Mapping[str, Path]) -> None:
    """Raises ResultsError where `out` is a file, holds what is not ours, or lies in one of these folders."""
    target = out.resolve()
    for what, folder in apart_from.items():
        taken = folder.resolve()
        if target == taken or taken in target.parents or target in taken.parents:
            raise ResultsError(
                f"{out} and the {what} {folder} lie in each other; give another folder with -o"
            )
    if out.exists() and not out.is_dir():
        raise ResultsError(f"{out} is a file; give a folder with -o")
    if out.is_dir() and any(out.iterdir()) and not (out / MARKER).is_file():
        raise ResultsError(
            f"{out} is not empty and was not made by lesiontrack readers (no {MARKER} in it); "
            "give a new folder with -o"
        )


def write_folder(out: Path, files: Mapping[str, bytes]) -> None:
    """Write the files and the marker; an earlier comparison's are replaced. Raises ResultsError."""
    marker = json.dumps({"format": 1, "files": sorted(files)}) + "\n"
    for name, content in {MARKER: marker.encode(), **files}.items():
        with writing(out / name), temporary_file(out) as temporary:
            temporary.write_bytes(content)
            temporary.replace(out / name)
