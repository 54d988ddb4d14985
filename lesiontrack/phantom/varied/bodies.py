"""Limbs, feet and backs before the backgrounds of clinic rooms."""

from __future__ import annotations

import numpy as np

from lesiontrack.arrays import Points
from lesiontrack.phantom.body import tubes
from lesiontrack.phantom.props import AreaSpec, BackdropSpec, Capsule, GloveSpec, MarkSpec, Vector
from lesiontrack.phantom.spec import CameraSpec
from lesiontrack.phantom.varied.draws import Rng, between, chance, frame_mm, in_frame, pick, to_site

_COLOURS = {
    "sheet": ((232, 230, 226), (214, 218, 224), (236, 228, 214)),
    "drape": ((118, 150, 178), (60, 130, 150), (70, 100, 170), (120, 165, 140)),
    "floor": ((96, 84, 76), (62, 54, 50), (150, 135, 115), (120, 118, 116)),
    "wall": ((205, 200, 188), (170, 170, 168), (222, 214, 190), (120, 116, 112)),
    "dark": ((26, 25, 26), (40, 36, 34), (14, 14, 16)),
    "denim": ((52, 68, 104), (40, 44, 60), (90, 84, 88)),
}


def any_backdrop(rng: Rng, camera: CameraSpec) -> BackdropSpec:
    """A limb, a foot with toes, or the edge of a back, in two or three areas of background."""
    body = {"limb": _limb, "foot": _foot, "edge": _edge}[pick(rng, "limb limb foot foot edge")](rng, camera)
    areas = []
    for _ in range(int(rng.integers(1, 4))):
        kind = pick(rng, "sheet sheet drape floor wall dark dark denim")
        options = _COLOURS[kind]
        colour = np.array(options[int(rng.integers(len(options)))]) * between(rng, 0.75, 1.08)
        colour = np.clip(colour + rng.normal(0, 7, 3), 4, 252).astype(int)
        areas.append(
            AreaSpec(
                kind,
                (int(colour[0]), int(colour[1]), int(colour[2])),
                (between(rng, 0.2, 0.8), between(rng, 0.2, 0.8)),
                between(rng, 0, 360),
            )
        )
    clutter = int(rng.poisson(2.5)) if chance(rng, 0.5) else 0
    return BackdropSpec(body, tuple(areas), clutter, float(rng.gamma(2, 0.7)))


def _limb(rng: Rng, camera: CameraSpec) -> tuple[Capsule, ...]:
    """A tube through the frame, or one that ends in it, bent or straight; seldom a second beside it."""
    wide, high = frame_mm(camera)
    thick = min(wide, high) * between(rng, 0.25, 0.62)
    angle = np.deg2rad(between(rng, 0, 360))
    along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    middle = across * min(wide, high) * between(rng, -0.15, 0.15)
    far = 0.9 * float(np.hypot(wide, high))
    start = middle - along * far
    end = middle + along * (far if chance(rng, 0.65) else between(rng, 0.0, 0.3) * min(wide, high))
    taper = between(rng, 0.7, 1.0)
    knee = middle + across * thick * float(rng.normal(0, 0.12))
    parts = [
        Capsule(_at(camera, start), _at(camera, knee), thick, thick * (1 + taper) / 2),
        Capsule(_at(camera, knee), _at(camera, end), thick * (1 + taper) / 2, thick * taper),
    ]
    if chance(rng, 0.15):
        away = across * thick * between(rng, 1.7, 2.6) * float(rng.choice([-1, 1]))
        parts.append(
            Capsule(_at(camera, start + away), _at(camera, end + away), thick * 0.95, thick * 0.8, 1)
        )
    return tuple(parts)


def _foot(rng: Rng, camera: CameraSpec) -> tuple[Capsule, ...]:
    """Leg, heel and sole, and up to five toes."""
    short = min(frame_mm(camera))
    wide = short * between(rng, 0.16, 0.3)
    angle = np.deg2rad(between(rng, 0, 360))
    along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    heel = -along * wide * between(rng, 0.3, 1.6) + across * wide * float(rng.normal(0, 0.4))
    ball = heel + along * wide * between(rng, 2.0, 2.8)
    bend = np.deg2rad(float(rng.normal(0, 55)))
    towards = -along * np.cos(bend) + across * np.sin(bend)
    parts = [
        Capsule(_at(camera, heel), _at(camera, ball), wide * between(rng, 0.75, 0.95), wide),
        Capsule(
            _at(camera, heel),
            _at(camera, heel + towards * 9 * wide),
            wide * 0.8,
            wide * between(rng, 0.8, 1.3),
        ),
    ]
    flip = float(rng.choice([-1, 1]))
    for toe in range(5 if chance(rng, 0.75) else int(rng.integers(0, 4))):
        side = flip * (toe - 2) * 0.42 * wide
        long = wide * (1.05 - 0.09 * toe) * between(rng, 0.85, 1.1)
        thick = wide * (0.30 if toe == 0 else 0.2) * between(rng, 0.9, 1.1)
        root = ball + across * side * 0.85 + along * wide * 0.3
        tip = root + along * long + across * side * between(rng, 0.0, 0.12)
        parts.append(
            Capsule(_at(camera, root), _at(camera, tip), thick, thick * between(rng, 0.85, 1.05), toe + 1)
        )
    return tuple(parts)


