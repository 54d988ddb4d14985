"""The result of segmentation: one probability layer a class, stored as crops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lesiontrack import CLASSES
from lesiontrack.arrays import Mask, Plane


@dataclass(frozen=True, eq=False)
class Layer:
    """Probability of one class on a crop; zero outside it. `values` is uint8, 0..255 for 0..1."""

    x: int
    y: int
    values: NDArray[np.uint8]

    @classmethod
    def crop(cls, probability: Plane) -> Layer | None:
        """The smallest layer that holds a whole (H, W) plane of 0..1; None where nothing reaches 1/255."""
        values = np.round(np.clip(probability, 0, 1) * 255).astype(np.uint8)
        rows, columns = np.flatnonzero(values.any(1)), np.flatnonzero(values.any(0))
        if not len(rows):
            return None
        y, x = int(rows[0]), int(columns[0])
        return cls(x, y, values[y : rows[-1] + 1, x : columns[-1] + 1].copy())

    def window(self, x0: int, y0: int, x1: int, y1: int) -> NDArray[np.uint8]:
        """(y1 - y0, x1 - x0) values of a window of the photo; zero where it lies outside of the crop."""
        values = np.zeros((y1 - y0, x1 - x0), np.uint8)
        height, width = self.values.shape
        left, top = max(self.x, x0), max(self.y, y0)
        right, bottom = min(self.x + width, x1), min(self.y + height, y1)
        if left < right and top < bottom:
            values[top - y0 : bottom - y0, left - x0 : right - x0] = self.values[
                top - self.y : bottom - self.y, left - self.x : right - self.x
            ]
        return values


@dataclass(frozen=True, eq=False)
class Segmentation:
    """Independent masks of one photo: an ulcerated tumour is lesion and ulcer at once.

    Attributes:
        shape: (H, W) of the photo.
        layers: class name → Layer; a class that was not found has no layer.
        model: id of what made it, e.g. "colour-edge-1"; goes into provenance.
        notes: doubts in plain words ("no pen ring; largest dark blob taken"), for the tables.
        drawn: where lesions or ulcers are as a person drew them (255); measured whatever their size.
    """

    shape: tuple[int, int]
    layers: Mapping[str, Layer] = field(default_factory=dict)
    model: str = ""
    notes: tuple[str, ...] = ()
    drawn: Layer | None = None

    def probability(self, name: str) -> Plane:
        """(H, W) float32 in 0..1. Raises KeyError for a name that is not in lesiontrack.CLASSES."""
        if name not in CLASSES:
            raise KeyError(f"{name!r} is none of {', '.join(CLASSES)}")
        plane = np.zeros(self.shape, np.float32)
        layer = self.layers.get(name)
        if layer is not None:
            height, width = layer.values.shape
            plane[layer.y : layer.y + height, layer.x : layer.x + width] = layer.values / np.float32(255)
        return plane

    def mask(self, name: str) -> Mask:
        """(H, W) bool: where the probability is 0.5 or more."""
        mask: Mask = self.probability(name) >= 0.5
        return mask
