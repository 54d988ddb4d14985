"""Scores of single photos: scale, registration, masks, redness. A row a photo."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from accuracy_seen import Found, Seen
from accuracy_truth import THERE, PhotoTruth, Truth

from lesiontrack.arrays import Mask

Row = dict[str, Any]

GRID_PX = 24  # points at which registration is checked
MIN_POINTS = 10  # of skin that both photos show
MIN_TICKS = 10  # fewer in the frame are no ruler to read
EMPTY_PX = 50  # a mask of less is empty
WRONG_SCALE = 0.05
WRONG_MM = 2.0  # a registration that is off by more at half of the points is a false acceptance
OPEN = {"lesion": "naevus", "ulcer": "crust", "obstruction": "hair"}
_BASELINE = "baseline"  # in erythema_reference: redness counts from the first photo's, not from 0


def photo_rows(truth: Truth, found: Found) -> list[Row]:
    """One row for every photo of the study, read or not."""
    observations = found.tables["observations"]
    rows = []
    for photo in truth.photos.values():
        row: Row = {
            "patient": photo.patient,
            "tone": photo.tone,
            "photo": photo.photo,
            "day": photo.day,
            "ruler": len(photo.ticks) >= MIN_TICKS,
        }
        seen = found.seen.get(photo.photo)
        row["read"] = seen is not None
        row["evaluable"] = seen is not None and seen.evaluable
        own = observations[
            (observations["patient"] == photo.patient) & (observations["visit"] == photo.visit)
        ]
        row |= _redness(photo, own)
        if seen is not None:
            row |= _scale(photo, seen)
            row |= _registration(photo, seen, truth)
            for name in seen.classes:
                row |= _overlap(photo, seen, name)
        rows.append(row)
    return rows


def _scale(photo: PhotoTruth, seen: Seen) -> Row:
    """Of a scale that was read; one that was given is nobody's merit."""
    scale = seen.scale
    if scale is not None and scale.method == "stated":
        return {}
    row: Row = {"scale_found": scale is not None}
    if scale is None:
        return row
    row["scale_error"] = scale.px_per_mm / photo.reading_at(scale.origin) - 1
    places = np.array([[one["x"], one["y"]] for one in photo.lesions if one["status"] in THERE], float)
    if len(places):
        exact = photo.px_per_mm(places)
        errors = np.array([scale.at((x, y)) for x, y in places]) / exact - 1
        errors = errors[np.isfinite(errors)]
        if len(errors):
            row["scale_at_lesions_error"] = float(errors[np.argmax(np.abs(errors))])
    return row


def _registration(photo: PhotoTruth, seen: Seen, truth: Truth) -> Row:
    """Error on the skin in mm, along the dense maps of both photos."""
    if seen.reference == seen.photo:
        return {"rung": "reference"}
    row: Row = {
        "rung": seen.method if seen.joined else "none",
        "joined": seen.joined,
        "aligned": seen.aligned,
    }
    if not seen.aligned:
        return row
    fixed = truth.photos[seen.reference]
    height, width = photo.shape
    x, y = np.meshgrid(np.arange(GRID_PX // 2, width, GRID_PX), np.arange(GRID_PX // 2, height, GRID_PX))
    points = np.column_stack([x.ravel(), y.ravel()]).astype(float)
    on_skin = _bare(photo)[points[:, 1].astype(int), points[:, 0].astype(int)]
    points = points[on_skin]
    mapped = seen.map_points(points)
    inside = ((mapped >= 0) & (mapped <= [fixed.shape[1] - 1, fixed.shape[0] - 1])).all(axis=1)
    off = np.linalg.norm(fixed.to_site(mapped[inside]) - photo.to_site(points[inside]), axis=1)
    off = off[np.isfinite(off)]
    if len(off) < MIN_POINTS:
        return row | {"off": True}  # it maps the skin beside the other photo
    middle, most = np.quantile(off, [0.5, 0.95])
    return row | {
        "registration_mm": float(middle),
        "registration_mm_95": float(most),
        "off": middle > WRONG_MM,
    }


def _bare(photo: PhotoTruth) -> Mask:
    return photo.mask("skin") & ~photo.mask("obstruction")


def _overlap(photo: PhotoTruth, seen: Seen, name: str) -> Row:
    """Dice; naevi under 3 mm, crusts and single hairs count neither for nor against what they are open to."""
    true, drawn = photo.mask(name), seen.mask(name)
    if name in OPEN:
        sure = ~photo.mask(OPEN[name])
        true, drawn = true & sure, drawn & sure
    if np.count_nonzero(true) < EMPTY_PX:
        return {f"marked_{name}": bool(np.count_nonzero(drawn) >= EMPTY_PX)}
    both = np.count_nonzero(true & drawn)
    return {f"dice_{name}": 2 * both / (np.count_nonzero(true) + np.count_nonzero(drawn))}


def _redness(photo: PhotoTruth, own: pd.DataFrame) -> Row:
    """Delta a* of the treated field: measured minus true; and the word against the expected course."""
    if photo.day <= 0 or photo.delta_a is None:
        return {}
    row: Row = {"redness_true": photo.delta_a, "redness_found": False}
    values = own["field_delta_a"].dropna()
    if len(values):
        references = own["erythema_reference"].dropna().tolist() if "erythema_reference" in own else []
        from_first = not references or _BASELINE in references[0]
        start = photo.baseline_delta_a if from_first and photo.baseline_delta_a is not None else 0.0
        row |= {"redness_found": True, "redness_error": float(values.iloc[0]) - (photo.delta_a - start)}
    return row
