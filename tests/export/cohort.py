"""A made-up cohort as a results folder holds it: observations drawn with a seed, then the real stages."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from lesiontrack.analysis.survival import survival_rows
from lesiontrack.analysis.time_to_event import time_to_event_rows
from lesiontrack.export.source import Source
from lesiontrack.flags import find_flags
from lesiontrack.inflammation import assess, grade
from lesiontrack.pipeline.cohort import with_roles
from lesiontrack.pipeline.recorded import recorded_tables
from lesiontrack.protocol import Protocol, load_protocol
from lesiontrack.response import respond
from lesiontrack.results import ResultsFolder, json_bytes
from lesiontrack.study.model import Dose, Event, Patient, PhotoEntry, Study, Visit
from lesiontrack.tables import frame

Row = dict[str, Any]
DAYS = (-3, 14, 28, 49, 70, 105, 135, 165, 195, 255, 315, 375)
SITES = ("left-calf", "right-forearm", "upper-back")
FINISHED = "2026-02-03T10:00:00+00:00"


def made_source(
    patients: int = 12, *, seed: int = 1, responding: float = 0.5, protocol: str = "il2-imiquimod-retinoid",
    prefix: str = "PT", photoless: int = 1, arms: Sequence[str] = ("IL-2 and topicals", "topicals"),
) -> Source:  # fmt: skip
    """A Source of so many patients, of whom about that share shrinks; the last `photoless` have no photos."""
    rules = load_protocol(protocol)
    draw = random.Random(seed)
    people, doses, events, rows = [], [], [], []
    for number in range(1, patients + 1):
        code = f"{prefix}{number:03d}"
        start = date(2024, 1, 8) + timedelta(days=5 * number)
        last = draw.choice(DAYS[4:])
        days = [day for day in DAYS if day <= last and (day <= 0 or draw.random() > 0.08)]
        told = {"enrolled": (start - timedelta(days=7)).isoformat()}
        told |= {"last_contact": (start + timedelta(days=last + 20)).isoformat()}
        if arms:
            told["arm"] = arms[number % len(arms)]
        if draw.random() < 0.15:
            told["death_date"] = told["last_contact"]
        visits = tuple(
            Visit((start + timedelta(days=d)).isoformat(), d, start + timedelta(days=d)) for d in days
        )
        shown = visits if number <= patients - photoless else ()
        photos = tuple(
            PhotoEntry(Path("p"), f"{code}/{visit.label}/{site}.jpg", code, visit.label, site)
            for visit in shown
            for site in SITES[: 1 + number % 3]
        )
        people.append(Patient(code, code, start, "treatment_start", shown, photos, told, start))
        doses += [Dose(code, "IL-2", day, amount=1.0, unit="mL") for day in range(0, 29, 7)]
        doses += [Dose(code, "imiquimod", 0, 49, frequency="nightly")]
        if draw.random() < 0.2:
            events.append(Event(code, min(last, 120), "systemic_therapy"))
        if shown:
            rows += _observations(people[-1], draw, rules, doses, draw.random() < responding)
    return _source(tuple(people), tuple(doses), tuple(events), rows, rules)


def _observations(
    patient: Patient, draw: random.Random, rules: Protocol, doses: Sequence[Dose], shrinks: bool
) -> list[Row]:
    rows: list[Row] = []
    own = tuple(dose for dose in doses if dose.patient == patient.code)
    sites = list(dict.fromkeys(photo.site for photo in patient.photos))
    for number in range(1, draw.randint(2, 6)):
        size, site = draw.uniform(7, 32), sites[number % len(sites)]
        pace = draw.uniform(-0.9, -0.2) if shrinks else draw.uniform(-0.1, 0.35)
        reaction = draw.gauss(0, 0.6)
        for visit in patient.visits:
            day = visit.study_day
            now = max(0.0, size * (1 + pace * max(0, day) / 120) * draw.uniform(0.94, 1.06))
            now = 0.0 if now < 1.5 else now
            status = (
                "obscured" if 20 < day < 50 and draw.random() < 0.25 else "present" if now else "not_visible"
            )
            seen = status != "obscured"
            band, phase = rules.expected_at(day, own), rules.phase_at(day, own)
            red = (
                max(0.0, (band.target if band else 0) * 3.6 + 2 * reaction + draw.gauss(0, 1.5))
                if day > 0
                else None
            )
            graded = grade(red, 0.8, 45.0, rules)
            word = assess(graded.value, graded.sd, band, phase, protocol=rules, field_fraction=0.2)
            rows.append(
                {
                    "patient": patient.code, "site": site, "lesion": f"L{number:02d}", "visit": visit.label,
                    "study_day": day, "day_zero": patient.day_zero, "phase": phase.phase if phase else None,
                    "course": phase.course if phase else None, "injected": number % 2 == 1 and day > 0,
                    "photo": f"{patient.code}/{visit.label}/{site}.jpg", "status": status, "evaluable": seen,
                    "reason": None if seen else "skin loss over its place",
                    "area_mm2": 0.7 * now * now if seen else None, "area_mm2_sd": now if seen else None,
                    "longest_diameter_mm": now if seen else None,
                    "longest_diameter_mm_sd": 0.6 if seen else None,
                    "ulcer_area_mm2": 0.0 if seen else 40.0, "ulcer_area_mm2_sd": 2.0,
                    "field_delta_a": red, "field_delta_a_sd": None if red is None else 0.8, "ita_deg": 45.0,
                    "erythema_grade": graded.value,
                    "scale_id": graded.scale_id if graded.value is not None else None,
                    "field_fraction": 0.2, "expected_lower": band.lower if band else None,
                    "expected_target": band.target if band else None,
                    "expected_upper": band.upper if band else None,
                    "envelope_id": band.envelope_id if band else None, "inflammation": word.inflammation,
                    "inflammation_probability": word.probability, "inflammation_note": word.note or None,
                    "review_status": "unreviewed", "protocol_id": rules.protocol_id,
                }
            )  # fmt: skip
    return rows


def _source(
    people: tuple[Patient, ...],
    doses: tuple[Dose, ...],
    events: tuple[Event, ...],
    rows: list[Row],
    rules: Protocol,
) -> Source:
    study = Study(Path("."), "Made-up cohort", rules.id, people, doses=doses, events=events)
    tables = recorded_tables(study, rules, {})
    observations = frame("observations", rows)
    found = respond(observations, people, rules, doses=doses)
    times = time_to_event_rows(found, people, events, rules)
    survival, curves = survival_rows(times, rules)
    found |= {"time_to_event": times, "survival": survival, "survival_curves": curves}
    tables |= {name: frame(name, some) for name, some in found.items()}
    tables["flags"] = frame("flags", find_flags(observations, rules, doses))
    tables["observations"] = with_roles(observations, tables["lesion_responses"])
    photos = [_photo(photo, person, rules) for person in people for photo in person.photos]
    tables["photos"] = frame("photos", photos)
    cameras = [{"photo": row["photo"], "modality": "clinical", "device": "Canon of Dr Who"} for row in photos]
    tables["acquisition"] = frame("acquisition", cameras)
    for name in ("failures", "measurements", "agreement", "lesion_rates", "refusals", "rate_differences"):
        tables[name] = frame(name, [])
    provenance = {
        "software": {"lesiontrack": "0.1.0", "python": "3.11.2", "numpy": "2.4.0"},
        "protocol": {"id": rules.id, "version": rules.version, "sha256": rules.hash},
        "study": {"title": study.title, "thresholds": {}},
        "options": {"protocol": None, "fresh": False, "through": "report"},
        "segmentation": {"id": "small-1-a64790a4", "sha256": "a64790a4" * 8},
        "photos": {row["photo"]: row["sha256"] for row in photos},
        "started": FINISHED.replace("10:00", "09:30"),
        "finished": FINISHED,
    }
    return Source(tables, rules, provenance, {"title": study.title, "thresholds": {}, "doses": []})


def _photo(photo: PhotoEntry, patient: Patient, rules: Protocol) -> Row:
    day = next(visit.study_day for visit in patient.visits if visit.label == photo.visit)
    number = int(hashlib.sha256(photo.relative.encode()).hexdigest(), 16)
    first = photo.visit == patient.visits[0].label
    return {
        "patient": photo.patient, "visit": photo.visit, "study_day": day, "day_zero": patient.day_zero,
        "site": photo.site, "view": photo.view, "modality": photo.modality, "photo": photo.relative,
        "sha256": hashlib.sha256(photo.relative.encode()).hexdigest(), "width": 1000, "height": 800,
        "px_per_mm": 12.0 if number % 7 else None, "scale_method": "ruler" if number % 7 else "none",
        "colour_method": "ruler_white", "segmentation_model": "small-1-a64790a4", "quality": "good",
        "registered": True, "registration_method": "identity" if first else "skin_texture",
        "reference_photo": f"{photo.patient}/{patient.visits[0].label}/{photo.site}.jpg",
        "notes": f"registration: by way of visit {photo.visit}", "protocol_id": rules.protocol_id,
    }  # fmt: skip


def write_results(source: Source, root: Path) -> Path:
    """The source as a results folder, as `lesiontrack run` leaves it."""
    folder = ResultsFolder(root)
    folder.prepare(root.parent / "study")
    for name, table in source.tables.items():
        folder.write_table(name, table)
    folder.write(folder.protocol.name, source.protocol.source)
    folder.write(folder.settings.name, json_bytes(source.settings))
    folder.write(folder.provenance.name, json_bytes(source.provenance))
    return root


def rows_of(table: pd.DataFrame) -> list[Row]:
    return table.astype(object).where(table.notna(), None).to_dict("records")
