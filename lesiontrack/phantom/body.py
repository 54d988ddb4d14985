"""Body parts as round tubes lying in the plane: their outline, and their roundness for the light."""

from __future__ import annotations

import cv2
import numpy as np

from lesiontrack.arrays import Plane
from lesiontrack.phantom.layers import Layers
from lesiontrack.phantom.lesions import frame_noise
from lesiontrack.phantom.optics import from_srgb
from lesiontrack.phantom.props import Capsule, GloveSpec
from lesiontrack.phantom.skin import stream


def tubes(x: Plane, y: Plane, capsules: tuple[Capsule, ...]) -> tuple[Plane, Plane, Plane]:
    """Planes of site mm → (depth inside the outline in mm, negative outside; height in mm above the plane;
    darkening 0..1 in the cleft between groups).

    Within a group the distances are joined by log-sum-exp, so that an ankle flows into a foot.
    """
    depth = np.full(x.shape, -1e6, np.float32)
    second = depth.copy()
    radius = np.ones_like(depth)
    for group in sorted({capsule.group for capsule in capsules}):
        inside, around = _joined(x, y, [capsule for capsule in capsules if capsule.group == group])
        front = inside > depth
        second = np.where(front, depth, np.maximum(second, inside))
        radius = np.where(front, around, radius)
        depth = np.maximum(depth, inside)
    within = np.clip(depth, 0, radius)
    height = np.sqrt(within * (2 * radius - within))
    cleft = np.where(
        (depth > 0) & (second > -2), np.exp(-np.abs(depth - second) / np.float32(1.6)), 0
    ).astype(np.float32)
    return depth, np.asarray(height, np.float32), cleft


def _joined(x: Plane, y: Plane, capsules: list[Capsule]) -> tuple[Plane, Plane]:
    blend = np.float32(0.22 * min(min(one.start_radius_mm, one.end_radius_mm) for one in capsules))
    total = np.zeros(x.shape, np.float32)
    radii = np.zeros(x.shape, np.float32)
    parts = []
    for one in capsules:
        ax, ay = (np.float32(value) for value in one.start_mm)
        bx, by = (np.float32(end - start) for start, end in zip(one.start_mm, one.end_mm, strict=True))
        length2 = max(float(bx * bx + by * by), 1e-6)
        t = np.clip(((x - ax) * bx + (y - ay) * by) / np.float32(length2), 0, 1)
        around = np.float32(one.start_radius_mm) + np.float32(one.end_radius_mm - one.start_radius_mm) * t
        parts.append((around - np.hypot(x - ax - t * bx, y - ay - t * by), around))
    most = np.maximum.reduce([inside for inside, _ in parts])
    for inside, around in parts:
        weight = np.exp((inside - most) / blend)
        total += weight
        radii += weight * around
    return np.asarray(most + blend * np.log(total), np.float32), np.asarray(radii / total, np.float32)


def opacity_of(depth: Plane, px_per_mm: float) -> Plane:
    return np.asarray(np.clip(depth * np.float32(px_per_mm) + 0.5, 0, 1), np.float32)


def paint_glove(layers: Layers, glove: GloveSpec, seed: int, light_deg: float) -> None:
    """A nitrile glove: even colour, folds, soft highlights; it hides what is under it."""
    rng = stream(seed, "glove", round(glove.fingers[0].start_mm[0]))
    depth, height, cleft = tubes(layers.x, layers.y, glove.fingers)
    over = opacity_of(depth, layers.px_per_mm)
    layers.cast_shadow(over, light_deg, height_mm=2.0, depth=0.4)
    folds = frame_noise(layers, 9.0, rng)
    layers.cover(from_srgb(glove.colour) * (1 - 0.5 * cleft[..., None]) * (1 + 0.10 * folds[..., None]), over)
    layers.shade[...] = layers.shade * (1 - over) + over
    crease = np.exp(-np.abs(frame_noise(layers, 12.0, rng)) / np.float32(0.12))
    soft = cv2.GaussianBlur(height - np.float32(0.6) * crease.astype(np.float32), (0, 0), 1.2)
    layers.height[...] = layers.height * (1 - over) + np.asarray(soft, np.float32) * over
    layers.gloss[...] = layers.gloss * (1 - over) + np.float32(1.3) * over
    layers.hidden |= over >= 0.5
