"""Small parts of the ADaM derivations: decimals, days in notes, lesion numbers, censor codes."""

from __future__ import annotations

import pytest

from lesiontrack.export.adam.adtte import censoring
from lesiontrack.export.adam.tumour_lesions import lesion_numbers
from lesiontrack.export.adam.values import change, pct_change
from lesiontrack.export.cdisc import in_cdisc_days


def test_decimals_stay_decimals() -> None:
    assert change(8.2, 3.2) == 5.0
    assert pct_change(30.6, 25.5) == 20.0
    assert pct_change(3.0, 0.0) is None
    assert change(None, 1.0) is None


def test_days_in_notes() -> None:
    assert in_cdisc_days("L02 merged with L01 (day 60)") == "L02 merged with L01 (day 61)"
    assert in_cdisc_days("no evaluable visit at day 0 or before") == "no evaluable visit at day 1 or before"
    assert in_cdisc_days("from day -3") == "from day -3"


def test_lesion_numbers_are_those_of_the_ids() -> None:
    assert lesion_numbers(["L10", "L02", "L03", "L02"]) == {"L02": 2, "L03": 3, "L10": 10}
    assert sorted(lesion_numbers(["left", "L01", "right"]).values()) == [1, 2, 3]


@pytest.mark.parametrize(
    ("why", "code"),
    [
        ("no progression", 1),
        ("new therapy (radiotherapy, day 30) before progression on day 50", 2),
        ("progression on day 50 after 2 missed visits", 3),
        ("death on day 9 after 1 missed visit", 3),
        ("no valid baseline (no evaluable visit at day 0 or before)", 4),
    ],
)
def test_censor_codes(why: str, code: int) -> None:
    assert censoring(why) == code
