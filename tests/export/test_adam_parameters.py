"""Response parameters against admiralonco's published cases, and against our own rules."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.export.adam import parameters as derive
from lesiontrack.export.adam.parameters import Rules
from lesiontrack.response import first_response
from lesiontrack.response.assessments import Assessment
from lesiontrack.response.words import settled

DEFAULT = Rules(confirm_days=28, min_sd_days=42, max_ne=1, accept_sd=False)


def series(*points: tuple[str, str], start: str = "2020-01-01") -> list[Assessment]:
    """ISO date and word → assessments on study days from `start`."""
    zero = date.fromisoformat(start)
    return [
        Assessment(row, (date.fromisoformat(when) - zero).days, word)
        for row, (when, word) in enumerate(points, start=1)
    ]


# pharmaverse/admiralonco (Apache-2.0), tests/testthat/test-derive_param_confirmed_resp.R, restated.
CONFIRMED = {
    "1": [("2020-01-01", "PR"), ("2020-02-01", "CR"), ("2020-02-16", "NE"), ("2020-03-01", "CR"),
          ("2020-04-01", "SD")],
    "2": [("2020-01-01", "SD"), ("2020-02-01", "PR"), ("2020-03-01", "SD"), ("2020-03-13", "CR")],
    "3": [("2019-11-12", "CR"), ("2019-12-02", "CR"), ("2020-01-01", "SD")],
    "4": [("2020-01-01", "PR"), ("2020-03-01", "SD"), ("2020-04-01", "SD"), ("2020-05-01", "PR"),
          ("2020-05-15", "NON-CR/NON-PD")],
    "5": [("2020-01-01", "PR"), ("2020-01-10", "SD"), ("2020-01-20", "PR"), ("2020-05-15", "NON-CR/NON-PD")],
    "6": [("2020-02-06", "PR"), ("2020-02-16", "CR"), ("2020-03-30", "PR")],
    "7": [("2020-02-06", "PR"), ("2020-02-16", "CR"), ("2020-04-01", "NE")],
    "8": [],
    "9": [("2020-02-16", "PD"), ("2020-03-06", "SD")],
}  # fmt: skip


@pytest.mark.parametrize("subject", CONFIRMED)
def test_confirmed_response(subject: str) -> None:
    found = derive.response(series(*CONFIRMED[subject]), DEFAULT, confirmed=True)
    expected = {"1": "2020-01-01"}.get(subject)
    assert (found is not None) == (expected is not None)
    if found is not None:
        assert CONFIRMED[subject][found.row - 1][0] == expected


@pytest.mark.parametrize("subject", sorted(set(CONFIRMED) - {"7"}))
def test_confirmed_response_that_accepts_stable_disease(subject: str) -> None:
    rules = Rules(confirm_days=14, min_sd_days=42, max_ne=0, accept_sd=True)
    found = derive.response(series(*CONFIRMED[subject]), rules, confirmed=True)
    expected = {"1": "2020-01-01", "2": "2020-02-01", "3": "2019-11-12", "5": "2020-01-01"}.get(subject)
    assert (None if found is None else CONFIRMED[subject][found.row - 1][0]) == expected


# tests/testthat/test-derive_param_clinbenefit.R: 28 days from the treatment start.
BENEFIT = {
    "01": ("2020-12-06", [("2021-03-07", "SD"), ("2021-04-08", "PR")], "2021-04-08"),
    "02": ("2021-01-16", [("2021-03-07", "SD"), ("2021-05-07", "PD")], "2021-03-07"),
    "03": ("2021-01-09", [("2021-01-30", "SD")], None),
    "04": ("2021-04-21", [("2021-05-21", "NE"), ("2021-07-24", "NE"), ("2021-09-30", "ND")], None),
}


@pytest.mark.parametrize("subject", BENEFIT)
def test_clinical_benefit(subject: str) -> None:
    start, points, expected = BENEFIT[subject]
    read = series(*points, start=start)
    rules = Rules(confirm_days=28, min_sd_days=28, max_ne=1, accept_sd=False)
    found = derive.benefit(read, rules, derive.response(read, rules, confirmed=False))
    assert (None if found is None else points[found.row - 1][0]) == expected


def test_parameters_of_a_published_subject() -> None:
    """pharmaverseadam (commit 193dc78, Apache-2.0), inst/extdata/adrs_onco.csv, subject 01-701-1015."""
    points = [("2014-01-23", "SD"), ("2014-02-28", "NE"), ("2014-03-06", "CR")]
    read = series(*points, start="2014-01-02")
    response = derive.response(read, DEFAULT, confirmed=False)
    confirmed = derive.response(read, DEFAULT, confirmed=True)
    found = {
        "PD": derive.progression(read),
        "RSP": response,
        "CB": derive.benefit(read, DEFAULT, response),
        "CRSP": confirmed,
        "CCB": derive.benefit(read, DEFAULT, confirmed),
        "LSTA": derive.last_assessment(read),
    }
    dates = {code: None if one is None else points[one.row - 1][0] for code, one in found.items()}
    last = "2014-03-06"
    assert dates == {"PD": None, "RSP": last, "CB": last, "CRSP": None, "CCB": last, "LSTA": last}


def test_benefit_needs_42_days_and_no_progression_before() -> None:
    def benefit(*points: tuple[int, str]) -> int | None:
        read = [Assessment(row, day, word) for row, (day, word) in enumerate(points, start=1)]
        found = derive.benefit(read, DEFAULT, None)
        return None if found is None else found.day

    assert benefit((41, "SD")) is None
    assert benefit((42, "SD")) == 42
    assert benefit((30, "PD"), (60, "SD")) is None
    assert benefit((41, "PR"), (70, "NON-CR/NON-PD")) == 70


def test_progression_of_irecist_is_the_first_of_its_last_block() -> None:
    """The example of admiralonco's iRECIST vignette: SD, SD, iUPD, PR, PR, iUPD, iCPD."""
    words = ["iSD", "iSD", "iUPD", "iPR", "iPR", "iUPD", "iCPD"]
    read = [Assessment(row, 30 * row, word) for row, word in enumerate(settled(words), start=1)]
    found = derive.progression(read)
    assert found is not None
    assert found.row == 6


WORDS = st.sampled_from(["CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 30), WORDS), max_size=7), st.booleans(), st.booleans())
def test_response_is_that_of_the_cohort_rule(
    steps: list[tuple[int, str]], confirmed: bool, accept_sd: bool
) -> None:
    days = pd.Series([step for step, _ in steps], dtype=int).cumsum().tolist()
    read = [
        Assessment(row, day, word) for row, (day, (_, word)) in enumerate(zip(days, steps, strict=True), 1)
    ]
    rules = Rules(confirm_days=28, min_sd_days=42, max_ne=1, accept_sd=accept_sd)
    found = derive.response(read, rules, confirmed=confirmed)
    table = pd.DataFrame(
        [("S", one.day, one.response) for one in read], columns=["subject", "date", "response"]
    )
    expected = first_response(
        table, ["S"], confirm_days=28 if confirmed else None, max_ne=1, accept_sd=accept_sd
    ).date[0]
    assert (found is None) == pd.isna(expected)
    if found is not None:
        assert found.day == expected
