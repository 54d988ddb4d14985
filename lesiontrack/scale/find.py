"""px/mm of a photo: from a printed ruler where there is one, else as stated; and the reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lesiontrack.photo import Photo
from lesiontrack.scale.model import Scale
from lesiontrack.scale.reading import Reading, read_ruler
from lesiontrack.scale.ruler import find_rulers, working_grey
from lesiontrack.scale.strip import build_pyramid

STATED_SD = 0.02
"""Relative standard deviation of a stated px/mm, unless told."""
AGREEMENT = 0.10
"""Two scales of one photo may differ by this much (perspective); more is a contradiction."""
_LARGE_PX = 4_000_000
"""Above this many pixels the full resolution is searched only when the half found nothing."""
_SMALLEST_LEVEL_PX = 120


def find_scale(photo: Photo, stated_px_per_mm: float | None = None) -> Scale | None:
    """Scale of a photo, or None where no scale can be given with confidence.

    Args:
        photo: decoded photo.
        stated_px_per_mm: px/mm that the user states; used when no ruler is read.

    Raises:
        ValueError: a stated value that is not a positive finite number.
    """
    return explain_scale(photo, stated_px_per_mm)[0]


def explain_scale(photo: Photo, stated_px_per_mm: float | None = None) -> tuple[Scale | None, str]:
    """As find_scale, with what the scale rests on, or why there is none, in plain words."""
    if stated_px_per_mm is not None and not (np.isfinite(stated_px_per_mm) and stated_px_per_mm > 0):
        raise ValueError(
            f"stated px_per_mm {stated_px_per_mm} must be a positive number; leave it empty when unknown"
        )
    readings, refused = _read_rulers(photo)
    if not readings:
        return _stated(photo, stated_px_per_mm, refused)
    best = readings[0]
    for other in readings[1:]:
        ratio = other.scale.px_per_mm / best.scale.px_per_mm
        if abs(ratio - 1) > AGREEMENT:
            return None, (
                f"two rulers disagree: {best.scale.px_per_mm:.3g} and {other.scale.px_per_mm:.3g} px/mm"
            )
    if stated_px_per_mm is not None and abs(best.scale.px_per_mm / stated_px_per_mm - 1) > AGREEMENT:
        return None, (
            f"ruler reads {best.scale.px_per_mm:.3g} px/mm but {stated_px_per_mm:.3g} is stated; "
            f"they differ by more than {AGREEMENT:.0%}: correct or remove the stated value"
        )
    if best.scale.assumed_unit and stated_px_per_mm is not None:
        return replace(best.scale, assumed_unit=False), f"{best.words}; the stated px/mm agrees"
    if best.scale.assumed_unit and not all(other.scale.assumed_unit for other in readings):
        return replace(best.scale, assumed_unit=False), f"{best.words}; another row with long ticks agrees"
    return best.scale, best.words


def _read_rulers(photo: Photo) -> tuple[list[Reading], str]:
    """Readings of the rulers whose unit is known, most ticks first; and why others were not used."""
    pyramid = build_pyramid(working_grey(photo.pixels), smallest=_SMALLEST_LEVEL_PX)
    top = len(pyramid.levels)
    start = 1 if photo.width * photo.height > _LARGE_PX and top > 1 else 0
    rulers = find_rulers(pyramid, levels=range(start, top))
    if not rulers and start:
        rulers = find_rulers(pyramid, levels=range(start))
    usable = [r for r in rulers if r.unit.mm is not None]
    if rulers and not usable:
        return [], f"ruler not used: {rulers[0].unit.words}"
    middle = ((photo.width - 1) / 2, (photo.height - 1) / 2)
    return [read_ruler(r, middle) for r in usable], "no ruler found"


def _stated(photo: Photo, px_per_mm: float | None, refused: str) -> tuple[Scale | None, str]:
    if px_per_mm is None:
        return None, refused
    middle = ((photo.width - 1) / 2, (photo.height - 1) / 2)
    return Scale(px_per_mm, STATED_SD * px_per_mm, "stated", middle), f"stated px/mm; {refused}"
