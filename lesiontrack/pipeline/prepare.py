"""One photo through the stages that need no other: read, scale, colour, segmentation, lesions, quality."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from lesiontrack.arrays import Mask
from lesiontrack.colour import ColourCorrection, correction_from_white, find_colour
from lesiontrack.corrections.masks import DrawnMask, with_drawn
from lesiontrack.errors import LesiontrackError, MissingExtraError
from lesiontrack.measurement import find_lesions
from lesiontrack.photo import Photo, read_photo
from lesiontrack.quality import Quality, assess_quality
from lesiontrack.registration import PreparedPhoto
from lesiontrack.scale import Scale, explain_scale
from lesiontrack.segmentation import Segmenter, segment
from lesiontrack.study.model import Failure, PhotoEntry

log = logging.getLogger(__name__)

RULER_STRIP_MM = 4.0  # printed rulers are white for at least this far around their ticks


@dataclass(frozen=True, eq=False)
class Prepared:
    """A photo of the site with all that was found on it alone."""

    entry: PhotoEntry
    photo: Photo
    found: PreparedPhoto
    colour: ColourCorrection
    quality: Quality
    notes: tuple[str, ...]


@dataclass(frozen=True)
class PassingFailure(Failure):
    """One that may not come again with the same photo: no file, no memory, a package that is missing."""


def prepare(
    entry: PhotoEntry,
    quality_thresholds: Mapping[str, Any],
    model: Segmenter | None = None,
    drawn: Sequence[DrawnMask] = (),
) -> Prepared | Failure:
    """A photo's findings, or the row of failures.csv that says why there are none.

    `model` as in segment; `drawn` are masks of readers, those of other photos among them, in time order.
    """
    stage = "read"
    try:
        photo = read_photo(entry.path)
        stage = "scale"
        scale, scale_note = explain_scale(photo, entry.px_per_mm)
        stage = "colour"
        colour = find_colour(photo)
        if not colour.calibrated and scale is not None and scale.support:
            white = correction_from_white(photo, _beside_ticks(photo, scale))
            colour = white if white.calibrated else colour
        stage = "segmentation"
        segmentation = segment(photo, model=model)
        segmentation = with_drawn(segmentation, [d for d in drawn if d.photo_sha256 == photo.sha256])
        stage = "measurement"
        lesions = tuple(find_lesions(segmentation, scale))
        stage = "quality"
        quality = assess_quality(photo, segmentation, scale, **quality_thresholds)
    except LesiontrackError as error:
        passing = isinstance(error, MissingExtraError) or isinstance(error.__cause__, OSError)
        return (PassingFailure if passing else Failure)(entry.relative, stage, str(error))
    except MemoryError:
        return PassingFailure(entry.relative, stage, "there was not enough memory; make the photo smaller")
    except Exception as error:
        log.exception("%s: stage %s", entry.relative, stage)
        reason = f"{type(error).__name__}: {error} (a defect; please report it)"
        return PassingFailure(entry.relative, stage, reason)
    log.info(
        "%s: %s, %s, %d lesions, quality %s",
        entry.relative,
        f"{scale.px_per_mm:.1f} px/mm ({scale.method})" if scale else "no scale",
        f"colour by {colour.method}",
        len(lesions),
        quality.verdict,
    )
    notes = (*photo.notes, f"scale: {scale_note}" if scale_note else "", *segmentation.notes)
    return Prepared(
        entry=entry,
        photo=photo,
        found=PreparedPhoto(photo, segmentation, scale, lesions),
        colour=colour,
        quality=quality,
        notes=tuple(note for note in notes if note),
    )


def _beside_ticks(photo: Photo, scale: Scale) -> Mask:
    """Where the ruler's white must be: within a few mm of its ticks."""
    mask = np.zeros(photo.pixels.shape[:2], np.uint8)
    points = np.round(np.asarray(scale.support)).astype(np.int32)
    width = max(3, round(2 * RULER_STRIP_MM * scale.px_per_mm))
    cv2.polylines(mask, [points.reshape(-1, 1, 2)], False, 1, thickness=width)
    return mask.astype(bool)
