"""The expected course of inflammation: a piecewise linear band over the days of a course and its pulses."""

from __future__ import annotations

import numpy as np

from lesiontrack.protocol.schedule import ExpectedCourse
from lesiontrack.protocol.timeline import Timeline

Edges = tuple[float, float, float]  # lower, target, upper


def edges_at(course: ExpectedCourse, timeline: Timeline, day: int, *, pulse_days: int | None) -> Edges:
    """Band on a course day.

    The knots hold for the scheduled treatment. Where treatment really ended later, the band stays on its last
    treated value until then; where it ended early, it follows the scheduled decay from there, never above
    what had been expected on the last treated day. In pulses the higher of what is left and the pulse counts.

    Args:
        day: days since the course's day 0; up to 0 the resting band holds.
        pulse_days: scheduled length of a pulse.
    """
    if day <= 0:
        return _triple(course.resting)
    bands = [_warped(course.knots, day, timeline.treated_end, timeline.scheduled_end)]
    for start, end in timeline.pulses:
        if start <= day and pulse_days is not None:
            bands.append(_warped(course.pulse_knots, day - start, end - start + 1, pulse_days))
    lower, target, upper = np.max(bands, axis=0)
    return float(lower), float(target), float(upper)


def _warped(knots: list[list[float]], day: int, end: int, scheduled_end: int) -> Edges:
    last = _value(knots, min(day, end, scheduled_end))
    if day <= end:
        return last
    decay = _value(knots, scheduled_end + day - end)
    return _triple([min(a, b) for a, b in zip(last, decay, strict=True)])


def _value(knots: list[list[float]], day: float) -> Edges:
    table = np.asarray(knots, float)
    return _triple([float(np.interp(day, table[:, 0], table[:, column])) for column in (1, 2, 3)])


def _triple(values: list[float]) -> Edges:
    lower, target, upper = values
    return lower, target, upper
