"""Which lesion readers meant: ids are given in a results folder, and a new one may number lesions anew.

Places in photos stay, so what was said goes with the lesion that now lies where the lesion was seen then.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from lesiontrack.corrections.model import (
    Evaluability,
    GoneJudgement,
    Grade,
    LesionName,
    NewLesionJudgement,
    Place,
    Signature,
    Withdrawal,
)
from lesiontrack.corrections.store import Corrections, Entry, with_states

LOST = "not found"
"""State of an entry that would hold, but whose lesion is not found: it is not in force."""

_LEAST_PX = 3.0  # as far as a lesion may be off its place however small it is; as lesion ids are kept

Judged = NewLesionJudgement | GoneJudgement | LesionName | Evaluability | Grade | Signature
Key = tuple[str, str, str]
Called = Mapping[tuple[str, str], str]


class Sighted(Protocol):
    """Where a lesion is, or was looked for, at one visit, in upright pixels of the photo."""

    @property
    def photo_sha256(self) -> str: ...

    @property
    def photo_xy(self) -> tuple[float, float] | None: ...

    @property
    def radius_px(self) -> float: ...


Lesions = Mapping[Key, Iterable[Sighted]]
"""(patient, site, lesion id) → its sightings in the results as they are now."""


@dataclass(frozen=True)
class Meant:
    """A store's corrections as they speak of the lesions of these results.

    Attributes:
        corrections: those of the store, each with the id that its lesion has now. An entry in force whose
            lesion is not found has the state LOST.
        lost: ids of all entries whose lesion is not found, whatever their state.
    """

    corrections: Corrections
    lost: frozenset[str] = field(default_factory=frozenset)


def as_meant(corrections: Corrections, lesions: Lesions, names: Called) -> Meant:
    """What was said, of the lesions that were meant. `names`: (patient, word) → lesion id.

    Which of two entries holds is told anew: two of one id may mean two lesions, and two of two ids one.
    """
    told = meant(corrections, lesions, names)
    if not told:
        return Meant(corrections)
    lost = frozenset(entry for entry, lesion in told.items() if lesion is None)
    entries = [_of(entry, told.get(entry.id)) for entry in corrections.entries]
    held = {entry.id: entry for entry in with_states([e for e in entries if e.id not in lost])}
    among = [e for e in entries if e.id in lost or isinstance(e.value, Withdrawal)]
    for entry in with_states(among):
        if entry.id in lost:
            held[entry.id] = replace(entry, state=LOST) if entry.state == "in force" else entry
    return Meant(replace(corrections, entries=tuple(held[entry.id] for entry in entries)), lost)


def meant(corrections: Corrections, lesions: Lesions, names: Called) -> dict[str, str | None]:
    """Entry id → the id that its lesion has now; None where no lesion lies at its places.

    Left out are entries of which the id holds: those without places, and those whose lesion lies there under
    the same id. Each place counts for the lesion nearest to it, if within that lesion's own radius in the
    same photo; the lesion with the most places was meant. Where several have as many, the one with the id
    that was said, else none: a guess would judge another lesion.
    """
    judged = [(entry.id, value) for entry in corrections.entries if (value := _judged(entry)) is not None]
    if not judged:
        return {}
    index = _index(lesions)
    found: dict[str, str | None] = {}
    for entry, value in judged:
        word = str(value.lesion)
        said = names.get((value.patient, word), word)
        now = _at(value, said, index)
        if now != said:
            found[entry] = now
    return found


_Here = tuple[str, str, tuple[float, float], float]  # site, lesion, place, reach
_Index = Mapping[tuple[str, str], list[_Here]]  # (patient, digest of a photo)


def _judged(entry: Entry) -> Judged | None:
    value = entry.value
    return value if isinstance(value, Judged) and value.lesion is not None and value.seen else None


def _index(lesions: Lesions) -> _Index:
    index: dict[tuple[str, str], list[_Here]] = {}
    for (patient, site, lesion), sightings in lesions.items():
        for seen in sightings:
            if seen.photo_xy is not None:
                here = (site, lesion, seen.photo_xy, max(seen.radius_px, _LEAST_PX))
                index.setdefault((patient, seen.photo_sha256), []).append(here)
    return index


def _at(value: Judged, said: str, index: _Index) -> str | None:
    site = value.site if isinstance(value, Evaluability | Grade | Signature) else None
    votes: Counter[str] = Counter()
    for place in value.seen:
        if lesion := _nearest(place, value.patient, site, said, index):
            votes[lesion] += 1
            if 2 * votes[said] >= len(value.seen):
                return said  # none can have more
    most = max(votes.values(), default=0)
    best = [lesion for lesion, count in votes.items() if count == most]
    if said in best:
        return said
    return best[0] if len(best) == 1 else None


def _nearest(place: Place, patient: str, site: str | None, said: str, index: _Index) -> str:
    best: tuple[float, bool, str] | None = None
    for where, lesion, xy, reach in index.get((patient, place.photo_sha256), ()):
        far = math.dist(xy, (place.x, place.y))
        if far <= reach and site in (None, where):
            best = min(best or (math.inf, True, ""), (far, lesion != said, lesion))
    return best[2] if best else ""


def _of(entry: Entry, lesion: str | None) -> Entry:
    if lesion is None:
        return entry
    value = entry.value.model_copy(update={"lesion": lesion})
    return replace(entry, correction=entry.correction.model_copy(update={"value": value}))


def not_found(entry: Entry) -> str:
    """Why an entry whose lesion is not found changes nothing."""
    word = getattr(entry.value, "lesion", None)
    return f"the lesion that was meant, then called {word}, is not found at its places"
