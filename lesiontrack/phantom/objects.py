"""What lies on the skin or is drawn on it: ruler, pen rings, hairs, crusts and dressings, the drape behind."""

from __future__ import annotations

import cv2
import numpy as np

from lesiontrack.arrays import AnyArray, Matrix, Plane, Points
from lesiontrack.phantom import glyphs
from lesiontrack.phantom.camera import map_points
from lesiontrack.phantom.layers import Layers
from lesiontrack.phantom.lesions import frame_noise
from lesiontrack.phantom.optics import from_srgb
from lesiontrack.phantom.outline import make_outline
from lesiontrack.phantom.skin import stream
from lesiontrack.phantom.spec import CoverSpec, PenRingSpec, RulerSpec, SiteSpec, VisitSpec

_SUB = 4  # binary digits of sub-pixel positions in OpenCV's drawing
_PRINT_PX_PER_MM = 24
INKS = {"violet": (0.9, 1.45, 0.75), "black": (1.7, 1.75, 1.7), "blue": (2.0, 1.35, 0.5)}


def draw_lines(plane: Plane, lines: list[Points], value: float, thickness: int = 1) -> None:
    """Anti-aliased polylines, (N, 2) pixel points each, into a float plane, in place."""
    canvas = np.zeros(plane.shape, np.uint8)
    fixed = [np.round(line * (1 << _SUB)).astype(np.int32).reshape(-1, 1, 2) for line in lines]
    cv2.polylines(canvas, fixed, False, (255,), thickness, cv2.LINE_AA, _SUB)
    np.maximum(plane, canvas.astype(np.float32) * np.float32(value / 255), out=plane)


def ruler_to_site(ruler: RulerSpec) -> Matrix:
    """(3, 3) ruler mm (x along the ticks, y across the body) → site mm."""
    angle = np.deg2rad(ruler.angle_deg)
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, -sin, ruler.zero_mm[0]], [sin, cos, ruler.zero_mm[1]], [0, 0, 1]])


def ruler_ticks(ruler: RulerSpec, to_image: Matrix) -> Points:
    """(N, 2) image points of the millimetre ticks at the ruler's edge, in order."""
    along = np.arange(int(ruler.length_mm) + 1, dtype=np.float64)
    return map_points(to_image @ ruler_to_site(ruler), np.column_stack([along, np.zeros_like(along)]))


_RULER_MARGIN = 4.0


def paint_ruler(layers: Layers, ruler: RulerSpec, light_deg: float) -> None:
    """White card with black millimetre ticks (5s and 10s longer), numbers and a shadow at its edge."""
    scale, margin = _PRINT_PX_PER_MM, _RULER_MARGIN
    body, ink = _print_ruler(ruler)
    from_print = np.array(
        [[1 / scale, 0, 0.5 / scale - margin], [0, 1 / scale, 0.5 / scale - margin], [0, 0, 1]]
    )
    matrix = layers.to_image @ ruler_to_site(ruler) @ from_print
    size = (layers.shape[1], layers.shape[0])
    px_per_mm = float(np.sqrt(abs(np.linalg.det(layers.to_image[:2, :2]))))
    soft = max(0.42 * scale / px_per_mm, 0.5)
    body, ink = (cv2.GaussianBlur(plane, (0, 0), soft) for plane in (body, ink))
    body, ink = (cv2.warpPerspective(plane, matrix, size, flags=cv2.INTER_LINEAR) for plane in (body, ink))
    away = np.deg2rad(light_deg + 180)
    shift = np.float32([[1, 0, 0.5 * px_per_mm * np.cos(away)], [0, 1, 0.5 * px_per_mm * np.sin(away)]])
    shadow = cv2.warpAffine(cv2.GaussianBlur(body, (0, 0), 0.45 * px_per_mm), shift, size)
    layers.shade *= 1 - np.float32(0.42) * shadow * (1 - body)
    across = layers.x * np.float32(0.006) + layers.y * np.float32(0.004)
    white = from_srgb((236, 236, 233)) * (1 + 0.35 * np.tanh(across))[..., None] ** 0.3
    black = from_srgb((34, 33, 36))
    layers.cover((white * (1 - ink[..., None]) + black * ink[..., None]).astype(np.float32), body)
    layers.height *= 1 - body
    layers.gloss *= 1 - np.float32(0.9) * body
    layers.hidden |= body >= 0.5


