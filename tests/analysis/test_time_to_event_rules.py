"""What holds whatever was seen, and when."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.analysis.survival import survival_rows
from tests.analysis.courses import PROTOCOL, Event, Found, patient, responses

Row = dict[str, Any]
KEYS = ("patient", "endpoint", "analysis", "visits", "confirmation", "basis", "handling")
FREE = settings(max_examples=10, deadline=None)

WORDS = st.sampled_from(["CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE"])
VISIT = st.builds(
    lambda word, inside, signed, new: {
        "response": word,
        "in_assessment_window": inside,
        "review_status": "signed" if signed else "unreviewed",
        "new_lesion": "candidate" if new else "none",
        "response_if_candidates_are_new": "PD" if new else word,
    },
    WORDS,
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
COURSE = st.dictionaries(st.integers(1, 400), VISIT, max_size=8)
EVENTS = st.lists(
    st.builds(
        Event,
        st.just("A"),
        st.integers(-10, 420),
        st.sampled_from(["systemic_therapy", "excision", "biopsy"]),
        st.sampled_from([None, "L01", "L05"]),
    ),
    max_size=2,
)
DATES = st.fixed_dictionaries(
    {}, optional={"death_date": st.integers(0, 450), "last_contact": st.integers(0, 450)}
)


def study(course: dict[int, Row], events: list[Event], dates: dict[str, int]) -> Found:
    """A's course beside B's, who was followed for long."""
    words: dict[str, dict[int, Any]] = {"A": course, "B": dict.fromkeys(range(28, 450, 28), "SD")}
    people = [patient("A", visits=[0, *course], **dates), patient("B", visits=[0, 448], last_contact=460)]
    return Found(responses(words), people, events)


def ends(found: Found, code: str = "A") -> dict[tuple[str, ...], Row]:
    return {tuple(row[key] for key in KEYS): row for row in found.rows if row["patient"] == code}


@FREE
@given(COURSE, EVENTS, DATES)
def test_durations_lie_within_what_is_known(
    course: dict[int, Row], events: list[Event], dates: dict[str, int]
) -> None:
    for row in study(course, events, dates).rows:
        assert row["reason"]
        if not row["evaluable"]:
            assert row.get("duration_days") is row.get("event") is None
            continue
        assert row["duration_days"] == row["end_day"] - row["start_day"] + 1 >= 1
        if row["patient"] == "A":
            assert row["end_day"] <= max([0, *course, *dates.values()])
            if row["endpoint"] != "OS":
                dead = dates.get("death_date")
                assert dead is None or row["end_day"] <= dead
                if row["event"] and row["reason"].split("; ")[0] != "death":
                    assert course[row["end_day"]]["response"] != "NE"
                    wanted = ("CR", "PR") if row["endpoint"] == "TTR" else ("PD",)
                    assert course[row["end_day"]]["response"] in wanted
        assert row["event"] or row["endpoint"] != "TTR"


@FREE
@given(COURSE, EVENTS, DATES, st.integers(401, 440), VISIT)
def test_a_later_visit_moves_no_earlier_event(
    course: dict[int, Row], events: list[Event], dates: dict[str, int], day: int, visit: Row
) -> None:
    before = ends(study(course, events, dates))
    after = ends(study({**course, day: visit}, events, dates))
    for key, row in before.items():
        now = after[key]
        # A PR that becomes a CR waits for a signature on the signed basis: rates count it so, too.
        stands = key[1] in ("PFS", "OS") or "signed" not in key
        if stands and row["evaluable"] and row["event"] and row["end_day"] < day:
            assert now["evaluable"]
            assert (now["start_day"], now["end_day"], now["event"]) == (
                row["start_day"],
                row["end_day"],
                True,
            )
        if key[1] == "PFS" and not row["event"]:
            assert now["end_day"] >= row["end_day"]


@FREE
@given(COURSE, EVENTS, DATES)
def test_ignoring_new_therapies_never_shortens(
    course: dict[int, Row], events: list[Event], dates: dict[str, int]
) -> None:
    found = ends(study(course, events, dates))
    for key, row in found.items():
        policy = found[(*key[:-1], "treatment_policy")]
        if row["evaluable"]:
            assert policy["evaluable"]
            assert policy["duration_days"] >= row["duration_days"]
            assert policy["event"] or not row["event"]


@FREE
@given(COURSE, EVENTS, DATES, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(
    course: dict[int, Row], events: list[Event], dates: dict[str, int], shuffle: random.Random
) -> None:
    straight = study(course, events, dates)
    tables = responses({"A": course, "B": dict.fromkeys(range(28, 450, 28), "SD")})
    for rows in tables.values():
        shuffle.shuffle(rows)
    people = [patient("B", visits=[0, 448], last_contact=460), patient("A", visits=[0, *course], **dates)]
    mixed = Found(tables, people, events[::-1])
    for code in "AB":
        assert ends(straight, code) == ends(mixed, code)


@FREE
@given(COURSE, DATES)
def test_a_visit_that_is_not_evaluable_changes_no_end(course: dict[int, Row], dates: dict[str, int]) -> None:
    unseen = {"response": "NE", "new_lesion": "none", "response_if_candidates_are_new": "NE"}
    with_it = {**course, 401: {**unseen, "in_assessment_window": True, "review_status": "unreviewed"}}
    before, after = ends(study(course, [], dates)), ends(study(with_it, [], dates))
    for key, row in before.items():
        if key[1] == "PFS":
            assert (after[key]["end_day"], after[key]["event"]) == (row["end_day"], row["event"])


@FREE
@given(COURSE, EVENTS, DATES)
def test_survival_counts_every_patient_once(
    course: dict[int, Row], events: list[Event], dates: dict[str, int]
) -> None:
    found = study(course, events, dates)
    survival, curves = survival_rows(found.rows, PROTOCOL)
    for row in survival:
        assert row["patients"] + row["left_out"] == 2
        mine = [c for c in curves if all(c[k] == row[k] for k in (*KEYS[1:], "arm"))]
        assert sum(c["events"] + c["censored"] for c in mine) == row["patients"]
        assert sum(c["events"] for c in mine) == row["events"]
        assert all(a["survival"] >= b["survival"] for a, b in pairwise(mine))
