"""Files that are written whole or not at all: temporary ones beside their place, and errors in words."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lesiontrack.errors import ResultsError

PREFIX = ".writing-"
"""Names of files and folders that are being written begin so."""


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """A full disk or a folder without permission is an error that a user can act on."""
    try:
        yield
    except ResultsError:
        raise
    except OSError as error:
        reason = error.strerror or str(error) or type(error).__name__
        remedy = "; free some space and run again, it resumes" if error.errno == errno.ENOSPC else ""
        raise ResultsError(f"{path} can't be written: {reason}{remedy}") from error


def umask() -> int:
    """What the user keeps from others: temporary files are private, so that it must be applied by hand."""
    kept = os.umask(0o077)
    os.umask(kept)
    return kept


@contextmanager
def temporary_file(folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=PREFIX, dir=folder)
    os.close(handle)
    path = Path(name)
    path.chmod(0o666 & ~umask())
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
