"""Sources for the SDTM tests, and the datasets read back as a user would."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd

from lesiontrack.export.sdtm import files
from lesiontrack.export.source import Source
from lesiontrack.pipeline.cohort import with_roles
from lesiontrack.response import respond
from lesiontrack.tables import frame
from tests.export import adam_study

SCHEMA = Path(__file__).parents[1] / "data" / "dataset-json" / "dataset.schema.json"
VALID = jsonschema.Draft201909Validator(json.loads(SCHEMA.read_text("utf-8")))
Rows = list[dict[str, Any]]
Datasets = dict[str, Any]
"""Name → DataFrame."""

DOSES: Rows = [
    {"patient": "B", "agent": "IL-2", "kind": "injection", "start_day": 0, "lesion": "L01"}
    | {"amount": 0.5, "unit": "mL"},
    {"patient": "B", "agent": "imiquimod", "kind": "topical", "start_day": 0, "end_day": 49}
    | {"frequency": "nightly", "margin_mm": 100.0, "occlusion": "film", "course": 1},
    {"patient": "B", "agent": "imiquimod", "start_day": 60, "frequency": "Mon and Thu", "lesion": "toe"},
]
EVENTS: Rows = [
    {"patient": "B", "study_day": 58, "event": "biopsy", "lesion": "L01"},
    {"patient": "B", "study_day": 99, "event": "systemic_therapy"},
    {"patient": "B", "study_day": 100, "event": "radiotherapy", "lesion": "node in the groin"},
    {"patient": "B", "study_day": 30, "event": "holiday"},
]
MEASUREMENTS: Rows = [
    {"patient": "B", "study_day": 0, "lesion": "L01", "method": "caliper", "quantity": "diameter"}
    | {"value": 2.9, "unit": "cm", "compared_with": "longest_diameter_mm", "value_comparable": 29.0},
    {"patient": "B", "study_day": 0, "lesion": "node", "method": "CT", "quantity": "longest diameter"}
    | {"value": 14.0, "unit": "mm", "compared_with": "longest_diameter_mm", "value_comparable": 14.0},
    {"patient": "B", "study_day": 50, "lesion": "L01", "method": "ultrasound", "quantity": "thickness"}
    | {"value": 3.0, "unit": "mm", "note": "nothing to compare"},
]


def recorded_source(*, dated: bool = True, started: bool = True, **columns: Any) -> Source:
    """The lesions of the ADaM tests with real responses, doses, events and measurements.

    `columns` replace those of every observation.
    """
    people = adam_study.patients(adam_study.LESIONS, dated=dated, started=started)
    seen = adam_study.observations(adam_study.LESIONS, **columns)
    responses = respond(seen, people, adam_study.PROTOCOL)
    seen = with_roles(seen, frame("lesion_responses", responses["lesion_responses"]))
    return source_of(
        **responses,
        patients=[adam_study.recorded(one) for one in people],
        observations=seen.astype(object).where(seen.notna(), None).to_dict("records"),
        doses=DOSES,
        events=EVENTS,
        measurements=MEASUREMENTS,
    )


@cache
def whole_study() -> Source:
    """Made once: nothing changes it."""
    return recorded_source()


def with_tables(source: Source, **tables: Any) -> Source:
    made = {name: frame(name, rows) for name, rows in tables.items()}
    return replace(source, tables={**source.tables, **made})


def source_of(**tables: Any) -> Source:
    """A source of these tables alone."""
    told = {"finished": "2024-07-01T12:00:00+00:00"}
    return with_tables(Source({}, adam_study.PROTOCOL, told, {"title": "Try 1"}), **tables)


def look(day: int, **columns: Any) -> dict[str, Any]:
    """A row of observations: a target in place, 10 mm across, unless told otherwise."""
    return {
        "patient": "A",
        "site": "left-calf",
        "lesion": "L01",
        "visit": f"day{day:03d}",
        "study_day": day,
        "photo": f"A/day{day:03d}/left-calf.jpg",
        "role": "target",
        "status": "present",
        "evaluable": True,
        "longest_diameter_mm": 10.0,
        "area_mm2": 70.0,
        "review_status": "unreviewed",
        **columns,
    }


def unseen(day: int, status: str | None, reason: str, **columns: Any) -> dict[str, Any]:
    """A row of observations without sizes."""
    nothing = {"longest_diameter_mm": None, "area_mm2": None, "evaluable": False}
    return look(day, status=status, reason=reason, **nothing, **columns)


def read(source: Source) -> Datasets:
    """Dataset → its records, each document checked against the schema."""
    found: Datasets = {}
    for name, content in files(source).items():
        if name.endswith(".json"):
            document = json.loads(content)
            VALID.validate(document)
            names = [column["name"] for column in document["columns"]]
            found[document["name"]] = pd.DataFrame(document["rows"], columns=names)
    return found


def supplement(datasets: Datasets, domain: str, sequence: int, usubjid: str) -> dict[str, str]:
    """QNAM → QVAL of one record."""
    rows = datasets[f"SUPP{domain}"]
    mine = rows[(rows["USUBJID"] == usubjid) & (rows["IDVARVAL"] == str(sequence))]
    return dict(zip(mine["QNAM"], mine["QVAL"], strict=True))
