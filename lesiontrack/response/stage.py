"""The response stage: observations in, the four response tables out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from lesiontrack.protocol import Protocol
from lesiontrack.response.lesions import lesion_rows
from lesiontrack.response.patients import best_rows
from lesiontrack.response.rates import rate_rows
from lesiontrack.response.series import PatientSeries, read_series
from lesiontrack.response.sets import ANALYSES, ITRECIST, find_baseline, find_sets
from lesiontrack.response.visits import InWindow, visit_rows
from lesiontrack.study.model import Dose, Patient, arms_of


def respond(
    observations: pd.DataFrame,
    patients: Sequence[Patient],
    protocol: Protocol,
    *,
    doses: Sequence[Dose] = (),
    organs: Mapping[tuple[str, str], str] | None = None,
) -> dict[str, list[dict[str, Any]]]:
    """Rows of lesion_responses, visit_responses, best_responses and rates (columns: `lesiontrack.tables`).

    Args:
        observations: the observations table, typed or not. A `role` in it is a person's choice and is kept.
        patients: every enrolled patient, photo-less ones included: they are the denominator.
        protocol: its [response] section and assessment windows.
        doses: recorded doses of all patients; they set the windows where the protocol has phases.
        organs: (patient, lesion) → organ; "skin" where it names none.

    Rules: change counts from the last evaluable visit at day <= 0, else from the first evaluable one, marked
    so. Target sets are chosen there and locked. A lesion that is obscured, out of frame or removed, or that
    was photographed without a scale, is not evaluable: its sum is empty and the response NE, unless the sum
    of the others is PD already. Fragments of a split target are added to the sum, and where targets merged,
    the size of the merged outline stands for all of them, so that sum may meet PR or PD (RECIST 1.1, 4.3.2);
    where the observations leave open what belongs to the sum, it is empty. The response of a lesion by
    itself is NE where others merged into it or it split. Candidates for new lesions don't count until a
    reader has signed them, and then from where each was first seen on; what would follow if they were real
    stands beside. iRECIST reads the targets of `recist_2_per_organ`; the three sets of itRECIST are there
    where the observations tell which lesions were injected. Visit responses use all earlier visits for the
    nadir and for iUPD; best responses are read once in the protocol's assessment windows and once at all
    visits, with and without confirmation. Without a known treatment start no baseline is valid, and windows
    are unknown where the protocol has phases.

    Raises ValueError for an observation of a patient who is not among `patients`.
    """
    cohort = []
    lesions: list[dict[str, Any]] = []
    visits: list[dict[str, Any]] = []
    for series in read_series(observations, patients):
        baseline = find_baseline(series)
        sets = find_sets(series, baseline, protocol, organs or {})
        in_window = _window(series, protocol, doses)
        cohort.append((series, baseline, sets))
        lesions += lesion_rows(series, baseline, sets, protocol, in_window)
        visits += visit_rows(series, baseline, sets, protocol, in_window)
    best = best_rows(cohort, visits, lesions, protocol)
    rates = rate_rows(best, [patient.code for patient in patients], protocol, arms=arms_of(patients))
    there = {row["analysis"] for row in best} or set(ANALYSES) - set(ITRECIST)
    return {
        "lesion_responses": lesions,
        "visit_responses": visits,
        "best_responses": best,
        "rates": [row for row in rates if row["analysis"] in there],
    }


def _window(series: PatientSeries, protocol: Protocol, doses: Sequence[Dose]) -> InWindow:
    """Study day → whether responses are read on it; None where there are windows but no known day 0."""
    mine = tuple(dose for dose in doses if dose.patient == series.patient.code)

    def in_window(day: int) -> bool | None:
        if not protocol.has_phases:
            return True
        if not series.scheduled:
            return None
        phase = protocol.phase_at(day, mine)
        return phase is None or phase.in_assessment_window

    return in_window
