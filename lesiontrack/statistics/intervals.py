"""Intervals for proportions and their differences, and Fisher's exact test."""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence

import numpy as np
from scipy.special import betaincinv, ndtri

PROPORTION_METHODS = ("clopper-pearson", "wilson", "wilson-cc")
DIFFERENCE_METHODS = ("newcombe", "newcombe-cc")


def proportion_interval(
    k: int, n: int, level: float = 0.95, method: str = "clopper-pearson"
) -> tuple[float, float]:
    """Two-sided interval (lower, upper) for k of n, as proportions in 0..1.

    Methods: "clopper-pearson", exact (Clopper and Pearson 1934); "wilson", score (Wilson 1927); "wilson-cc",
    score with continuity correction (Newcombe 1998, Stat Med 17:857, method 4).

    Raises ValueError unless 0 <= k <= n, n >= 1, 0 < level < 1 and the method is one of these.
    """
    k, n = _counts(k, n)
    z = _quantile(level)
    if _method(method, PROPORTION_METHODS) == "clopper-pearson":
        tail = (1 - level) / 2
        lower = 0.0 if k == 0 else float(betaincinv(k, n - k + 1, tail))
        upper = 1.0 if k == n else float(betaincinv(k + 1, n - k, 1 - tail))
        return lower, upper
    return _wilson(k, n, z, corrected=method == "wilson-cc")


def difference_interval(
    k1: int, n1: int, k2: int, n2: int, level: float = 0.95, method: str = "newcombe-cc"
) -> tuple[float, float]:
    """Two-sided interval (lower, upper) for k1/n1 - k2/n2, in -1..1.

    Hybrid score of Newcombe (1998, Stat Med 17:873): "newcombe" from Wilson intervals (method 10),
    "newcombe-cc" from Wilson intervals with continuity correction (method 11).

    Raises ValueError as `proportion_interval` does.
    """
    k1, n1 = _counts(k1, n1)
    k2, n2 = _counts(k2, n2)
    corrected = _method(method, DIFFERENCE_METHODS) == "newcombe-cc"
    z = _quantile(level)
    p1, p2 = k1 / n1, k2 / n2
    low1, high1 = _wilson(k1, n1, z, corrected=corrected)
    low2, high2 = _wilson(k2, n2, z, corrected=corrected)
    difference = p1 - p2
    lower = difference - math.hypot(p1 - low1, high2 - p2)
    upper = difference + math.hypot(high1 - p1, p2 - low2)
    return max(-1.0, lower), min(1.0, upper)


def fisher_exact(k1: int, n1: int, k2: int, n2: int) -> float:
    """Two-sided p of Fisher's exact test for k1 of n1 against k2 of n2 (tables no likelier than this one).

    Raises ValueError unless 0 <= k <= n and n >= 1 in both groups.
    """
    k1, n1 = _counts(k1, n1)
    k2, n2 = _counts(k2, n2)
    from scipy.stats import fisher_exact as scipy_fisher  # a slow import, needed here alone

    return float(scipy_fisher(np.array([[k1, n1 - k1], [k2, n2 - k2]])).pvalue)


def _wilson(k: int, n: int, z: float, *, corrected: bool) -> tuple[float, float]:
    p = k / n
    if not corrected:
        centre = 2 * k + z * z
        spread = z * math.sqrt(z * z + 4 * k * (1 - p))
        lower, upper = centre - spread, centre + spread
    else:
        lower = 2 * k + z * z - 1 - z * math.sqrt(max(0.0, z * z - 2 - 1 / n + 4 * p * (n - k + 1)))
        upper = 2 * k + z * z + 1 + z * math.sqrt(max(0.0, z * z + 2 - 1 / n + 4 * p * (n - k - 1)))
    width = 2 * (n + z * z)
    return (
        0.0 if k == 0 else max(0.0, lower / width),
        1.0 if k == n else min(1.0, upper / width),
    )


def _counts(k: int, n: int) -> tuple[int, int]:
    for name, value in (("k", k), ("n", n)):
        if isinstance(value, bool) or value != value or int(value) != value:
            raise ValueError(f"{name} {value!r} must be a whole number")
    if n < 1:
        raise ValueError(f"n ({n}) must be at least 1: no proportion of nothing")
    if not 0 <= k <= n:
        raise ValueError(f"k ({k}) must be from 0 to n ({n})")
    return int(k), int(n)


def _quantile(level: float) -> float:
    if not 0 < level < 1:
        raise ValueError(f"level ({level}) must be between 0 and 1, for example 0.95")
    return float(ndtri(1 - (1 - level) / 2))


def _method(method: str, known: Sequence[str]) -> str:
    if method in known:
        return method
    near = difflib.get_close_matches(str(method), known, n=1, cutoff=0.3)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"method {method!r} is none of {', '.join(known)}{hint}")
