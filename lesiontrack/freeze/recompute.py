"""Everything that follows from the observations, computed again from a results folder's tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from lesiontrack.flags import find_flags
from lesiontrack.freeze.again import signed_again
from lesiontrack.freeze.cut import Days, cut_settings, cut_tables
from lesiontrack.freeze.inputs import Inputs, Tables, read_inputs
from lesiontrack.pipeline.answers import cohort_tables
from lesiontrack.pipeline.cohort import inflammation_columns, shrinkage_pct
from lesiontrack.protocol import Protocol
from lesiontrack.tables import TABLES, frame, records

NEEDED = (
    "patients", "photos", "acquisition", "observations", "doses", "events", "measurements", "grades",
    "reviews", "failures",
)  # fmt: skip


def recompute(
    tables: Tables, settings: Mapping[str, Any], protocol: Protocol, days: Days | None = None
) -> dict[str, pd.DataFrame]:
    """All tables again, up to each patient's last day of a cut where `days` is given.

    Args:
        tables: of a finished results folder, all of `lesiontrack.tables.TABLES`.
        settings: its settings.json: thresholds, visits, roles and organs from lesions.csv.
        protocol: as it was used, the study's thresholds included.
        days: patient → last study day, None for who is not in the study by then (`until.last_days`).

    Phase, course, expected band and inflammation of each observation, roles, flags, responses, rates and all
    analyses are read anew from what was recorded and seen up to the cut. A signature is void where that
    changes a value that was signed. Not read anew is what comes from the pictures: a photo's scale, its
    registration (to a reference photo that may be a later one), outlines, redness, the lesions' statuses and
    their ids, all as the whole run found them, and what readers said of a visit up to the cut, whenever they
    said it.

    Raises KeyError where one of the tables is missing.
    """
    cut = {name: tables[name] for name in NEEDED}
    if days is not None:
        cut = cut_tables(tables, settings, protocol, days)
        settings = cut_settings(settings, cut, days)
    inputs = read_inputs(cut, settings)
    told = settings.get("lesions", ())
    observations = _with_course(_as_told(cut["observations"], told), inputs, protocol)
    if days is not None:
        cut |= signed_again(cut, observations)
        observations = cut["observations"]
    made = cut | {"flags": frame("flags", find_flags(observations, protocol, inputs.doses))}
    made |= cohort_tables(
        observations, cut["photos"], inputs.patients, protocol,
        doses=inputs.doses, events=inputs.events, measurements=inputs.measurements, told=told,
    )  # fmt: skip
    return {name: made[name] for name in TABLES if name in made}


def differing(made: Tables, kept: Tables) -> list[str]:
    """Names of tables whose rows are not the same in both, missing ones included."""
    return [
        name
        for name in TABLES
        if (name in made or name in kept)
        and not (name in made and name in kept and made[name].equals(kept[name]))
    ]


def _as_told(observations: pd.DataFrame, told: Any) -> pd.DataFrame:
    """With the roles of lesions.csv only: the table's own are derived from the responses."""
    roles = {(row["patient"], row["site"], row["lesion"]): row["role"] for row in told}
    names = zip(observations["patient"], observations["site"], observations["lesion"], strict=True)
    given = pd.Series([roles.get(name) for name in names], dtype="string")
    return observations.reset_index(drop=True).assign(role=given)


def _with_course(observations: pd.DataFrame, inputs: Inputs, protocol: Protocol) -> pd.DataFrame:
    """Phase, band and inflammation under the doses that are left: a course's end may lie after the cut."""
    rows = records(observations)
    scheduled = {patient.code: patient.day_zero == "treatment_start" for patient in inputs.patients}
    earlier: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in rows:
        doses = tuple(dose for dose in inputs.doses if dose.patient == row["patient"])
        day, on_schedule = row["study_day"], scheduled[row["patient"]]
        phase = protocol.phase_at(day, doses) if on_schedule else None
        row |= {"phase": phase.phase if phase else None, "course": phase.course if phase else None}
        before = earlier.setdefault((row["patient"], row["site"], row["lesion"]), [])
        shrinkage = shrinkage_pct(before, day, row)
        row |= inflammation_columns(row, protocol, doses, day, on_schedule, shrinkage)
        before.append(row)
    return frame("observations", rows)
