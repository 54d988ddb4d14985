"""Rules on one lesion: skin loss, growth since the nadir, new candidates, obscured places."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from lesiontrack.flags.rows import (
    Row,
    Size,
    at_least_pct,
    beyond_error,
    decimal,
    flag,
    growth,
    minimal_detectable_change,
    sizes,
)
from lesiontrack.protocol import Protocol


def ulcer_flags(rows: Sequence[Row], protocol: Protocol) -> Iterator[Row]:
    """Skin loss in mm². Growth counts within one episode: from the last visit without skin loss on.

    New, growing and rapidly growing must also exceed the minimal detectable change of both measurements.
    """
    every = sizes(rows, "ulcer_area_mm2", "mm²")
    for index, now in enumerate(every):
        if protocol.rule("ulcer_large"):
            yield from _large(now, protocol)
        earlier = [size for size in every[:index] if size.day < now.day]
        if protocol.rule("ulcer_new"):
            yield from _new(now, *_split(earlier, protocol), protocol)
        if protocol.rule("ulcer_growth"):
            _, episode = _split(earlier, protocol)
            yield from _grown(now, episode, "ulcer_growth", protocol)
        if protocol.rule("ulcer_rapid"):
            _, episode = _split(earlier, protocol)
            days = protocol.threshold("flags.ulcer_rapid_days")
            recent = [size for size in episode if now.day - size.day <= days]
            yield from _grown(now, recent, "ulcer_rapid", protocol)


def _split(earlier: Sequence[Size], protocol: Protocol) -> tuple[Size | None, Sequence[Size]]:
    """The last visit without skin loss, and the visits since."""
    none = protocol.threshold("flags.ulcer_none_mm2")
    empty = [i for i, size in enumerate(earlier) if size.value == 0 or size.value < none]
    return (earlier[empty[-1]], earlier[empty[-1] + 1 :]) if empty else (None, earlier)


def _new(now: Size, empty: Size | None, since: Sequence[Size], protocol: Protocol) -> Iterator[Row]:
    least = protocol.threshold("flags.ulcer_new_mm2")
    if empty is None or now.value < least or any(size.value >= least for size in since):
        return
    change = beyond_error(empty, now)
    if change:
        evidence = (
            f"skin loss {now}, {empty} at {empty.when}; "
            f"rule: at least {least:g} mm² where there was none; {change}"
        )
        yield flag(now.row, "ulcer_new", now.value, least, evidence, protocol)


def _grown(now: Size, earlier: Sequence[Size], rule: str, protocol: Protocol) -> Iterator[Row]:
    if not earlier or now.value < protocol.threshold("flags.ulcer_relative_min_mm2"):
        return
    lowest = min(earlier, key=lambda size: size.value)
    larger = growth(lowest.value, now.value)
    percent, least = (protocol.threshold(f"flags.{rule}_{unit}") for unit in ("pct", "mm2"))
    if larger < decimal(least) or not at_least_pct(lowest.value, now.value, percent):
        return
    change = beyond_error(lowest, now)
    if change:
        within = f" within {now.day - lowest.day} days" if rule == "ulcer_rapid" else ""
        share = f" ({100 * larger / decimal(lowest.value):.0f} %)" if lowest.value else ""
        evidence = (
            f"skin loss {now}, lowest earlier {lowest} at {lowest.when}: "
            f"larger by {float(larger):.4g} mm²{share}{within}; "
            f"rule: at least {least:g} mm² and {percent:g} %; {change}"
        )
        yield flag(now.row, rule, float(larger), least, evidence, protocol)


def _large(now: Size, protocol: Protocol) -> Iterator[Row]:
    diameter = 2 * math.sqrt(now.value / math.pi)
    least = protocol.threshold("flags.ulcer_large_mm")
    if diameter >= least:
        evidence = (
            f"skin loss {now}, equivalent diameter {diameter:.3g} mm; rule: at least {least:g} mm; "
            "a size, not a CTCAE grade, as depth is not visible"
        )
        yield flag(now.row, "ulcer_large", diameter, least, evidence, protocol)


def growth_flags(rows: Sequence[Row], every: Sequence[Row], protocol: Protocol) -> Iterator[Row]:
    """Longest diameter against its nadir, as in RECIST; evidence says whether error alone could do it."""
    if not protocol.rule("lesion_growth"):
        return
    percent, least = (protocol.threshold(f"flags.lesion_growth_{unit}") for unit in ("pct", "mm"))
    diameters = sizes(rows, "longest_diameter_mm", "mm")
    for index, now in enumerate(diameters):
        earlier = [size for size in diameters[:index] if size.day < now.day]
        if not earlier:
            continue
        nadir = min(earlier, key=lambda size: size.value)
        longer = growth(nadir.value, now.value)
        if longer < decimal(least) or not at_least_pct(nadir.value, now.value, percent):
            continue
        share = f" ({100 * longer / decimal(nadir.value):.0f} %)" if nadir.value else ""
        evidence = (
            f"longest diameter {now}, nadir {nadir} at {nadir.when}: "
            f"longer by {float(longer):.3g} mm{share}; "
            f"rule: at least {least:g} mm and {percent:g} %; {_error(nadir, now)}{_merged(now.row, every)}"
        )
        yield flag(now.row, "lesion_growth", float(longer), least, evidence, protocol)


def _error(before: Size, now: Size) -> str:
    if before.sd is None or now.sd is None:
        return "minimal detectable change unknown"
    detectable = minimal_detectable_change(before.sd, now.sd)
    return beyond_error(before, now) or f"within the minimal detectable change of {detectable:.3g} {now.unit}"


def _merged(row: Row, every: Sequence[Row]) -> str:
    others = {
        other["lesion"]
        for other in every
        if other["merged_into"] is not None
        and (other["patient"], other["visit"], other["merged_into"])
        == (row["patient"], row["visit"], row["lesion"])
    }
    return (
        f"; {', '.join(sorted(others))} merged into it, which lengthens it without growth" if others else ""
    )


def status_flags(rows: Sequence[Row], protocol: Protocol) -> Iterator[Row]:
    """By what tracking says: these need no evaluable size."""
    candidates = [row for row in rows if row["status"] == "new_candidate"]
    if candidates and protocol.rule("new_lesion"):
        row = candidates[0]
        size = row["longest_diameter_mm"] if row["evaluable"] else None
        parts = [
            f"longest diameter {size:.3g} mm" if size is not None else "",
            row["reason"] or "",
            "counts as new only when a reader says so",
        ]
        yield flag(row, "new_lesion", size, None, "; ".join(part for part in parts if part), protocol)
    if protocol.rule("lesion_obscured"):
        for row in rows:
            if row["status"] == "obscured":
                why = row["reason"] or "something hides the skin there"
                evidence = f"{why}; size not evaluable at this visit, and obscured is not gone"
                yield flag(row, "lesion_obscured", None, None, evidence, protocol)
