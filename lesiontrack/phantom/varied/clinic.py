"""Clinic photos of limbs with wounds, before rooms, sheets and drapes."""

from __future__ import annotations

from lesiontrack.phantom.props import BackdropSpec, MarkSpec, Vector, WoundSpec
from lesiontrack.phantom.spec import CameraSpec, SiteSeries, VisitSpec
from lesiontrack.phantom.varied.bodies import any_backdrop, any_glove, nails, spot_on
from lesiontrack.phantom.varied.draws import (
    Rng,
    any_camera,
    any_cards,
    any_ruler,
    any_shadow,
    any_skin,
    between,
    chance,
    frame_mm,
    log_between,
    pick,
    stamped,
)


def clinic(rng: Rng, size: tuple[int, int]) -> SiteSeries:
    """One to five wounds of 0.05 to 20 % of the frame, two thirds of them on a limb before a background."""
    camera = any_camera(rng, size, max(size) / log_between(rng, 60, 420))
    short = min(frame_mm(camera))
    backdrop = any_backdrop(rng, camera) if chance(rng, 0.8) else None
    wounds: list[WoundSpec] = []
    for index in range(int(rng.choice([1, 1, 1, 2, 3, 5]))):
        spot, room = spot_on(rng, camera, backdrop)
        limit = min(short * 0.55, 1.5 * room)
        length = limit * log_between(rng, 0.12, 1.1) * (1.0 if index == 0 else 0.6)
        wounds.append(any_wound(rng, spot, max(length, 3.0)))
    marks = []
    if chance(rng, 0.55):
        first = wounds[0]
        wide = first.size_mm[0] * between(rng, 1.3, 4)
        marks.append(
            MarkSpec("redness", first.centre_mm, (wide, wide * 0.8), strength=log_between(rng, 0.15, 1.3))
        )
    marks += surroundings(rng, camera, backdrop)
    site = any_skin(rng, "clinic", camera)
    gloves = (any_glove(rng, camera),) if chance(rng, 0.2) else ()
    ruler = any_ruler(rng, camera, inwards=between(rng, 0, 1)) if chance(rng, 0.2) else None
    overlay = stamped(rng) if chance(rng, 0.2) else None
    visit = VisitSpec(
        0,
        camera,
        ruler,
        wounds=tuple(wounds),
        marks=tuple(marks),
        backdrop=backdrop,
        cards=any_cards(rng, camera, 0.05),
        gloves=gloves,
        overlay=overlay,
    )
    return SiteSeries(site, (visit,))


def surroundings(rng: Rng, camera: CameraSpec, backdrop: BackdropSpec | None) -> list[MarkSpec]:
    """What the skin of a limb shows beside wounds: stains, horn, scales, folds, veins, nails."""
    marks = []
    for _ in range(int(rng.poisson(1.4))):
        spot, room = spot_on(rng, camera, backdrop)
        kind = pick(
            rng,
            "stain stain stain callus callus scale scale creases creases povidone bruise veins scar",
        )
        if chance(rng, 0.05):
            kind = pick(rng, "cream depigmented tattoo")
        size = (room * log_between(rng, 0.4, 3), room * log_between(rng, 0.4, 2))
        marks.append(MarkSpec(kind, spot, size, between(rng, 0, 180), between(rng, 0.3, 1.1)))
    if chance(rng, 0.12):
        marks.append(any_shadow(rng, camera))
    if backdrop is not None:
        marks += nails(rng, camera, backdrop)
    return marks


def any_wound(rng: Rng, centre: Vector, length: float) -> WoundSpec:
    """From raw to sloughy to necrotic, with or without macerated rim and halo."""
    look = pick(rng, "raw raw raw mixed mixed slough necrotic")
    slough, eschar = {
        "raw": (between(rng, 0, 0.2), 0.0),
        "mixed": (between(rng, 0.2, 0.6), between(rng, 0, 0.3) if chance(rng, 0.4) else 0.0),
        "slough": (between(rng, 0.6, 0.95), 0.0),
        "necrotic": (between(rng, 0, 0.5), between(rng, 0.4, 0.97)),
    }[look]
    return WoundSpec(
        centre,
        (length, length * between(rng, 0.35, 1.0)),
        between(rng, 0, 180),
        irregularity=log_between(rng, 0.05, 0.2),
        raw=float(rng.beta(2, 2)),
        slough=slough,
        eschar=eschar,
        rim_mm=length * log_between(rng, 0.03, 0.45) if chance(rng, 0.55) else 0.0,
        rim_yellow=between(rng, -0.2, 1),
        rim_opacity=between(rng, 0.2, 0.9),
        softness=between(rng, 0, 1),
        halo=log_between(rng, 0.08, 1.0),
        halo_mm=max(length * log_between(rng, 0.08, 0.5), 1.5),
        dark=between(rng, 0.2, 1.2) if chance(rng, 0.25) else 0.0,
        depth_mm=length * log_between(rng, 0.005, 0.12),
        wet=between(rng, 0.1, 1.5),
        islands=between(rng, 0.05, 0.4) if chance(rng, 0.15) else 0.0,
    )


def small_wound(rng: Rng, centre: Vector, length: float) -> WoundSpec:
    """An erosion: shallow, raw or with a thin coat, little rim."""
    return WoundSpec(
        centre,
        (length, length * between(rng, 0.5, 1.0)),
        between(rng, 0, 180),
        irregularity=log_between(rng, 0.05, 0.2),
        raw=float(rng.beta(2.5, 2)),
        slough=between(rng, 0.2, 0.9) if chance(rng, 0.35) else between(rng, 0, 0.15),
        eschar=between(rng, 0.1, 0.5) if chance(rng, 0.15) else 0.0,
        rim_mm=length * between(rng, 0.04, 0.15) if chance(rng, 0.3) else 0.0,
        rim_opacity=between(rng, 0.2, 0.8),
        softness=between(rng, 0.2, 1),
        halo=between(rng, 0.1, 0.8),
        halo_mm=max(length * between(rng, 0.1, 0.5), 0.8),
        depth_mm=length * log_between(rng, 0.004, 0.05),
        wet=between(rng, 0.2, 1.5),
    )
