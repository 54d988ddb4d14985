"""Swimmer plot: each patient's time on study with treatment, responses, progression and death."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from lesiontrack.export.figures.lanes import Lane, swimmer_lanes
from lesiontrack.export.figures.model import Drawn, NotDrawn
from lesiontrack.export.figures.reading import Reading, basis_words, listed, readings
from lesiontrack.export.figures.style import (
    BLACK,
    DOUBLE_MM,
    GREEN,
    LIGHT,
    MAX_HEIGHT_MM,
    SKY,
    VERMILLION,
    Sheet,
    short,
)
from lesiontrack.export.source import Source
from lesiontrack.wording import counted

_NAMED = 70


def swimmers(source: Source) -> Iterator[Drawn | NotDrawn]:
    title = "Time on study"
    reading = readings(source)[0]
    lanes = swimmer_lanes(source, reading)
    drawn = [lane for lane in lanes if lane.end > lane.start]
    if not drawn:
        yield NotDrawn("swimmer", title, "no patient has two days on study")
        return
    row = 3.4 if len(drawn) <= _NAMED else max(0.8, (MAX_HEIGHT_MM - 40) / len(drawn))
    sheet = Sheet(
        DOUBLE_MM,
        max(26.0, 22.0 + row * len(drawn)),
        title,
        f"responses {basis_words(source)} ({reading.words}); {len(drawn)} of "
        f"{counted(len(lanes), 'patient')}",
    )
    axes = sheet.axes(20.0 if len(drawn) <= _NAMED else 8.0, 8.0, 4.0, 10.0)
    for y, lane in enumerate(drawn):
        _draw_lane(axes, y, lane, thin=len(drawn) > _NAMED)
    axes.set_ylim(len(drawn) - 0.4, -0.8)
    axes.set_xlim(min(0, *(lane.start for lane in drawn)) - 3, max(lane.end for lane in drawn) * 1.05 + 3)
    axes.set_xlabel("study day")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_yticks(range(len(drawn)) if len(drawn) <= _NAMED else [], labels=None)
    if len(drawn) <= _NAMED:
        axes.set_yticklabels([short(lane.patient) for lane in drawn], size=5.5)
    else:
        axes.set_ylabel("patients")
    axes.legend(handles=_legend(drawn), loc="lower left", bbox_to_anchor=(0, 1.0), ncols=6, columnspacing=1.1)
    yield Drawn("swimmer", title, _caption(source, reading, lanes, drawn), _alt(drawn), sheet.figure)


def _draw_lane(axes: Axes, y: int, lane: Lane, *, thin: bool) -> None:
    size = 2.0 if thin else 4.0
    axes.barh(y, lane.end - lane.start, left=lane.start, height=0.55, color=LIGHT, linewidth=0)
    for begin, end in lane.spans:
        axes.barh(y, end - begin, left=begin, height=0.55, color="#8C8C8C", linewidth=0)
    if not thin:
        axes.plot(
            lane.injections, [y + 0.38] * len(lane.injections), linestyle="none", marker="|", color=BLACK,
            markersize=2.5, markeredgewidth=0.6,
        )  # fmt: skip
    marks: list[tuple[str, str, int | None]] = [("D", BLACK, lane.death), ("X", VERMILLION, lane.progression)]
    if lane.response:
        word, day = lane.response
        marks.append(("o", GREEN, day) if word == "CR" else ("^", SKY, day))
    for marker, colour, at in marks:
        if at is not None:
            axes.plot(
                at, y, marker=marker, color=colour, markersize=size, markeredgecolor=BLACK,
                markeredgewidth=0.3, linestyle="none",
            )  # fmt: skip
    if lane.ongoing:
        axes.plot(
            lane.end, y, marker=">", color=BLACK, markersize=size * 0.9, linestyle="none", clip_on=False
        )


def _legend(lanes: Sequence[Lane]) -> list[Any]:
    def mark(marker: str, colour: str, label: str) -> Line2D:
        return Line2D(
            [], [], marker=marker, color=colour, linestyle="none", markersize=4, markeredgecolor=BLACK,
            markeredgewidth=0.3, label=label,
        )  # fmt: skip

    words = {lane.response[0] for lane in lanes if lane.response}
    handles: list[Any] = [Patch(facecolor=LIGHT, label="on study")]
    if any(lane.spans for lane in lanes):
        handles.append(Patch(facecolor="#8C8C8C", label="treatment phase (protocol)"))
    if any(lane.injections for lane in lanes) and len(lanes) <= _NAMED:
        handles.append(
            Line2D([], [], marker="|", color=BLACK, linestyle="none", markersize=4, label="injection")
        )
    handles += [mark("o", GREEN, "first CR")] if "CR" in words else []
    handles += [mark("^", SKY, "first PR")] if "PR" in words else []
    handles += (
        [mark("X", VERMILLION, "first PD")] if any(lane.progression is not None for lane in lanes) else []
    )
    handles += [mark("D", BLACK, "death")] if any(lane.death is not None for lane in lanes) else []
    if any(lane.ongoing for lane in lanes):
        handles.append(
            Line2D([], [], marker=">", color=BLACK, linestyle="none", markersize=4, label="no death recorded")
        )
    return handles


def _caption(source: Source, reading: Reading, lanes: Sequence[Lane], drawn: Sequence[Lane]) -> str:
    without = [lane.patient for lane in lanes if lane not in drawn]
    text = (
        f"Time on study of {counted(len(drawn), 'patient')}, from enrolment (or day 0, the first "
        "treatment) to death, last contact or last photograph. "
    )
    if any(lane.spans for lane in drawn):
        text += (
            "Dark: days on which the protocol has treatment (phases that follow from recorded doses, else "
            "from its schedule), whether or not any was given; ticks below: recorded injections. "
        )
    text += (
        "First complete response (CR), partial response (PR) and progression (PD) by photographs "
        f"({reading.words}; {basis_words(source)}), not confirmed by a second reading; a new lesion counts "
        "when a reader says so. Arrow: no death recorded. "
    )
    photoless = [lane.patient for lane in drawn if not lane.photos]
    if photoless:
        text += f"Without photographs, so without responses: {listed(photoless)}. "
    if without:
        text += f"Not drawn, as their dates give no time on study: {listed(without)}. "
    return text.strip()


def _alt(lanes: Sequence[Lane]) -> str:
    return (
        f"A horizontal bar for each of {counted(len(lanes), 'patient')}, the longest "
        f"{max(lane.end - lane.start for lane in lanes)} days; "
        f"{sum(lane.response is not None for lane in lanes)} with a response, "
        f"{sum(lane.progression is not None for lane in lanes)} with progression, "
        f"{counted(sum(lane.death is not None for lane in lanes), 'death')}."
    )
