"""Best overall response of every subject, and the first response."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import partial
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
from lesiontrack.response.words import BEST_ORDER


def best_overall_response(
    assessments: pd.DataFrame,
    reference_dates: Mapping[Any, object],
    *,
    confirm_days: int | None = 28,
    min_sd_days: int = 42,
    max_ne: int = 1,
    accept_sd: bool = False,
    missing_as_ne: bool = False,
    progression_dates: Mapping[Any, object] | None = None,
) -> pd.DataFrame:
    """The best response of each enrolled subject, up to the first PD.

    Args:
        assessments: one row a subject and day: `subject`, `date` (ISO string, date, Timestamp, or whole study
            day), `response` (CR, PR, SD, NON-CR/NON-PD, PD, NE or ND). Only assessments after the baseline.
        reference_dates: every enrolled subject → treatment start, in the same kind of days (study days: 0);
            None where it is unknown. Its order is the order of the result.
        confirm_days: CR and PR count only when confirmed by an assessment at least so many days later (see
            `lesiontrack.response.confirm.is_confirmed`); None: no confirmation asked.
        min_sd_days: SD and NON-CR/NON-PD count only at least so many days after the reference date, and are
            NE before it, or where it is unknown.
        max_ne, accept_sd: what may lie between a response and its confirmation.
        missing_as_ne: NE instead of MISSING for subjects without an assessment.
        progression_dates: subject → date of first progression known from elsewhere; then assessments are cut
            there instead of at their own first PD, and subjects that it does not name are not cut.

    Returns a DataFrame `subject`, `date`, `response`, a row a subject; `date` is that of the assessment that
    the response rests on, as the caller wrote it, missing for MISSING. The best is taken in the order CR,
    PR, SD, NON-CR/NON-PD, PD, NE, ND, MISSING; of equal ones the earliest. With confirmation, a CR, PR or SD
    at or after `min_sd_days` also counts as SD, and before it as NE.

    Rules: RECIST 1.1 table 3 in the form of admiralonco's `derive_param_confirmed_bor` and `derive_param_bor`
    (defaults: 28 days, one NE, 42 days). Raises ValueError for unknown words or subjects, two responses on a
    day, partial dates, and dates mixed with study days.
    """
    check_options(confirm_days, max_ne, accept_sd)
    require_count(min_sd_days, "min_sd_days")
    assessed = check_assessments(assessments, list(reference_dates.keys()))
    starts = start_days(reference_dates, assessed)
    cut = cut_at_progression(assessed, progression_dates)
    best_of = partial(
        best_of_series,
        confirm_days=confirm_days,
        min_sd_days=min_sd_days,
        max_ne=max_ne,
        accept_sd=accept_sd,
    )
    return table_of_best(assessments, starts, cut, best_of, missing_as_ne=missing_as_ne)


def table_of_best(
    assessments: pd.DataFrame,
    starts: Mapping[Hashable, int | None],
    series_of: Mapping[Hashable, Sequence[Assessment]],
    best_of: Callable[[Sequence[Assessment], int | None], tuple[int | None, str | None]],
    *,
    missing_as_ne: bool,
) -> pd.DataFrame:
    """A row a subject, in the order of `starts`; `best_of` tells row and word from a series and its start."""
    best = [best_of(series_of[subject], start) for subject, start in starts.items()]
    missing = "NE" if missing_as_ne else "MISSING"
    return pd.DataFrame(
        {
            "subject": list(starts),
            "date": dates_of(assessments, [row for row, _ in best]),
            "response": [word or missing for _, word in best],
        },
        columns=["subject", "date", "response"],
    )


def best_of_series(
    series: Sequence[Assessment],
    start: int | None,
    *,
    confirm_days: int | None,
    min_sd_days: int,
    max_ne: int,
    accept_sd: bool,
) -> tuple[int | None, str | None]:
    """Row and word of one subject's best response; nothing is cut. None, None without an assessment."""
    best: tuple[int, int, int] | None = None
    for index, assessment in enumerate(series):
        stable = is_late(assessment, start, min_sd_days)
        for word in counts_as(series, index, stable, confirm_days, max_ne, accept_sd):
            candidate = (BEST_ORDER.index(word), assessment.day, assessment.row)
            best = candidate if best is None else min(best, candidate)
    return (best[2], BEST_ORDER[best[0]]) if best else (None, None)


def is_late(assessment: Assessment, start: int | None, days: int) -> bool:
    """Whether an assessment lies at least so many days after the treatment start; not where it is unknown."""
    return start is not None and assessment.day - start >= days


def counts_as(
    series: Sequence[Assessment],
    index: int,
    stable: bool,
    confirm_days: int | None,
    max_ne: int,
    accept_sd: bool,
) -> tuple[str, ...]:
    """What one assessment may count as. `stable`: it lies late enough for stable disease."""
    word = series[index].response
    if word in ("SD", "NON-CR/NON-PD"):
        return (word if stable else "NE",)
    if word not in ("CR", "PR"):
        return (word,)
    if confirm_days is None:
        return (word,)
    fallback = "SD" if stable else "NE"
    if is_confirmed(series, index, confirm_days=confirm_days, max_ne=max_ne, accept_sd=accept_sd):
        return (word, fallback)
    return (fallback,)


def first_response(
    assessments: pd.DataFrame,
    subjects: Iterable[Hashable],
    *,
    confirm_days: int | None = None,
    max_ne: int = 1,
    accept_sd: bool = False,
    progression_dates: Mapping[Any, object] | None = None,
) -> pd.DataFrame:
    """Date of the first CR or PR that is not after the first PD, for each of `subjects` (all enrolled ones).

    `assessments` and the options are those of `best_overall_response`; `confirm_days` None asks for no
    confirmation. Returns a DataFrame `subject`, `date` (missing where there is none), `responder` (Y or N).
    Rules: admiralonco's `derive_param_response` and `derive_param_confirmed_resp`.
    """
    check_options(confirm_days, max_ne, accept_sd)
    enrolled = list(dict.fromkeys(subjects))
    assessed = check_assessments(assessments, enrolled)
    rows: list[int | None] = []
    for series in cut_at_progression(assessed, progression_dates).values():
        rows.append(
            next(
                (
                    a.row
                    for i, a in enumerate(series)
                    if a.response in ("CR", "PR")
                    and (
                        confirm_days is None
                        or is_confirmed(
                            series, i, confirm_days=confirm_days, max_ne=max_ne, accept_sd=accept_sd
                        )
                    )
                ),
                None,
            )
        )
    return pd.DataFrame(
        {
            "subject": enrolled,
            "date": dates_of(assessments, rows),
            "responder": ["N" if row is None else "Y" for row in rows],
        },
        columns=["subject", "date", "responder"],
    )
