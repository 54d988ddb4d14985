"""Irregular lesion outlines with exact area and diameters."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from lesiontrack.arrays import Plane, Points
from lesiontrack.phantom.props import Vector

_ANGLES = 1024
_WAVES = 14


@dataclass(frozen=True, eq=False)
class Outline:
    """A star-shaped outline: an ellipse whose radius is multiplied by `waves` along the angle.

    `waves` is (1024,), one value an angle from 0 to 2 pi in the ellipse's own unit circle.
    """

    centre_mm: Vector
    axes_mm: Vector
    angle_deg: float
    waves: Points

    @property
    def polygon(self) -> Points:
        """(1024, 2) site mm."""
        theta = np.linspace(0, 2 * np.pi, _ANGLES, endpoint=False)
        x = self.axes_mm[0] / 2 * self.waves * np.cos(theta)
        y = self.axes_mm[1] / 2 * self.waves * np.sin(theta)
        angle = np.deg2rad(self.angle_deg)
        cos, sin = np.cos(angle), np.sin(angle)
        return np.stack(
            [self.centre_mm[0] + cos * x - sin * y, self.centre_mm[1] + sin * x + cos * y], axis=1
        )

    @property
    def mean_radius_mm(self) -> float:
        return float(np.sqrt(self.axes_mm[0] * self.axes_mm[1]) / 2)

    def inside_mm(self, x: Plane, y: Plane) -> Plane:
        """Planes of site mm → how far inside the outline, in mm: 0 on it, negative outside.

        Exact in sign; off the outline it is a depth along the radius, not the distance.
        """
        angle = np.deg2rad(self.angle_deg)
        cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        dx, dy = x - np.float32(self.centre_mm[0]), y - np.float32(self.centre_mm[1])
        u = (cos * dx + sin * dy) / np.float32(self.axes_mm[0] / 2)
        v = (cos * dy - sin * dx) / np.float32(self.axes_mm[1] / 2)
        radius, theta = cv2.cartToPolar(u, v)
        position = theta * np.float32(_ANGLES / (2 * np.pi))
        index = position.astype(np.int32)
        part = position - index
        waves = np.append(self.waves, self.waves[:2]).astype(np.float32)
        index %= _ANGLES
        limit = waves[index] * (1 - part) + waves[index + 1] * part
        return np.asarray((limit - radius) * np.float32(self.mean_radius_mm), np.float32)


def make_outline(
    centre_mm: Vector, axes_mm: Vector, angle_deg: float, irregularity: float, rng: np.random.Generator
) -> Outline:
    """An ellipse with random waves, of which the coarse are the largest."""
    theta = np.linspace(0, 2 * np.pi, _ANGLES, endpoint=False)
    waves = np.zeros(_ANGLES)
    for k in range(2, _WAVES):
        waves += rng.normal(0, 1 / k**1.75) * np.cos(k * theta + rng.uniform(0, 2 * np.pi))
    waves = np.exp(np.clip(irregularity * waves / max(float(waves.std()), 1e-6), -0.6, 0.5))
    waves /= np.sqrt(np.mean(waves**2))
    return Outline(centre_mm, axes_mm, angle_deg, waves)


def polygon_area(polygon: Points) -> float:
    """Area of a simple polygon (N, 2), in the square of its units."""
    x, y = polygon[:, 0], polygon[:, 1]
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def longest_diameter(points: Points) -> float:
    """Greatest distance between two of the points (N, 2)."""
    hull = cv2.convexHull(points.astype(np.float32))[:, 0].astype(np.float64)
    return float(np.sqrt(((hull[:, None] - hull[None]) ** 2).sum(-1).max()))
