"""Which rows of observations the corrections reach that change what is measured."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

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

    `xy` and `radius` in upright pixels of the photo; `xy` None where that isn't known.
    """

    patient: str
    site: str
    lesion: str
    visit: str
    photo_sha256: str
    xy: tuple[float, float] | None
    radius: float


def words_for(spot: Spot, acting: Iterable[Entry], called: Callable[[str, str], str]) -> tuple[str, ...]:
    """What readers changed in what this row was measured from, each with the reader's name.

    `acting`: corrections that have an effect; `called`: patient and a lesion's word → its id. A mask counts
    where its window meets the lesion.
    """
    found = ((entry.correction.by, _reaches(spot, entry, called)) for entry in acting)
    return tuple(dict.fromkeys(f"{by}: {what}" for by, what in found if what))


def _reaches(spot: Spot, entry: Entry, called: Callable[[str, str], str]) -> str:
    value = entry.value
    match value:
        case Assignment() if not value.excluded and value.photo_sha256 == spot.photo_sha256:
            return "photo assigned"
        case MaskEdit() if value.photo_sha256 == spot.photo_sha256 and _meets(spot, value):
            return f"outlines drawn ({', '.join(CLASSES[name] for name in sorted(value.masks))})"
        case Landmarks() if value.photo_sha256 == spot.photo_sha256:
            return "registered by points that a reader set"
        case RegistrationJudgement() if value.photo_sha256 == spot.photo_sha256:
            return "" if value.accepted else "registration rejected"
        case LesionPoint() if value.photo_sha256 == spot.photo_sha256:
            return "lesion placed" if called(value.patient, value.lesion) == spot.lesion else ""
        case SameLesion() if (value.patient, value.site) == (spot.patient, spot.site):
            here = called(value.patient, value.same_as) == spot.lesion
            photos = {place.photo_sha256 for place in value.places}
            return f"{value.lesion} is this lesion" if here and spot.photo_sha256 in photos else ""
    return ""


def _meets(spot: Spot, value: MaskEdit) -> bool:
    if spot.xy is None:
        return False
    x, y = spot.xy
    dx = max(value.x - x, 0.0, x - (value.x + value.width))
    dy = max(value.y - y, 0.0, y - (value.y + value.height))
    return math.hypot(dx, dy) <= spot.radius


def joined(words: Sequence[str]) -> str | None:
    return "; ".join(words) or None
