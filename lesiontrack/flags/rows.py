"""Rows of the observations table as plain values, sizes with their errors, and the form of a flag."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from lesiontrack.protocol import Protocol

Row = dict[str, Any]

FLAG_WORDS = {
    "ulcer_new": "skin loss, new",
    "ulcer_growth": "skin loss, growing",
    "ulcer_rapid": "skin loss, growing rapidly",
    "ulcer_large": "skin loss, large",
    "inflammation_below": "inflammation below the expected course",
    "inflammation_above": "inflammation above the expected course",
    "inflammation_outside_treatment": "inflammation outside a treatment phase",
    "lesion_growth": "lesion growing since its nadir",
    "new_lesion": "new lesion candidate",
    "lesion_obscured": "lesion obscured",
}
"""rule id → what the flags table calls it"""

COVERAGE = 1.96  # 95 % of differences of two measurements without change lie within this many of their sd

_TEXTS = (
    "patient", "site", "lesion", "visit", "status", "reason", "merged_into",
    "inflammation", "inflammation_note",
)  # fmt: skip
_NUMBERS = (
    "longest_diameter_mm", "longest_diameter_mm_sd", "ulcer_area_mm2", "ulcer_area_mm2_sd",
    "erythema_grade", "expected_lower", "expected_upper", "inflammation_probability",
)  # fmt: skip
_CONVERT: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(_TEXTS, str),
    **dict.fromkeys(_NUMBERS, float),
    **dict.fromkeys(("study_day", "course"), int),
    "evaluable": lambda value: str(value).casefold() in ("true", "1", "1.0"),
}


@dataclass(frozen=True)
class Size:
    """One evaluable size of a lesion; `sd` None where its error is unknown."""

    row: Row
    day: int
    value: float
    sd: float | None
    unit: str

    def __str__(self) -> str:
        error = "" if not self.sd else f" ± {self.sd:.3g}"
        return f"{self.value:.4g}{error} {self.unit}"

    @property
    def when(self) -> str:
        return f"visit {self.row['visit']}, day {self.day}"


def plain_rows(observations: pd.DataFrame) -> list[Row]:
    """The columns that rules read, in time order: missing values None, the rest str, float, int or bool."""
    missing = [name for name in _CONVERT if name not in observations.columns]
    if missing:
        raise ValueError(f"observations lack {', '.join(missing)}; give the table as lesiontrack writes it")
    records = observations[list(_CONVERT)].to_dict("records")
    rows = [
        {name: None if _missing(record[name]) else to(record[name]) for name, to in _CONVERT.items()}
        for record in records
    ]
    dated = [row for row in rows if row["study_day"] is not None]
    return sorted(dated, key=lambda row: (row["study_day"], str(row["visit"])))


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or value == "" or (isinstance(value, float) and math.isnan(value))


def groups(rows: Iterable[Row], keys: tuple[str, ...]) -> Iterable[list[Row]]:
    """Rows that agree in `keys`, each group in the rows' order."""
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row[key] for key in keys), []).append(row)
    return found.values()


def sizes(rows: Sequence[Row], column: str, unit: str) -> list[Size]:
    """Evaluable values of a column. A 0 whose error nobody gave is exact: nothing was there to outline."""
    found = []
    for row in rows:
        value, sd = row[column], row[f"{column}_sd"]
        if row["evaluable"] and value is not None:
            found.append(Size(row, row["study_day"], value, 0.0 if value == 0 and sd is None else sd, unit))
    return found


def minimal_detectable_change(sd_1: float, sd_2: float) -> float:
    """1.96 sqrt(sd1² + sd2²): two measurements of one thing differ by less, 95 times in 100."""
    return COVERAGE * math.hypot(sd_1, sd_2)


def beyond_error(before: Size, now: Size) -> str:
    """By how much a growth exceeds the minimal detectable change; empty where it doesn't, or nobody knows."""
    if before.sd is None or now.sd is None:
        return ""
    detectable = minimal_detectable_change(before.sd, now.sd)
    excess = now.value - before.value - detectable
    if excess <= 0:
        return ""
    return f"minimal detectable change {detectable:.3g} {now.unit}, exceeded by {excess:.3g} {now.unit}"


def decimal(value: float) -> Decimal:
    return Decimal(str(value))


def growth(before: float, now: float) -> Decimal:
    return decimal(now) - decimal(before)


def at_least_pct(before: float, now: float, percent: float) -> bool:
    """Compared as unrounded decimals: 25.5 → 30.6 is 20 % exactly. From 0, any growth is enough."""
    return 100 * growth(before, now) >= decimal(percent) * decimal(before)


def flag(
    row: Row, rule: str, value: float | None, threshold: float | None, evidence: str, protocol: Protocol
) -> Row:
    """One row of the flags table."""
    return {
        **{name: row[name] for name in ("patient", "site", "lesion", "visit", "study_day")},
        "flag": FLAG_WORDS[rule],
        "value": value,
        "threshold": threshold,
        "evidence": evidence,
        "rule": rule,
        "protocol_id": protocol.protocol_id,
    }
