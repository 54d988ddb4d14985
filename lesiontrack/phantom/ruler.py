"""A printed millimetre ruler lying on the skin."""

from __future__ import annotations

import cv2
import numpy as np

from lesiontrack.arrays import Matrix, Plane, Points
from lesiontrack.phantom import glyphs
from lesiontrack.phantom.camera import map_points
from lesiontrack.phantom.drawn import draw_lines
from lesiontrack.phantom.layers import Layers
from lesiontrack.phantom.optics import from_srgb
from lesiontrack.phantom.spec import RULER_DESIGNS, RulerSpec

_SUB = 4
_PRINT_PX_PER_MM = 24
_RULER_MARGIN = 4.0


def ruler_to_site(ruler: RulerSpec) -> Matrix:
    """(3, 3) ruler mm (x along the ticks, y across the body) → site mm."""
    angle = np.deg2rad(ruler.angle_deg)
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, -sin, ruler.zero_mm[0]], [sin, cos, ruler.zero_mm[1]], [0, 0, 1]])


def ruler_ticks(ruler: RulerSpec, to_image: Matrix) -> Points:
    """(N, 2) image points of the millimetre ticks at the ruler's edge, in order."""
    along = np.arange(int(ruler.length_mm) + 1, dtype=np.float64)
    return map_points(to_image @ ruler_to_site(ruler), np.column_stack([along, np.zeros_like(along)]))


def paint_ruler(layers: Layers, ruler: RulerSpec, light_deg: float) -> None:
    """White card with black millimetre ticks (5s and 10s longer), numbers and a shadow at its edge."""
    scale, margin = _PRINT_PX_PER_MM, _RULER_MARGIN
    from_print = np.array(
        [[1 / scale, 0, 0.5 / scale - margin], [0, 1 / scale, 0.5 / scale - margin], [0, 0, 1]]
    )
    matrix = layers.to_image @ ruler_to_site(ruler) @ from_print
    size = (layers.shape[1], layers.shape[0])
    soft = max(0.42 * scale / layers.px_per_mm, 0.5)

    def lay(print_: Plane) -> Plane:
        blurred = cv2.GaussianBlur(print_, (0, 0), soft)
        return np.asarray(cv2.warpPerspective(blurred, matrix, size, flags=cv2.INTER_LINEAR), np.float32)

    body, ink = (lay(print_) for print_ in _print_ruler(ruler))
    layers.cast_shadow(body, light_deg, height_mm=0.5, depth=0.42)
    across = layers.x * np.float32(0.006) + layers.y * np.float32(0.004)
    body_colour, print_colour = RULER_DESIGNS[ruler.design]
    white = from_srgb(body_colour) * (1 + 0.35 * np.tanh(across))[..., None] ** 0.3
    black = from_srgb(print_colour)
    layers.cover(white * (1 - ink[..., None]) + black * ink[..., None], body)
    layers.flatten(body)
    layers.hidden |= body >= 0.5


def _print_ruler(ruler: RulerSpec) -> tuple[Plane, Plane]:
    """Body and ink of the ruler at print resolution, 0..1, with a margin around the body."""
    scale, margin = _PRINT_PX_PER_MM, _RULER_MARGIN
    over = 3.0
    shape = (
        int((ruler.width_mm + 2 * margin) * scale),
        int((ruler.length_mm + 2 * over + 2 * margin) * scale),
    )
    ink = np.zeros(shape, np.float32)

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
    body = np.asarray(canvas / 255, np.float32)
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
    for x0, y0, x1, y1 in ruler.redacted:
        (left_px, top_px), (right_px, bottom_px) = np.round(px(np.array([[x0, y0], [x1, y1]]))).astype(int)
        ink[max(top_px, 0) : bottom_px, max(left_px, 0) : right_px] = 1
    return body, ink
