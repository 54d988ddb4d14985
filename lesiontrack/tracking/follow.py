"""Follows every lesion of a site through its visits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lesiontrack.registration import PreparedPhoto
from lesiontrack.tracking.aligned import follow_aligned
from lesiontrack.tracking.loose import follow_loose
from lesiontrack.tracking.model import Removal, Seed, SiteVisit, Track
from lesiontrack.tracking.thread import Thread


def track_site(
    visits: Sequence[SiteVisit],
    reference: PreparedPhoto,
    seeds: Sequence[Seed] = (),
    removals: Sequence[Removal] = (),
) -> tuple[Track, ...]:
    """Tracks of a site, by first visit, then size.

    Args:
        visits: in time order, each with its registration into the reference photo's frame.
        reference: the photo whose frame it is; lesions first seen after its visit are new_candidate.
        seeds: points of lesions.csv and of readers. They name tracks, override the assignment, and add
            lesions that segmentation missed; of two for one lesion and visit the first counts.
        removals: events after which a named lesion is `removed`; one that names none leaves a doubt.

    Visits whose skin is aligned come first: lesions are assigned to tracks by place, size and overlap, and
    what happened to a lesion without a region is read from the photo. Then the others: where only identity is
    known (lesion_position, a one-lesion site, a name in lesions.csv) sizes are kept, and nothing is said
    about lesions that were not matched. Each track has a sighting for every visit from its first on, and each
    region of a photo belongs to at most one track.

    Raises ValueError for two visits of one label.
    """
    labels = [visit.visit for visit in visits]
    if len(set(labels)) != len(labels):
        double = next(label for label in labels if labels.count(label) > 1)
        raise ValueError(f"visit {double!r} is given twice: tracking needs one photo a visit")
    threads: list[Thread] = []
    aligned = [visit for visit in visits if visit.registration.aligns_skin]
    # a seed without a visit is in the reference photo
    home = next((visit.visit for visit in visits if visit.prepared is reference), labels[0] if labels else "")
    placed = [seed if seed.visit is not None else replace(seed, visit=home) for seed in seeds]
    # what a person says of this photo outweighs where the lesion was seen
    points = {(seed.lesion, seed.visit): seed for seed in reversed(placed) if seed.sure}
    placed = [seed for seed in placed if points.get((seed.lesion, seed.visit)) is seed] + [
        seed for seed in placed if not seed.sure
    ]
    baseline = labels.index(home) if home in labels else 0

    follow_aligned(threads, aligned, reference, placed, removals, labels=labels, baseline=baseline)
    follow_loose(
        threads,
        [v for v in visits if not v.registration.aligns_skin],
        reference,
        placed,
        removals,
        labels=labels,
    )
    return tuple(thread.finish(labels) for thread in threads)
