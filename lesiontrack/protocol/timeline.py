"""The schedule of phases laid over one course: recorded ends where there are any, else scheduled days."""

from __future__ import annotations

from dataclasses import dataclass

from lesiontrack.protocol.courses import Course, Interval
from lesiontrack.protocol.schedule import Phase, Pulses


@dataclass(frozen=True)
class Span:
    """A phase with its real days (course days, both included); None: open."""

    phase: Phase
    start: int | None
    end: int | None

    def holds(self, day: int) -> bool:
        return (self.start is None or day >= self.start) and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class Timeline:
    """One course in days since its day 0.

    Attributes:
        spans: phases in order, without gaps or overlaps, less those that recorded dates leave no day.
        pulses: intervals of the pulses, recorded or scheduled.
        treated_end: last day of treatment before the pulses; `scheduled_end`: the same on schedule.
        recorded_phases, recorded_pulses: whether dates of doses set them.
    """

    spans: tuple[Span, ...]
    pulses: tuple[Interval, ...]
    treated_end: int
    scheduled_end: int
    recorded_phases: bool
    recorded_pulses: bool

    def span_at(self, day: int) -> Span:
        return next(span for span in self.spans if span.holds(day))

    def pulse_at(self, day: int) -> tuple[int, Interval] | None:
        """(number from 1, interval) of the pulse that the day lies in."""
        found = ((k, pulse) for k, pulse in enumerate(self.pulses, 1) if pulse[0] <= day <= pulse[1])
        return next(found, None)

    def days_since_treatment(self, day: int) -> int | None:
        """0 on treatment days, else days since the last one; None before treatment."""
        if day <= 0:
            return None
        begun = [end for start, end in ((0, self.treated_end), *self.pulses) if start <= day]
        return max(0, day - max(begun))


def lay_out(phases: list[Phase], pulses: Pulses | None, course: Course) -> Timeline:
    """Phases end with recorded last doses where they say so (`ends_with`); what follows shifts along.

    An early end cuts the phases before it short; a late one lengthens the phase that ends with it.
    """
    ends = _ends(phases, course)
    treated = [i for i, phase in enumerate(phases) if phase.treatment and not phase.pulses]
    treated_end = max((ends[i] for i in treated), default=0)
    scheduled_end = max((_day(phases[i].end_day) for i in treated), default=0)
    recorded = _recorded_pulses(phases, pulses, course, treated_end)
    intervals = recorded or _scheduled_pulses(phases, pulses, ends)
    spans: list[Span] = []
    previous = 0
    for i, phase in enumerate(phases):
        if i == 0:
            spans.append(Span(phase, None, 0))
            continue
        if i == len(phases) - 1:
            spans.append(Span(phase, previous + 1, None))
            continue
        end = ends[i]
        if recorded and phase.pulses:
            end = max(end, recorded[-1][1])
        elif recorded and i + 1 < len(phases) and phases[i + 1].pulses:
            end = recorded[0][0] - 1
        if end > previous:
            spans.append(Span(phase, previous + 1, end))
            previous = end
    return Timeline(tuple(spans), intervals, treated_end, scheduled_end, course.recorded, bool(recorded))


def _ends(phases: list[Phase], course: Course) -> list[int]:
    """Last course day of each phase (meaningless for the last); before its start where it has no day left."""
    at_injections, at_topicals = _index(phases, "injection"), _index(phases, "topical")
    ends = [_day(phase.end_day) for phase in phases]
    if at_injections is not None and course.injections_end is not None:
        _move(ends, at_injections, max(0, course.injections_end))
    topicals_end = _topicals_end(course, ends[at_topicals]) if at_topicals is not None else None
    if at_topicals is not None and topicals_end is not None:
        floor = ends[at_injections] if at_injections is not None and at_injections < at_topicals else 0
        _move(ends, at_topicals, max(topicals_end, floor))
    return ends


def _move(ends: list[int], at: int, end: int) -> None:
    shift = end - ends[at]
    for i in range(len(ends)):
        ends[i] = min(ends[i], end) if i < at else ends[i] + shift


def _topicals_end(course: Course, scheduled: int) -> int | None:
    """End of the topicals that began with the course; those that begin after the scheduled end are pulses."""
    first = [interval for interval in course.topicals if interval[0] <= scheduled]
    still_open = any(start <= scheduled for start in course.open_topicals)
    if still_open and (not first or first[-1][1] < scheduled):
        return None
    return first[-1][1] if first else None


def _recorded_pulses(
    phases: list[Phase], pulses: Pulses | None, course: Course, treated_end: int
) -> tuple[Interval, ...]:
    if pulses is None:
        return ()
    later = [interval for interval in course.topicals if interval[0] > treated_end]
    later += [(day, day + pulses.length_days - 1) for day in course.open_topicals if day > treated_end]
    return tuple(sorted(later))


def _scheduled_pulses(phases: list[Phase], pulses: Pulses | None, ends: list[int]) -> tuple[Interval, ...]:
    anchor = _index(phases, "topical")
    if pulses is None or anchor is None:
        return ()
    starts = [ends[anchor] + pulses.every_days * k for k in range(1, pulses.count + 1)]
    return tuple((start, start + pulses.length_days - 1) for start in starts)


def _index(phases: list[Phase], kind: str) -> int | None:
    return next((i for i, phase in enumerate(phases) if phase.ends_with == kind), None)


def _day(day: int | None) -> int:
    return 0 if day is None else day
