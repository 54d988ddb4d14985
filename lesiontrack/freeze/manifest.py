"""The manifest of a frozen cut: what it holds, with a digest of each file and of the whole; and its check."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lesiontrack.errors import ResultsError
from lesiontrack.results import CUT_MARKER

FORMAT = 1


@dataclass(frozen=True)
class Problem:
    """One file of a cut that is not what was frozen."""

    file: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}: {self.what}"


@dataclass(frozen=True)
class CheckedCut:
    """A cut's manifest, and what has changed since it was made; `problems` is empty where nothing has."""

    root: Path
    manifest: Mapping[str, Any]
    problems: tuple[Problem, ...]

    @property
    def intact(self) -> bool:
        return not self.problems


def make_manifest(files: Mapping[str, bytes], facts: Mapping[str, Any]) -> bytes:
    """The manifest's content. `files`: path in the cut → content; `facts`: everything else that it tells.

    `data_sha256` is that of the files alone: equal for equal data, whenever frozen. `sha256` is that of the
    manifest without that line, so it stands for the files and for all that is told of them.
    """
    listed = {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for name, content in sorted(files.items())
    }
    manifest: dict[str, Any] = {
        "format": FORMAT,
        **facts,
        "files": listed,
        "data_sha256": _data_sha256(listed),
    }
    manifest["sha256"] = _sealed(manifest)
    return json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def check_cut(root: Path | str) -> CheckedCut:
    """Read a cut's manifest and compare every file with it. Raises ResultsError where it is no cut."""
    root = Path(root)
    path = root / CUT_MARKER
    if not path.is_file():
        raise ResultsError(f"{root} is not a frozen cut of lesiontrack (no {CUT_MARKER} in it)")
    try:
        manifest = json.loads(path.read_text("utf-8"))
        listed = {str(name): (str(f["sha256"]), int(f["bytes"])) for name, f in manifest["files"].items()}
        sealed, data = str(manifest["sha256"]), str(manifest["data_sha256"])
        version = manifest["format"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ResultsError(f"{path} is damaged ({error}): nothing can be checked against it") from error
    if version != FORMAT:
        raise ResultsError(f"{path} has format {version}, and this version of lesiontrack reads {FORMAT}")
    problems = []
    if _sealed({key: value for key, value in manifest.items() if key != "sha256"}) != sealed:
        problems.append(Problem(CUT_MARKER, "altered: its own digest does not fit what it says"))
    elif _data_sha256(manifest["files"]) != data:
        problems.append(Problem(CUT_MARKER, "altered: the digest of the data does not fit its list of files"))
    for name, (digest, size) in listed.items():
        found = _state(root / name, digest, size)
        if found:
            problems.append(Problem(name, found))
    there = {path.relative_to(root).as_posix() for path in root.rglob("*") if not path.is_dir()}
    problems += [
        Problem(name, "added: not in the manifest") for name in sorted(there - {*listed, CUT_MARKER})
    ]
    return CheckedCut(root, manifest, tuple(problems))


def _state(path: Path, digest: str, size: int) -> str:
    """What is wrong with a file; empty where it is as it was."""
    if path.is_symlink() or not path.is_file():
        return "removed" if not path.exists() else "replaced by something that is no plain file"
    try:
        content = path.read_bytes()
    except OSError as error:
        return f"can't be read: {error.strerror or error}"
    if hashlib.sha256(content).hexdigest() == digest:
        return ""
    return "altered" + (f": {len(content)} bytes, {size} when frozen" if len(content) != size else "")


def _data_sha256(listed: Mapping[str, Mapping[str, Any]]) -> str:
    lines = "".join(f"{listed[name]['sha256']}  {name}\n" for name in sorted(listed))
    return hashlib.sha256(lines.encode()).hexdigest()


def _sealed(manifest: Mapping[str, Any]) -> str:
    text = json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
