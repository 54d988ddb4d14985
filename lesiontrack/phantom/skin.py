"""The skin of a site without lesions: pigment, blood and relief, the same at every visit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import cv2
import numpy as np

from lesiontrack.arrays import AnyArray, Plane, Points
from lesiontrack.phantom.optics import RESTING_HAEMOGLOBIN, SKIN_TONES
from lesiontrack.phantom.outline import make_outline
from lesiontrack.phantom.props import Vector
from lesiontrack.phantom.spec import SiteSpec


def stream(seed: int, *purpose: str | int) -> np.random.Generator:
    """A random stream of its own for each purpose: adding one thing leaves the others as they were."""
    return np.random.default_rng([seed, *(crc32(str(part).encode()) for part in purpose)])


@dataclass(frozen=True, eq=False)
class Sheet:
    """Planes over the site at a fixed resolution.

    Attributes:
        px_per_mm: of the planes.
        extent_mm: width and height; the site's origin is in the middle.
        melanin, pigment, haemoglobin: absorber amounts, (h, w) float32 (pigment: naevi and freckles).
        height: relief in mm.
        patches: blotches of the erythema field, mean 1.
    """

    px_per_mm: float
    extent_mm: Vector
    melanin: Plane
    pigment: Plane
    haemoglobin: Plane
    height: Plane
    patches: Plane

    @property
    def from_site(self) -> AnyArray:
        """(3, 3) site mm → sheet pixels."""
        scale = self.px_per_mm
        return np.array(
            [
                [scale, 0, scale * self.extent_mm[0] / 2 - 0.5],
                [0, scale, scale * self.extent_mm[1] / 2 - 0.5],
                [0, 0, 1],
            ]
        )


_COARSE_PX = 28  # lattice steps wider than this need no cubic interpolation at every pixel


def noise(
    extent_mm: Vector,
    px_per_mm: float,
    pitch_mm: Vector,
    rng: np.random.Generator,
    angle_deg: float = 0.0,
) -> Plane:
    """Smooth noise of mean 0 and sd 1: a random lattice in mm, so that it does not depend on the resolution.

    `pitch_mm` is the lattice step along and across `angle_deg`.
    """
    if min(pitch_mm) * px_per_mm > _COARSE_PX:
        coarse = noise(extent_mm, px_per_mm / 4, pitch_mm, rng, angle_deg)
        size = (round(extent_mm[0] * px_per_mm), round(extent_mm[1] * px_per_mm))
        return np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR), np.float32)
    width, height = round(extent_mm[0] * px_per_mm), round(extent_mm[1] * px_per_mm)
    angle = np.deg2rad(angle_deg)
    cos, sin = abs(np.cos(angle)), abs(np.sin(angle))
    along = extent_mm[0] * cos + extent_mm[1] * sin
    across = extent_mm[0] * sin + extent_mm[1] * cos
    columns, rows = int(along / pitch_mm[0]) + 5, int(across / pitch_mm[1]) + 5
    lattice = rng.standard_normal((rows, columns), np.float32)
    cos, sin = np.cos(angle), np.sin(angle)
    step = 1 / px_per_mm
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    turn = np.array(
        [
            [cos * step / pitch_mm[0], sin * step / pitch_mm[0]],
            [-sin * step / pitch_mm[1], cos * step / pitch_mm[1]],
        ]
    )
    shift = np.array([(columns - 1) / 2, (rows - 1) / 2]) - turn @ middle
    matrix = np.column_stack([turn, shift])
    plane = cv2.warpAffine(
        lattice,
        matrix,
        (width, height),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT,
    )
    return np.asarray(plane * np.float32(1.35), np.float32)  # the interpolation takes a quarter of the sd


@lru_cache(maxsize=2)
def make_sheet(site: SiteSpec, seed: int, px_per_mm: float) -> Sheet:
    """Paint the site's skin; the last two are kept, as the visits of a site share one."""
    extent = site.extent_mm

    def plane(name: str, pitch: float) -> Plane:
        return noise(extent, px_per_mm, (pitch, pitch), stream(seed, site.name, name, int(pitch * 100)))

    melanin = 1 + 0.05 * plane("melanin", 14) + 0.035 * plane("melanin", 4) + 0.03 * plane("melanin", 1.3)
    melanin += 0.03 * plane("melanin", 0.5)
    melanin = np.clip(melanin, 0.4, None) * np.float32(SKIN_TONES[site.skin])
    blood = 1 + 0.13 * plane("blood", 14) + 0.08 * plane("blood", 4) + 0.08 * plane("blood", 1.1)
    blood += 0.10 * plane("blood", 0.4)
    height, furrow, pores = _relief(site, seed, px_per_mm)
    melanin += np.float32(0.09) * furrow + np.float32(0.12) * pores
    blood = np.clip(blood + 0.5 * pores, 0.2, None) * np.float32(RESTING_HAEMOGLOBIN)
    patches = 1 + 0.16 * plane("patches", 15) + 0.12 * plane("patches", 5) + 0.07 * plane("patches", 1.6)
    patches += np.float32(0.25) * pores
    return Sheet(
        px_per_mm,
        extent,
        melanin,
        _naevi(site, seed, px_per_mm),
        np.asarray(blood, np.float32),
        height,
        np.clip(patches, 0.25, None),
    )


