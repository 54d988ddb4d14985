"""Plain methods that the benchmark compares with, as segmenters. Both always mark something."""

from __future__ import annotations

import cv2
import numpy as np
from skimage.filters import threshold_otsu

from lesiontrack.arrays import AnyArray, Mask
from lesiontrack.photo import Photo
from lesiontrack.segmentation import Layer, Segmentation


def otsu(photo: Photo) -> Segmentation:
    """Largest region above Otsu's threshold: darkness (lesion) or a* (ulcer) in the middle, a* (skin)."""
    lab = cv2.cvtColor(photo.pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    whole = np.s_[:, :]
    marked = {
        "lesion": _above(-lab[..., 0], _middle(lab.shape)),
        "ulcer": _above(lab[..., 1], _middle(lab.shape)),
        "skin": _above(lab[..., 1], whole),
    }
    return _segmentation(photo, marked, "otsu")


def grabcut(photo: Photo) -> Segmentation:
    """Largest region that GrabCut finds in a rectangle over the middle of the frame, whatever the class."""
    rows, columns = _middle(photo.pixels.shape)
    box = (columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start)
    labels = np.zeros(photo.pixels.shape[:2], np.uint8)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)
    cv2.grabCut(photo.pixels[..., ::-1].copy(), labels, box, *models, 4, cv2.GC_INIT_WITH_RECT)
    found = _largest((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD))
    return _segmentation(photo, dict.fromkeys(("lesion", "ulcer", "skin"), found), "grabcut")


def _above(plane: AnyArray, window: tuple[slice, slice]) -> Mask:
    marked = np.zeros(plane.shape, bool)
    marked[window] = plane[window] > threshold_otsu(plane[window])  # type: ignore[no-untyped-call]
    return _largest(marked)


def _middle(shape: tuple[int, ...]) -> tuple[slice, slice]:
    rows, columns = (slice(side // 8, side - side // 8) for side in shape[:2])
    return rows, columns


def _largest(mask: Mask) -> Mask:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 2:
        return mask
    largest: Mask = labels == 1 + int(np.argmax(stats[1:, 4]))
    return largest


def _segmentation(photo: Photo, marked: dict[str, Mask], model: str) -> Segmentation:
    layers = {name: Layer.crop(mask.astype(np.float32)) for name, mask in marked.items()}
    found = {name: layer for name, layer in layers.items() if layer is not None}
    return Segmentation((photo.height, photo.width), found, model)
