"""Where lesions are in a photo: as the last run found them, and as readers have pointed since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lesiontrack.corrections import Entry, LesionPoint, Place, SameLesion
from lesiontrack.pipeline.identities import Known
from lesiontrack.pipeline.record import SightingRecord
from lesiontrack.report.data import LesionPage, SitePage
from lesiontrack.review.shots import Shot
from lesiontrack.study.names import natural_key

SEEN = ("present", "new_candidate", "reappeared", "split")
WINDOW_DIAMETERS = 4.0
WINDOW_PX = (240, 1600)
"""Least and most; more only for a lesion that would fill more than half of it."""


@dataclass(frozen=True)
class Mark:
    """A lesion's place in one photo, in upright pixels.

    Attributes:
        seen: something was found or pointed at there; else it is where the lesion would be.
        pending: a reader pointed there, and no run has used it yet.
    """

    lesion: str
    x: float
    y: float
    status: str | None
    seen: bool = True
    pending: bool = False


def marks_of(shot: Shot, pending: Sequence[Entry] = ()) -> list[Mark]:
    """Lesions in a photo; a reader's later point stands beside the place that the run found."""
    marks = []
    for page in shot.site.lesions:
        sighting = _sighting(page, shot)
        if sighting is not None and sighting.photo_xy is not None:
            status = _status(page, shot)
            marks.append(Mark(page.lesion, *sighting.photo_xy, status, status in SEEN))
    marks += [Mark(point.lesion, point.x, point.y, None, pending=True) for point in _points(shot, pending)]
    return sorted(marks, key=lambda mark: natural_key(mark.lesion))


def window_side(shot: Shot, lesion: str) -> float:
    """Px of a window that shows a lesion with what is around it."""
    page = next((page for page in shot.site.lesions if page.lesion == lesion), None)
    sighting = _sighting(page, shot) if page else None
    row = next((r for r in page.rows if r["visit"] == shot.record.visit), None) if page else None
    size = (row or {}).get("longest_diameter_px") or (2 * sighting.radius_px if sighting else 0)
    least, most = WINDOW_PX
    return max(least, min(most, WINDOW_DIAMETERS * float(size)), 2 * float(size))


def places_of(site: SitePage) -> dict[str, list[dict[str, Any]]]:
    """Lesion → where it was seen: values of corrections.Place."""
    return {
        page.lesion: [
            {"visit": s.visit, "photo_sha256": s.photo_sha256, "x": s.photo_xy[0], "y": s.photo_xy[1]}
            for s in page.sightings.values()
            if s.photo_xy is not None and min(s.photo_xy) >= 0
        ]
        for page in site.lesions
    }


def seen_places(pages: Sequence[LesionPage]) -> tuple[Place, ...]:
    """Where a lesion was seen, at each site that it is seen from: what was said of it stays with it there."""
    return tuple(
        Place(visit=s.visit, photo_sha256=s.photo_sha256, x=s.photo_xy[0], y=s.photo_xy[1])
        for page in pages
        for s in page.sightings.values()
        if s.photo_xy is not None and min(s.photo_xy) >= 0 and s.measures.get("status") in SEEN
    )


def next_lesion(patient: str, known: Sequence[Known], pending: Sequence[Entry], named: Sequence[str]) -> str:
    """The first Lnn that no run, table or waiting correction of this patient has used."""
    taken = {k.lesion for k in known if k.patient == patient} | set(named)
    for entry in pending:
        if isinstance(entry.value, LesionPoint | SameLesion) and entry.value.patient == patient:
            taken.add(entry.value.lesion)
    number = 1
    while f"L{number:02d}" in taken:
        number += 1
    return f"L{number:02d}"


def _points(shot: Shot, pending: Sequence[Entry]) -> list[LesionPoint]:
    return [
        entry.value
        for entry in pending
        if entry.state == "in force" and isinstance(entry.value, LesionPoint)
        if entry.value.photo_sha256 == shot.sha256
    ]


def _sighting(page: LesionPage, shot: Shot) -> SightingRecord | None:
    sighting = page.sightings.get(shot.record.visit)
    return sighting if sighting is not None and sighting.photo_sha256 == shot.sha256 else None


def _status(page: LesionPage, shot: Shot) -> str | None:
    row = next((row for row in page.rows if row["visit"] == shot.record.visit), None)
    return row["status"] if row else None
