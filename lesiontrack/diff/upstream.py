"""Changed rows of earlier tables that a changed row stands on, and what lies behind them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from lesiontrack.diff.causes import UNKNOWN, Cause, listed
from lesiontrack.diff.compare import RowChange

SIZES = frozenset(
    {
        "longest_diameter_mm", "area_mm2", "status", "evaluable", "merged_into", "study_day", "day_zero",
        "injected", "lesion_day", "review_status", "reason",
    }
)  # fmt: skip
"""Columns of observations that the responses are read from."""

Explained = dict[RowChange, dict[str, tuple[Cause, ...]]]
"""Row → column → causes. Of an added or removed row, every column has the row's own."""


class Upstream:
    """The rows that are explained already, by table."""

    def __init__(self) -> None:
        self.causes: Explained = {}
        self._tables: dict[str, dict[str | None, list[RowChange]]] = {}
        self._found: dict[tuple[Any, ...], list[Cause]] = {}
        self._indexes: dict[tuple[str, tuple[str, ...]], dict[tuple[Any, ...], list[RowChange]]] = {}

    def add(self, row: RowChange, causes: dict[str, tuple[Cause, ...]]) -> None:
        self.causes[row] = causes
        self._tables.setdefault(row.table, {}).setdefault(row.patient, []).append(row)

    def rows(
        self,
        table: str,
        *,
        patient: str | None = None,
        columns: Collection[str] | None = None,
        until: int | None = None,
        **where: Any,
    ) -> list[RowChange]:
        """Changed rows of a table with these values, in either of the two; None stands for any.

        `columns`: only rows that were added, removed, or changed in one of them. `until`: the last study day.
        """
        by_patient = self._tables.get(table, {})
        some = by_patient.values() if patient is None else [by_patient.get(patient, [])]
        return [
            row
            for rows in some
            for row in rows
            if (columns is None or row.kind != "changed" or row.columns & set(columns))
            and (until is None or row.first_day <= until)
            and all(value is None or _holds(row, name, value) for name, value in where.items())
        ]

    def once(self, name: tuple[Any, ...], find: Callable[[], list[Cause]]) -> list[Cause]:
        """What `find` gives, found once for all rows that ask by the same name."""
        if name not in self._found:
            self._found[name] = find()
        return self._found[name]

    def keyed(self, table: str, names: tuple[str, ...], values: tuple[Any, ...]) -> list[RowChange]:
        """Changed rows of a finished table by values of its key columns."""
        if (table, names) not in self._indexes:
            index: dict[tuple[Any, ...], list[RowChange]] = {}
            for rows in self._tables.get(table, {}).values():
                for row in rows:
                    index.setdefault(tuple(row.get(name) for name in names), []).append(row)
            self._indexes[table, names] = index
        return self._indexes[table, names].get(values, [])

    def by_way_of(
        self,
        rows: Sequence[RowChange],
        words: Callable[[RowChange], str],
        columns: Collection[str] | None = None,
    ) -> list[Cause]:
        """The causes behind these rows, nearest first, each with the rows that it comes through."""
        by_root: dict[str, list[str]] = {}
        for row in rows:
            for cause in self._behind(row, columns):
                by_root.setdefault(cause.root, []).append(f"{words(row)} {row.kind}")
        return [
            Cause(root, f"{listed(list(dict.fromkeys(names)))}: {root}") for root, names in by_root.items()
        ]

    def _behind(self, row: RowChange, columns: Collection[str] | None) -> Iterable[Cause]:
        by_column = self.causes[row]
        wanted = [c for name, c in by_column.items() if columns is None or name in columns]
        causes = [cause for some in (wanted or by_column.values()) for cause in some]
        known = [cause for cause in causes if cause != UNKNOWN]
        return dict.fromkeys(known or causes or [UNKNOWN])


def observation_words(row: RowChange) -> str:
    return f"{row.get('lesion')} at day {row.get('study_day')}"


def nearest_first(rows: Iterable[RowChange], visit: Any, first: Collection[str] = ()) -> list[RowChange]:
    """Those of the lesions in `first`, of the same visit, then the latest."""
    return sorted(
        rows, key=lambda row: (str(row.get("lesion")) not in first, row.get("visit") != visit, -row.first_day)
    )


def _holds(row: RowChange, name: str, value: Any) -> bool:
    values = {side.get(name) for side in (row.old, row.new) if side is not None}
    return bool(values & set(value)) if isinstance(value, frozenset | set | tuple) else value in values
