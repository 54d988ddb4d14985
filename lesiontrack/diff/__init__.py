"""What changed between two runs, value by value, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lesiontrack.diff.causes import Cause
from lesiontrack.diff.compare import RowChange, ValueChange, compare_rows
from lesiontrack.diff.explain import WHOLE_ROW, explain
from lesiontrack.diff.facts import Facts, find_facts
from lesiontrack.diff.keys import IGNORED, KEYS
from lesiontrack.diff.side import Side, read_side
from lesiontrack.diff.upstream import Explained


@dataclass(frozen=True, eq=False)
class Diff:
    """What differs between A and B.

    Attributes:
        facts: what they are made from, as far as it differs.
        rows: rows added, removed and changed; tables in order of what matters most, rows by patient.
        schema: tables and columns that one of the two doesn't have, in words; the columns are not compared.
    """

    a: Side
    b: Side
    facts: Facts
    rows: tuple[RowChange, ...]
    schema: tuple[str, ...]
    explained: Explained

    @property
    def equal(self) -> bool:
        """Whether every value of every table is the same."""
        return not self.rows and not self.schema

    def causes(self, row: RowChange, column: str = WHOLE_ROW) -> tuple[Cause, ...]:
        """Why a value changed, nearest cause first; never empty. Rows added or removed have one answer."""
        return self.explained[row][column if row.kind == "changed" else WHOLE_ROW]

    def values(self) -> Iterator[tuple[RowChange, ValueChange]]:
        """Every value that changed; a row added or removed without any value has one, without a name."""
        for row in self.rows:
            for value in row.values or (ValueChange(WHOLE_ROW, None, None),):
                yield row, value

    @cached_property
    def counts(self) -> dict[str, Counter[str]]:
        """Table → rows added and removed, rows changed, values (in changed rows) changed."""
        counts: dict[str, Counter[str]] = {}
        for row in self.rows:
            one = counts.setdefault(row.table, Counter())
            one[row.kind] += 1
            one["values"] += len(row.values) if row.kind == "changed" else 0
        return counts

    @cached_property
    def by_cause(self) -> Counter[str]:
        """What lies at the bottom → values. Several that could be are one entry, joined by "or"."""
        counts: Counter[str] = Counter()
        for row, value in self.values():
            roots = dict.fromkeys(cause.root for cause in self.causes(row, value.column))
            counts[" or ".join(roots)] += 1
        return counts


def diff(a: Path | str, b: Path | str, *, tolerance: float = 0.0) -> Diff:
    """Compare two finished results folders or frozen cuts, from A to B.

    Rows are told apart by the columns of `keys.KEYS`; a visit or lesion with another name is another row.
    `tolerance`: decimals count as equal up to this share of the larger one (0.01: one per cent).
    Folders of different versions are compared in the columns that both have.

    Raises ResultsError where a folder is not ours, not finished or damaged; ValueError for a tolerance that
    is not within 0..1.
    """
    return compare(read_side(a), read_side(b), tolerance=tolerance)


def compare(old: Side, new: Side, *, tolerance: float = 0.0) -> Diff:
    """What `diff` does, of two that are read already."""
    if not 0 <= tolerance < 1:
        raise ValueError(
            f"tolerance ({tolerance}) must be at least 0 and below 1: a share, 0.01 is one per cent"
        )
    rows: list[RowChange] = []
    schema: list[str] = []
    for table, keys in KEYS.items():
        if table not in old.tables or table not in new.tables:
            if table in old.tables or table in new.tables:
                schema.append(f"{table}: only in {'A' if table in old.tables else 'B'}; not compared")
            continue
        before, after = old.columns[table], new.columns[table]
        for side, other, name in ((before, after, "A"), (after, before, "B")):
            alone = [column for column in side if column not in other]
            if alone:
                schema.append(
                    f"{table}: {', '.join(alone)} only in {name}, made by another version; not compared"
                )
        rows += compare_rows(
            table, old.tables[table], new.tables[table],
            keys=keys, columns=[c for c in before if c in after], tolerance=tolerance,
        )  # fmt: skip
    facts = find_facts(old, new)
    return Diff(old, new, facts, tuple(rows), tuple(schema), explain(rows, facts))


__all__ = [
    "IGNORED",
    "KEYS",
    "Cause",
    "Diff",
    "Facts",
    "RowChange",
    "Side",
    "ValueChange",
    "compare",
    "diff",
    "read_side",
]
