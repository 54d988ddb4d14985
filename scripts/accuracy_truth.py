"""The truth of a rendered study: of each photo, and tables that a measurement without error gives."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
from scipy.ndimage import map_coordinates

from lesiontrack.arrays import AnyArray, Mask, Points
from lesiontrack.flags import find_flags
from lesiontrack.inflammation import assess, grade
from lesiontrack.phantom import MASK_BITS
from lesiontrack.protocol import Protocol, load_protocol
from lesiontrack.registration.geometry import apply_matrix
from lesiontrack.response import respond
from lesiontrack.study import read_study
from lesiontrack.tables import frame

THERE = ("present", "new_candidate", "reappeared", "split")
"""Statuses of a lesion that is in view with an outline of its own."""
_MEASURABLE = (*THERE, "not_visible")
_LIGHT_DEG = 60.0  # an ITA at which redness is graded: the truth knows the redness of every skin


@dataclass(frozen=True, eq=False)
class PhotoTruth:
    """One photo, from its truth file and mask; `baseline_delta_a` is that of the site's first photo."""

    photo: str
    patient: str
    site: str
    visit: str
    day: int
    tone: str
    delta_a: float | None
    baseline_delta_a: float | None
    document: dict[str, Any]
    masks: Path
    lesions: Sequence[dict[str, Any]]

    @property
    def shape(self) -> tuple[int, int]:
        return self.document["height"], self.document["width"]

    @cached_property
    def bits(self) -> AnyArray:
        return np.asarray(cv2.imread(str(self.masks), cv2.IMREAD_UNCHANGED))

    def mask(self, name: str) -> Mask:
        return np.asarray(self.bits & MASK_BITS[name], bool)

    def to_site(self, points: Points) -> Points:
        """(N, 2) pixels → site mm, along the skin; NaN beside a round limb."""
        if "site_mm" not in self.document:
            return apply_matrix(np.array(self.document["pixels_to_site_mm"], float), points)
        step, columns = self.document["site_mm_every_px"], self.document["site_mm_columns"]
        grid = np.array([[np.nan, np.nan] if at is None else at for at in self.document["site_mm"]], float)
        grid = grid.reshape(-1, columns, 2)
        at = points[:, ::-1].T / step
        return np.stack(
            [map_coordinates(grid[..., axis], at, order=1, cval=np.nan) for axis in (0, 1)], axis=1
        )

    def px_per_mm(self, points: Points) -> AnyArray:
        """(N,) at (N, 2) pixels: the root of the area ratio."""
        half = 4.0
        right, down = (
            self.to_site(points + np.array(step)) - self.to_site(points - np.array(step))
            for step in ((half, 0.0), (0.0, half))
        )
        area = np.abs(right[:, 0] * down[:, 1] - right[:, 1] * down[:, 0])
        return np.asarray(2 * half / np.sqrt(area))

    @cached_property
    def ticks(self) -> Points:
        """(N, 2) millimetre ticks of the ruler that are in the frame and not covered."""
        ticks = np.array(self.document["ruler_ticks_px"], float).reshape(-1, 2)
        height, width = self.shape
        inside = ((ticks >= 0) & (ticks <= [width - 1, height - 1])).all(axis=1)
        return ticks[inside]

    def reading_at(self, xy: tuple[float, float]) -> float:
        """px/mm that an exact reading gives near a point: along the ruler's ticks, where they are there."""
        if len(self.ticks) > 1:
            gaps = np.linalg.norm(np.diff(self.ticks, axis=0), axis=1)
            middles = (self.ticks[1:] + self.ticks[:-1]) / 2
            away = np.linalg.norm(middles - np.array(xy), axis=1)
            if away.min() < 5 * gaps.mean():
                return float(gaps[np.argsort(away)[:5]].mean())
        return float(self.px_per_mm(np.array([xy], float))[0])


