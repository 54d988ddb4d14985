"""What readers said of a site's photos and lesions, as the values that registration and tracking work with.

A correction is bound to its photo by the digest of the file. One whose photo is no longer of the site says
nothing; one whose photo is now of another visit follows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from lesiontrack.corrections.masks import DrawnMask
from lesiontrack.corrections.model import (
    Landmarks,
    LesionPoint,
    MaskEdit,
    Place,
    RegistrationJudgement,
    SameLesion,
    Value,
)
from lesiontrack.corrections.store import Corrections, Entry
from lesiontrack.study.model import Landmark
from lesiontrack.tracking import Seed

A_READER = "a reader"

Visits = Mapping[str, tuple[str, ...]]
"""Digest of each photo of a site → the visits that it is of; a file may be there twice."""
Seen = Mapping[str, Mapping[str, tuple[float, float]]]
"""Lesion id → digest of a photo → where the lesion was seen in it."""

_Kind = TypeVar("_Kind", bound=Value)


@dataclass(frozen=True)
class Rejection:
    """A reader does not accept how one photo was laid into another one's frame.

    `before_landmarks`: a reader placed landmarks after it; it does not speak of a frame that rests on them.
    """

    visit: str
    photo_sha256: str
    reference_sha256: str
    before_landmarks: bool = False


def drawn_masks(corrections: Corrections, photos: Visits) -> tuple[DrawnMask, ...]:
    """What was drawn on these photos, in time order, whatever site they were of then."""
    return tuple(
        DrawnMask.of(value, entry.correction.by)
        for entry, value in _in_force(corrections, MaskEdit)
        if value.photo_sha256 in photos
    )


def joined_ids(corrections: Corrections, patient: str, site: str) -> dict[str, str]:
    """Id → the id that it is, to the end of the chain: of L05 is L03 and L03 is L01, both are L01."""
    joined: dict[str, str] = {}

    def root(lesion: str) -> str:
        while lesion in joined:
            lesion = joined[lesion]
        return lesion

    for _, value in _in_force(corrections, SameLesion):
        if (value.patient, value.site) == (patient, site):
            one, other = root(value.lesion), root(value.same_as)
            if one != other:  # else they are one already, as "L05 is L03, and L03 is L05"
                joined[one] = other
    return {lesion: root(lesion) for lesion in joined}


def lesion_seeds(
    corrections: Corrections, patient: str, site: str, photos: Visits, seen: Seen
) -> tuple[Seed, ...]:
    """Points of readers, the latest first, then the places by which lesions that they name are known.

    `seen`: where the lesions of earlier runs were seen; it stands in for points that do not say.
    """
    joined = joined_ids(corrections, patient, site)
    points: list[Seed] = []
    places: list[Seed] = []
    told: dict[tuple[str, str | None], datetime] = {}
    for entry, value in _in_force(corrections, LesionPoint):
        label = _visit(photos, value.photo_sha256, value.visit)
        if (value.patient, value.site) != (patient, site) or label is None:
            continue
        name = joined.get(value.lesion, value.lesion)
        points.append(Seed(name, label, value.x, value.y, value.photo_sha256, A_READER))
        told[name, label] = entry.correction.at
        before = [place for place in value.seen if place.photo_sha256 in photos]
        known = seen.get(value.lesion, {})
        before = before or [Place(visit="-", photo_sha256=p, x=x, y=y) for p, (x, y) in known.items()]
        places += _seen_first(name, before, photos)
    places = [seed for seed in places if (seed.lesion, seed.visit) not in told]
    for entry, same in _in_force(corrections, SameLesion):
        if (same.patient, same.site) == (patient, site):
            name = joined.get(same.same_as, same.same_as)
            both = _seen_at(name, (*same.same_as_places, *same.places), photos)
            # a later point on that photo says where the lesion is instead
            places += [
                seed
                for seed in both
                if told.get((name, seed.visit), entry.correction.at) <= entry.correction.at
            ]
    return (*reversed(points), *dict.fromkeys(places))


def landmarks(corrections: Corrections, patient: str, site: str, photos: Visits) -> tuple[Landmark, ...]:
    """Rows for both visits of each set of pairs; only where both photos are of the site."""
    rows: list[Landmark] = []
    for _, value in _landmarks(corrections, patient, site, photos):
        here = _visit(photos, value.photo_sha256, value.visit)
        there = _visit(photos, value.reference_sha256, value.reference_visit)
        if here is None or there is None or here == there:
            continue
        for number, pair in enumerate(value.pairs, start=1):
            name = f"{here}/{number}"
            rows.append(Landmark(patient, site, here, name, pair.x, pair.y, value.photo_sha256))
            rows.append(
                Landmark(
                    patient, site, there, name, pair.reference_x, pair.reference_y, value.reference_sha256
                )
            )
    return tuple(rows)


def rejections(corrections: Corrections, patient: str, site: str, photos: Visits) -> tuple[Rejection, ...]:
    """Registrations that a reader rejected, of photos that are of the site."""
    placed = {
        (value.photo_sha256, value.reference_sha256): entry.correction.at
        for entry, value in _landmarks(corrections, patient, site, photos)
    }
    found = []
    for entry, value in _in_force(corrections, RegistrationJudgement):
        pair = (value.photo_sha256, value.reference_sha256)
        if (value.patient, value.site) != (patient, site) or value.accepted:
            continue
        visit = _visit(photos, value.photo_sha256, value.visit)
        if visit is not None and value.reference_sha256 in photos:
            later = pair in placed and placed[pair] > entry.correction.at
            found.append(Rejection(visit, *pair, before_landmarks=later))
    return tuple(found)


def _landmarks(
    corrections: Corrections, patient: str, site: str, photos: Visits
) -> Iterator[tuple[Entry, Landmarks]]:
    for entry, value in _in_force(corrections, Landmarks):
        both = value.photo_sha256 in photos and value.reference_sha256 in photos
        if (value.patient, value.site) == (patient, site) and both:
            yield entry, value


def _in_force(corrections: Corrections, kind: type[_Kind]) -> Iterator[tuple[Entry, _Kind]]:
    for entry in corrections.in_force:
        if isinstance(entry.value, kind):
            yield entry, entry.value


def _visit(photos: Visits, digest: str, label: str) -> str | None:
    """The visit that a photo is of now; `label` where it is of several."""
    there = photos.get(digest, ())
    return label if label in there else next(iter(there), None)


def _seen_at(name: str, places: Iterable[Place], photos: Visits) -> list[Seed]:
    seeds = []
    for place in places:
        label = _visit(photos, place.photo_sha256, place.visit)
        if label is not None:
            seeds.append(Seed(name, label, place.x, place.y, place.photo_sha256, A_READER, sure=False))
    return seeds


def _seen_first(name: str, places: Iterable[Place], photos: Visits) -> list[Seed]:
    """Where it was seen at the earliest visit: later ones may be what the reader does not agree with."""
    seeds = _seen_at(name, places, photos)
    order = list(dict.fromkeys(visit for visits in photos.values() for visit in visits))
    return sorted(seeds, key=lambda seed: order.index(seed.visit or ""))[:1]
