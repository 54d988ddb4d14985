"""Every reason for censoring, by hand. Durations count both days: day 84 is the 85th."""

from __future__ import annotations

import pytest

from lesiontrack.study.model import Event
from lesiontrack.tables import frame
from tests.analysis.courses import Found, one, patient, responses, with_protocol

PR, SD, PD, NE = "PR", "SD", "PD", "NE"
CHEMOTHERAPY = [Event("A", 60, "systemic_therapy")]


def test_progression_free_until_progression() -> None:
    found = one({28: SD, 56: SD, 84: PD, 112: PD})
    assert found.end("PFS") == (85, True)
    assert found.why("PFS") == (
        "cutaneous, photo-visible progression: target lesions; deaths not recorded: progression only"
    )


def test_progression_by_non_target_or_new_lesions_is_named() -> None:
    grown = {"response": PD, "target_response": SD, "non_target_response": PD}
    assert "progression: non-target lesions" in one({28: grown}).why("PFS")
    new = {"response": PD, "target_response": SD, "new_lesion": "signed"}
    assert "progression: new lesion" in one({28: new}).why("PFS")


def test_no_progression_is_censored_at_the_last_adequate_assessment() -> None:
    found = one({28: SD, 56: SD, 112: "NON-CR/NON-PD", 168: NE})
    assert found.end("PFS") == (113, False)
    assert found.why("PFS").startswith("no progression; last adequate assessment")


def test_no_baseline_and_no_assessment_are_censored_on_day_1() -> None:
    found = one({28: SD, 56: PD}, valid=False)
    assert found.end("PFS") == (1, False)
    assert found.why("PFS") == "no valid baseline (no evaluable visit at day 0 or before); day 1"
    for endpoint in ("TTR", "DOR", "SD_DURATION"):
        assert not found.row(endpoint)["evaluable"]
        assert "no valid baseline" in found.why(endpoint)
    found = one({28: NE, 56: NE})
    assert found.end("PFS") == (1, False)
    assert "no adequate assessment after the baseline, day 1" in found.why("PFS")


def test_patient_without_photos_is_there() -> None:
    tables = responses({"A": {28: SD, 56: SD}})
    found = Found(tables, [patient("A"), patient("B")])
    assert found.end("PFS", "B") == (1, False)
    assert found.row("PFS", "B")["event"] is False
    assert not found.row("TTR", "B")["evaluable"]


def test_new_therapy_before_progression_censors_before_it() -> None:
    found = one({28: SD, 56: SD, 84: PD}, CHEMOTHERAPY)
    assert found.end("PFS") == (57, False)
    assert found.why("PFS").startswith(
        "new therapy (systemic_therapy, day 60) before progression on day 84; last adequate assessment"
    )
    assert found.end("PFS", handling="treatment_policy") == (85, True)


def test_new_therapy_without_progression_censors_before_it() -> None:
    found = one({28: SD, 56: SD, 84: SD}, CHEMOTHERAPY)
    assert found.end("PFS") == (57, False)
    assert found.why("PFS").startswith("new therapy (systemic_therapy, day 60); last adequate")
    assert found.end("PFS", handling="treatment_policy") == (85, False)
    early = one({84: SD}, [Event("A", 7, "radiotherapy")])
    assert early.end("PFS") == (1, False)
    assert "no adequate assessment after the baseline, day 1" in early.why("PFS")


@pytest.mark.parametrize(("day", "end"), [(83, (57, False)), (84, (85, True)), (85, (85, True))])
def test_new_therapy_on_the_day_of_progression_came_after_it(day: int, end: tuple[int, bool]) -> None:
    assert one({56: SD, 84: PD}, [Event("A", day, "systemic_therapy")]).end("PFS") == end


def test_assessment_on_the_day_of_the_new_therapy_counts() -> None:
    assert one({28: SD, 60: SD, 84: PD}, CHEMOTHERAPY).end("PFS") == (61, False)


@pytest.mark.parametrize(
    ("event", "censors"),
    [
        (Event("A", 60, "systemic_therapy"), True),
        (Event("A", 60, "radiotherapy"), True),
        (Event("A", 60, "excision", "L01"), True),
        (Event("A", 60, "amputation"), True),
        (Event("A", 60, "cryotherapy", "L02"), True),
        (Event("A", 60, "excision", "L07"), False),  # no target: a suspect lesion may be cut out to look at
        (Event("A", 60, "biopsy", "L01"), False),
        (Event("A", 0, "systemic_therapy"), False),
        (Event("B", 60, "systemic_therapy"), False),
    ],
)
def test_what_a_new_therapy_is(event: Event, censors: bool) -> None:
    found = Found(responses({"A": {56: SD, 84: PD}}), [patient("A"), patient("B")], [event])
    assert found.end("PFS") == ((57, False) if censors else (85, True))


