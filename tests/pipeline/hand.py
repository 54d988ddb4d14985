"""Site records written by hand, and the observations that the cohort stage makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from lesiontrack.pipeline.cohort import observation_table
from lesiontrack.pipeline.record import SightingRecord, SiteRecord, TrackRecord, Value
from lesiontrack.protocol import load_protocol
from lesiontrack.study.model import Dose, Event, LesionSeed, Patient, PhotoEntry, Study, Visit

DAYS = (0, 28, 84)
IDS = {("PT1", "calf", 0): "L01", ("PT1", "calf", 1): "L02"}
GONE: dict[str, Value] = {
    "status": "not_visible",
    "evaluable": True,
    "area_mm2": 0.0,
    "longest_diameter_mm": 0.0,
}
PROTOCOL = load_protocol("il2-imiquimod-retinoid")


def digest(day: int) -> str:
    """Of the photo of that day."""
    return f"{day:064x}"


def seen(mm: float, **more: Value) -> dict[str, Value]:
    sizes: dict[str, Value] = {"area_mm2": mm**2, "longest_diameter_mm": mm, "longest_diameter_px": 9 * mm}
    return {"status": "present", "evaluable": True, "reason": None, **sizes, **more}


def track(*visits: dict[str, Value], name: str | None = None, days: Sequence[int] = DAYS) -> TrackRecord:
    return TrackRecord(
        name,
        tuple(
            SightingRecord(f"day{day:03d}", f"{day}.jpg", digest(day), measures, (9.0, 9.0), 5.0)
            for day, measures in zip(days, visits, strict=False)
        ),
    )


def study_of(*events: Event, doses: tuple[Dose, ...] = (), lesions: tuple[LesionSeed, ...] = ()) -> Study:
    visits = tuple(Visit(f"day{day:03d}", day) for day in (-28, *DAYS))
    photo = PhotoEntry(Path("0.jpg"), "0.jpg", "PT1", "day000", "calf")
    patient = Patient("PT1", "pt1", None, "treatment_start", visits, (photo,))
    return Study(Path("."), "", PROTOCOL.id, (patient,), events=events, doses=doses, lesions=lesions)


def record_of(*tracks: TrackRecord) -> SiteRecord:
    return SiteRecord("key", "PT1", "calf", "0.jpg", (), tracks, ())


def rows(study: Study, *tracks: TrackRecord) -> pd.DataFrame:
    ids = {key: lesion for key, lesion in IDS.items() if key[2] < len(tracks)}
    return observation_table(study, PROTOCOL, [record_of(*tracks)], ids)


def of(table: pd.DataFrame, lesion: str) -> pd.DataFrame:
    return table[table["lesion"] == lesion].set_index("study_day")
