"""Visits whose skin is not aligned: identity where something vouches for it, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from lesiontrack.measurement import Lesion
from lesiontrack.registration import PreparedPhoto
from lesiontrack.tracking.assign import Spot, assign
from lesiontrack.tracking.model import Removal, Seed, Sighting, SiteVisit
from lesiontrack.tracking.seeds import name_threads, named_by, region_under, seed_targets
from lesiontrack.tracking.sightings import present_sighting, removal_for
from lesiontrack.tracking.thread import Thread, spot_of

ONE_LESION = "taken for the site's one lesion on the study's word; the photo is not registered"
SURE = 0.5  # Lesion.confidence from which a region counts when a photo's lesions are counted
SIZE_ABSURD = 5.0  # ratio of longest diameters in mm beyond which two regions are not taken for one lesion


def follow_loose(
    threads: list[Thread],
    visits: Sequence[SiteVisit],
    reference: PreparedPhoto,
    seeds: Sequence[Seed],
    removals: Sequence[Removal],
    *,
    labels: Sequence[str],
) -> None:
    """Adds sightings to the threads visit by visit; starts threads only where there are none."""
    frame = float(max(reference.segmentation.shape))
    for visit in visits:
        here = [seed for seed in seeds if seed.visit == visit.visit]
        _one_visit(threads, visit, here, removals, labels=list(labels), frame=frame)


def _one_visit(
    threads: list[Thread],
    visit: SiteVisit,
    seeds: Sequence[Seed],
    removals: Sequence[Removal],
    *,
    labels: list[str],
    frame: float,
) -> None:
    regions = sorted(visit.prepared.lesions, key=lambda lesion: (-lesion.area_px, *lesion.centroid))
    taken = seed_targets(threads, regions, seeds)
    word = {index: _whose_word(threads[index], seeds) for index in taken}
    if visit.registration.accepted:
        found = _by_place(threads, visit, regions, taken, removals, frame)
        word |= {index: "matched by place and size; rotation open" for index in found if index not in taken}
        taken |= found
    else:
        found = _only_one(threads, visit, regions, taken, removals)
        word |= dict.fromkeys(found, ONE_LESION)
        taken |= found
    if not threads:
        _start_alone(threads, visit, regions)
        name_threads(threads, visit, regions, seeds, frame=frame)
        return
    free = [region for j, region in enumerate(regions) if j not in taken.values()]
    named_before = len(threads)
    for thread in threads:
        event, _ = removal_for(thread, visit, removals)
        if thread.index in taken:
            region = regions[taken[thread.index]]
            # the place in the reference frame is not known here: the thread keeps the last one
            thread.spot = spot = Spot(thread.spot.xy, thread.spot.radius, region.longest_diameter_mm)
            sighting = present_sighting(thread, visit, region, spot, removals)
            note = word[thread.index]
            sighting = Sighting(
                sighting.visit,
                "present" if sighting.status in ("reappeared", "split") else sighting.status,
                region,
                region.centroid,
                sighting.evaluable,
                sighting.reason,
                None,
                note,
            )
            _first_seen_here(thread, visit, labels)
        elif labels.index(visit.visit) < min((labels.index(v) for v in thread.sightings), default=0):
            continue
        elif event is not None:
            reason = f"{event.event} on day {event.visit_day:g}"
            sighting = Sighting(visit.visit, "removed", None, None, False, reason)
        else:
            sighting = Sighting(visit.visit, "", None, None, False, _why_not(visit, len(free)))
        thread.sightings[visit.visit] = sighting
    name_threads(threads, visit, regions, seeds, frame=frame)
    for thread in threads[named_before:]:
        _give_region(thread, visit, regions, seeds, taken)


def _whose_word(thread: Thread, seeds: Sequence[Seed]) -> str:
    return next(named_by(seed) for seed in seeds if thread.is_called(seed.lesion))


def _by_place(
    threads: Sequence[Thread],
    visit: SiteVisit,
    regions: Sequence[Lesion],
    taken: dict[int, int],
    removals: Sequence[Removal],
    frame: float,
) -> dict[int, int]:
    there = [t for t in threads if removal_for(t, visit, removals)[0] is None]
    open_threads = [t for t in there if t.index not in taken and t.reference_xy is not None]
    open_regions = [j for j in range(len(regions)) if j not in taken.values()]
    found = assign(
        [thread.spot for thread in open_threads],
        [spot_of(regions[j], visit.registration) for j in open_regions],
        frame=frame,
        error=visit.registration.error_px or 0.0,
        covers=lambda i, j: False,
    )
    return {open_threads[i].index: open_regions[j] for i, j in found.items()}


def _only_one(
    threads: Sequence[Thread],
    visit: SiteVisit,
    regions: Sequence[Lesion],
    taken: dict[int, int],
    removals: Sequence[Removal],
) -> dict[int, int]:
    sure = [j for j, region in enumerate(regions) if region.confidence >= SURE]
    if len(threads) != 1 or len(sure) != 1 or taken:
        return {}
    if removal_for(threads[0], visit, removals)[0] is not None:
        return {}
    before, now = threads[0].spot.size_mm, regions[sure[0]].longest_diameter_mm
    if before and now and max(before / now, now / before) > SIZE_ABSURD:
        return {}
    return {threads[0].index: sure[0]}


def _start_alone(threads: list[Thread], visit: SiteVisit, regions: Sequence[Lesion]) -> None:
    """No visit is aligned: one lesion can still be followed as the site's only one."""
    for region in regions:
        spot = spot_of(region, visit.registration)
        thread = Thread(len(threads), spot, spot.xy if visit.registration.accepted else None)
        sighting = present_sighting(thread, visit, region, thread.spot, ())
        thread.see(visit, region, thread.spot)
        thread.sightings[visit.visit] = sighting
        threads.append(thread)


def _first_seen_here(thread: Thread, visit: SiteVisit, labels: list[str]) -> None:
    """A later first sighting is no new lesion any more, once an earlier photo is known to show it."""
    if not thread.sightings:
        return
    first = min(thread.sightings, key=labels.index)
    if labels.index(visit.visit) < labels.index(first) and thread.sightings[first].status == "new_candidate":
        old = thread.sightings[first]
        thread.sightings[first] = Sighting(
            old.visit,
            "present",
            old.lesion,
            old.position,
            old.evaluable,
            old.reason,
            None,
            f"seen before, at {visit.visit}",
        )


def _why_not(visit: SiteVisit, free: int) -> str:
    if visit.registration.accepted:
        text = "only a lesion's identity is known in this photo, its skin is not aligned"
    else:
        text = f"visit not registered: {visit.registration.reason}"
    if free:
        text += f"; {free} lesion{'s' if free > 1 else ''} measured in this photo could not be assigned"
    return text


def _give_region(
    thread: Thread, visit: SiteVisit, regions: Sequence[Lesion], seeds: Sequence[Seed], taken: dict[int, int]
) -> None:
    """A name that is new at a visit that is not aligned still has its own region there."""
    seed = next(seed for seed in seeds if seed.lesion == thread.name)
    j = region_under(regions, seed)
    if j is None or j in taken.values():
        return
    taken[thread.index] = j
    thread.spot = Spot(thread.spot.xy, thread.spot.radius, regions[j].longest_diameter_mm)
    thread.merged_into = None
    thread.sightings[visit.visit] = present_sighting(
        Thread(0, thread.spot, None), visit, regions[j], thread.spot, ()
    )
