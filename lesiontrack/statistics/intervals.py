"""Intervals for proportions and their differences, and Fisher's exact test."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import betaincinv, chdtrc

from lesiontrack.statistics.checks import counts, one_of, quantile

PROPORTION_METHODS = ("clopper-pearson", "wilson", "wilson-cc")
DIFFERENCE_METHODS = ("newcombe", "newcombe-cc", "wald")


def proportion_interval(
    k: int, n: int, level: float = 0.95, method: str = "clopper-pearson"
) -> tuple[float, float]:
    """Two-sided interval (lower, upper) for k of n, as proportions in 0..1.

    Methods: "clopper-pearson", exact (Clopper and Pearson 1934); "wilson", score (Wilson 1927); "wilson-cc",
    score with continuity correction (Newcombe 1998, Stat Med 17:857, method 4).

    Raises ValueError unless 0 <= k <= n, n >= 1, 0 < level < 1 and the method is one of these.
    """
    k, n = counts(k, n)
    z = quantile(level)
    if one_of(method, PROPORTION_METHODS) == "clopper-pearson":
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
    "newcombe-cc" from Wilson intervals with continuity correction (method 11). "wald": difference +- z times
    its standard error, as many older papers print; too narrow in small groups, and of no width where both
    proportions are 0 or 1. Limits are cut at -1 and 1.

    Raises ValueError as `proportion_interval` does.
    """
    k1, n1 = counts(k1, n1)
    k2, n2 = counts(k2, n2)
    corrected = one_of(method, DIFFERENCE_METHODS) == "newcombe-cc"
    z = quantile(level)
    p1, p2 = k1 / n1, k2 / n2
    if method == "wald":
        width = z * math.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
        return max(-1.0, p1 - p2 - width), min(1.0, p1 - p2 + width)
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
    k1, n1 = counts(k1, n1)
    k2, n2 = counts(k2, n2)
    from scipy.stats import fisher_exact as scipy_fisher  # a slow import, needed here alone

    return float(scipy_fisher(np.array([[k1, n1 - k1], [k2, n2 - k2]])).pvalue)


def chi_squared_p(k1: int, n1: int, k2: int, n2: int) -> float:
    """Two-sided p of Pearson's chi-squared test without continuity correction, for k1 of n1 against k2 of n2.

    For comparison with papers that print it; small counts want `fisher_exact`. nan where nobody in both
    groups has it, or everybody (nothing to compare).

    Raises ValueError unless 0 <= k <= n and n >= 1 in both groups.
    """
    k1, n1 = counts(k1, n1)
    k2, n2 = counts(k2, n2)
    has, total = k1 + k2, n1 + n2
    if has in (0, total):
        return math.nan
    statistic = total * (k1 * n2 - k2 * n1) ** 2 / (n1 * n2 * has * (total - has))
    return float(chdtrc(1, statistic))


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
