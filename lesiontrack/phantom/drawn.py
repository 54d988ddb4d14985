"""What is thin: anti-aliased lines, pen rings with numbers, hairs."""

from __future__ import annotations

import cv2
import numpy as np

from lesiontrack.arrays import Plane, Points
from lesiontrack.phantom import glyphs
from lesiontrack.phantom.layers import Layers
from lesiontrack.phantom.lesions import frame_noise
from lesiontrack.phantom.optics import from_srgb
from lesiontrack.phantom.skin import stream
from lesiontrack.phantom.spec import PenRingSpec, SiteSpec

_SUB = 4  # binary digits of sub-pixel positions in OpenCV's drawing
INKS = {
    "violet": (0.9, 1.45, 0.75),
    "black": (1.7, 1.75, 1.7),
    "blue": (2.0, 1.35, 0.5),
    "green": (1.5, 0.85, 1.2),
}


def draw_lines(plane: Plane, lines: list[Points], value: float, thickness: int = 1) -> None:
    """Anti-aliased polylines, (N, 2) pixel points each, into a float plane, in place."""
    canvas = np.zeros(plane.shape, np.uint8)
    fixed = [np.round(line * (1 << _SUB)).astype(np.int32).reshape(-1, 1, 2) for line in lines]
    cv2.polylines(canvas, fixed, False, (255,), thickness, cv2.LINE_AA, _SUB)
    np.maximum(plane, canvas.astype(np.float32) * np.float32(value / 255), out=plane)


def paint_ring(layers: Layers, ring: PenRingSpec, seed: int, day: int) -> None:
    """A marker ring with its number, drawn anew at each visit, in patchy ink."""
    rng = stream(seed, "ring", ring.number or 0, day)
    theta = np.linspace(0.1, 2 * np.pi + 0.25 - np.deg2rad(ring.gap_deg), 240)
    radius = np.full_like(theta, ring.radius_mm)
    for k in range(1, 6):
        radius += ring.radius_mm * rng.normal(0, 0.035 / k) * np.cos(k * theta + rng.uniform(0, 2 * np.pi))
    points = np.column_stack([np.cos(theta), np.sin(theta)]) * radius[:, None]
    if ring.squash != 1 or ring.turn_deg:
        turn = np.deg2rad(ring.turn_deg)
        axes = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        points = points * np.array([1.0, ring.squash]) @ axes
    points = points + np.array(ring.centre_mm)
    lines = [points]
    if ring.number is not None:
        height = ring.radius_mm * ring.number_size
        beside = np.array([1.2, -rng.uniform(0.1, 0.8)]) * ring.radius_mm
        if ring.number_deg is not None:
            towards = np.deg2rad(ring.number_deg)
            middle = np.array([np.cos(towards), np.sin(towards)]) * (1.15 * ring.radius_mm + 0.6 * height)
            beside = middle - np.array([glyphs.width(str(ring.number), height), height]) / 2
        start = np.array(ring.centre_mm) + beside
        slant = np.array([[1, rng.normal(0, 0.05)], [rng.normal(-0.12, 0.06), 1]])
        lines += [line @ slant.T + start for line in glyphs.strokes(str(ring.number), height)]
    drawn = np.zeros(layers.shape, np.float32)
    width = max(1, round(ring.stroke_mm * layers.px_per_mm))
    draw_lines(drawn, [layers.view.to_image(line) for line in lines], 1.0, width)
    ink = np.asarray(cv2.GaussianBlur(drawn, (0, 0), 0.13 * layers.px_per_mm), np.float32)
    patchy = frame_noise(layers, 0.22, rng) * 0.16 + frame_noise(layers, 3.0, rng) * 0.10
    ink = np.clip((ink + patchy * (ink > 0.04) - 0.12) * 1.15, 0, 1) * np.float32(rng.uniform(0.75, 1.0))
    stained = np.exp(-ink[..., None] * np.asarray(INKS[ring.ink], np.float32))
    layers.ink |= ink >= 0.35
    layers.stain = layers.stain * stained


def paint_hairs(layers: Layers, site: SiteSpec, seed: int, day: int, light_deg: float) -> None:
    """Hairs: roots stay, the way that each lies is drawn anew at each visit."""
    root_rng, lie_rng = stream(seed, site.name, "hair"), stream(seed, site.name, "hair", day)
    count = int(site.hairs_per_cm2 * site.extent_mm[0] * site.extent_mm[1] / 100)
    roots = np.column_stack([root_rng.uniform(-0.5, 0.5, count) * extent for extent in site.extent_mm])
    lean = root_rng.uniform(0, 360) + root_rng.normal(0, 26, count)
    lengths = root_rng.gamma(4, 1.9, count)
    kept = lie_rng.random(count) < 0.85
    heading = np.deg2rad(lean + lie_rng.normal(0, 28, count))
    bend = np.clip(lie_rng.normal(0, 0.13, count), -0.22, 0.22) * 7 / np.maximum(lengths, 7)
    steps = np.linspace(0, 1, 14)
    px_per_mm = layers.px_per_mm
    dark, pale, shadow = (np.zeros(layers.shape, np.float32) for _ in range(3))
    groups: dict[bool, list[Points]] = {True: [], False: []}
    is_dark = root_rng.random(count) < 0.35 + 0.6 * site.hair_darkness
    for i in np.flatnonzero(kept):
        angle = heading[i] + bend[i] * lengths[i] * steps
        path = roots[i] + np.cumsum(np.column_stack([np.cos(angle), np.sin(angle)]) * lengths[i] / 14, axis=0)
        groups[bool(is_dark[i])].append(layers.view.to_image(path))
    thickness = max(1, round(0.075 * px_per_mm))
    away = np.deg2rad(light_deg + 180)
    offset = 0.30 * px_per_mm * np.array([np.cos(away), np.sin(away)])
    draw_lines(dark, groups[True], 0.75 * site.hair_opacity, thickness)
    draw_lines(pale, groups[False], 0.22 * site.hair_opacity, 1)
    draw_lines(shadow, [line + offset for line in groups[True]], 0.25 * site.hair_opacity, thickness)
    soft = cv2.GaussianBlur(shadow, (0, 0), max(0.12 * px_per_mm, 0.5))
    layers.shade *= 1 - np.asarray(soft, np.float32)
    brown = from_srgb((92, 62, 40)) * np.float32(1.15 - site.hair_darkness)
    layers.cover(from_srgb((214, 186, 150)), pale)
    layers.cover(brown, dark)
    layers.ink |= dark >= 0.3
    layers.hair |= dark >= 0.3
