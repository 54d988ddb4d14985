"""Best overall response: tables of admiralonco, confirmation, order, properties."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.response import best_overall_response, first_response
from lesiontrack.response.words import BEST_ORDER

DATA = Path(__file__).parents[1] / "data" / "conformance"


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / f"{name}.csv", dtype=str, keep_default_na=False)


def reference_dates() -> dict[str, str]:
    frame = table("bor_reference_dates")
    return dict(zip(frame.subject, frame.reference_date, strict=True))


def as_rows(frame: pd.DataFrame) -> list[tuple[str, str, str]]:
    last = frame.columns[-1]
    return [
        (s, "" if pd.isna(d) else str(d)[:10], r)
        for s, d, r in frame[["subject", "date", last]].itertuples(index=False)
    ]


def expected(name: str, case: str | None = None) -> list[tuple[str, str, str]]:
    frame = table(name)
    return as_rows(frame if case is None else frame[frame.case == case].drop(columns="case"))


def with_subject_9(assessments: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    more = pd.DataFrame(
        [("9", "2020-02-16", "PD"), ("9", "2020-03-06", "SD")], columns=["subject", "date", "response"]
    )
    return pd.concat([assessments, more]), reference_dates() | {"9": "2020-02-01"}


def test_unconfirmed_table_of_admiralonco() -> None:
    best = best_overall_response(
        table("bor_assessments"), reference_dates(), confirm_days=None, min_sd_days=28
    )
    assert as_rows(best) == expected("bor_expected")


def test_unconfirmed_early_stable_disease_is_not_evaluable() -> None:
    frame = table("bor_assessments")
    mine = frame.subject == "7"
    frame.loc[mine, "date"] = ["2020-01-01", "2020-01-02", "2020-01-03"]
    early = best_overall_response(frame, reference_dates(), confirm_days=None, min_sd_days=28)
    assert as_rows(early)[6] == ("7", "2020-01-02", "CR")
    frame.loc[mine, "response"] = "SD"
    early = best_overall_response(frame, reference_dates(), confirm_days=None, min_sd_days=28)
    assert as_rows(early)[6] == ("7", "2020-01-01", "NE")


def test_progression_dates_from_elsewhere_cut() -> None:
    best = best_overall_response(
        table("bor_assessments"),
        reference_dates(),
        confirm_days=None,
        min_sd_days=28,
        progression_dates={"2": "2020-03-01", "6": "2020-02-05"},
    )
    rows = expected("bor_expected")
    rows[1], rows[5] = ("2", "2020-02-01", "PR"), ("6", "", "MISSING")
    assert as_rows(best) == rows


def test_confirmed_table_of_admiralonco() -> None:
    assessments, reference = with_subject_9(table("bor_assessments"))
    best = best_overall_response(assessments, reference, confirm_days=28, min_sd_days=28)
    assert as_rows(best) == expected("confirmed_bor_expected", "default")


def test_confirmed_table_of_admiralonco_not_cut() -> None:
    assessments, reference = with_subject_9(table("bor_assessments"))
    best = best_overall_response(assessments, reference, min_sd_days=28, progression_dates={})
    assert as_rows(best) == expected("confirmed_bor_expected", "not_cut")


def admiralonco_extended() -> tuple[pd.DataFrame, dict[str, str]]:
    assessments, reference = with_subject_9(table("bor_assessments"))
    not_done = pd.DataFrame([("7", "2020-04-02", "ND")], columns=["subject", "date", "response"])
    return pd.concat([assessments[assessments.subject != "7"], not_done]), reference


def test_confirmed_table_of_admiralonco_accepting_stable_disease() -> None:
    best = best_overall_response(
        *admiralonco_extended(), confirm_days=14, min_sd_days=28, max_ne=0, accept_sd=True, missing_as_ne=True
    )
    assert as_rows(best) == expected("confirmed_bor_expected", "accept_sd")


def test_first_response_table_of_admiralonco() -> None:
    first = first_response(table("first_response_assessments"), ["1", "2", "3", "4"])
    assert as_rows(first) == expected("first_response_expected")
    not_cut = first_response(table("first_response_assessments"), ["1", "2", "3", "4"], progression_dates={})
    assert as_rows(not_cut)[2] == ("3", "2021-12-25", "Y")


def test_confirmed_response_table_of_admiralonco() -> None:
    assessments, reference = with_subject_9(table("bor_assessments"))
    first = first_response(assessments, reference, confirm_days=28)
    assert as_rows(first) == expected("confirmed_response_expected", "default")
    extended, reference = admiralonco_extended()
    first = first_response(extended, reference, confirm_days=14, max_ne=0, accept_sd=True)
    assert as_rows(first) == expected("confirmed_response_expected", "accept_sd")


def one(series: dict[int, str], **options: object) -> tuple[object, str]:
    frame = pd.DataFrame(
        {"subject": "a", "date": list(series.keys()), "response": list(series.values())},
        columns=["subject", "date", "response"],
    )
    row = best_overall_response(frame, {"a": 0}, **options).iloc[0]  # type: ignore[arg-type]
    return row["date"], row["response"]


@pytest.mark.parametrize(
    ("series", "options", "result"),
    [
        ({50: "CR", 77: "CR"}, {}, (50, "SD")),
        ({50: "CR", 78: "CR"}, {}, (50, "CR")),
        ({50: "PR", 77: "PR"}, {}, (50, "SD")),
        ({50: "PR", 78: "CR"}, {}, (50, "PR")),
        ({41: "SD"}, {}, (41, "NE")),
        ({42: "SD"}, {}, (42, "SD")),
        ({42: "NON-CR/NON-PD"}, {}, (42, "NON-CR/NON-PD")),
        ({50: "CR", 60: "NE", 70: "NE", 90: "CR"}, {}, (50, "SD")),
        ({50: "CR", 60: "NE", 70: "NE", 90: "CR"}, {"max_ne": 2}, (50, "CR")),
        ({50: "CR", 60: "PR", 90: "CR"}, {}, (60, "PR")),  # the CR is not, the PR is confirmed
        ({50: "PR", 60: "CR", 90: "PR"}, {}, (50, "SD")),
        ({50: "PR", 60: "PR", 70: "SD", 90: "PR"}, {}, (50, "SD")),
        ({50: "PR", 60: "PR", 90: "CR"}, {}, (50, "PR")),
        ({50: "PR", 60: "SD", 90: "PR"}, {}, (50, "SD")),
        ({50: "PR", 60: "SD", 90: "PR"}, {"accept_sd": True}, (50, "PR")),
        ({50: "PR", 60: "SD", 70: "SD", 90: "PR"}, {"accept_sd": True}, (50, "SD")),
        ({50: "CR", 60: "ND", 90: "CR"}, {}, (50, "SD")),
        # RECIST 1.1 table 3: a response followed by progression
        ({45: "CR", 80: "PD"}, {}, (45, "SD")),
        ({30: "CR", 80: "PD"}, {}, (80, "PD")),
        ({30: "PR", 80: "NE"}, {}, (30, "NE")),
        ({30: "PD", 60: "CR", 90: "CR"}, {}, (30, "PD")),
        ({50: "NE"}, {}, (50, "NE")),
        # 80 against a nadir of 70 and a baseline of 100 stays PR (EORTC FAQ): sums 100, 70, 70, 80, 80, 80
        ({42: "PR", 84: "PR", 126: "PR", 168: "PR", 210: "PR"}, {}, (42, "PR")),
        ({10: "CR"}, {"confirm_days": None}, (10, "CR")),
        ({10: "SD"}, {"confirm_days": None}, (10, "NE")),
        ({50: "PR", 60: "CR", 70: "CR"}, {"confirm_days": None}, (60, "CR")),
    ],
)
def test_one_series(series: dict[int, str], options: dict[str, object], result: tuple[int, str]) -> None:
    assert one(series, **options) == result


def test_no_assessment_is_missing_with_no_date() -> None:
    nothing = pd.DataFrame({"subject": [], "date": [], "response": []})
    for options, word in (({}, "MISSING"), ({"missing_as_ne": True}, "NE")):
        row = best_overall_response(nothing, {"a": "2020-01-01"}, **options).iloc[0]
        assert (row["subject"], row["response"]) == ("a", word)
        assert pd.isna(row["date"])


def test_unknown_treatment_start_leaves_stable_disease_not_evaluable() -> None:
    frame = pd.DataFrame({"subject": ["a", "b"], "date": ["2020-03-01"] * 2, "response": ["SD", "PD"]})
    best = best_overall_response(frame, {"a": None, "b": pd.NaT})
    assert list(best.response) == ["NE", "PD"]


@pytest.mark.parametrize(
    "to_kind",
    [
        date.fromisoformat,
        pd.Timestamp,
        np.datetime64,
        lambda text: f"{text}T09:30:00",
        lambda text: date.fromisoformat(text).toordinal(),
    ],
)
def test_kinds_of_dates_agree(to_kind: object) -> None:
    frame, reference = table("bor_assessments"), reference_dates()
    plain = best_overall_response(frame, reference, min_sd_days=28)
    frame["date"] = [to_kind(text) for text in frame["date"]]  # type: ignore[operator]
    other = best_overall_response(
        frame,
        {subject: to_kind(text) for subject, text in reference.items()},  # type: ignore[operator]
        min_sd_days=28,
    )
    assert list(other.response) == list(plain.response)
    assert list(other.date.isna()) == list(plain.date.isna())


def test_series_of_reference_dates_and_integer_subjects() -> None:
    frame = pd.DataFrame({"subject": [1], "date": pd.to_datetime(["2020-03-01"]), "response": ["PD"]})
    best = best_overall_response(frame, pd.Series(["2020-01-01", "2020-01-02"], index=[1, 2]))
    assert list(best.subject) == [1, 2]
    assert best.date[0] == pd.Timestamp("2020-03-01")


@pytest.mark.parametrize(
    ("rows", "reference", "options", "message"),
    [
        ([("a", "2020-01-01", "iCR")], {"a": "2020-01-01"}, {}, "did you mean 'CR'"),
        ([("a", "2020-01-01", "pr")], {"a": "2020-01-01"}, {}, "did you mean 'PR'"),
        ([("b", "2020-01-01", "PR")], {"a": "2020-01-01"}, {}, "not among the enrolled"),
        ([("a", "2020-01", "PR")], {"a": "2020-01-01"}, {}, "no full ISO date"),
        ([("a", None, "PR")], {"a": "2020-01-01"}, {}, "has no date"),
        ([("a", "2020-01-01", None)], {"a": "2020-01-01"}, {}, "is none of"),
        ([("a", 30, "PR")], {"a": "2020-01-01"}, {}, "mixed"),
        ([("a", 30.5, "PR")], {"a": 0}, {}, "no whole study day"),
        ([("a", 30, "PR"), ("a", 30, "SD")], {"a": 0}, {}, "on one day"),
        ([("a", 30, "PR")], {"a": 0}, {"confirm_days": -1}, "confirm_days -1"),
        ([("a", 30, "PR")], {"a": 0}, {"min_sd_days": 1.5}, "min_sd_days 1.5"),
    ],
)
def test_errors_name_value_and_rule(
    rows: list[tuple[str, object, object]],
    reference: dict[str, object],
    options: dict[str, object],
    message: str,
) -> None:
    frame = pd.DataFrame(rows, columns=["subject", "date", "response"], dtype=object)
    with pytest.raises(ValueError, match=message):
        best_overall_response(frame, reference, **options)  # type: ignore[arg-type]


def test_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match="lack the column date"):
        best_overall_response(pd.DataFrame({"subject": [], "response": []}), {})


WORDS = st.sampled_from(["CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "ND"])
SERIES = st.dictionaries(st.integers(1, 400), WORDS, max_size=8)
OPTIONS = st.fixed_dictionaries(
    {
        "min_sd_days": st.integers(0, 90),
        "max_ne": st.integers(0, 2),
        "accept_sd": st.booleans(),
    }
)


def by_definition(series: dict[int, str], confirm: int, min_sd: int, max_ne: int, accept_sd: bool) -> str:
    """The rules once more, from the documentation, without the early stop of the implementation."""
    days = sorted(series)
    pd_day = min((d for d in days if series[d] == "PD"), default=None)
    days = [d for d in days if pd_day is None or d <= pd_day]
    words = {"MISSING"}
    for day in days:
        word = series[day]
        for later in days:
            if word not in ("CR", "PR") or later < day + confirm or later <= day:
                continue
            period = [series[d] for d in days if day < d <= later]
            few = period.count("NE") <= max_ne
            if word == "CR" and series[later] == "CR" and few and not set(period) - {"CR", "NE"}:
                words.add("CR")
            if word == "PR" and series[later] in ("CR", "PR") and few:
                fine = not set(period) - {"CR", "PR", "SD", "NE"} and period.count("SD") <= accept_sd
                falls = any(a == "CR" and b == "PR" for i, a in enumerate(period) for b in period[i + 1 :])
                if fine and not falls:
                    words.add("PR")
        if word in ("CR", "PR", "SD"):
            words.add("SD" if day >= min_sd else "NE")
        elif word == "NON-CR/NON-PD":
            words.add(word if day >= min_sd else "NE")
        else:
            words.add(word)
    return min(words, key=BEST_ORDER.index)


@settings(max_examples=100, deadline=None)
@given(SERIES, st.integers(0, 60), OPTIONS)
def test_equals_the_definition(series: dict[int, str], confirm: int, options: dict[str, int]) -> None:
    assert one(series, confirm_days=confirm, **options)[1] == by_definition(
        series, confirm, options["min_sd_days"], options["max_ne"], bool(options["accept_sd"])
    )


@settings(max_examples=40, deadline=None)
@given(SERIES, st.integers(0, 60), OPTIONS)
def test_confirmation_never_improves_a_response(
    series: dict[int, str], confirm: int, options: dict[str, int]
) -> None:
    confirmed = one(series, confirm_days=confirm, **options)[1]
    unconfirmed = one(series, confirm_days=None, **options)[1]
    assert BEST_ORDER.index(confirmed) >= BEST_ORDER.index(unconfirmed)


@settings(max_examples=40, deadline=None)
@given(SERIES, st.integers(0, 60), st.integers(0, 60), OPTIONS)
def test_a_longer_confirmation_interval_never_improves_a_response(
    series: dict[int, str], one_interval: int, other: int, options: dict[str, int]
) -> None:
    short, long = sorted((one_interval, other))
    first = one(series, confirm_days=short, **options)[1]
    second = one(series, confirm_days=long, **options)[1]
    assert BEST_ORDER.index(second) >= BEST_ORDER.index(first)


@settings(max_examples=40, deadline=None)
@given(SERIES, st.integers(1, 400), WORDS)
def test_what_follows_the_first_progression_does_not_matter(
    series: dict[int, str], day: int, word: str
) -> None:
    progressed = {d: w for d, w in series.items() if d < day} | {day: "PD"}
    assert one(progressed | {day + 40: word, day + 80: word}) == one(progressed)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 300), WORDS), unique_by=lambda r: r[:2]),
    st.permutations(range(4)),
    st.randoms(use_true_random=False),
)
def test_order_of_rows_and_subjects_does_not_matter(
    rows: list[tuple[str, int, str]], order: list[int], random: object
) -> None:
    columns = ["subject", "date", "response"]
    subjects = dict.fromkeys("abcd", 0)
    straight = best_overall_response(pd.DataFrame(rows, columns=columns), subjects)
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    names = ["abcd"[i] for i in order]
    mixed = best_overall_response(pd.DataFrame(shuffled, columns=columns), dict.fromkeys(names, 0))
    assert list(mixed.subject) == names
    assert dict(zip(mixed.subject, mixed.response, strict=True)) == dict(
        zip(straight.subject, straight.response, strict=True)
    )


def test_shifting_all_dates_shifts_the_answer() -> None:
    frame, reference = table("bor_assessments"), reference_dates()

    def later(text: str) -> str:
        return (date.fromisoformat(text) + timedelta(days=1000)).isoformat()

    plain = best_overall_response(frame, reference)
    moved = best_overall_response(
        frame.assign(date=frame["date"].map(later)), {s: later(d) for s, d in reference.items()}
    )
    assert [None if pd.isna(d) else later(d) for d in plain.date] == [
        None if pd.isna(d) else d for d in moved.date
    ]
