"""What the results tell of a study's photos and lesions, for a comparison of readers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lesiontrack.pipeline.identities import read_identities
from lesiontrack.readers.model import MAX_DISTANCE_MM, MAX_DISTANCE_SHARE
from lesiontrack.results import ResultsFolder
from lesiontrack.tables import records

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Context:
    """Without a results folder all of it is empty: nothing is known in millimetres then.

    Attributes:
        photos: digest → row of photos.
        seen: (patient, lesion) → digest of a photo → where the lesion is in it, px.
        max_distance_mm: up to which two places count as one.
    """

    photos: Mapping[str, Row] = field(default_factory=dict)
    seen: Mapping[tuple[str, str], Mapping[str, tuple[float, float]]] = field(default_factory=dict)
    max_distance_mm: float = MAX_DISTANCE_MM

    def patient(self, sha256: str, otherwise: str = "") -> str:
        row = self.photos.get(sha256)
        return str(row["patient"]) if row else otherwise

    def photo(self, sha256: str, otherwise: str = "") -> str:
        row = self.photos.get(sha256)
        return str(row["photo"]) if row else otherwise

    def px_per_mm(self, sha256: str) -> float | None:
        row = self.photos.get(sha256)
        scale = row.get("px_per_mm") if row else None
        return float(scale) if scale else None

    def shape(self, sha256: str) -> tuple[int, int] | None:
        """(height, width) of the upright photo."""
        row = self.photos.get(sha256)
        if not row or not row.get("width") or not row.get("height"):
            return None
        return int(row["height"]), int(row["width"])

    def in_mm(self, pixels: float, sha256: str) -> float | None:
        scale = self.px_per_mm(sha256)
        return pixels / scale if scale else None

    def near(self, pixels: float, sha256: str) -> bool:
        """Whether a distance in a photo is so small that two places count as one.

        In mm where the photo has a scale, else as a share of its longer side; without results only 0 is.
        """
        distance = self.in_mm(pixels, sha256)
        if distance is not None:
            return distance <= self.max_distance_mm
        shape = self.shape(sha256)
        return pixels <= (MAX_DISTANCE_SHARE * max(shape) if shape else 0.0)

    def lesions_at(self, patient: str, sha256: str, inside: Any) -> tuple[str, ...]:
        """Lesions whose place in a photo is `inside` (a function of x and y)."""
        return tuple(
            lesion
            for (owner, lesion), places in self.seen.items()
            if owner == patient and sha256 in places and inside(*places[sha256])
        )


def read_context(results: Path | None, *, max_distance_mm: float = MAX_DISTANCE_MM) -> Context:
    """Raises ResultsError for a folder that is no finished results folder."""
    if results is None:
        return Context(max_distance_mm=max_distance_mm)
    folder = ResultsFolder(results)
    folder.require()
    photos = {str(row["sha256"]): row for row in records(folder.read_table("photos")) if row["sha256"]}
    seen = {(known.patient, known.lesion): dict(known.seen) for known in read_identities(folder)}
    return Context(photos, seen, max_distance_mm)


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    return math.dist(one, other)
