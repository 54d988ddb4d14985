"""Cohen's kappa of two raters, plain and weighted, with limits for several subjects of a patient."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lesiontrack.statistics.checks import labels, one_of, quantile
from lesiontrack.statistics.jackknife import jackknife_limits

Floats = NDArray[np.float64]

WEIGHTS = ("linear", "quadratic")


@dataclass(frozen=True)
class Kappa:
    """Agreement of two raters; -1..1 for `kappa` and `pabak`, nan where something isn't defined.

    Attributes:
        subjects, clusters: how many were rated by both, and of how many patients.
        agreement: share of subjects with one answer from both (weighted kappa: mean weight); 0..1.
        expected: the same under independence of the raters, from how often each uses each category.
        kappa: (agreement - expected) / (1 - expected). nan where both use one category only and the same:
            agreement is 1 then, and so it is by chance.
        se, lower, upper: asymptotic, for independent subjects; nan where the table has no spread.
        cluster_lower, cluster_upper: for subjects that are alike within clusters, see `jackknife_limits`.
        pabak: agreement corrected by 1 / categories instead of how often they are used; nan for weighted
            kappa and with one category.
        categories: in the order in which weights count them.
    """

    subjects: int
    clusters: int
    agreement: float
    expected: float
    kappa: float
    se: float
    lower: float
    upper: float
    cluster_lower: float
    cluster_upper: float
    pabak: float
    categories: tuple[Any, ...]


def cohen_kappa(
    first: Sequence[Any] | NDArray[Any],
    second: Sequence[Any] | NDArray[Any],
    clusters: Sequence[Any] | NDArray[Any] | None = None,
    *,
    weights: str | ArrayLike | None = None,
    categories: Sequence[Any] | None = None,
    level: float = 0.95,
) -> Kappa:
    """Kappa of two raters' answers to the same subjects.

    first, second: shape (N,), an answer of each rater for each subject. clusters: the patient of each.
    weights: None: answers agree or not (Cohen 1960, Educ Psychol Meas 20:37). "linear" or "quadratic": the
    answers are numbers, and two answers agree by 1 - |a - b| / range or 1 - (a - b)^2 / range^2 (Cicchetti
    and Allison 1971; Fleiss and Cohen 1973). Categories that nobody used change nothing then. Or agreement
    weights, shape (categories, categories), at most 1, 1 where both say the same (Cohen 1968, Psychol Bull
    70:213).
    categories: what could be answered; those that were, in order, where it is left out. Only `pabak` and
    weights that are given depend on it.

    Asymptotic standard error: Fleiss, Cohen and Everitt 1969, Psychol Bull 72:323, for independent subjects.
    Where subjects of one patient are alike these limits are too narrow; those of the clusters hold better,
    and with few patients they are wide. Neither is given where the answers have no spread, nor for perfect
    agreement: a table without an error can't tell how rare they are; the interval of the raw agreement does.
    pabak: for two categories 2 * agreement - 1 (Byrt, Bishop and Carlin 1993, J Clin Epidemiol 46:423), else
    Bennett's S (Bennett, Alpert and Goldstein 1954): (k * agreement - 1) / (k - 1).

    Raises ValueError on no or missing answers, on lengths that differ, on answers that are none of
    `categories`, on weights that are not as above, or unless 0 < level < 1.
    """
    z = quantile(level)
    a = labels(first, "first", len(first))
    b = labels(second, "second", len(a))
    if not a:
        raise ValueError("first is empty: no agreement about nothing")
    groups = list(range(len(a))) if clusters is None else labels(clusters, "clusters", len(a))
    known = _categories(a, b, categories)
    place = {category: index for index, category in enumerate(known)}
    weight = _weights(weights, known)
    names = list(dict.fromkeys(groups))
    cluster = {name: index for index, name in enumerate(names)}
    tables = np.zeros((len(names), len(known) ** 2))
    for x, y, group in zip(a, b, groups, strict=True):
        tables[cluster[group], place[x] * len(known) + place[y]] += 1
    share = tables.sum(axis=0).reshape(len(known), len(known)) / len(a)
    agreement, expected, kappa = (float(value) for value in _kappa(share, weight))
    se = _standard_error(share, weight, len(a))
    spread = se > 0 and not math.isnan(kappa)
    lower, upper = _cluster_limits(tables, kappa, weight, level) if spread else (math.nan, math.nan)
    return Kappa(
        subjects=len(a),
        clusters=len(names),
        agreement=agreement,
        expected=expected,
        kappa=kappa,
        se=se if spread else math.nan,
        lower=max(-1.0, kappa - z * se) if spread else math.nan,
        upper=min(1.0, kappa + z * se) if spread else math.nan,
        cluster_lower=lower,
        cluster_upper=upper,
        pabak=_pabak(agreement, len(known)) if weights is None else math.nan,
        categories=known,
    )


def _kappa(share: Floats, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """(agreement, expected, kappa) of tables of shares, shape (..., k, k)."""
    rows, columns = share.sum(axis=-1), share.sum(axis=-2)
    agreement = (share * weight).sum(axis=(-2, -1))
    expected = (rows[..., :, None] * columns[..., None, :] * weight).sum(axis=(-2, -1))
    left = 1 - expected
    with np.errstate(divide="ignore", invalid="ignore"):
        kappa = np.where(left > 1e-12, (agreement - expected) / left, np.nan)
    return agreement, expected, kappa


def _standard_error(share: Floats, weight: Floats, subjects: int) -> float:
    """Fleiss, Cohen and Everitt 1969, formula for weighted kappa; plain kappa has the unit matrix."""
    agreement, expected, kappa = _kappa(share, weight)
    if np.isnan(kappa):
        return math.nan
    row_weight = weight @ share.sum(axis=0)
    column_weight = share.sum(axis=1) @ weight
    inner = weight * (1 - expected) - (row_weight[:, None] + column_weight[None, :]) * (1 - agreement)
    terms = float((share * inner**2).sum())
    middle = float(agreement * expected - 2 * expected + agreement) ** 2
    # Rounding leaves some 1e-17 of tables whose variance is 0.
    variance = terms - middle
    return math.sqrt(variance / subjects) / float(1 - expected) ** 2 if variance > 1e-12 else 0.0


def _cluster_limits(tables: Floats, kappa: float, weight: Floats, level: float) -> tuple[float, float]:
    if len(tables) == 1:
        return math.nan, math.nan
    rest = tables.sum(axis=0) - tables
    share = (rest / rest.sum(axis=1, keepdims=True)).reshape(-1, *weight.shape)
    return jackknife_limits(kappa, _kappa(share, weight)[2], level=level, lowest=-1.0)


def _pabak(agreement: float, categories: int) -> float:
    return (categories * agreement - 1) / (categories - 1) if categories > 1 else math.nan


def _categories(a: list[Any], b: list[Any], given: Sequence[Any] | None) -> tuple[Any, ...]:
    used = set(a) | set(b)
    if given is None:
        try:
            return tuple(sorted(used))
        except TypeError:
            return tuple(sorted(used, key=str))
    known = tuple(dict.fromkeys(given))
    for answer in used:
        if answer not in known:
            raise ValueError(f"answer {answer!r} is none of the categories {', '.join(map(str, known))}")
    return known


def _weights(weights: str | ArrayLike | None, categories: tuple[Any, ...]) -> Floats:
    k = len(categories)
    if weights is None:
        return np.eye(k)
    if isinstance(weights, str):
        power = 1 + WEIGHTS.index(one_of(weights, WEIGHTS))
        try:
            values = np.array([float(category) for category in categories])
        except (TypeError, ValueError):
            raise ValueError(
                f"{weights} weights need numbers as answers, not {', '.join(map(repr, categories[:3]))}"
            ) from None
        distance = np.abs(values[:, None] - values[None, :])
        return np.asarray(1 - (distance / (distance.max() or 1.0)) ** power)
    matrix = np.asarray(weights, float)
    if matrix.shape != (k, k):
        raise ValueError(f"weights must have shape ({k}, {k}), one row a category, not {matrix.shape}")
    if not (np.isfinite(matrix).all() and (matrix <= 1).all() and (np.diag(matrix) == 1).all()):
        raise ValueError("weights must be at most 1, and 1 where both raters say the same")
    return matrix
