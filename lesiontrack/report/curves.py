"""Curves over study days, as SVG for the pages: one lesion's course, and a patient's sum of diameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from lesiontrack.protocol import Band, Protocol
from lesiontrack.report.lanes import LANE, dose_lanes, lane_elements
from lesiontrack.report.svg import (
    Panel,
    drawing,
    error_bar,
    frame,
    marker,
    path_data,
    polyline,
    tag,
)
from lesiontrack.report.words import day_text
from lesiontrack.study.model import Dose

Row = dict[str, Any]
BandAt = tuple[int, Band]

WIDTH, LEFT, RIGHT, HEAD, PANEL, GAP, FOOT = 760.0, 58.0, 14.0, 24.0, 120.0, 26.0, 40.0
BAND_STEPS = 200
TOP_GRADE = 4.0
_SD_TO_INTERVAL = 1.96


@dataclass(frozen=True)
class Curve:
    """One series: `values` hold (day, value, sd); a None value is a visit that can't be used."""

    name: str
    shape: str
    values: tuple[tuple[int, float | None, float | None], ...]
    unit: str = ""

    @property
    def known(self) -> list[tuple[int, float, float | None]]:
        return [(day, value, sd) for day, value, sd in self.values if value is not None]


@dataclass(frozen=True)
class _Plot:
    title: str
    curves: tuple[Curve, ...]
    top: float | None = None
    band: tuple[BandAt, ...] = ()
    levels: tuple[tuple[float, str], ...] = ()

    @property
    def without_value(self) -> list[int]:
        """Days of visits at which no curve has a value."""
        known = {day for curve in self.curves for day, _, _ in curve.known}
        return sorted({day for curve in self.curves for day, _, _ in curve.values} - known)


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
    """Diameter, area and erythema grade on one time axis, with doses below; None where there is no visit.

    A solid line joins neighbouring visits, a dashed one passes over visits without a usable value; those have
    a cross on the axis. A panel without any value is left out.

    Args:
        rows: observations of one lesion in time order.
        flags: its flags; marked by dotted lines.
        scheduled: days count from a treatment start, so that the expected band can be drawn.
        doses: this patient's recorded doses.
        band: expected band between two days, where the caller keeps it for several lesions of a patient.
        missed: days of visits that have no row, as there is no usable photo.
    """
    if not rows:
        return None
    days = _range([*(row["study_day"] for row in rows), *missed], scheduled)
    unit = "mm" if any(row["longest_diameter_mm"] is not None for row in rows) else "px"
    squared, printed = ("mm2", "mm²") if unit == "mm" else ("px", "px²")

    def curve(column: str, name: str, shape: str, unit: str) -> Curve:
        return _curve(rows, missed, column, name, shape, unit)

    plots = [
        _Plot("Size", (curve(f"longest_diameter_{unit}", "longest diameter", "circle", unit),)),
        _Plot(
            "Area",
            (
                curve(f"area_{squared}", "area with ulcer", "square", printed),
                curve(f"ulcer_area_{squared}", "ulcer", "triangle", printed),
            ),
        ),
    ]
    known: tuple[BandAt, ...] = ()
    if scheduled and protocol.has_expected_course:
        known = tuple(band(*days) if band else expected_band(protocol, *days, doses))
    provisional = any("provisional" in (row.get("scale_id") or "") for row in rows)
    name = f"{'provisional ' if provisional else ''}erythema grade of the treated field"
    grades = curve("erythema_grade", name, "diamond", "0–4")
    plots.append(_Plot("Erythema", (grades,), top=TOP_GRADE, band=known))
    marks = [(flag["study_day"], f"{flag['flag']}, {day_text(flag['study_day'])}") for flag in flags]
    return _draw(plots, days, scheduled, marks, doses, _label(rows, unit))


def sum_curve(
    sums: Sequence[tuple[int, float | None]],
    *,
    fall_pct: float,
    scheduled: bool,
    doses: Sequence[Dose] = (),
) -> Markup | None:
    """Sum of the target lesions' longest diameters, mm, baseline first; None without a baseline sum.

    A dotted line marks the baseline less `fall_pct` percent, the protocol's threshold for PR.
    """
    if not sums or sums[0][1] is None:
        return None
    level = sums[0][1] * (1 - fall_pct / 100)
    curve = Curve("sum of longest diameters", "circle", tuple((d, value, None) for d, value in sums), "mm")
    plot = _Plot("Sum", (curve,), levels=((level, f"{fall_pct:g} % below baseline"),))
    days = _range([day for day, _ in sums], scheduled)
    told = ", ".join(f"{day_text(day)} {value:.1f}" for day, value, _ in curve.known)
    label = f"Sum of longest diameters of the target lesions in mm: {told}."
    return _draw([plot], days, scheduled, [], doses, label)


