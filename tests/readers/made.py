"""A study with two blinded readers, and what of its results a comparison looks at."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lesiontrack.arrays import Mask
from lesiontrack.corrections import (
    Entry,
    Grade,
    LesionPoint,
    MaskEdit,
    Signature,
    Store,
    Value,
)
from lesiontrack.readers.drawings import encoded
from lesiontrack.results import MARKER, ResultsFolder, json_bytes
from lesiontrack.tables import frame

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
A, B = "Anna Berg", "Ben Carter"
SIDE = 200


def sha(number: int) -> str:
    return f"{number:064x}"


def say(study: Path, reader: str | None, *values: Value, first: int = 0, by: str = "") -> list[Entry]:
    """A minute apart, from `first` minutes on; into the main store where `reader` is None."""
    store = Store(study, blinded_reader=reader)
    return [
        store.add(value, by=by or reader or "Dr Third", at=START + timedelta(minutes=minute))
        for minute, value in enumerate(values, start=first)
    ]


def make_results(
    root: Path,
    *,
    patients: Sequence[str] = ("PT1", "PT2"),
    px_per_mm: float | None = 10.0,
    lesions: Mapping[tuple[str, str], tuple[float, float]] | None = None,
) -> Path:
    """A photo of each patient at visit v1, PT1 with digest 1; lesions (patient, id) at a place in it."""
    results = ResultsFolder(root)
    results.write(MARKER, json.dumps({"format": 1}).encode())
    results.write("provenance.json", b"{}")
    rows: list[dict[str, Any]] = [
        {
            "patient": patient, "visit": "day000", "site": "calf", "photo": f"{patient}/day000/calf.jpg",
            "sha256": sha(number), "width": SIDE, "height": SIDE, "px_per_mm": px_per_mm,
        }
        for number, patient in enumerate(patients, start=1)
    ]  # fmt: skip
    results.write_table("photos", frame("photos", rows))
    known = lesions if lesions is not None else {("PT1", "L01"): (60.0, 60.0)}
    seen = [
        {
            "patient": patient, "site": "calf", "lesion": lesion,
            "seen": {sha(patients.index(patient) + 1): list(place)},
        }
        for (patient, lesion), place in known.items()
    ]  # fmt: skip
    results.write("identities.json", json_bytes(seen))
    return root


def point(lesion: str, x: float, y: float, *, patient: str = "PT1", photo: int = 1) -> LesionPoint:
    return LesionPoint(
        patient=patient, site="calf", visit="day000", photo_sha256=sha(photo), lesion=lesion, x=x, y=y
    )


def grade(value: float, *, lesion: str = "L01", patient: str = "PT1", sign: str = "erythema") -> Grade:
    return Grade(
        patient=patient, site="calf", visit="day000", sign=sign, scale_id="CEA", grade=value, lesion=lesion
    )


def drawing(x: int, y: int, masks: Mapping[str, Mask], *, photo: int = 1, patient: str = "PT1") -> MaskEdit:
    """Masks of one shape, with the window's left top corner at x, y."""
    height, width = next(iter(masks.values())).shape
    return MaskEdit(
        patient=patient,
        site="calf",
        visit="day000",
        photo=f"{patient}/day000/calf.jpg",
        photo_sha256=sha(photo),
        x=x,
        y=y,
        width=width,
        height=height,
        masks={name: encoded(mask) for name, mask in masks.items()},
    )


def signature(lesion: str = "L01", *, patient: str = "PT1", **values: Any) -> Signature:
    told: dict[str, Any] = {"photo_sha256": sha(1), "status": "present", "evaluable": True, "area_mm2": 12.5}
    return Signature(patient=patient, site="calf", lesion=lesion, visit="day000", values={**told, **values})
