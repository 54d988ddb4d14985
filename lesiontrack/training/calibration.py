"""Temperatures that make probabilities mean what they say, without moving the 0.5 outline."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from lesiontrack.arrays import Pixels
from lesiontrack.training.dataset import LEARNED, UNLABELLED, Sample
from lesiontrack.training.network import STRIDE, SmallNetwork

FEWEST = 5  # photos in which a class must be labelled
KEPT = 4000  # px a photo and class
RANGE = (0.5, 4.0)


def fit_temperatures(
    network: SmallNetwork, samples: Sequence[Sample], *, side: int, seed: int = 0
) -> dict[str, float]:
    """Class → temperature (Guo et al. 2017, "On calibration of modern neural networks").

    Fitted to the cross-entropy of up to 4000 random pixels a photo, photos seen at `side` px, real ones only
    where at least 5 label the class, else rendered ones too. A class that fewer label is left out.
    """
    rng = np.random.default_rng(seed)
    real: dict[str, list[tuple[NDArray[np.float32], NDArray[np.float32]]]] = {}
    rendered: dict[str, list[tuple[NDArray[np.float32], NDArray[np.float32]]]] = {}
    network.eval()
    for sample in samples:
        pixels, labels = sample.load()
        logits = whole_photo_logits(network, pixels, side)
        pool = rendered if sample.kind == "phantom" else real
        for index, name in enumerate(LEARNED):
            known = np.flatnonzero(labels[index] != UNLABELLED)
            if not len(known):
                continue
            chosen = rng.choice(known, min(KEPT, len(known)), replace=False)
            pool.setdefault(name, []).append(
                (logits[index].ravel()[chosen], (labels[index].ravel()[chosen] == 1).astype(np.float32))
            )
    temperatures = {}
    for name in LEARNED:
        seen = real.get(name, [])
        if len(seen) < FEWEST:
            seen = seen + rendered.get(name, [])
        if len(seen) >= FEWEST:
            values, truth = (np.concatenate(parts) for parts in zip(*seen, strict=True))
            temperatures[name] = best_temperature(values, truth)
    return temperatures


def best_temperature(logits: NDArray[np.float32], truth: NDArray[np.float32]) -> float:
    """The temperature, from 0.5 to 4, at which the cross-entropy is least."""

    def cost(temperature: float) -> float:
        scaled = logits.astype(np.float64) / temperature
        return float(np.mean(np.logaddexp(0, scaled) - truth * scaled))

    return round(float(minimize_scalar(cost, bounds=RANGE, method="bounded").x), 3)


def whole_photo_logits(network: SmallNetwork, pixels: Pixels, side: int) -> NDArray[np.float32]:
    """(K, H, W) logits of a photo seen at `side` px, never enlarged, brought back to its own size."""
    height, width = pixels.shape[:2]
    ratio = min(1.0, side / max(height, width))
    size = (max(round(width * ratio), 1), max(round(height * ratio), 1))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    padded = cv2.copyMakeBorder(small, 0, -size[1] % STRIDE, 0, -size[0] % STRIDE, cv2.BORDER_REFLECT)
    with torch.no_grad():
        rgb = torch.from_numpy(np.ascontiguousarray(padded.transpose(2, 0, 1)))[None].float() / 255
        logits = network(rgb)[0, :, : size[1], : size[0]].numpy()
    return np.stack([cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR) for plane in logits])