def nails(rng: Rng, camera: CameraSpec, backdrop: BackdropSpec) -> tuple[MarkSpec, ...]:
    """Nails on the tips of the toes, in half of the feet."""
    toes = [one for one in backdrop.body if one.group > 0 and one.end_radius_mm < 0.2 * min(frame_mm(camera))]
    if len(backdrop.body) < 3 or chance(rng, 0.45):
        return ()
    marks = []
    for one in toes:
        way = np.subtract(one.end_mm, one.start_mm)
        way = way / max(float(np.hypot(*way)), 1e-6)
        centre = np.array(one.end_mm) + way * one.end_radius_mm * 0.25
        size = (one.end_radius_mm * between(rng, 1.0, 1.3), one.end_radius_mm * between(rng, 0.9, 1.15))
        angle = float(np.rad2deg(np.arctan2(way[1], way[0])))
        marks.append(MarkSpec("nail", (float(centre[0]), float(centre[1])), size, angle))
    return tuple(marks)


def _edge(rng: Rng, camera: CameraSpec) -> tuple[Capsule, ...]:
    """A broad body part of which one side is in the frame."""
    wide, high = frame_mm(camera)
    reach = float(np.hypot(wide, high))
    angle = np.deg2rad(between(rng, 0, 360))
    along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    thick = reach * between(rng, 0.7, 1.2)
    middle = across * (min(wide, high) * between(rng, 0.05, 0.42) - thick)
    bulge = thick * between(rng, 0.9, 1.1)
    return (
        Capsule(_at(camera, middle - along * reach), _at(camera, middle), thick, bulge),
        Capsule(
            _at(camera, middle), _at(camera, middle + along * reach), bulge, thick * between(rng, 0.9, 1.05)
        ),
    )


def _at(camera: CameraSpec, point: Points) -> Vector:
    return to_site(camera, float(point[0]), float(point[1]))


def spot_on(rng: Rng, camera: CameraSpec, backdrop: BackdropSpec | None) -> tuple[Vector, float]:
    """A site point on the body and in the frame, and how far it is from the outline, in mm."""
    spots = [in_frame(rng, camera, 0.75) for _ in range(12)]
    if backdrop is None:
        return spots[0], 0.5 * min(frame_mm(camera))
    x, y = np.array(spots, np.float32).T[:, None]
    depth = tubes(x, y, backdrop.body)[0][0]
    inside = np.flatnonzero(depth > 0.35 * float(depth.max()))
    best = int(rng.choice(inside)) if len(inside) else int(np.argmax(depth))
    return spots[best], max(float(depth[best]), 3.0)


def any_glove(rng: Rng, camera: CameraSpec) -> GloveSpec:
    """Fingers that come in from one side of the frame."""
    short = min(frame_mm(camera))
    wide, high = frame_mm(camera)
    thick = min(max(short * between(rng, 0.06, 0.12), 6.0), 14.0)
    angle = np.deg2rad(between(rng, 0, 360))
    along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    edge = -along * 0.5 * np.hypot(wide, high) * between(rng, 0.75, 1.0)
    fingers = []
    for index in range(int(rng.integers(1, 5))):
        root = edge + across * (index - 1.5) * 1.75 * thick
        tip = root + along * thick * between(rng, 3.0, 6.0) + across * float(rng.normal(0, 0.6)) * thick
        fingers.append(
            Capsule(_at(camera, root - along * 3 * thick), _at(camera, tip), thick, thick * 0.75, index)
        )
    colours = ((88, 78, 190), (60, 110, 190), (225, 222, 215), (70, 60, 160))
    return GloveSpec(tuple(fingers), colours[int(rng.integers(len(colours)))])
