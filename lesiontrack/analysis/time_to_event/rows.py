"""Rows of the table time_to_event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from lesiontrack.analysis.time_to_event.censoring import Missed
from lesiontrack.analysis.time_to_event.cohort import Cohort
from lesiontrack.analysis.time_to_event.endpoints import ENDPOINTS, Case, Span, durations
from lesiontrack.analysis.time_to_event.followup import FollowUp
from lesiontrack.analysis.time_to_event.responders import BestResponse, best_responses
from lesiontrack.protocol import Protocol
from lesiontrack.response.patients import CONFIRMATIONS, READINGS
from lesiontrack.response.rates import BASES
from lesiontrack.response.sets import ANALYSES
from lesiontrack.study.model import Event, Patient

Row = dict[str, Any]
HANDLINGS = ("new_therapy_censors", "treatment_policy")


def time_to_event_rows(
    responses: Mapping[str, Sequence[Row]],
    patients: Sequence[Patient],
    events: Sequence[Event],
    protocol: Protocol,
) -> list[Row]:
    """Rows of time_to_event: patient × endpoint × target set × visits × confirmation × basis × handling.

    Args:
        responses: rows of lesion_responses, visit_responses and best_responses, as
            `lesiontrack.response.respond` gives them.
        patients: every enrolled patient; those without photos are followed from their dates alone.
        events: as recorded, lesions by their ids.
        protocol: [response]: confirmation, `missed_visits` and `visit_interval_days`.

    Target sets without a row in visit_responses are left out. PFS does not depend on the confirmation and OS
    on none of these; they are repeated, so that one filter picks an analysis. A patient for whom an endpoint
    can't be given has a row with `evaluable` False and the reason.
    """
    cohort = Cohort(responses, patients, events, protocol)
    there = {row["analysis"] for row in responses["visit_responses"]}
    analyses = [*(name for name in ANALYSES if name in there), *sorted(there - set(ANALYSES))]
    rows: list[Row] = []
    for analysis, visits in product(analyses, READINGS):
        courses = {
            basis: cohort.courses(analysis, basis, window=visits == "assessment_window") for basis in BASES
        }
        for confirmation in CONFIRMATIONS:
            best = best_responses(
                [
                    row
                    for row in responses["best_responses"]
                    if (row["analysis"], row["visits"], row["confirmation"])
                    == (analysis, visits, confirmation)
                ],
                courses["automatic"],
                confirmation,
                protocol,
            )
            for basis, handling in product(BASES, HANDLINGS):
                common = {
                    "analysis": analysis,
                    "visits": visits,
                    "confirmation": confirmation,
                    "basis": basis,
                    "handling": handling,
                    "protocol_id": protocol.protocol_id,
                }
                rows += _rows(cohort, courses[basis], best, common)
    return rows


def _rows(
    cohort: Cohort, courses: Mapping[str, FollowUp], best: Mapping[str, BestResponse], common: Row
) -> list[Row]:
    rows = []
    for patient in cohort.patients:
        case = Case(
            started=patient.code in cohort.started,
            in_set=cohort.has_rows(patient.code, common["analysis"]),
            course=courses[patient.code],
            best=best[patient.code].on(common["basis"]),
            missed=Missed(cohort.gaps, patient.code, cohort.missed_visits),
            therapy_censors=common["handling"] == "new_therapy_censors",
            deaths_recorded=cohort.deaths_recorded,
            undated_death=courses[patient.code].death is None and "death_date" in patient.attributes,
            overall=cohort.overall[patient.code],
        )
        found = durations(case)
        for endpoint in ENDPOINTS:
            told = {"patient": patient.code, "arm": patient.attributes.get("arm"), "endpoint": endpoint}
            rows.append({**told, **common, **_columns(found[endpoint])})
    return rows


def _columns(answer: Span | str) -> Row:
    if isinstance(answer, str):
        return {"evaluable": False, "reason": answer}
    return {
        "evaluable": True,
        "start_day": answer.start,
        "end_day": answer.end.day,
        "duration_days": answer.end.day - answer.start + 1,
        "event": answer.end.event,
        "reason": answer.end.reason,
    }
