"""One track at one visit, put into words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from lesiontrack.measurement import Lesion
from lesiontrack.tracking.assign import Spot
from lesiontrack.tracking.model import Removal, Sighting, SiteVisit
from lesiontrack.tracking.place import look_at
from lesiontrack.tracking.thread import Thread, from_reference, radius_here

WOUND = 0.9  # share of an outline that is skin loss from which a lesion in it can't be told
NOT_WOUND = 0.5  # smallest earlier share at most this: it was a lesion, not a wound from the start


def present_sighting(
    thread: Thread,
    visit: SiteVisit,
    region: Lesion,
    spot: Spot,
    removals: Sequence[Removal],
) -> Sighting:
    """A region was found for the track."""
    status, evidence = "present", ""
    if thread.sightings:
        evidence = _moved(thread, visit, spot)
        if thread.absent:
            status, evidence = "reappeared", f"seen again where it was not visible before; {evidence}"
        elif thread.merged_into is not None:
            status, evidence = "split", f"a region of its own again after merging; {evidence}"
    sighting = Sighting(visit.visit, status, region, region.centroid, True, "", None, evidence)
    event, _ = removal_for(thread, visit, removals)
    share = region.ulcer_area_px / region.area_px if region.area_px else 0.0
    if event is not None:
        return replace(
            sighting,
            status="removed",
            evaluable=False,
            reason=f"{event.event} on day {event.visit_day:g}; a region is seen at its place: scar, rest "
            "or recurrence, which a reader must tell",
        )
    if share >= WOUND and thread.ulcer_share is not None and thread.ulcer_share <= NOT_WOUND:
        return replace(
            sighting,
            status="obscured",
            evaluable=False,
            reason=f"skin loss over {share:.0%} of its place: what is left of it can't be seen",
        )
    if region.touches_border:
        return replace(
            sighting,
            evaluable=False,
            reason="its outline meets the frame or an obstruction: sizes are lower bounds",
        )
    return sighting


def merged_sighting(
    thread: Thread, visit: SiteVisit, keeper: int, removals: Sequence[Removal], threads: Sequence[Thread]
) -> Sighting:
    """Its place lies under another track's region."""
    place = from_reference(visit.registration, thread.spot.xy)
    event, _ = removal_for(thread, visit, removals)
    if event is not None:
        reason = f"{event.event} on day {event.visit_day:g}"
        return Sighting(visit.visit, "removed", None, place, False, reason)
    name = threads[keeper].name or f"track {keeper + 1}"
    return Sighting(
        visit.visit, "merged", None, place, False, f"one region with {name}, which keeps the identity", keeper
    )


def absent_sighting(
    thread: Thread,
    visit: SiteVisit,
    removals: Sequence[Removal],
    *,
    frame: float,
) -> Sighting:
    """No region for the track: removed, out of frame, obscured, or not visible."""
    place = from_reference(visit.registration, thread.spot.xy)
    event, doubt = removal_for(thread, visit, removals)
    if event is not None:
        reason = f"{event.event} on day {event.visit_day:g}"
        return Sighting(visit.visit, "removed", None, place, False, reason)
    if thread.last_lesion is None:
        return Sighting(
            visit.visit,
            "",
            None,
            place,
            False,
            "named by a person, not found by segmentation at any visit yet",
        )
    radius = radius_here(visit.registration, place, max(thread.spot.radius, 0.003 * frame))
    prepared = visit.prepared
    look = look_at(prepared.segmentation, place, radius, prepared.photo.pixels)
    if look.what == "out_of_frame":
        return Sighting(visit.visit, "out_of_frame", None, None, False, look.why)
    if look.what == "obscured":
        return Sighting(visit.visit, "obscured", None, place, False, look.why)
    off = visit.registration.error_px or 0.0
    doubts = [look.why] if look.what == "doubtful" else []
    if off > 2 * thread.spot.radius + 0.01 * frame:
        doubts.append(f"its place is known to {off:.0f} px only")
    if unchecked := _unchecked(thread, visit):
        doubts.append(unchecked)
    if doubt:
        doubts.append(doubt)
    # not_visible means that nothing is left; where that can't be said, the status stays open.
    status = "" if doubts else "not_visible"
    return Sighting(visit.visit, status, None, place, not doubts, "; ".join(doubts), evidence=look.why)


def removal_for(thread: Thread, visit: SiteVisit, removals: Sequence[Removal]) -> tuple[Removal | None, str]:
    """The event that removed the track by this visit, or a doubt: an event that names no lesion."""
    if visit.study_day is None:
        return None, ""
    due = [removal for removal in removals if removal.visit_day <= visit.study_day]
    for removal in due:
        if removal.lesion is not None and thread.is_called(removal.lesion):
            return removal, ""
    # Whether it was the patient's only lesion can't be told from one site.
    nameless = [removal for removal in due if removal.lesion is None]
    if nameless:
        event = nameless[0]
        return None, f"{event.event} on day {event.visit_day:g} names no lesion: it may have been this one"
    return None, ""


def _unchecked(thread: Thread, visit: SiteVisit) -> str:
    """Why nothing speaks for the place that was looked at: of this visit's frame, or of the lesion's last."""
    last = thread.last_visit
    if visit.registration.unchecked or last is None or not last.registration.unchecked:
        return visit.registration.unchecked
    return f"its place is known from visit {last.visit} alone, {last.registration.unchecked}"


def _moved(thread: Thread, visit: SiteVisit, spot: Spot) -> str:
    distance = math.dist(spot.xy, thread.spot.xy)
    if spot.size_mm and spot.radius > 0 and visit.prepared.scale is not None:
        # radius and size of one region tell the reference frame's pixels per mm without its scale
        here = abs(visit.registration.scale_at(visit.prepared.scale.origin))
        per_mm = visit.prepared.scale.px_per_mm * (here if math.isfinite(here) else 1.0)
        if per_mm > 0:
            return f"{distance / per_mm:.1f} mm from its last place"
    return f"{distance:.0f} px of the reference photo from its last place"
