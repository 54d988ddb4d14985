"""Redness of each lesion's rim and of the treated field at one visit, against the best reference there is."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from lesiontrack.arrays import Mask
from lesiontrack.colour import ColourCorrection, Erythema, erythema, erythema_between
from lesiontrack.field import Field, bare_skin, rim, ring, treated_field
from lesiontrack.photo import Photo
from lesiontrack.registration import Registration
from lesiontrack.segmentation import Segmentation

MIN_REFERENCE_FRACTION = 0.01  # of the frame; smaller patches are dominated by pores and single hairs

BEYOND = "untreated skin beyond the margin, same photo"
BASELINE = "own registered baseline"
FIRST_PHOTO = "own first photo, registered"  # where nobody knows whether treatment had begun by then
PERILESIONAL = "skin around the lesion, same photo"
RING = "ring of treated skin, last resort, biased"
ITSELF = "this photo is the baseline"
NOTHING_BEFORE = "no photo before the treatment to compare with"


@dataclass(frozen=True, eq=False)
class View:
    """One visit's photo with what redness needs; `lesions` marks every lesion's place, visible or not."""

    photo: Photo
    colour: ColourCorrection
    segmentation: Segmentation
    lesions: Mask
    px_per_mm: float


@dataclass(frozen=True)
class Redness:
    """Values with the reference that they stand on; `reason` says why one is missing.

    `field` is only given against a reference that is not itself treated skin of the same visit.
    """

    reference: str
    lesions: tuple[Erythema | None, ...]
    field: Erythema | None
    field_fraction: float | None
    reason: str = ""


def measure_redness(
    view: View,
    masks: tuple[Mask | None, ...],
    *,
    margin_mm: float | None,
    baseline: View | None,
    registration: Registration | None,
    is_baseline: bool = False,
    baseline_name: str = BASELINE,
    no_baseline: str = NOTHING_BEFORE,
) -> Redness:
    """Redness at one visit.

    Args:
        view: the visit.
        masks: (H, W) per lesion, None where it can't be outlined.
        margin_mm: the protocol's treated margin; None: no skin is treated, so skin around a lesion
            is a reference.
        baseline: the site's visit before treatment; None where this is it, or where there is none.
        registration: this visit → the baseline photo.
        is_baseline: this visit is itself the one that later ones are compared with.
        baseline_name: what the reference is called when `baseline` is used.
        no_baseline: why there is no baseline, where this is not the baseline itself.
    """
    field = (
        treated_field(view.segmentation, view.lesions, view.px_per_mm, margin_mm)
        if margin_mm is not None and view.lesions.any()
        else None
    )
    fraction = field.fraction if field else None
    if field and _enough(field.beyond):
        return _within_photo(view, masks, field, field.beyond, BEYOND)
    if field and is_baseline:
        return Redness(
            ITSELF, tuple(None for _ in masks), None, fraction, "the baseline photo is the reference"
        )
    if field and baseline and registration and registration.aligns_skin:
        if view.colour.calibrated and baseline.colour.calibrated:
            return _against_baseline(view, masks, field, baseline, registration, baseline_name)
        reason = "colour is not calibrated at this visit and the baseline (no card, no ruler white)"
    elif field and baseline is None:
        reason = f"{no_baseline}, and no untreated skin is in frame"
    elif field:
        reason = "the photo is not aligned with the baseline, and no untreated skin is in frame"
    else:
        reason = "" if margin_mm is None else "no lesion's place is known"
    around = ring(view.segmentation, view.lesions, view.px_per_mm)
    if not _enough(around):
        return Redness(
            "", tuple(None for _ in masks), None, fraction, reason or "no skin around the lesion in frame"
        )
    result = _within_photo(view, masks, None, around, PERILESIONAL if margin_mm is None else RING)
    return Redness(result.reference, result.lesions, None, fraction, reason)


def _within_photo(
    view: View, masks: tuple[Mask | None, ...], field: Field | None, reference: Mask, name: str
) -> Redness:
    def against(region: Mask) -> Erythema | None:
        return erythema(view.photo, region, reference, view.colour) if region.any() else None

    values = tuple(None if mask is None else against(_with_rim(view, mask)) for mask in masks)
    return Redness(name, values, against(field.mask) if field else None, field.fraction if field else None)


def _against_baseline(
    view: View,
    masks: tuple[Mask | None, ...],
    field: Field,
    baseline: View,
    registration: Registration,
    name: str,
) -> Redness:
    bare_then = bare_skin(baseline.segmentation) & ~baseline.lesions

    def against(region: Mask) -> Erythema | None:
        then = _warp_mask(registration, region) & bare_then
        if not region.any() or not _enough(then):
            return None
        return erythema_between(view.photo, region, view.colour, baseline.photo, then, baseline.colour)

    seen_then = _unwarp_mask(registration, bare_then)
    values = tuple(None if mask is None else against(_with_rim(view, mask)) for mask in masks)
    measured = against(field.mask & seen_then)
    reason = "" if measured else "the treated field of this visit was not in frame at the baseline"
    method = view.colour.method if view.colour.method == baseline.colour.method else "card or ruler white"
    return Redness(f"{name} ({method.replace('_', ' ')})", values, measured, field.fraction, reason)


def _with_rim(view: View, lesion: Mask) -> Mask:
    hidden = view.segmentation.mask("obstruction") | view.segmentation.mask("ulcer")
    return (lesion & ~hidden) | rim(view.segmentation, lesion, view.px_per_mm)


def _enough(mask: Mask) -> bool:
    return bool(mask.mean() >= MIN_REFERENCE_FRACTION)


def _warp_mask(registration: Registration, mask: Mask) -> Mask:
    return np.asarray(registration.warp(mask.astype(np.uint8) * np.uint8(255)) > 127)


def _unwarp_mask(registration: Registration, mask: Mask) -> Mask:
    height, width = registration.moving_shape
    back = np.linalg.inv(registration.matrix)
    warped = cv2.warpPerspective(mask.astype(np.uint8) * 255, back, (width, height), flags=cv2.INTER_LINEAR)
    return np.asarray(warped > 127)
