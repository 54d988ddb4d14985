"""A comparison as a table: one line a value."""

from __future__ import annotations

import pandas as pd

from lesiontrack.diff import Diff
from lesiontrack.diff.keys import KEYS

COLUMNS = (
    "table",
    "patient",
    "key",
    "change",
    "column",
    "old",
    "new",
    "relative_change",
    "cause",
    "root_cause",
)


def change_table(found: Diff) -> pd.DataFrame:
    """Every value that differs: COLUMNS, all of them text but relative_change ((new - old) / |old|).

    `key` names the row, as column=value joined by "; ". `change` is added, removed (of the row) or changed.
    Numbers in `old` and `new` have all their digits. Several causes are joined by "; or ".
    """
    rows = []
    for row, value in found.values():
        causes = found.causes(row, value.column)
        named = zip(KEYS[row.table], row.key, strict=True)
        key = "; ".join(f"{name}={'' if v is None else v}" for name, v in named)
        rows.append(
            {
                "table": row.table,
                "patient": row.patient,
                "key": key + (f"; occurrence={row.occurrence}" if row.occurrence > 1 else ""),
                "change": row.kind,
                "column": value.column or None,
                "old": None if value.old is None else str(value.old),
                "new": None if value.new is None else str(value.new),
                "relative_change": value.relative,
                "cause": "; or ".join(cause.text for cause in causes),
                "root_cause": " or ".join(dict.fromkeys(cause.root for cause in causes)),
            }
        )
    text = dict.fromkeys((name for name in COLUMNS if name != "relative_change"), "string")
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({**text, "relative_change": "Float64"})
