"""What an export is made from: the tables of a finished results folder, and how they came about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from lesiontrack.protocol import Protocol, load_protocol
from lesiontrack.results import ResultsFolder
from lesiontrack.tables import TABLES


@dataclass(frozen=True, eq=False)
class Source:
    """A results folder as read for an export.

    Attributes:
        tables: name → typed DataFrame (columns: `lesiontrack.tables`), those of the stages that were run.
        protocol: as it was used, thresholds of the study included.
        provenance: provenance.json.
        settings: settings.json: title, thresholds, outlines, doses.
        signed_only: the tables hold only what a reader has signed.
    """

    tables: Mapping[str, pd.DataFrame]
    protocol: Protocol
    provenance: Mapping[str, Any]
    settings: Mapping[str, Any]
    signed_only: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        """Tables that no stage has made."""
        return tuple(name for name in TABLES if name not in self.tables)


def read_source(results_dir: Path | str, *, signed_only: bool = False) -> Source:
    """Read a finished results folder. Raises ResultsError where it is not ours or not finished."""
    results = ResultsFolder(results_dir)
    results.require()
    there = [name for name in TABLES if (results.tables / f"{name}.parquet").is_file()]
    tables = {name: results.read_table(name) for name in there}
    if signed_only:
        tables = {name: _signed(table) for name, table in tables.items()}
    settings = json.loads(results.settings.read_text("utf-8"))
    return Source(
        tables,
        load_protocol(results.protocol, settings.get("thresholds", {}), kept=True),
        json.loads(results.provenance.read_text("utf-8")),
        settings,
        signed_only,
    )


def _signed(table: pd.DataFrame) -> pd.DataFrame:
    if "review_status" in table:
        return table[table["review_status"].eq("signed").fillna(False)]
    if "signed" in table:
        return table[table["signed"].fillna(False)]
    if "basis" in table:
        return table[table["basis"].eq("signed").fillna(False)]
    return table
