"""The expected course of inflammation: a piecewise linear band over the days of a course and its pulses."""

from __future__ import annotations

from bisect import bisect_right

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
    return _triple([max(edges) for edges in zip(*bands, strict=True)])


def _warped(knots: list[list[float]], day: int, end: int, scheduled_end: int) -> Edges:
    last = _value(knots, min(day, end, scheduled_end))
    if day <= end:
        return last
    decay = _value(knots, scheduled_end + day - end)
    return _triple([min(a, b) for a, b in zip(last, decay, strict=True)])


def _value(knots: list[list[float]], day: float) -> Edges:
    """Linear between knots, constant beyond the last."""
    after = bisect_right(knots, day, key=lambda knot: knot[0])
    if after == 0 or after == len(knots):
        return _triple(knots[max(0, after - 1)][1:])
    low, high = knots[after - 1], knots[after]
    share = (day - low[0]) / (high[0] - low[0])
    return _triple([a + share * (b - a) for a, b in zip(low[1:], high[1:], strict=True)])


def _triple(values: list[float]) -> Edges:
    lower, target, upper = values
    return lower, target, upper
