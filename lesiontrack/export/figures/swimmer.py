"""Swimmer plot: each patient's time on study with treatment, responses, progression and death."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from lesiontrack.export.figures.model import Drawn, NotDrawn
from lesiontrack.export.figures.reading import (
    Reading,
    basis_words,
    counted,
    each,
    listed,
    patient_codes,
    readings,
    visit_rows,
)
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
from lesiontrack.protocol import Protocol
from lesiontrack.study.model import Dose

_NAMED = 70
Span = tuple[int, int]


@dataclass(frozen=True)
class Lane:
    """Days are study days; `spans`: treatment phases; `response`: (word, day) of the first CR or PR."""

    patient: str
    start: int
    end: int
    ongoing: bool
    spans: tuple[Span, ...] = ()
    injections: tuple[int, ...] = ()
    response: tuple[str, int] | None = None
    progression: int | None = None
    death: int | None = None
    photos: int = 0


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
    axes.legend(handles=_legend(drawn), loc="lower left", bbox_to_anchor=(0, 1.0), ncols=8, columnspacing=1.1)
    yield Drawn("swimmer", title, _caption(source, reading, lanes, drawn), _alt(drawn), sheet.figure)


def swimmer_lanes(source: Source, reading: Reading) -> list[Lane]:
    """One lane a patient, longest first. Time on study ends with death, last contact or the last photograph.

    A patient goes on ("ongoing") where no death is recorded and the last contact, or the last photograph
    where no contact is recorded, is the end.
    """
    tables, protocol = source.tables, source.protocol
    visits = visit_rows(source, reading)
    people = tables["patients"].set_index("patient")
    photos = tables["photos"].groupby("patient")["study_day"]
    last_photo, count = photos.max().to_dict(), photos.count().to_dict()
    doses = _doses(tables.get("doses"))
    injections = _injections(tables.get("doses"))
    lanes = []
    for patient in patient_codes(source):
        told = people.loc[patient] if patient in people.index else pd.Series(dtype=object)
        death = _day(told.get("death_day"))
        known = [_day(told.get("last_contact_day")), death, _day(last_photo.get(patient))]
        end = max((day for day in known if day is not None), default=0)
        end = end if death is None else death
        mine = visits[visits["patient"] == patient]
        own = doses.get(patient, [])
        scheduled = told.get("day_zero") == "treatment_start"
        lanes.append(
            Lane(
                patient,
                min(0, _day(told.get("enrolled_day")) or 0),
                end,
                death is None,
                _treatment(protocol, own, end) if scheduled else (),
                tuple(sorted(injections.get(patient, ()))),
                _first(mine, ("CR", "PR")),
                (_first(mine, ("PD",)) or (None, None))[1],
                death,
                int(count.get(patient, 0)),
            )
        )
    return sorted(lanes, key=lambda lane: -(lane.end - lane.start))


def _day(value: object) -> int | None:
    return None if value is None or pd.isna(value) else int(value)  # type: ignore[call-overload]


def _first(visits: pd.DataFrame, words: Sequence[str]) -> tuple[str, int] | None:
    found = visits[visits["response"].isin(words)]
    return None if found.empty else (str(found["response"].iloc[0]), int(found["study_day"].iloc[0]))


def _doses(table: pd.DataFrame | None) -> dict[str, list[Dose]]:
    by_patient: dict[str, list[Dose]] = {}
    for row in () if table is None else each(table):
        if pd.isna(row.start_day):
            continue
        dose = Dose(
            str(row.patient), str(row.agent), int(row.start_day), _day(row.end_day),
            lesion=None if pd.isna(row.lesion) else str(row.lesion), course=_day(row.course),
        )  # fmt: skip
        by_patient.setdefault(dose.patient, []).append(dose)
    return by_patient


def _injections(table: pd.DataFrame | None) -> dict[str, set[int]]:
    if table is None:
        return {}
    mine = table[(table["kind"] == "injection") & table["start_day"].notna()]
    return {
        str(patient): {int(day) for day in days} for patient, days in mine.groupby("patient")["start_day"]
    }


def _treatment(protocol: Protocol, doses: Sequence[Dose], end: int) -> tuple[Span, ...]:
    """Stretches of days 1..end in phases with treatment."""
    spans: list[Span] = []
    begun: int | None = None
    for day in range(1, end + 2):
        phase = protocol.phase_at(day, doses) if day <= end else None
        treated = phase is not None and phase.inflammation_expected
        if treated and begun is None:
            begun = day
        elif not treated and begun is not None:
            spans.append((begun, min(day, end)))
            begun = None
    return tuple(spans)


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
        handles.append(Patch(facecolor="#8C8C8C", label="treatment phase"))
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
            Line2D([], [], marker=">", color=BLACK, linestyle="none", markersize=4, label="ongoing")
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
            "Dark: treatment phases by recorded doses, else by the protocol's schedule; ticks below: "
            "recorded injections. "
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
