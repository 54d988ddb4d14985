"""One of the two that are compared: a finished results folder or a frozen cut, as read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from lesiontrack.diff.keys import KEYS
from lesiontrack.errors import ProtocolError, ResultsError
from lesiontrack.freeze.manifest import check_cut
from lesiontrack.protocol import Protocol, load_protocol
from lesiontrack.results import CUT_MARKER, MARKER, ResultsFolder
from lesiontrack.tables import TABLES, records

Row = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Side:
    """Tables as rows of plain values (None: missing), and how they came about.

    Attributes:
        columns: columns of each table, in its order.
        protocol: None where this version can't read the protocol file; `protocol_problem` says why.
        cut: the manifest's cut-off, for a cut with one: {"day": …} or {"date": …}; else None.
        altered: files of a frozen cut that are not what was frozen.
    """

    root: Path
    tables: Mapping[str, list[Row]]
    columns: Mapping[str, tuple[str, ...]]
    provenance: Mapping[str, Any]
    settings: Mapping[str, Any]
    protocol: Protocol | None
    protocol_text: str
    protocol_problem: str = ""
    cut: Mapping[str, Any] | None = None
    altered: tuple[str, ...] = ()

    def cut_day(self, patient: str) -> int | None:
        """Last study day of a patient that is in the cut; None without a cut-off."""
        day: int | None = (self.cut or {}).get("days", {}).get(patient)
        return day


def read_side(root: Path | str) -> Side:
    """Read a results folder or a cut, of this version of lesiontrack or another.

    Columns and tables that this version doesn't know, or that are not there, are no error here.
    Raises ResultsError where the folder is neither, is not finished, or a file of it can't be read.
    """
    results = ResultsFolder(root)
    manifest: Mapping[str, Any] = {}
    altered: tuple[str, ...] = ()
    if (results.root / CUT_MARKER).is_file():
        checked = check_cut(results.root)
        manifest, altered = checked.manifest, tuple(problem.file for problem in checked.problems)
    elif not results.is_ours():
        raise ResultsError(
            f"{results.root} is neither a results folder (no {MARKER} in it) nor a frozen cut "
            f"(no {CUT_MARKER})"
        )
    else:
        results.require()
    tables: dict[str, list[Row]] = {}
    columns: dict[str, tuple[str, ...]] = {}
    for name in TABLES:
        path = results.tables / f"{name}.parquet"
        if path.is_file():
            table = _read(path)
            _check_keys(path, name, table)
            columns[name] = tuple(str(column) for column in table.columns)
            tables[name] = records(table)
    if not tables:
        raise ResultsError(f"{results.tables} holds no table of lesiontrack; use `lesiontrack run`")
    settings = _json(results.settings)
    protocol, problem = None, ""
    try:
        protocol = load_protocol(results.protocol, settings.get("thresholds", {}), kept=True)
    except ProtocolError as error:
        problem = str(error)
    text = results.protocol.read_text("utf-8-sig", "replace") if results.protocol.is_file() else ""
    return Side(
        results.root, tables, columns, _json(results.provenance), settings, protocol, text, problem,
        manifest.get("until"), altered,
    )  # fmt: skip


def _read(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise ResultsError(
            f"{path} can't be read ({error}): damaged or cut short; copy it anew, or run the study again"
        ) from error


def _check_keys(path: Path, name: str, table: pd.DataFrame) -> None:
    missing = [key for key in KEYS[name] if key not in table.columns]
    if missing:
        raise ResultsError(
            f"{path} lacks {', '.join(missing)}, which names its rows: made by a version that this one "
            "can't compare; run the study again with one version"
        )


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path} can't be read ({error}); copy it anew, or run again") from error
    return found if isinstance(found, dict) else {}
