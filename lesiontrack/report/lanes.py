"""Recorded doses below a curve: one lane an agent, ticks for single days and bars for spans of days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from lesiontrack.report.svg import Panel, nice_ticks, tag, tick_text
from lesiontrack.study.model import Dose

LANE = 26.0
STRIP = 4.0
MOST_LANES = 5
_LABEL_LETTERS = 40


@dataclass(frozen=True)
class Lane:
    """One agent; `spans` are (first day, last day), equal for a single dose."""

    agent: str
    spans: tuple[tuple[int, int], ...]

    @property
    def spoken(self) -> str:
        days = (f"{first} to {last}" if last > first else f"{first}" for first, last in self.spans)
        return f"{self.agent} on days {', '.join(days)}"


def dose_lanes(doses: Sequence[Dose], first: int, last: int) -> list[Lane]:
    """Doses that touch first..last, cut to it; agents beyond the fifth share the last lane."""
    by_agent: dict[str, list[tuple[int, int]]] = {}
    for dose in sorted(doses, key=lambda dose: dose.start_day):
        end = dose.start_day if dose.end_day is None else dose.end_day
        if end >= first and dose.start_day <= last:
            by_agent.setdefault(dose.agent, []).append((max(first, dose.start_day), min(last, end)))
    lanes = [Lane(agent, tuple(dict.fromkeys(spans))) for agent, spans in by_agent.items()]
    if len(lanes) <= MOST_LANES:
        return lanes
    rest = lanes[MOST_LANES - 1 :]
    shared = tuple(sorted({span for lane in rest for span in lane.spans}))
    return [*lanes[: MOST_LANES - 1], Lane(f"{len(rest)} other agents", shared)]


def dose_strip(panel: Panel, lanes: Sequence[Lane]) -> Iterator[Markup]:
    """The lanes in small right below a panel's axis, so that a curve and its doses are read together."""
    for index, lane in enumerate(lanes):
        y = panel.bottom + 6 + STRIP * index
        for first, last in lane.spans:
            x = panel.px(first)
            width = max(2.0, panel.px(last) - x + 2)
            yield tag("rect", class_="dose small", x=x - 1, y=y, width=width, height=STRIP - 1)


def lane_elements(panel: Panel, lanes: Sequence[Lane]) -> Iterator[Markup]:
    """The lanes in `panel`, whose x axis is that of the curves above."""
    for index, lane in enumerate(lanes):
        y = panel.top + LANE * index
        for first, last in lane.spans:
            x = panel.px(first)
            name = f"{lane.agent}, day {first}" + (f" to {last}" if last > first else "")
            yield tag(
                "rect",
                tag("title", name),
                class_="dose",
                x=x - 1,
                y=y + 14,
                width=max(2.0, panel.px(last) - x + 2),
                height=LANE - 18,
            )
        text = lane.agent if len(lane.agent) <= _LABEL_LETTERS else lane.agent[: _LABEL_LETTERS - 1] + "…"
        yield tag("text", text, class_="lane", x=panel.left + 4, y=y + 11)
    yield tag("line", class_="axis", x1=panel.left, x2=panel.right, y1=panel.bottom, y2=panel.bottom)
    for value in nice_ticks(*panel.x, most=9):
        x = panel.px(value)
        yield tag("text", tick_text(value), class_="tick", x=x, y=panel.bottom + 17, text_anchor="middle")
