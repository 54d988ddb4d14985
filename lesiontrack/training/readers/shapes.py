"""Outlines and run lengths as annotation tools write them → masks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lesiontrack.arrays import Mask, Points
from lesiontrack.training.dataset import DataSetError


def fill_polygon(points: Points, shape: tuple[int, int]) -> Mask:
    """(H, W) bool: pixel centres inside an outline of (N, 2) x, y with pixel centres at whole numbers.

    Even-odd rule: crossings of each row are toggled and carried along it, so the cost is that of the outline
    plus the picture. Unlike OpenCV's filling it does not grow by half a pixel.
    """
    height, width = shape
    toggles = np.zeros((height, width + 1), bool)
    ax, ay = np.asarray(points, float).T
    bx, by = np.roll(ax, -1), np.roll(ay, -1)
    low, high = np.minimum(ay, by), np.maximum(ay, by)
    first = np.clip(np.ceil(low), 0, height).astype(np.intp)
    last = np.clip(np.ceil(high), 0, height).astype(np.intp)
    counts = last - first
    edge = np.repeat(np.arange(len(ax)), counts)
    row = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
    x = ax[edge] + (row - ay[edge]) / (by[edge] - ay[edge]) * (bx[edge] - ax[edge])
    column = np.clip(np.ceil(x), 0, width).astype(np.intp)
    np.logical_xor.at(toggles, (row, column), True)
    return np.asarray(np.logical_xor.accumulate(toggles, axis=1)[:, :width])


def decode_rle(counts: Sequence[int] | str, shape: tuple[int, int]) -> Mask:
    """(H, W) bool of COCO run lengths: columns first, zeros first; a list, or the compressed text.

    Raises DataSetError where the runs don't add up to the picture.
    """
    runs = uncompress(counts) if isinstance(counts, str) else list(counts)
    if any(not isinstance(run, int) or run < 0 for run in runs):
        raise DataSetError("run lengths must be whole numbers from 0 on")
    if sum(runs) != shape[0] * shape[1]:
        raise DataSetError(f"run lengths add up to {sum(runs)} pixels, not to {shape[1]} x {shape[0]}")
    values = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    return np.asarray(values.reshape(shape, order="F"))


def uncompress(text: str) -> list[int]:
    """COCO's compressed run lengths → run lengths.

    Five bits a character (from code 48), sixth bit: more follow; from the third run on, the difference to
    the run before the last (cocoapi, maskApi.c).
    """
    runs: list[int] = []
    at = 0
    while at < len(text):
        value, shift, more = 0, 0, True
        while more:
            if at >= len(text):
                raise DataSetError("compressed run lengths break off")
            code = ord(text[at]) - 48
            if not 0 <= code < 64:
                raise DataSetError(f"{text[at]!r} is no character of compressed run lengths")
            value |= (code & 31) << shift
            shift += 5
            more = bool(code & 32)
            at += 1
            if not more and code & 16:
                value -= 1 << shift
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
    return runs
