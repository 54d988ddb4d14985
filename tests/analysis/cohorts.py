"""Small made-up studies: observations, patients and what the response stage says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from lesiontrack.protocol import load_protocol
from lesiontrack.study.model import Patient, PhotoEntry, Visit
from lesiontrack.tables import frame

PROTOCOL = load_protocol("response-only")
Looks = Mapping[int, float | str]
"""Study day → longest diameter in mm, or a status that has none."""


def patient(code: str, days: Sequence[int], arm: str | None = None) -> Patient:
    visits = tuple(Visit(f"day{day:03d}", day) for day in days)
    photos = tuple(
        PhotoEntry(Path("p.jpg"), f"{code}/{v.label}/leg.jpg", code, v.label, "leg") for v in visits
    )
    return Patient(code, code, None, "treatment_start", visits, photos, {"arm": arm} if arm else {})


def patients(lesions: Mapping[tuple[str, str], Looks], *without_photos: str) -> list[Patient]:
    days: dict[str, set[int]] = {}
    for (code, _), looks in lesions.items():
        days.setdefault(code, set()).update(looks)
    return [patient(code, sorted(found)) for code, found in days.items()] + [
        patient(code, []) for code in without_photos
    ]


def observations(
    lesions: Mapping[tuple[str, str], Looks], *, relative_sd: float | None = None, **columns: Any
) -> pd.DataFrame:
    rows = []
    for (code, lesion), looks in lesions.items():
        for day, size in looks.items():
            visit = f"day{day:03d}"
            row: dict[str, Any] = {"patient": code, "lesion": lesion, "site": "leg", "visit": visit}
            row |= {"study_day": day, "photo": f"{code}/{visit}/leg.jpg", "review_status": "unreviewed"}
            if isinstance(size, str):
                row |= {"status": size, "evaluable": size == "not_visible"}
                if size == "not_visible":
                    row |= {"longest_diameter_mm": 0.0, "area_mm2": 0.0, "longest_diameter_px": 0.0}
            else:
                row |= {"status": "present", "evaluable": True, "longest_diameter_mm": size}
                row |= {"longest_diameter_px": 10 * size, "area_mm2": size * size}
                if relative_sd is not None:
                    row["longest_diameter_mm_sd"] = size * relative_sd
                    row["area_mm2_sd"] = 2 * size * size * relative_sd
            rows.append(row | columns)
    return frame("observations", rows)
