"""Observations → responses and the analysis of the cohort: what needs no picture and can be done again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from lesiontrack.analysis import analyse
from lesiontrack.pipeline.cohort import with_roles
from lesiontrack.protocol import Protocol
from lesiontrack.response import respond
from lesiontrack.study.model import Dose, Event, OutsideMeasurement, Patient
from lesiontrack.tables import frame


def cohort_tables(
    observations: pd.DataFrame,
    photos: pd.DataFrame,
    patients: Sequence[Patient],
    protocol: Protocol,
    *,
    doses: Sequence[Dose],
    events: Sequence[Event],
    measurements: Sequence[OutsideMeasurement],
    told: Iterable[Mapping[str, Any]],
) -> dict[str, pd.DataFrame]:
    """The tables of the response stage and of the analysis, and observations with everyone's role.

    Args:
        photos: the photos table.
        observations: with no role but those that lesions.csv gives.
        patients: every enrolled patient.
        doses, events, measurements: as recorded, lesions by their ids.
        told: patient, lesion (id) and organ, of `recorded.told_of_lesions`.
    """
    organs = {(row["patient"], row["lesion"]): row["organ"] for row in told if row["organ"]}
    responses = respond(observations, patients, protocol, doses=doses, organs=organs)
    further = analyse(
        observations, photos, responses, patients, protocol,
        events=events, measurements=measurements, organs=organs,
    )  # fmt: skip
    tables = {name: frame(name, rows) for name, rows in (responses | further).items()}
    return tables | {"observations": with_roles(observations, tables["lesion_responses"])}