def _print_ruler(ruler: RulerSpec) -> tuple[Plane, Plane]:
    """Body and ink of the ruler at print resolution, 0..1, with a margin around the body."""
    scale, margin = _PRINT_PX_PER_MM, _RULER_MARGIN
    over = 3.0
    shape = (
        int((ruler.width_mm + 2 * margin) * scale),
        int((ruler.length_mm + 2 * over + 2 * margin) * scale),
    )
    body, ink = np.zeros(shape, np.float32), np.zeros(shape, np.float32)

    def px(points: Points) -> Points:
        return (points + margin) * scale - 0.5

    left, right, bottom, r = -over + 0.2, ruler.length_mm + over - 0.2, ruler.width_mm, 1.8
    corners = [
        (left + r, 0 + r, 180),
        (right - r, 0 + r, 270),
        (right - r, bottom - r, 0),
        (left + r, bottom - r, 90),
    ]
    arc = np.deg2rad(np.linspace(0, 90, 9))
    edge = np.concatenate(
        [
            np.column_stack([x + r * np.cos(arc + np.deg2rad(a)), y + r * np.sin(arc + np.deg2rad(a))])
            for x, y, a in corners
        ]
    )
    fixed = np.round(px(edge) * (1 << _SUB)).astype(np.int32)
    canvas = np.zeros(shape, np.uint8)
    cv2.fillPoly(canvas, [fixed], (255,), cv2.LINE_AA, _SUB)
    body = canvas.astype(np.float32) / 255
    for tick in range(int(ruler.length_mm) + 1):
        length = 5.6 if tick % 10 == 0 else 4.3 if tick % 5 == 0 else 3.0
        x0, x1 = ((tick + side * 0.11 + margin) * scale for side in (-1, 1))
        y0, y1 = ((end + margin) * scale for end in (0.25, length))
        ink[round(y0) : round(y1), round(x0) : round(x1)] = 1
        if tick % 10 == 0:
            text = str(ruler.first_number + tick // 10)
            start = np.array([tick - glyphs.width(text, 2.6) / 2, 6.5])
            draw_lines(ink, [px(line + start) for line in glyphs.strokes(text, 2.6)], 1.0, 9)
    caption = np.array([2.5, ruler.width_mm - 4.2])
    draw_lines(ink, [px(line + caption) for line in glyphs.strokes("cm", 2.2)], 1.0, 7)
    return body, ink


def paint_ring(layers: Layers, ring: PenRingSpec, seed: int, day: int) -> None:
    """A marker ring with its number, drawn anew at each visit; ink runs into the furrows and fades on hair."""
    rng = stream(seed, "ring", ring.number or 0, day)
    theta = np.linspace(0.1, 2 * np.pi + 0.25, 240)
    wave = sum(rng.normal(0, 0.035 / k) * np.cos(k * theta + rng.uniform(0, 6.28)) for k in range(1, 6))
    radius = ring.radius_mm * (1 + wave)
    points = np.column_stack([np.cos(theta), np.sin(theta)]) * radius[:, None] + np.array(ring.centre_mm)
    lines = [points]
    if ring.number is not None:
        height = ring.radius_mm * 0.6
        start = np.array(ring.centre_mm) + [ring.radius_mm * 1.2, -ring.radius_mm * rng.uniform(0.1, 0.8)]
        slant = np.array([[1, rng.normal(0, 0.05)], [rng.normal(-0.12, 0.06), 1]])
        lines += [line @ slant.T + start for line in glyphs.strokes(str(ring.number), height)]
    ink = np.zeros(layers.shape, np.float32)
    px_per_mm = float(np.sqrt(abs(np.linalg.det(layers.to_image[:2, :2]))))
    width = max(1, round(0.8 * px_per_mm))
    draw_lines(ink, [map_points(layers.to_image, line) for line in lines], 1.0, width)
    ink = cv2.GaussianBlur(ink, (0, 0), 0.13 * px_per_mm)
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
    lean = root_rng.uniform(0, 360) + root_rng.normal(0, 22, count)
    lengths = root_rng.gamma(6, 1.6, count)
    kept = lie_rng.random(count) < 0.85
    heading = np.deg2rad(lean + lie_rng.normal(0, 28, count))
    bend = lie_rng.normal(0, 0.10, count)
    steps = np.linspace(0, 1, 14)
    px_per_mm = float(np.sqrt(abs(np.linalg.det(layers.to_image[:2, :2]))))
    dark, pale, shadow = (np.zeros(layers.shape, np.float32) for _ in range(3))
    groups: dict[bool, list[Points]] = {True: [], False: []}
    is_dark = root_rng.random(count) < 0.35 + 0.6 * site.hair_darkness
    for i in np.flatnonzero(kept):
        angle = heading[i] + bend[i] * lengths[i] * steps
        path = roots[i] + np.cumsum(np.column_stack([np.cos(angle), np.sin(angle)]) * lengths[i] / 14, axis=0)
        groups[bool(is_dark[i])].append(map_points(layers.to_image, path))
    thickness = max(1, round(0.075 * px_per_mm))
    away = np.deg2rad(light_deg + 180)
    offset = 0.30 * px_per_mm * np.array([np.cos(away), np.sin(away)])
    draw_lines(dark, groups[True], 0.75, thickness)
    draw_lines(pale, groups[False], 0.30, 1)
    draw_lines(shadow, [line + offset for line in groups[True]], 0.25, thickness)
    shadow = cv2.GaussianBlur(shadow, (0, 0), max(0.12 * px_per_mm, 0.5))
    layers.shade *= 1 - shadow
    brown = from_srgb((92, 62, 40)) * np.float32(1.15 - site.hair_darkness)
    layers.cover(from_srgb((214, 186, 150)), pale)
    layers.cover(brown.astype(np.float32), dark)
    layers.ink |= dark >= 0.3


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
    crack = np.exp(-np.abs(frame_noise(layers, 2.0, rng)) / np.float32(0.07))
    amber, brown, dark = from_srgb((168, 116, 62)), from_srgb((96, 52, 34)), from_srgb((44, 20, 18))
    rim = np.clip(1 - depth / np.float32(outline.mean_radius_mm * 0.5), 0, 1)
    mix = np.clip(0.30 + 0.42 * rim + 0.24 * middle + 0.10 * fine, 0, 1)[..., None]
    colour = brown * (1 - mix) + amber * mix
    torn = (0.85 * crack)[..., None]
    colour = colour * (1 - torn) + dark * torn
    layers.cover(colour.astype(np.float32), opacity)
    layers.height *= 1 - opacity
    layers.height += opacity * (0.35 + 0.12 * middle + 0.05 * fine - 0.25 * crack)
    layers.haemoglobin += np.float32(0.35) * np.exp(-np.clip(-depth, 0, None) / np.float32(1.4))
    layers.hidden |= depth >= 0


def _paint_dressing(layers: Layers, cover: CoverSpec, rng: np.random.Generator, light_deg: float) -> None:
    angle = np.deg2rad(cover.angle_deg)
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    dx, dy = layers.x - np.float32(cover.centre_mm[0]), layers.y - np.float32(cover.centre_mm[1])
    u, v = cos * dx + sin * dy, cos * dy - sin * dx
    half_u, half_v = (np.float32(size / 2) for size in cover.size_mm)
    wobble = 0.25 * frame_noise(layers, 5.0, rng)
    pad = _box(u, v, half_u, half_v, wobble, 1.2)
    middle, fine = frame_noise(layers, 2.5, rng), frame_noise(layers, 0.4, rng)
    weave = 0.5 + 0.5 * np.cos(u * np.float32(2 * np.pi / 0.9)) * np.cos(v * np.float32(2 * np.pi / 0.9))
    pad_colour = from_srgb((232, 230, 226)) * (0.88 + 0.09 * weave + 0.02 * middle + 0.012 * fine)[..., None]
    strip = np.zeros_like(pad)
    for side in (-0.55, 0.55):
        strip = np.maximum(
            strip, _box(u - half_u * np.float32(side), v, np.float32(6.0), half_v + 13, wobble, 0.4)
        )
    tape_weave = 1 + 0.03 * np.cos(v * np.float32(2 * np.pi / 0.6)) + 0.03 * middle + 0.02 * fine
    tape_colour = from_srgb((228, 221, 208)) * np.float32(0.92) * tape_weave[..., None]
    px_per_mm = float(np.sqrt(abs(np.linalg.det(layers.to_image[:2, :2]))))
    both = np.maximum(pad, strip)
    away = np.deg2rad(light_deg + 180)
    shift = np.float32([[1, 0, 0.8 * px_per_mm * np.cos(away)], [0, 1, 0.8 * px_per_mm * np.sin(away)]])
    shadow = cv2.warpAffine(
        cv2.GaussianBlur(pad, (0, 0), 0.7 * px_per_mm), shift, (both.shape[1], both.shape[0])
    )
    layers.shade *= 1 - np.float32(0.45) * shadow * (1 - both)
    layers.cover(pad_colour.astype(np.float32), pad)
    layers.cover(tape_colour.astype(np.float32), strip * np.float32(0.93))
    layers.height *= 1 - both
    layers.height += 0.10 * strip * (1 + 0.3 * middle) + 0.5 * cv2.GaussianBlur(pad, (0, 0), 0.6 * px_per_mm)
    layers.gloss *= 1 - np.float32(0.85) * both
    layers.hidden |= both >= 0.5


def _box(u: Plane, v: Plane, half_u: AnyArray, half_v: AnyArray, wobble: Plane, round_mm: float) -> Plane:
    """Opacity of a box with round corners and uneven edges."""
    du = np.abs(u) - half_u + np.float32(round_mm) + wobble * np.float32(0.5)
    dv = np.abs(v) - half_v + np.float32(round_mm) + wobble * np.float32(0.5)
    out = np.hypot(np.maximum(du, 0), np.maximum(dv, 0)) + np.minimum(np.maximum(du, dv), 0)
    return np.asarray(np.clip((np.float32(round_mm) - out) / np.float32(0.15) + 0.5, 0, 1), np.float32)


def paint_drape(layers: Layers, site: SiteSpec, visit: VisitSpec, seed: int) -> None:
    """The limb's curvature in the light, and the drape where the limb ends."""
    if site.limb_width_mm is None:
        return
    half = np.float32(site.limb_width_mm / 2)
    rng = stream(seed, site.name, "drape", visit.day)
    bend = np.float32(1.2) * frame_noise(layers, 30.0, stream(seed, site.name, "limb"))
    beyond = np.abs(layers.y + bend) - half
    px_per_mm = float(np.sqrt(abs(np.linalg.det(layers.to_image[:2, :2]))))
    drape = np.clip(beyond * np.float32(1.2) + 0.5, 0, 1)
    across = np.clip(np.abs(layers.y + bend) / half, 0, 1)
    layers.shade *= np.sqrt(np.clip(1 - 0.80 * across**4, 0.06, 1))
    folds = cv2.GaussianBlur(frame_noise(layers, 14.0, rng), (0, 0), 3 * px_per_mm)
    near = 1 - 0.55 * np.exp(-np.clip(beyond, 0, None) / np.float32(5))
    blue = from_srgb((118, 150, 178)) * np.clip((0.75 + 0.22 * folds) * near, 0.05, 1.2)[..., None]
    layers.cover(blue.astype(np.float32), drape)
    layers.shade = layers.shade * (1 - drape) + drape
    layers.height *= 1 - drape
    layers.gloss *= 1 - drape
    layers.background |= beyond >= 0
