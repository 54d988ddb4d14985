"""Where a lesion's outline meets something that covers skin: what lies under it can't be measured."""

from __future__ import annotations

import cv2
import numpy as np

from lesiontrack.arrays import AnyArray, Mask
from lesiontrack.segmentation import Segmentation

THICK_FRACTION = 0.008  # of the long side
CONTACT_FRACTION = 0.05  # of the outline; a hair that crosses it is thinner than that
_LONG_SIDE = 1024


def thick_radius(shape: tuple[int, int]) -> float:
    """Half the width, px of a photo of (H, W), up to which an obstruction is a hair or a glint."""
    return max(3.0, THICK_FRACTION * max(shape))


def thick_obstruction(segmentation: Segmentation) -> Mask | None:
    """Obstruction without hairs and glints, which cross a lesion and do not cut it off; long side <= 1024."""
    layer = segmentation.layers.get("obstruction")
    if layer is None:
        return None
    hidden: AnyArray = np.zeros(segmentation.shape, np.uint8)
    height, width = layer.values.shape
    hidden[layer.y : layer.y + height, layer.x : layer.x + width] = layer.values >= 128
    ratio = min(1.0, _LONG_SIDE / max(hidden.shape))
    if ratio < 1:
        hidden = cv2.resize(hidden, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_NEAREST)
    radius = round(thick_radius((hidden.shape[0], hidden.shape[1])))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    hidden = cv2.copyMakeBorder(hidden, radius, radius, radius, radius, cv2.BORDER_REPLICATE)
    thick = cv2.morphologyEx(hidden, cv2.MORPH_OPEN, disc)[radius:-radius, radius:-radius]
    near: Mask = cv2.dilate(thick, np.ones((5, 5), np.uint8)) > 0
    return near


def meets(edge: Mask, x: int, y: int, thick: Mask | None, photo: tuple[int, int]) -> bool:
    """Whether an outline, (h, w) with its corner at x, y of a photo of (H, W), meets thick obstruction."""
    if thick is None:
        return False
    rows, columns = np.nonzero(edge)
    met = thick[
        (rows + y) * thick.shape[0] // photo[0],
        (columns + x) * thick.shape[1] // photo[1],
    ]
    return float(met.sum()) > CONTACT_FRACTION * len(rows)
