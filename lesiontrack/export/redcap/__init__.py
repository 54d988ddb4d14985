"""REDCap: a data dictionary, and an import file of five instruments, four of them repeating.

After the rules of REDCap's Data Import Tool and data dictionary; docs/redcap.md has them, with their sources.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from lesiontrack.export.redcap.fields import HEADER
from lesiontrack.export.redcap.instruments import FIELDS, REPEATING
from lesiontrack.export.redcap.readme import README
from lesiontrack.export.redcap.records import Records
from lesiontrack.export.source import Source

__all__ = ["files"]

_NAMES = tuple(field.name for field in FIELDS)
_REPEAT = ("redcap_repeat_instrument", "redcap_repeat_instance")


def files(source: Source) -> dict[str, bytes]:
    """redcap_data_dictionary.csv, redcap_repeating.csv, redcap_import.csv and redcap.txt.

    UTF-8 without byte order mark, comma, CRLF; nothing is put before text that looks like a formula, since
    REDCap would store it. Raises ValueError for a word that has no code.
    """
    repeating = [("form_name", "custom_form_label"), *REPEATING.items()]
    return {
        "redcap_data_dictionary.csv": _csv([HEADER, *(field.dictionary_row() for field in FIELDS)]),
        "redcap_repeating.csv": _csv(repeating),
        "redcap_import.csv": _csv(_import(source)),
        "redcap.txt": README.encode(),
    }


def _import(source: Source) -> Iterable[Sequence[str]]:
    """Header and rows: a patient's own row, then the instances of each instrument."""
    records = Records(source)
    instances = records.instances()
    yield (_NAMES[0], *_REPEAT, *_NAMES[1:])
    for row in records.patients():
        code = row["record_id"]
        yield _line(code, "patient", "", row)
        for form in REPEATING:
            for number, found in instances[form].get(code, ()):
                yield _line(code, form, str(number), found)


def _line(code: str, form: str, number: str, row: dict[str, Any]) -> list[str]:
    cells = [field.cell(row.get(field.column)) if field.form == form else "" for field in FIELDS[1:]]
    return [code, form if number else "", number, *cells]


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
