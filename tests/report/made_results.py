"""A results folder made by hand, without a run: records, pictures and tables by the package's own writers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from lesiontrack.pipeline.record import (
    PhotoRecord,
    Picture,
    Polygon,
    SightingRecord,
    SiteRecord,
    TrackRecord,
    dump,
)
from lesiontrack.protocol import load_protocol
from lesiontrack.results import MARKER, ResultsFolder, json_bytes
from lesiontrack.study.model import Dose, Failure
from lesiontrack.study.names import slug
from lesiontrack.tables import TABLES, frame

Row = dict[str, Any]
SIDE = 64
VISITS = {"2024-03-04": 0, "2024-03-18": 14, "2024-04-08": 35}
DEFAULT_PROTOCOL = "il2-imiquimod-retinoid"


@dataclass(frozen=True)
class Plan:
    """What the folder holds.

    `visits` maps labels to study days; `changes` replaces cells of observations by (lesion, visit), for every
    patient. `reviews` and `grades` are rows of these tables, `facts` what provenance.json holds.
    """

    title: str = "Made by hand"
    patients: Sequence[str] = ("PT001",)
    site: str = "left-calf"
    lesions: Sequence[str] = ("L01",)
    visits: Mapping[str, int] = field(default_factory=lambda: dict(VISITS))
    day_zero: str = "treatment_start"
    protocol: str = DEFAULT_PROTOCOL
    doses: Sequence[Dose] = ()
    failures: Sequence[Failure] = ()
    enrolled_without_photos: Sequence[str] = ()
    changes: Mapping[tuple[str, str], Row] | None = None
    reviews: Sequence[Row] = ()
    grades: Sequence[Row] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    text: str = "plain words"
    flagged: bool = True
    picture_side: int = SIDE


def make_results(root: Path, plan: Plan) -> ResultsFolder:
    results = ResultsFolder(root)
    results.write(MARKER, json.dumps({"format": 1}).encode())
    protocol = load_protocol(plan.protocol)
    results.write("protocol.toml", protocol.source)
    results.write(
        "settings.json",
        json_bytes({"title": plan.title, "thresholds": {}, "doses": [asdict(dose) for dose in plan.doses]}),
    )
    results.write("provenance.json", json_bytes(dict(plan.facts)))
    tables: dict[str, list[Row]] = {name: [] for name in TABLES}
    index = [_site(results, plan, patient, tables) for patient in plan.patients]
    results.write("sites/index.json", json_bytes(index))
    tables["rates"] = _rates()
    tables["reviews"], tables["grades"] = list(plan.reviews), list(plan.grades)
    tables["failures"] = [vars(failure) for failure in plan.failures]
    for patient in (*plan.patients, *plan.enrolled_without_photos):
        tables["best_responses"] += _best(plan, patient)
    for name, rows in tables.items():
        carries_id = any(column.name == "protocol_id" for column in TABLES[name])
        extra = {"protocol_id": protocol.protocol_id} if carries_id else {}
        results.write_table(name, frame(name, [extra | row for row in rows]))
    return results


def jpeg(side: int, seed: int = 0) -> bytes:
    noise = np.random.default_rng(seed).integers(0, 60, (side, side, 3), np.uint8)
    pixels = np.full((side, side, 3), (120, 140, 190), np.uint8) + noise
    cv2.circle(pixels, (side // 2, side // 2), side // 5, (40, 40, 90), -1)
    return cv2.imencode(".jpg", pixels)[1].tobytes()


def _site(results: ResultsFolder, plan: Plan, patient: str, tables: dict[str, list[Row]]) -> Row:
    folder = f"sites/{slug(patient)}/{slug(plan.site)}/0123456789abcdef"
    side = plan.picture_side
    picture = jpeg(side)
    square = ((0.3 * side, 0.3 * side), (0.7 * side, 0.3 * side), (0.5 * side, 0.7 * side))
    outlines: dict[str, tuple[Polygon, ...]] = {
        "lesion": (square,), "ulcer": (square,), "scale": (square[:2],)
    }  # fmt: skip
    photos = []
    for visit, day in plan.visits.items():
        row = _photo_row(plan, patient, visit, day)
        name = f"photo-{visit}.jpg"
        results.write(f"{folder}/{name}", picture)
        tables["photos"].append(row)
        overview = Picture(name, side, side, 4.0, False, outlines)
        photos.append(PhotoRecord(row["photo"], visit, {}, {}, overview))
    tracks = []
    for lesion in plan.lesions:
        sightings = []
        for visit, day in plan.visits.items():
            row = _observation(plan, patient, lesion, visit, day)
            tables["observations"].append(row)
            tables["lesion_responses"].append(_lesion_response(plan, row))
            name = f"crop-{visit}.jpg"
            results.write(f"{folder}/{name}", picture)
            placed = row["status"] is not None
            crop = Picture(name, side, side, 4.0, True, outlines) if placed else None
            centre = (side / 2, side / 2)
            sightings.append(SightingRecord(visit, row["photo"], "00", {}, centre, 9.0, centre, None, crop))
        tracks.append(TrackRecord(None, tuple(sightings)))
        if plan.flagged:
            tables["flags"].append(_flag(plan, tables["observations"][-1]))
    for analysis in ("recist_2_per_organ", "protocol_targets", "all_lesion_area"):
        tables["visit_responses"] += _visit_responses(plan, patient, analysis)
    failures = tuple(f for f in plan.failures if f.file.startswith(f"{patient}/"))
    record = SiteRecord("0" * 64, patient, plan.site, photos[0].photo, tuple(photos), tuple(tracks), failures)
    results.write(f"{folder}/site.json", dump(record))
    return {"patient": patient, "site": plan.site, "folder": folder, "lesions": list(plan.lesions)}


def review(lesion: str | None, visit: str, **cells: Any) -> Row:
    """A row of reviews: a signature in force by Dr Gray, unless the cells say something else."""
    return {
        "id": f"{visit}-{lesion}", "kind": "signature", "patient": "PT001", "site": "left-calf",
        "lesion": lesion, "visit": visit, "study_day": VISITS[visit], "what": "signed", "by": "Dr Gray",
        "at": "2024-06-01T10:00:00Z", "state": "in force", **cells,
    }  # fmt: skip


def _photo_row(plan: Plan, patient: str, visit: str, day: int) -> Row:
    return {
        "patient": patient, "visit": visit, "study_day": day, "day_zero": plan.day_zero, "site": plan.site,
        "view": 1, "modality": "clinical", "photo": f"{patient}/{visit}/{plan.site}.jpg", "sha256": "00",
        "width": 640, "height": 640, "px_per_mm": 10.0, "px_per_mm_sd": 0.1, "scale_method": "ruler",
        "colour_method": "none", "segmentation_model": "colour-edge-1", "quality": "good",
        "quality_advice": plan.text, "registered": True,
        "registration_method": "skin_texture", "registration_confidence": 0.9, "notes": plan.text,
    }  # fmt: skip


def _observation(plan: Plan, patient: str, lesion: str, visit: str, day: int) -> Row:
    diameter = 12.0 - 0.1 * day
    row: Row = {
        "patient": patient, "site": plan.site, "lesion": lesion, "visit": visit, "study_day": day,
        "day_zero": plan.day_zero, "photo": f"{patient}/{visit}/{plan.site}.jpg", "role": "target",
        "status": "present", "evaluable": True, "reason": plan.text,
        "longest_diameter_px": 10 * diameter, "longest_diameter_mm": diameter, "longest_diameter_mm_sd": 0.3,
        "perpendicular_diameter_mm": 6.0, "area_px": 6000.0, "area_mm2": 60.0, "area_mm2_sd": 3.0,
        "ulcer_area_px": 200.0, "ulcer_area_mm2": 2.0, "delta_a": 4.0, "delta_a_sd": 1.0,
        "erythema_reference": plan.text, "inflammation": "not_assessable", "inflammation_note": plan.text,
        "review_status": "unreviewed",
    }  # fmt: skip
    if plan.day_zero == "treatment_start" and plan.protocol == DEFAULT_PROTOCOL:
        row |= {
            "phase": "P1", "course": 1, "erythema_grade": 2.0, "scale_id": "delta-a-provisional",
            "expected_lower": 1.0, "expected_target": 2.5, "expected_upper": 3.5, "inflammation": "within",
            "inflammation_probability": 0.8,
        }  # fmt: skip
    return row | (plan.changes or {}).get((lesion, visit), {})


def _lesion_response(plan: Plan, row: Row) -> Row:
    first = next(iter(plan.visits))
    is_baseline = row["visit"] == first
    now = row["longest_diameter_mm"]
    return {
        **{name: row[name] for name in ("patient", "site", "lesion", "role", "visit", "study_day")},
        "in_assessment_window": True, "baseline_visit": first,
        "baseline_valid": plan.day_zero != "first_visit",
        "longest_diameter_mm": now, "baseline_longest_diameter_mm": 12.0,
        "change_from_baseline_pct": None if is_baseline or now is None else 100 * (now / 12.0 - 1),
        "response": None if is_baseline else "SD", "review_status": "unreviewed",
    }  # fmt: skip


def _flag(plan: Plan, row: Row) -> Row:
    return {
        **{name: row[name] for name in ("patient", "site", "lesion", "visit", "study_day")},
        "flag": "ulcer growing", "value": 31.0, "threshold": 30.0, "evidence": plan.text,
        "rule": "ulcer_growth",
    }  # fmt: skip


def _visit_responses(plan: Plan, patient: str, analysis: str) -> list[Row]:
    later = list(plan.visits.items())[1:]
    unit, size = ("mm2", 144.0) if analysis == "all_lesion_area" else ("mm", 12.0)
    return [
        {
            "patient": patient, "visit": visit, "study_day": day, "in_assessment_window": True,
            "analysis": analysis, "targets": ", ".join(plan.lesions), f"sum_{unit}": size - 0.1 * day,
            f"baseline_sum_{unit}": size, f"nadir_sum_{unit}": size, "target_response": "SD",
            "non_target_response": None, "new_lesion": "none", "response": "SD",
            "response_if_candidates_are_new": "SD", "review_status": "unreviewed",
        }
        for visit, day in later
    ]  # fmt: skip


def _best(plan: Plan, patient: str) -> list[Row]:
    missing = patient in plan.enrolled_without_photos
    return [
        {
            "patient": patient, "analysis": analysis, "visits": visits, "confirmation": confirmation,
            "response": "MISSING" if missing else "PR", "study_day": None if missing else 35, "signed": False,
            "note": plan.text,
        }
        for analysis in ("recist_2_per_organ", "protocol_targets", "all_lesion_area")
        for visits in ("assessment_window", "all_visits")
        for confirmation in ("confirmed", "unconfirmed")
    ]  # fmt: skip


def _rates() -> list[Row]:
    return [
        {
            "analysis": analysis, "visits": visits, "confirmation": confirmation, "basis": basis,
            "endpoint": endpoint, "numerator": 1, "denominator": 4, "rate": 0.25, "lower": 0.006,
            "upper": 0.806, "not_evaluable": 1, "worst_case": 0.25, "best_case": 0.5,
        }
        for analysis in ("recist_2_per_organ", "protocol_targets", "all_lesion_area")
        for visits in ("assessment_window", "all_visits")
        for confirmation in ("confirmed", "unconfirmed")
        for basis in ("automatic", "signed")
        for endpoint in ("ORR", "CR", "DCR")
    ]  # fmt: skip
