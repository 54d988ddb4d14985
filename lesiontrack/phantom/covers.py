"""What hides the skin: crusts, dressings, and the drape where the limb ends."""

from __future__ import annotations

import cv2
import numpy as np

from lesiontrack.arrays import Plane
from lesiontrack.phantom.layers import Layers
from lesiontrack.phantom.lesions import frame_noise
from lesiontrack.phantom.optics import from_srgb
from lesiontrack.phantom.outline import make_outline
from lesiontrack.phantom.skin import stream
from lesiontrack.phantom.spec import CoverSpec, SiteSpec, VisitSpec


def paint_cover(layers: Layers, cover: CoverSpec, seed: int, light_deg: float) -> None:
    """A crust (irregular, cracked) or a dressing (woven pad with two strips of tape)."""
    rng = stream(seed, cover.kind, round(cover.centre_mm[0]), round(cover.centre_mm[1]))
    if cover.kind == "crust":
        _paint_crust(layers, cover, rng)
    else:
        _paint_dressing(layers, cover, rng, light_deg)


def _paint_crust(layers: Layers, cover: CoverSpec, rng: np.random.Generator) -> None:
    outline = make_outline(cover.centre_mm, cover.size_mm, cover.angle_deg, 0.14, rng)
    depth = outline.inside_mm(layers.x, layers.y)
    fine, middle = frame_noise(layers, 0.4, rng), frame_noise(layers, 1.4, rng)
    opacity = np.clip((depth + 0.12 * fine) / np.float32(0.35) + 0.5, 0, 1)
    crack = np.exp(-np.abs(frame_noise(layers, 2.6, rng)) / np.float32(0.13))
    amber, brown, dark = from_srgb((138, 82, 56)), from_srgb((70, 30, 26)), from_srgb((32, 14, 14))
    rim = np.clip(1 - depth / np.float32(outline.mean_radius_mm * 0.5), 0, 1)
    mix = np.clip(0.05 + 0.35 * rim + 0.22 * middle + 0.16 * fine, 0, 1)[..., None]
    colour = brown * (1 - mix) + amber * mix
    torn = (0.35 * crack)[..., None]
    colour = colour * (1 - torn) + dark * torn
    layers.cover(colour, opacity)
    layers.height *= 1 - opacity
    layers.height += opacity * (0.30 + 0.06 * middle + 0.03 * fine - 0.04 * crack)
    layers.gloss *= 1 - np.float32(0.75) * opacity
    layers.haemoglobin += np.float32(0.35) * np.exp(-np.clip(-depth, 0, None) / np.float32(1.4))
    layers.hidden |= depth >= 0
    layers.crust |= depth >= 0


def _paint_dressing(layers: Layers, cover: CoverSpec, rng: np.random.Generator, light_deg: float) -> None:
    angle = np.deg2rad(cover.angle_deg)
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    dx, dy = layers.x - np.float32(cover.centre_mm[0]), layers.y - np.float32(cover.centre_mm[1])
    u, v = cos * dx + sin * dy, cos * dy - sin * dx
    half_u, half_v = cover.size_mm[0] / 2, cover.size_mm[1] / 2
    wobble = 0.25 * frame_noise(layers, 5.0, rng)
    pad = _box(u, v, half_u, half_v, wobble, 1.2)
    middle, fine = frame_noise(layers, 2.5, rng), frame_noise(layers, 0.4, rng)
    weave = 0.5 + 0.5 * np.cos(u * np.float32(2 * np.pi / 0.9)) * np.cos(v * np.float32(2 * np.pi / 0.9))
    pad_colour = from_srgb((232, 230, 226)) * (0.88 + 0.09 * weave + 0.02 * middle + 0.012 * fine)[..., None]
    strip = np.zeros_like(pad)
    for side in (-0.55, 0.55):
        strip = np.maximum(strip, _box(u - np.float32(half_u * side), v, 6.0, half_v + 13, wobble, 0.4))
    tape_weave = 1 + 0.03 * np.cos(v * np.float32(2 * np.pi / 0.6)) + 0.03 * middle + 0.02 * fine
    tape_colour = from_srgb((228, 221, 208)) * np.float32(0.92) * tape_weave[..., None]
    both = np.maximum(pad, strip)
    layers.cast_shadow(both, light_deg, height_mm=0.7, depth=0.42)
    layers.cover(pad_colour, pad)
    layers.cover(tape_colour, strip * np.float32(0.93))
    layers.flatten(both)
    swell = np.asarray(cv2.GaussianBlur(pad, (0, 0), 0.6 * layers.px_per_mm), np.float32)
    layers.height += 0.10 * strip * (1 + 0.3 * middle) + 0.5 * swell
    layers.hidden |= both >= 0.5


