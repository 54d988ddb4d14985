"""Lesions and ulcers of a visit: their outlines on that day, and how they look."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from lesiontrack.arrays import Mask, Plane
from lesiontrack.phantom.layers import Layers
from lesiontrack.phantom.optics import HAEMOGLOBIN, PIGMENT, from_srgb
from lesiontrack.phantom.outline import Outline, make_outline
from lesiontrack.phantom.skin import stream
from lesiontrack.phantom.spec import LesionSpec, SiteSpec, at_day

GONE_SIZE = 0.02
GONE_STRENGTH = 0.05
_REACH_MM = 9.0  # how far the redness round a lesion can be told from nothing

# pigment, haemoglobin, height in mm per mm of radius
_LOOKS = {"pigmented": (1.9, 0.42, 0.05), "nodule": (0.12, 0.75, 0.22), "amelanotic": (0.05, 0.50, 0.05)}


@dataclass(frozen=True, eq=False)
class Grown:
    """A lesion on one day. `outline` is None when nothing is there; `ulcer` is None without skin loss."""

    spec: LesionSpec
    outline: Outline | None
    ulcer: Outline | None
    strength: float


def grow(site: SiteSpec, day: float, seed: int) -> tuple[Grown, ...]:
    """Every lesion of the site on that day; outlines keep their shape over the visits and change in size."""
    return tuple(_grow(site, lesion, day, seed) for lesion in site.lesions)


def _grow(site: SiteSpec, lesion: LesionSpec, day: float, seed: int) -> Grown:
    size, strength = at_day(lesion.size, day), at_day(lesion.strength, day)
    rng = stream(seed, site.name, lesion.name, "outline")
    outline = ulcer = None
    if size >= GONE_SIZE and strength >= GONE_STRENGTH:
        axes = (lesion.axes_mm[0] * size, lesion.axes_mm[1] * size)
        outline = make_outline(lesion.position_mm, axes, lesion.angle_deg, lesion.irregularity, rng)
    if lesion.ulcer is not None:
        diameter = at_day(lesion.ulcer.diameter_mm, day)
        if diameter > 0:
            stretch = np.sqrt(lesion.ulcer.elongation)
            centre = (
                lesion.position_mm[0] + lesion.ulcer.offset_mm[0],
                lesion.position_mm[1] + lesion.ulcer.offset_mm[1],
            )
            rng = stream(seed, site.name, lesion.name, "ulcer")
            axes = (diameter * stretch, diameter / stretch)
            ulcer = make_outline(centre, axes, lesion.angle_deg, 0.11, rng)
    return Grown(lesion, outline, ulcer, strength)


def frame_noise(layers: Layers, pitch_mm: float, rng: np.random.Generator) -> Plane:
    """Noise of sd 1 over the frame that is fixed to the site: the same at every visit for the same stream."""
    reach = 160.0
    cells = int(reach / pitch_mm) + 4
    lattice = rng.standard_normal((cells, cells), np.float32)
    scale, middle = np.float32(1 / pitch_mm), np.float32((cells - 1) / 2)
    plane = cv2.remap(
        lattice,
        layers.x * scale + middle,
        layers.y * scale + middle,
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REFLECT,
    )
    return np.asarray(plane * np.float32(1.35), np.float32)


def paint_lesion(layers: Layers, grown: Grown, seed: int, site: str) -> Mask:
    """Add a lesion to the absorbers and the relief; gives its true mask."""
    whole = np.zeros(layers.shape, bool)
    if grown.outline is None:
        return whole
    spec, outline = grown.spec, grown.outline
    window = layers.window(outline.polygon, _REACH_MM)
    layers = layers.crop(window)
    if not layers.x.size:
        return whole
    rng = stream(seed, site, spec.name, "look")
    depth = outline.inside_mm(layers.x, layers.y)
    edge = np.float32(min(spec.edge_mm, outline.mean_radius_mm))
    fine = frame_noise(layers, 0.45, rng)
    ragged = 0.13 * fine + 0.22 * frame_noise(layers, 1.3, rng)
    pigment, blood, rise = _LOOKS[spec.kind]
    pigment *= rng.uniform(0.85, 1.2)
    strength = np.float32(min(grown.strength, 1.0))
    green = float(strength) * float(pigment * PIGMENT[1] + blood * HAEMOGLOBIN[1])
    cover = np.clip((depth + edge * ragged) / edge + np.float32(_half_contrast(green)), 0, 1)
    cover = cover * cover * (3 - 2 * cover) * strength
    grain = float(np.sqrt(spec.axes_mm[0] * spec.axes_mm[1])) * 0.22
    coarse = frame_noise(layers, max(grain, 0.8), rng)
    middle = frame_noise(layers, 1.0, rng)
    mottle = np.clip(1 + 0.36 * coarse + 0.15 * middle + 0.10 * fine, 0.3, 2.0)
    layers.pigment += np.float32(pigment) * cover * mottle
    redness = np.clip(1 + 0.22 * middle - 0.18 * coarse + 0.15 * fine, 0.2, 2)
    layers.haemoglobin += np.float32(blood) * cover * redness
    halo = np.exp(-np.clip(-depth, 0, None) / np.float32(1.6)) * (1 - cover)
    layers.haemoglobin += np.float32(0.10 * grown.strength) * halo
    radius = np.float32(outline.mean_radius_mm)
    dome = _dome(layers, outline) * cover
    top = np.float32(rise) * radius * strength
    layers.height *= 1 - np.float32(0.45) * cover
    layers.height += top * dome + cover * np.minimum(top, 0.5) * (
        0.05 * middle + 0.015 * fine + 0.06 * coarse
    )
    layers.gloss += np.float32(0.7 if spec.kind == "nodule" else 0.35) * cover
    mask = depth >= 0
    layers.lesion |= mask
    whole[window] = mask
    return whole


def _half_contrast(absorption: float) -> float:
    """Where the edge's ramp 0..1 stands at half contrast in green light, so that the true outline is where an
    eye would draw it: smoothstep of it is the cover that takes half of what the whole absorption takes."""
    cover = -np.log((1 + np.exp(-absorption)) / 2) / max(absorption, 1e-6)
    return float(0.5 - np.sin(np.arcsin(1 - 2 * cover) / 3))


def _dome(layers: Layers, outline: Outline) -> Plane:
    """A cap over the lesion, 1 in the middle: of the smooth ellipse, as the outline's waves are no ridges."""
    smooth = Outline(outline.centre_mm, outline.axes_mm, outline.angle_deg, np.ones_like(outline.waves))
    depth = smooth.inside_mm(layers.x, layers.y) / np.float32(outline.mean_radius_mm)
    inward = np.clip(depth + 0.1, 0, 1)
    return np.asarray(inward * (2 - inward), np.float32)


