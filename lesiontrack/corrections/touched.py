"""Which rows of observations the corrections reach that change what is measured."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lesiontrack.corrections.judged import Called
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
    photo: str
    xy: tuple[float, float] | None
    radius: float


def words_for(spot: Spot, acting: Iterable[Entry], names: Called) -> tuple[str, ...]:
    """What readers changed in what this row was measured from, each with the reader's name.

    `acting`: corrections that have an effect. A mask counts where its window meets the lesion.
    """
    found = ((entry.correction.by, _reaches(spot, entry, names)) for entry in acting)
    return tuple(dict.fromkeys(f"{by}: {what}" for by, what in found if what))


def _reaches(spot: Spot, entry: Entry, names: Called) -> str:
    value = entry.value
    match value:
        case Assignment() if not value.excluded and value.photo == spot.photo:
            return "photo assigned"
        case MaskEdit() if value.photo == spot.photo and _meets(spot, value):
            return f"outlines drawn ({', '.join(CLASSES[name] for name in sorted(value.masks))})"
        case RegistrationJudgement() | Landmarks():
            if (value.patient, value.site, value.visit) != (spot.patient, spot.site, spot.visit):
                return ""
            if isinstance(value, Landmarks):
                return "registered by points that a reader set"
            return "" if value.accepted else "registration rejected"
        case LesionPoint():
            there = (value.patient, value.site, value.visit) == (spot.patient, spot.site, spot.visit)
            return "lesion placed" if there and _id(value.patient, value.lesion, names) == spot.lesion else ""
        case SameLesion() if (value.patient, value.site) == (spot.patient, spot.site):
            joined = _id(value.patient, value.same_as, names) == spot.lesion
            visits = {place.visit for place in value.places}
            return f"joined with {value.lesion}" if joined and spot.visit in visits else ""
    return ""


def _id(patient: str, word: str, names: Called) -> str:
    return names.get((patient, word), word)


def _meets(spot: Spot, value: MaskEdit) -> bool:
    if spot.xy is None:
        return False
    x, y = spot.xy
    dx = max(value.x - x, 0.0, x - (value.x + value.width))
    dy = max(value.y - y, 0.0, y - (value.y + value.height))
    return math.hypot(dx, dy) <= spot.radius


def joined(words: Sequence[str]) -> str | None:
    return "; ".join(words) or None
