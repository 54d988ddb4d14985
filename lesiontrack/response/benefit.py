"""Clinical benefit, also called disease control, of every subject."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from lesiontrack.response.assessments import check_assessments, cut_at_progression, dates_of, start_days
from lesiontrack.response.best import is_late
from lesiontrack.response.confirm import check_options, is_confirmed, require_count

COUNTING = ("CR", "PR", "SD", "NON-CR/NON-PD")


def clinical_benefit(
    assessments: pd.DataFrame,
    reference_dates: Mapping[Any, object],
    *,
    min_sd_days: int = 42,
    confirm_days: int | None = None,
    max_ne: int = 1,
    accept_sd: bool = False,
    progression_dates: Mapping[Any, object] | None = None,
    counting: Collection[str] = COUNTING,
) -> pd.DataFrame:
    """Date of the first CR or PR, or of the first evaluable assessment without PD that is late enough.

    Arguments are those of `best_overall_response`. A CR or PR (confirmed where `confirm_days` asks so) counts
    whenever it lies; the words of `counting` count at least `min_sd_days` after the reference date. Of both
    the earlier date is given. Nothing after the first PD counts.

    Returns a DataFrame `subject`, `date` (missing where there is none), `benefit` (Y or N), a row a subject.
    Rules: admiralonco's `derive_param_clinbenefit` (its `source_resp` is our response).
    """
    check_options(confirm_days, max_ne, accept_sd)
    require_count(min_sd_days, "min_sd_days")
    assessed = check_assessments(assessments, list(reference_dates.keys()))
    starts = start_days(reference_dates, assessed)
    rows: list[int | None] = []
    for subject, series in cut_at_progression(assessed, progression_dates).items():
        found = (
            assessment.row
            for index, assessment in enumerate(series)
            if (
                assessment.response in ("CR", "PR")
                and (
                    confirm_days is None
                    or is_confirmed(
                        series, index, confirm_days=confirm_days, max_ne=max_ne, accept_sd=accept_sd
                    )
                )
            )
            or (assessment.response in counting and is_late(assessment, starts[subject], min_sd_days))
        )
        rows.append(next(found, None))
    return pd.DataFrame(
        {
            "subject": list(starts),
            "date": dates_of(assessments, rows),
            "benefit": ["N" if row is None else "Y" for row in rows],
        },
        columns=["subject", "date", "benefit"],
    )
