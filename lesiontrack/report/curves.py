"""Curves over study days: one lesion's course, and a patient's sum of diameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from markupsafe import Markup

from lesiontrack.inflammation import MAX_GRADE, grade
from lesiontrack.protocol import Protocol
from lesiontrack.report.plots import BandAt, Curve, Flagged, Plot, Point, day_range, draw
from lesiontrack.report.words import day_text
from lesiontrack.study.model import Dose

Row = dict[str, Any]

BAND_STEPS = 200
_SD_TO_INTERVAL = 1.96


def lesion_curves(
    rows: Sequence[Row],
    flags: Sequence[Row],
    protocol: Protocol,
    *,
    scheduled: bool,
    doses: Sequence[Dose] = (),
    band: Callable[[int, int], Sequence[BandAt]] | None = None,
    missed: Sequence[int] = (),
) -> Markup | None:
    """Diameter, area with ulcer, and erythema grade on one time axis; None where there is no visit.

    A solid line joins neighbouring visits, a dashed one passes over visits without a usable value; those have
    a cross on the axis. A panel without any value is left out. Doses lie below every panel, flags cross them
    all under the numbers that they have in `flags`. A grade's mark points down or up where it is below or
    above the expected band.

    Args:
        rows: observations of one lesion in time order.
        flags: its flags, in the order of their table.
        scheduled: days count from a treatment start, so that the expected band can be drawn.
        doses: this patient's recorded doses.
        band: expected band between two days, where the caller keeps it for several lesions of a patient.
        missed: days of visits that have no row, as there is no usable photo.
    """
    if not rows:
        return None
    days = day_range([*(row["study_day"] for row in rows), *missed], scheduled)
    unit = "mm" if any(row["longest_diameter_mm"] is not None for row in rows) else "px"
    squared, printed = ("mm2", "mm²") if unit == "mm" else ("px", "px²")

    def curve(column: str, name: str, shape: str, unit: str) -> Curve:
        return Curve(name, shape, _with_missed([_size(row, column) for row in rows], missed), unit)

    known: tuple[BandAt, ...] = ()
    if scheduled and protocol.has_expected_course:
        known = tuple(band(*days) if band else expected_band(protocol, *days, doses))
    provisional = any("provisional" in (row.get("scale_id") or "") for row in rows)
    name = f"{'provisional ' if provisional else ''}erythema grade of the treated field"
    graded = _with_missed([_graded(row, protocol) for row in rows], missed)
    plots = (
        Plot((curve(f"longest_diameter_{unit}", "longest diameter", "circle", unit),)),
        Plot(
            (
                curve(f"area_{squared}", "area with ulcer", "square", printed),
                curve(f"ulcer_area_{squared}", "ulcer", "triangle", printed),
            )
        ),
        Plot((Curve(name, "diamond", graded, "0–4"),), top=MAX_GRADE, band=known),
    )
    return draw(
        plots,
        days,
        scheduled=scheduled,
        flags=numbered(flags),
        doses=doses,
        label=_label(rows, unit),
    )


def sum_curve(
    sums: Sequence[tuple[int, float | None, str]],
    *,
    fall_pct: float,
    scheduled: bool,
    doses: Sequence[Dose] = (),
    flags: Sequence[Row] = (),
) -> Markup | None:
    """Sum of the target lesions' longest diameters; None without a baseline sum.

    A dashed line marks the baseline less `fall_pct` percent, the protocol's threshold for PR.

    Args:
        sums: (study day, sum in mm or None, response by the sum or ""), baseline first.
    """
    if not sums or sums[0][1] is None:
        return None
    level = sums[0][1] * (1 - fall_pct / 100)
    points = tuple(Point(day, value, word=word) for day, value, word in sums)
    curve = Curve("sum of longest diameters", "circle", points, "mm")
    plot = Plot((curve,), levels=((level, f"{fall_pct:g} % below baseline"),))
    days = day_range([day for day, *_ in sums], scheduled)
    told = ", ".join(
        f"{day_text(point.day)} {value:.1f}{f' {point.word}' if point.word else ''}"
        for point, value in curve.known
    )
    label = f"Sum of longest diameters of the target lesions in mm: {told}."
    return draw([plot], days, scheduled=scheduled, flags=numbered(flags), doses=doses, label=label)


def expected_band(protocol: Protocol, first: int, last: int, doses: Sequence[Dose] = ()) -> list[BandAt]:
    """The protocol's band on up to about 200 days of first..last, the last one included."""
    days = [*range(first, last, max(1, (last - first) // BAND_STEPS)), last]
    return [(day, found) for day in days if (found := protocol.expected_at(day, doses)) is not None]


def numbered(flags: Sequence[Row]) -> list[Flagged]:
    return [
        Flagged(flag["study_day"], number, f"{flag['flag']}, {day_text(flag['study_day'])}")
        for number, flag in enumerate(flags, 1)
        if flag["study_day"] is not None
    ]


def _size(row: Row, column: str) -> Point:
    value, sd = row[column], row.get(f"{column}_sd")
    if value is None or not row["evaluable"]:
        return Point(row["study_day"], None)
    if not sd:
        return Point(row["study_day"], value)
    spread = _SD_TO_INTERVAL * sd
    return Point(row["study_day"], value, value - spread, value + spread)


def _graded(row: Row, protocol: Protocol) -> Point:
    """`evaluable` is about the lesion's sizes; the field around it is graded on its own."""
    value = row["erythema_grade"]
    if value is None:
        return Point(row["study_day"], None)
    word = row.get("inflammation") or ""
    word = word if word in ("below", "within", "above") else ""
    measured = row.get("field_delta_a"), row.get("field_delta_a_sd"), row.get("ita_deg")
    found = grade(*measured, protocol)
    if found.value is None or not found.sd or abs(found.value - value) > 0.01:
        return Point(row["study_day"], value, word=word)
    spread = _SD_TO_INTERVAL * found.sd
    return Point(row["study_day"], value, value - spread, value + spread, word)


def _with_missed(points: Sequence[Point], missed: Sequence[int]) -> tuple[Point, ...]:
    return tuple(sorted([*points, *(Point(day, None) for day in missed)], key=lambda point: point.day))


def _label(rows: Sequence[Row], unit: str) -> str:
    column = f"longest_diameter_{unit}"
    told = [
        f"{day_text(row['study_day'])} "
        + (f"{row[column]:.1f}" if row["evaluable"] and row[column] is not None else "not evaluable")
        for row in rows
    ]
    said = [
        f"{day_text(row['study_day'])} {row['inflammation']}"
        for row in rows
        if row.get("inflammation") in ("below", "within", "above")
    ]
    course = f" Inflammation against the expected band: {', '.join(said)}." if said else ""
    rest = "Area, ulcer and grade are in the table of visits."
    return f"Longest diameter in {unit}: {', '.join(told)}.{course} {rest}"
