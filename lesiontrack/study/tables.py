"""Tables of a study folder → checked rows. A refusal names file, line, column, value and rule."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from lesiontrack.errors import StudyError
from lesiontrack.study.csvfile import CsvFile, read_csv
from lesiontrack.study.names import clean, near_miss, nearest, suggestion
from lesiontrack.study.schema import TABLES, Column, Table
from lesiontrack.study.visits import parse_when

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_INTEGER = re.compile(r"[+-]?[0-9]{1,9}")
_NOT_AVAILABLE = frozenset({"na", "n/a", "#n/a", "nan", "null"})


@dataclass(frozen=True)
class Row:
    """One row of a table.

    Attributes:
        line: its line in the file.
        values: column → str, date, When, int or float as the schema says; None where the cell is empty.
        extra: cells of columns that the schema doesn't know, empty ones left out (tables that are open only).
    """

    file: str
    line: int
    values: Mapping[str, Any]
    extra: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, column: str) -> Any:
        return self.values[column]

    @property
    def where(self) -> str:
        return f"{self.file}, line {self.line}"


def read_table(root: Path, file: str) -> tuple[Row, ...]:
    """The rows of one of schema.TABLES; none where the study has no such file.

    Raises StudyError for an unreadable file, an unknown, doubtful or missing column, a bad cell, or two rows
    of one id.
    """
    path = root / file
    if not path.exists():
        return ()
    table = TABLES[file]
    content = read_csv(path)
    _check_header(table, content)
    rows = tuple(_row(table, content, line, cells) for line, cells in content.rows)
    _check_unique(table, rows)
    return rows


def _check_header(table: Table, content: CsvFile) -> None:
    for name in content.header:
        if name in table.names:
            continue
        if table.open:
            meant = near_miss(name, table.names)
            if meant is not None and meant not in content.header:
                raise StudyError(f"{table.file}: unknown column {name!r}; did you mean {meant!r}?")
        else:
            raise StudyError(f"{table.file}: unknown column {name!r}; {suggestion(name, table.names)}")
    for column in table.columns:
        if column.required and column.name not in content.header:
            free = [name for name in content.header if name not in table.names]
            meant = nearest(column.name, free)
            raise StudyError(
                f"{table.file}: column {column.name!r} is missing; there are {', '.join(content.header)}"
                + (f"; rename {meant!r} if that is it" if meant else "")
            )


def _row(table: Table, content: CsvFile, line: int, cells: tuple[str, ...]) -> Row:
    given = dict(zip(content.header, cells, strict=True))
    values = {}
    for column in table.columns:
        text = clean(given.get(column.name, ""))
        try:
            values[column.name] = _value(column, text, content.decimal_comma)
        except ValueError as error:
            raise StudyError(f"{table.file}, line {line}, column {column.name}: {error}") from None
    known = set(table.names)
    extra = {name: cell for name, cell in given.items() if name not in known and cell}
    return Row(table.file, line, values, extra)


def _value(column: Column, text: str, decimal_comma: bool) -> Any:
    if not text:
        if column.required:
            raise ValueError("the cell is empty, but this column must be filled")
        return None
    if text.lower() in _NOT_AVAILABLE and column.name != "patient":
        raise ValueError(f"{text!r} is not taken; leave the cell empty where something is not known")
    match column.kind:
        case "when":
            return parse_when(text)
        case "date":
            return _date(text)
        case "number":
            return _in_range(column, text, _number(text, decimal_comma))
        case "integer":
            if not _INTEGER.fullmatch(text):
                raise ValueError(f"{text!r} is not a whole number")
            return int(_in_range(column, text, int(text)))
        case _:
            return _word(column, text)


def _date(text: str) -> date:
    when = parse_when(text)
    if when.date is None:
        raise ValueError(f"{text!r} is a day label; this column takes a date such as 2024-03-04")
    return when.date


def _number(text: str, decimal_comma: bool) -> float:
    plain = text
    if "," in text:
        if not decimal_comma:
            raise ValueError(
                f"{text!r} is not a number with a decimal point (a comma is read in ;-files only)"
            )
        plain = text.replace(",", ".", 1) if "." not in text else text
    if not _NUMBER.fullmatch(plain):
        raise ValueError(f"{text!r} is not a number (no unit, no thousands separator, no <)")
    return float(plain)


def _in_range(column: Column, text: str, value: float) -> float:
    if column.minimum is not None and value < column.minimum:
        raise ValueError(f"{text} is below {column.minimum:g}")
    if column.above is not None and value <= column.above:
        raise ValueError(f"{text} must be above {column.above:g}")
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{text} is too large")
    return value


def _word(column: Column, text: str) -> str:
    if column.name in ("patient", "site") and "/" in text:
        raise ValueError(f"{text!r} holds a path separator")
    if column.choices:
        chosen = {_fold(choice): choice for choice in column.choices}.get(_fold(text))
        if chosen is None:
            raise ValueError(f"{text!r} is not one of {', '.join(column.choices)}")
        return chosen
    if column.words:
        word = _fold(text)
        meant = near_miss(word, column.words)
        if meant is not None:
            raise ValueError(f"{text!r} is not a word that is known; did you mean {meant!r}?")
        return word
    return text


def _fold(word: str) -> str:
    return re.sub(r"[\s_-]+", "_", word.strip().casefold())


def _check_unique(table: Table, rows: tuple[Row, ...]) -> None:
    if not table.key:
        return
    seen: dict[tuple[Any, ...], int] = {}
    for row in rows:
        key = tuple(row[name] for name in table.key)
        if key in seen:
            named = ", ".join(
                f"{name} {getattr(value, 'text', value)!r}"
                for name, value in zip(table.key, key, strict=True)
                if value is not None
            )
            raise StudyError(f"{row.where}: second row of {named}; the first is line {seen[key]}")
        seen[key] = row.line
