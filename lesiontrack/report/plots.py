"""Panels over study days on one time axis: series, error bars, bands, flags and doses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from lesiontrack.protocol import Band
from lesiontrack.report.lanes import LANE, STRIP, Lane, dose_lanes, dose_strip, lane_elements
from lesiontrack.report.svg import Panel, drawing, error_bar, frame, marker, path_data, polyline, tag
from lesiontrack.report.words import day_text
from lesiontrack.study.model import Dose

BandAt = tuple[int, Band]

WIDTH, LEFT, RIGHT, HEAD, PANEL, GAP, FOOT = 760.0, 58.0, 14.0, 24.0, 120.0, 28.0, 40.0
_HEADS = 20.0  # above the first panel, for the flags' numbers
_LETTER = 6.4
_WORD_ROOM = 46.0
SHAPES: Mapping[str, str] = {"below": "down", "above": "up"}
"""Words of a point that change its shape, so that they are told apart where there is no room for text."""


@dataclass(frozen=True)
class Point:
    """A value on a day, None where a visit can't be used; `low` and `high` are its 95 % limits, about it.

    `word` is what the point is called ("below", "PR"), where there is something to say.
    """

    day: int
    value: float | None
    low: float | None = None
    high: float | None = None
    word: str = ""


@dataclass(frozen=True)
class Curve:
    """One series in time order; `shape` is that of its marks, and the class that gives its colour."""

    name: str
    shape: str
    points: tuple[Point, ...]
    unit: str = ""

    @property
    def known(self) -> list[tuple[Point, float]]:
        return [(point, point.value) for point in self.points if point.value is not None]


@dataclass(frozen=True)
class Plot:
    """One panel. `top`: upper end of its axis where that is fixed; `levels`: (value, name) of thresholds."""

    curves: tuple[Curve, ...]
    top: float | None = None
    band: tuple[BandAt, ...] = ()
    levels: tuple[tuple[float, str], ...] = ()

    @property
    def empty(self) -> bool:
        return not self.band and not any(curve.known for curve in self.curves)

    @property
    def without_value(self) -> list[int]:
        """Days of visits at which no curve has a value."""
        known = {point.day for curve in self.curves for point, _ in curve.known}
        return sorted({point.day for curve in self.curves for point in curve.points} - known)


@dataclass(frozen=True)
class Flagged:
    """A flag on the time axis; `number` is its place in the table of flags."""

    day: int
    number: int
    text: str


def day_range(days: Sequence[int], scheduled: bool) -> tuple[int, int]:
    """First and last day of the axis; day 0 is on it where days count from a treatment start."""
    first, last = min(days), max(days)
    return (min(first, 0) if scheduled else first), max(last, first + 1)


def draw(
    plots: Sequence[Plot],
    days: tuple[int, int],
    *,
    scheduled: bool,
    flags: Sequence[Flagged],
    doses: Sequence[Dose],
    label: str,
) -> Markup | None:
    """Panels above each other, recorded doses below each and named at the foot; None where all are empty."""
    plots = [plot for plot in plots if not plot.empty]
    if not plots:
        return None
    lanes = dose_lanes(doses, *days)
    pad = 0.03 * (days[1] - days[0])
    x = days[0] - pad, days[1] + pad
    top = HEAD + (_HEADS if flags else 0)
    elements: list[Markup] = []
    if flags:
        elements += _heads(flags, Panel(LEFT, 0, WIDTH - LEFT - RIGHT, 16, x, (0.0, 1.0)))
    panels = []
    for plot in plots:
        panels.append(Panel(LEFT, top, WIDTH - LEFT - RIGHT, PANEL, x, (0.0, plot.top or _top(plot))))
        top += PANEL + GAP + STRIP * len(lanes)
    for plot, panel in zip(plots, panels, strict=True):
        last = panel is panels[-1]
        elements += _panel(plot, panel, flags, day_labels=last and not lanes)
        if not last:
            elements += dose_strip(panel, lanes)
    bottom = panels[-1].bottom
    if lanes:
        panel = Panel(LEFT, bottom + 8, WIDTH - LEFT - RIGHT, LANE * len(lanes), x, (0.0, 1.0))
        elements += lane_elements(panel, lanes)
        bottom = panel.bottom
    words = "study day, from the first treatment" if scheduled else "days since the first visit"
    elements.append(tag("text", words, class_="tick", x=LEFT, y=bottom + 33))
    told = f"{label} {_spoken(flags, lanes)}".strip()
    return drawing(elements, width=WIDTH, height=bottom + FOOT, label=told)


def _spoken(flags: Sequence[Flagged], lanes: Sequence[Lane]) -> str:
    parts = []
    if flags:
        parts.append(f"Flags: {'; '.join(f'{flag.number}, {flag.text}' for flag in flags)}.")
    if lanes:
        parts.append(f"Recorded doses: {'; '.join(lane.spoken for lane in lanes)}.")
    return " ".join(parts)


def _top(plot: Plot) -> float:
    highest = [point.high or value for curve in plot.curves for point, value in curve.known]
    return 1.08 * max([*highest, *(level for level, _ in plot.levels)], default=0.0) or 1.0


def _heads(flags: Sequence[Flagged], panel: Panel) -> Iterator[Markup]:
    """A pennant with the numbers of the table's rows above each day that has flags."""
    by_day: dict[int, list[Flagged]] = {}
    for flag in flags:
        by_day.setdefault(flag.day, []).append(flag)
    days = sorted(by_day)
    for day, following in zip(days, [*days[1:], None], strict=True):
        found = by_day[day]
        x = panel.px(day)
        room = panel.px(following) - x - 14 if following is not None else WIDTH - x - 14
        hint = tag("title", "; ".join(flag.text for flag in found))
        numbers = _within(room, [str(flag.number) for flag in found])
        yield tag("path", hint, class_="pennant", d=f"M{x:.1f},4l8,4l-8,4z")
        yield tag("line", class_="flagged", x1=x, x2=x, y1=4, y2=HEAD + _HEADS)
        yield tag("text", numbers, class_="flagno", x=x + 11, y=12)