def _relief(site: SiteSpec, seed: int, px_per_mm: float) -> tuple[Plane, Plane, Plane]:
    """Height in mm, and how deep in a furrow or pore each point is (0..1)."""
    extent = site.extent_mm
    rng = stream(seed, site.name, "relief")
    lean = float(rng.uniform(-20, 20))
    lines = np.zeros((round(extent[1] * px_per_mm), round(extent[0] * px_per_mm)), np.float32)
    for turn, depth, pitch in ((38, 1.0, 0.42), (-41, 0.9, 0.47), (88, 0.6, 0.62), (5, 0.45, 1.1)):
        ridge = noise(extent, px_per_mm, (pitch * 5.5, pitch), rng, lean + turn)
        valley = np.exp(-(np.abs(ridge) / np.float32(0.22)))
        lines = np.maximum(lines, np.float32(depth) * valley)
    cells = _cells(extent, px_per_mm, rng)
    furrow = np.maximum(lines, np.float32(0.85) * cells)
    strength = np.clip(0.75 + 0.3 * noise(extent, px_per_mm, (9, 9), rng), 0.2, 1.4)
    bumps = noise(extent, px_per_mm, (0.32, 0.32), rng)
    swell = noise(extent, px_per_mm, (2.2, 2.2), rng)
    points = np.column_stack(
        [
            rng.uniform(-extent[axis] / 2, extent[axis] / 2, int(extent[0] * extent[1] * 0.28))
            for axis in (0, 1)
        ]
    )
    pores = _dots(extent, px_per_mm, points, 0.11)
    height = -0.06 * furrow * strength + 0.013 * bumps + 0.03 * swell - 0.03 * pores
    return np.asarray(height * site.relief, np.float32), np.asarray(furrow * strength, np.float32), pores


