"""Changes between decimals, and the visit variables of a record."""

from __future__ import annotations

from decimal import Decimal

from lesiontrack.export.adam.study import Row
from lesiontrack.export.adam.variables import BASELINE
from lesiontrack.export.cdisc import Subject, cdisc_day


def change(value: float | None, base: float | None) -> float | None:
    """value - base, as the decimals that they print as; None where one is missing."""
    if value is None or base is None:
        return None
    return float(Decimal(str(value)) - Decimal(str(base)))


def pct_change(value: float | None, base: float | None) -> float | None:
    """100 (value - base) / base; None where one is missing or base is 0."""
    if value is None or not base:
        return None
    return float(100 * (Decimal(str(value)) / Decimal(str(base)) - 1))


def on_day(one: Subject, study_day: int, label: str | None = None, *, baseline: bool = False) -> Row:
    """AVISIT, AVISITN, VISIT, VISLABEL, ADT, ADY. Visits have no common schedule, so one is named by its day.

    `label` is the study folder's own name of the visit; without one there was no visit.
    """
    day = cdisc_day(study_day)
    dates = {"ADT": one.date(study_day), "ADY": day}
    if label is None:
        return dates
    analysed = {"AVISIT": BASELINE, "AVISITN": 0} if baseline else {"AVISIT": f"DAY {day}", "AVISITN": day}
    return {**analysed, "VISIT": f"DAY {day}", "VISLABEL": label, **dates}
