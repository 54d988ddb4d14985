"""Wounds of any size: bare bed, slough, necrosis, macerated rim, halo."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from lesiontrack.arrays import AnyArray, Mask, Plane
from lesiontrack.phantom.layers import Layers
from lesiontrack.phantom.lesions import frame_noise
from lesiontrack.phantom.optics import from_srgb
from lesiontrack.phantom.outline import Outline, make_outline
from lesiontrack.phantom.props import WoundSpec
from lesiontrack.phantom.skin import stream

_FINEST_PX = 3.0  # texture finer than this is noise to the camera


def wound_outline(wound: WoundSpec, seed: int) -> Outline:
    rng = stream(seed, "wound", *(round(10 * value) for value in wound.centre_mm), "outline")
    outline = make_outline(wound.centre_mm, wound.size_mm, wound.angle_deg, wound.irregularity, rng)
    spectrum = np.fft.rfft(outline.waves)
    # Most wounds have smoother outlines than lesions: fewer waves, the finer ones fading out.
    spectrum *= np.exp(-((np.arange(len(spectrum)) / rng.uniform(3.0, 9.0)) ** 2))
    return replace(outline, waves=np.fft.irfft(spectrum, len(outline.waves)))


def inflame_wound(layers: Layers, wound: WoundSpec, seed: int) -> None:
    """Add the red halo to the erythema, before its truth is taken."""
    outline = wound_outline(wound, seed)
    window = layers.window(outline.polygon, 4 * wound.halo_mm)
    part = layers.crop(window)
    if not part.x.size or wound.halo <= 0:
        return
    rng = stream(seed, "wound halo", round(10 * wound.centre_mm[0]))
    outside = np.clip(-outline.inside_mm(part.x, part.y), 0, None)
    blotchy = np.clip(1 + 0.3 * frame_noise(part, max(wound.halo_mm, 2.0), rng), 0.2, 2)
    fade = np.exp(-outside / np.float32(wound.halo_mm)) * blotchy
    part.added += np.float32(wound.halo) * np.asarray(fade, np.float32)


def paint_wound(layers: Layers, wound: WoundSpec, seed: int) -> Mask:
    """Paint skin loss and what surrounds it; gives its true mask, which leaves rim and skin islands out."""
    outline = wound_outline(wound, seed)
    whole = np.zeros(layers.shape, bool)
    window = layers.window(outline.polygon, 3 * wound.rim_mm + 4 * wound.halo_mm + 2)
    layers = layers.crop(window)
    if not layers.x.size:
        return whole
    rng = stream(seed, "wound", *(round(10 * value) for value in wound.centre_mm))
    radius = outline.mean_radius_mm
    finest = _FINEST_PX / layers.px_per_mm
    coarse, middle, fine = (
        frame_noise(layers, max(radius * share, finest * least), rng)
        for share, least in ((0.6, 2.0), (0.2, 1.4), (0.07, 1.0))
    )
    depth = outline.inside_mm(layers.x, layers.y)
    depth += np.float32(radius) * (0.035 * middle + 0.015 * fine)
    if wound.islands > 0:
        island = frame_noise(layers, max(radius * 0.28, 3 * finest), rng)
        limit = np.float32(np.quantile(island[depth > 0], 1 - wound.islands)) if (depth > 0).any() else 9.0
        depth = np.minimum(depth, np.float32(radius * 0.25) * (limit - island))
    edge = np.float32(max(0.25, 0.8 / layers.px_per_mm))
    cover = np.clip(depth / edge + 0.5, 0, 1)
    _paint_rim(layers, wound, depth, (coarse, middle, fine), edge)
    layers.cover(_bed(wound, depth / np.float32(radius), (coarse, middle, fine)), cover)
    outside = np.clip(-depth, 0, None)
    dark = np.exp(-outside / np.float32(max(wound.halo_mm, 1.0))) * np.clip(1 + 0.5 * coarse, 0, 2)
    layers.melanin += np.float32(wound.dark) * dark
    wall = np.float32(max(0.12 * radius, 1.5 / layers.px_per_mm))
    layers.height *= 1 - cover
    layers.height -= np.float32(wound.depth_mm) * np.clip(depth / wall, 0, 1)
    layers.height += cover * np.float32(0.02 * min(radius, 6.0)) * (0.6 * middle + 0.12 * fine)
    sunk = np.float32(min(0.45, 0.12 * wound.depth_mm))
    layers.shade *= 1 - sunk * np.exp(-np.clip(depth, 0, None) / wall) * cover
    layers.gloss += np.float32(1.6 * wound.wet) * cover
    mask = depth >= 0
    layers.ulcer |= mask
    whole[window] = mask
    return whole


def _bed(wound: WoundSpec, inward: Plane, waves: tuple[Plane, Plane, Plane]) -> AnyArray:
    """Linear reflectance of the bed; `inward` is the depth in radii."""
    coarse, middle, fine = waves
    deep, red, pink = from_srgb((92, 16, 22)), from_srgb((164, 38, 42)), from_srgb((206, 104, 96))
    mix = np.clip(wound.raw + 0.14 * coarse + 0.10 * middle + 0.05 * fine, 0, 1)[..., None]
    low, high = np.clip(2 * mix, 0, 1), np.clip(2 * mix - 1, 0, 1)
    bed = (deep * (1 - low) + red * low) * (1 - high) + pink * high
    rim = np.clip(1 - inward / np.float32(0.35), 0, 1)
    for share, tones, order in (
        (wound.slough, ((206, 186, 122), (168, 138, 88)), 1.0),
        (wound.eschar, ((34, 27, 25), (86, 48, 28)), -1.0),
    ):
        if share <= 0:
            continue
        field = order * 0.6 * coarse + 0.3 * middle + 0.09 * fine + order * 0.5 * (rim - 0.5)
        level = np.float32(np.quantile(field, 1 - min(share, 0.97)))
        over = np.clip((field - level) / np.float32(0.2 + 1.4 * wound.softness) + 0.5, 0, 1)[
            ..., None
        ] * np.float32(0.94 - 0.35 * wound.softness)
        light, shade = from_srgb(tones[0]), from_srgb(tones[1])
        turn = np.clip(0.35 + 0.3 * middle - 0.1 * fine, 0, 1)[..., None]
        bed = bed * (1 - over) + (light * (1 - turn) + shade * turn) * over
    return np.asarray(bed * np.clip(1 + 0.05 * fine, 0.6, 1.4)[..., None], np.float32)


def _paint_rim(
    layers: Layers, wound: WoundSpec, depth: Plane, waves: tuple[Plane, Plane, Plane], edge: np.float32
) -> None:
    if wound.rim_mm <= 0:
        return
    coarse, middle, fine = waves
    reach = np.float32(wound.rim_mm) * np.clip(1 + 0.4 * coarse + 0.12 * middle, 0.2, 2.2)
    ramp = np.clip((reach + depth) / np.maximum(edge, 0.75 * reach), 0, 1)
    thick = np.clip(np.float32(wound.rim_opacity) * (1 + 0.15 * coarse + 0.15 * middle), 0, 0.95)
    over = ramp * ramp * (3 - 2 * ramp) * thick
    white, yellow = from_srgb((226, 216, 204)), from_srgb((206, 178, 116))
    mix = np.clip(np.float32(wound.rim_yellow) + 0.15 * middle + 0.06 * fine, 0, 1)[..., None]
    layers.cover((white * (1 - mix) + yellow * mix) * (1 + 0.04 * fine[..., None]), over)
    swell = cv2.GaussianBlur(np.asarray(over, np.float32), (0, 0), 1.5)
    layers.height += np.float32(0.10 * min(wound.rim_mm, 4.0)) * np.asarray(swell, np.float32)
