"""Where the points of a site fall in a photo, on flat skin and on the round of a limb.

A round site is a cylinder whose axis runs along the site's x; site y is the length along its surface from its
highest line, at which it touches the plane of the flat site.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lesiontrack.arrays import AnyArray, Mask, Matrix, Plane, Points
from lesiontrack.phantom.camera import camera_turn, local_scale, map_points, site_planes, site_to_image
from lesiontrack.phantom.spec import CameraSpec

_FAR = -1e6  # where points go that the camera can't see: outside any frame


@dataclass(frozen=True)
class View:
    """A camera over a site that is flat, or round with a radius in mm."""

    camera: CameraSpec
    radius_mm: float | None = None

    @cached_property
    def tangent(self) -> Matrix:
        """(3, 3) mm of the tangent plane → pixels; on flat skin that is the whole map."""
        return site_to_image(self.camera)

    def to_image(self, points: Points) -> Points:
        """(N, 2) site mm → pixels; far outside the frame where the limb itself is in the way."""
        if self.radius_mm is None:
            return map_points(self.tangent, points)
        angle = points[:, 1] / self.radius_mm
        solid = np.column_stack(
            [points[:, 0], self.radius_mm * np.sin(angle), self.radius_mm * (1 - np.cos(angle))]
        )
        outward = np.column_stack([np.zeros(len(points)), np.sin(angle), -np.cos(angle)])
        seen = ((solid - self._eye) * outward).sum(axis=1) < 0
        seen &= np.abs(angle) < np.pi
        ahead = (solid - self._eye) @ camera_turn(self.camera).T
        focal = self.camera.px_per_mm * self.camera.distance_mm
        middle = np.array([(self.camera.width - 1) / 2, (self.camera.height - 1) / 2])
        image = focal * ahead[:, :2] / ahead[:, 2:] + middle
        return np.where(seen[:, None], image, _FAR)

    def to_site(self, points: Points) -> tuple[Points, Mask]:
        """(N, 2) pixels → site mm, and where there is skin; beside the limb: its nearest line in view."""
        if self.radius_mm is None:
            inverse = np.asarray(np.linalg.inv(self.tangent), np.float64)
            return map_points(inverse, points), np.ones(len(points), bool)
        camera, radius = self.camera, self.radius_mm
        focal = camera.px_per_mm * camera.distance_mm
        rays = np.column_stack(
            [
                (points[:, 0] - (camera.width - 1) / 2) / focal,
                (points[:, 1] - (camera.height - 1) / 2) / focal,
                np.ones(len(points)),
            ]
        ) @ camera_turn(camera)
        across, deep = rays[:, 1], rays[:, 2]
        eye_y, eye_z = self._eye[1], self._eye[2] - radius
        a = across**2 + deep**2
        b = eye_y * across + eye_z * deep
        root = b**2 - a * (eye_y**2 + eye_z**2 - radius**2)
        hit = root >= 0
        reach = (-b - np.sqrt(np.clip(root, 0, None))) / a
        x = self._eye[0] + reach * rays[:, 0]
        angle = np.arctan2(eye_y + reach * across, -(eye_z + reach * deep))
        return np.column_stack([x, radius * angle]), hit

    def planes(self) -> tuple[Plane, Plane, Mask]:
        """Site x and y in mm at every pixel, and where there is skin, (H, W) each."""
        shape = (self.camera.height, self.camera.width)
        if self.radius_mm is None:
            x, y = site_planes(self.camera)
            return x, y, np.ones(shape, bool)
        site, hit = self.to_site(pixel_centres(shape))
        x, y = site.astype(np.float32).T.reshape(2, *shape)
        return x, y, hit.reshape(shape)

    def px_per_mm(self, points: Points) -> Plane:
        """At (N, 2) image points: the root of the area ratio of site mm → pixels; NaN beside the limb."""
        if self.radius_mm is None:
            return local_scale(np.linalg.inv(np.linalg.inv(self.tangent)), points)
        half = 0.5
        ends = [self.to_site(points + step) for step in ((half, 0), (-half, 0), (0, half), (0, -half))]
        right, down = ends[0][0] - ends[1][0], ends[2][0] - ends[3][0]
        area = np.abs(right[:, 0] * down[:, 1] - right[:, 1] * down[:, 0])
        seen = np.logical_and.reduce([hit for _, hit in ends]) & (area > 0)
        return np.asarray(np.where(seen, 1 / np.sqrt(np.maximum(area, 1e-12)), np.nan), np.float32)

    @cached_property
    def _eye(self) -> AnyArray:
        """(3,) the lens in site mm, z down into the skin."""
        back = np.array([0, 0, -self.camera.distance_mm]) @ camera_turn(self.camera)
        return np.asarray(back + np.array([*self.camera.look_at_mm, 0.0]))


def pixel_centres(shape: tuple[int, int]) -> Points:
    """(H * W, 2) x, y of every pixel, row by row."""
    x, y = np.meshgrid(np.arange(shape[1], dtype=np.float64), np.arange(shape[0], dtype=np.float64))
    return np.column_stack([x.ravel(), y.ravel()])
