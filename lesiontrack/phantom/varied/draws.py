"""Draws that all kinds of photo share: camera, skin, rulers, hidden corners."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lesiontrack.phantom.optics import SKIN_TONES
from lesiontrack.phantom.props import CardSpec, MarkSpec, OverlaySpec, Vector
from lesiontrack.phantom.spec import CameraSpec, Course, LesionSpec, RulerSpec, SiteSpec

Rng = np.random.Generator


def between(rng: Rng, low: float, high: float) -> float:
    return float(rng.uniform(low, high))


def log_between(rng: Rng, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def chance(rng: Rng, probability: float) -> bool:
    return bool(rng.random() < probability)


def pick(rng: Rng, options: str) -> str:
    return str(rng.choice(options.split()))


def fixed(value: float) -> Course:
    return ((0.0, float(value)),)


def any_camera(rng: Rng, size: tuple[int, int], px_per_mm: float, *, film: bool = False) -> CameraSpec:
    """Wide in light, cast, focus and compression; film adds grain and strong colour."""
    warm, tint = float(rng.normal(0.2, 1.1)), float(rng.normal(0, 0.035))
    cool = between(rng, -0.3, 0.35) if chance(rng, 0.2) else 0.0
    camera = CameraSpec(
        width=size[0],
        height=size[1],
        px_per_mm=px_per_mm,
        rotation_deg=float(np.clip(rng.normal(0, 8), -20, 20)),
        tilt_x_deg=float(np.clip(rng.normal(0, 9), -30, 30)),
        tilt_y_deg=float(np.clip(rng.normal(0, 9), -30, 30)),
        distance_mm=max(250.0, 1.6 * max(size) / px_per_mm),
        white_balance=(
            float(np.clip(1 + 0.09 * warm, 0.75, 1.35)),
            1.0 + tint,
            float(np.clip(1 - 0.13 * warm, 0.55, 1.35)),
        ),
        exposure=float(np.clip(rng.lognormal(-0.02, 0.22), 0.5, 1.45)),
        vignetting=between(rng, 0, 0.35),
        light_deg=between(rng, 0, 360),
        light_slant_deg=between(rng, 10, 48),
        falloff=between(rng, 0, 0.45),
        gloss=log_between(rng, 0.15, 2.5),
        blur_px=float(rng.gamma(2.0, 0.45)),
        motion_px=between(rng, 2, 7) if chance(rng, 0.08) else 0.0,
        noise=log_between(rng, 0.003, 0.03),
        jpeg_quality=int(rng.integers(45, 97)),
        second_light=(1 - cool, 1.0, 1 + cool),
        contrast=between(rng, 0.85, 1.2),
        saturation=between(rng, 0.75, 1.25),
    )
    if not film:
        return camera
    return replace(
        camera,
        contrast=between(rng, 0.9, 1.5),
        saturation=between(rng, 0.8, 1.6),
        noise=log_between(rng, 0.01, 0.04),
    )


def frame_mm(camera: CameraSpec) -> Vector:
    return camera.width / camera.px_per_mm, camera.height / camera.px_per_mm


def any_skin(rng: Rng, name: str, camera: CameraSpec, lesions: tuple[LesionSpec, ...] = ()) -> SiteSpec:
    """Skin that fills the frame at any roll; relief and hair get lost with the distance."""
    wide, high = frame_mm(camera)
    roll = abs(np.deg2rad(camera.rotation_deg))
    cos, sin = 1.14 * float(np.cos(roll)), 1.14 * float(np.sin(roll))
    extent = (cos * wide + sin * high + 4, sin * wide + cos * high + 4)
    weights = np.array([0.16, 0.26, 0.2, 0.14, 0.13, 0.11])
    near = float(np.clip(camera.px_per_mm / 9, 0.12, 1))
    return SiteSpec(
        name,
        str(rng.choice(list(SKIN_TONES), p=weights)),
        lesions,
        extent_mm=extent,
        naevi=int(rng.poisson(wide * high / 2500 * log_between(rng, 0.2, 6))),
        freckles_per_cm2=log_between(rng, 0.02, 1.5),
        hairs_per_cm2=log_between(rng, 0.05, 20) * near,
        hair_darkness=between(rng, 0.2, 1),
        hair_opacity=min(1.0, between(rng, 0.12, 0.22) * camera.px_per_mm),
        relief=near * log_between(rng, 0.3, 1.3),
    )


def in_frame(rng: Rng, camera: CameraSpec, share: float = 0.8) -> Vector:
    """A site point that falls into the middle share of the frame."""
    wide, high = frame_mm(camera)
    x, y = between(rng, -0.5, 0.5) * wide * share, between(rng, -0.5, 0.5) * high * share
    return to_site(camera, x, y)


def to_site(camera: CameraSpec, x: float, y: float) -> Vector:
    """Millimetres along the frame's own axes from its middle → site mm, leaving the slant out."""
    roll = np.deg2rad(camera.rotation_deg)
    return (
        float(np.cos(roll) * x + np.sin(roll) * y) + camera.look_at_mm[0],
        float(-np.sin(roll) * x + np.cos(roll) * y) + camera.look_at_mm[1],
    )


