"""Rules on a site's inflammation against the expected course. The field is the site's; its rows repeat it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lesiontrack.flags.rows import Row, flag, groups
from lesiontrack.inflammation import ENVELOPE_NOTE, OUTSIDE_TREATMENT, REGRESSING
from lesiontrack.protocol import Protocol
from lesiontrack.study.model import Dose

ASSESSABLE = ("below", "within", "above")


def inflammation_flags(rows: Sequence[Row], protocol: Protocol, doses: Sequence[Dose]) -> Iterator[Row]:
    """Flags of one site, with no lesion in them. Visits not assessable neither count nor interrupt."""
    assessable = [row for row in rows if row["inflammation"] in ASSESSABLE]
    below = 0
    course: int | None = None
    for visit in groups(assessable, ("study_day", "visit")):
        row = visit[0]
        if row["course"] != course:
            below, course = 0, row["course"]
        below = below + 1 if row["inflammation"] == "below" else 0
        if below:
            yield from _below(visit, below, protocol, doses)
        elif row["inflammation"] == "above":
            yield from _above(row, protocol)


def _below(visit: Sequence[Row], count: int, protocol: Protocol, doses: Sequence[Dose]) -> Iterator[Row]:
    if not protocol.rule("inflammation_below"):
        return
    row = visit[0]
    needed = int(protocol.threshold("flags.below_visits"))
    from_day = protocol.threshold("flags.below_single_visit_day")
    day = _course_day(row, protocol, doses)
    if day is not None and day >= from_day:
        why = f"on day {day} of the course; rule: one visit from day {from_day:g} on"
    elif count >= needed:
        why = f"on {count} consecutive assessable visits; rule: {needed}"
    else:
        return
    regressing = sorted({r["lesion"] for r in visit if REGRESSING in (r["inflammation_note"] or "")})
    if regressing:
        why += f"; {', '.join(regressing)} regressing: falling inflammation can go with clearance"
    evidence = _evidence(row, "below the lower edge", row["expected_lower"], why)
    yield _site_flag(row, "inflammation_below", row["expected_lower"], evidence, protocol)


def _above(row: Row, protocol: Protocol) -> Iterator[Row]:
    outside = OUTSIDE_TREATMENT in (row["inflammation_note"] or "")
    rule = "inflammation_outside_treatment" if outside else "inflammation_above"
    if protocol.rule(rule):
        why = OUTSIDE_TREATMENT if outside else "in a treatment phase"
        evidence = _evidence(row, "above the upper edge", row["expected_upper"], why)
        yield _site_flag(row, rule, row["expected_upper"], evidence, protocol)


def _course_day(row: Row, protocol: Protocol, doses: Sequence[Dose]) -> int | None:
    """Day within the course; None where only recorded doses could tell and there are none."""
    own = [dose for dose in doses if dose.patient == row["patient"]]
    phase = protocol.phase_at(row["study_day"], own) if own else None
    if phase is not None:
        return phase.course_day
    day: int = row["study_day"]
    return day if row["course"] in (None, 0, 1) else None


def _evidence(row: Row, where: str, edge: float | None, why: str) -> str:
    grade, probability = row["erythema_grade"], row["inflammation_probability"]
    value = "" if grade is None else f" {grade:.2f}"
    limit = "" if edge is None else f" {edge:.2f}"
    parts = [f"erythema grade{value} is {where}{limit}, {why}"]
    if probability is not None:
        parts.append(f"probability {probability:.2f}, given the measurement's error")
    parts += [part for part in (row["inflammation_note"] or "").split("; ") if part.startswith(ENVELOPE_NOTE)]
    return "; ".join(parts)


def _site_flag(row: Row, rule: str, edge: float | None, evidence: str, protocol: Protocol) -> Row:
    return flag({**row, "lesion": None}, rule, row["erythema_grade"], edge, evidence, protocol)
