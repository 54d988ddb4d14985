"""Exports under new patient codes, without calendar dates and without the study's free text.

What becomes of each column stands in `rules.RULES`. Study days, sites, sizes and rare combinations stay, and
may still tell a patient to those who know them: this is pseudonymised, not anonymous.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pandas as pd

from lesiontrack.export import ExportError
from lesiontrack.export.pseudonyms.codes import Codes, open_key, open_to_others
from lesiontrack.export.pseudonyms.names import Names
from lesiontrack.export.pseudonyms.rules import RULES, SETTINGS
from lesiontrack.export.source import Source
from lesiontrack.tables import records

_SORT_BY = ("patient", "photo", "file")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def pseudonymised(source: Source, key: bytes) -> Source:
    """The same results under new codes. Rows are put in the order of the new codes, as the old order tells.

    Raises ExportError where two patients would get the same code.
    """
    names = Names(source.tables, Codes(key))
    tables = {name: _table(name, table, names) for name, table in source.tables.items()}
    return replace(
        source,
        tables=tables,
        provenance=_provenance(source.provenance, names),
        settings=_settings(source.settings, names),
        pseudonymised=True,
    )


def _table(name: str, table: pd.DataFrame, names: Names) -> pd.DataFrame:
    rules = RULES.get(name, {})
    rows = records(table)
    changed = {str(column): rules.get(str(column), "empty") for column in table.columns}
    new = table.copy()
    for column, rule in changed.items():
        if rule == "keep":
            continue
        values = [_value(rule, row[column], row, names, column) for row in rows]
        new[column] = pd.Series(values, index=table.index, dtype=table[column].dtype)
    by = next((column for column in _SORT_BY if column in new), None)
    return new if by is None else new.sort_values(by, kind="stable", ignore_index=True)


def _value(rule: str, value: Any, row: Mapping[Any, Any], names: Names, column: str) -> Any:
    if value is None or rule == "empty":
        return None
    if value == "":
        return value
    text, patient = str(value), str(row.get("patient") or "")
    match rule:
        case "keep":
            return value
        case "patient":
            return names.patients[text]
        case "visit":
            return names.visit(patient, text)
        case "site":
            return names.site(text)
        case "lesion":
            return names.lesion(text)
        case "photo" | "file":
            return names.file(text)
        case "digest":
            return names.codes.digest(text)
        case "text":
            return names.text(text, patient)
        case "label":
            return names.label(text, column if column in ("sign", "scale_id") else "arm")
        case "reader":
            return names.reader(text)
        case "value_of":
            return names.label(text) if row["by"] == "arm" else text
        case "agent":
            return names.agent(text)
        case "event":
            return names.event(text)
        case "known":
            return names.known(text)
        case "flags_only":
            return names.flags_only(text)
    raise ValueError(f"no rule {rule!r}")


def _provenance(told: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Versions, protocol and model stay; paths and digests are new; how long it took, in place of when."""
    kept = {key: told[key] for key in ("software", "platform", "protocol", "segmentation") if key in told}
    study, options = told.get("study") or {}, told.get("options") or {}
    photos = told.get("photos") or {}
    new = {names.file(path): names.codes.digest(str(digest)) for path, digest in photos.items()}
    kept |= {
        "study": {"title": "", "thresholds": study.get("thresholds", {})},
        "options": {name: options[name] for name in ("fresh", "through") if name in options},
        "photos": dict(sorted(new.items())),
    }
    if told.get("started") and told.get("finished"):
        took = datetime.fromisoformat(told["finished"]) - datetime.fromisoformat(told["started"])
        kept["seconds"] = took.total_seconds()
    return kept


def _settings(told: Mapping[str, Any], names: Names) -> dict[str, Any]:
    kept: dict[str, Any] = {"title": "", "thresholds": told.get("thresholds", {}), "outlines": ""}
    for name, rules in SETTINGS.items():
        if name in told:
            kept[name] = [
                {
                    column: _value(rules.get(column, "empty"), value, row, names, column)
                    for column, value in row.items()
                }
                for row in told[name]
            ]
    return kept


def check_clean(source: Source, files: Mapping[str, bytes]) -> None:
    """Raises ExportError where a file still holds a photo's path, a date or a code of `source`, the original.

    The last look before anything is written, for formats yet to come. A code of fewer than four characters,
    or without a letter and a digit in it, can't be told from other text and is not looked for.
    """
    for what, text in _traces(source):
        whole = re.compile(rb"(?<![0-9A-Za-z])" + re.escape(text.encode()) + rb"(?![0-9A-Za-z]|T\d\d:)")
        for name, content in files.items():
            if text.encode() in content and whole.search(content):
                raise ExportError(
                    f"{name} would hold {what} of the study; nothing was written. This is a defect: please "
                    "report it"
                )


def _traces(source: Source) -> Iterator[tuple[str, str]]:
    told: dict[str, str] = {}
    for table in source.tables.values():
        for column in ("patient", "visit", "photo", "zero_date", "treatment_start"):
            if column in table:
                for text in table[column].dropna().unique():
                    told.setdefault(str(text), column)
    for text, column in told.items():
        if column == "photo" and "/" in text:
            yield "a photo's path", text
        elif _ISO_DATE.fullmatch(text):
            yield "a date", text
        elif column == "patient" and len(text) > 3 and re.search(r"\d", text) and re.search(r"[^\W\d]", text):
            yield "a patient's code", text


__all__ = ["RULES", "check_clean", "open_key", "open_to_others", "pseudonymised"]
