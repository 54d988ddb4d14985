"""Where a duration ends: the event, or why and when it is censored.

Rules: FDA 2018, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics, example tables for
progression-free survival (recalled; pages 18 and 20 of the 2007 edition were read).
"""

from __future__ import annotations

from dataclasses import dataclass

from lesiontrack.analysis.time_to_event.followup import FollowUp
from lesiontrack.analysis.time_to_event.visitgaps import VisitGaps

PROGRESSION = "cutaneous, photo-visible progression"
NO_BASELINE = "no valid baseline (no evaluable visit at day 0 or before); day 1"
LAST_ASSESSMENT = "last adequate assessment"
NO_ASSESSMENT = "no adequate assessment after the baseline, day 1"


@dataclass(frozen=True)
class End:
    """`day`: study day of the event or of the censoring."""

    day: int
    event: bool
    reason: str


@dataclass(frozen=True)
class Missed:
    """The rule of missed visits for one patient. `limit` 0: there is none."""

    gaps: VisitGaps
    patient: str
    limit: int

    def __call__(self, last: int, until: int, *, at_visit: bool) -> int:
        """How many were missed where that is too many, else 0."""
        if not self.limit:
            return 0
        found = self.gaps.missed(self.patient, last, until, at_visit=at_visit)
        return found if found >= self.limit else 0


def find_end(
    course: FollowUp, since: int, missed: Missed, *, death_counts: bool, therapy_censors: bool
) -> End:
    """The end of what begins on day `since`: progression or, where `death_counts`, death; else censored.

    In this order:
    1. `therapy_censors` and a new therapy began before the event, or there is no event: censored at the last
       adequate assessment up to it (an assessment of that day counts as before it).
    2. Too many visits were missed between the last adequate assessment and the event: censored at that
       assessment. Assessments that are adequate and only lie outside the assessment window are not missed.
    3. The event. Progression and death on one day is progression.
    4. No event: censored at the last adequate assessment.
    Without an adequate assessment, censoring is at `since`.
    """
    progression = course.progression(since)
    dead = course.death if death_counts else None
    day, what = (progression.day, f"{PROGRESSION}: {progression.cause}") if progression else (None, "")
    if dead is not None and day is None:
        day, what = dead, "death"
    given = next((each for each in course.therapies if each[0] >= since), None) if therapy_censors else None
    if given is not None and (day is None or given[0] < day):
        before = f" before {_short(what)} on day {day}" if day is not None else ""
        last = course.last_adequate(since, given[0])
        why = f"new therapy ({given[1]}, day {given[0]}){before}; {_at(course, last)}"
        return End(last, False, why + course.candidate_note(given[0]))
    if day is None:
        dead = course.death
        last = course.last_adequate(since)
        why = f"death on day {dead} without progression" if dead is not None else "no progression"
        return End(last, False, f"{why}; {_at(course, last)}{course.candidate_note()}")
    kept = max((each for each in course.attended if since <= each < day), default=since)
    gap = missed(kept, day, at_visit=progression is not None)
    if gap:
        last = course.last_adequate(since, day - 1)
        visits = f"{gap} missed visit{'s' if gap > 1 else ''}"
        why = f"{_short(what)} on day {day} after {visits}; {_at(course, last)}"
        return End(last, False, why + course.candidate_note(day - 1))
    return End(day, True, what + course.candidate_note(day - 1))


def _short(what: str) -> str:
    return "death" if what == "death" else "progression"


def _at(course: FollowUp, day: int) -> str:
    assessed = any(point.day == day and point.adequate for point in course.points)
    return LAST_ASSESSMENT if assessed else NO_ASSESSMENT
