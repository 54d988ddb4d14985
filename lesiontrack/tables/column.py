"""A column of an output table, and the form in which tables are declared."""

from __future__ import annotations

from dataclasses import dataclass

DTYPES = {"str": "string", "int": "Int64", "float": "Float64", "bool": "boolean"}


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    unit: str
    meaning: str


def columns(text: str) -> tuple[Column, ...]:
    """A line a column: name | type (a key of DTYPES) | unit | meaning."""
    rows = (line.split("|") for line in text.strip().splitlines())
    return tuple(Column(*(cell.strip() for cell in row)) for row in rows)
