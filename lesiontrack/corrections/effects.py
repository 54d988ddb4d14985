"""Which corrections in force act on results, and why others change nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lesiontrack.corrections.judged import Called
from lesiontrack.corrections.masks import refusal
from lesiontrack.corrections.meant import not_found
from lesiontrack.corrections.model import (
    Assignment,
    Evaluability,
    GoneJudgement,
    Grade,
    Landmarks,
    LesionName,
    LesionPoint,
    MaskEdit,
    NewLesionJudgement,
    RegistrationJudgement,
    SameLesion,
)
from lesiontrack.corrections.store import Entry

Row = Mapping[str, Any]
OfPhoto = RegistrationJudgement | Landmarks | LesionPoint

CHANGED = "the photo has changed since"
_GONE = "there is no such photo in the results"
_LEAST_PX = 3.0


@dataclass(frozen=True, eq=False)
class Found:
    """What the corrections meet: the results as they are without signatures.

    Attributes:
        photos, observations: rows of those tables.
        names: (patient, word) → lesion id; of a lesion that readers joined with another, the other's.
        days: (patient, visit) → study day.
        sites: (patient, site) of the study.
        effects: id of an assignment or a judgement → why it has no effect, empty where it has one.
        lost: ids of entries whose lesion is not found.
        lies: (patient, site, lesion, visit) → where the lesion lies in its photo, (x, y) and radius in px.
        points: the points of readers that are in force.
    """

    photos: Sequence[Row]
    observations: Sequence[Row]
    names: Called
    days: Mapping[tuple[str, str], int]
    sites: frozenset[tuple[str, str]] = frozenset()
    effects: Mapping[str, str] = field(default_factory=dict)
    lost: frozenset[str] = frozenset()
    lies: Mapping[tuple[str, str, str, str], tuple[tuple[float, float], float]] = field(default_factory=dict)
    points: Sequence[Entry] = ()

    @cached_property
    def by_photo(self) -> Mapping[str, Row]:
        return {str(row["photo"]): row for row in self.photos}

    @cached_property
    def by_digest(self) -> Mapping[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for row in self.photos:
            found.setdefault(row["sha256"], []).append(row)
        return found

    def photo(self, value: OfPhoto) -> Row | None:
        """The photo that is spoken of, where it is of the site; its visit may be another one now.

        A file that is there twice is the one of the visit that was named.
        """
        rows = self.by_digest.get(value.photo_sha256, [])
        rows = [row for row in rows if (row["patient"], row["site"]) == (value.patient, value.site)]
        named = (row for row in rows if row["visit"] == value.visit)
        return next(named, None) or next(iter(rows), None)

    def has_visit(self, patient: str, site: str, visit: str) -> bool:
        return any((r["patient"], r["site"], r["visit"]) == (patient, site, visit) for r in self.photos)

    @cached_property
    def seen(self) -> frozenset[tuple[str, str, str, str]]:
        return frozenset((r["patient"], r["site"], r["lesion"], r["visit"]) for r in self.observations)

    @cached_property
    def site_of(self) -> Mapping[tuple[str, str], str]:
        return {(patient, lesion): site for patient, site, lesion, _ in self.seen}

    @cached_property
    def lesions(self) -> frozenset[tuple[str, str]]:
        return frozenset((patient, lesion) for patient, _, lesion, _ in self.seen)

    def lesion(self, patient: str, word: str) -> str:
        """The id that stands for a word."""
        return self.names.get((patient, word), word)


def no_effect(entry: Entry, found: Found) -> str:
    """Why a correction in force changes nothing; empty where it acts. Signatures: `standing`."""
    if entry.id in found.lost:
        return not_found(entry)
    value = entry.value
    match value:
        case Assignment():
            return found.effects.get(entry.id, "it came after the study was read")
        case MaskEdit():
            for row in found.by_digest.get(value.photo_sha256, ()):
                return refusal(value, row["width"], row["height"])
            return CHANGED if value.photo in found.by_photo else _GONE
        case RegistrationJudgement() | Landmarks() | LesionPoint():
            return _at_visit(value, found)
        case SameLesion():
            return _same(value, found)
        case Grade():
            if (value.patient, value.site) not in found.sites:
                return f"{value.patient} has no site {value.site} in the study"
            return "" if (value.patient, value.visit) in found.days else _no_visit(value.patient, value.visit)
        case NewLesionJudgement() | GoneJudgement() | LesionName() | Evaluability():
            return found.effects.get(entry.id, _not_met(value, found))
    return ""


def _at_visit(value: OfPhoto, found: Found) -> str:
    """Those that hold for one photo of the site, and for the reference photo as it was then."""
    row = found.photo(value)
    if row is None:
        there = found.has_visit(value.patient, value.site, value.visit)
        return (
            CHANGED if there else f"there is no photo of {value.site} at visit {value.visit} in the results"
        )
    if isinstance(value, LesionPoint):
        name = (value.patient, value.site, found.lesion(value.patient, value.lesion), row["visit"])
        if name not in found.seen:
            return f"{value.lesion} has no row at visit {row['visit']}"
        return _outweighed(value, name, found)
    reference = found.by_photo.get(row["reference_photo"] or "")
    if reference is None:
        return "the photo has no registration in the results"
    if reference["sha256"] != value.reference_sha256:
        return "the site has another reference photo now"
    if isinstance(value, Landmarks):
        return "" if row["registration_method"] == "landmarks" else "the points don't fit together"
    if value.accepted:
        return "" if row["registered"] else "the registration that was accepted is not there any more"
    return "by points that a reader set, the photo is registered" if row["registered"] else ""


def _outweighed(value: LesionPoint, name: tuple[str, str, str, str], found: Found) -> str:
    """Whether what lies at the point went to another lesion, whose own point is there too."""
    at = value.x, value.y
    own = _distance(at, found.lies.get(name))
    if own <= max(found.lies[name][1] if name in found.lies else 0.0, _LEAST_PX):
        return ""
    for entry in found.points:
        other = entry.value
        assert isinstance(other, LesionPoint)
        patient, site, lesion, visit = name
        if (other.photo_sha256, other.patient, other.site) != (value.photo_sha256, patient, site):
            continue
        theirs = found.lesion(patient, other.lesion)
        if theirs != lesion:
            lies = found.lies.get((patient, site, theirs, visit))
            if lies is not None and max(math.dist(at, lies[0]), _distance((other.x, other.y), lies)) < own:
                return f"what is there is {theirs}, by a point of {entry.correction.by}"
    return ""


def _distance(at: tuple[float, float], lies: tuple[tuple[float, float], float] | None) -> float:
    return math.inf if lies is None else math.dist(at, lies[0])


def _same(value: SameLesion, found: Found) -> str:
    kept = found.lesion(value.patient, value.same_as)
    if (value.patient, kept) not in found.lesions:
        return _no_lesion(value.patient, value.same_as)
    apart = any((value.patient, value.site, value.lesion, at.visit) in found.seen for at in value.places)
    return f"{value.lesion} and {value.same_as} are still told apart" if apart else ""


def _not_met(value: NewLesionJudgement | GoneJudgement | LesionName | Evaluability, found: Found) -> str:
    word = value.lesion
    if word is not None and (value.patient, found.lesion(value.patient, word)) not in found.lesions:
        return _no_lesion(value.patient, word)
    if isinstance(value, Evaluability):
        return f"no lesion of {value.site} has a row at visit {value.visit}"
    return "it has nothing to act on"


def _no_lesion(patient: str, word: str) -> str:
    return f"there is no lesion {word} of {patient} in the results"


def _no_visit(patient: str, visit: str) -> str:
    return f"{patient} has no visit {visit}"
