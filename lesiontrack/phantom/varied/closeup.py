"""Close-ups of one lesion in a pen ring, with a ruler, as in the film archives of mole clinics."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lesiontrack.phantom.optics import SKIN_TONES
from lesiontrack.phantom.props import MarkSpec, OverlaySpec, Vector
from lesiontrack.phantom.spec import LesionSpec, PenRingSpec, SiteSeries, UlcerSpec, VisitSpec
from lesiontrack.phantom.varied.draws import (
    Rng,
    any_camera,
    any_cards,
    any_ruler,
    any_shadow,
    any_skin,
    between,
    black_corners,
    chance,
    fixed,
    frame_mm,
    in_frame,
    log_between,
    pick,
)


def closeup(rng: Rng, size: tuple[int, int]) -> SiteSeries:
    """One lesion, seldom two, 2 to 20 mm long, in a frame of 20 to 70 mm."""
    camera = any_camera(rng, size, max(size) / log_between(rng, 20, 70), film=chance(rng, 0.6))
    short = min(frame_mm(camera))
    length = float(np.clip(short * log_between(rng, 0.12, 0.6), 2.5, 25))
    centre = in_frame(rng, camera, 0.3)
    site = any_skin(rng, "closeup", camera)
    lesions = [any_lesion(rng, "A", centre, length, site.skin)]
    if chance(rng, 0.1):
        beside = (centre[0] + between(rng, 0.9, 1.3) * length, centre[1] + between(rng, -0.4, 0.4) * length)
        lesions.append(any_lesion(rng, "B", beside, length * between(rng, 0.4, 0.9), site.skin))
    rings: tuple[PenRingSpec, ...] = ()
    if chance(rng, 0.75):
        rings = (any_ring(rng, centre, min(length * between(rng, 0.75, 1.6), 0.6 * short)),)
    corners = black_corners(rng) if chance(rng, 0.25) else ()
    letters: tuple[tuple[str, float, float], ...] = ()
    if chance(rng, 0.05):
        letters = (("A", between(rng, 0.1, 0.3), between(rng, 0.2, 0.7)), ("B", between(rng, 0.7, 0.9), 0.5))
    marks: tuple[MarkSpec, ...] = ()
    if chance(rng, 0.15):
        marks = (MarkSpec("redness", centre, (2.5 * length, 2 * length), strength=between(rng, 0.2, 1)),)
    if chance(rng, 0.1):
        marks += (any_shadow(rng, camera),)
    ruler = any_ruler(rng, camera) if chance(rng, 0.7) else None
    overlay = OverlaySpec(corners=corners, letters=letters) if corners or letters else None
    site = replace(site, lesions=tuple(lesions))
    return SiteSeries(
        site,
        (
            VisitSpec(
                0, camera, ruler, rings, cards=any_cards(rng, camera, 0.05), marks=marks, overlay=overlay
            ),
        ),
    )


def any_lesion(rng: Rng, name: str, centre: Vector, length: float, skin: str) -> LesionSpec:
    """Pigmented, nodular or amelanotic; sharp or indistinct; strong or barely visible."""
    kind = pick(rng, "pigmented pigmented pigmented nodule amelanotic")
    ulcer = None
    if kind == "nodule" and chance(rng, 0.2):
        ulcer = UlcerSpec(fixed(length * between(rng, 0.25, 0.7)), slough=between(rng, 0.1, 0.8))
    return LesionSpec(
        name,
        centre,
        (length, length * between(rng, 0.55, 1.0)),
        kind,
        between(rng, 0, 180),
        strength=fixed(log_between(rng, min(0.28 + 0.2 * SKIN_TONES[skin], 0.8), 1.0)),
        irregularity=log_between(rng, 0.05, 0.17),
        edge_mm=float(np.clip(length * log_between(rng, 0.04, 0.25), 0.3, 3)),
        ulcer=ulcer,
    )


def any_ring(rng: Rng, centre: Vector, radius: float) -> PenRingSpec:
    """Open or closed, thin or thick, with a number in half of them."""
    off = 0.15 * radius
    return PenRingSpec(
        (centre[0] + between(rng, -off, off), centre[1] + between(rng, -off, off)),
        max(radius, 3.0),
        number=int(rng.integers(1, 120)) if chance(rng, 0.7) else None,
        ink=pick(rng, "violet violet black black blue green"),
        stroke_mm=log_between(rng, 0.25, 1.8),
        gap_deg=between(rng, 20, 170) if chance(rng, 0.3) else 0.0,
        squash=between(rng, 0.6, 1),
        turn_deg=between(rng, 0, 180),
        number_size=between(rng, 0.3, 0.9),
        number_deg=between(rng, 0, 360),
    )
