"""The five endpoints of one patient."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lesiontrack.analysis.time_to_event.censoring import NO_BASELINE, End, Missed, find_end
from lesiontrack.analysis.time_to_event.followup import RESPONSES, FollowUp
from lesiontrack.analysis.time_to_event.responders import BestResponse

ENDPOINTS = ("TTR", "DOR", "SD_DURATION", "PFS", "OS")
NO_START = "no treatment start known"
NO_CHANGE = "no valid baseline, so no change from it"
NOT_IN_SET = "not in this target set"
EARLY_DEATH = "the recorded death lies before the treatment start"
UNDATED_DEATH = "a death is recorded, but not on which study day"
NO_DEATHS = "deaths not recorded: progression only"


@dataclass(frozen=True)
class Span:
    """From study day `start` to `end`; both days count, so a duration is end.day - start + 1."""

    start: int
    end: End


@dataclass(frozen=True)
class Case:
    """What the endpoints of one patient follow from.

    Attributes:
        started: day 0 is a known treatment start.
        in_set: the patient is in the target set, or has no visit after the baseline in any.
        course: on the basis and reading asked for.
        best: the best response on that basis.
        therapy_censors: a new therapy ends the follow-up; else it is ignored.
        deaths_recorded: the study says who died (see `lesiontrack.analysis.time_to_event.overall`).
        undated_death: the patient died, and the study day can't be told.
        overall: overall survival's end, or why there is none.
    """

    started: bool
    in_set: bool
    course: FollowUp
    best: BestResponse
    missed: Missed
    therapy_censors: bool
    deaths_recorded: bool
    undated_death: bool
    overall: End | str


def durations(case: Case) -> dict[str, Span | str]:
    """Endpoint → its span, or why it can't be given."""
    if not case.started:
        return dict.fromkeys(ENDPOINTS, NO_START)
    if case.course.death is not None and case.course.death < 0:
        return dict.fromkeys(ENDPOINTS, EARLY_DEATH)
    overall = case.overall if isinstance(case.overall, str) else Span(0, case.overall)
    if not case.in_set:
        return {**dict.fromkeys(ENDPOINTS, NOT_IN_SET), "OS": overall}
    return {
        "TTR": _time_to_response(case),
        "DOR": _duration_of_response(case),
        "SD_DURATION": _stable(case),
        "PFS": _progression_free(case),
        "OS": overall,
    }


def _responded(case: Case) -> int | str:
    """Day of the first response, or why there is none."""
    if not case.course.valid_baseline:
        return NO_CHANGE
    day = case.best.first_response
    if day is None:
        return case.best.why
    given = next((each for each in case.course.therapies if each[0] < day), None)
    if case.therapy_censors and given is not None:
        return f"response on day {day}, after a new therapy ({given[1]}, day {given[0]})"
    return day


def _time_to_response(case: Case) -> Span | str:
    day = _responded(case)
    if isinstance(day, str):
        return day
    return Span(0, End(day, True, "first response" + case.course.candidate_note(day)))


def _duration_of_response(case: Case) -> Span | str:
    day = _responded(case)
    return day if isinstance(day, str) else Span(day, _end(case, day, death_counts=True))


def _stable(case: Case) -> Span | str:
    """Of patients whose best response is SD; until progression, which death is not (RECIST 1.1)."""
    if not case.course.valid_baseline:
        return NO_CHANGE
    if case.best.word != "SD":
        return f"best response is {case.best.told}{': see DOR' if case.best.word in RESPONSES else ''}"
    return Span(0, _end(case, 0, death_counts=False))


def _progression_free(case: Case) -> Span:
    if not case.course.valid_baseline:
        return Span(0, End(0, False, NO_BASELINE))
    return Span(0, _end(case, 0, death_counts=True))


def _end(case: Case, since: int, *, death_counts: bool) -> End:
    end = find_end(
        case.course, since, case.missed, death_counts=death_counts, therapy_censors=case.therapy_censors
    )
    if death_counts and not case.deaths_recorded:
        end = replace(end, reason=f"{end.reason}; {NO_DEATHS}")
    if death_counts and case.undated_death and not end.event:
        end = replace(end, reason=f"{end.reason}; {UNDATED_DEATH}")
    return end
