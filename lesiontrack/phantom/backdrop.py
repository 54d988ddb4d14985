"""What is behind a body part: sheets, drapes, floor, walls and what stands about."""

from __future__ import annotations

import cv2
import numpy as np

from lesiontrack.arrays import AnyArray, Plane
from lesiontrack.phantom.body import opacity_of, tubes
from lesiontrack.phantom.layers import Layers
from lesiontrack.phantom.optics import from_srgb
from lesiontrack.phantom.props import AreaSpec, BackdropSpec
from lesiontrack.phantom.skin import noise, stream


def paint_backdrop(layers: Layers, backdrop: BackdropSpec, seed: int, light_deg: float) -> None:
    """Cut the skin to the body's outline, make it round, and paint what is behind."""
    rng = stream(seed, "backdrop")
    depth, height, cleft = tubes(layers.x, layers.y, backdrop.body)
    body = opacity_of(depth, layers.px_per_mm)
    behind = 1 - body
    scene = _scene(layers.shape, backdrop, rng)
    layers.height += height
    layers.shade *= 1 - np.float32(0.6) * cleft
    # Less light comes from the sides than from above: the rim of a limb is darker than its slope alone says.
    layers.shade *= np.float32(0.62) + np.float32(0.38) * np.sqrt(
        np.clip(height / max(height.max(), 1e-3), 0, 1)
    )
    layers.cover(scene, behind)
    layers.flatten(behind)
    shadow_mm = 0.10 * float(height.max())
    layers.cast_shadow(body, light_deg, height_mm=max(shadow_mm, 0.5), depth=0.55)
    near = np.exp(-np.clip(-depth, 0, None) / np.float32(max(shadow_mm, 0.5)))
    layers.shade *= 1 - np.float32(0.4) * near * behind
    layers.background |= depth <= 0


def _scene(shape: tuple[int, int], backdrop: BackdropSpec, rng: np.random.Generator) -> AnyArray:
    scene = np.zeros((*shape, 3), np.float32)
    reach = float(np.hypot(*shape))
    for index, area in enumerate(backdrop.areas):
        painted = _area(shape, area, rng)
        if index == 0:
            scene = painted
            continue
        away = _beyond(shape, area)
        away += np.float32(0.02 * reach) * _noise(shape, 0.25 * reach, rng)
        over = np.clip(away / np.float32(1.5) + 0.5, 0, 1)[..., None]
        lip = 1 - 0.45 * np.exp(-np.abs(away) / np.float32(0.012 * reach))[..., None] * (1 - over)
        scene = scene * lip * (1 - over) + painted * over
    scene = _clutter(scene, backdrop.clutter, rng)
    if backdrop.blur_px > 0.3:
        scene = np.asarray(cv2.GaussianBlur(scene, (0, 0), backdrop.blur_px), np.float32)
    return scene


def _beyond(shape: tuple[int, int], area: AreaSpec) -> Plane:
    """Pixels beyond the area's line, negative before it."""
    angle = np.deg2rad(area.angle_deg)
    x = np.arange(shape[1], dtype=np.float32) - np.float32(area.at[0] * shape[1])
    y = np.arange(shape[0], dtype=np.float32) - np.float32(area.at[1] * shape[0])
    return np.asarray(x * np.float32(np.cos(angle)) + y[:, None] * np.float32(np.sin(angle)), np.float32)


def _noise(
    shape: tuple[int, int],
    pitch_px: float,
    rng: np.random.Generator,
    stretch: float = 1.0,
    angle: float = 0.0,
) -> Plane:
    return noise((shape[1], shape[0]), 1.0, (max(pitch_px, 1.5) * stretch, max(pitch_px, 1.5)), rng, angle)


