"""Skin with many lesions under treatment: inflammation, erosions over lesions, crusts, dressings, marks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lesiontrack.phantom.props import MarkSpec, WoundSpec
from lesiontrack.phantom.spec import CoverSpec, LesionSpec, PenRingSpec, SiteSeries, VisitSpec
from lesiontrack.phantom.varied.clinic import small_wound
from lesiontrack.phantom.varied.closeup import any_lesion, any_ring
from lesiontrack.phantom.varied.draws import (
    Rng,
    any_camera,
    any_cards,
    any_ruler,
    any_shadow,
    any_skin,
    between,
    chance,
    fixed,
    frame_mm,
    in_frame,
    log_between,
    pick,
)


def treated(rng: Rng, size: tuple[int, int]) -> SiteSeries:
    """1 to 40 lesions in a frame of 40 to 220 mm, with what the treatment does to them."""
    camera = any_camera(rng, size, max(size) / log_between(rng, 40, 220))
    short = min(frame_mm(camera))
    site = any_skin(rng, "treated", camera)
    count = int(np.clip(round(log_between(rng, 1, 40)), 1, 40))
    usual = float(np.clip(short * log_between(rng, 0.04, 0.2), 3.2, 16))
    lesions: list[LesionSpec] = []
    for _ in range(count * 6):
        if len(lesions) == count:
            break
        centre = in_frame(rng, camera, 1.0 if count > 5 else 0.7)
        length = float(np.clip(usual * rng.lognormal(0, 0.4), 3.1, 30))
        clear = all(
            np.hypot(centre[0] - one.position_mm[0], centre[1] - one.position_mm[1])
            > 0.6 * (length + one.axes_mm[0])
            for one in lesions
        )
        if clear or chance(rng, 0.04):
            lesions.append(any_lesion(rng, f"L{len(lesions) + 1}", centre, length, site.skin))
    wounds: list[WoundSpec] = []
    covers: list[CoverSpec] = []
    rings: list[PenRingSpec] = []
    eroding = between(rng, 0.1, 0.6) if chance(rng, 0.5) else 0.0
    for lesion in lesions:
        length = lesion.axes_mm[0]
        if chance(rng, eroding):
            wounds.append(small_wound(rng, lesion.position_mm, length * between(rng, 0.4, 1.6)))
        elif chance(rng, 0.06):
            covers.append(_cover(rng, lesion, "crust"))
        if chance(rng, min(0.3 / len(lesions), 0.12)):
            covers.append(_cover(rng, lesion, "dressing"))
        if chance(rng, 0.6 / len(lesions)):
            rings.append(any_ring(rng, lesion.position_mm, length))
    for _ in range(int(rng.poisson(1.0))):
        wounds.append(small_wound(rng, in_frame(rng, camera), usual * log_between(rng, 0.4, 3)))
    marks = tuple(
        MarkSpec(
            pick(rng, "povidone cream bruise veins scar depigmented scale tattoo"),
            in_frame(rng, camera),
            (short * between(rng, 0.15, 0.6), short * between(rng, 0.1, 0.4)),
            between(rng, 0, 180),
            between(rng, 0.4, 1.1),
        )
        for _ in range(int(rng.poisson(0.6)))
    )
    red = between(rng, 2, 15) if chance(rng, 0.65) else 0.0
    site = replace(site, lesions=tuple(lesions), erythema=fixed(red), treated_margin_mm=between(rng, 4, 40))
    ruler = any_ruler(rng, camera) if chance(rng, 0.5) else None
    if chance(rng, 0.15):
        marks += (any_shadow(rng, camera),)
    visit = VisitSpec(
        0, camera, ruler, tuple(rings), tuple(covers), tuple(wounds), marks, cards=any_cards(rng, camera, 0.1)
    )
    return SiteSeries(site, (visit,))


def _cover(rng: Rng, lesion: LesionSpec, kind: str) -> CoverSpec:
    size = lesion.axes_mm[0] * (between(rng, 0.6, 1.3) if kind == "crust" else between(rng, 1.2, 2.5))
    if kind == "dressing":
        size = max(size, 10.0)
    return CoverSpec(kind, lesion.position_mm, (size, size * between(rng, 0.7, 1)), between(rng, 0, 180))
