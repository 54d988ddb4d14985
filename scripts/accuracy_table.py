"""Rows of scores → numbers with the text that is printed of them, and the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

Value = dict[str, Any]
Numbers = dict[str, dict[str, Value]]
COVERAGE = 1.96
NOTHING = "-"


@dataclass(frozen=True, eq=False)
class Scores:
    """Tables of rows, each with the columns level and tone."""

    photos: pd.DataFrame
    lesions: pd.DataFrame
    strays: pd.DataFrame
    flags: pd.DataFrame
    responses: pd.DataFrame
    swaps: pd.DataFrame

    def where(self, column: str, value: str) -> Scores:
        tables = (getattr(self, field.name) for field in fields(self))
        return Scores(*(table[table[column] == value] if column in table else table for table in tables))


@dataclass(frozen=True)
class Measure:
    """One line of the table."""

    name: str
    of: Callable[[Scores], Value]


Sections = tuple[tuple[str, tuple[Measure, ...]], ...]


def values(table: pd.DataFrame, name: str) -> pd.Series:
    """A column as numbers, all missing where no row has it."""
    if name not in table:
        return pd.Series(np.nan, index=table.index, dtype=float)
    return pd.to_numeric(table[name], errors="coerce")


def yes(table: pd.DataFrame, name: str) -> pd.Series:
    """A column as bool; missing is no."""
    return values(table, name).fillna(0) > 0


def words(table: pd.DataFrame, name: str) -> pd.Series:
    """A column as text; missing is empty."""
    if name not in table:
        return pd.Series("", index=table.index, dtype=object)
    return table[name].astype(object).where(table[name].notna(), "").astype(str)


def share(hit: pd.Series, among: pd.Series | None = None) -> Value:
    """How many of how many."""
    base = np.ones(len(hit), bool) if among is None else among.to_numpy(bool)
    n, total = int((hit.to_numpy(bool) & base).sum()), int(base.sum())
    return {"n": n, "of": total, "text": f"{n}/{total} ({n / total:.0%})" if total else NOTHING}


def spread(errors: pd.Series, digits: int = 1) -> Value:
    """Median and 95 % quantile of magnitudes."""
    known = errors.dropna().abs().to_numpy(float)
    if not len(known):
        return {"n": 0, "text": NOTHING}
    middle, most = float(np.quantile(known, 0.5)), float(np.quantile(known, 0.95, method="higher"))
    text = f"{middle:.{digits}f}, {most:.{digits}f}"
    return {"n": len(known), "median": middle, "p95": most, "worst": float(known.max()), "text": text}


def agreement(differences: pd.Series, digits: int = 1) -> Value:
    """Bland-Altman: mean difference and mean ± 1.96 sd; several visits of one lesion count each."""
    known = differences.dropna().to_numpy(float)
    if len(known) < 3:
        return {"n": len(known), "text": NOTHING}
    bias, sd = float(known.mean()), float(known.std(ddof=1))
    low, high = bias - COVERAGE * sd, bias + COVERAGE * sd
    text = f"{bias:+.{digits}f} [{low:+.{digits}f}, {high:+.{digits}f}]"
    return {"n": len(known), "bias": bias, "lower": low, "upper": high, "text": text}


def rate(count: float, visits: int) -> Value:
    text = f"{count / visits:.2f} ({count:.0f})" if visits else NOTHING
    return {"n": float(count), "of": visits, "text": text}


def numbers(sections: Sections, scores: Scores) -> Numbers:
    """Section → measure → its numbers."""
    return {section: {m.name: m.of(scores) for m in measures} for section, measures in sections}


def table_text(columns: Mapping[str, Numbers]) -> str:
    """Columns of numbers() side by side."""
    first = next(iter(columns.values()))
    wide = max(len(name) for section in first.values() for name in section) + 2
    lines = [" " * wide + "".join(name.rjust(22) for name in columns)]
    for section, measures in first.items():
        lines.append(section)
        for name in measures:
            cells = (str(column[section][name]["text"]).rjust(22) for column in columns.values())
            lines.append(f"  {name}".ljust(wide) + "".join(cells))
    return "\n".join(lines)
