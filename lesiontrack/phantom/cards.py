"""Cards lying in the frame: the 24-patch colour card, and a white card with four ArUco markers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import overload

import cv2
import numpy as np

from lesiontrack.arrays import AnyArray, Matrix, Plane, Points
from lesiontrack.phantom.camera import map_points
from lesiontrack.phantom.layers import Layers
from lesiontrack.phantom.optics import from_srgb
from lesiontrack.phantom.props import CardSpec

# CIELAB, D50, 2°, of the patches in reading order: the maker's values for cards made since November 2014
# (X-Rite, "New color specifications for ColorChecker SG and Classic charts"). Kept here a second time, as the
# stage that is tested with these photos must not bring its own truth.
PATCH_LAB_D50 = np.array(
    [
        [37.54, 14.37, 14.92], [64.66, 19.27, 17.50], [49.32, -3.82, -22.54],
        [43.46, -12.74, 22.72], [54.94, 9.61, -24.79], [70.48, -32.26, -0.37],
        [62.73, 35.83, 56.50], [39.43, 10.75, -45.17], [50.57, 48.64, 16.67],
        [30.10, 22.54, -20.87], [71.77, -24.13, 58.19], [71.51, 18.24, 67.37],
        [28.37, 15.42, -49.80], [54.38, -39.72, 32.27], [42.43, 51.05, 28.62],
        [81.80, 2.67, 80.41], [50.63, 51.28, -14.12], [49.57, -29.71, -28.32],
        [95.19, -1.03, 2.93], [81.29, -0.57, 0.44], [66.89, -0.75, -0.06],
        [50.76, -0.13, 0.14], [35.63, -0.46, -0.48], [20.64, 0.07, -0.46],
    ]
)  # fmt: skip
_D50 = np.array([0.96422, 1.0, 0.82521])
# XYZ of D50 → linear sRGB of D65, Bradford adaptation included (B. Lindbloom, "RGB/XYZ Matrices")
_D50_TO_LINEAR = np.array(
    [
        [3.1338561, -1.6168667, -0.4906146],
        [-0.9787684, 1.9161415, 0.0334540],
        [0.0719453, -0.2289914, 1.4052427],
    ]
)
MARKER_IDS = (0, 1, 2, 3)
_ROWS, _COLUMNS = 4, 6
_GAP = 0.18  # of a patch's side, between patches and at the edge of their field
_QUIET = 0.3  # of a marker's side, white around it
_PRINT_PX_PER_MM = 20


@dataclass(frozen=True, eq=False)
class CardTruth:
    """Where a card lies in the photo.

    Attributes:
        kind: "colour" or "aruco".
        corners_px: (4, 2) of the card, from its top left clockwise as printed.
        squares_px: (N, 4, 2) corners, in the same order: of the patches in reading order, or of the markers
            by id.
        side_mm: of a patch or marker.
        linear: (24, 3) linear sRGB of the patches without camera, clipped to 0..1; (0, 3) for "aruco".
    """

    kind: str
    corners_px: Points
    squares_px: Points
    side_mm: float
    linear: AnyArray


def patch_linear() -> AnyArray:
    """(24, 3) linear sRGB, D65, of the patches; what sRGB can't show is clipped."""
    y = (PATCH_LAB_D50[:, 0] + 16) / 116
    f = np.stack([y + PATCH_LAB_D50[:, 1] / 500, y, y - PATCH_LAB_D50[:, 2] / 200], axis=1)
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * _D50
    return np.asarray(np.clip(xyz @ _D50_TO_LINEAR.T, 0, 1), np.float32)


@overload
def printed(length: float) -> float: ...
@overload
def printed(length: Points) -> Points: ...
def printed(length: float | Points) -> float | Points:
    """A length in mm as the card's printer does it: in steps of 0.05 mm."""
    return np.round(np.asarray(length) * _PRINT_PX_PER_MM) / _PRINT_PX_PER_MM


def card_size(card: CardSpec) -> tuple[float, float]:
    """Width and height in mm."""
    if card.kind == "colour":
        step = card.side_mm * (1 + _GAP)
        return _COLUMNS * step + _GAP * card.side_mm, _ROWS * step + _GAP * card.side_mm
    return card.apart_mm[0] + card.side_mm * (1 + 2 * _QUIET), card.apart_mm[1] + card.side_mm * (
        1 + 2 * _QUIET
    )


