"""What is left at a place where nothing was outlined, by its colour against the skin around it.

A segmentation that misses a faint lesion says nothing of it: this looks at the pixels again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lesiontrack.arrays import AnyArray, Mask, Pixels
from lesiontrack.segmentation import Segmentation
from lesiontrack.segmentation.deviation import from_skin

REACH = 6.0  # radii of the place: how far the skin that it is compared with goes
WORKING_RADIUS = 8.0  # px; a larger place is averaged down to this
SPOT = 0.4  # radius of the spots that are compared, over the place's: what is left may be smaller
HAIR = 0.22  # dark lines thinner than twice this, over the place's radius, are closed first
STRANGE = 3.0  # skin sd from which a spot may be a rest; see `may_be_left`
USUAL = 0.9  # share of like places around whose strangest spot is less strange
LEAST_SKIN = 60  # working px to compare with


@dataclass(frozen=True)
class Rest:
    """The strangest spot of a place, darker or redder than skin, in skin sd.

    `usual`: what 90 % of the places of that size around it stay below; 0 where there are none.
    """

    strangeness: float
    usual: float

    @property
    def may_be_left(self) -> bool:
        """3 sd or more, and stranger than its surroundings are here and there: hair, pores, freckles.

        Measured with the shipped network's masks: true of 26 of 34 rendered lesions that it had missed, and
        of 6 of 28 rendered places where nothing was left; of 31 to 36 % of random places on real bare skin.
        """
        return self.strangeness >= max(STRANGE, self.usual)


def rest_at(
    pixels: Pixels, segmentation: Segmentation, xy: tuple[float, float], radius: float
) -> Rest | None:
    """What a disc of `radius` pixels around `xy` holds, or None where too little bare skin is around it.

    Spots of `SPOT` radii are compared with spots of the skin within `REACH` radii, after its lesions, ulcers
    and obstructions are left out: mean CIELAB, with a plane fitted to the skin and its robust covariance.
    """
    window = _Window.around(xy, radius, segmentation.shape)
    if window is None:
        return None
    lab, r = window.lab(pixels), window.radius
    hidden = window.mask(segmentation, "obstruction", 0.3)
    marked = window.mask(segmentation, "lesion", 0.25) | window.mask(segmentation, "ulcer", 0.25)
    spot = max(1.0, SPOT * r)
    means, seen = _means(_without_hairs(lab, max(1, round(HAIR * r))), ~hidden, spot)
    away = window.distances() / r
    bare = window.mask(segmentation, "skin", 0.5) & ~_grown(marked, spot + 1) & ~_grown(hidden, spot + 1)
    skin = bare & (away > 1.3 + SPOT) & (seen > 0.9)
    place = (away <= 1) & (seen > 0.7) & ~_grown(hidden, 1)
    if skin.sum() < LEAST_SKIN or not place.any():
        return None
    score = from_skin(means, skin).score
    strangest = _grown_values(np.where(skin, score, 0), r)
    like = cv2.erode(skin.astype(np.uint8), _disc(0.8 * r).astype(np.uint8)) > 0
    others = strangest[like & (away > 2.3)]
    return Rest(float(score[place].max()), float(np.quantile(others, USUAL)) if len(others) > 20 else 0.0)


@dataclass(frozen=True)
class _Window:
    """A part of the photo, x0..x1 and y0..y1, that is worked on at `width` x `height`."""

    x0: int
    y0: int
    x1: int
    y1: int
    width: int
    height: int
    xy: tuple[float, float]
    radius: float

    @classmethod
    def around(cls, xy: tuple[float, float], radius: float, shape: tuple[int, int]) -> _Window | None:
        radius = max(radius, 2.0)
        reach = REACH * radius
        x0, y0 = max(0, math.floor(xy[0] - reach)), max(0, math.floor(xy[1] - reach))
        x1 = min(shape[1], math.ceil(xy[0] + reach) + 1)
        y1 = min(shape[0], math.ceil(xy[1] + reach) + 1)
        factor = min(1.0, WORKING_RADIUS / radius)
        width, height = round((x1 - x0) * factor), round((y1 - y0) * factor)
        if min(width, height) < 8:
            return None
        centre = (
            (xy[0] + 0.5 - x0) * width / (x1 - x0) - 0.5,
            (xy[1] + 0.5 - y0) * height / (y1 - y0) - 0.5,
        )
        return cls(x0, y0, x1, y1, width, height, centre, radius * factor)

    def lab(self, pixels: Pixels) -> NDArray[np.float32]:
        part = pixels[self.y0 : self.y1, self.x0 : self.x1]
        small: AnyArray = cv2.resize(part, (self.width, self.height), interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)

    def mask(self, segmentation: Segmentation, name: str, level: float) -> Mask:
        """Where any of the pixels that were averaged reaches `level`."""
        plane = np.zeros((self.y1 - self.y0, self.x1 - self.x0), np.uint8)
        layer = segmentation.layers.get(name)
        if layer is not None:
            plane[layer.window(self.x0, self.y0, self.x1, self.y1) >= level * 255] = 1
        small: AnyArray = cv2.resize(plane * 255, (self.width, self.height), interpolation=cv2.INTER_AREA)
        mask: Mask = small > 0
        return mask

    def distances(self) -> NDArray[np.float64]:
        y, x = np.mgrid[: self.height, : self.width]
        away: NDArray[np.float64] = np.hypot(x - self.xy[0], y - self.xy[1])
        return away


def _without_hairs(lab: NDArray[np.float32], thickness: int) -> NDArray[np.float32]:
    """Thin dark lines vanish from lightness, thin lines of another hue from the others; spots stay."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * thickness + 1, 2 * thickness + 1))
    closed = [cv2.morphologyEx(lab[..., channel], cv2.MORPH_CLOSE, kernel) for channel in range(3)]
    hues = [cv2.morphologyEx(plane, cv2.MORPH_OPEN, kernel) for plane in closed[1:]]
    return np.stack([closed[0], *hues], axis=-1).astype(np.float32)


def _means(
    lab: NDArray[np.float32], counted: Mask, radius: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean over a disc around each point, of the points counted, and the share of the disc that they are."""
    disc = _disc(radius)
    weight = counted.astype(np.float32)
    share = cv2.filter2D(weight, cv2.CV_32F, disc / disc.sum(), borderType=cv2.BORDER_CONSTANT)
    total = cv2.filter2D(
        lab * weight[..., None], cv2.CV_32F, disc / disc.sum(), borderType=cv2.BORDER_CONSTANT
    )
    means = total / np.maximum(share, 1e-3)[..., None]
    return means.astype(np.float32), np.asarray(share, np.float32)


def _grown(mask: Mask, radius: float) -> Mask:
    grown: Mask = cv2.dilate(mask.astype(np.uint8), _disc(radius).astype(np.uint8)) > 0
    return grown


def _grown_values(values: AnyArray, radius: float) -> AnyArray:
    return cv2.dilate(values.astype(np.float32), _disc(radius).astype(np.uint8))


def _disc(radius: float) -> NDArray[np.float32]:
    reach = math.ceil(radius)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disc: NDArray[np.float32] = (np.hypot(x, y) <= radius).astype(np.float32)
    return disc
