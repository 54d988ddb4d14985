"""The result tables as tidy CSV or Parquet, with their dictionary."""

from __future__ import annotations

import io

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from lesiontrack.spreadsheet import csv_bytes
from lesiontrack.tables import TABLES

README = """lesiontrack export

Research software. Not a medical device; not cleared or approved by any authority. Not for diagnosis,
treatment, dosing or monitoring of an individual patient. Output needs review by a qualified clinician. Not
validated on this population. Responses rest on photographs alone: cutaneous, photo-visible.

One file a table; data_dictionary says what each column is, its type and its unit. Unknown is empty, never 0.
protocol_id names the protocol file (id@version#hash) that the values were read under.
{details}"""

CSV_DETAILS = """
CSV: UTF-8 with byte order mark, comma, CRLF. Text that begins with = + - @, a tab or a line break has an
apostrophe in front, so that no spreadsheet runs it as a formula; take it off when you read the file elsewhere
(lesiontrack.spreadsheet.read_csv does). Spreadsheets turn ids such as 0039 into numbers when they open a CSV
file by double-click: import it with these columns as text, or take the Parquet files.
"""

PARQUET_DETAILS = """
Parquet: types as in the dictionary; each column carries its unit and meaning as field metadata.
"""


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


def tidy_files(tables: dict[str, pd.DataFrame], format: str) -> dict[str, bytes]:
    """File name → content: each table in "csv" or "parquet", and README.txt."""
    if format == "csv":
        files = {f"{name}.csv": csv_bytes(table) for name, table in tables.items()}
    else:
        files = {f"{name}.parquet": parquet_bytes(name, table) for name, table in tables.items()}
    details = CSV_DETAILS if format == "csv" else PARQUET_DETAILS
    return {**files, "README.txt": README.format(details=details).encode()}
