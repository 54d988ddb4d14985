"""The values of tracking: visits and hints in, tracks with one sighting a visit out."""

from __future__ import annotations

from dataclasses import dataclass

from lesiontrack.measurement import Lesion
from lesiontrack.registration import PreparedPhoto, Registration

LESIONS_CSV = "lesions.csv"
STATUSES = (
    "present", "not_visible", "obscured", "removed", "out_of_frame", "new_candidate", "reappeared", "merged",
    "split",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class SiteVisit:
    """One visit of one site, as tracking sees it; visits come in time order.

    `registration` maps this visit's photo to the site's reference photo (registration.identity for the
    reference itself). A visit whose registration is not accepted is measured by itself: its lesions keep
    no identity unless the site has one lesion only, or lesions.csv names them.
    """

    visit: str
    study_day: float | None
    prepared: PreparedPhoto
    registration: Registration


@dataclass(frozen=True)
class Seed:
    """A point that a person put on a lesion, in one visit's photo (upright pixels).

    Attributes:
        visit: None: the point is in the reference photo.
        photo_sha256: the photo that it was put on; None: the one that stands for the visit.
        source: who or what says so, for the tables.
        sure: False: a place where the lesion was seen before. It names what is outlined there, and says
            nothing where nothing is.
    """

    lesion: str
    visit: str | None
    x: float
    y: float
    photo_sha256: str | None = None
    source: str = LESIONS_CSV
    sure: bool = True


@dataclass(frozen=True)
class Removal:
    """An event that took a lesion away by a person's hand (excision); lesion None: unknown which."""

    visit_day: float
    event: str
    lesion: str | None


@dataclass(frozen=True, eq=False)
class Sighting:
    """A track at one visit.

    Attributes:
        visit: label of the visit.
        status: one of STATUSES; "" where the photo can't say (not registered, or rotation open).
        lesion: the region in that visit's own photo; None unless something was seen.
        position: (x, y) where the lesion is, or would be, in that visit's own photo; None where unknown.
        evaluable, reason: whether sizes may be used, and if not, why, in plain words.
        merged_into: index of the track that it merged into.
        evidence: what the status rests on, in plain words.
    """

    visit: str
    status: str
    lesion: Lesion | None
    position: tuple[float, float] | None
    evaluable: bool
    reason: str = ""
    merged_into: int | None = None
    evidence: str = ""


@dataclass(frozen=True, eq=False)
class Track:
    """One lesion of the site.

    `reference_xy`: in the reference photo; `name`: as people call it, if they do; `also`: other names of it.
    """

    reference_xy: tuple[float, float] | None
    name: str | None
    sightings: tuple[Sighting, ...]
    also: tuple[str, ...] = ()
