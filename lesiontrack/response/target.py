"""Response of the target lesions from their sums, visit by visit (RECIST 1.1, and WHO-like areas)."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np


@dataclass(frozen=True)
class Thresholds:
    """When a sum responds or progresses; all comparisons include the boundary.

    Attributes:
        pr_ratio: PR where sum <= pr_ratio * baseline.
        pd_ratio: PD where sum >= pd_ratio * nadir ...
        pd_absolute: ... and sum - nadir >= pd_absolute, in the sum's own unit.
        pr_continues: a PR that was seen again stays PR until PD, see `target_response`.
    """

    pr_ratio: Decimal
    pd_ratio: Decimal
    pd_absolute: Decimal
    pr_continues: bool


RECIST = Thresholds(Decimal("0.70"), Decimal("1.20"), Decimal(5), pr_continues=True)
"""RECIST 1.1: PR at least 30 % below baseline; PD at least 20 % and 5 mm above the nadir."""


@dataclass(frozen=True)
class Reading:
    """One later visit: the response word, and the nadir that it was read against (None: no baseline)."""

    response: str
    nadir: Decimal | None


def target_response(
    sums_mm: Sequence[object],
    *,
    partial_sums_mm: Sequence[object] | None = None,
    all_gone: Sequence[bool] | None = None,
    days: Sequence[int] | None = None,
    confirm_days: int = 28,
) -> list[str]:
    """CR, PR, SD, PD or NE for each visit after the baseline.

    Args:
        sums_mm: sums of the target lesions' diameters in mm, in time order, baseline first. None (or NaN):
            not all of them could be evaluated at that visit.
        partial_sums_mm: same length; where the sum is None, the sum over the lesions that could be measured.
            Diameters are not negative, so a partial sum that already meets PD is PD whatever the rest
            measures.
        all_gone: same length; True where every target has disappeared although the sum is above 0 (lymph
            nodes with a short axis below 10 mm). For skin lesions the sum itself says so.
        days: same length; study days. With them, a PR counts as seen again only `confirm_days` later.

    Rules (RECIST 1.1), on the numbers as written (`Decimal(str(x))`, never rounded), first match wins:
    None → NE, or PD by the partial sum; 0 → CR; at least 120 % of the nadir and at least 5 mm above it → PD;
    at most 70 % of the baseline → PR; else SD. The nadir is the smallest sum before the visit, the baseline
    included; visits that are NE never enter it. After a sum of 0, a lesion that measures 5 mm or more is PD,
    and a smaller one is read against the baseline like any other sum. A PR (or CR) that the next evaluable
    visit shows again is a continuing PR until PD, even where a later sum is above 70 % of the baseline: sums
    of 100, 70, 70, 80, 80, 80 are PR throughout (recist.eortc.org, "Managing PR when TP measurements change
    slightly over time" and "The definition of SD: a clarification"). Without a baseline (None, or 0:
    nothing to respond) every later visit is NE.

    Raises ValueError for an empty sequence, a negative or infinite sum, or sequences of different length;
    TypeError for a sum that is not a number, or an all_gone that is not True or False.
    """
    readings = read_sums(
        sums_mm,
        RECIST,
        partial_sums=partial_sums_mm,
        all_gone=all_gone,
        days=days,
        confirm_days=confirm_days,
    )
    return [reading.response for reading in readings]


def read_sums(
    sums: Sequence[object],
    thresholds: Thresholds,
    *,
    partial_sums: Sequence[object] | None = None,
    all_gone: Sequence[bool] | None = None,
    days: Sequence[int] | None = None,
    confirm_days: int = 28,
) -> list[Reading]:
    """`target_response` under any thresholds, with the nadir that each visit was read against."""
    values = [to_decimal(value, "sum") for value in sums]
    if not values:
        raise ValueError("no sums: the first is the baseline's, None where it is not evaluable")
    partial = [None] * len(values) if partial_sums is None else [to_decimal(v, "sum") for v in partial_sums]
    gone = [False] * len(values) if all_gone is None else [_flag(v) for v in all_gone]
    when = [i * confirm_days for i in range(len(values))] if days is None else list(days)
    if not len(values) == len(partial) == len(gone) == len(when):
        raise ValueError(
            f"{len(values)} sums, {len(partial)} partial sums, {len(gone)} all_gone and {len(when)} days: "
            "they must be equally many"
        )
    baseline = values[0]
    if baseline is None or baseline == 0:
        return [Reading("NE", None) for _ in values[1:]]
    nadir = baseline
    readings = []
    shrunk_since: int | None = None
    continuing = False
    for value, part, vanished, day in zip(values[1:], partial[1:], gone[1:], when[1:], strict=True):
        word = _read(value, part, vanished, baseline, nadir, thresholds)
        if word in ("CR", "PR"):
            shrunk_since = day if shrunk_since is None else shrunk_since
            continuing |= day > shrunk_since and day - shrunk_since >= confirm_days
        elif word == "PD":
            shrunk_since, continuing = None, False
        elif word == "SD" and continuing and thresholds.pr_continues:
            word = "PR"
        elif word == "SD":
            shrunk_since = None
        readings.append(Reading(word, nadir))
        if value is not None:
            nadir = min(nadir, value)
    return readings


def _read(
    value: Decimal | None,
    partial: Decimal | None,
    vanished: bool,
    baseline: Decimal,
    nadir: Decimal,
    thresholds: Thresholds,
) -> str:
    if value is None:
        return "PD" if partial is not None and progressed(partial, nadir, thresholds) else "NE"
    if value == 0 or vanished:
        return "CR"
    if progressed(value, nadir, thresholds):
        return "PD"
    return "PR" if value <= thresholds.pr_ratio * baseline else "SD"


def progressed(value: Decimal, nadir: Decimal, thresholds: Thresholds) -> bool:
    """Whether a sum meets PD against the smallest one before it."""
    return value > nadir and value >= thresholds.pd_ratio * nadir and value - nadir >= thresholds.pd_absolute


def _flag(value: object) -> bool:
    if value is None or value is False or value is True or isinstance(value, np.bool_):
        return bool(value)
    raise TypeError(f"all_gone {value!r} is a {type(value).__name__}; give True or False")


def to_decimal(value: object, what: str) -> Decimal | None:
    """The number as written, exactly; None for None, NaN and missing values of pandas.

    Raises ValueError for a negative or infinite number, TypeError for what is not a number.
    """
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, bool) or not isinstance(value, numbers.Real | Decimal):
        raise TypeError(
            f"{what} {value!r} is a {type(value).__name__}; give a number, or None where not evaluable"
        )
    if math.isnan(value):
        return None
    if math.isinf(value) or value < 0:
        raise ValueError(f"{what} {value} is not a size: sizes are finite and not negative")
    return value if isinstance(value, Decimal) else Decimal(str(value))
