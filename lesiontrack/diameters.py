"""Outlines of regions finer than a pixel, and their longest and perpendicular diameters."""

from __future__ import annotations

import numpy as np
from scipy.spatial import ConvexHull, QhullError
from skimage.measure import find_contours

from lesiontrack.arrays import AnyArray, Points


def outline(probability: AnyArray, level: float) -> Points:
    """The longest closed contour of an (H, W) plane at `level`, as (N, 2) x, y; (0, 2) where there is none.

    Beyond the plane counts as 0, so that a region at the edge closes half a pixel outside it: a hard bar of
    10 pixels reaches from -0.5 to 9.5.
    """
    lines = find_contours(np.pad(probability, 1), level)  # type: ignore[no-untyped-call]
    if not lines:
        return np.zeros((0, 2))
    points: Points = max(lines, key=len)[:-1, ::-1] - 1.0
    return points


def longest_diameter(contour: Points) -> tuple[float, tuple[int, int]]:
    """Largest distance between two points of an outline (maximum Feret diameter), and the two indices."""
    if len(contour) < 2:
        return 0.0, (0, 0)
    try:
        corners: AnyArray = ConvexHull(contour).vertices
    except QhullError:  # all points on one line
        corners = np.arange(len(contour))
    hull = contour[corners]
    distances = np.hypot(*(hull[:, None, :] - hull[None, :, :]).transpose(2, 0, 1))
    i, j = np.unravel_index(int(np.argmax(distances)), distances.shape)
    return float(distances[i, j]), (int(corners[i]), int(corners[j]))


def perpendicular_diameter(contour: Points, ends: tuple[int, int]) -> float:
    """Longest extent of a closed outline along lines at right angles to the diameter between `ends`."""
    axis = contour[ends[1]] - contour[ends[0]]
    length = float(np.hypot(*axis))
    if length == 0:
        return 0.0
    axis = axis / length
    along = (contour - contour[ends[0]]) @ axis
    across = (contour - contour[ends[0]]) @ np.array([-axis[1], axis[0]])
    start, end = along, np.roll(along, -1)
    stations = np.linspace(0, length, 513)[1:-1, None]
    crosses = (np.minimum(start, end) <= stations) & (np.maximum(start, end) >= stations) & (start != end)
    share = (stations - start) / np.where(start == end, 1, end - start)
    heights = across + share * (np.roll(across, -1) - across)
    extent = np.where(crosses, heights, -np.inf).max(1) - np.where(crosses, heights, np.inf).min(1)
    return float(max(extent.max(), 0.0))