def _area(shape: tuple[int, int], area: AreaSpec, rng: np.random.Generator) -> AnyArray:
    reach = float(np.hypot(*shape))
    colour = from_srgb(area.colour)
    angle = float(rng.uniform(0, 180))
    if area.kind in ("sheet", "drape"):
        strength = 0.14 if area.kind == "sheet" else 0.2
        folds = _noise(shape, 0.09 * reach, rng, 3.0, angle) + 0.7 * _noise(shape, 0.2 * reach, rng)
        crease = np.exp(-np.abs(_noise(shape, 0.16 * reach, rng, 2.0, angle + 40)) / np.float32(0.06))
        light = 0.9 + strength * np.tanh(folds) - 0.10 * crease + 0.015 * _noise(shape, 1.5, rng)
        if rng.random() < 0.2:
            return _spotted(np.asarray(colour * np.clip(light, 0.02, 1.4)[..., None], np.float32), rng)
    elif area.kind == "denim":
        light = (
            0.9 + 0.22 * _noise(shape, 0.12 * reach, rng, 2.0, angle) + 0.12 * _noise(shape, 1.5, rng, 3, 60)
        )
    elif area.kind == "floor":
        grain = 0.16 * _noise(shape, 0.008 * reach, rng, 14.0, angle) + 0.10 * _noise(
            shape, 0.03 * reach, rng, 8, angle
        )
        turned = _beyond(shape, AreaSpec("floor", area.colour, (0.0, 0.0), angle + 90))
        seam = np.abs(((turned / np.float32(0.11 * reach)) % 1) - 0.5) < 0.012
        light = np.clip(0.95 + grain, 0.2, None) * np.where(seam, 0.5, 1)
    elif area.kind == "wall":
        light = 0.9 + 0.12 * _noise(shape, 0.8 * reach, rng) + 0.01 * _noise(shape, 2, rng)
    else:
        light = np.clip(1 + 0.6 * _noise(shape, 0.15 * reach, rng), 0.1, 3)
    return np.asarray(colour * np.clip(light, 0.02, 1.4)[..., None], np.float32)


def _spotted(cloth: AnyArray, rng: np.random.Generator) -> AnyArray:
    """Spots of blood and wound fluid on cloth: red, but no wound."""
    shape = (cloth.shape[0], cloth.shape[1])
    reach = float(np.hypot(*shape))
    field = _noise(shape, 0.03 * reach, rng) + 1.5 * _noise(shape, 0.2 * reach, rng)
    spots = np.clip((field - np.float32(rng.uniform(2.2, 3.2))) * 3, 0, 1)[..., None]
    absorbed = np.array([0.25, 1.9, 1.7] if rng.random() < 0.6 else [0.15, 0.45, 1.1], np.float32)
    return np.asarray(cloth * np.exp(-spots * absorbed), np.float32)


def _clutter(scene: AnyArray, count: int, rng: np.random.Generator) -> AnyArray:
    """Boxes, bars and cables of furniture, with a lit and a shaded side."""
    height, width = scene.shape[:2]
    for _ in range(count):
        dark = float(rng.beta(0.7, 1.2))
        tint = np.clip(dark + rng.normal(0, 0.06, 3), 0.005, 0.9).astype(np.float32)
        if rng.random() < 0.2:
            tint = rng.uniform(0.01, 0.6, 3).astype(np.float32)
        where = np.array([rng.uniform(0, width), rng.uniform(0, height)])
        turn = np.deg2rad(rng.normal(0, 12) + 90 * rng.integers(2))
        axes = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        long, short = (
            rng.uniform(0.08, 0.6) * width,
            rng.choice([0.012, 0.05, 0.2]) * width * rng.uniform(0.6, 1.4),
        )
        corners = (
            np.array([[-long, -short], [long, -short], [long, short], [-long, short]]) / 2 @ axes + where
        )
        for shift, factor in ((0.0, 1.0), (0.25, 0.6)):
            moved = corners + axes[1] * short * shift
            if shift:
                moved[:2] = corners[:2] + axes[1] * short * 0.7
            cv2.fillPoly(
                scene, [np.round(moved * 16).astype(np.int32)], (tint * factor).tolist(), cv2.LINE_8, 4
            )
    return scene
