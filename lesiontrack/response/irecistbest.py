"""Best overall response by iRECIST (iBOR) of every subject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd

from lesiontrack.response.assessments import Assessment, check_assessments, start_days
from lesiontrack.response.best import counts_as, is_late, table_of_best
from lesiontrack.response.confirm import check_options, require_count
from lesiontrack.response.words import IRECIST_WORDS, as_irecist, as_recist

ORDER = ("iCR", "iPR", "iSD", "NON-iCR/NON-iUPD", "iCPD", "iUPD", "NE", "MISSING")
"""From best to worst. iCPD before iUPD: a progression that was confirmed is no longer unconfirmed."""


def best_immune_response(
    assessments: pd.DataFrame,
    reference_dates: Mapping[Any, object],
    *,
    confirm_days: int | None = None,
    min_sd_days: int = 42,
    max_ne: int = 1,
    accept_sd: bool = False,
    missing_as_ne: bool = False,
) -> pd.DataFrame:
    """The best time point of each enrolled subject, up to the first iCPD (PMC5648544, table 3).

    Arguments and result are those of `best_overall_response`, with the words of iRECIST. An iUPD does not
    cut: what follows it counts, until iCPD. Table 3 asks for no confirmation of responses; with
    `confirm_days`, iCR and iPR count only when confirmed as there, and an iUPD between a response and its
    confirmation forbids it (our reading). iSD before `min_sd_days` is NE. Best first: iCR, iPR, iSD,
    NON-iCR/NON-iUPD, iCPD, iUPD, NE, MISSING; of equal ones the earliest.
    """
    check_options(confirm_days, max_ne, accept_sd)
    require_count(min_sd_days, "min_sd_days")
    assessed = check_assessments(assessments, list(reference_dates.keys()), IRECIST_WORDS)
    starts = start_days(reference_dates, assessed)
    best_of = partial(
        best_of_immune_series,
        confirm_days=confirm_days,
        min_sd_days=min_sd_days,
        max_ne=max_ne,
        accept_sd=accept_sd,
    )
    return table_of_best(assessments, starts, assessed.by_subject, best_of, missing_as_ne=missing_as_ne)


def best_of_immune_series(
    series: Sequence[Assessment],
    start: int | None,
    *,
    confirm_days: int | None,
    min_sd_days: int,
    max_ne: int,
    accept_sd: bool,
) -> tuple[int | None, str | None]:
    """Row and word of one subject's best time point up to iCPD; None, None without an assessment."""
    best: tuple[int, int, int] | None = None
    plain = [_plain(assessment) for assessment in series]
    for index, assessment in enumerate(series):
        words: tuple[str, ...] = (assessment.response,)
        if assessment.response not in ("iUPD", "iCPD"):
            stable = is_late(assessment, start, min_sd_days)
            words = counts_as(plain, index, stable, confirm_days, max_ne, accept_sd)
        for word in words:
            candidate = (ORDER.index(as_irecist(word)), assessment.day, assessment.row)
            best = candidate if best is None else min(best, candidate)
        if assessment.response == "iCPD":
            break
    return (best[2], ORDER[best[0]]) if best else (None, None)


def _plain(assessment: Assessment) -> Assessment:
    """As confirmation reads it: an unconfirmed progression is neither a response nor NE."""
    word = "ND" if assessment.response == "iUPD" else as_recist(assessment.response)
    return replace(assessment, response=word)