@dataclass(frozen=True, eq=False)
class Truth:
    """`tables` are observations, flags, lesion_responses and visit_responses under the study's protocol."""

    photos: dict[str, PhotoTruth]
    tables: dict[str, pd.DataFrame]
    protocol: Protocol


def read_truth(study: Path) -> Truth:
    """Truth of a study that render_study wrote, with masks."""
    lesions = pd.read_csv(study / "_truth" / "lesions.csv", dtype={"merged_into": str, "lesion": str})
    spec = json.loads((study / "_truth" / "study.json").read_text(encoding="utf-8"))["spec"]
    tones = {(p["code"], s["site"]["name"]): s["site"]["skin"] for p in spec["patients"] for s in p["sites"]}
    photos: dict[str, PhotoTruth] = {}
    first: dict[tuple[str, str], float | None] = {}
    for path in sorted((study / "_truth").glob("*/*/*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        place = document["patient"], document["site"]
        delta_a = document["field_delta_a"]
        photos[document["photo"]] = PhotoTruth(
            photo=document["photo"],
            patient=document["patient"],
            site=document["site"],
            visit=document["visit"],
            day=document["study_day"],
            tone=tones[place],
            delta_a=delta_a,
            baseline_delta_a=first.setdefault(place, delta_a),
            document=document,
            masks=path.with_suffix(".png"),
            lesions=document["lesions"],
        )
    read = read_study(study)
    protocol = load_protocol(read.protocol, read.thresholds, folder=read.root)
    rows = [
        _observation(photos[row["photo"]], row, protocol)
        for row in lesions.astype(object).where(lesions.notna(), None).to_dict("records")
    ]
    return Truth(photos, derived_tables(frame("observations", rows), study, protocol), protocol)


def derived_tables(observations: pd.DataFrame, study: Path, protocol: Protocol) -> dict[str, pd.DataFrame]:
    """Flags and responses that follow from observations by the protocol's rules."""
    responses = respond(observations, read_study(study).patients, protocol)
    return {
        "observations": observations,
        "flags": frame("flags", find_flags(observations, protocol)),
        **{name: frame(name, responses[name]) for name in ("lesion_responses", "visit_responses")},
    }


def _observation(photo: PhotoTruth, row: dict[str, Any], protocol: Protocol) -> dict[str, Any]:
    evaluable = row["status"] in _MEASURABLE
    sizes = {}
    if evaluable:
        for name in ("area_mm2", "longest_diameter_mm", "ulcer_area_mm2"):
            sizes |= {name: row[name], f"{name}_sd": 0.0}
    redness = None
    if photo.delta_a is not None and photo.baseline_delta_a is not None and photo.day > 0:
        redness = photo.delta_a - photo.baseline_delta_a
    return {
        "patient": photo.patient,
        "site": photo.site,
        "lesion": row["lesion"],
        "visit": photo.visit,
        "study_day": photo.day,
        "day_zero": "treatment_start",
        "photo": photo.photo,
        "status": row["status"],
        "evaluable": evaluable,
        "merged_into": row["merged_into"],
        "review_status": "unreviewed",
        **sizes,
        **expected_of(redness, photo.day, protocol),
    }


def expected_of(redness: float | None, day: int, protocol: Protocol) -> dict[str, Any]:
    """Grade and word of an exact delta a* of the treated field."""
    band, phase = protocol.expected_at(day), protocol.phase_at(day)
    graded = grade(redness, 0.0, _LIGHT_DEG, protocol)
    word = assess(graded.value, graded.sd, band, phase, protocol=protocol, reason=graded.reason)
    return {
        "course": phase.course if phase else None,
        "field_delta_a": redness,
        "erythema_grade": graded.value,
        "expected_lower": band.lower if band else None,
        "expected_upper": band.upper if band else None,
        "inflammation": word.inflammation,
        "inflammation_probability": word.probability,
        "inflammation_note": word.note or None,
    }
