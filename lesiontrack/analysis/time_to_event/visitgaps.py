"""Missed visits: how many assessments were due between two days of a patient and did not take place."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from statistics import median_low

MIN_OTHERS = 3
"""So many other patients must have been followed over the gap for the study's own spacing to count."""


class VisitGaps:
    """Counts missed visits by the study's own spacing, else by a fixed interval.

    Files hold the visits that took place and no schedule. What was due in a gap is read off the other
    patients who were followed over all of it: their visits between the one nearest to the gap's beginning
    and the one nearest to its end, the lower median over those patients. Where fewer than `MIN_OTHERS` were,
    visits are taken to be due every `interval_days`.

    Args:
        visit_days: patient → study days of visits after the baseline, evaluable or not. Day 0 is added.
        interval_days: days between visits where the study does not tell, at least 1.
    """

    def __init__(self, visit_days: Mapping[str, Iterable[int]], interval_days: int) -> None:
        if interval_days < 1:
            raise ValueError(f"interval_days {interval_days} must be at least 1 day")
        self._days = {patient: sorted({0, *days}) for patient, days in visit_days.items()}
        self._interval = interval_days
        self._known: dict[tuple[str, int, int, bool], int] = {}

    def missed(self, patient: str, last: int, until: int, *, at_visit: bool) -> int:
        """Visits that were due after day `last`, where the patient was assessed, and before day `until`.

        `at_visit`: day `until` is a visit itself, so the due visit nearest to it is that one and not missed.
        Otherwise (a death) every visit due before that day counts.
        """
        key = (patient, last, until, at_visit)
        if key not in self._known:
            counts = [
                _between(days, last, until, at_visit)
                for other, days in self._days.items()
                if other != patient and days[-1] >= until
            ]
            self._known[key] = (
                median_low(counts) if len(counts) >= MIN_OTHERS else self._regular(until - last, at_visit)
            )
        return self._known[key]

    def _regular(self, gap: int, at_visit: bool) -> int:
        """Visits every interval; a visit half an interval off at most is the due one."""
        step = self._interval
        due = -((step - 2 * gap) // (2 * step)) if at_visit else -(-gap // step)
        return max(0, due - 1)


def _between(days: list[int], last: int, until: int, at_visit: bool) -> int:
    first = _nearest(days, last, later=True)
    end = _nearest(days, until, later=False) if at_visit else bisect_left(days, until)
    return max(0, end - first - 1)


def _nearest(days: list[int], day: int, *, later: bool) -> int:
    """Index of the day nearest to `day`; of two as near, the later or the earlier one."""
    return min(range(len(days)), key=lambda i: (abs(days[i] - day), -i if later else i))