def any_ruler(rng: Rng, camera: CameraSpec, *, inwards: float = 0.0) -> RulerSpec:
    """A ruler along one side of the frame, often cut off by it; `inwards` 0..1 brings it to the middle."""
    wide, high = frame_mm(camera)
    side = int(rng.integers(4))
    reach = (high if side % 2 == 0 else wide) * 0.5
    along = wide if side % 2 == 0 else high
    edge = reach * between(rng, 0.45, 0.93) * (1 - 0.5 * inwards)
    turn = np.deg2rad(90 * side)
    start = -along * between(rng, 0.2, 0.75)
    x = np.cos(turn) * start - np.sin(turn) * edge
    y = np.sin(turn) * start + np.cos(turn) * edge
    width = between(rng, 10, 26)
    length = float(np.clip(along * between(rng, 0.7, 1.8), 20, 200))
    bars = []
    if chance(rng, 0.2):
        left = between(rng, 0, 0.5 * length)
        bars.append((left, between(rng, 6, 9), left + between(rng, 8, 25), between(rng, 10, 15)))
    return RulerSpec(
        to_site(camera, float(x), float(y)),
        90 * side - camera.rotation_deg + float(rng.normal(0, 9)),
        length_mm=round(length),
        width_mm=width,
        first_number=int(rng.integers(0, 12)) if chance(rng, 0.5) else 0,
        design=pick(rng, "white white white white black yellow green steel"),
        redacted=tuple(bars),
    )


def black_corners(rng: Rng) -> tuple[tuple[float, float, float], ...]:
    """Corners of a film scan that was turned, or bars at its sides."""
    corners = []
    for _ in range(int(rng.integers(1, 3))):
        angle = float(rng.choice([0, 90, 180, 270])) + float(rng.normal(0, 18))
        turn = np.deg2rad(angle)
        out = between(rng, 0.36, 0.49)
        corners.append((0.5 + out * float(np.cos(turn)), 0.5 + out * float(np.sin(turn)), angle))
    return tuple(corners)


def stamped(rng: Rng) -> OverlaySpec:
    """A date burnt in by the camera."""
    text = pick(rng, "{m:02d}/{d:02d}/{y} {d:02d}-{m:02d}-{y} {y}/{m:02d}/{d:02d}")
    date = text.format(
        m=int(rng.integers(1, 13)), d=int(rng.integers(1, 29)), y=int(rng.integers(2005, 2024))
    )
    colour = (225, 140, 40) if chance(rng, 0.7) else (235, 235, 60)
    return OverlaySpec(date=date, date_colour=colour)


def any_shadow(rng: Rng, camera: CameraSpec) -> MarkSpec:
    """A broad shadow over a part of the frame."""
    reach = float(np.hypot(*frame_mm(camera)))
    size = (reach * between(rng, 0.6, 1.6), reach * between(rng, 0.15, 0.8))
    return MarkSpec("shadow", in_frame(rng, camera, 1.3), size, between(rng, 0, 180), between(rng, 0.3, 1.1))


def any_cards(rng: Rng, camera: CameraSpec, probability: float) -> tuple[CardSpec, ...]:
    """Seldom, a colour card or a card with markers, often cut off by the frame."""
    wide, high = frame_mm(camera)
    if not chance(rng, probability) or min(wide, high) < 35:
        return ()
    side = float(np.clip(min(wide, high) * between(rng, 0.05, 0.12), 3, 14))
    x, y = (0.5 * reach * between(rng, 0.3, 0.85) * float(rng.choice([-1, 1])) for reach in (wide, high))
    corner = to_site(camera, x - 3 * side, y - 2 * side)
    apart = (side * between(rng, 2.5, 6), side * between(rng, 2, 4))
    angle = float(rng.choice([0, 90, 180])) - camera.rotation_deg + float(rng.normal(0, 10))
    return (CardSpec(pick(rng, "colour colour aruco"), corner, angle, side, apart),)
