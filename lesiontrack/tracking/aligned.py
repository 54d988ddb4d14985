"""Visits whose skin is aligned: assignment, and what became of lesions without a region."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lesiontrack.measurement import Lesion
from lesiontrack.registration import PreparedPhoto
from lesiontrack.tracking.assign import Spot, assign
from lesiontrack.tracking.model import Removal, Seed, SiteVisit
from lesiontrack.tracking.place import contains, look_at
from lesiontrack.tracking.seeds import name_threads, seed_targets
from lesiontrack.tracking.sightings import absent_sighting, merged_sighting, present_sighting
from lesiontrack.tracking.thread import Thread, from_reference, radius_here, spot_of


def follow_aligned(
    threads: list[Thread],
    visits: Sequence[SiteVisit],
    reference: PreparedPhoto,
    seeds: Sequence[Seed],
    removals: Sequence[Removal],
    *,
    labels: Sequence[str],
    baseline: int,
) -> None:
    """Adds threads and their sightings, visit by visit in time order."""
    frame = float(max(reference.segmentation.shape))
    earlier: list[SiteVisit] = []
    for visit in visits:
        here = [seed for seed in seeds if seed.visit == visit.visit]
        is_new = labels.index(visit.visit) > baseline
        _one_visit(threads, visit, earlier, here, removals, frame=frame, is_new=is_new)
        earlier.append(visit)


def _one_visit(
    threads: list[Thread],
    visit: SiteVisit,
    earlier: Sequence[SiteVisit],
    seeds: Sequence[Seed],
    removals: Sequence[Removal],
    *,
    frame: float,
    is_new: bool,
) -> None:
    # largest first, so that neither the order of the regions nor that of the files decides anything
    regions = sorted(visit.prepared.lesions, key=lambda lesion: (-lesion.area_px, *lesion.centroid))
    spots = [spot_of(region, visit.registration) for region in regions]
    taken = _match(threads, visit, regions, spots, seeds, frame)
    owner = {region: thread for thread, region in taken.items()}

    merged: dict[int, int] = {}
    for thread in threads:
        if thread.index in taken or thread.absent or thread.removed:
            continue
        place = from_reference(visit.registration, thread.spot.xy)
        over = [j for j in owner if contains(regions[j], place)]
        if over:
            merged[thread.index] = owner[over[0]]
        elif thread.merged_into is not None and _keeper(threads, thread) in taken:
            # a merged lesion's own place may clear while the joint region shrinks: that is no disappearance
            merged[thread.index] = _keeper(threads, thread)
    _largest_keeps(threads, taken, merged)
    used = set(taken.values())
    wholes = {
        j: next((i for i in sorted(taken) if threads[i].footprint_holds(spots[j].xy)), None)
        for j in range(len(regions))
        if j not in used
    }

    for thread in threads:
        if thread.index in taken:
            j = taken[thread.index]
            sighting = present_sighting(thread, visit, regions[j], spots[j], removals)
            thread.see(visit, regions[j], spots[j])
        elif thread.index in merged:
            sighting = merged_sighting(thread, visit, merged[thread.index], removals, threads)
            thread.merged_into = merged[thread.index]
        else:
            sighting = absent_sighting(thread, visit, removals, frame=frame)
            thread.absent = thread.absent or sighting.status in ("not_visible", "removed")
        thread.removed = thread.removed or sighting.status == "removed"
        thread.sightings[visit.visit] = sighting

    for j, whole in wholes.items():
        _start(threads, whole, visit, regions[j], spots[j], earlier, frame=frame, is_new=is_new)
    name_threads(threads, visit, regions, seeds, frame=frame)


def _match(
    threads: Sequence[Thread],
    visit: SiteVisit,
    regions: Sequence[Lesion],
    spots: Sequence[Spot],
    seeds: Sequence[Seed],
    frame: float,
) -> dict[int, int]:
    """Thread index → region index: names first, then lesions that were there, then merged ones."""
    taken = seed_targets(threads, regions, seeds)
    error = visit.registration.error_px or 0.0
    for merged in (False, True):
        open_threads = [t for t in threads if t.index not in taken and (t.merged_into is not None) == merged]
        open_regions = [j for j in range(len(regions)) if j not in taken.values()]

        def covers(
            i: int, j: int, threads: list[Thread] = open_threads, chosen: list[int] = open_regions
        ) -> bool:
            place = from_reference(visit.registration, threads[i].spot.xy)
            return contains(regions[chosen[j]], place) or threads[i].footprint_holds(spots[chosen[j]].xy)

        found = assign(
            [thread.spot for thread in open_threads],
            [spots[j] for j in open_regions],
            frame=frame,
            error=error,
            covers=covers,
        )
        taken |= {open_threads[i].index: open_regions[j] for i, j in found.items()}
    return taken


def _largest_keeps(threads: Sequence[Thread], taken: dict[int, int], merged: dict[int, int]) -> None:
    """Where several tracks lie under one region, the one that was largest keeps its identity."""
    groups: dict[int, list[int]] = {}
    for loser, keeper in merged.items():
        groups.setdefault(keeper, []).append(loser)
    for keeper, losers in groups.items():
        rivals = [i for i in losers if threads[i].merged_into is None]
        largest = max([keeper, *rivals], key=lambda i: (threads[i].spot.radius, -i))
        if largest != keeper:
            taken[largest] = taken.pop(keeper)
            merged.pop(largest)
            merged |= {i: largest for i in losers if i != largest} | {keeper: largest}


def _start(
    threads: list[Thread],
    whole: int | None,
    visit: SiteVisit,
    region: Lesion,
    spot: Spot,
    earlier: Sequence[SiteVisit],
    *,
    frame: float,
    is_new: bool,
) -> None:
    """A region that belongs to no track: a fragment of one, a new lesion, or one of the first visit."""
    thread = Thread(len(threads), spot, spot.xy)
    sighting = present_sighting(thread, visit, region, spot, ())
    if whole is not None:
        name = threads[whole].name or f"track {whole + 1}"
        evidence = f"lies where {name} was, which goes on in another region"
        sighting = replace(sighting, status="split", evidence=evidence)
    elif earlier:
        evidence, was_clear = _place_before(spot, earlier, frame)
        evidence = "; ".join(filter(None, (evidence, visit.registration.unchecked)))
        if is_new:
            sighting = replace(sighting, status="new_candidate", evidence=evidence)
        else:
            sighting = replace(sighting, evidence=evidence if was_clear else "")
    if region.confidence < 0.5:
        doubt = f"the outline is doubtful (confidence {region.confidence:.2f})"
        sighting = replace(sighting, evidence="; ".join(filter(None, (sighting.evidence, doubt))))
    thread.see(visit, region, spot)
    thread.sightings[visit.visit] = sighting
    threads.append(thread)


def _keeper(threads: Sequence[Thread], thread: Thread) -> int:
    """The track at the end of the chain of mergers."""
    index, seen = thread.index, set[int]()
    while (onward := threads[index].merged_into) is not None and index not in seen:
        seen.add(index)
        index = onward
    return index


def _place_before(spot: Spot, earlier: Sequence[SiteVisit], frame: float) -> tuple[str, bool]:
    """What the earlier photos showed at a new lesion's place, and whether it was clear in any of them."""
    clear: list[tuple[str, str]] = []
    hidden: list[tuple[str, str]] = []
    for visit in earlier:
        xy = from_reference(visit.registration, spot.xy)
        radius = radius_here(visit.registration, xy, max(spot.radius, 0.003 * frame))
        look = look_at(visit.prepared.segmentation, xy, radius, visit.prepared.photo.pixels)
        (clear if look.what == "clear" else hidden).append((visit.visit, look.why))
    if clear:
        text = f"its place was in view and clear at {', '.join(name for name, _ in clear)}"
    else:
        text = "its place was not in view and clear before"
    if hidden:
        text += "; " + "; ".join(f"{name}: {why}" for name, why in hidden)
    return text, bool(clear)
