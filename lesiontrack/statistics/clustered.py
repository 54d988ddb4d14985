"""Rates of lesions that are clustered in patients: correlation, design effect, intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, stdtrit

from lesiontrack.statistics.checks import numbers, quantile
from lesiontrack.statistics.resampling import check_draws, ratio_interval

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class ClusterRate:
    """A pooled rate k / n over `clusters` that have at least one member.

    `icc` is the estimate, which may be negative; nan where it can't be estimated. `icc_used` is what the
    design effect rests on: `icc`, not below 0; 1 where every member of every cluster agrees, and so
    nothing tells how alike they are; nan with one cluster of several. `effective_n` = n / design_effect.
    lower, upper: 0..1; nan with one cluster of several members (no spread between clusters is known).
    """

    clusters: int
    k: int
    n: int
    rate: float
    icc: float
    icc_used: float
    design_effect: float
    effective_n: float
    lower: float
    upper: float


def intracluster_correlation(k_by_cluster: ArrayLike, n_by_cluster: ArrayLike) -> float:
    """Analysis-of-variance estimate for a binary outcome in clusters of unequal size.

    (MSB - MSW) / (MSB + (m0 - 1) MSW), m0 = (M - sum(m^2) / M) / (C - 1), M members in C clusters
    (Fleiss 1981, chapter 13; Donner and Klar 2000; Ridout et al. 1999, Biometrics 55:137). At most 1, may be
    negative. nan where it isn't defined: one cluster, one member each, or the same outcome in all.

    Clusters without a member are left out.
    Raises ValueError unless both are whole numbers of one length with 0 <= k <= n, and one n is above 0.
    """
    k, n = _clusters(k_by_cluster, n_by_cluster)
    return _icc(k, n)


def cluster_rate(k_by_cluster: ArrayLike, n_by_cluster: ArrayLike, level: float = 0.95) -> ClusterRate:
    """Pooled rate with an exact interval at the effective number of members.

    k_by_cluster, n_by_cluster: shape (C,), members with the outcome, and members, of each cluster.

    Design effect 1 + (sum(m^2) / sum(m) - 1) * icc: with a common correlation this is exactly the variance of
    the pooled rate against that of independent members. (1 + (m0 - 1) * icc is the same for equal clusters,
    and too small for unequal ones.)
    Interval: Clopper-Pearson with n replaced by n_eff = n / design effect * (t(n - 1) / t(C - 1))^2 and k by
    rate * n_eff (Korn and Graubard 1998, Survey Methodology 24:193). The t quantiles of n - 1 and C - 1
    degrees of freedom widen it because the design effect itself comes from C clusters. Where the
    correlation is assumed 1 (all outcomes alike), nothing was estimated, and that factor is left out: the
    interval is about that of so many patients, which is wide on purpose.
    In simulations (beta-binomial, 400 cohorts each; 10 or 30 patients of 8 lesions each or in the mean;
    correlation 0 to 0.5) it held the true rate in 95 to 99.5 % at rates of 30 and 70 %, where intervals for
    independent lesions went down to 54 %. At a rate of 5 % it went down to 88 % (30 patients, 0.5).

    Raises ValueError as `intracluster_correlation` does, and unless 0 < level < 1.
    """
    quantile(level)
    k, n = _clusters(k_by_cluster, n_by_cluster)
    total, clusters = int(n.sum()), len(n)
    rate = int(k.sum()) / total
    icc = _icc(k, n)
    adjust = 1.0
    if total == clusters:
        used = 0.0
    elif clusters == 1:
        used = math.nan
    elif math.isnan(icc):
        used = 1.0
    else:
        used = max(icc, 0.0)
        tail = 1 - (1 - level) / 2
        adjust = float(stdtrit(total - 1, tail) / stdtrit(clusters - 1, tail)) ** 2
    effect = 1 + (float((n**2).sum()) / total - 1) * used
    effective = total / effect
    lower, upper = _exact(rate, effective * adjust, level)
    return ClusterRate(
        clusters=clusters,
        k=int(k.sum()),
        n=total,
        rate=rate,
        icc=icc,
        icc_used=used,
        design_effect=effect,
        effective_n=effective,
        lower=lower,
        upper=upper,
    )


def cluster_bootstrap(
    k_by_cluster: ArrayLike, n_by_cluster: ArrayLike, *, level: float = 0.95, draws: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """Percentile interval of the pooled rate: whole clusters are drawn with replacement.

    The same numbers for the same seed. (nan, nan) where clusters don't differ (one cluster, or one rate in
    all): every draw would be the same, and an interval of no width would be wrong.
    Too narrow with few clusters: in the simulations of `cluster_rate` it held rates of 30 and 70 % in 85 to
    94 % with 10 patients and in 90 to 96 % with 30, and a rate of 5 % in 80 to 96 %.

    Raises ValueError as `cluster_rate` does, and unless draws >= 100.
    """
    quantile(level)
    k, n = _clusters(k_by_cluster, n_by_cluster)
    check_draws(draws)
    if (k * n.sum() == n * k.sum()).all():
        return math.nan, math.nan
    return ratio_interval(k, n, level=level, draws=draws, seed=seed)


def _icc(k: Integers, n: Integers) -> float:
    total, clusters = int(n.sum()), len(n)
    if clusters == 1 or total == clusters:
        return math.nan
    rates, rate = k / n, k.sum() / total
    between = float((n * (rates - rate) ** 2).sum()) / (clusters - 1)
    within = float((n * rates * (1 - rates)).sum()) / (total - clusters)
    size = (total - float((n**2).sum()) / total) / (clusters - 1)
    scale = between + (size - 1) * within
    return (between - within) / scale if scale > 0 else math.nan


def _exact(rate: float, n: float, level: float) -> tuple[float, float]:
    """Clopper-Pearson for rate * n of n, neither of them whole."""
    if math.isnan(n):
        return math.nan, math.nan
    k, tail = rate * n, (1 - level) / 2
    lower = 0.0 if rate == 0 else float(betaincinv(k, n - k + 1, tail))
    upper = 1.0 if rate == 1 else float(betaincinv(k + 1, n - k, 1 - tail))
    return lower, upper


def _clusters(k_by_cluster: ArrayLike, n_by_cluster: ArrayLike) -> tuple[Integers, Integers]:
    k, n = numbers(k_by_cluster, "k_by_cluster"), numbers(n_by_cluster, "n_by_cluster")
    if k.shape != n.shape:
        raise ValueError(f"k_by_cluster has {len(k)} values and n_by_cluster {len(n)}: one for each cluster")
    for name, values in (("k_by_cluster", k), ("n_by_cluster", n)):
        odd = np.flatnonzero(values != np.floor(values))
        if odd.size:
            raise ValueError(f"{name}[{odd[0]}] is {values[odd[0]]}: must be a whole number")
    wrong = np.flatnonzero((k < 0) | (k > n))
    if wrong.size:
        index = wrong[0]
        raise ValueError(f"k_by_cluster[{index}] ({k[index]:g}) must be from 0 to its n ({n[index]:g})")
    kept = n > 0
    if not kept.any():
        raise ValueError("n_by_cluster is 0 everywhere: no rate of nothing")
    return k[kept].astype(np.int64), n[kept].astype(np.int64)
