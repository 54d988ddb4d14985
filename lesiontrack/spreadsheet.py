"""Tables as CSV that spreadsheet programs open right, and back."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pandas as pd

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
"""Text that a spreadsheet may take for a formula, with any apostrophes before it."""


def csv_bytes(table: pd.DataFrame) -> bytes:
    """The table as CSV: UTF-8 with byte order mark, comma, CRLF (RFC 4180), empty where a value is missing.

    A text cell that begins with = + - @, a tab or a line break, which a spreadsheet would run as a formula
    (CWE-1236), gets an apostrophe in front; so does a text that begins with apostrophes before such a sign,
    so that `read_csv` can take off exactly what was put on. Numbers stay numbers, minus signs and all.
    """
    safe = table.copy(deep=False)
    for name in safe.columns:
        if holds_text(safe[name]):
            safe[name] = safe[name].map(_shield, na_action="ignore")
    safe.columns = pd.Index([_shield(name) for name in safe.columns])
    text = safe.to_csv(index=False, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    return b"\xef\xbb\xbf" + text.encode()


def write_csv(table: pd.DataFrame, path: Path | str) -> None:
    """Write `csv_bytes` of a table."""
    Path(path).write_bytes(csv_bytes(table))


def read_csv(path: Path | str) -> pd.DataFrame:
    """A table that `write_csv` wrote, all columns as text without the added apostrophes, NA where empty.

    `lesiontrack.tables` has the types. Raises OSError and pandas' ParserError for a file that is no such
    table.
    """
    text = Path(path).read_bytes().decode("utf-8-sig")
    table = pd.read_csv(io.StringIO(text, newline=""), dtype="string", keep_default_na=False, na_values=[""])
    for name in table.columns:
        table[name] = table[name].map(_unshield, na_action="ignore").astype("string")
    table.columns = pd.Index([_unshield(name) for name in table.columns])
    return table


def holds_text(column: pd.Series) -> bool:
    """Whether a column may hold text: not numbers, truth values or times."""
    return pd.api.types.is_string_dtype(column.dtype) or column.dtype == object


def _shield(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def _unshield(value: object) -> object:
    return value[1:] if isinstance(value, str) and value[:1] == "'" and _FORMULA.match(value) else value
