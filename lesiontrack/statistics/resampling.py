"""Percentile intervals by drawing whole clusters with replacement."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_HELD_AT_ONCE = 2_000_000
"""Counts in memory together; the result does not depend on it."""


def ratio_interval(
    sums: NDArray[np.int64] | NDArray[np.float64],
    sizes: NDArray[np.int64],
    *,
    level: float,
    draws: int,
    seed: int,
) -> tuple[float, float]:
    """Percentiles of sum(sums) / sum(sizes) over `draws` draws of clusters; (lower, upper).

    sums, sizes: shape (C,), what each cluster adds above and below, sizes above 0. level: 0..1. The same
    numbers for the same seed. Raises ValueError unless draws >= 100.
    """
    check_draws(draws)
    generator, clusters = np.random.default_rng(seed), len(sizes)
    step, ratios = max(1, _HELD_AT_ONCE // clusters), []
    for start in range(0, draws, step):
        chances = np.full(clusters, 1 / clusters)
        times = generator.multinomial(clusters, chances, size=min(step, draws - start))
        ratios.append((times @ sums) / (times @ sizes))
    lower, upper = np.quantile(np.concatenate(ratios), [(1 - level) / 2, (1 + level) / 2])
    return float(lower), float(upper)


def check_draws(draws: int) -> None:
    """Raises ValueError unless draws >= 100."""
    if draws < 100:
        raise ValueError(f"draws ({draws}) must be at least 100 for percentiles to mean anything")