def _box(u: Plane, v: Plane, half_u: float, half_v: float, wobble: Plane, round_mm: float) -> Plane:
    """Opacity of a box with round corners and uneven edges."""
    du = np.abs(u) - np.float32(half_u - round_mm) + wobble * np.float32(0.5)
    dv = np.abs(v) - np.float32(half_v - round_mm) + wobble * np.float32(0.5)
    out = np.hypot(np.maximum(du, 0), np.maximum(dv, 0)) + np.minimum(np.maximum(du, dv), 0)
    return np.asarray(np.clip((np.float32(round_mm) - out) / np.float32(0.15) + 0.5, 0, 1), np.float32)


def paint_drape(layers: Layers, site: SiteSpec, visit: VisitSpec, seed: int) -> None:
    """The limb's curvature in the light, and the drape where the limb ends."""
    rng = stream(seed, site.name, "drape", visit.day)
    if site.limb_radius_mm is not None:
        _shade_round(layers, site.limb_radius_mm, visit)
        skin = (~layers.background).astype(np.uint8)
        if skin.all():
            return
        outside = cv2.distanceTransform(1 - skin, cv2.DIST_L2, 5) - cv2.distanceTransform(
            skin, cv2.DIST_L2, 5
        )
        _paint_beyond(layers, np.asarray(outside / np.float32(layers.px_per_mm), np.float32), rng)
        return
    if site.limb_width_mm is None:
        return
    half = np.float32(site.limb_width_mm / 2)
    bend = np.float32(1.2) * frame_noise(layers, 30.0, stream(seed, site.name, "limb"))
    beyond = np.abs(layers.y + bend) - half
    across = np.clip(np.abs(layers.y + bend) / half, 0, 1)
    layers.shade *= np.sqrt(np.clip(1 - 0.80 * across**4, 0.06, 1))
    _paint_beyond(layers, beyond, rng)


def _shade_round(layers: Layers, radius_mm: float, visit: VisitSpec) -> None:
    """The light on a cylinder, of which the relief knows nothing."""
    camera = visit.camera
    direction = np.deg2rad(camera.light_deg - camera.rotation_deg)
    slant = np.deg2rad(camera.light_slant_deg)
    angle = layers.y / np.float32(radius_mm)
    facing = np.cos(angle) + np.sin(angle) * np.float32(np.sin(direction) * np.tan(slant))
    layers.shade *= np.float32(0.35) + np.float32(0.65) * np.clip(facing, 0, 1.2)


def _paint_beyond(layers: Layers, beyond: Plane, rng: np.random.Generator) -> None:
    """Blue drape where `beyond`, mm past the limb's edge, is positive."""
    drape = np.clip(beyond * np.float32(1.2) + 0.5, 0, 1)
    folds = frame_noise(layers, 14.0, rng)
    near = 1 - 0.55 * np.exp(-np.clip(beyond, 0, None) / np.float32(5))
    blue = from_srgb((118, 150, 178)) * np.clip((0.75 + 0.22 * folds) * near, 0.05, 1.2)[..., None]
    layers.cover(blue, drape)
    layers.shade = layers.shade * (1 - drape) + drape
    layers.height *= 1 - drape
    layers.gloss *= 1 - drape
    layers.background |= beyond >= 0