def squares(card: CardSpec) -> Points:
    """(N, 4, 2) corners of patches or markers in card mm, from the card's top left."""
    side = printed(card.side_mm)
    if card.kind == "colour":
        at = [
            (side * (_GAP + column * (1 + _GAP)), side * (_GAP + row * (1 + _GAP)))
            for row in range(_ROWS)
            for column in range(_COLUMNS)
        ]
    else:
        left, top = _QUIET * side, _QUIET * side
        wide, high = card.apart_mm
        at = [(left, top), (left + wide, top), (left + wide, top + high), (left, top + high)]
    corner = np.array([[0, 0], [side, 0], [side, side], [0, side]])
    return np.asarray(printed(np.array(at))[:, None] + corner, np.float64)


def card_to_site(card: CardSpec) -> Matrix:
    """(3, 3) card mm (x right, y down, as printed) → site mm."""
    angle = np.deg2rad(card.angle_deg)
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, -sin, card.corner_mm[0]], [sin, cos, card.corner_mm[1]], [0, 0, 1]])


def card_truth(card: CardSpec, to_image: Matrix) -> CardTruth:
    matrix = to_image @ card_to_site(card)
    wide, high = card_size(card)
    outline = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float64)
    inside = map_points(matrix, squares(card).reshape(-1, 2)).reshape(-1, 4, 2)
    linear = patch_linear() if card.kind == "colour" else np.zeros((0, 3), np.float32)
    return CardTruth(card.kind, map_points(matrix, outline), inside, printed(card.side_mm), linear)


def paint_card(layers: Layers, card: CardSpec, light_deg: float) -> None:
    """A flat matt card with a shadow at its edge; it hides what is under it."""
    scale, margin = _PRINT_PX_PER_MM, 4.0
    colours, body = _print(card, margin)
    from_print = np.array(
        [[1 / scale, 0, 0.5 / scale - margin], [0, 1 / scale, 0.5 / scale - margin], [0, 0, 1]]
    )
    matrix = layers.to_image @ card_to_site(card) @ from_print
    size = (layers.shape[1], layers.shape[0])
    soft = max(0.42 * scale / layers.px_per_mm, 0.3)

    def lay(print_: AnyArray) -> AnyArray:
        return np.asarray(
            cv2.warpPerspective(cv2.GaussianBlur(print_, (0, 0), soft), matrix, size, flags=cv2.INTER_LINEAR),
            np.float32,
        )

    over = lay(body)
    layers.cast_shadow(over, light_deg, height_mm=0.8, depth=0.42)
    layers.cover(lay(colours), over)
    layers.flatten(over)
    layers.hidden |= over >= 0.5


def _print(card: CardSpec, margin: float) -> tuple[AnyArray, Plane]:
    """Linear reflectance and body of the card at print resolution, with a margin."""
    scale = _PRINT_PX_PER_MM
    wide, high = card_size(card)
    shape = (round((high + 2 * margin) * scale), round((wide + 2 * margin) * scale))

    def span(start: float, end: float) -> slice:
        return slice(round((start + margin) * scale), round((end + margin) * scale))

    base = from_srgb((30, 30, 31)) if card.kind == "colour" else from_srgb((236, 236, 233))
    colours = np.broadcast_to(base, (*shape, 3)).copy()
    body = np.zeros(shape, np.float32)
    body[span(0, high), span(0, wide)] = 1
    for index, square in enumerate(squares(card)):
        (left, top), (right, bottom) = square[0], square[2]
        window = (span(top, bottom), span(left, right))
        if card.kind == "colour":
            colours[window] = patch_linear()[index]
        else:
            rows, columns = colours[window].shape[:2]
            dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
            bits = cv2.aruco.generateImageMarker(dictionary, MARKER_IDS[index], 6 * 16)
            marker = cv2.resize(bits, (columns, rows), interpolation=cv2.INTER_NEAREST)[..., None] > 127
            colours[window] = np.where(marker, base, from_srgb((28, 27, 29)))
    return colours, body
