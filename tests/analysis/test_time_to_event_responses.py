"""Responses, signatures, new lesions and iRECIST in durations, by hand."""

from __future__ import annotations

import pandas as pd

from lesiontrack.response import respond
from lesiontrack.study.model import Event
from tests.analysis.courses import PROTOCOL, Found, one, patient, responses
from tests.response.test_stage import observations
from tests.response.test_stage import patient as with_photos

PR, SD, PD, NE, CR = "PR", "SD", "PD", "NE", "CR"
CHEMOTHERAPY = [Event("A", 60, "systemic_therapy")]
SIGNED_CR = {"response": CR, "review_status": "signed"}
MAYBE_NEW = {"response": SD, "new_lesion": "candidate", "response_if_candidates_are_new": PD}


def test_time_to_response_and_its_duration() -> None:
    found = one({28: SD, 56: PR, 84: PR, 112: CR, 140: PD})
    assert found.end("TTR") == (57, True)
    assert found.end("DOR") == (85, True)
    assert found.row("DOR")["start_day"] == 56
    assert found.why("SD_DURATION") == "best response is PR: see DOR"


def test_duration_of_response_is_censored_like_pfs() -> None:
    assert one({56: PR, 84: PR, 112: NE}).end("DOR") == (29, False)
    assert one({56: PR, 84: PR}, death_date=100).end("DOR") == (45, True)
    later = one({28: PR, 56: PR, 84: PD}, CHEMOTHERAPY)
    assert later.end("DOR") == (29, False)
    assert later.end("DOR", handling="treatment_policy") == (57, True)
    assert one({56: PR, 84: PR, 300: PD}).end("DOR") == (29, False)
    single = one({56: PR})
    assert single.end("DOR", confirmation="unconfirmed") == (1, False)
    assert single.why("DOR") == "best response is SD"


def test_response_after_a_new_therapy_is_not_attributed() -> None:
    found = one({28: SD, 84: PR, 112: PR}, CHEMOTHERAPY)
    why = "response on day 84, after a new therapy (systemic_therapy, day 60)"
    assert (found.why("TTR"), found.why("DOR")) == (why, why)
    assert found.end("TTR", handling="treatment_policy") == (85, True)
    same_day = one({28: SD, 60: PR, 112: PR}, CHEMOTHERAPY)
    assert (same_day.end("TTR"), same_day.end("DOR")) == ((61, True), (1, False))


def test_confirmation_moves_the_first_response() -> None:
    found = one({28: PR, 42: SD, 56: PR, 84: PR})
    assert found.end("TTR") == (57, True)
    assert found.end("TTR", confirmation="unconfirmed") == (29, True)


def test_duration_of_stable_disease_is_from_the_treatment_start() -> None:
    found = one({28: SD, 56: SD, 84: PD})
    assert found.end("SD_DURATION") == (85, True)
    assert one({56: SD, 84: SD}).end("SD_DURATION") == (85, False)
    assert one({28: SD, 35: PD}).why("SD_DURATION") == "best response is PD"


def test_unsigned_complete_response_is_not_evaluable_on_the_signed_basis() -> None:
    found = one({28: SD, 56: CR, 84: CR})
    assert found.end("TTR") == (57, True)
    assert found.why("TTR", basis="signed") == "complete response that no reader has signed"
    assert found.end("PFS") == (85, False)
    assert found.end("PFS", basis="signed") == (29, False)
    signed = one({28: SD, 56: SIGNED_CR, 84: SIGNED_CR})
    assert signed.end("TTR", basis="signed") == (57, True)
    assert signed.end("PFS", basis="signed") == (85, False)


def test_unsigned_visits_are_not_missed_ones() -> None:
    found = one({56: CR, 112: CR, 168: CR, 224: PD})
    assert found.end("PFS", basis="signed") == (225, True)


def test_candidate_for_a_new_lesion_is_named_but_no_event() -> None:
    found = one({28: SD, 56: MAYBE_NEW, 84: PD})
    assert found.end("PFS") == (85, True)
    assert "progression on day 56 if a reader calls a lesion first seen then new" in found.why("PFS")
    assert "if a reader" not in one({28: SD, 84: MAYBE_NEW}, CHEMOTHERAPY).why("PFS")
    responded = one({28: MAYBE_NEW, 56: PR, 84: PR, 112: MAYBE_NEW})
    why = "progression on day 28 if a reader calls a lesion first seen then new"
    assert responded.why("TTR") == f"first response; {why}"
    assert why in responded.why("DOR")


def test_progression_by_a_new_lesion_dates_from_when_it_was_first_seen() -> None:
    """A reader signs on day 84 what was there on day 56."""
    table = observations(
        {("A", "L01"): dict.fromkeys((0, 28, 56, 84), 20.0), ("A", "L02"): {28: "not_visible", 56: 9.0}}
    )
    late = observations({("A", "L02"): {84: 9.0}}, review_status="signed")
    both = pd.concat([table, late], ignore_index=True)
    people = [with_photos("A", [0, 28, 56, 84])]
    unsigned = Found(respond(both.assign(review_status="unreviewed"), people, PROTOCOL), people)
    assert unsigned.end("PFS") == (85, False)
    assert "progression on day 56 if a reader calls" in unsigned.why("PFS")
    found = Found(respond(both, people, PROTOCOL), people)
    for basis in ("automatic", "signed"):
        assert found.end("PFS", basis=basis) == (57, True)
        assert "progression: new lesion" in found.why("PFS", basis=basis)


def test_irecist_progression_counts_from_the_first_unconfirmed_one() -> None:
    words = {28: "iSD", 56: "iUPD", 84: "iCPD"}
    tables = responses({"A": dict.fromkeys(words, SD)}, analysis="irecist")
    for row, word in zip(tables["visit_responses"], words.values(), strict=True):
        row |= {"response": word, "target_response": word}
    found = Found(tables, [patient("A")])
    assert found.end("PFS", analysis="irecist") == (57, True)
    assert "not confirmed" not in found.why("PFS", analysis="irecist")
    tables["visit_responses"][2]["response"] = "iSD"
    assert Found(tables, [patient("A")]).end("PFS", analysis="irecist") == (85, False)
    tables["visit_responses"][2]["response"] = "iUPD"
    found = Found(tables, [patient("A")])
    assert found.end("PFS", analysis="irecist") == (57, True)
    assert "progression: target lesions, iUPD not confirmed" in found.why("PFS", analysis="irecist")


def test_unconfirmed_progression_confirms_nothing_across_it() -> None:
    words = {28: "iPR", 56: "iUPD", 84: "iPR", 112: "iPR"}
    tables = responses({"A": dict.fromkeys(words, PR)}, analysis="irecist")
    for row, word in zip(tables["visit_responses"], words.values(), strict=True):
        row |= {"response": word, "target_response": word}
    found = Found(tables, [patient("A")])
    assert found.end("TTR", analysis="irecist") == (85, True)
    assert found.end("TTR", analysis="irecist", confirmation="unconfirmed") == (29, True)
    assert found.end("DOR", analysis="irecist", confirmation="unconfirmed") == (85, False)
