"""Research exports of a results folder: formats, and what every export holds."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from lesiontrack.errors import LesiontrackError

if TYPE_CHECKING:
    from lesiontrack.export.source import Source

_MAKERS: Mapping[str, tuple[str, str]] = {
    "csv": ("lesiontrack.export.tidy", "csv_files"),
    "parquet": ("lesiontrack.export.tidy", "parquet_files"),
    "sdtm": ("lesiontrack.export.sdtm", "files"),
    "adam": ("lesiontrack.export.adam", "files"),
    "redcap": ("lesiontrack.export.redcap", "files"),
    "figures": ("lesiontrack.export.figures", "files"),
}
"""Format → module and function that gives its files; imported when asked for."""

FORMATS = tuple(_MAKERS)


class ExportError(LesiontrackError, ValueError):
    """The export asked for can't be made."""


def export(
    results_dir: Path | str,
    *,
    format: str,
    out: Path | str,
    signed_only: bool = False,
    pseudonymise: bool = False,
    key: Path | str | None = None,
) -> Path:
    """Write a finished results folder as tables or figures for research, in a folder of its own.

    Every export holds, beside the files of its format, README.txt (what is in it, and what it is not),
    methods.txt (a paragraph for a paper, from what was run) and provenance.json.

    Args:
        results_dir: what `lesiontrack run` wrote.
        format: one of FORMATS. "csv" and "parquet": the tables and their dictionary; "sdtm" and "adam":
            Dataset-JSON 1.1; "redcap": an import file and its dictionary; "figures": SVG and PNG.
        out: a new or empty folder, or an earlier export, which is replaced.
        signed_only: only rows that a reader has signed, in the tables that know of signatures; rates on the
            signed basis. Photos, acquisition and failures are whole.
        pseudonymise: new patient codes everywhere, no calendar dates, no free text of the study
            (`lesiontrack.export.pseudonyms`).
        key: file of the secret that new codes are made with, made where it isn't there; keep it away from
            the export. Without one, a secret is drawn and thrown away: codes can't be made again.

    Returns `out`. Raises ExportError for another format, or a key that is no key; ResultsError where the
    results are not ours or not finished, or where `out` holds files that are not ours; nothing is written
    then, but for a new key file.
    """
    if format not in FORMATS:
        raise ExportError(_no_such_format(format))
    if key is not None and not pseudonymise:
        raise ExportError("a key is for new patient codes: use it together with pseudonymise")
    from lesiontrack.export.folder import check_target, write_export
    from lesiontrack.export.methods import methods_text
    from lesiontrack.export.pseudonyms import check_clean, open_key, pseudonymised
    from lesiontrack.export.readme import readme_text
    from lesiontrack.export.source import read_source

    source = read_source(results_dir, signed_only=signed_only)
    check_target(Path(out), Path(results_dir))
    secret = open_key(key, apart_from=(Path(out), Path(results_dir))) if pseudonymise else None
    original = source
    if secret is not None:
        source = pseudonymised(source, secret)
    files = maker(format)(source)
    methods = methods_text(source)
    how = "" if secret is None else "lasting codes" if key is not None else "codes of this export alone"
    files |= {
        "README.txt": readme_text(source, format, sorted(files), pseudonyms=how).encode(),
        "methods.txt": methods.encode(),
        "provenance.json": json.dumps(
            source.provenance, indent=1, ensure_ascii=False, sort_keys=True
        ).encode(),
    }
    if secret is not None:
        check_clean(original, files)
    facts: dict[str, object] = {
        "format": format,
        "signed_only": signed_only,
        "pseudonymised": pseudonymise,
        "tables_not_made": list(source.missing),
    }
    write_export(Path(out), files, facts)
    return Path(out)


def maker(format: str) -> Callable[[Source], dict[str, bytes]]:
    """What makes the files of a format, name → content, from what `read_source` gives."""
    module, name = _MAKERS[format]
    make: Callable[[Source], dict[str, bytes]] = getattr(import_module(module), name)
    return make


def _no_such_format(format: str) -> str:
    near = difflib.get_close_matches(str(format).lower(), FORMATS, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"format {format!r} is unknown: there are {', '.join(FORMATS)}{hint}"


__all__ = ["FORMATS", "ExportError", "export", "maker"]
