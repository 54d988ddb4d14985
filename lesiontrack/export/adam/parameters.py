"""Response parameters of one subject from its visit responses, as admiralonco's ADRS template derives them.

The words are those of RECIST; those of iRECIST come settled (`lesiontrack.response.words.settled`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lesiontrack.response.assessments import Assessment
from lesiontrack.response.confirm import is_confirmed

BENEFIT = ("CR", "PR", "SD", "NON-CR/NON-PD")


@dataclass(frozen=True)
class Rules:
    """The protocol's numbers: see `lesiontrack.response.best_overall_response`."""

    confirm_days: int
    min_sd_days: int
    max_ne: int
    accept_sd: bool


Found = Assessment | None
"""`row` of an assessment is ASEQ of its OVR record, 0 where it has none; days are study days."""


def progression(assessments: Sequence[Assessment]) -> Found:
    """PD: the first progression."""
    return next((one for one in assessments if one.response == "PD"), None)


def response(assessments: Sequence[Assessment], rules: Rules, *, confirmed: bool) -> Found:
    """RSP and CRSP: the first CR or PR before the first PD, confirmed before it where that is asked.

    As `lesiontrack.response.first_response`, for one subject at a time.
    """
    cut = progression(assessments)
    read = assessments if cut is None else assessments[: assessments.index(cut) + 1]
    for index, one in enumerate(read):
        if one.response in ("CR", "PR") and (
            not confirmed
            or is_confirmed(
                read,
                index,
                confirm_days=rules.confirm_days,
                max_ne=rules.max_ne,
                accept_sd=rules.accept_sd,
            )
        ):
            return one
    return None


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
