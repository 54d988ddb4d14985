"""What is kept of one processed site: values for the tables and pictures for the pages, JSON beside JPEGs.

A record holds no path of the machine and no time of day, so equal inputs give equal bytes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from lesiontrack.pipeline.keptmasks import KeptMask
from lesiontrack.registration import Registration
from lesiontrack.study.model import Failure

Polygon = tuple[tuple[float, float], ...]
Value = bool | int | float | str | None


@dataclass(frozen=True)
class Picture:
    """A small JPEG for the pages.

    Attributes:
        file: name in the site's folder.
        width, height: px of the JPEG.
        px_per_mm: of the JPEG; None without a scale.
        aligned: True where it is resampled into the site's reference frame.
        outlines: class name → outlines in the JPEG's points.
    """

    file: str
    width: int
    height: int
    px_per_mm: float | None
    aligned: bool
    outlines: dict[str, tuple[Polygon, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class RegistrationRecord:
    """How a photo lies in the reference photo's frame; `matrix` maps its points to those, both upright."""

    accepted: bool
    method: str
    confidence: float
    matrix: tuple[tuple[float, float, float], ...]
    error_px: float | None
    reason: str

    @classmethod
    def of(cls, registration: Registration) -> RegistrationRecord:
        error = registration.error_px
        a, b, c = (tuple(float(value) for value in row) for row in registration.matrix)
        return cls(
            accepted=registration.accepted,
            method=registration.method,
            confidence=float(registration.confidence),
            matrix=((a[0], a[1], a[2]), (b[0], b[1], b[2]), (c[0], c[1], c[2])),
            error_px=float(error) if error is not None and math.isfinite(error) else None,
            reason="; ".join(text for text in (registration.reason, *registration.evidence) if text),
        )


@dataclass(frozen=True)
class PhotoRecord:
    """One photo of the site: its rows for photos.csv and acquisition.csv, and the whole photo made small.

    `masks`: class → its mask at full resolution; `registration`: None for a photo outside the series.
    """

    photo: str
    visit: str
    row: dict[str, Value]
    acquisition: dict[str, Value]
    overview: Picture | None = None
    masks: dict[str, KeptMask] = field(default_factory=dict)
    registration: RegistrationRecord | None = None


@dataclass(frozen=True)
class SightingRecord:
    """One lesion at one visit.

    `measures` has columns of observations.csv; `position` is in the overview's points, `photo_xy` in
    the photo's.
    """

    visit: str
    photo: str
    photo_sha256: str
    measures: dict[str, Value]
    photo_xy: tuple[float, float] | None
    radius_px: float
    position: tuple[float, float] | None = None
    merged_into: int | None = None
    crop: Picture | None = None


@dataclass(frozen=True)
class TrackRecord:
    """One lesion of the site.

    Attributes:
        name: as lesions.csv or a reader calls it.
        also: other names of it, as ids of earlier runs.
        joined: ids of lesions that are this one, as a reader said; they are given to no other.
    """

    name: str | None
    sightings: tuple[SightingRecord, ...]
    also: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (*((self.name,) if self.name else ()), *self.also)


@dataclass(frozen=True)
class SiteRecord:
    """Everything that later stages need of a site.

    `key` is the hash of all that it depends on; `again`: it is measured again by the next run, since a photo
    failed for a reason that may pass, or changed while it was read.
    """

    key: str
    patient: str
    site: str
    reference_photo: str | None
    photos: tuple[PhotoRecord, ...]
    tracks: tuple[TrackRecord, ...]
    failures: tuple[Failure, ...]
    again: bool = False

    def pictures(self) -> Iterator[Picture]:
        """Every small picture of the site."""
        yield from (photo.overview for photo in self.photos if photo.overview)
        yield from (s.crop for track in self.tracks for s in track.sightings if s.crop)

    def files(self) -> Iterator[str]:
        """Names of all files that lie beside the record."""
        yield from (picture.file for picture in self.pictures())
        yield from (mask.file for photo in self.photos for mask in photo.masks.values())


_ADAPTER: TypeAdapter[SiteRecord] = TypeAdapter(SiteRecord)


def dump(record: SiteRecord) -> bytes:
    return _ADAPTER.dump_json(record, indent=1)


def load(path: Path) -> SiteRecord:
    """Raises ValueError (pydantic) for a file that isn't a site record."""
    return _ADAPTER.validate_json(path.read_bytes())


def plain(value: Any) -> Value:
    """A numpy or Python scalar as one that JSON holds; NaN becomes None."""
    if value is None or isinstance(value, bool | str):
        return value
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and value != value:
        return None
    if isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{type(value).__name__} can't be kept in a record")
