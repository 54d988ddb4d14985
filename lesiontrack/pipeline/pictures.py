"""Small pictures of a site for the pages: whole photos with outlines, and one crop per lesion and visit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np

from lesiontrack.arrays import Mask, Matrix, Pixels, Points
from lesiontrack.colour import ColourCorrection
from lesiontrack.photo import encode_jpeg
from lesiontrack.pipeline.prepare import Prepared
from lesiontrack.pipeline.record import Picture, Polygon
from lesiontrack.segmentation.layers import Layer

OVERVIEW_PX = 1000
CROP_PX = 320
MIN_CROP_MM = 12.0
MARGIN = 2.2  # crop side over the longest diameter that the lesion ever has
UNSCALED_SHARE = 0.25  # of the reference photo's short side, where no size is known in mm
OUTSIDE = (32, 32, 32)
DRAWN = ("lesion", "ulcer", "obstruction")
_HALF = 128  # of a layer's 0..255


def overview(prepared: Prepared, folder: Path) -> Picture:
    """The whole photo at OVERVIEW_PX on its long side, with outlines of the masks and the ruler's ticks."""
    pixels = prepared.photo.pixels
    height, width = pixels.shape[:2]
    factor = overview_factor((height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    matrix = shrink(factor)
    masks = {name: prepared.found.segmentation.mask(name) for name in DRAWN}
    outlines = {name: _outlines(mask, (0, 0), matrix) for name, mask in masks.items()}
    scale = prepared.found.scale
    if scale is not None and scale.support:
        outlines["scale"] = (_polygon(_map(matrix, np.asarray(scale.support, float))),)
    file = _name("photo", prepared.entry.relative)
    (folder / file).write_bytes(encode_jpeg(small, quality=82))
    return Picture(file, *size, scale.px_per_mm * factor if scale else None, False, outlines)


def shrink(factor: float) -> Matrix:
    """Points of a photo → points of it resized by `factor`, both at pixel centres."""
    offset = (factor - 1) / 2
    return np.array([[factor, 0, offset], [0, factor, offset], [0, 0, 1]], float)


def overview_factor(shape: tuple[int, int]) -> float:
    return min(1.0, OVERVIEW_PX / max(shape))


def crop(
    pixels: Pixels,
    to_crop: Matrix,
    *,
    outlines: Mapping[str, tuple[Mask, tuple[int, int]]],
    colour: ColourCorrection,
    file_stem: str,
    px_per_mm: float | None,
    aligned: bool,
    folder: Path,
) -> Picture:
    """A square of CROP_PX; `to_crop` maps the photo's points to the crop's.

    `outlines` are masks with the offset of their top left pixel in the photo. A calibrated colour
    correction is applied, so that the crops of a series can be compared by eye.
    """
    picture = _resample(pixels, to_crop)
    if colour.calibrated:
        picture = colour.apply(picture)
    drawn = {name: _outlines(mask, offset, to_crop) for name, (mask, offset) in outlines.items()}
    file = _name("crop", file_stem)
    (folder / file).write_bytes(encode_jpeg(picture, quality=85))
    return Picture(file, CROP_PX, CROP_PX, px_per_mm, aligned, drawn)


def in_view(layer: Layer, to_crop: Matrix) -> tuple[Mask, tuple[int, int]]:
    """What a crop shows of a layer, with the offset of its top left pixel in the photo.

    It is cut outside of the crop, so that the cut is no line in the picture.
    """
    height, width = layer.values.shape
    x0, y0, x1, y1 = _bounds(_seen(to_crop) - (layer.x, layer.y), (height, width))
    return layer.values[y0 : max(y0, y1), x0 : max(x0, x1)] >= _HALF, (layer.x + x0, layer.y + y0)


def _seen(to_crop: Matrix) -> Points:
    """(4, 2) corners of the crop in the photo's points."""
    corners = np.array([[0, 0], [CROP_PX, 0], [CROP_PX, CROP_PX], [0, CROP_PX]], float)
    return _map(np.asarray(np.linalg.inv(to_crop), float), corners)


def _bounds(seen: Points, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """(x0, y0, x1, y1) of the part of an array that holds these corners, with a margin of 2 px."""
    (x0, y0), (x1, y1) = np.floor(seen.min(axis=0)).astype(int) - 2, np.ceil(seen.max(axis=0)).astype(int) + 3
    height, width = shape
    return max(0, int(x0)), max(0, int(y0)), min(width, int(x1)), min(height, int(y1))


def _resample(pixels: Pixels, to_crop: Matrix) -> Pixels:
    """The crop; a large photo is averaged down first, since sampling alone would alias skin texture."""
    seen = _seen(to_crop)
    x0, y0, x1, y1 = _bounds(seen, pixels.shape[:2])
    if x1 <= x0 or y1 <= y0:
        return np.full((CROP_PX, CROP_PX, 3), OUTSIDE[0], np.uint8)
    part = pixels[y0:y1, x0:x1]
    matrix = to_crop @ np.array([[1, 0, x0], [0, 1, y0], [0, 0, 1]], float)
    stretch = CROP_PX / max(1.0, float(np.linalg.norm(seen[1] - seen[0])))
    if stretch < 0.7:
        size = (max(1, round((x1 - x0) * stretch)), max(1, round((y1 - y0) * stretch)))
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
        matrix = matrix @ np.linalg.inv(shrink(stretch))
    warped = cv2.warpPerspective(
        part,
        matrix,
        (CROP_PX, CROP_PX),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=OUTSIDE,
    )
    return np.asarray(warped, np.uint8)


def window(centre: tuple[float, float], side_px: float) -> Matrix:
    """Points of a frame → points of a square crop of CROP_PX around `centre` that is `side_px` wide there."""
    factor = CROP_PX / side_px
    return np.array(
        [
            [factor, 0, (CROP_PX - 1) / 2 - factor * centre[0]],
            [0, factor, (CROP_PX - 1) / 2 - factor * centre[1]],
            [0, 0, 1],
        ],
        float,
    )


def _outlines(mask: Mask, offset: tuple[int, int], matrix: Matrix) -> tuple[Polygon, ...]:
    contours, _ = cv2.findContours(
        mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=offset
    )
    polygons = []
    for contour in contours:
        mapped = _map(matrix, contour[:, 0, :].astype(float)).astype(np.float32)
        kept = cv2.approxPolyDP(mapped.reshape(-1, 1, 2), 0.4, True)[:, 0, :]
        if len(kept) >= 3:
            polygons.append(_polygon(kept.astype(float)))
    return tuple(polygons)


def _map(matrix: Matrix, points: Points) -> Points:
    return np.asarray(cv2.perspectiveTransform(points.reshape(-1, 1, 2), matrix)[:, 0, :], float)


def _polygon(points: Points) -> Polygon:
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in points)


def _name(kind: str, text: str) -> str:
    return f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:12]}.jpg"
