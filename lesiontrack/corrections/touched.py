"""Which rows of observations the corrections reach that change what is measured."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lesiontrack.corrections.effects import Found, OfPhoto
from lesiontrack.corrections.model import (
    Assignment,
    Landmarks,
    LesionPoint,
    MaskEdit,
    RegistrationJudgement,
    SameLesion,
)
from lesiontrack.corrections.store import Entry
from lesiontrack.corrections.words import CLASSES


@dataclass(frozen=True)
class Spot:
    """A row of observations and where its lesion is, or was looked for, in its photo.

    `xy` and `radius` in upright pixels of the photo; `xy` None where that isn't known. `out_of_frame`: it is
    known to lie beyond the photo.
    """

    patient: str
    site: str
    lesion: str
    visit: str
    photo_sha256: str
    xy: tuple[float, float] | None
    radius: float
    out_of_frame: bool = False


def words_for(spot: Spot, acting: Iterable[Entry], found: Found) -> tuple[str, ...]:
    """What readers changed in what this row was measured from, each with the reader's name.

    `acting`: corrections that have an effect on what was `found`. A mask counts where its window meets the
    lesion, and in a photo in which the lesion's place is not known: that may be so because of what was drawn.
    """
    told = ((entry.correction.by, _reaches(spot, entry, found)) for entry in acting)
    return tuple(dict.fromkeys(f"{by}: {what}" for by, what in told if what))


def _reaches(spot: Spot, entry: Entry, found: Found) -> str:
    value = entry.value
    match value:
        case Assignment() if not value.excluded and value.photo_sha256 == spot.photo_sha256:
            return "photo assigned"
        case MaskEdit() if value.photo_sha256 == spot.photo_sha256:
            drawn = ", ".join(CLASSES[name] for name in sorted(value.masks))
            if spot.xy is None and not spot.out_of_frame:
                return f"outlines drawn in the photo ({drawn})"
            return f"outlines drawn ({drawn})" if _meets(spot, value) else ""
        case Landmarks() if _is_of(spot, value, found):
            return "registered by points that a reader set"
        case RegistrationJudgement() if _is_of(spot, value, found):
            return "" if value.accepted else "registration rejected"
        case LesionPoint() if _is_of(spot, value, found):
            return "lesion placed" if found.lesion(value.patient, value.lesion) == spot.lesion else ""
        case SameLesion() if (value.patient, value.site) == (spot.patient, spot.site):
            here = found.lesion(value.patient, value.same_as) == spot.lesion
            photos = {place.photo_sha256 for place in value.places}
            return f"{value.lesion} is this lesion" if here and spot.photo_sha256 in photos else ""
    return ""


def _is_of(spot: Spot, value: OfPhoto, found: Found) -> bool:
    row = found.photo(value)
    return row is not None and (row["sha256"], row["visit"]) == (spot.photo_sha256, spot.visit)


def _meets(spot: Spot, value: MaskEdit) -> bool:
    if spot.xy is None:
        return False
    x, y = spot.xy
    dx = max(value.x - x, 0.0, x - (value.x + value.width))
    dy = max(value.y - y, 0.0, y - (value.y + value.height))
    return math.hypot(dx, dy) <= spot.radius


def joined(words: Sequence[str]) -> str | None:
    return "; ".join(words) or None
