"""Response parameters of one subject from its visit responses, as admiralonco's ADRS template derives them.

The words are those of RECIST; those of iRECIST come settled (`lesiontrack.response.words.settled`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from lesiontrack.response import first_response

BENEFIT = ("CR", "PR", "SD", "NON-CR/NON-PD")


@dataclass(frozen=True)
class Assessment:
    """A visit response that counts: study day, RECIST word, and ASEQ of its OVR record, where it has one."""

    day: int
    response: str
    sequence: int | None


@dataclass(frozen=True)
class Rules:
    """The protocol's numbers: see `lesiontrack.response.best_overall_response`."""

    confirm_days: int
    min_sd_days: int
    max_ne: int
    accept_sd: bool


Found = Assessment | None


def progression(assessments: Sequence[Assessment]) -> Found:
    """PD: the first progression."""
    return next((one for one in assessments if one.response == "PD"), None)


def response(assessments: Sequence[Assessment], rules: Rules, *, confirmed: bool) -> Found:
    """RSP and CRSP: the first CR or PR that does not come after the first PD."""
    table = pd.DataFrame(
        [("subject", one.day, one.response) for one in assessments], columns=["subject", "date", "response"]
    )
    found = first_response(
        table,
        ["subject"],
        confirm_days=rules.confirm_days if confirmed else None,
        max_ne=rules.max_ne,
        accept_sd=rules.accept_sd,
    )["date"].tolist()[0]
    return None if pd.isna(found) else next(one for one in assessments if one.day == found)


def benefit(assessments: Sequence[Assessment], rules: Rules, responded: Found) -> Found:
    """CB and CCB: the response, else the first CR, PR, SD or NON-CR/NON-PD late enough, up to the first PD.

    Late enough: at least `min_sd_days` after day 0. Source: admiralonco, rsp_y and cb_y of
    response_sources.R; a CR or PR that was not confirmed counts like SD there.
    """
    if responded is not None:
        return responded
    for one in assessments:
        if one.response == "PD":
            return None
        if one.response in BENEFIT and one.day >= rules.min_sd_days:
            return one
    return None


def last_assessment(assessments: Sequence[Assessment]) -> Found:
    """LSTA: the last one, whatever it says."""
    return assessments[-1] if assessments else None
