"""Kaplan-Meier rows of the endpoints, and a cohort with published counts."""

from __future__ import annotations

import math
from typing import Any

import pytest
from scipy import stats

from lesiontrack.analysis.survival import survival_rows
from lesiontrack.tables import frame
from scripts.rendered_cohorts import il2_imatinib
from tests.analysis.courses import PROTOCOL, Found, patient, responses

Row = dict[str, Any]
COMMON = {
    "analysis": "protocol_targets",
    "visits": "all_visits",
    "confirmation": "confirmed",
    "basis": "automatic",
    "handling": "new_therapy_censors",
}


def ends(*durations: tuple[int, bool], arm: str | None = None, endpoint: str = "PFS") -> list[Row]:
    return [
        {
            **COMMON,
            "patient": f"{arm}{number}",
            "arm": arm,
            "endpoint": endpoint,
            "evaluable": True,
            "duration_days": days,
            "event": event,
            "reason": "made up",
        }
        for number, (days, event) in enumerate(durations)
    ]


def one(rows: list[Row], **where: str) -> Row:
    (found,) = (row for row in rows if where.items() <= row.items())
    return found


def test_curve_by_hand() -> None:
    """Of 5: event at 10, one censored at 10, event at 20, one censored at 30, event at 40."""
    rows = ends((10, True), (10, False), (20, True), (30, False), (40, True))
    survival, curve = survival_rows(rows, PROTOCOL)
    (row,) = survival
    assert (row["arm"], row["patients"], row["left_out"], row["events"]) == ("all", 5, 0, 3)
    assert (row["median_days"], row["median_upper"]) == (40, None)
    assert [point["time_days"] for point in curve] == [10, 20, 30, 40]
    assert [point["at_risk"] for point in curve] == [5, 3, 2, 1]
    assert [point["events"] for point in curve] == [1, 1, 0, 1]
    assert [point["censored"] for point in curve] == [1, 0, 1, 0]
    assert [point["survival"] for point in curve] == pytest.approx([0.8, 0.8 * 2 / 3, 0.8 * 2 / 3, 0])
    assert curve[-1]["lower"] is None
    for name, found in (("survival", survival), ("survival_curves", curve)):
        assert len(frame(name, found)) == len(found)


def test_arms_are_compared_in_the_row_of_all() -> None:
    a, b = [(5, True), (9, True), (14, False), (20, True)], [(15, True), (30, False), (31, True), (40, False)]
    rows = ends(*a, arm="A") + ends(*b, arm="B") + ends((3, True))
    survival, _ = survival_rows(rows, PROTOCOL)
    assert [row["arm"] for row in survival] == ["all", "A", "B", "no arm recorded"]
    assert [row["patients"] for row in survival] == [9, 4, 4, 1]

    def censored(ends_of: list[tuple[int, bool]]) -> stats.CensoredData:
        return stats.CensoredData(
            [d for d, event in ends_of if event], right=[d for d, e in ends_of if not e]
        )

    expected = stats.logrank(censored(a), censored(b)).pvalue
    assert survival[0]["logrank_p"] == pytest.approx(expected, abs=1e-12)
    assert [row["logrank_p"] for row in survival[1:]] == [None] * 3


def test_no_comparison_without_two_arms_or_an_event() -> None:
    assert one(survival_rows(ends((5, True), arm="A"), PROTOCOL)[0], arm="all")["logrank_p"] is None
    quiet = ends((5, False), arm="A") + ends((9, False), arm="B")
    row = one(survival_rows(quiet, PROTOCOL)[0], arm="all")
    assert (row["logrank_p"], row["median_days"], row["events"]) == (None, None, 0)


def test_an_endpoint_that_nobody_has_is_suppressed_with_its_reason() -> None:
    found = Found(responses({"A": {28: "SD"}, "B": {28: "SD"}}), [patient("A"), patient("B")])
    survival, curves = survival_rows(found.rows, PROTOCOL)
    row = one(survival, **COMMON, endpoint="OS")
    assert (row["patients"], row["left_out"], row["events"], row["median_days"]) == (0, 2, 0, None)
    assert row["note"] == "not given: neither deaths nor last contacts are recorded in the study"
    assert not [point for point in curves if point["endpoint"] == "OS"]
    mixed = Found(responses({"A": {56: "SD"}, "B": {28: "NE"}}), [patient("A"), patient("B")])
    row = one(survival_rows(mixed.rows, PROTOCOL)[0], **COMMON, endpoint="TTR")
    assert row["note"] == "not given: best response is NE (1), best response is SD (1)"


def test_notes_say_what_the_curve_is_of() -> None:
    words = {"A": {28: "PR", 56: "PR", 84: "PD"}, "B": {56: "SD", 84: "PD"}}
    survival, _ = survival_rows(Found(responses(words), [patient("A"), patient("B")]).rows, PROTOCOL)
    photos = "cutaneous, photo-visible progression; deaths not recorded: progression only"
    assert one(survival, **COMMON, endpoint="PFS")["note"] == f"{photos}; 2 events of 2 patients only"
    assert (
        one(survival, **COMMON, endpoint="DOR")["note"]
        == f"{photos}; responders only; 1 event of 1 patient only"
    )
    assert one(survival, **COMMON, endpoint="TTR")["note"] == "responders only; 1 event of 1 patient only"
    row = one(survival, **COMMON, endpoint="SD_DURATION")
    assert (row["patients"], row["left_out"], row["median_days"]) == (1, 1, 85)


def test_candidates_for_new_lesions_and_missing_contacts_are_counted() -> None:
    maybe = {"response": "SD", "new_lesion": "candidate", "response_if_candidates_are_new": "PD"}
    tables = responses({"A": {28: maybe, 56: "SD"}, "B": {28: "SD"}})
    people = [patient("A", visits=[0, 28, 56]), patient("B", visits=[0, 28], last_contact=90)]
    survival, _ = survival_rows(Found(tables, people).rows, PROTOCOL)
    note = one(survival, **COMMON, endpoint="PFS")["note"]
    assert "1 would progress earlier if a reader called a candidate a new lesion" in note
    note = one(survival, **COMMON, endpoint="OS")["note"]
    assert "1 censored at the last visit: no last contact recorded" in note


def test_every_row_is_one_analysis() -> None:
    found = Found(responses({"A": {28: "SD"}}), [patient("A", arm="x")])
    survival, curves = survival_rows(found.rows, PROTOCOL)
    assert len(survival) == 2 * 5 * 2**4
    keys = [(*(row[key] for key in (*COMMON, "endpoint")), row["arm"]) for row in survival]
    assert len(set(keys)) == len(keys)
    assert all(not math.isnan(point["survival"]) for point in curves)
    assert survival_rows([], PROTOCOL) == ([], [])


def test_cohort_with_published_counts() -> None:
    """IL-2 + imatinib: 0/17 responses, 8/17 stable, median 12 weeks; the dates are rendered ones of ours."""
    found = il2_imatinib()
    assert (found.responders, found.stable, found.patients) == (0, 8, 17)
    assert found.stable_median_days == 84
