"""Study days: what day 0 is for a patient, and where dates and relative labels lie from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from lesiontrack.study.visits import When

TREATMENT_START = "treatment_start"
FIRST_VISIT = "first_visit"


@dataclass(frozen=True)
class Calendar:
    """Day 0 of one patient.

    Attributes:
        day_zero: "treatment_start" or "first_visit".
        zero_date: date of day 0; None where all that is known is relative, or nothing is known.
    """

    day_zero: str
    zero_date: date | None

    def day_of(self, when: When) -> int | None:
        """Study day; None where it can't be told.

        A date needs the date of day 0. A relative label counts from the treatment start, so it has no place
        among days that count from a first visit.
        """
        if when.date is not None:
            return None if self.zero_date is None else (when.date - self.zero_date).days
        if self.day_zero == FIRST_VISIT and self.zero_date is not None:
            return None
        return when.day

    def refusal(self, when: When, patient: str) -> str:
        """Why `when` has no study day, and the remedy; for the cases where `day_of` gives None."""
        remedy = f"give the treatment start of {patient} in study.toml or patients.csv"
        if when.date is None:
            return (
                f"{when.text} counts from the treatment start, which is not known for {patient} "
                f"(its visits are dates): {remedy}"
            )
        if self.day_zero == TREATMENT_START:
            return (
                f"{when.text} is a date, but the visits of {patient} are days from a treatment start "
                f"whose date is not known: {remedy}"
            )
        return f"{when.text} is a date, but {patient} has neither a visit nor a treatment start: {remedy}"


def calendar(visits: Iterable[When], treatment_start: date | None) -> Calendar:
    """Day 0 is the treatment start; without one, the first visit.

    Visits labelled dayNNN or weekNN count from the treatment start by definition, so they make it day 0 even
    where its date is unknown; dates beside them can't be placed then (`day_of` gives None).
    """
    if treatment_start is not None:
        return Calendar(TREATMENT_START, treatment_start)
    visits = list(visits)
    if any(visit.day is not None for visit in visits):
        return Calendar(TREATMENT_START, None)
    return Calendar(
        FIRST_VISIT, min((visit.date for visit in visits if visit.date is not None), default=None)
    )
