"""Who responded, and from which day on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from lesiontrack.analysis.time_to_event.followup import RESPONSES, FollowUp
from lesiontrack.protocol import Protocol
from lesiontrack.response import first_response
from lesiontrack.response.rates import counted_word
from lesiontrack.response.words import as_recist

Row = dict[str, Any]


@dataclass(frozen=True)
class BestResponse:
    """A patient's best response.

    Attributes:
        told: the word as it stands in best_responses; `word`: the same in RECIST's words.
        first_response: day of the first CR or PR; None with the reason `why`.
    """

    told: str
    signed: bool
    first_response: int | None
    why: str

    @property
    def word(self) -> str:
        return as_recist(self.told)

    def on(self, basis: str) -> BestResponse:
        """As rates count it: on the signed basis a CR without a reader's signature is not evaluable."""
        if counted_word(self.word, self.signed, basis) == self.word:
            return self
        return replace(
            self, told="NE", first_response=None, why="complete response that no reader has signed"
        )


def best_responses(
    rows: Sequence[Row], courses: Mapping[str, FollowUp], confirmation: str, protocol: Protocol
) -> dict[str, BestResponse]:
    """Patient → best response.

    Args:
        rows: rows of best_responses of one analysis, reading and confirmation; MISSING for who has none.
        courses: patient → the course that they were read from.

    The first response is that of `lesiontrack.response.first_response`, under the same confirmation: a PR
    that becomes CR counts from the PR. As in `best_immune_response`, an iUPD confirms nothing and lets
    nothing be confirmed across it.
    """
    first = _first_days(courses, confirmation, protocol)
    told = {row["patient"]: row for row in rows}
    found = {}
    for patient in courses:
        row = told.get(patient)
        best = BestResponse("MISSING", False, None, "best response is MISSING")
        if row is not None:
            word = str(row["response"])
            best = BestResponse(word, bool(row["signed"]), None, f"best response is {word}")
        if best.word in RESPONSES:
            late = f"best response is {best.told}, but only after progression or death"
            best = replace(best, first_response=first.get(patient), why=late)
        found[patient] = best
    return found


def _first_days(courses: Mapping[str, FollowUp], confirmation: str, protocol: Protocol) -> dict[str, int]:
    assessments = pd.DataFrame(
        [
            (patient, point.day, "ND" if point.disregarded else point.word)
            for patient, course in courses.items()
            for point in course.points
        ],
        columns=["subject", "date", "response"],
    )
    first = first_response(
        assessments,
        list(courses),
        confirm_days=int(protocol.threshold("response.confirm_days"))
        if confirmation == "confirmed"
        else None,
        max_ne=int(protocol.threshold("response.max_ne")),
        accept_sd=bool(protocol.threshold("response.accept_sd")),
    )
    days = zip(first["subject"].tolist(), first["date"].tolist(), strict=True)
    return {str(subject): int(day) for subject, day in days if not pd.isna(day)}
