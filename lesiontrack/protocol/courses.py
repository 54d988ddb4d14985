"""Recorded doses of one patient → treatment courses, each with a clock of its own. Only dates are read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lesiontrack.protocol.schedule import AgentKind, Agents, Courses
from lesiontrack.study.model import Dose

Interval = tuple[int, int]  # first and last day, both included


@dataclass(frozen=True)
class Course:
    """One treatment course as recorded; days but `day_zero` count from `day_zero`.

    Attributes:
        number: as in doses.csv, else counted from 1.
        day_zero: study day of the course's day 0.
        injections_end: day of the last recorded injection; None where the records don't tell.
        topicals: intervals of topicals with a known end, joined over short gaps.
        open_topicals: first days of topicals whose end nobody recorded.
        recorded: whether any recognised dose belongs to it.
    """

    number: int
    day_zero: int
    injections_end: int | None = None
    topicals: tuple[Interval, ...] = ()
    open_topicals: tuple[int, ...] = ()
    recorded: bool = False


SCHEDULED = Course(1, 0)


def find_courses(doses: Sequence[Dose], agents: Agents, rules: Courses) -> tuple[Course, ...]:
    """Courses in the order of their day 0; the schedule's one course where no dose is recognised.

    A course number in doses.csv counts. Where none is given, a new course begins with a dose of the clock's
    kind more than `rules.gap_days` after the last one. A dose without a number belongs to the course that was
    under way, else to course 1. Day 0 is the course's first dose of the clock's kind; without one, study
    day 0 for the first course and the first dose for a later one.

    Raises ValueError for doses of several patients: their clocks differ.
    """
    patients = sorted({dose.patient for dose in doses})
    if len(patients) > 1:
        raise ValueError(
            f"doses of {len(patients)} patients ({', '.join(patients)}); give those of one patient"
        )
    known = [(kind, dose) for dose in doses if (kind := agent_kind(dose.agent, agents)) is not None]
    if not known:
        return (SCHEDULED,)
    numbered = _numbered(sorted(known, key=_order), agents.clock, rules.gap_days.value)
    courses = [
        _course(number, [pair for pair, of in numbered if of == number], agents.clock, rules)
        for number in sorted({of for _, of in numbered})
    ]
    return tuple(sorted(courses, key=lambda course: (course.day_zero, course.number)))


def agent_kind(agent: str, agents: Agents) -> AgentKind | None:
    """Which list of the protocol an agent's name is on, if any: "Proleukin 18 MIU" is IL-2, "IL-21" is not.

    Case, spaces and hyphens don't matter.
    """
    if any(_names(name, agent) for name in agents.injection):
        return "injection"
    if any(_names(name, agent) for name in agents.topical):
        return "topical"
    return None


def _squeeze(name: str) -> str:
    return re.sub(r"[\s_\-]+", "", name.casefold())


def _names(name: str, agent: str) -> bool:
    """Whether `name` stands in `agent`; a number at its end must end there too."""
    letters = _squeeze(name)
    tail = r"(?!\d)" if letters[-1:].isdigit() else ""
    pattern = r"[\s_\-]*".join(map(re.escape, letters)) + tail
    return bool(letters) and re.search(pattern, agent.casefold()) is not None


def _order(pair: tuple[AgentKind, Dose]) -> tuple[int, int]:
    return pair[1].start_day, _last(pair[1])


def _last(dose: Dose) -> int:
    return dose.start_day if dose.end_day is None else max(dose.start_day, dose.end_day)


def _numbered(
    known: Sequence[tuple[AgentKind, Dose]], clock: AgentKind, gap_days: int
) -> list[tuple[tuple[AgentKind, Dose], int]]:
    starts: dict[int, int] = {}
    given = any(dose.course is not None for _, dose in known)
    number, last = 1, None
    for kind, dose in known:
        if given and dose.course is not None:
            starts.setdefault(dose.course, dose.start_day)
        elif not given and kind == clock:
            if last is not None and dose.start_day > last + gap_days:
                number += 1
            starts.setdefault(number, dose.start_day)
            last = _last(dose) if last is None else max(last, _last(dose))
    if not starts:
        starts[1] = 0

    def of(dose: Dose) -> int:
        if dose.course is not None:
            return dose.course
        begun = [(start, course) for course, start in starts.items() if start <= dose.start_day]
        return max(begun)[1] if begun else 1

    return [(pair, of(pair[1])) for pair in known]


def _course(number: int, known: Sequence[tuple[AgentKind, Dose]], clock: AgentKind, rules: Courses) -> Course:
    on_clock = [dose.start_day for kind, dose in known if kind == clock]
    every = [dose.start_day for _, dose in known]
    day_zero = min(on_clock) if on_clock else 0 if number == 1 else min(every)
    injections = [dose for kind, dose in known if kind == "injection"]
    topicals = [dose for kind, dose in known if kind == "topical"]
    gap = rules.topical_gap_days.value
    applications, open_topicals = _without_end(topicals, gap)
    ended = [(dose.start_day, _last(dose)) for dose in topicals if dose.end_day is not None]
    return Course(
        number=number,
        day_zero=day_zero,
        injections_end=_injections_end(injections, day_zero),
        topicals=join(((a - day_zero, b - day_zero) for a, b in [*ended, *applications]), gap),
        open_topicals=tuple(day - day_zero for day in open_topicals),
        recorded=True,
    )


def _without_end(topicals: Sequence[Dose], gap_days: int) -> tuple[list[Interval], list[int]]:
    """Rows without an end: a run of one agent's rows is single applications, a lone row is open."""
    intervals: list[Interval] = []
    lone: list[int] = []
    for agent in sorted({_squeeze(dose.agent) for dose in topicals}):
        days = [d.start_day for d in topicals if d.end_day is None and _squeeze(d.agent) == agent]
        for first, last in join(((day, day) for day in days), gap_days):
            if last > first:
                intervals.append((first, last))
            else:
                lone.append(first)
    return intervals, sorted(lone)


def _injections_end(injections: Sequence[Dose], day_zero: int) -> int | None:
    """A single day of injection gives the course's start, not its end."""
    days = {dose.start_day for dose in injections} | {_last(dose) for dose in injections}
    return max(days) - day_zero if len(days) > 1 else None


def join(intervals: Iterable[Interval], gap_days: int) -> tuple[Interval, ...]:
    """Intervals in order, joined where the next starts no more than `gap_days` after the end of one."""
    joined: list[Interval] = []
    for start, end in sorted(intervals):
        if joined and start - joined[-1][1] <= gap_days:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)