def _cells(extent: Vector, px_per_mm: float, rng: np.random.Generator) -> Plane:
    """Borders of irregular polygons some 0.8 mm wide, the net between the lines: 1 on a border."""
    squash = 1.35
    height, width = round(extent[1] * px_per_mm), round(extent[0] * px_per_mm / squash)
    pitch = 0.85
    columns, rows = int(extent[0] / squash / pitch) + 1, int(extent[1] / pitch) + 1
    jitter = rng.uniform(-0.48, 0.48, (2, rows, columns))
    x = (np.arange(columns) + 0.5 + jitter[0]) * pitch * px_per_mm
    y = ((np.arange(rows) + 0.5)[:, None] + jitter[1]) * pitch * px_per_mm
    seeds = np.full((height, width), 255, np.uint8)
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    seeds[y[inside].astype(int), x[inside].astype(int)] = 0
    _, labels = cv2.distanceTransformWithLabels(seeds, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    border = np.zeros((height, width), np.uint8)
    border[:, 1:] |= labels[:, 1:] != labels[:, :-1]
    border[1:] |= labels[1:] != labels[:-1]
    away = cv2.distanceTransform(1 - border, cv2.DIST_L2, 3) / np.float32(px_per_mm)
    net = np.exp(-away / np.float32(0.09)).astype(np.float32)
    full = (round(extent[0] * px_per_mm), round(extent[1] * px_per_mm))
    return np.asarray(cv2.GaussianBlur(cv2.resize(net, full), (0, 0), 0.05 * px_per_mm), np.float32)


def _dots(extent: Vector, px_per_mm: float, points: Points, radius_mm: float) -> Plane:
    """Soft dots of height about 1 at site points."""
    width, height = round(extent[0] * px_per_mm), round(extent[1] * px_per_mm)
    plane = np.zeros((height, width), np.float32)
    column = ((points[:, 0] + extent[0] / 2) * px_per_mm).astype(int)
    row = ((points[:, 1] + extent[1] / 2) * px_per_mm).astype(int)
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    plane[row[inside], column[inside]] = 1
    sigma = radius_mm * px_per_mm
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma) * np.float32(2 * np.pi * sigma**2), np.float32)


def _naevi(site: SiteSpec, seed: int, px_per_mm: float) -> Plane:
    """Pigment of naevi (1 to 2.4 mm) and of freckles, away from lesions: these never change."""
    extent = site.extent_mm
    rng = stream(seed, site.name, "naevi")
    area_cm2 = extent[0] * extent[1] / 100
    count = rng.poisson(site.freckles_per_cm2 * area_cm2)
    freckles = rng.uniform(-0.5, 0.5, (count, 2)) * np.array(extent)
    third = len(freckles) // 3
    pigment = np.float32(0.30) * _dots(extent, px_per_mm, freckles[:third], 0.45)
    pigment += np.float32(0.22) * _dots(extent, px_per_mm, freckles[third:], 0.25)
    mottle = noise(extent, px_per_mm, (0.3, 0.3), rng)
    pigment *= np.clip(1 + 0.3 * mottle, 0.2, None)
    for _ in range(site.naevi):
        centre = (rng.uniform(-0.36, 0.36) * extent[0], rng.uniform(-0.33, 0.33) * extent[1])
        length = float(rng.uniform(1.0, 2.4))
        shape = make_outline(
            centre, (length, length * rng.uniform(0.7, 0.95)), rng.uniform(0, 180), 0.07, rng
        )
        darkness = rng.uniform(0.45, 1.1)
        near = any(
            np.hypot(*np.subtract(lesion.position_mm, centre)) < lesion.axes_mm[0] * 0.6 + 5
            for lesion in site.lesions
        )
        if near:
            continue
        left = max(0, int((centre[0] - 3 + extent[0] / 2) * px_per_mm))
        top = max(0, int((centre[1] - 3 + extent[1] / 2) * px_per_mm))
        size = int(6 * px_per_mm)
        window = (slice(top, top + size), slice(left, left + size))
        rows, columns = np.mgrid[window].astype(np.float32)
        x = (columns + 0.5) / np.float32(px_per_mm) - np.float32(extent[0] / 2)
        y = (rows + 0.5) / np.float32(px_per_mm) - np.float32(extent[1] / 2)
        rows_in, columns_in = pigment[window].shape
        depth = shape.inside_mm(x[:rows_in, :columns_in], y[:rows_in, :columns_in])
        cover = np.clip(depth / np.float32(0.7) + 0.5, 0, 1)
        pigment[window] += np.float32(darkness) * cover * np.clip(1 + 0.15 * mottle[window], 0.3, None)
    return np.asarray(pigment, np.float32)
