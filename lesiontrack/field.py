"""Geometry of redness: a lesion's rim, the treated field, and skin that can serve as a reference."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from lesiontrack.arrays import Mask
from lesiontrack.segmentation import Segmentation

RIM_MM = 10.0  # DESIGN: delta_a is read on the lesion plus its rim of 10 mm
RING_MM = 10.0  # width of the ring beyond the rim that is the last resort for a reference
_CANVAS = 256  # px on the long side: distances of cm need no more


@dataclass(frozen=True, eq=False)
class Field:
    """The treated field of one photo.

    Attributes:
        mask: (H, W) bool, skin within the margin of any lesion, minus lesion, ulcer and obstruction.
        fraction: 0..1, share of the field's full area (lesions grown by the margin) that is in frame.
        beyond: (H, W) bool, skin in frame outside the margin: untreated.
    """

    mask: Mask
    fraction: float
    beyond: Mask


def bare_skin(segmentation: Segmentation) -> Mask:
    """Skin that is neither lesion, ulcer nor hidden."""
    taken = segmentation.mask("lesion") | segmentation.mask("ulcer") | segmentation.mask("obstruction")
    return segmentation.mask("skin") & ~taken


def treated_field(segmentation: Segmentation, lesions: Mask, px_per_mm: float, margin_mm: float) -> Field:
    """Field around `lesions`, an (H, W) mask of every lesion's place, visible or not.

    Raises ValueError where the mask is empty: without a lesion's place there is no field.
    """
    if not lesions.any():
        raise ValueError("no lesion's place is known, so the treated field has no centre")
    margin_px = margin_mm * px_per_mm
    distance = _distance(lesions, margin_px)
    near = distance.inside <= margin_px
    skin = bare_skin(segmentation)
    whole = float((distance.canvas * distance.step <= margin_px).sum()) * distance.step**2
    return Field(
        mask=skin & near & ~lesions,
        fraction=min(1.0, float(near.sum()) / whole) if whole else 0.0,
        beyond=skin & ~near,
    )


def rim(segmentation: Segmentation, lesion: Mask, px_per_mm: float) -> Mask:
    """Bare skin within RIM_MM of one lesion's mask."""
    near = cv2.distanceTransform((~lesion).astype(np.uint8), cv2.DIST_L2, 5) <= RIM_MM * px_per_mm
    return bare_skin(segmentation) & near & ~lesion


def ring(segmentation: Segmentation, lesions: Mask, px_per_mm: float) -> Mask:
    """Bare skin from RIM_MM to RIM_MM + RING_MM from any lesion."""
    distance = cv2.distanceTransform((~lesions).astype(np.uint8), cv2.DIST_L2, 5) / px_per_mm
    return bare_skin(segmentation) & (distance > RIM_MM) & (distance <= RIM_MM + RING_MM)


@dataclass(frozen=True, eq=False)
class _Distance:
    inside: np.ndarray[tuple[int, ...], np.dtype[np.float32]]  # (H, W), px to the nearest lesion
    canvas: np.ndarray[
        tuple[int, ...], np.dtype[np.float32]
    ]  # the same with room for the margin, in canvas px
    step: float  # photo px per canvas px


def _distance(lesions: Mask, margin_px: float) -> _Distance:
    height, width = lesions.shape
    step = max(1.0, (max(height, width) + 2 * margin_px) / (2 * _CANVAS))
    size = (max(1, round(width / step)), max(1, round(height / step)))
    small = cv2.resize(lesions.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0
    pad = int(np.ceil(margin_px / step)) + 1
    canvas = cv2.distanceTransform(
        (~np.pad(small, pad)).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE
    ).astype(np.float32)
    core = canvas[pad : pad + size[1], pad : pad + size[0]] * np.float32(step)
    inside = cv2.resize(core, (width, height), interpolation=cv2.INTER_LINEAR)
    return _Distance(np.asarray(inside, np.float32), canvas, step)
