"""The cohort: time to event, lesion-level rates, refusals, and agreement with other measurements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from lesiontrack.analysis.agreement import agreement_rows
from lesiontrack.analysis.comparison import comparison_rows
from lesiontrack.analysis.lesion_rates import lesion_rate_rows
from lesiontrack.analysis.redraw import with_redraws
from lesiontrack.analysis.refusals import refusal_rows
from lesiontrack.analysis.survival import survival_rows
from lesiontrack.analysis.time_to_event import time_to_event_rows
from lesiontrack.protocol import Protocol
from lesiontrack.response.rates import rate_difference_rows
from lesiontrack.study.model import Event, OutsideMeasurement, Patient, arms_of

Row = dict[str, Any]


def analyse(
    observations: pd.DataFrame,
    photos: pd.DataFrame,
    responses: Mapping[str, list[Row]],
    patients: Sequence[Patient],
    protocol: Protocol,
    *,
    events: Sequence[Event] = (),
    measurements: Sequence[OutsideMeasurement] = (),
    organs: Mapping[tuple[str, str], str] | None = None,
) -> dict[str, list[Row]]:
    """Rows of the tables after the responses, and of rates with the spread that the errors of sizes bring.

    Args:
        observations, photos: those tables.
        responses: rows by table, as `lesiontrack.response.respond` gives them.
        patients: every enrolled patient, photo-less ones included.
        events, measurements: as recorded, lesions by their ids.
        organs: as for `respond`.
    """
    arms, codes = arms_of(patients), [patient.code for patient in patients]
    lesions, visits, rates = (responses[name] for name in ("lesion_responses", "visit_responses", "rates"))
    compared = comparison_rows(measurements, observations, protocol)
    times = time_to_event_rows(responses, patients, events, protocol)
    survival, curves = survival_rows(times, protocol)
    return {
        "rates": with_redraws(
            rates, observations, photos, visits, patients, protocol, organs=organs, arms=arms
        ),
        "rate_differences": rate_difference_rows(rates, protocol),
        "time_to_event": times,
        "survival": survival,
        "survival_curves": curves,
        "lesion_rates": lesion_rate_rows(lesions, observations, rates, codes, protocol, arms=arms),
        "refusals": refusal_rows(observations, photos, visits, patients, protocol, arms=arms),
        "measurements": compared,
        "agreement": agreement_rows(compared, protocol),
    }
