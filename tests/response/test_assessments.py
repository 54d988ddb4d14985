"""Assessments are cut at the first progression."""

from __future__ import annotations

import pandas as pd
import pytest

from lesiontrack.response.assessments import check_assessments, cut_at_progression

ROWS = [
    ("1015", "2016-01-25", "CR"), ("1015", "2016-02-22", "PD"),
    ("1034", "2015-12-07", "SD"), ("1034", "2016-04-25", "PD"), ("1034", "2016-06-25", "PD"),
    ("1035", "2016-04-25", "SD"), ("1035", "2016-06-25", "PR"),
]  # fmt: skip
"""Of admiralonco's test-filter_pd.R (Apache-2.0)."""


@pytest.mark.parametrize("dates", [None, {"1015": "2016-02-22", "1034": "2016-04-25"}])
def test_table_of_admiralonco(dates: dict[str, str] | None) -> None:
    """The first PD found here and the same dates from elsewhere cut alike; a later PD goes."""
    frame = pd.DataFrame(ROWS, columns=["subject", "date", "response"])
    cut = cut_at_progression(check_assessments(frame, ["1015", "1034", "1035"]), dates)
    assert {s: [a.response for a in mine] for s, mine in cut.items()} == {
        "1015": ["CR", "PD"],
        "1034": ["SD", "PD"],
        "1035": ["SD", "PR"],
    }
