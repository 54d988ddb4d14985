"""Rendered skin for the registration tests: blotches, creases and grain, from a seed."""

from __future__ import annotations

import cv2
import numpy as np

from lesiontrack.measurement import Lesion
from lesiontrack.photo import Photo
from lesiontrack.registration import PreparedPhoto
from lesiontrack.scale import Scale
from lesiontrack.segmentation import Layer, Segmentation

SHAPE = (384, 512)


def skin(seed: int, shape: tuple[int, int] = SHAPE) -> np.ndarray:
    """(H, W, 3) uint8: skin colour, modulated by band-limited noise and dark short creases."""
    rng = np.random.default_rng(seed)
    height, width = shape
    field = np.zeros(shape, np.float32)
    for sigma, weight in ((2, 9), (5, 60), (14, 180)):
        field += weight * cv2.GaussianBlur(rng.normal(size=shape).astype(np.float32), (0, 0), sigma)
    for _ in range(90):
        x, y, turn = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(0, np.pi)
        half = rng.uniform(5, 20)
        dx, dy = half * np.cos(turn), half * np.sin(turn)
        cv2.line(field, (int(x - dx), int(y - dy)), (int(x + dx), int(y + dy)), -25.0, 2, cv2.LINE_AA)
    base = np.array([196, 146, 122], np.float32)
    return np.clip(base + field[..., None] * np.array([0.8, 1.0, 0.9], np.float32), 0, 255).astype(np.uint8)


def prepare(
    pixels: np.ndarray,
    *,
    skin_mask: np.ndarray | None = None,
    obstruction: np.ndarray | None = None,
    scale: float | None = None,
    lesions: tuple[Lesion, ...] = (),
) -> PreparedPhoto:
    shape = pixels.shape[:2]
    layers = {"skin": Layer(0, 0, np.full(shape, 255, np.uint8) if skin_mask is None else _plane(skin_mask))}
    if obstruction is not None:
        layers["obstruction"] = Layer(0, 0, _plane(obstruction))
    found = None if scale is None else Scale(scale, 0.01 * scale, "stated")
    return PreparedPhoto(Photo(pixels, ""), Segmentation(shape, layers), found, lesions)


def _plane(mask: np.ndarray) -> np.ndarray:
    return mask.astype(np.uint8) * 255


def lesion(x: float, y: float, diameter: float = 12.0, *, confidence: float = 1.0) -> Lesion:
    side = int(diameter) + 3
    offset = (int(x - side / 2), int(y - side / 2))
    rows, columns = np.mgrid[:side, :side]
    mask = np.hypot(columns + offset[0] - x, rows + offset[1] - y) <= diameter / 2
    return Lesion(
        offset=offset,
        mask=mask,
        ulcer=np.zeros_like(mask),
        contour=np.zeros((0, 2)),
        centroid=(x, y),
        area_px=float(np.pi * diameter**2 / 4),
        area_px_sd=1.0,
        longest_diameter_px=diameter,
        longest_diameter_px_sd=0.5,
        perpendicular_diameter_px=diameter,
        ulcer_area_px=0.0,
        ulcer_area_px_sd=0.0,
        confidence=confidence,
    )


def turned(scale: float, degrees: float, to: tuple[float, float], about: tuple[float, float]) -> np.ndarray:
    turn = np.radians(degrees)
    c, s = scale * np.cos(turn), scale * np.sin(turn)
    x, y = about
    return np.array([[c, -s, to[0] - c * x + s * y], [s, c, to[1] - s * x - c * y], [0, 0, 1]])


MIDDLE = ((SHAPE[1] - 1) / 2, (SHAPE[0] - 1) / 2)
CORNERS = np.array([[60, 60], [450, 60], [450, 320], [60, 320], [255, 190]], float)
