"""Percentile intervals by drawing whole clusters with replacement."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_HELD_AT_ONCE = 2_000_000
"""Counts in memory together; the result does not depend on it."""

LEAST_DEFINED = 0.9
"""Share of the draws in which a statistic must be defined for its percentiles to be given; an own value."""


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
    ratios = [
        (times @ sums) / (times @ sizes) for times in draws_of_clusters(len(sizes), draws=draws, seed=seed)
    ]
    return percentiles(np.concatenate(ratios), level)


def percentiles(found: NDArray[np.float64], level: float) -> tuple[float, float]:
    """(lower, upper) of a statistic over draws, nan where it wasn't defined; nan where that was too often."""
    defined = found[~np.isnan(found)]
    if not len(defined) or len(defined) < LEAST_DEFINED * len(found):
        return float("nan"), float("nan")
    lower, upper = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return float(lower), float(upper)


def draws_of_clusters(clusters: int, *, draws: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """How often each cluster is drawn in each draw, shape (some draws, clusters); `draws` rows in all."""
    generator = np.random.default_rng(seed)
    step, chances = max(1, _HELD_AT_ONCE // clusters), np.full(clusters, 1 / clusters)
    for start in range(0, draws, step):
        yield generator.multinomial(clusters, chances, size=min(step, draws - start)).astype(float)


def check_draws(draws: int) -> None:
    """Raises ValueError unless draws >= 100."""
    if draws < 100:
        raise ValueError(f"draws ({draws}) must be at least 100 for percentiles to mean anything")
