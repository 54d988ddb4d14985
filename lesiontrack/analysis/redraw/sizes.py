"""Sizes of a patient's lesions, drawn anew within their standard deviations."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lesiontrack.response.series import MEASURABLE, LesionSeries, Look

SEED = 0
SIZE_COLUMNS = ("longest_diameter_mm", "area_mm2")
FINEST_DIGITS = 9
_BITS = 62

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SizeError:
    """Standard deviation of one size: of the outline, by lesion, and of the scale, common to the photo."""

    own: float
    of_photo: float
    photo: str


Errors = Mapping[tuple[str, str, str, str], SizeError]
"""(patient, lesion, visit, column of observations) → error, of the sizes that have a standard deviation."""


def read_errors(observations: pd.DataFrame, photos: pd.DataFrame | None) -> Errors:
    """Errors of all sizes that have one.

    The scale's error is px_per_mm_sd / px_per_mm of the photo, once for a diameter and twice for an area; the
    size's own error is what is left of its standard deviation (`measurement.in_millimetres` adds the two in
    square).
    """
    scale = _scale_errors(photos)
    names = ["patient", "lesion", "visit", "photo"]
    columns = [
        *names,
        "status",
        "evaluable",
        *(f"{name}{end}" for name in SIZE_COLUMNS for end in ("", "_sd")),
    ]
    table = observations.reindex(columns=columns).astype(object)
    found: dict[tuple[str, str, str, str], SizeError] = {}
    taken = set()
    for values in table.where(table.notna(), None).itertuples(index=False, name=None):
        row = dict(zip(columns, values, strict=True))
        look = row["patient"], row["lesion"], row["visit"]
        # A lesion seen from two sites has two rows a visit: the response tables take the first to measure.
        if look in taken or not row["evaluable"] or row["status"] not in MEASURABLE:
            continue
        taken.add(look)
        for power, name in enumerate(SIZE_COLUMNS, 1):
            size, sd = row[name], row[f"{name}_sd"]
            if not size or sd is None:
                continue
            photo = str(row["photo"] or f"{row['patient']}/{row['visit']}")
            common = min(power * scale.get(photo, 0.0) * float(size), float(sd))
            own = float(np.sqrt(float(sd) ** 2 - common**2))
            found[(*look, name)] = SizeError(own, common, photo)
    return found


def _scale_errors(photos: pd.DataFrame | None) -> dict[str, float]:
    if photos is None or photos.empty:
        return {}
    known = photos.dropna(subset=["px_per_mm", "px_per_mm_sd"])
    relative = known["px_per_mm_sd"].astype(float) / known["px_per_mm"].astype(float)
    return dict(zip(known["photo"].astype(str), relative.tolist(), strict=True))


@dataclass(frozen=True, eq=False)
class Drawn:
    """Sizes of one patient in whole numbers of `unit`; (draws,) by (lesion, visit), None as observed."""

    unit: Decimal
    sizes: Mapping[tuple[str, str], NDArray[np.int64] | None]
    fixed: frozenset[tuple[str, str]]
    """Measured sizes above 0 without a standard deviation: the same in all draws."""


def draw_sizes(
    patient: str,
    lesions: Sequence[LesionSeries],
    column: str,
    errors: Errors,
    *,
    draws: int,
    largest_factor: int,
) -> Drawn:
    """Every size of a patient, `draws` times.

    Args:
        column: one of SIZE_COLUMNS.
        largest_factor: what a rule multiplies sums by; it and the largest sum set the unit, at best 1e-9.

    A normal error is added to the recorded size: the scale's share is drawn once for a photo, the rest once
    for a lesion at a visit, the same for its diameter and its area. Sizes stay above 0, since a lesion that
    is there has a size; those that are 0 (not visible) stay 0, and what could not be measured stays so.
    Seeds are made of the patient, lesion, visit and photo: a value's draws do not depend on what else is in
    the study, nor on the protocol.
    """
    recorded = {
        (lesion.lesion, look.visit): _size(look, column) for lesion in lesions for look in lesion.looks
    }
    plain: dict[tuple[str, str], Floats] = {}
    fixed = set()
    of_photo: dict[str, Floats] = {}
    for (lesion, visit), size in recorded.items():
        if not size:
            continue
        error = errors.get((patient, lesion, visit, column))
        if error is None:
            fixed.add((lesion, visit))
            continue
        if error.photo not in of_photo:
            of_photo[error.photo] = _normal("photo", error.photo, draws=draws)
        shift = error.of_photo * of_photo[error.photo]
        shift += error.own * _normal("lesion", patient, lesion, visit, draws=draws)
        plain[lesion, visit] = shift
    digits = _digits(recorded, plain, largest_factor)
    unit = Decimal(1).scaleb(-digits)
    sizes: dict[tuple[str, str], NDArray[np.int64] | None] = {}
    for key, size in recorded.items():
        if size is None:
            sizes[key] = None
            continue
        whole = np.full(draws, int((size / unit).to_integral_value()), np.int64)
        if key in plain:
            whole += np.rint(plain[key] * 10.0**digits).astype(np.int64)
        sizes[key] = np.maximum(whole, 1) if size else whole
    return Drawn(unit, sizes, frozenset(fixed))


def _size(look: Look, column: str) -> Decimal | None:
    return look.longest_mm if column == "longest_diameter_mm" else look.area_mm2


@lru_cache(maxsize=2048)  # a patient's diameters and areas share their draws
def _normal(*named: str, draws: int) -> Floats:
    digest = hashlib.sha256("\0".join((str(SEED), *named)).encode("utf-8", "surrogatepass")).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big")).standard_normal(draws)


def _digits(
    recorded: Mapping[tuple[str, str], Decimal | None],
    shifts: Mapping[tuple[str, str], Floats],
    largest_factor: int,
) -> int:
    """Decimals of the unit: as many as the products of sums and thresholds leave room for, at most 9."""
    total = sum(float(size) for size in recorded.values() if size is not None)
    total += sum(float(np.abs(shift).max(initial=0)) for shift in shifts.values())
    room = np.log10(2.0) * _BITS - np.log10(max(total, 1.0)) - np.log10(max(largest_factor, 1))
    return max(0, min(FINEST_DIGITS, int(room)))
