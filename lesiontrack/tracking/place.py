"""What a photo shows at a place: out of the frame, hidden, bare skin, or skin loss."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from lesiontrack.arrays import Pixels
from lesiontrack.measurement import Lesion
from lesiontrack.segmentation import Segmentation
from lesiontrack.tracking.rest import rest_at

HIDDEN = 0.3  # share of a place that may be covered before it is obscured
ULCERATED = 0.2  # share of a place with skin loss from which what lies there can't be told
ON_SKIN = 0.6  # share of a place that must be skin
IN_FRAME = 0.5  # share of a place that must be in the frame to be looked at at all
WHOLE = 0.95  # share that must be in the frame to say that nothing is there
TRACE = 0.25  # lesion probability, mean over a spot, from which a trace may be left
SPOT = 0.4  # radius of that spot over the lesion's largest: what is left of it may be smaller than it was


@dataclass(frozen=True)
class Look:
    """`what`: "out_of_frame", "obscured", "clear" or "doubtful"; `why` in plain words.

    doubtful: nothing was outlined, but that nothing is left can't be said.
    """

    what: str
    why: str


def look_at(
    segmentation: Segmentation, xy: tuple[float, float], radius: float, pixels: Pixels | None = None
) -> Look:
    """What a disc of `radius` pixels around `xy` shows; whether a lesion was outlined there is not asked.

    With the photo's `pixels` the place must also look like the skin around it to be clear.
    """
    height, width = segmentation.shape
    radius = max(radius, 2.0)
    x, y = xy
    if not (math.isfinite(x) and math.isfinite(y)):
        return Look("out_of_frame", "its place is outside the frame")
    reach = math.ceil(radius) + 1
    x0, y0 = math.floor(x) - reach, math.floor(y) - reach
    side = 2 * reach + 2
    grid_y, grid_x = np.mgrid[y0 : y0 + side, x0 : x0 + side]
    disc = np.hypot(grid_x - x, grid_y - y) <= radius
    inside = disc & (grid_x >= 0) & (grid_y >= 0) & (grid_x < width) & (grid_y < height)
    in_frame = inside.sum() / disc.sum()
    if in_frame < IN_FRAME:
        return Look("out_of_frame", "its place is outside the frame")
    rows, columns = grid_y[inside], grid_x[inside]

    def share(name: str) -> float:
        return float((_values(segmentation, name, rows, columns) >= 0.5).mean())

    hidden, ulcer, skin = share("obstruction"), share("ulcer"), share("skin")
    if hidden >= HIDDEN:
        return Look("obscured", f"{hidden:.0%} of its place is covered")
    if ulcer >= ULCERATED:
        return Look("obscured", f"skin loss over {ulcer:.0%} of its place")
    if skin < ON_SKIN:
        return Look("obscured", f"only {skin:.0%} of its place is seen as skin")
    if in_frame < WHOLE:
        return Look("doubtful", f"only {in_frame:.0%} of its place is in the frame")
    plane = np.zeros(disc.shape, np.float32)
    plane[inside] = _values(segmentation, "lesion", rows, columns)
    trace = _strongest_spot(plane, max(2.0, SPOT * radius))
    if trace >= TRACE:
        return Look("doubtful", f"a trace may be left (mean lesion probability {trace:.2f})")
    if pixels is not None:
        rest = rest_at(pixels, segmentation, xy, radius)
        if rest is None:
            return Look("doubtful", "too little bare skin is around its place to tell whether a rest is left")
        if rest.may_be_left:
            return Look(
                "doubtful",
                f"a rest may be left: darker or redder than the skin around by {rest.strangeness:.1f} of "
                "that skin's sd",
            )
    return Look("clear", "its skin is in view and nothing was found there")


def _strongest_spot(plane: np.ndarray, radius: float) -> float:
    """Largest mean over a disc of `radius` pixels."""
    reach = math.ceil(radius)
    grid_y, grid_x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    spot = (np.hypot(grid_x, grid_y) <= radius).astype(np.float32)
    means = cv2.filter2D(plane, cv2.CV_32F, spot / spot.sum(), borderType=cv2.BORDER_CONSTANT)
    return float(means.max())


def contains(lesion: Lesion, xy: tuple[float, float], slack: float = 0.0) -> bool:
    """Whether a point of the photo lies in the lesion's mask, or within `slack` pixels of it."""
    x, y = xy
    if not (math.isfinite(x) and math.isfinite(y)):
        return False
    h, w = lesion.mask.shape
    column, row = round(x) - lesion.offset[0], round(y) - lesion.offset[1]
    if 0 <= row < h and 0 <= column < w and lesion.mask[row, column]:
        return True
    if slack <= 0 or not (-slack <= row < h + slack and -slack <= column < w + slack):
        return False
    rows, columns = np.nonzero(lesion.mask)
    return bool(len(rows)) and float(np.hypot(rows - row, columns - column).min()) <= slack


def _values(segmentation: Segmentation, name: str, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Probabilities at photo pixels, without making the whole plane."""
    values = np.zeros(len(rows), np.float32)
    layer = segmentation.layers.get(name)
    if layer is not None:
        h, w = layer.values.shape
        r, c = rows - layer.y, columns - layer.x
        inside = (r >= 0) & (c >= 0) & (r < h) & (c < w)
        values[inside] = layer.values[r[inside], c[inside]] / np.float32(255)
    return values
