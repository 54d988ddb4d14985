"""Kaplan-Meier curve with limits and median, and the log-rank test.

At a time that has both, events come before censorings: who is censored at t was at risk at t.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from lesiontrack.statistics.checks import flags, labels, numbers, quantile

_TIE = 1e-12
"""5/6 * 4/5 * 3/4 is one half, though not in floating point."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class KaplanMeier:
    """Survival curve: values hold from their time on; before the first time all survive.

    `times` are the distinct durations, ascending, shape (T,); all arrays are of that shape. `at_risk` counts
    just before, `events` and `censored` at that time. `lower` and `upper` are log-log limits: 1 while
    nobody has had the event, nan where nobody survives (no variance to go by there).
    `median` is the first time with survival <= 0.5, its limits are the first times with `lower` and with
    `upper` <= 0.5; nan: not reached.
    """

    level: float
    times: Floats
    at_risk: Integers
    events: Integers
    censored: Integers
    survival: Floats
    greenwood: Floats
    """Greenwood's variance of `survival`."""
    lower: Floats
    upper: Floats
    median: float
    median_lower: float
    median_upper: float

    def survival_at(self, time: float) -> float:
        """Survival at `time`, 0..1; nan after the last duration while somebody survives (not known)."""
        return self._at(time, self.survival, after=0.0)

    def limits_at(self, time: float) -> tuple[float, float]:
        """(lower, upper) at `time`; nan where `survival_at` is nan or 0."""
        return self._at(time, self.lower, after=math.nan), self._at(time, self.upper, after=math.nan)

    def at_risk_at(self, time: float) -> int:
        """How many are at risk just before `time`: with a duration of `time` or more."""
        index = int(np.searchsorted(self.times, _time(time), side="left"))
        return int(self.at_risk[index]) if index < len(self.times) else 0

    def _at(self, time: float, values: Floats, *, after: float) -> float:
        index = int(np.searchsorted(self.times, _time(time), side="right")) - 1
        if time > self.times[-1]:
            return after if self.survival[-1] == 0 else math.nan
        return 1.0 if index < 0 else float(values[index])


@dataclass(frozen=True)
class LogRank:
    """`statistic` is chi-squared with `degrees` of freedom under no difference; p 0..1.

    `groups` in sorted order with `observed` and `expected` events. statistic and p are nan where nothing can
    be compared: no events, or at no event were two groups at risk and someone left without it.
    """

    statistic: float
    p: float
    degrees: int
    groups: tuple[Any, ...]
    observed: tuple[int, ...]
    expected: tuple[float, ...]


