"""The cohort: time to event, lesion-level rates, refusals, and agreement with other measurements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from lesiontrack.protocol import Protocol
from lesiontrack.study.model import Dose, Event, OutsideMeasurement, Patient

Row = dict[str, Any]


def analyse(
    observations: pd.DataFrame,
    responses: Mapping[str, list[Row]],
    patients: Sequence[Patient],
    protocol: Protocol,
    *,
    doses: Sequence[Dose] = (),
    events: Sequence[Event] = (),
    measurements: Sequence[OutsideMeasurement] = (),
) -> dict[str, list[Row]]:
    """Rows of the tables that come after the responses.

    Args:
        observations: the observations table.
        responses: rows by table, as `lesiontrack.response.respond` gives them.
        patients: every enrolled patient, photo-less ones included.
        doses, events, measurements: as recorded, lesions by their ids.
    """
    return {
        name: []
        for name in (
            "measurements", "time_to_event", "survival", "survival_curves", "lesion_rates", "refusals",
            "agreement",
        )
    }  # fmt: skip
