"""Lesions of one photo as regions with areas and diameters."""

from __future__ import annotations

from dataclasses import dataclass

from lesiontrack.arrays import Mask, Points
from lesiontrack.scale import Scale
from lesiontrack.segmentation import Segmentation


@dataclass(frozen=True, eq=False)
class Lesion:
    """One connected lesion (lesion ∪ ulcer) of one photo.

    Attributes:
        offset: (x, y) of the crop's top left pixel in the photo.
        mask: (h, w) bool, the crop.
        ulcer: (h, w) bool, skin loss inside the crop.
        contour: (N, 2) outline in the photo's points.
        centroid: (x, y) in the photo.
        area_px, longest_diameter_px, perpendicular_diameter_px, ulcer_area_px: in pixels.
        The _mm twins use Scale.at(centroid) and are None without a scale; each has a standard deviation
        that joins outline and scale uncertainty.
        touches_border: the outline meets the frame or an obstruction, so that sizes are lower bounds.
        confidence: 0..1, how sure the segmentation is that this is a lesion at all.
    """

    offset: tuple[int, int]
    mask: Mask
    ulcer: Mask
    contour: Points
    centroid: tuple[float, float]
    area_px: float
    area_px_sd: float
    longest_diameter_px: float
    longest_diameter_px_sd: float
    perpendicular_diameter_px: float
    ulcer_area_px: float
    ulcer_area_px_sd: float
    area_mm2: float | None = None
    area_mm2_sd: float | None = None
    longest_diameter_mm: float | None = None
    longest_diameter_mm_sd: float | None = None
    perpendicular_diameter_mm: float | None = None
    ulcer_area_mm2: float | None = None
    ulcer_area_mm2_sd: float | None = None
    touches_border: bool = False
    confidence: float = 1.0


def find_lesions(segmentation: Segmentation, scale: Scale | None) -> list[Lesion]:
    raise NotImplementedError
