"""Visits against treatment starts, doses and the protocol's expected course."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from lesiontrack.study.checks.problem import Problem, Severity, error, some, warning
from lesiontrack.study.days import TREATMENT_START
from lesiontrack.study.model import Patient, Study

BASELINE_MAX_AGE_DAYS = 28
"""RECIST 1.1 (Eisenhauer 2009): baseline never more than 4 weeks before the beginning of the treatment."""

_EARLIEST_YEAR = 1900


def timing_problems(study: Study, *, today: date | None = None) -> Iterator[Problem]:
    """`today`: visits after it are errors; None: the machine's date."""
    today = today or date.today()
    for patient in study.patients:
        yield from _impossible_dates(patient, today)
        yield from _before_treatment_only(patient)
        yield from _doses_against_day_zero(study, patient)
    yield from _baselines(study)


def course_problems(study: Study) -> Iterator[Problem]:
    """For a study whose protocol has an expected course: patients whom it can't be laid over."""
    visited = [patient for patient in study.patients if patient.visits]
    lacking = [patient.code for patient in visited if patient.day_zero != TREATMENT_START]
    if not lacking:
        return
    who = "no patient" if len(lacking) == len(visited) else f"{len(lacking)} of {len(visited)} patients"
    what = "has a treatment start" if len(lacking) == len(visited) else "have no treatment start"
    yield warning(
        some(lacking),
        f"{who} {what}, but protocol {study.protocol!r} has an expected course: for them days count from the "
        "first visit and inflammation is not assessable. Give the starts in study.toml under "
        '[treatment_start], or, for a treatment without expected course, protocol = "response-only"',
    )


def _impossible_dates(patient: Patient, today: date) -> Iterator[Problem]:
    died = patient.attributes.get("death_date")
    for visit in patient.visits:
        where = f"{patient.code}, visit {visit.label}"
        if visit.date is None:
            continue
        if visit.date > today:
            yield error(where, f"{visit.date} lies in the future (today is {today}); correct the date")
        elif visit.date.year < _EARLIEST_YEAR:
            yield error(where, f"{visit.date} lies before {_EARLIEST_YEAR}; correct the date")
        if died is not None and visit.date > date.fromisoformat(died):
            yield error(where, f"{visit.date} lies after the death date {died} in patients.csv; correct one")


def _before_treatment_only(patient: Patient) -> Iterator[Problem]:
    if patient.day_zero != TREATMENT_START or not patient.visits or patient.visits[-1].study_day >= 0:
        return
    start = f" {patient.treatment_start}" if patient.treatment_start else ""
    last = patient.visits[-1]
    if len(patient.visits) == 1:
        yield warning(
            patient.code,
            f"the only visit, {last.label}, lies before the treatment start{start}: nothing to follow",
        )
    else:
        yield error(
            patient.code,
            f"all {len(patient.visits)} visits lie before the treatment start{start} (the last is day "
            f"{last.study_day}); correct the treatment start or the visits",
        )


def _doses_against_day_zero(study: Study, patient: Patient) -> Iterator[Problem]:
    doses = sorted((d for d in study.doses if d.patient == patient.code), key=lambda dose: dose.start_day)
    if not doses:
        return
    first = doses[0]
    if patient.day_zero != TREATMENT_START:
        yield warning(
            patient.code,
            f"doses.csv has a first dose ({first.agent}) on day {first.start_day} from the first visit, but "
            "no treatment start is given; day 0 should be the first treatment: give it in study.toml under "
            "[treatment_start]",
        )
    elif first.start_day < 0:
        yield warning(
            patient.code,
            f"doses.csv has a dose of {first.agent} on day {first.start_day}, before day 0, which is the "
            "first treatment; correct one of them unless that was an earlier treatment",
        )


def _baselines(study: Study) -> Iterator[Problem]:
    """No visit up to the first treatment: an error where most treated patients have none, else warnings."""
    firsts = {
        patient.code: first
        for patient in study.patients
        if patient.visits and (first := _first_treatment(study, patient)) is not None
    }
    late = [p for p in study.patients if p.code in firsts and p.visits[0].study_day > firsts[p.code]]
    severity: Severity = "error" if 2 * len(late) > len(firsts) else "warning"
    for patient in late:
        yield Problem(
            severity,
            patient.code,
            f"no valid baseline: the first photo (visit {patient.visits[0].label}) is "
            f"{patient.visits[0].study_day - firsts[patient.code]} days after the first treatment, so change "
            "can only be given from the first visit; correct the treatment start if it is wrong",
        )
    for patient in study.patients:
        if patient.code not in firsts or patient in late or patient.visits[-1].study_day < 0:
            continue
        baseline = max(v.study_day for v in patient.visits if v.study_day <= firsts[patient.code])
        age = firsts[patient.code] - baseline
        if age > BASELINE_MAX_AGE_DAYS:
            yield warning(
                patient.code,
                f"the last photo before the first treatment is {age} days older than it (RECIST 1.1: at most "
                f"{BASELINE_MAX_AGE_DAYS}); correct the date if it is wrong",
            )


def _first_treatment(study: Study, patient: Patient) -> int | None:
    """Study day; day 0 where that is the treatment start, else the first recorded dose."""
    if patient.day_zero == TREATMENT_START:
        return 0
    return min((dose.start_day for dose in study.doses if dose.patient == patient.code), default=None)