def kaplan_meier(durations: ArrayLike, events: ArrayLike, level: float = 0.95) -> KaplanMeier:
    """Product-limit estimate (Kaplan and Meier 1958) with Greenwood's variance and log-log limits.

    durations: shape (N,), 0 or more, in any unit. events: shape (N,), True for an event, False for censored.
    Limits exp(-exp(log(-log S) +- z sqrt(V) / (S log S))) (Kalbfleisch and Prentice), as
    `conf.type="log-log"` of R and lifelines; limits of the median are where the curve's limits cross 0.5
    (Brookmeyer and Crowley 1982). Where survival is exactly 0.5 over a stretch, the median is its
    beginning (lifelines' rule; R and SAS take its middle).

    Raises ValueError on no or non-finite or negative durations, events other than true and false, or level
    not in 0..1.
    """
    z = quantile(level)
    spans = _durations(durations)
    happened = flags(events, "events", len(spans))
    times, place = np.unique(spans, return_inverse=True)
    size = len(times)
    died = np.bincount(place[happened], minlength=size).astype(np.int64)
    left = np.bincount(place[~happened], minlength=size).astype(np.int64)
    risk = len(spans) - np.concatenate(([0], np.cumsum(died + left)[:-1])).astype(np.int64)
    survival = np.cumprod((risk - died) / risk, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard_variance = np.cumsum(died / (risk * (risk - died)))
        log_survival = np.log(survival)
        shift = z * np.sqrt(hazard_variance) / -log_survival
        lower = np.exp(log_survival * np.exp(shift))
        upper = np.exp(log_survival * np.exp(-shift))
        greenwood = survival**2 * hazard_variance
    whole, gone = survival == 1, survival == 0
    for limit in (lower, upper):
        limit[whole] = 1.0
        limit[gone] = math.nan
    greenwood[gone] = math.nan
    return KaplanMeier(
        level=level,
        times=times,
        at_risk=risk,
        events=died,
        censored=left,
        survival=survival,
        greenwood=greenwood,
        lower=lower,
        upper=upper,
        median=_half(times, survival),
        median_lower=_half(times, lower),
        median_upper=_half(times, upper),
    )


def logrank(durations: ArrayLike, events: ArrayLike, groups: Sequence[Any] | NDArray[Any]) -> LogRank:
    """Log-rank test of two or more groups (Mantel 1966; Peto and Peto 1972), unweighted, two-sided.

    durations, events: as `kaplan_meier`. groups: a label for each, sortable among themselves.
    Observed minus expected events of each group over the distinct event times, with their hypergeometric
    covariance. A group of which nobody was at risk at any event has no part in the statistic, nor in the
    degrees of freedom (as R's survdiff).

    Raises ValueError as `kaplan_meier` does, and with fewer than two groups.
    """
    spans = _durations(durations)
    happened = flags(events, "events", len(spans))
    found = labels(groups, "groups", len(spans))
    names = sorted(set(found))
    if len(names) < 2:
        raise ValueError(f"groups are all {names[0]!r}: the log-rank test compares two or more")
    times = np.unique(spans[happened])
    member = np.array([[label == name for label in found] for name in names])
    risk = np.array([_at_least(spans[mine], times) for mine in member], dtype=float)  # (G, T)
    died = np.array([_exactly(spans[mine & happened], times) for mine in member], dtype=float)
    all_risk, all_died = risk.sum(axis=0), died.sum(axis=0)
    expected = (risk * (all_died / all_risk)).sum(axis=1)
    statistic, degrees = math.nan, max(int((expected > 0).sum()) - 1, 0)
    several = all_risk > 1
    share = (risk / all_risk)[:, several]
    spread = (all_died * (all_risk - all_died))[several] / (all_risk[several] - 1)
    covariance = np.diag((share * spread).sum(axis=1)) - (share * spread) @ share.T
    kept = np.flatnonzero(expected > 0)[:-1]
    if kept.size and covariance[kept, kept].all():
        excess = (died.sum(axis=1) - expected)[kept]
        statistic = float(excess @ np.linalg.solve(covariance[np.ix_(kept, kept)], excess))
    return LogRank(
        statistic=statistic,
        p=math.nan if math.isnan(statistic) else float(chdtrc(degrees, statistic)),
        degrees=degrees,
        groups=tuple(names),
        observed=tuple(int(n) for n in died.sum(axis=1)),
        expected=tuple(float(n) for n in expected),
    )


def _durations(values: ArrayLike) -> Floats:
    spans = numbers(values, "durations")
    if spans.min() < 0:
        index = int(spans.argmin())
        raise ValueError(f"durations[{index}] is {spans[index]:g}: a duration can't be negative")
    return spans


def _half(times: Floats, curve: Floats) -> float:
    reached = np.flatnonzero(curve <= 0.5 + _TIE)  # nan is not reached
    return float(times[reached[0]]) if reached.size else math.nan


def _at_least(spans: Floats, times: Floats) -> Integers:
    return (len(spans) - np.searchsorted(np.sort(spans), times, side="left")).astype(np.int64)


def _exactly(spans: Floats, times: Floats) -> Integers:
    ordered = np.sort(spans)
    after = np.searchsorted(ordered, times, side="right")
    return (after - np.searchsorted(ordered, times, side="left")).astype(np.int64)


def _time(value: float) -> float:
    if not value >= 0:
        raise ValueError(f"time ({value}) must be 0 or more")
    return float(value)
