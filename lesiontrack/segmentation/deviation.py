"""How far each point differs from the healthy skin around it, in units of that skin's own variation."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lesiontrack.arrays import AnyArray, Mask, Plane
from lesiontrack.segmentation.canvas import Canvas, Lab, blur, blur_within, fill_from_around

SMOOTHING = 0.006  # of the long side: wider than pores, narrower than the edges that are measured
SENSOR_VARIANCE = 0.3  # L*a*b*², added so that flat (compressed, rendered) skin has a noise at all

ENOUGH_POINTS = 20_000  # for a skin model; more only cost time


@dataclass(frozen=True, eq=False)
class Deviation:
    """Difference from local skin.

    Attributes:
        difference: (h, w, 3) CIELAB minus the skin model, smoothed.
        precision: (3, 3) inverse covariance of healthy skin about that model.
        score: Mahalanobis distance, 0 where a point is lighter or neither darker nor redder than skin.
    """

    difference: Lab
    precision: NDArray[np.float64]
    score: Plane


def smooth(view: Canvas, hidden: Mask) -> Lab:
    """Lab with hidden points filled from around them, blurred by SMOOTHING."""
    return blur(fill_from_around(view.lab, hidden, 0.006 * view.size), SMOOTHING * view.size)


def from_rim(lab: Lab, area: Mask) -> Deviation:
    """Inside a pen ring: skin is the outer part of `area`, modelled as a plane in x and y.

    A second pass takes in all that fits the first plane.
    """
    size = max(area.shape)
    depth = cv2.distanceTransform(np.pad(area.astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    skin = (depth > 0.01 * size) & (depth < 0.4 * depth.max())
    if skin.sum() < 50:
        skin = area
    deviation = from_skin(lab, skin)
    for _ in range(2):
        fits = area & (deviation.score < 3)
        if fits.sum() < 50:
            break
        deviation = from_skin(lab, fits)
    return deviation


def from_skin(lab: Lab, skin: Mask) -> Deviation:
    """Everywhere, from a plane in x and y fitted to `skin`; lab (h, w, 3) float32."""
    return _deviation(lab, _plane(lab, skin), skin)


def from_surroundings(lab: Lab, area: Mask, reach: float) -> Deviation:
    """On open skin: the skin model is the mean of skin within `reach` px, lesions left out as they show."""
    middle = np.median(lab[area], axis=0).astype(np.float32)
    fits = area & (np.abs(lab - middle).max(2) < 4 * _spread(lab[area] - middle))
    deviation: Deviation | None = None
    for _ in range(4):
        weight = fits.astype(np.float32)
        support = blur(weight, reach)[..., None]
        base = (blur_within(lab, weight, reach) * support + 0.02 * middle) / (support + 0.02)
        deviation = _deviation(lab, base.astype(np.float32), fits)
        fits = area & (deviation.score < 3)
    assert deviation is not None
    return deviation


def _spread(residual: NDArray[np.float32]) -> float:
    return float(1.4826 * np.median(np.abs(residual))) + 1.0


def _plane(lab: Lab, skin: Mask) -> Lab:
    height, width = skin.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    terms = np.stack([np.ones_like(x), x / width - 0.5, y / height - 0.5], axis=-1)
    step = max(1, int(skin.sum()) // ENOUGH_POINTS)
    rows: AnyArray = terms[skin][::step].astype(np.float64)
    values: AnyArray = lab[skin][::step].astype(np.float64)
    weight: AnyArray = np.ones((len(rows), 1))
    coefficients: AnyArray = np.zeros((3, 3))
    for _ in range(5):
        coefficients = np.linalg.lstsq(rows * weight, values * weight, rcond=None)[0]
        residual = np.abs(values - rows @ coefficients)
        residual /= 1.4826 * np.median(residual, axis=0) + 0.3
        weight = 1 / np.maximum(1, residual.max(1, keepdims=True) / 1.5)
    plane: Lab = (terms @ coefficients.astype(np.float32)).astype(np.float32)
    return plane


def _deviation(lab: Lab, base: Lab, skin: Mask) -> Deviation:
    difference = lab - base
    residual = difference[skin].astype(np.float64)
    residual = residual[:: max(1, len(residual) // ENOUGH_POINTS)]
    covariance = np.cov(residual.T) + np.eye(3) * SENSOR_VARIANCE
    distance = np.einsum("ni,ij,nj->n", residual, np.linalg.inv(covariance), residual)
    # The nearest four fifths hold about 0.7 of a normal cloud's variance.
    core = residual[distance <= np.quantile(distance, 0.8)]
    covariance = np.cov(core.T) * 1.4 + np.eye(3) * SENSOR_VARIANCE
    precision: NDArray[np.float64] = np.asarray(np.linalg.inv(covariance), np.float64)
    half = np.linalg.cholesky(precision).astype(np.float32)
    score = np.linalg.norm(difference @ half, axis=2)
    darker_or_redder = (difference[..., 0] < 0) | (difference[..., 1] > 0)
    not_lighter = difference[..., 0] < 3 * np.sqrt(covariance[0, 0])
    plane: Plane = np.where(darker_or_redder & not_lighter, score, 0).astype(np.float32)
    return Deviation(difference.astype(np.float32), precision, plane)
