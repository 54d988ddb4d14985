"""Skin with nothing of class lesion or ulcer, and much that could be taken for it."""

from __future__ import annotations

from dataclasses import replace

from lesiontrack.phantom.props import MarkSpec
from lesiontrack.phantom.spec import CoverSpec, PenRingSpec, SiteSeries, VisitSpec
from lesiontrack.phantom.varied.bodies import any_backdrop, any_glove, spot_on
from lesiontrack.phantom.varied.clinic import surroundings
from lesiontrack.phantom.varied.closeup import any_ring
from lesiontrack.phantom.varied.draws import (
    Rng,
    any_camera,
    any_cards,
    any_ruler,
    any_skin,
    between,
    chance,
    frame_mm,
    log_between,
    pick,
    stamped,
)


def bare(rng: Rng, size: tuple[int, int]) -> SiteSeries:
    """Redness, stains, bruises, veins, freckles, angiomas, ink, covers, in a frame of 25 to 400 mm."""
    camera = any_camera(rng, size, max(size) / log_between(rng, 25, 400), film=chance(rng, 0.2))
    short = min(frame_mm(camera))
    backdrop = any_backdrop(rng, camera) if chance(rng, 0.6) and short > 50 else None
    marks = []
    for _ in range(1 + int(rng.poisson(1.3))):
        spot, room = spot_on(rng, camera, backdrop)
        kind = pick(rng, "redness redness redness povidone cream bruise tattoo veins scar depigmented scale")
        wide = room * log_between(rng, 0.15, 2.5)
        marks.append(
            MarkSpec(
                kind, spot, (wide, wide * between(rng, 0.4, 1)), between(rng, 0, 180), between(rng, 0.3, 1.3)
            )
        )
    for _ in range(int(rng.poisson(1.5)) if short < 150 else 0):
        spot, _ = spot_on(rng, camera, backdrop)
        wide = between(rng, 0.8, 2.8)
        marks.append(
            MarkSpec("angioma", spot, (wide, wide * between(rng, 0.7, 1)), strength=between(rng, 0.4, 1.2))
        )
    marks += surroundings(rng, camera, backdrop) if short > 50 else []
    site = any_skin(rng, "bare", camera)
    if chance(rng, 0.35):
        site = replace(site, freckles_per_cm2=between(rng, 1, 5), naevi=min(site.naevi * 3 + 3, 60))
    rings: tuple[PenRingSpec, ...] = ()
    if chance(rng, 0.25):
        spot, room = spot_on(rng, camera, backdrop)
        rings = (any_ring(rng, spot, min(room * between(rng, 0.2, 0.7), 25)),)
    covers: tuple[CoverSpec, ...] = ()
    if chance(rng, 0.12):
        spot, room = spot_on(rng, camera, backdrop)
        wide = min(max(room * between(rng, 0.3, 0.9), 8), 60)
        covers = (CoverSpec("dressing", spot, (wide, wide * between(rng, 0.6, 1)), between(rng, 0, 180)),)
    visit = VisitSpec(
        0,
        camera,
        any_ruler(rng, camera) if chance(rng, 0.4) else None,
        rings,
        covers,
        marks=tuple(marks),
        cards=any_cards(rng, camera, 0.1),
        backdrop=backdrop,
        gloves=(any_glove(rng, camera),) if chance(rng, 0.12) else (),
        overlay=stamped(rng) if chance(rng, 0.15) else None,
    )
    return SiteSeries(site, (visit,))
