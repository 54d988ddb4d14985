"""Clinical benefit: the table of admiralonco's test, and its rules one by one."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.response import best_overall_response
from lesiontrack.response.benefit import clinical_benefit
from lesiontrack.response.words import ASSESSMENT_WORDS


def test_tables_of_admiralonco() -> None:
    """From test-derive_param_clinbenefit.R (Apache-2.0), without its rows that have no response."""
    assessments = pd.DataFrame(
        [
            ("01", "2021-03-07", "SD"), ("01", "2021-04-08", "PR"),
            ("02", "2021-03-07", "SD"), ("02", "2021-05-07", "PD"),
            ("03", "2021-01-30", "SD"),
            ("04", "2021-05-21", "NE"), ("04", "2021-07-24", "NE"), ("04", "2021-09-30", "ND"),
            ("06", "2021-08-20", "PD"), ("06", "2021-09-22", "SD"),
            ("07", "2021-12-05", "NON-CR/NON-PD"),
        ],
        columns=["subject", "date", "response"],
    )  # fmt: skip
    starts = {
        "01": "2020-12-06", "02": "2021-01-16", "03": "2021-01-09", "04": "2021-04-21", "05": "2021-06-10",
        "06": "2021-07-04", "07": "2021-07-01",
    }  # fmt: skip
    found = clinical_benefit(assessments, starts, min_sd_days=28, counting=("CR", "PR", "SD"))
    assert found.benefit.tolist() == ["Y", "Y", "N", "N", "N", "N", "N"]
    assert found.date.tolist()[:2] == ["2021-03-07", "2021-03-07"]
    assert found.date[2:].isna().all()
    not_cut = clinical_benefit(assessments, starts, min_sd_days=28, progression_dates={})
    assert not_cut.benefit.tolist() == ["Y", "Y", "N", "N", "N", "Y", "Y"]
    assert not_cut.date.tolist()[5:] == ["2021-09-22", "2021-12-05"]


@pytest.mark.parametrize(
    ("series", "options", "day"),
    [
        ({41: "SD"}, {}, None),
        ({42: "SD"}, {}, 42),
        ({42: "NON-CR/NON-PD"}, {}, 42),
        ({42: "NON-CR/NON-PD"}, {"counting": ("CR", "PR", "SD")}, None),
        ({10: "PR"}, {}, 10),
        ({10: "PR"}, {"confirm_days": 28}, None),
        ({10: "PR", 37: "PR"}, {"confirm_days": 28}, None),
        ({10: "PR", 38: "PR"}, {"confirm_days": 28}, 10),
        ({50: "PR"}, {"confirm_days": 28}, 50),
        ({30: "PD", 60: "CR"}, {}, None),
        ({30: "PD", 60: "CR"}, {"progression_dates": {}}, 60),
        ({50: "NE", 60: "ND"}, {}, None),
        ({}, {}, None),
    ],
)
def test_one_series(series: dict[int, str], options: dict[str, object], day: int | None) -> None:
    frame = pd.DataFrame(
        [("A", when, word) for when, word in series.items()], columns=["subject", "date", "response"]
    )
    found = clinical_benefit(frame, {"A": 0}, **options)  # type: ignore[arg-type]
    assert found.benefit[0] == ("N" if day is None else "Y")
    assert pd.isna(found.date[0]) if day is None else found.date[0] == day


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.integers(1, 120), st.sampled_from(ASSESSMENT_WORDS), max_size=6), st.booleans())
def test_it_is_the_best_responses_that_are_no_progression(series: dict[int, str], confirm: bool) -> None:
    frame = pd.DataFrame(
        [("A", when, word) for when, word in series.items()], columns=["subject", "date", "response"]
    )
    confirm_days = 28 if confirm else None
    best = best_overall_response(frame, {"A": 0}, confirm_days=confirm_days).response[0]
    found = clinical_benefit(frame, {"A": 0}, confirm_days=confirm_days)
    assert (found.benefit[0] == "Y") == (best in ("CR", "PR", "SD", "NON-CR/NON-PD"))
