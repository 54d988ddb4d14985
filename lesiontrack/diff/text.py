"""A comparison in words: what differs in the inputs, how many values by cause, and the changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from lesiontrack.diff import Diff
from lesiontrack.diff.causes import NAMED, listed
from lesiontrack.diff.compare import RowChange
from lesiontrack.diff.facts import cut_words
from lesiontrack.diff.keys import KEYS, STUDY_TABLES
from lesiontrack.diff.side import Side

SHOWN = 40
"""Blocks of rows shown unless all are asked for."""

LONG = 70
"""Longer texts are shown in part; the CSV has them whole."""


def summary(found: Diff) -> Iterator[str]:
    """The two runs, what they are made from as far as it differs, and how many values differ, by cause."""
    yield f"A  {_run(found.a)}"
    yield f"B  {_run(found.b)}"
    inputs = list(_inputs(found))
    if inputs:
        yield ""
        yield "What the two are made from differs in"
        yield from (f"  {line}" for line in inputs)
    yield ""
    if found.equal:
        yield "No value differs."
        return
    yield _total(found)
    width = max(map(len, found.counts), default=0)
    for table in found.counts:
        yield f"  {table:<{width}}  {_counts(found, table)}"
    yield from (f"  {line}" for line in found.schema)
    if found.rows:
        yield ""
        yield "By cause (values)"
        digits = len(str(max(found.by_cause.values())))
        for cause, number in found.by_cause.most_common():
            yield f"  {number:>{digits}}  {cause}"


def changes(found: Diff, *, everything: bool = False) -> Iterator[str]:
    """The rows that differ: tables by importance, in each by patient; what changed alike in one block."""
    table: str | None = None
    patient: str | None = None
    shown = 0
    blocks = list(_blocks(found))
    for number, (rows, body) in enumerate(blocks):
        if number >= SHOWN and not everything:
            yield ""
            yield f"… and {len(found.rows) - shown} more rows: --all shows them, -o FILE.csv writes them"
            return
        shown += len(rows)
        if rows[0].table != table:
            yield ""
            yield rows[0].table
            table, patient = rows[0].table, None
        if rows[0].patient != patient:
            yield f"  {rows[0].patient}"
            patient = rows[0].patient
        named = rows if everything else rows[:NAMED]
        yield from (f"    {key_words(row)}" for row in named)
        if len(rows) > len(named):
            more = len(rows) - len(named)
            yield f"    … and {more} more {'row' if more == 1 else 'rows'} alike"
        yield from body


def _blocks(found: Diff) -> Iterator[tuple[list[RowChange], tuple[str, ...]]]:
    """Rows of one table and patient with the same changes and causes, and the lines that tell them."""
    blocks: dict[tuple[str, str | None], dict[tuple[str, ...], list[RowChange]]] = {}
    for row in found.rows:
        alike = blocks.setdefault((row.table, row.patient), {})
        alike.setdefault(tuple(_body(found, row)), []).append(row)
    for alike in blocks.values():
        for body, rows in alike.items():
            yield rows, body


def _body(found: Diff, row: RowChange) -> Iterator[str]:
    if row.kind != "changed":
        yield f"      row {row.kind}"
        yield f"        because: {_because(found, row, '')}"
        return
    groups: dict[str, list[str]] = {}
    for value in row.values:
        relative = "" if value.relative is None else f" ({_percent(value.relative)})"
        line = f"{value.column}: {_both(value.old, value.new)}{relative}"
        groups.setdefault(_because(found, row, value.column), []).append(line)
    for because, lines in groups.items():
        yield from (f"      {line}" for line in lines)
        yield f"        because: {because}"


def _because(found: Diff, row: RowChange, column: str) -> str:
    return "; or ".join(cause.text for cause in found.causes(row, column))


def key_words(row: RowChange) -> str:
    """The key's values but for the patient; empty ones are left out."""
    names = KEYS[row.table]
    words = [str(v) for name, v in zip(names, row.key, strict=True) if name != "patient" and v is not None]
    again = [f"no. {row.occurrence} of these"] if row.occurrence > 1 else []
    return ", ".join([*words, *again]) or "-"


def _run(side: Side) -> str:
    told = side.provenance
    version = (told.get("software") or {}).get("lesiontrack", "unknown")
    finished = told.get("finished")
    parts = [str(side.root), f"lesiontrack {version}"]
    parts += [f"run finished {finished}"] if finished else []
    parts += [f"frozen cut {cut_words(side.cut)}"] if side.cut else []
    parts += [f"ALTERED after it was frozen: {listed(list(side.altered))}"] if side.altered else []
    return ", ".join(parts)


def _inputs(found: Diff) -> Iterator[str]:
    facts = found.facts
    by_kind: dict[str, list[str]] = {}
    for fact in facts.photos.values():
        by_kind.setdefault(fact.what, []).append(fact.photo)
    for what, photos in by_kind.items():
        yield f"photos: {len(photos)} {what}: {listed(photos)}"
    if facts.model:
        yield f"segmentation model: {facts.model}"
    yield from (f"protocol: {fact}" for fact in facts.protocol)
    for table in STUDY_TABLES:
        counts = _counts(found, table)
        if counts:
            yield f"{table}: {counts}"
    if facts.lesions:
        yield f"lesions.csv: {listed(sorted(facts.lesions))}"
    signed = [
        row for row in found.rows if row.table == "observations" and "review_status" in row.columns
        and row.kind == "changed"
    ]  # fmt: skip
    if signed:
        yield f"readers' signatures: {len(signed)} lesion-visits"
    yield from (f"software: {line}" for line in facts.software)
    yield from (f"option: {line}" for line in facts.options)
    yield from facts.others


def _counts(found: Diff, table: str) -> str:
    counts = found.counts.get(table, Counter())
    parts = [f"{counts[kind]} {'row' if counts[kind] == 1 else 'rows'} {kind}"
             for kind in ("added", "removed") if counts.get(kind)]  # fmt: skip
    if counts.get("changed"):
        rows = "row" if counts["changed"] == 1 else "rows"
        values = "value" if counts["values"] == 1 else "values"
        parts.append(f"{counts['values']} {values} in {counts['changed']} {rows} changed")
    return ", ".join(parts)


def _total(found: Diff) -> str:
    total = {kind: sum(one[kind] for one in found.counts.values()) for kind in ("added", "removed", "values")}
    parts = [f"{total['values']} changed {'value' if total['values'] == 1 else 'values'}"]
    parts += [f"{total[kind]} {'row' if total[kind] == 1 else 'rows'} {kind}"
              for kind in ("added", "removed") if total[kind]]  # fmt: skip
    return f"Differences: {', '.join(parts)}"


def _both(old: Any, new: Any) -> str:
    """ "old -> new"; of long texts only the parts that differ, as they are joined by "; "."""
    if not (isinstance(old, str) and isinstance(new, str)) or max(len(old), len(new)) <= LONG:
        return f"{_word(old)} -> {_word(new)}"
    before, after = old.split("; "), new.split("; ")
    less = [part for part in before if part not in after]
    more = [part for part in after if part not in before]
    return f"{_word('; '.join(less) or None)} -> {_word('; '.join(more) or None)}"


def _percent(share: float) -> str:
    return f"{share:+.2%}" if abs(share) < 10 else f"{share:+.0%}"


def _word(value: Any) -> str:
    if value is None or value == "":
        return "(empty)"
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 2 * LONG else f"{text[: 2 * LONG]}…"
