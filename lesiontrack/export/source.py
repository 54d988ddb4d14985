"""What an export is made from: the tables of a finished results folder, and how they came about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from lesiontrack.errors import ResultsError
from lesiontrack.protocol import Protocol, load_protocol
from lesiontrack.results import ResultsFolder
from lesiontrack.tables import TABLES, records


@dataclass(frozen=True, eq=False)
class Source:
    """A results folder as read for an export.

    Attributes:
        tables: name → typed DataFrame (columns: `lesiontrack.tables`), those of the stages that were run.
        protocol: as it was used, thresholds of the study included.
        provenance: provenance.json.
        settings: settings.json: title, thresholds, outlines, doses.
        signed_only: the tables hold only what a reader has signed.
        pseudonymised: codes are new, calendar dates and free text are gone (`export.pseudonyms`).
    """

    tables: Mapping[str, pd.DataFrame]
    protocol: Protocol
    provenance: Mapping[str, Any]
    settings: Mapping[str, Any]
    signed_only: bool = False
    pseudonymised: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        """Tables that no stage has made."""
        return tuple(name for name in TABLES if name not in self.tables)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Rows of a table with plain values, None where one is missing; none where it was not made."""
        return records(self.tables[table]) if table in self.tables else []

    @property
    def title(self) -> str:
        """Of the study; empty where it has none, or where it was taken away."""
        return str(self.settings.get("title") or "")

    @property
    def created(self) -> str:
        """ISO date and time with zone: when the run finished; now, where the provenance doesn't say."""
        told = self.provenance.get("finished")
        return str(told) if told else datetime.now(UTC).isoformat(timespec="seconds")


def read_source(results_dir: Path | str, *, signed_only: bool = False) -> Source:
    """Read a finished results folder. Raises ResultsError where it is not ours or not finished."""
    results = ResultsFolder(results_dir)
    results.require()
    there = [name for name in TABLES if (results.tables / f"{name}.parquet").is_file()]
    tables = {name: results.read_table(name) for name in there}
    if signed_only:
        tables = {name: signed(table) for name, table in tables.items()}
    settings = _json(results.settings)
    if not results.protocol.is_file():
        raise ResultsError(f"{results.protocol} is missing: made by another version; run the study again")
    return Source(
        tables,
        load_protocol(results.protocol, settings.get("thresholds", {}), kept=True),
        _json(results.provenance),
        settings,
        signed_only,
    )


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path} can't be read: {error}; run the study again, it resumes") from error
    if not isinstance(content, dict):
        raise ResultsError(f"{path} holds no table of values; run the study again, it resumes")
    return content


def signed(table: pd.DataFrame) -> pd.DataFrame:
    """The rows that a reader has signed; all of them where the table doesn't know of signatures."""
    if "review_status" in table:
        kept = table["review_status"].eq("signed")
    elif "signed" in table:
        kept = table["signed"]
    elif "basis" in table:
        kept = table["basis"].eq("signed")
    else:
        return table
    return table[kept.fillna(False)].reset_index(drop=True)