def _within(room: float, numbers: Sequence[str]) -> str:
    """As many of them as there is room for, an ellipsis for the others."""
    shown = list(numbers)
    while shown:
        text = ", ".join(shown) + ("" if len(shown) == len(numbers) else " …")
        if _LETTER * len(text) <= room:
            return text
        shown.pop()
    return ""


def _panel(plot: Plot, panel: Panel, flags: Sequence[Flagged], *, day_labels: bool) -> Iterator[Markup]:
    yield from frame(panel, day_labels=day_labels)
    yield from _band(plot, panel)
    for value, _ in plot.levels:
        y = panel.py(value)
        yield tag("line", class_="level", x1=panel.left, x2=panel.right, y1=y, y2=y)
    for day in sorted({flag.day for flag in flags}):
        text = "; ".join(flag.text for flag in flags if flag.day == day)
        x = panel.px(day)
        yield tag("line", tag("title", text), class_="flagged", x1=x, x2=x, y1=panel.top, y2=panel.bottom)
    for day in plot.without_value:
        yield marker("cross", panel.px(day), panel.bottom, "unusable", f"{day_text(day)}: no usable value")
    for curve in plot.curves:
        if any(value for _, value in curve.known) or curve.shape != "triangle":
            yield from _series(curve, panel)
    yield from _legend(plot, panel)


def _band(plot: Plot, panel: Panel) -> Iterator[Markup]:
    if not plot.band:
        return
    edge = [(panel.px(day), panel.py(band.upper)) for day, band in plot.band]
    edge += [(panel.px(day), panel.py(band.lower)) for day, band in reversed(plot.band)]
    yield tag("path", class_="band", d=path_data([[(round(x, 1), round(y, 1)) for x, y in edge]]))
    yield polyline([(panel.px(day), panel.py(band.target)) for day, band in plot.band], "target")


def _series(curve: Curve, panel: Panel) -> Iterator[Markup]:
    last: tuple[int, float] | None = None
    skipped = False
    for point in curve.points:
        if point.value is None:
            skipped = True
            continue
        if last is not None:
            ends = [(panel.px(last[0]), panel.py(last[1])), (panel.px(point.day), panel.py(point.value))]
            yield polyline(ends, f"{curve.shape} over" if skipped else curve.shape)
        last, skipped = (point.day, point.value), False
    places = [panel.px(point.day) for point, _ in curve.known]
    for index, (point, value) in enumerate(curve.known):
        x, y = places[index], panel.py(value)
        error = ""
        if point.low is not None and point.high is not None:
            yield error_bar(panel, point.day, point.low, point.high, curve.shape)
            error = f" ± {point.high - value:.1f}"
        said = f", {point.word}" if point.word else ""
        text = f"{day_text(point.day)}: {curve.name} {value:.1f}{error} {curve.unit}".strip() + said
        yield marker(SHAPES.get(point.word, curve.shape), x, y, curve.shape, text)
        apart = [abs(x - other) for other in places[max(0, index - 1) : index + 2] if other != x]
        if point.word and min(apart, default=_WORD_ROOM) >= _WORD_ROOM:
            beside = y - 9 if y > panel.top + 22 else y + 17
            yield tag("text", point.word, class_="word", x=x, y=beside, text_anchor="middle")


def _legend(plot: Plot, panel: Panel) -> Iterator[Markup]:
    """Above the panel, in a row: markers with their names, so that no axis needs a turned label."""
    x, y = panel.left, panel.top - 8
    for curve in plot.curves:
        known = curve.known
        if not known and not plot.band:
            continue
        absent = "" if known else ": none given"
        if known and curve.shape == "triangle" and not any(value for _, value in known):
            absent = ": none seen"
        yield marker(curve.shape, x + 5, y - 4, curve.shape)
        text = f"{curve.name} ({curve.unit}){absent}"
        yield tag("text", text, class_="name", x=x + 14, y=y)
        x += 34 + _LETTER * len(text)
    if plot.band:
        provisional = ", provisional" if plot.band[0][1].provisional else ""
        yield tag("rect", class_="band", x=x, y=y - 10, width=16, height=11)
        yield tag("text", f"expected band{provisional}", class_="name", x=x + 22, y=y)
    for _, text in plot.levels:
        yield tag("line", class_="level", x1=x, x2=x + 18, y1=y - 4, y2=y - 4)
        yield tag("text", text, class_="name", x=x + 24, y=y)
        x += 44 + _LETTER * len(text)
