"""A reader's word over what was read automatically, visit by visit."""

from __future__ import annotations

import pytest

from lesiontrack.corrections import (
    Evaluability,
    GoneJudgement,
    LesionName,
    NewLesionJudgement,
    Value,
)
from lesiontrack.corrections.judged import Look, is_unjudged, judged, judgements_of
from lesiontrack.corrections.model import Plain

from .said import entries

VISITS = ("day000", "day028", "day056")
NAMES = {("PT1", "L01"): "L01", ("PT1", "shin"): "L01"}


def look(visit: str, status: str | None = "present", mm: float | None = 10.0, **more: Plain) -> Look:
    sizes = {} if mm is None else {"longest_diameter_mm": mm, "area_mm2": mm * mm, "ulcer_area_mm2": 0.0}
    told = {"status": status, "evaluable": mm is not None, "reason": None, "delta_a": 4.0}
    return Look(visit, {**told, "field_delta_a": 3.0, **sizes, **more})


def looks(*told: tuple[str | None, float | None]) -> list[Look]:
    return [look(visit, status, mm) for visit, (status, mm) in zip(VISITS, told, strict=False)]


def judge(there: list[Look], *values: Value) -> tuple[list[Look], dict[str, str]]:
    said = judgements_of(entries(*values), "PT1", "calf", "L01", NAMES)
    return judged(there, said, first_visit="day000")


PRESENT = ("present", 10.0)
NOTHING = ("not_visible", 0.0)
CANDIDATE = ("new_candidate", 6.0)


def test_gone_sets_the_sizes_to_zero_and_says_what_was_read() -> None:
    there = looks(PRESENT, PRESENT, ("obscured", None))
    there[2] = look("day056", "obscured", None, reason="crust over its place")
    after, effects = judge(there, GoneJudgement(patient="PT1", lesion="L01", visit="day056", gone=True))
    last = after[2].measures
    assert last["status"] == "not_visible"
    assert last["evaluable"] is True
    assert {last[name] for name in ("longest_diameter_mm", "area_mm2", "ulcer_area_mm2")} == {0.0}
    assert "delta_a" not in last
    assert last["field_delta_a"] == 3.0
    assert last["reason"] == "a reader: nothing is left of it; read before: obscured, crust over its place"
    assert after[2].said == ("Dr Gray: nothing is left of it",)
    assert after[:2] == there[:2]
    assert effects == {"e0": ""}


def test_still_there_takes_the_zero_away() -> None:
    after, _ = judge(
        looks(PRESENT, NOTHING), GoneJudgement(patient="PT1", lesion="L01", visit="day028", gone=False)
    )
    assert after[1].measures["status"] == "present"
    assert after[1].measures["evaluable"] is False
    assert "longest_diameter_mm" not in after[1].measures


def test_still_there_keeps_sizes_that_were_measured() -> None:
    after, _ = judge(
        looks(PRESENT, PRESENT), GoneJudgement(patient="PT1", lesion="L01", visit="day028", gone=False)
    )
    assert after[1].measures["longest_diameter_mm"] == 10.0
    assert after[1].measures["evaluable"] is True


@pytest.mark.parametrize("gone", [True, False])
def test_an_excision_stays_an_excision(gone: bool) -> None:
    there = [look("day000"), look("day028", "removed", None, reason="excision on day 20")]
    after, effects = judge(
        there,
        GoneJudgement(patient="PT1", lesion="L01", visit="day028", gone=gone),
        Evaluability(patient="PT1", site="calf", visit="day028", reason="scar"),
    )
    assert after == there
    assert effects["e0"] == "it was taken away: excision on day 20"
    assert effects["e1"] == "it was taken away"


def test_what_an_event_may_have_taken_is_not_called_gone() -> None:
    doubt = "excision on day 20 names no lesion: it may have been this one"
    there = [look("day000"), Look("day028", look("day028", None, None).measures, doubt)]
    after, effects = judge(there, GoneJudgement(patient="PT1", lesion="L01", visit="day028", gone=True))
    assert after == there
    assert effects["e0"] == f"{doubt}; name the lesion in events.csv first"


def test_a_candidate_that_was_there_before() -> None:
    after, _ = judge(
        looks((None, None), CANDIDATE, PRESENT), NewLesionJudgement(patient="PT1", lesion="shin", new=False)
    )
    assert [one.measures["status"] for one in after] == [None, "present", "present"]
    assert after[1].measures["longest_diameter_mm"] == 6.0
    assert after[1].measures["reason"] == "a reader: was there before; read before: new candidate"


