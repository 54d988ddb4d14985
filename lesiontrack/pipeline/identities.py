"""Lesion ids of a patient: L01, L02, … by first visit, then size; append-only, so later runs never rename."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lesiontrack.errors import ResultsError
from lesiontrack.pipeline.record import SiteRecord, TrackRecord
from lesiontrack.results import ResultsFolder, json_bytes


@dataclass(frozen=True)
class Known:
    """An id given by an earlier run, with where the lesion was seen: photo digest → (x, y) in that photo."""

    patient: str
    site: str
    lesion: str
    seen: Mapping[str, tuple[float, float]]


def read_identities(results: ResultsFolder) -> tuple[Known, ...]:
    """Ids of earlier runs; raises ResultsError for a file that can't be read, since guessing would rename."""
    if not results.identities.is_file():
        return ()
    try:
        rows = json.loads(results.identities.read_text("utf-8"))
        return tuple(
            Known(r["patient"], r["site"], r["lesion"], {k: (v[0], v[1]) for k, v in r["seen"].items()})
            for r in rows
        )
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise ResultsError(
            f"{results.identities} is damaged ({error}): lesion ids of earlier runs would be lost; "
            "restore it, or give a new results folder"
        ) from error


def write_identities(results: ResultsFolder, known: Sequence[Known]) -> None:
    rows = [
        {
            "patient": k.patient,
            "site": k.site,
            "lesion": k.lesion,
            "seen": {p: list(xy) for p, xy in k.seen.items()},
        }
        for k in known
    ]
    results.write(results.identities.name, json_bytes(rows))


def assign_ids(
    records: Sequence[SiteRecord], days: Mapping[tuple[str, str], int], known: Sequence[Known]
) -> tuple[dict[tuple[str, str, int], str], tuple[Known, ...]]:
    """(patient, site, track index) → id, and the ids to keep: all earlier ones, the new ones after them.

    A track that people call by an earlier id of its site takes that one; others take an earlier id where
    both were seen at one place of one photo; otherwise their name, or the patient's next free number. `days`
    maps (patient, visit) to the study day.
    """
    ids: dict[tuple[str, str, int], str] = {}
    kept = {(k.patient, k.lesion): k for k in known}
    new: list[tuple[float, float, str, str, int, TrackRecord]] = []
    for record in records:
        free = [k for k in known if (k.patient, k.site) == (record.patient, record.site)]
        by_name = _by_name(record, free)
        free = [k for k in free if k not in by_name.values()]
        for index, track in enumerate(record.tracks):
            match = by_name.get(index) or _same_lesion(track, free)
            if match is not None:
                seen = _seen(track)
                if index in by_name:
                    seen = _without_places_of(free, track, seen)
                else:
                    free.remove(match)
                ids[record.patient, record.site, index] = match.lesion
                kept[match.patient, match.lesion] = Known(
                    match.patient, match.site, match.lesion, {**match.seen, **seen}
                )
            else:
                first = min((days[record.patient, s.visit] for s in track.sightings), default=0)
                new.append((first, -_first_area(track), record.site, record.patient, index, track))
    # names that people use are given to no other lesion
    used = {(r.patient, name) for r in records for t in r.tracks for name in (*t.names, *t.joined)}
    for *_, site, patient, index, track in sorted(new, key=lambda row: row[:5]):
        taken = {lesion for owner, lesion in kept if owner == patient}
        words = {name for owner, name in used if owner == patient}
        lesion = track.name if track.name and track.name not in taken else _next_number(taken | words)
        ids[patient, site, index] = lesion
        kept[patient, lesion] = Known(patient, site, lesion, _seen(track))
    return ids, tuple(kept.values())


def _by_name(record: SiteRecord, known: Sequence[Known]) -> dict[int, Known]:
    """Track index → the earlier lesion of the site that it is called by."""
    ids = {k.lesion: k for k in known}
    found: dict[int, Known] = {}
    for index, track in enumerate(record.tracks):
        match = next((ids[name] for name in track.names if name in ids), None)
        if match is not None and match not in found.values():
            found[index] = match
    return found


def _without_places_of(
    others: Sequence[Known], track: TrackRecord, seen: Mapping[str, tuple[float, float]]
) -> dict[str, tuple[float, float]]:
    """Places where the track was seen and no other id was: those stay that id's, should a reader withdraw."""
    reach = {s.photo_sha256: max(s.radius_px, 3.0) for s in track.sightings}
    return {
        photo: place
        for photo, place in seen.items()
        if not any(photo in k.seen and math.dist(k.seen[photo], place) <= reach[photo] for k in others)
    }


def _seen(track: TrackRecord) -> dict[str, tuple[float, float]]:
    return {s.photo_sha256: s.photo_xy for s in track.sightings if s.photo_xy is not None}


def _same_lesion(track: TrackRecord, candidates: Sequence[Known]) -> Known | None:
    """The earlier lesion nearest in a photo that both were seen in, if within the lesion's own radius."""
    best: tuple[float, Known] | None = None
    for candidate in candidates:
        for sighting in track.sightings:
            there = candidate.seen.get(sighting.photo_sha256)
            if there is None or sighting.photo_xy is None:
                continue
            distance = math.dist(there, sighting.photo_xy)
            if distance <= max(sighting.radius_px, 3.0) and (best is None or distance < best[0]):
                best = (distance, candidate)
    return best[1] if best else None


def _first_area(track: TrackRecord) -> float:
    for sighting in track.sightings:
        for column in ("area_mm2", "area_px"):
            value = sighting.measures.get(column)
            if isinstance(value, int | float):
                return float(value)
    return 0.0


def _next_number(taken: set[str]) -> str:
    number = 1
    while f"L{number:02d}" in taken:
        number += 1
    return f"L{number:02d}"
