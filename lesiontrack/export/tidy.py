"""The result tables as tidy CSV or Parquet, with their dictionary."""

from __future__ import annotations

import io

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from lesiontrack.export.source import Source
from lesiontrack.spreadsheet import csv_bytes
from lesiontrack.tables import TABLES, data_dictionary

DICTIONARY = "data_dictionary"


def csv_files(source: Source) -> dict[str, bytes]:
    """File name → content: each table, and the data dictionary."""
    return {f"{name}.csv": csv_bytes(table) for name, table in _tables(source).items()}


def parquet_files(source: Source) -> dict[str, bytes]:
    """File name → content: each table, and the data dictionary."""
    return {f"{name}.parquet": parquet_bytes(name, table) for name, table in _tables(source).items()}


def parquet_bytes(name: str, table: pd.DataFrame) -> bytes:
    """The table as Parquet; columns of `lesiontrack.tables` carry unit and meaning as field metadata."""
    described = {column.name: column for column in TABLES.get(name, ())}
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    fields = []
    for field in arrow.schema:
        column = described.get(field.name)
        if column is not None:
            field = field.with_metadata({"unit": column.unit, "meaning": column.meaning})
        fields.append(field)
    arrow = arrow.cast(pa.schema(fields, metadata=arrow.schema.metadata))
    buffer = io.BytesIO()
    pq.write_table(arrow, buffer)
    return buffer.getvalue()


def _tables(source: Source) -> dict[str, pd.DataFrame]:
    return {**source.tables, DICTIONARY: data_dictionary()}
