"""Best overall response by iRECIST: the worked examples of PMC5648544, table 3."""

from __future__ import annotations

from itertools import product

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.response import best_overall_response
from lesiontrack.response.irecistbest import best_immune_response
from lesiontrack.response.words import IRECIST_WORDS, as_irecist

ANY = "iCR iPR iSD iUPD iCPD NE"
EXAMPLES = [
    ("iCR", "iCR iPR iUPD NE", "iCR iPR iUPD NE", "iUPD", "iCPD", "iCR"),
    ("iUPD", "iPR iSD NE", "iCR", "iCR iUPD NE", ANY, "iCR"),
    ("iUPD", "iPR", "iPR iSD iUPD NE", "iPR iSD iUPD NE iCPD", "iPR iSD iUPD NE iCPD", "iPR"),
    ("iUPD", "iSD NE", "iPR", "iPR iSD iUPD NE", "iPR iSD iUPD iCPD NE", "iPR"),
    ("iUPD", "iSD", "iSD iUPD NE", "iSD iUPD iCPD NE", "iSD iUPD iCPD NE", "iSD"),
    ("iUPD", "iCPD", ANY, ANY, ANY, "iCPD"),
    ("iUPD", "iUPD", "iCPD", ANY, ANY, "iCPD"),
    ("iUPD", "NE", "NE", "NE", "NE", "iUPD"),
]
"""Words of time points 1 to 5, and the best; several words in one place: any of them."""


def best(*words: str, days: list[int] | None = None, **options: object) -> tuple[str, int | None]:
    days = days or [56 * (i + 1) for i in range(len(words))]
    frame = pd.DataFrame(
        [("A", day, word) for day, word in zip(days, words, strict=True)],
        columns=["subject", "date", "response"],
    )
    found = best_immune_response(frame, {"A": 0}, **options)  # type: ignore[arg-type]
    day = found.date[0]
    return str(found.response[0]), None if pd.isna(day) else int(day)


@pytest.mark.parametrize("number", range(1, 9))
def test_worked_examples(number: int) -> None:
    *visits, expected = EXAMPLES[number - 1]
    cases = list(product(*(visit.split() for visit in visits)))
    table = pd.DataFrame(
        [(i, 56 * (k + 1), word) for i, words in enumerate(cases) for k, word in enumerate(words)],
        columns=["subject", "date", "response"],
    )
    found = best_immune_response(table, dict.fromkeys(range(len(cases)), 0))
    wrong = [cases[i] for i, word in zip(found.subject, found.response, strict=True) if word != expected]
    assert wrong == []


def test_dates() -> None:
    assert best("iUPD", "iSD", "iPR", "iPR") == ("iPR", 168)
    assert best("iUPD", "iUPD", "iCPD", "iCPD") == ("iCPD", 168)
    assert best("iUPD", "iUPD") == ("iUPD", 56)
    assert best() == ("MISSING", None)


def test_nothing_after_confirmed_progression_counts() -> None:
    assert best("iPR", "iUPD", "iCPD", "iCR") == ("iPR", 56)
    assert best("NE", "iUPD", "iCPD", "iCR") == ("iCPD", 168)


def test_early_stable_disease_is_not_evaluable() -> None:
    assert best("iSD", days=[41]) == ("NE", 41)
    assert best("iSD", days=[42]) == ("iSD", 42)
    assert best("NON-iCR/NON-iUPD", days=[42]) == ("NON-iCR/NON-iUPD", 42)


def test_confirmation_where_it_is_asked() -> None:
    assert best("iPR", "iPR", days=[56, 83], confirm_days=28) == ("iSD", 56)
    assert best("iPR", "iPR", days=[56, 84], confirm_days=28) == ("iPR", 56)
    assert best("iPR", "iUPD", "iPR", confirm_days=28) == ("iSD", 56)
    assert best("iPR", "iUPD", "iPR", "iPR", confirm_days=28) == ("iPR", 168)
    assert best("iPR", "NE", "iPR", confirm_days=28) == ("iPR", 56)


def test_words_of_recist_are_refused() -> None:
    with pytest.raises(ValueError, match=r"'PR' is none of iCR.*did you mean 'iPR'"):
        best("PR")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["CR", "PR", "SD", "NON-CR/NON-PD", "NE"]), max_size=6), st.booleans())
def test_without_progression_it_is_recist(words: list[str], confirm: bool) -> None:
    frame = pd.DataFrame(
        [("A", 30 * (i + 1), word) for i, word in enumerate(words)], columns=["subject", "date", "response"]
    )
    plain = best_overall_response(frame, {"A": 0}, confirm_days=28 if confirm else None)
    immune = best(
        *map(as_irecist, words),
        days=[30 * (i + 1) for i in range(len(words))],
        confirm_days=28 if confirm else None,
    )
    assert immune[0] == as_irecist(plain.response[0])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(IRECIST_WORDS), max_size=6), st.sampled_from(IRECIST_WORDS))
def test_a_better_word_is_never_a_worse_best(words: list[str], more: str) -> None:
    order = ["iCR", "iPR", "iSD", "NON-iCR/NON-iUPD", "iCPD", "iUPD", "NE", "MISSING"]
    longer, shorter = best(*words, more)[0], best(*words)[0]
    assert order.index(longer) <= order.index(shorter)
