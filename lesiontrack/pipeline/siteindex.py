"""RESULTS/sites/index.json: which folder holds the record of which site, and which lesion each track is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lesiontrack.errors import ResultsError
from lesiontrack.pipeline.record import SiteRecord, load
from lesiontrack.pipeline.site import RECORD, SiteTask
from lesiontrack.results import ResultsFolder, json_bytes

INDEX = "index.json"


@dataclass(frozen=True)
class SiteEntry:
    """One site of the results: `folder` below the results folder; `lesions` holds the id of each track."""

    patient: str
    site: str
    folder: str
    lesions: tuple[str, ...]


def write_site_index(
    results: ResultsFolder,
    tasks: Sequence[SiteTask],
    records: Sequence[SiteRecord],
    ids: Mapping[tuple[str, str, int], str],
) -> None:
    """Write the index, then remove records that no site of this run stands on."""
    folders = {(task.patient, task.site): task.folder for task in tasks}
    rows = []
    for record in records:
        name = (record.patient, record.site)
        lesions = [ids[*name, index] for index in range(len(record.tracks))] if ids else []
        rows.append(
            {
                "patient": record.patient,
                "site": record.site,
                "folder": f"sites/{folders[name]}/{record.key[:16]}",
                "lesions": lesions,
            }
        )
    results.write(results.sites.relative_to(results.root) / INDEX, json_bytes(rows))
    current = {results.root / str(row["folder"]) for row in rows}
    for kept in results.sites.glob("*/*/*"):
        if kept not in current:
            results.discard(kept.relative_to(results.root))


def read_site_index(results: ResultsFolder) -> tuple[SiteEntry, ...]:
    """Raises ResultsError where the index is missing or damaged."""
    path = results.sites / INDEX
    try:
        rows = json.loads(path.read_text("utf-8"))
        return tuple(SiteEntry(r["patient"], r["site"], r["folder"], tuple(r["lesions"])) for r in rows)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResultsError(f"{path} can't be read ({error}); run `lesiontrack run` again") from error


def read_site(results: ResultsFolder, entry: SiteEntry) -> SiteRecord:
    """Raises ResultsError where the record is missing or damaged."""
    path = results.root / entry.folder / RECORD
    try:
        return load(path)
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path} can't be read ({error}); run `lesiontrack run` again") from error


def picture_path(results: ResultsFolder, entry: SiteEntry, file: str) -> Path:
    return results.root / entry.folder / file