def paint_ulcer(layers: Layers, grown: Grown, seed: int, site: str) -> Mask:
    """Skin loss over a lesion: base, slough and a raised rim; gives its true mask."""
    whole = np.zeros(layers.shape, bool)
    if grown.ulcer is None or grown.spec.ulcer is None:
        return whole
    window = layers.window(grown.ulcer.polygon, _REACH_MM)
    layers = layers.crop(window)
    if not layers.x.size:
        return whole
    rng = stream(seed, site, grown.spec.name, "bed")
    depth = grown.ulcer.inside_mm(layers.x, layers.y)
    radius = np.float32(grown.ulcer.mean_radius_mm)
    fine, middle = frame_noise(layers, 0.35, rng), frame_noise(layers, 1.1, rng)
    coarse = frame_noise(layers, max(float(radius) * 0.6, 1.0), rng)
    cover = np.clip((depth + 0.06 * fine) / np.float32(0.45) + 0.5, 0, 1)
    red, dark, slough = from_srgb((172, 58, 54)), from_srgb((118, 26, 30)), from_srgb((192, 164, 122))
    mix = np.clip(0.45 + 0.28 * middle + 0.16 * fine, 0, 1)[..., None]
    bed = dark * (1 - mix) + red * mix
    rim = np.clip(1 - depth / (np.float32(0.4) * radius), 0, 1)
    share = np.float32(grown.spec.ulcer.slough)
    yellow = np.clip(
        (share * (0.7 * rim + 0.9) + 0.30 * coarse + 0.16 * middle + 0.06 * fine - 0.5) * 1.5, 0, 0.8
    )[..., None]
    bed = bed * (1 - yellow) + slough * (0.9 + 0.07 * np.clip(fine, -2, 2)[..., None]) * yellow
    layers.cover(bed, cover)
    outside = np.clip(-depth, 0, None)
    layers.haemoglobin += np.float32(0.45) * np.exp(-outside / np.float32(1.8)) * (1 - cover)
    layers.height *= 1 - np.float32(0.35) * cover
    wall = np.exp(-((depth / np.float32(0.7)) ** 2))
    layers.height += np.float32(0.03) * wall - np.float32(0.2) * cover * np.clip(depth / 2, 0, 1)
    layers.height += cover * (0.02 * fine + 0.05 * middle)
    layers.gloss += np.float32(1.2) * cover
    mask = depth >= 0
    layers.ulcer |= mask
    whole[window] = mask
    return whole