@pytest.mark.parametrize(("day", "end"), [(196, (197, True)), (197, (57, False))])
def test_progression_after_two_missed_visits(day: int, end: tuple[int, bool]) -> None:
    """Visits every 56 days from day 56: 112 and 168 are missed when the next is nearer to 224 than to 168."""
    found = one({56: SD, 80: NE, day: PD})
    assert found.end("PFS") == end
    if not end[1]:
        assert found.why("PFS").startswith(
            "progression on day 197 after 2 missed visits; last adequate assessment"
        )


@pytest.mark.parametrize(("day", "end"), [(168, (169, True)), (169, (57, False))])
def test_death_after_two_missed_visits(day: int, end: tuple[int, bool]) -> None:
    found = one({56: SD}, death_date=day)
    assert found.end("PFS") == end
    assert found.why("PFS").startswith("death" if end[1] else "death on day 169 after 2 missed visits")


def test_missed_visits_are_a_threshold() -> None:
    tables, people = responses({"A": {56: SD, 400: PD}}), [patient("A")]
    assert Found(tables, people, protocol=with_protocol(missed_visits=0)).end("PFS") == (401, True)
    assert Found(tables, people, protocol=with_protocol(missed_visits=6)).end("PFS") == (401, True)
    assert Found(tables, people, protocol=with_protocol(visit_interval_days=200)).end("PFS") == (401, True)
    assert Found(tables, people).end("PFS") == (57, False)


def test_death_is_an_event_of_pfs_but_no_progression() -> None:
    found = one({28: SD, 56: SD}, death_date=100)
    assert found.end("PFS") == (101, True)
    assert found.why("PFS") == "death"
    assert found.end("SD_DURATION") == (57, False)
    assert found.why("SD_DURATION") == "death on day 100 without progression; last adequate assessment"


def test_death_before_any_assessment_is_an_event() -> None:
    assert one({28: NE}, death_date=30).end("PFS") == (31, True)
    assert one({28: NE}, death_date=113).end("PFS") == (1, False)


def test_progression_and_death_on_one_day_is_progression() -> None:
    found = one({28: SD, 56: PD}, death_date=56)
    assert found.end("PFS") == (57, True)
    assert found.why("PFS").startswith("cutaneous, photo-visible progression")


def test_assessments_after_death_do_not_count() -> None:
    assert one({28: SD, 56: PD}, death_date=40).end("PFS") == (41, True)
    assert one({28: SD, 56: PR, 84: PR}, death_date=40).why("TTR") == (
        "best response is PR, but only after progression or death"
    )


def test_death_before_treatment_is_refused() -> None:
    found = one({28: SD}, death_date=-3)
    assert {row["reason"] for row in found.rows} == {"the recorded death lies before the treatment start"}


def test_without_a_treatment_start_nothing_is_given() -> None:
    found = Found(responses({"A": {28: SD, 56: PD}}), [patient("A", started=False, death_date=90)])
    assert {row["reason"] for row in found.rows} == {"no treatment start known"}
    assert not any(row["evaluable"] for row in found.rows)


def test_responses_in_the_assessment_window() -> None:
    outside = {"response": PD, "in_assessment_window": False}
    found = one({14: outside, 56: SD, 84: PD})
    assert found.end("PFS") == (15, True)
    assert found.end("PFS", visits="assessment_window") == (85, True)
    unread = {day: {"response": SD, "in_assessment_window": False} for day in (50, 100, 150)}
    later = one({**unread, 200: PD})
    assert later.end("PFS", visits="assessment_window") == (201, True)
    assert one({200: PD}).end("PFS") == (1, False)


def test_patient_who_is_not_in_a_target_set_has_overall_survival_only() -> None:
    tables = responses({"A": {28: SD}, "B": {28: SD}})
    more = responses({"A": {28: SD}}, analysis="itrecist_injected")
    both = {name: rows + more[name] for name, rows in tables.items()}
    people = [patient("A", last_contact=90), patient("B", last_contact=90), patient("C", last_contact=9)]
    found = Found(both, people)
    assert found.why("PFS", "B", analysis="itrecist_injected") == "not in this target set"
    assert found.end("OS", "B", analysis="itrecist_injected") == (91, False)
    assert found.end("PFS", "B") == (29, False)
    assert found.end("PFS", "C", analysis="itrecist_injected") == (1, False)


def test_there_is_a_row_for_every_combination_and_none_without_visits() -> None:
    found = one({28: SD})
    assert len(found.rows) == 5 * 2 * 2 * 2 * 2
    assert len(frame("time_to_event", found.rows)) == len(found.rows)
    assert {row["analysis"] for row in found.rows} == {"protocol_targets"}
    assert Found(responses({"A": {}}), [patient("A")]).rows == []
