"""Rows of one table in two runs: added, removed, and each value that changed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from lesiontrack.diff.keys import IGNORED
from lesiontrack.study.names import natural_key

Row = Mapping[str, Any]


@dataclass(frozen=True)
class ValueChange:
    """One value of one row. `old` and `new` are None where a value is missing."""

    column: str
    old: Any
    new: Any

    @property
    def relative(self) -> float | None:
        """(new - old) / |old|, for decimals; None where there is no such figure, as for days and counts."""
        decimals = isinstance(self.old, float) or isinstance(self.new, float)
        if not decimals or not (_is_number(self.old) and _is_number(self.new)) or self.old == 0:
            return None
        return float((self.new - self.old) / abs(self.old))


@dataclass(frozen=True, eq=False)
class RowChange:
    """A row that is not the same in both.

    Attributes:
        key: values of the table's key columns.
        occurrence: 1, or the how-manieth of rows with one key.
        kind: added, removed or changed.
        old, new: the whole row; None where it isn't there.
        values: what changed; of an added or removed row, every value but its key and what is missing.
    """

    table: str
    key: tuple[Any, ...]
    occurrence: int
    kind: str
    old: Row | None
    new: Row | None
    values: tuple[ValueChange, ...]

    def get(self, column: str) -> Any:
        """The new value; the old one where there is no new one."""
        value = self.new.get(column) if self.new else None
        return value if value is not None or self.old is None else self.old.get(column)

    @property
    def patient(self) -> str | None:
        found = self.get("patient")
        return None if found is None else str(found)

    @cached_property
    def columns(self) -> frozenset[str]:
        return frozenset(value.column for value in self.values)

    @cached_property
    def first_day(self) -> int:
        """Study day, the earlier of both: a row that moved feeds what comes after either; 0 without one."""
        sides = [side for side in (self.old, self.new) if side]
        return min((s["study_day"] for s in sides if s.get("study_day") is not None), default=0)


def same(old: Any, new: Any, tolerance: float = 0.0) -> bool:
    """Equal, both missing, or decimals that differ by at most `tolerance` x the larger of the two.

    Whole numbers (days, counts), words and truth values have no tolerance.
    """
    if old is None or new is None:
        return old is None and new is None
    if isinstance(old, bool) or isinstance(new, bool):
        return isinstance(old, bool) and isinstance(new, bool) and old == new
    if _is_number(old) and _is_number(new):
        if old == new or (isinstance(old, int) and isinstance(new, int)):
            return bool(old == new)
        return math.isclose(old, new, rel_tol=tolerance, abs_tol=0.0)
    return bool(type(old) is type(new) and old == new)


def compare_rows(
    table: str,
    old_rows: Sequence[Row],
    new_rows: Sequence[Row],
    *,
    keys: Sequence[str],
    columns: Sequence[str],
    tolerance: float = 0.0,
) -> list[RowChange]:
    """What differs in `columns`, in natural order of patients and keys. The order of rows has no meaning."""
    compared = [column for column in columns if column not in keys and column not in IGNORED]
    old, new = _by_key(old_rows, keys), _by_key(new_rows, keys)
    changes = []

    def order(name: tuple[tuple[Any, ...], int]) -> tuple[Any, ...]:
        patient = (new.get(name) or old[name]).get("patient")
        return _natural(_text(patient)), *_order(name)

    for name in sorted({*old, *new}, key=order):
        before, after = old.get(name), new.get(name)
        if before is None or after is None:
            kind = "added" if before is None else "removed"
            there = before or after or {}
            own = [column for column in there if column not in keys and column not in IGNORED]
            cells = [(column, (before or {}).get(column), (after or {}).get(column)) for column in own]
            values = tuple(ValueChange(*cell) for cell in cells if not same(cell[1], cell[2]))
        else:
            kind = "changed"
            cells = [(column, before.get(column), after.get(column)) for column in compared]
            values = tuple(ValueChange(*cell) for cell in cells if not same(cell[1], cell[2], tolerance))
            if not values:
                continue
        changes.append(RowChange(table, name[0], name[1], kind, before, after, values))
    return changes


def _by_key(rows: Iterable[Row], keys: Sequence[str]) -> dict[tuple[tuple[Any, ...], int], Row]:
    """(key, occurrence) → row: a study may record one dose twice."""
    found: dict[tuple[tuple[Any, ...], int], Row] = {}
    counts: dict[tuple[Any, ...], int] = {}
    for row in rows:
        key = tuple(row.get(name) for name in keys)
        counts[key] = counts.get(key, 0) + 1
        found[key, counts[key]] = row
    return found


def _order(name: tuple[tuple[Any, ...], int]) -> tuple[Any, ...]:
    key, occurrence = name
    return (*((value is not None, _natural(_text(value))) for value in key), occurrence)


@lru_cache(maxsize=100_000)
def _natural(text: str) -> Any:
    return natural_key(text)


def _text(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value + 10**6:09d}"  # study days before day 0 come first
    return "" if value is None else str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
