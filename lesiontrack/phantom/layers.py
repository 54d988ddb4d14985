"""What a photo is put together from before the camera sees it: planes over the frame, painted in turn."""

from __future__ import annotations

from dataclasses import dataclass, fields

import cv2
import numpy as np

from lesiontrack.arrays import AnyArray, Mask, Matrix, Plane, Points
from lesiontrack.phantom.skin import Sheet
from lesiontrack.phantom.view import View

_NAEVUS_PIGMENT = 0.1  # darkens green light by 8 %, about what an eye can tell from the skin beside it


@dataclass(eq=False)
class Layers:
    """Planes (H, W) over the frame; painters change them in place.

    Attributes:
        x, y: site mm at every pixel; view: the map between them and the pixels.
        melanin, pigment, haemoglobin: absorbers; added: haemoglobin of the erythema.
        height: relief in mm.
        paint: (H, W, 3) linear reflectance of what is no skin (ulcer beds, covers, rulers), where `painted`
            is its opacity 0..1.
        gloss: factor on the highlights.
        shade: factor on the light (shadows).
        stain: (H, W, 3) factor on the skin's reflectance (pen ink).
        ulcer, lesion, hidden, ink: truth masks as they grow; hidden is opaque, ink (hair and pen too) is not.
        naevus: incidental naevi, freckles and angiomas under 3 mm; crust: what of `hidden` is crust;
        hair: what of `ink` is hair.
        background: no skin of the patient in view.
    """

    x: Plane
    y: Plane
    view: View
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
    naevus: Mask
    crust: Mask
    hair: Mask

    @property
    def shape(self) -> tuple[int, int]:
        return (int(self.x.shape[0]), int(self.x.shape[1]))

    def window(self, polygon: Points, margin_mm: float) -> tuple[slice, slice]:
        """Rows and columns of the frame that a polygon of site mm reaches, with a margin; may be empty."""
        height, width = self.shape
        if self.view.radius_mm is not None:  # on a round limb the corners may be out of sight
            return slice(0, height), slice(0, width)
        low, high = polygon.min(axis=0) - margin_mm, polygon.max(axis=0) + margin_mm
        corners = np.array([[low[0], low[1]], [high[0], low[1]], [high[0], high[1]], [low[0], high[1]]])
        image = self.view.to_image(corners)
        left, top = np.clip(np.floor(image.min(axis=0)), 0, [width, height]).astype(int)
        right, bottom = np.clip(np.ceil(image.max(axis=0)) + 1, 0, [width, height]).astype(int)
        return slice(top, bottom), slice(left, right)

    def crop(self, window: tuple[slice, slice]) -> Layers:
        """The same planes, seen through a window: what is painted there is painted here."""
        planes = {
            field.name: getattr(self, field.name)[window] for field in fields(self) if field.name != "view"
        }
        return Layers(view=self.view, **planes)

    @property
    def to_image(self) -> Matrix:
        """(3, 3) mm of the plane that the site lies in or touches → pixels, for flat things on the skin."""
        return self.view.tangent

    @property
    def px_per_mm(self) -> float:
        """Scale at the site's origin, near enough for brush widths."""
        return float(np.sqrt(abs(np.linalg.det(self.to_image[:2, :2]))))

    def cast_shadow(self, of: Plane, light_deg: float, *, height_mm: float, depth: float) -> None:
        """Darken what lies beside an opaque thing (opacity 0..1) on the side away from the light."""
        reach = height_mm * self.px_per_mm
        away = np.deg2rad(light_deg + 180)
        shift = np.array([[1, 0, reach * np.cos(away)], [0, 1, reach * np.sin(away)]])
        size = (self.shape[1], self.shape[0])
        shadow = cv2.warpAffine(cv2.GaussianBlur(of, (0, 0), 0.9 * reach), shift, size)
        self.shade *= 1 - np.float32(depth) * np.asarray(shadow, np.float32) * (1 - of)

    def flatten(self, opacity: Plane) -> None:
        """Take the skin's relief, gloss and shadows away from under something opaque and matt."""
        self.height *= 1 - opacity
        self.gloss *= 1 - np.float32(0.9) * opacity
        self.shade *= 1 - opacity
        self.shade += opacity

    def cover(self, colour: AnyArray, opacity: AnyArray) -> None:
        """Paint linear reflectance (3,) or (H, W, 3) over what is there."""
        over = np.asarray(opacity, np.float32)[..., None]
        total = over + self.painted[..., None] * (1 - over)
        below = self.paint * (self.painted[..., None] * (1 - over))
        self.paint[...] = (colour * over + below) / np.maximum(total, 1e-6)
        self.painted[...] = total[..., 0]


def begin(sheet: Sheet, view: View) -> Layers:
    """The bare skin as the camera's frame cuts it out."""
    camera = view.camera
    x, y, skin = view.planes()
    size = (camera.width, camera.height)
    matrix = view.tangent @ np.linalg.inv(sheet.from_site)
    offset = (np.array(sheet.extent_mm) * sheet.px_per_mm - 1) / 2

    def warp(plane: Plane) -> Plane:
        if view.radius_mm is not None:
            column = x * np.float32(sheet.px_per_mm) + np.float32(offset[0])
            row = y * np.float32(sheet.px_per_mm) + np.float32(offset[1])
            bent = cv2.remap(plane, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
            return np.asarray(bent, np.float32)
        warped = cv2.warpPerspective(
            plane, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
        return np.asarray(warped, np.float32)

    shape = (camera.height, camera.width)
    pigment = warp(sheet.pigment)
    return Layers(
        x=x,
        y=y,
        view=view,
        melanin=warp(sheet.melanin),
        pigment=pigment,
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
        background=~skin,
        naevus=pigment >= _NAEVUS_PIGMENT,
        crust=np.zeros(shape, bool),
        hair=np.zeros(shape, bool),
    )
