"""A frozen data cut: tables, protocol, settings and provenance of a finished run, sealed by a manifest."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

import lesiontrack
from lesiontrack.errors import ResultsError
from lesiontrack.export.tidy import parquet_bytes
from lesiontrack.freeze.cut import cut_settings
from lesiontrack.freeze.manifest import check_cut, make_manifest
from lesiontrack.freeze.recompute import differing, recompute
from lesiontrack.freeze.until import Until, last_days
from lesiontrack.protocol import load_protocol
from lesiontrack.results import CUT_MARKER, ResultsFolder, json_bytes
from lesiontrack.spreadsheet import csv_bytes
from lesiontrack.tables import TABLES

DICTIONARY = "data_dictionary"


def freeze(results_dir: Path | str, out: Path | str, *, note: str = "", until: Until | None = None) -> Path:
    """Make a frozen data cut of a finished results folder, or of another cut.

    The cut holds all tables (CSV and Parquet) with their dictionary, protocol.toml, settings.json,
    provenance.json and identities.json, but no pictures and pages; and a manifest with the sha256 of each
    file and of the whole. Its files are read-only.

    Args:
        out: a new or empty folder. A cut is never overwritten.
        note: free text for the manifest.
        until: leave out what came later; see `recompute.recompute` for what is computed anew. First it is
            checked that the whole folder's tables come out again as they are.

    Returns `out`. Raises ResultsError where the results are not ours, not finished, in use, damaged or
    altered by hand (a cut that fails its check, a CSV that does not say what its Parquet says), or where
    `out` is taken; nothing is left then.
    """
    results, out = ResultsFolder(results_dir), Path(out)
    results.require()
    _check_target(out, results.root)
    if results.is_cut() and not (checked := check_cut(results.root)).intact:
        raise ResultsError(f"{results.root} is not as it was frozen ({checked.problems[0]})")
    with nullcontext() if results.is_cut() else results.locked():
        files, days = _files(results, until)
    provenance = json.loads(files["provenance.json"])
    facts: dict[str, Any] = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "software": {"lesiontrack": lesiontrack.__version__},
        "note": note or None,
        "until": until.facts(days) if until else _earlier_cut(results),
        "run": {name: provenance.get(name) for name in ("started", "finished", "protocol", "software")},
        "counts": _counts(files),
        "tables_not_made": [name for name in TABLES if f"tables/{name}.parquet" not in files],
    }
    _write(out, files | {CUT_MARKER: make_manifest(files, facts)})
    return out


def _files(results: ResultsFolder, until: Until | None) -> tuple[dict[str, bytes], dict[str, int | None]]:
    there = [name for name in TABLES if (results.tables / f"{name}.parquet").is_file()]
    tables = {name: results.read_table(name) for name in there}
    files = {}
    for name in (*there, DICTIONARY):
        for suffix in (".csv", ".parquet"):
            files[f"tables/{name}{suffix}"] = _read(results.tables / f"{name}{suffix}")
        _same_twice(results, name, files[f"tables/{name}.csv"])
    for path in (results.protocol, results.settings, results.provenance, results.identities):
        if path.is_file() or path != results.identities:
            files[path.name] = _read(path)
    if until is None:
        return files, {}
    missing = [name for name in TABLES if name not in tables]
    if missing:
        raise ResultsError(
            f"{results.root} has no table {', '.join(missing)}, which a cut-off needs; use `lesiontrack run`"
        )
    settings = json.loads(files["settings.json"])
    protocol = load_protocol(results.protocol, settings.get("thresholds", {}), kept=True)
    other = differing(recompute(tables, settings, protocol), tables)
    if other:
        raise ResultsError(
            f"{results.root}: {', '.join(other)} can't be computed again as they are, so no cut-off can be "
            "applied: of another version, or altered. Run the study again, or freeze the folder whole"
        )
    days = last_days(tables, settings, until)
    made = recompute(tables, settings, protocol, days)
    for name, table in made.items():
        files[f"tables/{name}.csv"] = csv_bytes(table)
        files[f"tables/{name}.parquet"] = parquet_bytes(name, table)
    photos = dict(zip(made["photos"]["photo"].tolist(), made["photos"]["sha256"].tolist(), strict=True))
    files["settings.json"] = json_bytes(cut_settings(settings, made, days))
    files["provenance.json"] = json_bytes({**json.loads(files["provenance.json"]), "photos": photos})
    if "identities.json" in files:
        known = json.loads(files["identities.json"])
        digests = set(photos.values())
        cut = [{**k, "seen": {d: xy for d, xy in k["seen"].items() if d in digests}} for k in known]
        files["identities.json"] = json_bytes([k for k in cut if k["seen"]])
    return files, days


def _same_twice(results: ResultsFolder, name: str, csv: bytes) -> None:
    path = results.tables / f"{name}.parquet"
    try:
        table = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path} can't be read: {error}") from error
    if csv_bytes(table) != csv:
        raise ResultsError(
            f"{path.with_suffix('.csv')} does not say what {path.name} says: one of them was altered after "
            "the run; run the study again, it resumes"
        )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ResultsError(f"{path} can't be read: {error.strerror or error}") from error


def _earlier_cut(results: ResultsFolder) -> Any:
    """The cut-off of the cut that is frozen again."""
    if not results.is_cut():
        return None
    return json.loads(_read(results.root / CUT_MARKER)).get("until")


def _counts(files: Mapping[str, bytes]) -> dict[str, Any]:
    import io

    def table(name: str) -> pd.DataFrame | None:
        content = files.get(f"tables/{name}.parquet")
        return None if content is None else pd.read_parquet(io.BytesIO(content))

    rows = {name: len(found) for name in TABLES if (found := table(name)) is not None}
    counts: dict[str, Any] = {"rows": rows, "photos": rows.get("photos", 0)}
    for what, name, columns in (
        ("patients", "patients", ["patient"]),
        ("lesions", "observations", ["patient", "lesion"]),
    ):
        found = table(name)
        counts[what] = None if found is None else len(found[columns].drop_duplicates())
    return counts


def _check_target(out: Path, root: Path) -> None:
    target, source = out.resolve(), root.resolve()
    if target == source or source in target.parents or target in source.parents:
        raise ResultsError(f"{out} and {root} lie in each other; give another folder with -o")
    if out.is_dir() and not any(out.iterdir()):
        return
    if out.exists() or out.is_symlink():
        what = "is not empty" if out.is_dir() else "is a file"
        raise ResultsError(
            f"{out} {what}: a data cut is never written over anything; give a new folder with -o"
        )


def _write(out: Path, files: Mapping[str, bytes]) -> None:
    """The whole folder, written beside its place under another name, made read-only and renamed."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=".writing-", dir=out.parent))
    except OSError as error:
        raise ResultsError(f"{out} can't be written: {error.strerror or error}") from error
    try:
        for name, content in files.items():
            path = fresh / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
            path.chmod(0o444)
        fresh.chmod(0o755)
        fresh.rename(out)  # fails where something has come there since
    except OSError as error:
        raise ResultsError(f"{out} can't be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    for folder in (out / "tables", out):
        os.chmod(folder, 0o555)
