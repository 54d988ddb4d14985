"""Points that people put on lesions: they name tracks, settle identities, add what segmentation missed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lesiontrack.measurement import Lesion
from lesiontrack.tracking.assign import Spot
from lesiontrack.tracking.model import LESIONS_CSV, Seed, Sighting, SiteVisit
from lesiontrack.tracking.place import contains
from lesiontrack.tracking.thread import DEFAULT_RADIUS, Thread

NOT_FOUND = "not found by segmentation"
NEAR = 0.25  # of the longest diameter: a point this far outside an outline still means it
STILL = 0.5  # of the radius of a disc of a region's area: its middle has not moved further


def region_under(regions: Sequence[Lesion], seed: Seed) -> int | None:
    """The region that holds the point; else the nearest whose edge is within NEAR of its own diameter."""
    point = (seed.x, seed.y)
    for slack in (0.0, NEAR):
        hits = [j for j, r in enumerate(regions) if contains(r, point, slack * r.longest_diameter_px)]
        if hits:
            return min(hits, key=lambda j: np.hypot(*np.subtract(regions[j].centroid, point)))
    return None


def region_meant(regions: Sequence[Lesion], seed: Seed) -> int | None:
    """As region_under; a place where the lesion was seen before means a region that still lies there only.

    Another lesion's region may have grown over that place, or lie over one where nothing was seen.
    """
    j = region_under(regions, seed)
    if j is None or seed.sure or regions[j].parts > 1:
        return j
    away = np.hypot(*np.subtract(regions[j].centroid, (seed.x, seed.y)))
    return j if away <= STILL * np.sqrt(regions[j].area_px / np.pi) else None


def seed_targets(
    threads: Sequence[Thread], regions: Sequence[Lesion], seeds: Sequence[Seed]
) -> dict[int, int]:
    """Thread index → region index for named threads that a seed points to in this visit."""
    taken: dict[int, int] = {}
    for seed in seeds:
        j = region_meant(regions, seed)
        thread = next((t for t in threads if t.is_called(seed.lesion)), None)
        if j is not None and thread is not None and j not in taken.values() and thread.index not in taken:
            taken[thread.index] = j
    return taken


def name_threads(
    threads: list[Thread], visit: SiteVisit, regions: Sequence[Lesion], seeds: Sequence[Seed], *, frame: float
) -> None:
    """Names the threads seen at this visit, and starts threads for seeds without a region."""
    for seed in seeds:
        known = next((t for t in threads if t.is_called(seed.lesion)), None)
        j = region_meant(regions, seed)
        owner = None
        if j is not None:
            owner = next(
                (
                    t
                    for t in threads
                    if visit.visit in t.sightings and t.sightings[visit.visit].lesion is regions[j]
                ),
                None,
            )
        if not seed.sure:
            if known is None and owner is not None:
                owner.call(seed.lesion)
            continue
        if known is not None:
            _keep_present(known, visit, seed)
            continue
        if owner is not None and owner.name is None:
            owner.call(seed.lesion)
            continue
        _add(threads, visit, seed, owner, frame)


def _keep_present(thread: Thread, visit: SiteVisit, seed: Seed) -> None:
    """A person's point outweighs "not visible": the lesion is there, but nobody has outlined it."""
    sighting = thread.sightings.get(visit.visit)
    if sighting is None or (sighting.lesion is None and sighting.status not in ("merged", "removed")):
        thread.absent = False
        thread.sightings[visit.visit] = Sighting(
            visit.visit, "present", None, (seed.x, seed.y), False, _not_found(seed)
        )


def _add(threads: list[Thread], visit: SiteVisit, seed: Seed, owner: Thread | None, frame: float) -> None:
    point = (seed.x, seed.y)
    xy = None
    radius = DEFAULT_RADIUS * frame
    if visit.registration.aligns_skin:
        x, y = visit.registration.map_points(np.array([point], float))[0]
        xy = (float(x), float(y))
    thread = Thread(len(threads), Spot(xy or (float("nan"), float("nan")), radius), xy, seed.lesion)
    if owner is None:
        sighting = Sighting(visit.visit, "present", None, point, False, _not_found(seed))
    else:
        thread.merged_into = owner.index
        sighting = Sighting(
            visit.visit,
            "merged",
            None,
            point,
            False,
            f"{seed.source} names it apart, but it lies in one region with {owner.name}",
            owner.index,
        )
    thread.sightings[visit.visit] = sighting
    threads.append(thread)


def _not_found(seed: Seed) -> str:
    return f"{named_by(seed)}, {NOT_FOUND}"


def named_by(seed: Seed) -> str:
    """Whose word an identity rests on: "named in lesions.csv"."""
    return f"named in {seed.source}" if seed.source == LESIONS_CSV else f"named by {seed.source}"
