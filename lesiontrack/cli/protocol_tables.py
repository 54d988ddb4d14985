"""A protocol as tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from lesiontrack.protocol import Protocol


def protocol_tables(protocol: Protocol) -> Iterator[RenderableType]:
    """Phases, pulses, expected course, rules and values, each with mark and source."""
    file = protocol.file
    if file.phases:
        yield _table(
            "Phases, days of a course",
            ("phase", "days", "treatment", "mark", "source"),
            (
                (f"{p.id} {p.label}", _days(p.start_day, p.end_day), ", ".join(p.treatment), p.mark, p.source)
                for p in file.phases
            ),
        )
    if file.pulses:
        pulses = file.pulses
        text = f"{pulses.count} of {pulses.length_days} days, every {pulses.every_days} days"
        yield _table("Pulses", ("pulses", "mark", "source"), [(text, pulses.mark, pulses.source)])
    if file.expected_course:
        course = file.expected_course
        yield _table(
            f"Expected course {course.id} ({course.mark})",
            ("", "day", "lower", "target", "upper"),
            [
                *(("course", *(f"{value:g}" for value in knot)) for knot in course.knots),
                *(("pulse", *(f"{value:g}" for value in knot)) for knot in course.pulse_knots),
            ],
        )
        yield Text(course.source)
    rules = ((name, getattr(file.rules, name)) for name in type(file.rules).model_fields)
    yield _table(
        "Rules that raise flags",
        ("rule", "text", "mark", "source"),
        (
            (name, rule.text if rule.enabled else f"(off) {rule.text}", rule.mark, rule.source)
            for name, rule in rules
            if rule is not None
        ),
    )
    yield _table(
        "Values",
        ("key", "value", "mark", "source"),
        ((s.key, _value(s.value), s.mark, s.source) for s in protocol.settings()),
    )


def _table(title: str, columns: Iterable[str], rows: Iterable[tuple[str, ...]]) -> Table:
    table = Table(title=Text(title), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, no_wrap=column in ("key", "rule", "mark"), overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def _days(start: int | None, end: int | None) -> str:
    if start is None:
        return f"to {end}"
    return f"from {start}" if end is None else f"{start} to {end}"


def _value(value: float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}"