def expected_band(protocol: Protocol, first: int, last: int, doses: Sequence[Dose] = ()) -> list[BandAt]:
    """The protocol's band on up to about 200 days of first..last, the last one included."""
    days = [*range(first, last, max(1, (last - first) // BAND_STEPS)), last]
    return [(day, found) for day in days if (found := protocol.expected_at(day, doses)) is not None]


def _curve(
    rows: Sequence[Row], missed: Sequence[int], column: str, name: str, shape: str, unit: str
) -> Curve:
    # `evaluable` is about the lesion's sizes; the field around it is graded on its own.
    always = column == "erythema_grade"
    values: list[tuple[int, float | None, float | None]] = [
        (row["study_day"], row[column] if row["evaluable"] or always else None, row.get(f"{column}_sd"))
        for row in rows
    ]
    values += [(day, None, None) for day in missed]
    return Curve(name, shape, tuple(sorted(values, key=lambda value: value[0])), unit)


def _range(days: Sequence[int], scheduled: bool) -> tuple[int, int]:
    first, last = min(days), max(days)
    return (min(first, 0) if scheduled else first), max(last, first + 1)


def _label(rows: Sequence[Row], unit: str) -> str:
    column = f"longest_diameter_{unit}"
    told = [
        f"{day_text(row['study_day'])} "
        + (f"{row[column]:.1f}" if row["evaluable"] and row[column] is not None else "not evaluable")
        for row in rows
    ]
    return (
        f"Longest diameter in {unit}: {', '.join(told)}. Area, ulcer and erythema are in the table of visits."
    )


def _draw(
    plots: Sequence[_Plot],
    days: tuple[int, int],
    scheduled: bool,
    marks: Sequence[tuple[int, str]],
    doses: Sequence[Dose],
    label: str,
) -> Markup | None:
    plots = [plot for plot in plots if plot.band or any(curve.known for curve in plot.curves)]
    if not plots:
        return None
    lanes = dose_lanes(doses, *days)
    pad = 0.03 * (days[1] - days[0])
    elements: list[Markup] = []
    top = HEAD
    for plot in plots:
        x = days[0] - pad, days[1] + pad
        panel = Panel(LEFT, top, WIDTH - LEFT - RIGHT, PANEL, x, (0.0, plot.top or _top(plot)))
        last = plot is plots[-1] and not lanes
        elements += _panel(plot, panel, marks, day_labels=last)
        top += PANEL + GAP
    bottom = top - GAP
    if lanes:
        bottom += 8
        panel = Panel(LEFT, bottom, WIDTH - LEFT - RIGHT, LANE * len(lanes), x, (0.0, 1.0))
        elements += lane_elements(panel, lanes)
        bottom = panel.bottom
    words = "study day, from the first treatment" if scheduled else "days since the first visit"
    elements.append(tag("text", words, class_="tick", x=LEFT, y=bottom + 33))
    return drawing(elements, width=WIDTH, height=bottom + FOOT, label=label)


def _top(plot: _Plot) -> float:
    highest = [value + _SD_TO_INTERVAL * (sd or 0) for curve in plot.curves for _, value, sd in curve.known]
    return 1.08 * max([*highest, *(level for level, _ in plot.levels)], default=0.0) or 1.0


def _panel(
    plot: _Plot, panel: Panel, marks: Sequence[tuple[int, str]], *, day_labels: bool
) -> Iterator[Markup]:
    yield from frame(panel, day_labels=day_labels)
    yield from _band(plot, panel)
    for value, _ in plot.levels:
        y = panel.py(value)
        yield tag("line", class_="level", x1=panel.left, x2=panel.right, y1=y, y2=y)
    for day, text in marks:
        x = panel.px(day)
        yield tag("line", tag("title", text), class_="flagged", x1=x, x2=x, y1=panel.top, y2=panel.bottom)
    for day in plot.without_value:
        yield marker("cross", panel.px(day), panel.bottom, "unusable", f"{day_text(day)}: no usable value")
    for curve in plot.curves:
        if any(value for _, value, _ in curve.known) or curve.shape != "triangle":
            yield from _series(curve, panel)
    yield from _legend(plot, panel)


def _band(plot: _Plot, panel: Panel) -> Iterator[Markup]:
    if not plot.band:
        return
    edge = [(panel.px(day), panel.py(band.upper)) for day, band in plot.band]
    edge += [(panel.px(day), panel.py(band.lower)) for day, band in reversed(plot.band)]
    yield tag("path", class_="band", d=path_data([[(round(x, 1), round(y, 1)) for x, y in edge]]))
    yield polyline([(panel.px(day), panel.py(band.target)) for day, band in plot.band], "target")


def _series(curve: Curve, panel: Panel) -> Iterator[Markup]:
    last: tuple[int, float] | None = None
    skipped = False
    for day, value, _ in curve.values:
        if value is None:
            skipped = True
            continue
        if last is not None:
            ends = [(panel.px(last[0]), panel.py(last[1])), (panel.px(day), panel.py(value))]
            yield polyline(ends, f"{curve.shape} over" if skipped else curve.shape)
        last, skipped = (day, value), False
    for day, value, sd in curve.known:
        spread = _SD_TO_INTERVAL * (sd or 0)
        if spread:
            yield error_bar(panel, day, value - spread, value + spread, curve.shape)
        error = f" ± {spread:.1f}" if spread else ""
        text = f"{day_text(day)}: {curve.name} {value:.1f}{error} {curve.unit}".strip()
        yield marker(curve.shape, panel.px(day), panel.py(value), curve.shape, text)


def _legend(plot: _Plot, panel: Panel) -> Iterator[Markup]:
    """Above the panel, in a row: markers with their names, so that no axis needs a turned label."""
    x, y = panel.left, panel.top - 8
    for curve in plot.curves:
        known = curve.known
        if not known and not plot.band:
            continue
        absent = "" if known else ": none given"
        if known and curve.shape == "triangle" and not any(value for _, value, _ in known):
            absent = ": none seen"
        yield marker(curve.shape, x + 5, y - 4, curve.shape)
        text = f"{curve.name} ({curve.unit}){absent}"
        yield tag("text", text, class_="name", x=x + 14, y=y)
        x += 34 + 6.4 * len(text)
    if plot.band:
        provisional = ", provisional" if plot.band[0][1].provisional else ""
        yield tag("rect", class_="band", x=x, y=y - 10, width=16, height=11)
        yield tag("text", f"expected band{provisional}", class_="name", x=x + 22, y=y)
    for _, text in plot.levels:
        yield tag("line", class_="level", x1=x, x2=x + 18, y1=y - 4, y2=y - 4)
        yield tag("text", text, class_="name", x=x + 24, y=y)
