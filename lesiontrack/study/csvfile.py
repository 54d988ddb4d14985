"""CSV files as spreadsheets write them: UTF-8 with or without BOM, comma or semicolon, numbered lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lesiontrack.errors import StudyError

_ZIP_MAGIC = b"PK\x03\x04"


@dataclass(frozen=True)
class CsvFile:
    """A CSV file's cells, without outer blanks.

    Attributes:
        name: the file's name, for messages.
        header: column names.
        rows: (line number in the file, cells), as many cells as the header has; blank rows left out.
        decimal_comma: True in semicolon files, where spreadsheets write 3,5 for 3.5.
    """

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    decimal_comma: bool


def read_csv(path: Path) -> CsvFile:
    """Raises StudyError for a file that is no UTF-8 CSV, or has a row longer than its header."""
    name = path.name
    records = _records(name, _text(path))
    try:
        _, delimiter, raw_header = next(records)
    except StopIteration:
        raise StudyError(f"{name} is empty; it needs a line of column names") from None
    header = [cell.strip() for cell in raw_header]
    while header and not header[-1]:
        header.pop()
    if "" in header:
        raise StudyError(f"{name}: column {header.index('') + 1} has no name")
    double = next((column for column in header if header.count(column) > 1), None)
    if double is not None:
        raise StudyError(f"{name}: two columns are named {double!r}")
    rows = []
    for line, _, raw in records:
        cells = [cell.strip() for cell in raw]
        if any(cells[len(header) :]):
            raise StudyError(
                f"{name}, line {line}: {len(cells)} cells, but there are {len(header)} columns; "
                f"a cell that holds {delimiter!r} must be in double quotes"
            )
        cells += [""] * (len(header) - len(cells))
        rows.append((line, tuple(cells[: len(header)])))
    return CsvFile(name, tuple(header), tuple(rows), decimal_comma=delimiter == ";")


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StudyError(f"{path.name} can't be read: {error.strerror or error}") from error
    if content.startswith(_ZIP_MAGIC):
        raise StudyError(f"{path.name} is a spreadsheet file, not CSV; save it as 'CSV UTF-8'")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise StudyError(f"{path.name}, line {line}: not UTF-8; save it as 'CSV UTF-8'") from error
    if "\0" in text:
        raise StudyError(f"{path.name} holds NUL characters, so it is no CSV text; save it as 'CSV UTF-8'")
    return text


def _records(name: str, text: str) -> Iterator[tuple[int, str, list[str]]]:
    """(first line, delimiter, cells) of each record."""
    skipped = 0
    first = next((line for line in text.splitlines() if line.strip()), "")
    if first.strip().lower() in ("sep=;", "sep=,"):  # spreadsheets write this line to tell each other
        delimiter = first.strip()[-1]
        before, _, text = text.partition(first)
        _, *rest = text.splitlines(keepends=True) or [""]
        text = "".join(rest)
        skipped = len(before.splitlines()) + 1
    elif "\t" in first and "," not in first and ";" not in first:
        raise StudyError(f"{name} is separated by tabs; save it with commas or semicolons")
    else:
        delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line + 1 + skipped, delimiter, cells
            line = reader.line_num
    except csv.Error as error:
        raise StudyError(f"{name}, line {reader.line_num + skipped}: not valid CSV: {error}") from error
