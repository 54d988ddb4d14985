"""Words of RECIST and iRECIST, and what an unconfirmed progression counts as."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.response.words import (
    ASSESSMENT_WORDS,
    BEST_ORDER,
    IRECIST_WORDS,
    as_irecist,
    as_recist,
    settled,
)


def test_words_go_over_and_back() -> None:
    for word in ("CR", "PR", "SD", "NON-CR/NON-PD", "NE"):
        assert as_recist(as_irecist(word)) == word
    assert {as_recist(word) for word in IRECIST_WORDS} <= set(BEST_ORDER)
    assert as_irecist("PD") == "iUPD"
    assert as_recist("iUPD") == as_recist("iCPD") == "PD"


@pytest.mark.parametrize(
    ("words", "counted"),
    [
        (["iSD", "iUPD", "iCPD"], ["SD", "PD", "PD"]),
        (["iUPD", "iUPD", "iCPD"], ["PD", "PD", "PD"]),
        (["iPR", "iUPD", "iPR", "iUPD", "iCPD"], ["PR", "NE", "PR", "PD", "PD"]),
        (["iUPD", "NE", "iSD"], ["NE", "NE", "SD"]),
        (["iUPD", "NE", "NE"], ["PD", "NE", "NE"]),
        (["iPR", "iUPD"], ["PR", "PD"]),
        (["iUPD", "NON-iCR/NON-iUPD"], ["NE", "NON-CR/NON-PD"]),
        ([], []),
    ],
)
def test_iupd_is_settled_by_what_follows(words: list[str], counted: list[str]) -> None:
    assert settled(words) == counted


@settings(deadline=None)
@given(st.lists(st.sampled_from(IRECIST_WORDS)))
def test_settled_words_are_words_of_assessments(words: list[str]) -> None:
    counted = settled(words)
    assert len(counted) == len(words)
    assert set(counted) <= set(ASSESSMENT_WORDS)
    assert settled(counted) == counted
