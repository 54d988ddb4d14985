"""Bland-Altman agreement of two ways to measure, with several pairs of a patient."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from lesiontrack.statistics.checks import labels, numbers, quantile
from lesiontrack.statistics.resampling import check_draws, ratio_interval

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BlandAltman:
    """All but the counts in the unit of the differences; nan where too little is there to tell.

    `sd` is that of a single difference: sqrt(sd_between^2 + sd_within^2) with repeated pairs.
    `bias_lower` and `bias_upper` are limits of the mean difference, `loa_lower` and `loa_upper` the limits of
    agreement: bias -+ z sd.
    """

    pairs: int
    clusters: int
    bias: float
    bias_lower: float
    bias_upper: float
    sd: float
    sd_between: float
    sd_within: float
    loa_lower: float
    loa_upper: float


def bland_altman(
    differences: ArrayLike,
    clusters: Sequence[Any] | NDArray[Any] | None = None,
    *,
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
) -> BlandAltman:
    """Bias and limits of agreement (Bland and Altman 1986, Lancet 327:307).

    differences: shape (N,), one way minus the other, a value for each pair. clusters: the patient of each.

    Without clusters, or with one pair each: sd of the differences; limits of the bias by Student's t.
    With repeated pairs of a patient, whose true value varies: variance of a single difference = within +
    between patients, by one-way analysis of variance with unequal numbers, between not below 0 (Bland and
    Altman 2007, J Biopharm Stat 17:571; 1999, Stat Methods Med Res 8:135, section 5.3); the plain sd would
    be too small. The limits of the bias are percentiles of means over patients drawn with replacement, the
    same for the same seed.

    nan: sd and all limits with one pair, and with one patient (of whom several pairs tell only sd_within).
    Raises ValueError on no or non-finite differences, clusters of another length or missing, level not in
    0..1, or draws under 100.
    """
    z = quantile(level)
    check_draws(draws)
    values = numbers(differences, "differences")
    found = list(range(len(values))) if clusters is None else labels(clusters, "clusters", len(values))
    order = {name: index for index, name in enumerate(dict.fromkeys(found))}
    place = np.array([order[name] for name in found])
    pairs, groups = len(values), len(order)
    bias = float(values.mean())
    if pairs == groups:
        sd = float(values.std(ddof=1)) if pairs > 1 else math.nan
        between, within = math.nan, math.nan
        half = float(stdtrit(pairs - 1, (1 + level) / 2)) * sd / math.sqrt(pairs) if pairs > 1 else math.nan
        lower, upper = bias - half, bias + half
    else:
        between, within = _components(values, place, groups)
        sd = math.hypot(between, within)
        lower, upper = _bootstrap(values, place, groups, level=level, draws=draws, seed=seed)
    return BlandAltman(
        pairs=pairs,
        clusters=groups,
        bias=bias,
        bias_lower=lower,
        bias_upper=upper,
        sd=sd,
        sd_between=between,
        sd_within=within,
        loa_lower=bias - z * sd,
        loa_upper=bias + z * sd,
    )


def _components(values: Floats, place: NDArray[np.intp], groups: int) -> tuple[float, float]:
    """(between, within) as standard deviations."""
    size = np.bincount(place, minlength=groups)
    means = np.bincount(place, weights=values, minlength=groups) / size
    pairs = len(values)
    within = float(((values - means[place]) ** 2).sum()) / (pairs - groups)
    if groups == 1:
        return math.nan, math.sqrt(within)
    mean_square = float((size * (means - values.mean()) ** 2).sum()) / (groups - 1)
    typical = (pairs - float((size**2).sum()) / pairs) / (groups - 1)
    return math.sqrt(max(0.0, (mean_square - within) / typical)), math.sqrt(within)


def _bootstrap(
    values: Floats, place: NDArray[np.intp], groups: int, *, level: float, draws: int, seed: int
) -> tuple[float, float]:
    if groups == 1:
        return math.nan, math.nan
    size = np.bincount(place, minlength=groups)
    sums = np.bincount(place, weights=values, minlength=groups)
    return ratio_interval(sums, size, level=level, draws=draws, seed=seed)
