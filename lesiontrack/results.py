"""The results folder: whose it is, where things lie in it, and writes that are whole or not there at all."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from lesiontrack.errors import ResultsError
from lesiontrack.outfiles import PREFIX, temporary_file, umask, writing
from lesiontrack.spreadsheet import csv_bytes
from lesiontrack.tables import TABLES, frame, records

MARKER = "lesiontrack-results.json"
CUT_MARKER = "lesiontrack-cut.json"
FORMAT = 1


class ResultsFolder:
    """Paths and atomic writes below one results folder.

    Layout: `index.html`, `patients/`, `lesions/` (pages), `tables/` (CSV and Parquet), `sites/` (a record and
    small pictures per site: what a run resumes from), `identities.json` (lesion ids, append-only),
    `protocol.toml` (the protocol as it was used), `provenance.json`.
    """

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root)

    @property
    def tables(self) -> Path:
        return self.root / "tables"

    @property
    def sites(self) -> Path:
        return self.root / "sites"

    @property
    def identities(self) -> Path:
        return self.root / "identities.json"

    @property
    def protocol(self) -> Path:
        return self.root / "protocol.toml"

    @property
    def provenance(self) -> Path:
        return self.root / "provenance.json"

    @property
    def settings(self) -> Path:
        """Title and thresholds of the study, as they were used."""
        return self.root / "settings.json"

    @property
    def rerun(self) -> Path:
        """Where the study is and what the run was told, so that it can be run again; in no export."""
        return self.root / "rerun.json"

    def prepare(self, study_root: Path) -> None:
        """Make the folder ours, or find that it is.

        Raises ResultsError where it holds something else, where it is the study folder or lies above it, or
        where it can't be written.
        """
        root, study = self.root.resolve(), study_root.resolve()
        if root == study or root in study.parents:
            raise ResultsError(
                f"{self.root} is the study folder or holds it: results there would mix with the photos; "
                "give another folder with -o"
            )
        if self.root.exists() and not self.root.is_dir():
            raise ResultsError(f"{self.root} is a file; give a folder with -o")
        with writing(self.root):
            self._not_frozen()
            if self._holds_something() and not self.is_ours():
                raise ResultsError(
                    f"{self.root} is not empty and was not made by lesiontrack (no {MARKER} in it); "
                    "give a new folder with -o"
                )
            self.root.mkdir(parents=True, exist_ok=True)
            if not self.is_ours():
                self.write(MARKER, json.dumps({"format": FORMAT}).encode())

    def _holds_something(self) -> bool:
        return self.root.is_dir() and any(not p.name.startswith(PREFIX) for p in self.root.iterdir())

    def sweep(self) -> None:
        """Remove what a killed run was writing; only while locked: a living run's files look the same."""
        for pattern in (f"{PREFIX}*", f"*/{PREFIX}*", f"sites/*/{PREFIX}*", f"sites/*/*/{PREFIX}*"):
            for left in self.root.glob(pattern):
                if left.is_dir():
                    shutil.rmtree(left, ignore_errors=True)
                else:
                    left.unlink(missing_ok=True)

    def is_ours(self) -> bool:
        return (self.root / MARKER).is_file()

    def is_cut(self) -> bool:
        """Whether this is a frozen data cut (`lesiontrack.freeze`): to be read, never written to."""
        return (self.root / CUT_MARKER).is_file()

    def _not_frozen(self) -> None:
        if self.is_cut():
            raise ResultsError(
                f"{self.root} is a frozen data cut, which is never changed; give another folder"
            )

    def require(self) -> None:
        """Raises ResultsError unless this is a finished results folder, or a frozen cut of one."""
        if not self.is_ours() and not self.is_cut():
            raise ResultsError(f"{self.root} is not a results folder of lesiontrack (no {MARKER} in it)")
        if not self.provenance.is_file():
            raise ResultsError(f"{self.root} is not finished: run `lesiontrack run` on it again, it resumes")

    def write(self, relative: str | Path, content: bytes) -> Path:
        """Write a file whole: into a temporary file beside it, then renamed. Raises ResultsError."""
        path = self.root / relative
        with writing(path), temporary_file(path.parent) as temporary:
            temporary.write_bytes(content)
            temporary.replace(path)
        return path

    def write_table(self, name: str, table: pd.DataFrame) -> None:
        """tables/NAME.csv, for Excel too, and tables/NAME.parquet."""
        self.write(Path("tables") / f"{name}.csv", csv_bytes(table))
        path = self.tables / f"{name}.parquet"
        with writing(path), temporary_file(path.parent) as temporary:
            table.to_parquet(temporary, index=False)
            temporary.replace(path)

    def remove_table(self, name: str) -> None:
        for suffix in (".csv", ".parquet"):
            self.remove(Path("tables") / f"{name}{suffix}")

    def remove(self, relative: str | Path) -> None:
        """Remove a file of ours, if it is there. Raises ResultsError."""
        path = self.root / relative
        with writing(path):
            path.unlink(missing_ok=True)

    def remove_pages(self, keep: set[str]) -> None:
        """Remove pages of earlier runs that are not in `keep` (paths below the results folder)."""
        for folder in ("patients", "lesions", "sheets"):
            for page in (self.root / folder).glob("*.html"):
                name = page.relative_to(self.root).as_posix()
                if name not in keep:
                    self.remove(name)
        if "index.html" not in keep:
            self.remove("index.html")

    def read_table(self, name: str) -> pd.DataFrame:
        """A table with its types. Raises ResultsError where it is missing or not ours."""
        path = self.tables / f"{name}.parquet"
        if not path.is_file():
            raise ResultsError(f"{path} is missing: its stage was not run; use `lesiontrack run`")
        try:
            table = pd.read_parquet(path)
        except (OSError, ValueError) as error:
            raise ResultsError(f"{path} can't be read: {error}") from error
        missing = {column.name for column in TABLES[name]} - set(table.columns)
        if missing:
            raise ResultsError(
                f"{path} lacks the columns {', '.join(sorted(missing))}: made by another version"
            )
        return frame(name, records(table))

    def write_folder(self, relative: Path, fill: Callable[[Path], None]) -> Path:
        """A folder that appears whole: filled under a temporary name, then renamed. Raises ResultsError."""
        target = self.root / relative
        if target.is_dir():
            return target
        with writing(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary = Path(tempfile.mkdtemp(prefix=PREFIX, dir=target.parent))
            try:
                fill(temporary)
                temporary.chmod(0o777 & ~umask())
                try:
                    temporary.rename(target)
                except OSError:
                    if not target.is_dir():
                        raise
            finally:
                shutil.rmtree(temporary, ignore_errors=True)
        return target

    def discard(self, relative: Path) -> None:
        """Remove a folder of ours."""
        shutil.rmtree(self.root / relative, ignore_errors=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One run at a time; the lock goes with the process, so a killed run leaves none behind.

        Raises ResultsError where another run holds it, and for a frozen cut.
        """
        self._not_frozen()
        try:
            import fcntl
        except ImportError:  # Windows: no advisory lock of this kind; two runs at once are the user's care
            yield
            return
        with writing(self.root):
            handle = open(self.root / MARKER, "rb")  # noqa: SIM115
        with handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise ResultsError(f"{self.root} is in use by another run of lesiontrack") from error
            yield


def json_bytes(value: Any) -> bytes:
    """UTF-8; a file name that is no text (lone surrogates) is escaped, so that it comes back as it was."""
    text = json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, indent=1, sort_keys=True).encode()
