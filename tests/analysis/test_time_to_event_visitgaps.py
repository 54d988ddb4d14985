"""How many visits were missed."""

from __future__ import annotations

import pytest

from lesiontrack.analysis.time_to_event.visitgaps import VisitGaps

OTHERS = {name: [7, 14, 21, 28, 70, 112, 154] for name in "BCD"}


@pytest.mark.parametrize(
    ("last", "until", "at_visit", "missed"),
    [
        (21, 28, True, 0),
        (21, 70, True, 1),
        (21, 112, True, 2),
        (22, 69, True, 1),  # a day off is the same visit
        (27, 75, True, 0),
        (0, 28, True, 3),
        (28, 112, False, 1),
        (28, 113, False, 2),
        (28, 70, False, 0),
        (28, 71, False, 1),
    ],
)
def test_the_visits_of_the_others_tell_what_was_due(
    last: int, until: int, at_visit: bool, missed: int
) -> None:
    gaps = VisitGaps({"A": [last, until], **OTHERS}, 56)
    assert gaps.missed("A", last, until, at_visit=at_visit) == missed


def test_the_middle_one_of_the_others_counts() -> None:
    gaps = VisitGaps({"A": [], "B": [100], "C": [50, 100], "D": [25, 50, 75, 100], "E": [50, 100]}, 5)
    assert gaps.missed("A", 0, 100, at_visit=True) == 1


@pytest.mark.parametrize("others", [{}, {"B": OTHERS["B"], "C": OTHERS["C"]}, {n: [] for n in "BCDE"}])
def test_too_few_others_leave_it_to_the_interval(others: dict[str, list[int]]) -> None:
    gaps = VisitGaps({"A": [], **others}, 10)
    at_visit = [gaps.missed("A", 0, day, at_visit=True) for day in (1, 10, 15, 16, 25, 26, 35, 36)]
    assert at_visit == [0, 0, 0, 1, 1, 2, 2, 3]
    death = [gaps.missed("A", 0, day, at_visit=False) for day in (1, 10, 11, 20, 21, 30, 31)]
    assert death == [0, 0, 1, 1, 2, 2, 3]


def test_interval_must_be_a_day_at_least() -> None:
    with pytest.raises(ValueError, match="at least 1 day"):
        VisitGaps({}, 0)
