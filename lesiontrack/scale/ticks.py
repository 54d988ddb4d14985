"""Candidates for the ticks of a ruler: short straight ridges, dark or bright.

Ridge strength and direction come from the second derivatives of the Gaussian-smoothed picture (Steger 1998,
doi 10.1109/34.659930): a tick is a connected group of ridge pixels of one direction. What a tick touches
(baseline, pen ring, hair) has another direction, so it does not swallow the tick.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from lesiontrack.arrays import AnyArray, Mask, Plane, Points

SIGMA_PX = 1.2
"""Smoothing of the ridge filter: answers to bars 1.5 to 5 px wide, which is what ticks are at the pyramid
level where their spacing is 5 to 15 px."""
MIN_STRENGTH = 2.5
"""Ridge strength in grey levels per px²; a 2 px wide bar gives 0.25 of its contrast, so about 10 levels."""
DIRECTION_BINS = 9
MAX_SEGMENTS = 6000
"""The strongest are kept. Hairy skin gives some thousands; a ruler is stronger than skin texture."""


@dataclass(frozen=True, eq=False)
class Segments:
    """Straight ridges of one picture, as arrays over the segments, in px of that picture.

    Attributes:
        centre: (N, 2) x, y, weighted by ridge strength.
        axis: (N, 2) unit vectors along the segments.
        length: (N,) length of the uniform bar with the same second moment.
        strength: (N,) mean ridge strength, grey levels per px².
    """

    centre: Points
    axis: Points
    length: AnyArray
    strength: AnyArray

    def __len__(self) -> int:
        return len(self.length)


@dataclass(frozen=True, eq=False)
class RidgeField:
    """Second-derivative shape at each pixel: mean and half difference of the eigenvalues, direction."""

    mean: Plane
    spread: Plane
    angle: Plane


def ridge_field(grey: Plane) -> RidgeField:
    """Ridge measures of a (H, W) float32 picture, values 0..255."""
    radius = int(np.ceil(3.5 * SIGMA_PX))
    x = np.arange(-radius, radius + 1, dtype=np.float64)
    smooth = np.exp(-(x**2) / (2 * SIGMA_PX**2))
    smooth /= smooth.sum()
    first = -x / SIGMA_PX**2 * smooth
    second = (x**2 / SIGMA_PX**4 - 1 / SIGMA_PX**2) * smooth
    second -= second.mean()
    flat, slope, bend = (np.asarray(k, dtype=np.float32) for k in (smooth, first, second))
    xx = cv2.sepFilter2D(grey, cv2.CV_32F, bend, flat, borderType=cv2.BORDER_REPLICATE)
    yy = cv2.sepFilter2D(grey, cv2.CV_32F, flat, bend, borderType=cv2.BORDER_REPLICATE)
    xy = cv2.sepFilter2D(grey, cv2.CV_32F, slope, slope, borderType=cv2.BORDER_REPLICATE)
    mean = (xx + yy) * 0.5
    spread, angle = cv2.cartToPolar((xx - yy) * 0.5, xy)
    return RidgeField(np.asarray(mean), np.asarray(spread), np.asarray(angle))


def find_segments(field: RidgeField, *, dark: bool) -> Segments:
    """Straight ridges of one polarity, strongest MAX_SEGMENTS.

    Args:
        field: of the picture.
        dark: ridges darker than their surroundings (black ticks), else brighter.
    """
    strength = field.spread + field.mean if dark else field.spread - field.mean
    mask = strength > MIN_STRENGTH
    ys, xs = np.nonzero(mask)
    if ys.size == 0:
        return _empty()
    weight = strength[ys, xs].astype(np.float64)
    # The eigenvector across a dark ridge lies at half the double angle; a bright ridge swaps the two.
    half_bins = (
        field.angle[ys, xs] / (2 * np.pi) * (2 * DIRECTION_BINS) + (0 if dark else DIRECTION_BINS)
    ) % (2 * DIRECTION_BINS)
    labels = _labels_by_direction(half_bins.astype(np.int32) % (2 * DIRECTION_BINS), ys, xs, mask)
    return _moments(labels, ys, xs, weight)


def _labels_by_direction(half_bins: AnyArray, ys: AnyArray, xs: AnyArray, mask: Mask) -> AnyArray:
    """(M,) component of each ridge pixel, -1 for pixels that lose their component.

    Neighbouring ridge pixels are joined when their directions fall in one bin. Two sets of bins overlap by
    half, so that no tick is split at a bin's border; each pixel goes to the larger of its two components.
    """
    place = np.full((mask.shape[0] + 1, mask.shape[1] + 2), -1, dtype=np.int32)
    place[ys, xs + 1] = np.arange(ys.size, dtype=np.int32)
    shifts = [place[ys + dy, xs + 1 + dx] for dy, dx in ((0, 1), (1, -1), (1, 0), (1, 1))]
    start = np.concatenate([np.flatnonzero(s >= 0) for s in shifts])
    end = np.concatenate([s[s >= 0] for s in shifts])
    both = np.empty((2, ys.size), dtype=np.int64)
    count = 0
    for offset in (0, 1):
        group = (half_bins + offset) // 2 % DIRECTION_BINS
        same = group[start] == group[end]
        graph = coo_array((np.ones(same.sum(), np.int8), (start[same], end[same])), shape=(ys.size, ys.size))
        components, label = connected_components(graph, directed=False)
        both[offset] = label + count
        count += components
    sizes = np.bincount(both.ravel(), minlength=count)
    first, second = both
    winner = np.where(sizes[first] >= sizes[second], first, second)
    own = np.bincount(winner, minlength=count)
    return np.where(own[winner] >= 0.6 * sizes[winner], winner, -1)


def _moments(labels: AnyArray, ys: AnyArray, xs: AnyArray, weight: AnyArray) -> Segments:
    kept = labels >= 0
    _, label = np.unique(labels[kept], return_inverse=True)
    x, y, w = xs[kept].astype(np.float64), ys[kept].astype(np.float64), weight[kept]
    total = np.bincount(label, w)
    count = np.bincount(label)
    cx, cy = np.bincount(label, w * x) / total, np.bincount(label, w * y) / total
    dx, dy = x - cx[label], y - cy[label]
    # Unweighted moments for the extent; 1/12 is the second moment of a pixel itself.
    sxx = np.bincount(label, dx * dx) / count + 1 / 12
    syy = np.bincount(label, dy * dy) / count + 1 / 12
    sxy = np.bincount(label, dx * dy) / count
    half, radius = (sxx + syy) / 2, np.hypot((sxx - syy) / 2, sxy)
    long_side, short_side = np.sqrt(12 * (half + radius)), np.sqrt(12 * np.maximum(half - radius, 1e-3))
    angle = 0.5 * np.arctan2(2 * sxy, sxx - syy)
    good = (count >= 4) & (long_side >= 3.0) & (long_side >= 1.4 * short_side) & (short_side < 7.0)
    mean = total / count
    index = np.flatnonzero(good)
    if index.size > MAX_SEGMENTS:
        index = index[np.argsort(-mean[index], kind="stable")[:MAX_SEGMENTS]]
    return Segments(
        np.stack([cx, cy], axis=1)[index],
        np.stack([np.cos(angle), np.sin(angle)], axis=1)[index],
        long_side[index],
        mean[index],
    )


def _empty() -> Segments:
    return Segments(np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0), np.zeros(0))
