"""The ADTTE that admiralonco makes of pharmaversesdtm's cases."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.analysis.courses import Found, patient, responses, with_protocol

DATA = Path(__file__).parents[1] / "data" / "conformance"
ENDPOINT = {"OS": "OS", "PFS": "PFS", "RSD": "DOR"}


@pytest.fixture(scope="module")
def expected() -> pd.DataFrame:
    return pd.read_csv(DATA / "adtte_expected.csv", dtype={"subject": str})


@pytest.fixture(scope="module")
def found(expected: pd.DataFrame) -> Found:
    """Missed visits and a missing baseline are no rules of admiralonco's template: both are off here.

    The day of the last contact, or of death, is the end of its OS.
    """
    visits = pd.read_csv(DATA / "recist_responses.csv", dtype={"subject": str}, keep_default_na=False)
    words: dict[str, dict[int, str]] = {subject: {} for subject in expected["subject"].unique()}
    for subject, visit, word in visits[["subject", "visit", "investigator"]].itertuples(index=False):
        words[subject][21 * (visit - 1)] = word
    ends = expected[expected["endpoint"] == "OS"].itertuples(index=False)
    people = [
        patient(row.subject, visits=[0, *words[row.subject]], **{_told(row.event): row.days - 1})
        for row in ends
    ]
    protocol = with_protocol(missed_visits=0)
    return Found(responses(words, protocol=protocol), people, protocol=protocol)


def _told(event: int) -> str:
    return "death_date" if event else "last_contact"


def test_durations_and_events(expected: pd.DataFrame, found: Found) -> None:
    ours, theirs = {}, {}
    for subject, parameter, days, event in expected.itertuples(index=False):
        theirs[subject, parameter] = (days, bool(event))
        ours[subject, parameter] = found.end(ENDPOINT[parameter], subject, confirmation="unconfirmed")
    # Their last date alive of subject 5 is nine days before the last assessment; ours is the assessment.
    assert theirs.pop(("5", "OS")) == (55, False)
    assert ours.pop(("5", "OS")) == (64, False)
    assert ours == theirs


def test_duration_of_response_is_of_responders_only(expected: pd.DataFrame, found: Found) -> None:
    responders = set(expected.loc[expected["endpoint"] == "RSD", "subject"])
    for subject in expected["subject"].unique():
        row = found.row("DOR", subject, confirmation="unconfirmed")
        assert row["evaluable"] == (subject in responders)


def test_rules_that_admiralonco_does_not_have(expected: pd.DataFrame) -> None:
    """Who dies on day 60 without an assessment every 21 days has missed two of them."""
    words = {str(n): {21: "SD", 42: "SD", 63: "SD"} for n in range(3)}
    people = [patient(name, visits=[0, 21, 42, 63]) for name in words]
    study = Found(responses({**words, "10": {}}), [*people, patient("10", visits=[0], death_date=60)])
    assert study.end("PFS", "10") == (1, False)
    assert study.why("PFS", "10").startswith("death on day 60 after 2 missed visits")
