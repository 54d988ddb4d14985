"""Intraclass correlation of raters who each measured every subject: absolute agreement and consistency."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import fdtri

from lesiontrack.statistics.checks import labels, one_of, quantile
from lesiontrack.statistics.jackknife import jackknife_limits

Floats = NDArray[np.float64]

MODELS = ("2,1", "3,1")
_LEAST_FREEDOM = 0.05
"""Below so many of Satterthwaite's degrees of freedom the F quantile of 0.975 is beyond 1e62: no limits."""


@dataclass(frozen=True)
class Icc:
    """An intraclass correlation; nan where it isn't defined.

    Attributes:
        icc: at most 1. Negative estimates stay negative: subjects differ less than chance would have it.
        lower, upper: from the F distribution, for independent subjects; nan without an error between raters.
        cluster_lower, cluster_upper: for subjects that are alike within clusters, see `jackknife_limits`.
        subject_mean_square, rater_mean_square, error_mean_square: of the two-way analysis of variance.
    """

    model: str
    subjects: int
    raters: int
    clusters: int
    icc: float
    lower: float
    upper: float
    cluster_lower: float
    cluster_upper: float
    subject_mean_square: float
    rater_mean_square: float
    error_mean_square: float


def intraclass_correlation(
    ratings: ArrayLike,
    clusters: Sequence[Any] | NDArray[Any] | None = None,
    *,
    model: str = "2,1",
    level: float = 0.95,
) -> Icc:
    """ICC of a single rater, from subjects that every rater measured.

    ratings: shape (N, K), subjects by raters. clusters: the patient of each subject.
    model: "2,1": two-way random, absolute agreement; a rater who always measures more lowers it; stands for
    any raters like these (McGraw and Wong's ICC(A,1)). "3,1": consistency of these very raters, whatever
    their levels (ICC(C,1)). Names: Shrout and Fleiss 1979, Psychol Bull 86:420.
    Limits: McGraw and Wong 1996, Psychol Methods 1:30, table 7 (Satterthwaite's degrees of freedom for
    "2,1"), for independent subjects. Where a patient has several subjects these can be too narrow; those of
    the clusters hold better, and with few patients they are wide.

    nan for `icc` with one subject, and where no value differs from another; for the limits also without any
    error (raters who agree but for a shift), and where the F distribution has next to no degrees of
    freedom, as for some estimates below 0.
    Raises ValueError unless ratings are finite numbers of shape (N, K) with K >= 2, on clusters of another
    length or missing, another model, or level not in 0..1.
    """
    quantile(level)
    one_of(model, MODELS)
    values = _matrix(ratings)
    n, k = values.shape
    groups = list(range(n)) if clusters is None else labels(clusters, "clusters", n)
    order = {name: index for index, name in enumerate(dict.fromkeys(groups))}
    place = np.array([order[group] for group in groups])
    # Sums of squares lose digits far from 0; the correlation doesn't depend on where 0 is.
    values = values - values.mean()
    parts = np.zeros((len(order), 3 + k))
    np.add.at(parts, place, _parts(values))
    squares = _mean_squares(parts.sum(axis=0), k)
    icc = float(_icc(squares, np.array(n), k, model))
    subject, rater, error = (float(square) for square in squares)
    lower, upper = _limits(subject, rater, error, icc, n, k, model=model, level=level)
    cluster_limits = (math.nan, math.nan)
    if len(order) > 1 and not math.isnan(lower):
        rest = parts.sum(axis=0) - parts
        left_out = _icc(_mean_squares(rest, k), rest[:, 0], k, model)
        cluster_limits = jackknife_limits(icc, left_out, level=level)
    return Icc(model, n, k, len(order), icc, lower, upper, *cluster_limits, subject, rater, error)


def _parts(values: Floats) -> Floats:
    """What sums of squares are made of, so that clusters are sums of rows: shape (N, 3 + K)."""
    ones = np.ones(len(values))
    return np.column_stack([ones, (values**2).sum(axis=1), values.sum(axis=1) ** 2, values])


def _mean_squares(sums: Floats, k: int) -> tuple[Floats, Floats, Floats]:
    """(subjects, raters, error) from summed parts, shape (..., 3 + K)."""
    n, squares, of_subjects, of_raters = sums[..., 0], sums[..., 1], sums[..., 2], sums[..., 3:]
    with np.errstate(divide="ignore", invalid="ignore"):
        correction = of_raters.sum(axis=-1) ** 2 / (n * k)
        between_subjects = of_subjects / k - correction
        between_raters = (of_raters**2).sum(axis=-1) / n - correction
        rest = squares - correction - between_subjects - between_raters
        floor = 1e-12 * np.maximum(squares, 1e-300)
        clean = [np.where(part > floor, part, 0.0) for part in (between_subjects, between_raters, rest)]
        return clean[0] / (n - 1), clean[1] / (k - 1), clean[2] / ((n - 1) * (k - 1))


def _icc(squares: tuple[Floats, Floats, Floats], n: Floats, k: int, model: str) -> Floats:
    subject, rater, error = squares
    shift = k * (rater - error) / n if model == "2,1" else 0.0
    whole = subject + (k - 1) * error + shift
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, (subject - error) / whole, np.nan)


def _limits(
    subject: float, rater: float, error: float, icc: float, n: int, k: int, *, model: str, level: float
) -> tuple[float, float]:
    tail = 1 - (1 - level) / 2
    if math.isnan(icc) or not error > 0:
        return math.nan, math.nan
    if model == "3,1":
        low = subject / error / _f(n - 1, (n - 1) * (k - 1), tail)
        high = subject / error * _f((n - 1) * (k - 1), n - 1, tail)
        return (low - 1) / (low + k - 1), (high - 1) / (high + k - 1)
    if icc >= 1:
        return math.nan, math.nan
    a = k * icc / (n * (1 - icc))
    b = 1 + k * icc * (n - 1) / (n * (1 - icc))
    spread = (a * rater) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1))
    freedom = (a * rater + b * error) ** 2 / spread if spread > 0 else math.nan
    if not freedom > _LEAST_FREEDOM:
        return math.nan, math.nan
    down, up = _f(n - 1, freedom, tail), _f(freedom, n - 1, tail)
    rest = k * rater + (k * n - k - n) * error
    return n * (subject - down * error) / (down * rest + n * subject), n * (up * subject - error) / (
        rest + n * up * subject
    )


def _f(numerator: float, denominator: float, tail: float) -> float:
    return float(fdtri(numerator, denominator, tail))


def _matrix(ratings: ArrayLike) -> Floats:
    raw = np.asarray(ratings)
    if raw.ndim != 2 or not raw.shape[0] or raw.shape[1] < 2:
        raise ValueError(f"ratings must have shape (subjects, raters) with two raters, not {raw.shape}")
    if raw.dtype == bool or not np.issubdtype(raw.dtype, np.number):
        raise ValueError(f"ratings must be numbers, not {raw.dtype}")
    values = raw.astype(float)
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        raise ValueError(
            f"ratings[{bad[0][0]}, {bad[0][1]}] is {values[tuple(bad[0])]}: leave its subject out"
        )
    return values
