"""The file that a correction speaks of, if it is still there and still the same."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from pathlib import Path, PurePosixPath

from lesiontrack.study.files import is_results_folder, is_skipped, refusal


def located(root: Path, photo: str, sha256: str) -> Path:
    """The file of a path below the study folder.

    Raises ValueError where it leads elsewhere, is passed over by the study, is no photo, or has other bytes
    than `sha256` tells.
    """
    path = root / photo
    pure = PurePosixPath(photo)
    if pure.is_absolute() or ".." in pure.parts or "\0" in photo or pure.as_posix() != photo:
        raise ValueError(f"{photo!r} is no path below the study folder")
    # cameras name photos _MG_1234 and _DSC0001: photos.csv may list them
    if any(map(is_skipped, (*pure.parts[:-1], pure.name.lstrip("_") or pure.name))):
        raise ValueError(f"{photo!r} is passed over by lesiontrack: names that begin with _, . or ~$")
    if any(is_results_folder(root.joinpath(*parent.parts)) for parent in pure.parents if parent.parts):
        raise ValueError(f"{photo!r} lies in a results folder")
    if not os.path.isfile(path):
        raise ValueError("there is no such photo now")
    if not Path(os.path.realpath(path)).is_relative_to(root.resolve()):
        raise ValueError(f"{photo!r} is a link that leads out of the study folder")
    reason = refusal(path)
    if reason is not None:
        raise ValueError(reason)
    try:
        digest = photo_digest(path)
    except OSError as error:
        raise ValueError(f"the photo can't be read: {error.strerror or error}") from error
    if digest != sha256:
        raise ValueError("the photo is not the one that was assigned: its content has changed since")
    return path


def photo_digest(path: Path) -> str:
    """sha256 of a file; computed again only after the file was changed. Raises OSError."""
    stat = path.stat()
    return _digest(str(path), stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)


@lru_cache(maxsize=50_000)
def _digest(path: str, size: int, modified: int, changed: int, inode: int) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
