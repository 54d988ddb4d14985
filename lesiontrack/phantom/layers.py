"""What a photo is put together from before the camera sees it: planes over the frame, painted in turn."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from lesiontrack.arrays import AnyArray, Mask, Matrix, Plane
from lesiontrack.phantom.camera import site_planes, site_to_image
from lesiontrack.phantom.skin import Sheet
from lesiontrack.phantom.spec import CameraSpec


@dataclass(eq=False)
class Layers:
    """Planes (H, W) over the frame; painters change them in place.

    Attributes:
        x, y: site mm at every pixel; to_image: (3, 3) site mm → pixels.
        melanin, pigment, haemoglobin: absorbers; added: haemoglobin of the erythema.
        height: relief in mm.
        paint: (H, W, 3) linear reflectance of what is no skin (ulcer beds, covers, rulers), where `painted` is
            its opacity 0..1.
        gloss: factor on the highlights.
        shade: factor on the light (shadows).
        stain: (H, W, 3) factor on the skin's reflectance (pen ink).
        ulcer, lesion, hidden, ink: truth masks as they grow; hidden is opaque, ink (hair and pen too) is not.
    """

    x: Plane
    y: Plane
    to_image: Matrix
    melanin: Plane
    pigment: Plane
    haemoglobin: Plane
    added: Plane
    height: Plane
    paint: AnyArray
    painted: Plane
    gloss: Plane
    shade: Plane
    stain: AnyArray
    lesion: Mask
    ulcer: Mask
    hidden: Mask
    ink: Mask
    background: Mask

    @property
    def shape(self) -> tuple[int, int]:
        return (int(self.x.shape[0]), int(self.x.shape[1]))

    def cover(self, colour: AnyArray, opacity: Plane) -> None:
        """Paint linear reflectance (3,) or (H, W, 3) over what is there."""
        over = opacity[..., None]
        total = over + self.painted[..., None] * (1 - over)
        below = self.paint * (self.painted[..., None] * (1 - over))
        self.paint = np.asarray((colour * over + below) / np.maximum(total, 1e-6), np.float32)
        self.painted = np.asarray(total[..., 0], np.float32)


def begin(sheet: Sheet, camera: CameraSpec) -> Layers:
    """The bare skin as the camera's frame cuts it out."""
    to_image = site_to_image(camera)
    x, y = site_planes(camera)
    size = (camera.width, camera.height)
    matrix = to_image @ np.linalg.inv(sheet.from_site)

    def warp(plane: Plane) -> Plane:
        warped = cv2.warpPerspective(
            plane, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
        return np.asarray(warped, np.float32)

    shape = (camera.height, camera.width)
    return Layers(
        x=x,
        y=y,
        to_image=to_image,
        melanin=warp(sheet.melanin),
        pigment=warp(sheet.pigment),
        haemoglobin=warp(sheet.haemoglobin),
        added=warp(sheet.patches),
        height=warp(sheet.height),
        paint=np.zeros((*shape, 3), np.float32),
        painted=np.zeros(shape, np.float32),
        gloss=np.ones(shape, np.float32),
        shade=np.ones(shape, np.float32),
        stain=np.ones((*shape, 3), np.float32),
        lesion=np.zeros(shape, bool),
        ulcer=np.zeros(shape, bool),
        hidden=np.zeros(shape, bool),
        ink=np.zeros(shape, bool),
        background=np.zeros(shape, bool),
    )
