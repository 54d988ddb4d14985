"""A track while it is being followed."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from lesiontrack.measurement import Lesion
from lesiontrack.registration import Registration
from lesiontrack.tracking.assign import Spot
from lesiontrack.tracking.model import Sighting, SiteVisit, Track
from lesiontrack.tracking.place import contains

DEFAULT_RADIUS = 0.01  # of the reference frame's long side, for a lesion that only a person has seen


@dataclass(eq=False)
class Thread:
    """`spot` is the last known state in the reference frame; `absent` and `merged_into` describe now."""

    index: int
    spot: Spot
    reference_xy: tuple[float, float] | None
    name: str | None = None
    absent: bool = False
    merged_into: int | None = None
    removed: bool = False
    sightings: dict[str, Sighting] = field(default_factory=dict)
    last_lesion: Lesion | None = None
    last_visit: SiteVisit | None = None
    also: list[str] = field(default_factory=list)
    ulcer_share: float | None = None  # smallest that was seen: a wound from the start stays measurable

    def is_called(self, name: str) -> bool:
        return name == self.name or name in self.also

    def call(self, name: str) -> None:
        """A first name, or another one."""
        if self.name is None:
            self.name = name
        elif not self.is_called(name):
            self.also.append(name)

    def see(self, visit: SiteVisit, lesion: Lesion, spot: Spot) -> None:
        """Takes on the state of the lesion that was just seen."""
        self.spot = spot
        self.last_lesion, self.last_visit = lesion, visit
        self.absent, self.merged_into = False, None
        share = lesion.ulcer_area_px / lesion.area_px if lesion.area_px else 0.0
        self.ulcer_share = share if self.ulcer_share is None else min(share, self.ulcer_share)

    def footprint_holds(self, reference_xy: tuple[float, float]) -> bool:
        """Whether a point of the reference frame lies in the outline that the lesion last had."""
        if (
            self.last_lesion is None
            or self.last_visit is None
            or not self.last_visit.registration.aligns_skin
        ):
            return math.dist(reference_xy, self.spot.xy) <= self.spot.radius
        there = from_reference(self.last_visit.registration, reference_xy)
        return contains(self.last_lesion, there, slack=1.0)

    def finish(self, order: list[str]) -> Track:
        seen = sorted(self.sightings, key=order.index)
        return Track(
            self.reference_xy, self.name, tuple(self.sightings[visit] for visit in seen), tuple(self.also)
        )


def spot_of(lesion: Lesion, registration: Registration) -> Spot:
    """The lesion's place, radius and size in the reference frame."""
    x, y = registration.map_points(np.array([lesion.centroid], float))[0]
    scale = abs(registration.scale_at(lesion.centroid))
    radius = math.sqrt(lesion.area_px / math.pi) * (scale if math.isfinite(scale) else 1.0)
    return Spot((float(x), float(y)), radius, lesion.longest_diameter_mm)


def from_reference(registration: Registration, xy: tuple[float, float]) -> tuple[float, float]:
    x, y = registration.unmap_points(np.array([xy], float))[0]
    return float(x), float(y)


def radius_here(registration: Registration, xy: tuple[float, float], radius: float) -> float:
    """A radius of the reference frame in the visit's own pixels at `xy` (visit's pixels)."""
    scale = abs(registration.scale_at(xy))
    return radius / scale if math.isfinite(scale) and scale > 0 else radius
