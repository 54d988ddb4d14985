"""Durable response: one that begins early enough and lasts long enough without a break."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from lesiontrack.response.assessments import (
    Assessment,
    check_assessments,
    cut_at_progression,
    dates_of,
    start_days,
)
from lesiontrack.response.confirm import check_options, is_confirmed, require_count

RESPONSES = ("CR", "PR")
NEUTRAL = ("NE", "ND")


@dataclass(frozen=True)
class _Run:
    """Assessments of one response without a break; `ended`: by an assessment that is no response."""

    first: Assessment
    last: Assessment
    ended: bool

    @property
    def days(self) -> int:
        return self.last.day - self.first.day


@dataclass(frozen=True)
class Durable:
    """Row of the longest response's first assessment, its days, and whether there is a durable one."""

    row: int | None
    days: int | None
    durable: bool | None


def durable_response(
    assessments: pd.DataFrame,
    reference_dates: Mapping[Any, object],
    *,
    durable_days: int = 183,
    begins_within_days: int = 365,
    confirm_days: int | None = None,
    max_ne: int = 1,
    accept_sd: bool = False,
    to_first_progression: bool = True,
    progression_dates: Mapping[Any, object] | None = None,
) -> pd.DataFrame:
    """Whether each enrolled subject has a durable response, and how long the longest one was seen.

    Args:
        assessments, reference_dates, confirm_days, max_ne, accept_sd, progression_dates: as for
            `best_overall_response`. With `confirm_days`, a response begins at a CR or PR that is confirmed.
        durable_days: from the first to the last assessment of the response, at least so many days.
        begins_within_days: at most so many days from the reference date to its first assessment.
        to_first_progression: only assessments up to the first PD. False: all of them, so that a response
            that follows a progression counts too. In OPTiM 48 % of the durable responders had progressed
            before (Andtbacka 2016, PMC5090012).

    A response lasts from its first CR or PR to the last CR or PR before an SD, NON-CR/NON-PD or PD; with
    `accept_sd`, a single SD between two responses is let pass. NE and ND inside neither end it nor count: it
    goes on where a CR or PR follows, and was last seen before them where none does.

    Returns a DataFrame, a row a subject: `subject`, `date` (first assessment of the longest response, the
    earliest of equal ones, as the caller wrote it), `duration_days` (0: seen once) and `durable`: True,
    False, or missing where it can't be told: a response was still there when it was last assessed and too
    short, or not confirmed, by then, the reference date is unknown, or nothing was ever evaluable.

    Rule: OPTiM's durable response rate, a CR or PR that begins within 12 months and lasts 6 months or longer
    continuously (JITC 5:72; PMC5090012).
    """
    check_options(confirm_days, max_ne, accept_sd)
    require_count(durable_days, "durable_days")
    require_count(begins_within_days, "begins_within_days")
    assessed = check_assessments(assessments, list(reference_dates.keys()))
    starts = start_days(reference_dates, assessed)
    read = assessed.by_subject
    if to_first_progression or progression_dates is not None:
        read = cut_at_progression(assessed, progression_dates)
    rows: list[int | None] = []
    days: list[int | None] = []
    durable: list[bool | None] = []
    for subject, series in read.items():
        found = durable_of_series(
            series,
            starts[subject],
            durable_days=durable_days,
            begins_within_days=begins_within_days,
            confirm_days=confirm_days,
            max_ne=max_ne,
            accept_sd=accept_sd,
        )
        rows.append(found.row)
        days.append(found.days)
        durable.append(found.durable)
    return pd.DataFrame(
        {
            "subject": list(starts),
            "date": dates_of(assessments, rows),
            "duration_days": pd.array(days, dtype="Int64"),
            "durable": pd.array(durable, dtype="boolean"),
        },
        columns=["subject", "date", "duration_days", "durable"],
    )


def durable_of_series(
    series: Sequence[Assessment],
    start: int | None,
    *,
    durable_days: int,
    begins_within_days: int,
    confirm_days: int | None,
    max_ne: int,
    accept_sd: bool,
) -> Durable:
    """Of one subject's assessments; nothing is cut."""
    runs = _runs(series, confirm_days, max_ne, accept_sd)
    open_ones = [run for run in _runs(series, None, max_ne, accept_sd) if not run.ended]
    longest = min(runs, key=lambda run: (-run.days, run.first.day), default=None)
    evaluable = any(a.response not in NEUTRAL for a in series)
    return Durable(
        longest.first.row if longest else None,
        longest.days if longest else None,
        _durable(runs, open_ones, start, durable_days, begins_within_days) if evaluable else None,
    )


def _durable(
    runs: Sequence[_Run], open_ones: Sequence[_Run], start: int | None, durable_days: int, within: int
) -> bool | None:
    """`open_ones`: not ended, whether or not they are confirmed yet."""
    if not runs and not open_ones:
        return False
    if start is None:
        return None
    if any(run.days >= durable_days and run.first.day - start <= within for run in runs):
        return True
    return None if any(run.first.day - start <= within for run in open_ones) else False


def _runs(series: Sequence[Assessment], confirm_days: int | None, max_ne: int, accept_sd: bool) -> list[_Run]:
    runs: list[_Run] = []
    first: Assessment | None = None
    last: Assessment | None = None
    passed = 0
    for index, assessment in enumerate(series):
        if assessment.response in NEUTRAL:
            continue
        if assessment.response in RESPONSES:
            if first is None and not _begins(series, index, confirm_days, max_ne, accept_sd):
                continue
            first, last, passed = first or assessment, assessment, 0
        elif first is not None and last is not None:
            passed += 1
            if accept_sd and assessment.response == "SD" and passed == 1:
                continue
            runs.append(_Run(first, last, True))
            first, passed = None, 0
    if first is not None and last is not None:
        runs.append(_Run(first, last, passed > 0))
    return runs


def _begins(
    series: Sequence[Assessment], index: int, confirm_days: int | None, max_ne: int, accept_sd: bool
) -> bool:
    return confirm_days is None or is_confirmed(
        series, index, confirm_days=confirm_days, max_ne=max_ne, accept_sd=accept_sd
    )
