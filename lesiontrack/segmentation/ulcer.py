"""Skin loss by colour: raw red tissue, with the slough and crust that its outline encloses.

Black eschar alone is not told from a pigmented tumour by colour, so it is left to the lesion layer. Two more
things are as red as raw tissue: brown pigment under warm light, which is yellower than skin in step with its
redness, and a smooth red nodule, which is even where a wound has slough, granulation and wet highlights. Both
are told apart as whole regions; a small or even erosion inside a nodule is missed that way.
"""

from __future__ import annotations

import cv2
import numpy as np
from scipy import ndimage
from scipy.special import expit

from lesiontrack.arrays import Mask, Plane
from lesiontrack.segmentation.canvas import Canvas, blur, closed, components, grow, opened

RAW_RED = 30.0  # least CIELAB a* of raw tissue
RAW_EXCESS = 18.0  # its least a* above the skin around it
REACH = 0.45  # share of the way from skin to raw tissue, in a*, at which the outline lies
SOFTNESS = 0.1
SMALLEST = 3e-4  # of the frame
# Set on 62 foot ulcers, 45 naevi and 31 rendered photos. With these tests, naevi with false skin loss went
# from 9 to 1, nodules from 10 to 0, and foot ulcers found from 29 to 25.
UNBOUNDED = 0.85  # share of the border of the place looked at from which the redness goes on: inflamed skin
PIGMENT_YELLOW = 0.45  # b* over a*, both above the skin's, from which a region is pigment
UNEVEN_B, UNEVEN_L = 6.0, 16.0  # spread (5 to 95 %) of b* or L* that raw tissue reaches, one of them


def find_ulcers(view: Canvas, skin: Mask) -> Plane:
    """(h, w) probability of raw tissue on `skin`; all zero where none is red enough."""
    out = np.zeros(view.shape, np.float32)
    if not skin.any():
        return out
    lab = blur(view.lab, 0.005 * view.size)
    red = lab[..., 1]
    usual = _usual_red(red, skin)
    saturated = np.hypot(red, lab[..., 2]) > 30
    raw = opened(skin & (red > RAW_RED) & (red - usual > RAW_EXCESS) & saturated, 0.003 * view.size)
    labels, stats = components(closed(raw, 0.01 * view.size))
    for label in range(1, len(stats)):
        x, y, width, height, area = (int(v) for v in stats[label])
        if area < SMALLEST * skin.size:
            continue
        margin = 4 + max(width, height) // 4
        window = slice(max(y - margin, 0), y + height + margin), slice(max(x - margin, 0), x + width + margin)
        core = (labels[window] == label) & raw[window]
        base = float(np.median(usual[window][core]))
        level = (red[window] - base) / (float(np.median(red[window][core])) - base)
        probability = expit((level - REACH) / SOFTNESS)
        near = grow(labels[window] == label, 0.02 * view.size) & skin[window]
        probability = np.where(near, probability, 0).astype(np.float32)
        region = ndimage.binary_fill_holes(closed(probability >= 0.5, 0.006 * view.size) & near)
        border = near & ~ndimage.binary_erosion(near)
        if (region & border).sum() > UNBOUNDED * border.sum():
            continue
        if not _is_raw(lab[window], usual[window], region & skin[window], skin[window] & ~near):
            continue
        probability[region] = np.maximum(probability[region], 0.75)
        out[window] = np.maximum(out[window], probability)
    return out


def _is_raw(lab: Plane, usual: Plane, region: Mask, around: Mask) -> bool:
    """Whether a red region is uneven and not pigment; slough in its bays counts, so its hull is looked at."""
    if not region.any():
        return False
    hull = np.zeros(region.shape, np.uint8)
    cv2.fillConvexPoly(hull, cv2.convexHull(np.argwhere(region)[:, ::-1].astype(np.int32)), 1)
    inside = lab[hull.astype(bool)]
    lightness, _, yellow = np.subtract(*np.percentile(inside, (95, 5), axis=0))
    if yellow < UNEVEN_B and lightness < UNEVEN_L:
        return False
    if not around.any():
        return True
    yellower = float(np.median(lab[region][:, 2]) - np.median(lab[around][:, 2]))
    redder = float(np.median((lab[..., 1] - usual)[region]))
    return yellower < PIGMENT_YELLOW * redder


def _usual_red(red: Plane, skin: Mask) -> Plane:
    """a* of the skin around each point, without what is far redder than the rest."""
    size = max(red.shape)
    fits = skin.copy()
    usual = np.full(red.shape, float(np.median(red[skin])), np.float32)
    for _ in range(3):
        weight = blur(fits.astype(np.float32), 0.12 * size)
        mean = blur(np.where(fits, red, 0), 0.12 * size)
        usual = (mean + 0.02 * float(np.median(red[skin]))) / (weight + 0.02)
        fits = skin & (np.abs(red - usual) < 8)
    return usual.astype(np.float32)
