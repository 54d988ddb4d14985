"""The output tables: columns, types, units and meaning in one place, so that tables and dictionary agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from lesiontrack.tables.cohort import (
    AGREEMENT,
    LESION_RATES,
    RATE_DIFFERENCES,
    REFUSALS,
    SURVIVAL,
    SURVIVAL_CURVES,
    TIME_TO_EVENT,
)
from lesiontrack.tables.column import DTYPES, Column
from lesiontrack.tables.recorded import DOSES, EVENTS, GRADES, MEASUREMENTS, PATIENTS, REVIEWS
from lesiontrack.tables.responses import BEST_RESPONSES, LESION_RESPONSES, RATES, VISIT_RESPONSES
from lesiontrack.tables.seen import ACQUISITION, FAILURES, FLAGS, OBSERVATIONS, PHOTOS

TABLES: Mapping[str, tuple[Column, ...]] = {
    "patients": PATIENTS,
    "photos": PHOTOS,
    "observations": OBSERVATIONS,
    "flags": FLAGS,
    "doses": DOSES,
    "events": EVENTS,
    "measurements": MEASUREMENTS,
    "grades": GRADES,
    "reviews": REVIEWS,
    "lesion_responses": LESION_RESPONSES,
    "visit_responses": VISIT_RESPONSES,
    "best_responses": BEST_RESPONSES,
    "rates": RATES,
    "rate_differences": RATE_DIFFERENCES,
    "time_to_event": TIME_TO_EVENT,
    "survival": SURVIVAL,
    "survival_curves": SURVIVAL_CURVES,
    "lesion_rates": LESION_RATES,
    "refusals": REFUSALS,
    "agreement": AGREEMENT,
    "failures": FAILURES,
    "acquisition": ACQUISITION,
}


def frame(table: str, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows → a typed DataFrame with exactly the table's columns; a missing value is NA, never 0.

    Raises KeyError for a row with a column that the table does not have: a misspelt name must not vanish.
    """
    columns = TABLES[table]
    names = [column.name for column in columns]
    rows = list(rows)
    for row in rows:
        unknown = set(row) - set(names)
        if unknown:
            raise KeyError(f"{table} has no column {', '.join(sorted(unknown))}")
    data = {
        column.name: pd.Series([row.get(column.name) for row in rows], dtype=DTYPES[column.type])
        for column in columns
    }
    return pd.DataFrame(data, columns=names)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table as plain Python values, None where one is missing: the way back from `frame`."""
    columns = [
        [None if gap else value for value, gap in zip(cells, gaps, strict=True)]
        for cells, gaps in ((table[name].tolist(), table[name].isna().tolist()) for name in table)
    ]
    names = [str(name) for name in table]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def data_dictionary() -> pd.DataFrame:
    """One row a column of every table: table, column, type, unit, meaning."""
    rows = [
        {"table": table, "column": c.name, "type": c.type, "unit": c.unit, "meaning": c.meaning}
        for table, columns in TABLES.items()
        for c in columns
    ]
    return pd.DataFrame(rows)
