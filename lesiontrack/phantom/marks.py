"""Marks on or in the skin that are neither lesion nor skin loss: stains, cream, bruises, veins, scars."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from lesiontrack.arrays import Plane
from lesiontrack.phantom.drawn import draw_lines
from lesiontrack.phantom.layers import Layers
from lesiontrack.phantom.lesions import GONE_STRENGTH, Grown, frame_noise
from lesiontrack.phantom.optics import from_srgb
from lesiontrack.phantom.outline import Outline, make_outline
from lesiontrack.phantom.props import MarkSpec
from lesiontrack.phantom.skin import stream
from lesiontrack.phantom.spec import at_day

_SMALL_MM = 3.0  # an angioma smaller than this is incidental, as a small naevus is

Painter = Callable[[Layers, MarkSpec, Plane, Outline, np.random.Generator], None]


def redden(layers: Layers, mark: MarkSpec, seed: int) -> None:
    """Redness without skin loss goes to the erythema, before its truth is taken."""
    if mark.kind == "redness":
        rng, outline, depth = _shape(layers, mark, seed)
        soft = np.float32(0.35 * outline.mean_radius_mm)
        cover = np.clip(depth / soft + 0.5, 0, 1)
        blotchy = 1 + 0.25 * frame_noise(layers, max(0.3 * outline.mean_radius_mm, 1.0), rng)
        blotchy += 0.15 * frame_noise(layers, max(0.08 * outline.mean_radius_mm, 0.5), rng)
        layers.added += np.float32(0.7 * mark.strength) * cover * np.clip(blotchy, 0.1, 2)


def paint_mark(layers: Layers, mark: MarkSpec, seed: int) -> None:
    """Paint any mark but redness."""
    if mark.kind != "redness":
        rng, outline, depth = _shape(layers, mark, seed)
        _PAINTERS[mark.kind](layers, mark, depth, outline, rng)


def aftermath(grown: Grown, day: float) -> MarkSpec | None:
    """What a lesion has left by that day on the ground that it gave up, as a mark; None where nothing."""
    spec = grown.spec
    past = [at_day(spec.size, knot) for knot, _ in spec.size if knot < day] or [0.0]
    now = at_day(spec.size, day) * float(grown.strength >= GONE_STRENGTH)
    given_up = 1 - now / max(*past, now, 1e-6)
    if not spec.aftermath or given_up < 0.1:
        return None
    largest = max(past)
    size = (spec.axes_mm[0] * largest, spec.axes_mm[1] * largest)
    return MarkSpec(spec.aftermath, spec.position_mm, size, spec.angle_deg, strength=min(1.0, 1.2 * given_up))


def _shape(layers: Layers, mark: MarkSpec, seed: int) -> tuple[np.random.Generator, Outline, Plane]:
    rng = stream(seed, "mark", mark.kind, *(round(10 * value) for value in mark.centre_mm))
    outline = make_outline(mark.centre_mm, mark.size_mm, mark.angle_deg, 0.16, rng)
    depth = outline.inside_mm(layers.x, layers.y)
    depth += np.float32(0.06 * outline.mean_radius_mm) * frame_noise(
        layers, max(0.2 * outline.mean_radius_mm, 2 / layers.px_per_mm), rng
    )
    return rng, outline, np.asarray(depth, np.float32)


def _povidone(
    layers: Layers, mark: MarkSpec, depth: Plane, outline: Outline, rng: np.random.Generator
) -> None:
    """Iodine stain: brown-orange, streaky, darker where it pooled at its edge."""
    edge = np.clip(depth / np.float32(0.06 * outline.mean_radius_mm) + 0.5, 0, 1)
    pool = np.exp(-np.abs(depth) / np.float32(0.07 * outline.mean_radius_mm))
    streaks = frame_noise(layers, max(0.15 * outline.mean_radius_mm, 0.6), rng)
    amount = np.float32(mark.strength) * edge * np.clip(0.75 + 0.2 * streaks + 0.5 * pool, 0.1, 2)
    layers.stain = layers.stain * np.exp(-amount[..., None] * np.array([0.25, 0.75, 1.6], np.float32))


def _cream(layers: Layers, mark: MarkSpec, depth: Plane, outline: Outline, rng: np.random.Generator) -> None:
    """Smeared white cream; where it is thick it hides the skin."""
    radius = outline.mean_radius_mm
    smear = frame_noise(layers, max(0.55 * radius, 1.2), rng)
    thin = frame_noise(layers, max(0.18 * radius, 0.6), rng)
    # Fingers leave parallel ridges.
    angle = np.deg2rad(mark.angle_deg)
    sideways = layers.y * np.float32(np.cos(angle)) - layers.x * np.float32(np.sin(angle))
    ridges = np.sin(sideways * np.float32(2 * np.pi / max(0.12 * radius, 0.7)) + 1.5 * smear)
    inside = np.clip(depth / np.float32(0.35 * radius) + 0.3, 0, 1)
    over = np.clip(inside * (0.68 + 0.25 * smear + 0.10 * thin + 0.07 * ridges) * mark.strength, 0, 0.95)
    layers.cover(from_srgb((236, 232, 226)) * (0.92 + 0.02 * ridges[..., None]), over)
    layers.height += np.asarray(over * (0.12 + 0.06 * ridges), np.float32)
    layers.gloss += np.asarray(0.8 * over, np.float32)
    layers.hidden |= over >= 0.5


def _bruise(layers: Layers, mark: MarkSpec, depth: Plane, outline: Outline, rng: np.random.Generator) -> None:
    """Blood under the skin: violet in the middle, green-yellow towards its edge."""
    radius = np.float32(outline.mean_radius_mm)
    cover = np.clip(depth / (0.5 * radius) + 0.5, 0, 1)
    blotchy = np.clip(1 + 0.3 * frame_noise(layers, float(0.35 * radius), rng), 0.2, 2)
    old = np.exp(-np.abs(depth) / (0.25 * radius)) * rng.uniform(0.2, 0.9)
    violet = (cover * blotchy * np.float32(mark.strength))[..., None] * np.array(
        [0.62, 0.85, 0.42], np.float32
    )
    yellow = (old * np.float32(mark.strength))[..., None] * np.array([0.10, 0.14, 0.60], np.float32)
    layers.stain = layers.stain * np.exp(-(violet + yellow)).astype(np.float32)


def _tattoo(layers: Layers, mark: MarkSpec, depth: Plane, outline: Outline, rng: np.random.Generator) -> None:
    """Lines of blue-black ink under the skin, some filled."""
    drawn = np.zeros(layers.shape, np.float32)
    angle = np.linspace(0, 2 * np.pi, 160)
    centre, radius = np.array(mark.centre_mm), outline.mean_radius_mm
    lines = []
    for _ in range(int(rng.integers(2, 6))):
        turns, size = rng.integers(1, 6), radius * rng.uniform(0.3, 1.0)
        wobble = 1 + rng.uniform(0.1, 0.6) * np.cos(turns * angle + rng.uniform(0, 6))
        start = rng.normal(0, 0.25 * radius, 2)
        span = slice(0, int(rng.integers(50, 161)))
        lines.append(
            (np.column_stack([np.cos(angle), np.sin(angle)]) * (size * wobble)[:, None] + centre + start)[
                span
            ]
        )
    width = max(1, round(rng.uniform(0.5, 1.6) * layers.px_per_mm * min(radius, 12) / 8))
    draw_lines(drawn, [layers.view.to_image(line) for line in lines], 1.0, width)
    ink = np.asarray(cv2.GaussianBlur(drawn, (0, 0), max(0.2 * layers.px_per_mm, 0.7)), np.float32)
    ink *= np.float32(mark.strength) * np.clip(0.9 + 0.1 * frame_noise(layers, 1.0, rng), 0, 1)
    layers.stain = layers.stain * np.exp(-ink[..., None] * np.array([1.7, 1.25, 0.85], np.float32))
    layers.ink |= ink >= 0.35


def _veins(layers: Layers, mark: MarkSpec, depth: Plane, outline: Outline, rng: np.random.Generator) -> None:
    """Branching blue-green or red lines under the skin."""
    drawn = np.zeros(layers.shape, np.float32)
    lines = []
    for _ in range(int(rng.integers(2, 7))):
        steps = 40
        turn = np.deg2rad(mark.angle_deg) + rng.normal(0, 0.4) + np.cumsum(rng.normal(0, 0.16, steps))
        start = np.array(mark.centre_mm) + rng.normal(0, 0.3, 2) * np.array(mark.size_mm)
        step = mark.size_mm[0] / steps
        lines.append(start + np.cumsum(np.column_stack([np.cos(turn), np.sin(turn)]) * step, axis=0))
    fine = rng.random() < 0.4
    width = max(1, round((0.3 if fine else rng.uniform(1.0, 3.0)) * layers.px_per_mm))
    draw_lines(drawn, [layers.view.to_image(line) for line in lines], 1.0, width)
    soft = (0.15 if fine else 0.8) * layers.px_per_mm
    vein = np.asarray(cv2.GaussianBlur(drawn, (0, 0), max(soft, 0.6)), np.float32) * np.float32(mark.strength)
    absorbed = [0.1, 0.9, 0.6] if fine else [0.42, 0.22, 0.10]
    layers.stain = layers.stain * np.exp(-vein[..., None] * np.array(absorbed, np.float32))
    layers.height += np.float32(0.0 if fine else 0.25) * vein


def _angioma(
    layers: Layers, mark: MarkSpec, depth: Plane, outline: Outline, rng: np.random.Generator
) -> None:
    """A small red papule of vessels: incidental, as a small naevus."""
    edge = np.float32(max(0.3, 1 / layers.px_per_mm))
    cover = np.clip(depth / edge + 0.5, 0, 1)
    layers.haemoglobin += np.float32(1.2 * mark.strength) * cover
    layers.height += np.float32(0.2 * outline.mean_radius_mm) * cover
    layers.gloss += np.float32(0.5) * cover
    if max(mark.size_mm) < _SMALL_MM:
        layers.naevus |= depth >= -0.2
    else:
        layers.lesion |= depth >= 0


def _scar(layers: Layers, mark: MarkSpec, depth: Plane, outline: Outline, rng: np.random.Generator) -> None:
    """Pale, smooth, shiny skin without furrows."""
    cover = np.clip(depth / np.float32(0.25 * outline.mean_radius_mm) + 0.4, 0, 1) * np.float32(
        min(mark.strength, 1)
    )
    pink = float(rng.uniform(0.6, 1.4))
    layers.melanin *= 1 - np.float32(0.6) * cover
    layers.haemoglobin *= 1 - np.float32(1 - 0.7 * pink) * cover
    layers.pigment *= 1 - cover
    layers.height *= 1 - np.float32(0.9) * cover
    layers.height += cover * 0.10 * frame_noise(layers, max(0.4 * outline.mean_radius_mm, 1.0), rng)
    layers.gloss += np.float32(0.6) * cover


def _depigmented(
    layers: Layers, mark: MarkSpec, depth: Plane, outline: Outline, rng: np.random.Generator
) -> None:
    """Melanin is gone: white patches with a convex border."""
    cover = np.clip(depth / np.float32(max(0.12 * outline.mean_radius_mm, 0.3)) + 0.5, 0, 1)
    spared = np.clip(0.9 + 0.25 * frame_noise(layers, max(0.2 * outline.mean_radius_mm, 0.6), rng), 0, 1)
    keep = 1 - cover * spared * np.float32(min(mark.strength, 1))
    layers.melanin *= keep
    layers.pigment *= keep
    layers.haemoglobin *= 1 - np.float32(0.25) * (1 - keep)


def _scale(layers: Layers, mark: MarkSpec, depth: Plane, outline: Outline, rng: np.random.Generator) -> None:
    """Dry white flakes on whole skin."""
    inside = np.clip(depth / np.float32(0.5 * outline.mean_radius_mm) + 0.5, 0, 1)
    finest = 2.2 / layers.px_per_mm
    # Pitches that share no factor: one alone would show its lattice.
    flakes = sum(
        weight * frame_noise(layers, max(pitch, least * finest), rng)
        for pitch, least, weight in ((2.3, 3.7, 0.55), (1.1, 1.9, 0.6), (0.45, 1.0, 0.45))
    )
    over = np.clip((flakes - 0.8) * 0.6, 0, 0.75) * inside * np.float32(mark.strength)
    layers.cover(from_srgb((222, 208, 192)), over)
    layers.height += np.asarray(0.08 * over, np.float32)


def _callus(layers: Layers, mark: MarkSpec, depth: Plane, outline: Outline, rng: np.random.Generator) -> None:
    """Thick yellow horn over whole skin, without furrows, cracked."""
    radius = np.float32(outline.mean_radius_mm)
    over = np.clip(depth / (0.5 * radius) + 0.5, 0, 1) * np.float32(min(0.75 * mark.strength, 0.85))
    wide = frame_noise(layers, max(float(0.5 * radius), 1.0), rng)
    crack = np.exp(-np.abs(frame_noise(layers, max(float(0.4 * radius), 2.0), rng)) / np.float32(0.05))
    mix = np.clip(0.5 + 0.3 * wide, 0, 1)[..., None]
    colour = from_srgb((216, 190, 140)) * (1 - mix) + from_srgb((196, 158, 96)) * mix
    layers.cover(colour * (1 - 0.35 * crack[..., None]), over)
    layers.height *= 1 - np.float32(0.6) * over
    layers.height -= np.float32(0.06) * crack * over
    layers.gloss += np.float32(0.5) * over


def _stain(layers: Layers, mark: MarkSpec, depth: Plane, outline: Outline, rng: np.random.Generator) -> None:
    """Brown patches of old bleeding and pigment, as on lower legs, speckled at the edge."""
    radius = np.float32(outline.mean_radius_mm)
    finest = 2.5 / layers.px_per_mm
    wide, middle, fine = (
        frame_noise(layers, max(float(share * radius), finest), rng) for share in (0.2, 0.07, 0.025)
    )
    cover = np.clip(depth / radius + 0.35 + 0.25 * wide + 0.2 * middle + 0.15 * fine, 0, 1)
    layers.melanin += np.float32(0.7 * mark.strength) * cover
    layers.haemoglobin += np.float32(0.2 * mark.strength) * cover


def _nail(layers: Layers, mark: MarkSpec, depth: Plane, outline: Outline, rng: np.random.Generator) -> None:
    """A toe nail: pale, smooth, shiny, dark at its fold."""
    smooth = Outline(outline.centre_mm, outline.axes_mm, outline.angle_deg, np.ones_like(outline.waves))
    inside = smooth.inside_mm(layers.x, layers.y)
    over = np.clip(inside * np.float32(layers.px_per_mm) + 0.5, 0, 1) * np.float32(0.8)
    tones = ((226, 196, 182), (214, 190, 150), (190, 160, 120), (205, 170, 165), (150, 40, 60))
    colour = from_srgb(tones[int(rng.choice(5, p=[0.4, 0.25, 0.15, 0.15, 0.05]))])
    fold = np.exp(-np.abs(inside) * np.float32(layers.px_per_mm / 1.5))
    layers.shade *= 1 - np.float32(0.35) * fold
    layers.cover(colour, over)
    layers.height *= 1 - np.float32(0.8) * over
    layers.gloss += np.float32(1.0) * over


def _creases(
    layers: Layers, mark: MarkSpec, depth: Plane, outline: Outline, rng: np.random.Generator
) -> None:
    """Folds of slack skin, about parallel."""
    angle = np.deg2rad(mark.angle_deg)
    pitch = max(outline.mean_radius_mm * float(rng.uniform(0.12, 0.35)), 4 / layers.px_per_mm)
    along = layers.x * np.float32(np.cos(angle)) + layers.y * np.float32(np.sin(angle))
    bent = along / np.float32(pitch) + np.float32(0.8) * frame_noise(layers, pitch * 2.5, rng)
    groove = np.abs((bent % 1) - np.float32(0.5)) * 2
    deep = np.exp(-groove * np.float32(5)) * np.clip(
        depth / np.float32(0.5 * outline.mean_radius_mm) + 0.4, 0, 1
    )
    deep *= np.clip(0.7 + 0.5 * frame_noise(layers, pitch * 2, rng), 0, 1.2)
    layers.height -= np.float32(0.10 * pitch * mark.strength) * deep
    layers.melanin += np.float32(0.15 * mark.strength) * deep


def _shadow(layers: Layers, mark: MarkSpec, depth: Plane, outline: Outline, rng: np.random.Generator) -> None:
    """The shadow of a hand or a camera, soft at its edge."""
    smooth = Outline(outline.centre_mm, outline.axes_mm, outline.angle_deg, np.ones_like(outline.waves))
    soft = np.float32(outline.mean_radius_mm * rng.uniform(0.05, 0.5))
    inside = np.clip(smooth.inside_mm(layers.x, layers.y) / soft + 0.5, 0, 1)
    layers.shade *= 1 - np.float32(0.55 * min(mark.strength, 1.2)) * inside


_PAINTERS: dict[str, Painter] = {
    "povidone": _povidone,
    "cream": _cream,
    "bruise": _bruise,
    "tattoo": _tattoo,
    "veins": _veins,
    "angioma": _angioma,
    "scar": _scar,
    "depigmented": _depigmented,
    "scale": _scale,
    "callus": _callus,
    "stain": _stain,
    "nail": _nail,
    "creases": _creases,
    "shadow": _shadow,
}
