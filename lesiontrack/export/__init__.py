"""Research exports of a results folder."""

from __future__ import annotations

import difflib
from pathlib import Path

import pandas as pd

from lesiontrack.errors import LesiontrackError

FORMATS = ("csv", "parquet")
LATER = ("sdtm", "adam", "redcap")
"""Formats of the design that this version doesn't write yet."""


class ExportError(LesiontrackError, ValueError):
    """The export asked for can't be made."""


def export(results_dir: Path | str, *, format: str, out: Path | str, signed_only: bool = False) -> Path:
    """Write the tables of a finished results folder to a folder of their own.

    Args:
        results_dir: what `lesiontrack run` wrote.
        format: "csv" or "parquet": one file a table, data_dictionary, README.txt, and provenance.json of the
            run.
        out: a new or empty folder, or an earlier export, which is replaced.
        signed_only: only rows that a reader has signed, in the tables that know of signatures; rates on the
            signed basis. Photos, acquisition and failures are whole.

    Returns `out`. Raises ExportError for another format, ResultsError where the results are not ours or not
    finished, or where `out` holds files that are not ours; nothing is written then.
    """
    if format not in FORMATS:
        raise ExportError(_no_such_format(format))
    from lesiontrack.export.folder import check_target, write_export
    from lesiontrack.export.tidy import tidy_files
    from lesiontrack.results import ResultsFolder
    from lesiontrack.tables import TABLES, data_dictionary

    results = ResultsFolder(results_dir)
    results.require()
    check_target(Path(out), results.root)
    missing = [name for name in TABLES if not (results.tables / f"{name}.parquet").is_file()]
    tables = {name: results.read_table(name) for name in TABLES if name not in missing}
    if signed_only:
        tables = {name: _signed(table) for name, table in tables.items()}
    tables["data_dictionary"] = data_dictionary()
    files = tidy_files(tables, format)
    files["provenance.json"] = results.provenance.read_bytes()
    facts: dict[str, object] = {"format": format, "signed_only": signed_only, "tables_not_made": missing}
    write_export(Path(out), files, facts)
    return Path(out)


def _signed(table: pd.DataFrame) -> pd.DataFrame:
    if "review_status" in table:
        return table[table["review_status"].eq("signed").fillna(False)]
    if "signed" in table:
        return table[table["signed"].fillna(False)]
    if "basis" in table:
        return table[table["basis"].eq("signed").fillna(False)]
    return table


def _no_such_format(format: str) -> str:
    exist = f"csv and parquet exist; {', '.join(LATER)} are planned"
    if format in LATER:
        return f"format {format!r} is not written by this version: {exist}"
    near = difflib.get_close_matches(str(format).lower(), FORMATS, n=1)
    return f"format {format!r} is unknown: {exist}" + (f"; did you mean {near[0]!r}?" if near else "")


__all__ = ["FORMATS", "ExportError", "export"]
