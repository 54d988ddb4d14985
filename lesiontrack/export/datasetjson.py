"""CDISC Dataset-JSON 1.1: one dataset as one JSON document.

Written by hand against the published schema (cdisc-org/DataExchange-DatasetJson, schema/dataset.schema.json).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from lesiontrack import __version__

VERSION = "1.1.0"
_TEXT = ("string", "date", "datetime", "time", "decimal", "URI")
_TYPES = (*_TEXT, "integer", "float", "double", "boolean")
_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,7}")
_LONGEST_LABEL = 40


@dataclass(frozen=True)
class DatasetColumn:
    """A variable of a dataset.

    Attributes:
        name: 1 to 8 of A-Z, 0-9 and _, beginning with a letter, as SAS transport files and CDISC ask.
        label: 40 characters at most, for the same reason.
        data_type: string, integer, decimal, float, double, boolean, datetime, date, time or URI.
        length: of text, in characters; None: that of the longest value, at least 1.
        key: place among the dataset's keys, from 1; None: no key.
        target_data_type: integer, for an ISO date (data_type "date", ...) that SAS holds as a number.
        display_format: such as E8601DA. beside it.
    """

    name: str
    label: str
    data_type: str = "string"
    length: int | None = None
    key: int | None = None
    target_data_type: str | None = None
    display_format: str | None = None

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"variable name {self.name!r} is not a letter and up to 7 of A-Z, 0-9, _")
        if not 1 <= len(self.label) <= _LONGEST_LABEL:
            raise ValueError(f"label {self.label!r} of {self.name} is not 1 to {_LONGEST_LABEL} characters")
        if self.data_type not in _TYPES:
            raise ValueError(f"data type {self.data_type!r} of {self.name} is none of {', '.join(_TYPES)}")


def dataset_json(
    name: str,
    label: str,
    columns: Sequence[DatasetColumn],
    rows: Iterable[Mapping[str, Any]],
    *,
    oid: str,
    created: str | datetime,
) -> bytes:
    """One dataset as a Dataset-JSON 1.1 document, UTF-8.

    Args:
        name: of the dataset, such as TR.
        label: of the dataset, such as Tumor/Lesion Results.
        columns: its variables, in order.
        rows: a mapping a record, by variable name; one that is absent, None, NaN, NA or "" is missing (null).
        oid: identifies the study (studyOID, and the head of fileOID).
        created: ISO 8601 date and time, with seconds; the caller's: the same results give the same bytes.

    Raises ValueError for a value that is not of its column's type, KeyError for one without a column.
    """
    names = {column.name for column in columns}
    if len(names) != len(columns):
        raise ValueError(f"dataset {name} has two variables of one name")
    records = list(rows)
    for row in records:
        if unknown := set(row) - names:
            raise KeyError(f"dataset {name} has no variable {', '.join(sorted(unknown))}")
    values = [[_value(row.get(c.name), c, name) for c in columns] for row in records]
    when = created if isinstance(created, str) else created.isoformat(timespec="seconds")
    document = {
        "datasetJSONCreationDateTime": when,
        "datasetJSONVersion": VERSION,
        "fileOID": f"{oid}.{name}.{when}",
        "originator": "lesiontrack (research software, not a medical device)",
        "sourceSystem": {"name": "lesiontrack", "version": __version__},
        "studyOID": oid,
        "itemGroupOID": f"IG.{name}",
        "records": len(values),
        "name": name,
        "label": label,
        "columns": [_described(c, name, [row[i] for row in values]) for i, c in enumerate(columns)],
    }
    head = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    lines = ",\n".join(f"  {json.dumps(row, ensure_ascii=False, allow_nan=False)}" for row in values)
    # A row a line: documents of thousands of rows stay readable, and differences between two of them too.
    return f'{head[:-2]},\n "rows": [\n{lines}\n ]\n}}\n'.encode()


def _described(column: DatasetColumn, dataset: str, values: Sequence[Any]) -> dict[str, Any]:
    length = column.length
    if length is None and column.data_type == "string":
        length = max([1, *(len(value) for value in values if value is not None)])
    described = {
        "itemOID": f"IT.{dataset}.{column.name}",
        "name": column.name,
        "label": column.label,
        "dataType": column.data_type,
        "targetDataType": column.target_data_type,
        "length": length,
        "displayFormat": column.display_format,
        "keySequence": column.key,
    }
    return {key: value for key, value in described.items() if value is not None}


def _value(value: Any, column: DatasetColumn, dataset: str) -> str | int | float | bool | None:
    """The value as JSON has it. A missing one is None; an integer stays one, whatever class it came in."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return None
    if column.data_type in _TEXT and isinstance(value, str):
        return value or None
    if column.data_type == "boolean" and value in (True, False):
        return bool(value)
    numeric = not isinstance(value, str | bool) and column.data_type in ("integer", "float", "double")
    if numeric and math.isfinite(value) and (column.data_type != "integer" or int(value) == value):
        return int(value) if column.data_type == "integer" else float(value)
    raise ValueError(f"{value!r} in {dataset}.{column.name} is not of type {column.data_type}")
