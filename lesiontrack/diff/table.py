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
    """Every value that differs: COLUMNS. All are text but relative_change ((new - old) / |old|), old and new.

    `key` names the row, as column=value joined by "; ". `change` is added, removed (of the row) or changed.
    `old` and `new` hold values as they are: numbers stay numbers, with all their digits. Several causes are
    joined by "; or ".
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
                "old": value.old,
                "new": value.new,
                "relative_change": value.relative,
                "cause": "; or ".join(cause.text for cause in causes),
                "root_cause": " or ".join(dict.fromkeys(cause.root for cause in causes)),
            }
        )
    table = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
    text = [name for name in COLUMNS if name not in ("old", "new", "relative_change")]
    return table.astype({**dict.fromkeys(text, "string"), "relative_change": "Float64"})
