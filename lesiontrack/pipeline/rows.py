"""What a prepared photo says in photos.csv and acquisition.csv."""

from __future__ import annotations

import numpy as np

from lesiontrack.pipeline.prepare import Prepared
from lesiontrack.pipeline.record import Value, plain
from lesiontrack.registration import Registration
from lesiontrack.scale import Scale


def photo_row(
    p: Prepared, registration: Registration | None, reference: Prepared | None, *, note: str = ""
) -> dict[str, Value]:
    """The columns of photos.csv that one photo and its registration give."""
    scale = p.found.scale
    row: dict[str, object] = {
        "visit": p.entry.visit,
        "site": p.entry.site,
        "view": p.entry.view,
        "modality": p.entry.modality,
        "photo": p.entry.relative,
        "sha256": p.photo.sha256,
        "width": p.photo.width,
        "height": p.photo.height,
        "px_per_mm": scale.px_per_mm if scale else None,
        "px_per_mm_sd": scale.px_per_mm_sd if scale else None,
        "scale_method": _scale_method(scale),
        "colour_method": p.colour.method,
        "segmentation_model": p.found.segmentation.model,
        "quality": p.quality.verdict,
        "quality_advice": p.quality.advice,
    }
    notes = [*p.notes, note]
    if registration is not None and reference is not None:
        row |= {
            "registered": registration.accepted,
            "registration_method": registration.method,
            "registration_confidence": registration.confidence,
            "registration_error_mm": _error_mm(registration, reference),
            "reference_photo": reference.entry.relative,
        }
        notes += [f"registration: {text}" for text in (registration.reason, *registration.evidence) if text]
    row["notes"] = "; ".join(text for text in notes if text)
    return {name: plain(value) for name, value in row.items()}


def acquisition_row(p: Prepared) -> dict[str, Value]:
    row: dict[str, object] = {
        "photo": p.entry.relative,
        "modality": p.entry.modality,
        "device": p.entry.device,
        "relative_to_injection": p.entry.relative_to_injection,
        "scale_in_frame": p.found.scale is not None and p.found.scale.method != "stated",
        "colour_card_in_frame": p.colour.method == "card",
        "sharpness": p.quality.sharpness,
        "clipped_fraction": p.quality.clipped_fraction,
    }
    return {name: plain(value) for name, value in row.items()}


def _scale_method(scale: Scale | None) -> str:
    if scale is None:
        return "none"
    return f"{scale.method}_unit_assumed" if scale.assumed_unit else scale.method


def _error_mm(registration: Registration, reference: Prepared) -> float | None:
    scale = reference.found.scale
    if registration.error_px is None or scale is None or not np.isfinite(registration.error_px):
        return None
    return registration.error_px / scale.px_per_mm