def test_overlooked_means_that_it_was_not_gone_before() -> None:
    after, _ = judge(
        looks(NOTHING, PRESENT, PRESENT), NewLesionJudgement(patient="PT1", lesion="L01", new=False)
    )
    assert after[0].measures["status"] is None
    assert after[0].measures["evaluable"] is False
    assert "area_mm2" not in after[0].measures
    assert after[0].said == ("Dr Gray: was there, and overlooked",)


def test_a_new_lesion_stays_a_candidate_until_it_is_signed() -> None:
    new = NewLesionJudgement(patient="PT1", lesion="L01", new=True)
    after, _ = judge(looks((None, None), CANDIDATE, PRESENT), new)
    assert [one.measures["status"] for one in after] == [None, "new_candidate", "present"]
    assert str(after[1].measures["reason"]).startswith("a reader: new lesion")
    after, _ = judge(looks((None, None), PRESENT), new)
    assert after[1].measures["status"] == "new_candidate"
    after, effects = judge(looks(PRESENT, PRESENT), new)
    assert effects["e0"] == "it is there at the site's first visit"
    assert [one.measures["status"] for one in after] == ["present", "present"]


def test_not_evaluable_takes_sizes_and_redness() -> None:
    after, effects = judge(
        looks(PRESENT, PRESENT),
        Evaluability(patient="PT1", site="calf", visit="day028", reason="out of “focus”"),
    )
    measures = after[1].measures
    assert measures["status"] == "present"
    assert measures["evaluable"] is False
    assert not {"longest_diameter_mm", "delta_a", "field_delta_a"} & set(measures)
    assert measures["inflammation_note"] == "not evaluable by a reader: “out of 'focus'”"
    assert str(measures["reason"]).startswith(
        "not evaluable by a reader: “out of 'focus'”; read before: present"
    )
    assert after[1].said == ("Dr Gray: visit not evaluable: “out of 'focus'”",)
    assert effects == {"e0": ""}


def test_what_holds_for_the_lesion_comes_before_what_holds_for_the_site() -> None:
    visit = {"patient": "PT1", "site": "calf", "visit": "day028"}
    after, _ = judge(
        looks(PRESENT, PRESENT),
        Evaluability(**visit, reason="dark"),
        Evaluability(**visit, lesion="L01", evaluable=True),
    )
    assert after[1].measures["evaluable"] is True
    after, _ = judge(looks(PRESENT, PRESENT), Evaluability(**visit, lesion="L02", reason="dark"))
    assert after[1].measures["evaluable"] is True, "another lesion"


def test_evaluable_after_all_gives_no_size_back_that_was_not_there() -> None:
    told = look("day028", "obscured", None)
    after, _ = judge(
        [look("day000"), told],
        Evaluability(patient="PT1", site="calf", visit="day028", evaluable=True),
    )
    assert after[1].measures == told.measures


def test_judgements_of_visits_and_lesions_that_are_not_there() -> None:
    _, effects = judge(
        looks(PRESENT),
        GoneJudgement(patient="PT1", lesion="L01", visit="day099", gone=True),
        GoneJudgement(patient="PT1", lesion="L02", visit="day000", gone=True),
        GoneJudgement(patient="PT2", lesion="L01", visit="day000", gone=True),
    )
    assert effects == {"e0": "there is no row of it at visit day099"}


def test_names() -> None:
    told = judgements_of(
        entries(LesionName(patient="PT1", lesion="L01", name=" the big one ")), "PT1", "calf", "L01", NAMES
    )
    assert told.name == "the big one"
    again = entries(
        LesionName(patient="PT1", lesion="L01", name="A"), LesionName(patient="PT1", lesion="L01", name=" ")
    )
    in_force = [entry for entry in again if entry.state == "in force"]
    assert judgements_of(in_force, "PT1", "calf", "L01", NAMES).name is None


@pytest.mark.parametrize(
    ("there", "role", "expected"),
    [
        (looks(PRESENT, PRESENT), None, False),
        (looks((None, None), CANDIDATE, PRESENT), None, True),
        (looks((None, None), CANDIDATE), "new", False),
        (looks(NOTHING, PRESENT), None, True),
        (looks(NOTHING, NOTHING), None, False),
        (looks(PRESENT, NOTHING, ("reappeared", 4.0)), None, False),
    ],
)
def test_who_may_be_new(there: list[Look], role: str | None, expected: bool) -> None:
    nobody = judgements_of([], "PT1", "calf", "L01", NAMES)
    assert is_unjudged(there, nobody, role) is expected
    asked = judgements_of(
        entries(NewLesionJudgement(patient="PT1", lesion="L01", new=True)), "PT1", "calf", "L01", NAMES
    )
    assert is_unjudged(there, asked, role) is False
