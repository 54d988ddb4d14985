"""Redness of one region against another: CIELAB a*, green suppression, erythema index, typology angle."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, ceil, degrees, hypot, log10, sqrt

import numpy as np
from numpy.typing import NDArray

from lesiontrack.arrays import Mask
from lesiontrack.colour.cielab import linear_to_lab
from lesiontrack.colour.correction import ColourCorrection, no_correction
from lesiontrack.photo import Photo

_MAX_SAMPLES = 1_000_000  # more pixels than this are taken from an even grid
_BLOCKS = 36  # blocks a region is cut into for its noise
_MIN_BLOCK = 8  # px; JPEG's own block side, below which pixels are never independent
_DARKEST = 1e-4  # linear light; below the first 8-bit step, keeps logarithms finite


@dataclass(frozen=True)
class Erythema:
    """Redness of a region against a reference.

    Attributes:
        delta_a: mean CIELAB a* of the region minus that of the reference (D65, 2°).
        delta_a_sd: its standard deviation (spatial noise of both, plus the colour correction's residual).
        green_suppression: log10(G_ref / G_region), linear light (EQscore, PMC8049083).
        erythema_index: log10(R / G) of the region minus that of the reference, linear light.
        ita_deg: individual typology angle of the reference, degrees; None where b* <= 0.
    """

    delta_a: float
    delta_a_sd: float
    green_suppression: float
    erythema_index: float
    ita_deg: float | None


@dataclass(frozen=True)
class _Patch:
    """Means over one region."""

    linear: NDArray[np.float64]
    lab: NDArray[np.float64]
    a_sd: float


def erythema(photo: Photo, region: Mask, reference: Mask, colour: ColourCorrection | None = None) -> Erythema:
    """Redness of `region` against `reference`, both (H, W) bool on the same photo.

    A calibrated `colour` is applied first; an estimate ("constancy") is not, as it may take the skin itself
    for the light. Colour errors are shared by both regions, so they enter in proportion to the difference
    (see SHARED_ERROR).

    Raises ValueError for a mask of another shape than the photo, or an empty one.
    """
    colour = colour or no_correction("none was given")
    here, there = _patch(photo, region, "region", colour), _patch(photo, reference, "reference", colour)
    delta_a = float(here.lab[1] - there.lab[1])
    return _erythema(here, there, abs(delta_a) * SHARED_ERROR[colour.method])


def erythema_between(
    photo: Photo,
    region: Mask,
    colour: ColourCorrection,
    reference_photo: Photo,
    reference: Mask,
    reference_colour: ColourCorrection,
) -> Erythema:
    """Redness of `region` on one photo against `reference` on another; masks (H, W) bool of their own photos.

    The two photos' colour errors are taken as independent and enter in full (see ABSOLUTE_ERROR), so that
    only large changes stand out.

    Raises ValueError as erythema does.
    """
    here = _patch(photo, region, "region", colour)
    there = _patch(reference_photo, reference, "reference", reference_colour)
    return _erythema(here, there, hypot(_absolute_error(colour), _absolute_error(reference_colour)))


# Relative sd of an a* difference within one photo that colour leaves. Measured on red against skin-coloured
# patches of 13 card photos: 0.14 uncorrected, 0.11 by the card's white alone, 0.15 by a fit without these
# patches (scripts/benchmark_colour.py). Inference: without calibration also two thirds of a stop of exposure,
# 17 % of a*.
SHARED_ERROR = {"card": 0.15, "ruler_white": 0.15, "constancy": 0.23, "none": 0.23}
# sd of one photo's mean a* of skin that colour leaves, a* units. Measured, skin patches of the card photos:
# uncorrected 3.4, white alone 1.5, card 2.9 at a delta_e of 3.1. Measured, normal skin between visits of
# serial film scans, real change included: uncorrected 2.7, ruler white 3.9. So the larger one for ruler
# white; and inference for uncorrected photos, as a camera or a laboratory had balanced both sets.
ABSOLUTE_ERROR = {"card": 3.0, "ruler_white": 4.0, "constancy": 5.0, "none": 5.0}
_A_SD_PER_DELTA_E = 0.95


def _absolute_error(colour: ColourCorrection) -> float:
    if colour.delta_e is not None:
        return colour.delta_e * _A_SD_PER_DELTA_E
    return ABSOLUTE_ERROR[colour.method]


def _erythema(here: _Patch, there: _Patch, colour_sd: float) -> Erythema:
    red, green = (np.maximum(patch.linear, _DARKEST) for patch in (here, there))
    lightness, _, yellowness = (float(value) for value in there.lab)
    return Erythema(
        delta_a=float(here.lab[1] - there.lab[1]),
        delta_a_sd=sqrt(here.a_sd**2 + there.a_sd**2 + colour_sd**2),
        green_suppression=log10(green[1] / red[1]),
        erythema_index=log10(red[0] / red[1]) - log10(green[0] / green[1]),
        ita_deg=degrees(atan2(lightness - 50, yellowness)) if yellowness > 0 else None,
    )


def _patch(photo: Photo, mask: Mask, name: str, colour: ColourCorrection) -> _Patch:
    if mask.shape != photo.pixels.shape[:2]:
        raise ValueError(f"{name} mask is {mask.shape}; the photo is {photo.pixels.shape[:2]}")
    mask = mask.astype(bool, copy=False)
    count = int(np.count_nonzero(mask))
    if count == 0:
        raise ValueError(f"{name} mask is empty")
    step = ceil(sqrt(count / _MAX_SAMPLES))
    rows, columns = np.nonzero(mask[::step, ::step])
    if rows.size == 0:
        step = 1
        rows, columns = np.nonzero(mask)
    values = photo.pixels[::step, ::step][rows, columns]
    if not colour.calibrated:
        colour = no_correction("estimates are not applied")
    linear = colour.linear(values)
    lab = linear_to_lab(linear)
    return _Patch(
        linear.mean(axis=0, dtype=np.float64),
        lab.mean(axis=0, dtype=np.float64),
        _mean_sd(lab[:, 1], rows, columns),
    )


def _mean_sd(values: NDArray[np.float32], rows: NDArray[np.intp], columns: NDArray[np.intp]) -> float:
    """Standard deviation of the mean of spatially correlated values, from the scatter of block means.

    Neighbouring pixels share texture, shading and JPEG blocks, so sd / sqrt(pixels) would be far too small.
    A region of fewer than four blocks has the sd of its pixels.
    """
    side = max(_MIN_BLOCK, int(sqrt(values.size / _BLOCKS)))
    across = int(columns.max()) // side + 1
    block = rows // side * across + columns // side
    counts = np.bincount(block)
    sums = np.bincount(block, values.astype(np.float64))
    used = counts > 0
    if np.count_nonzero(used) < 4:
        return float(values.std(dtype=np.float64))
    counts, means = counts[used], sums[used] / counts[used]
    weights = counts / counts.sum()
    centre = weights @ means
    n = counts.size
    return float(sqrt((weights**2 @ (means - centre) ** 2) * n / (n - 1)))
