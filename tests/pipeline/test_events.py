"""events.csv and the dose days of a lesion: what acts on which lesion, and what is said."""

from __future__ import annotations

import pandas as pd
import pytest

from lesiontrack.pipeline.accounts import record_failures
from lesiontrack.pipeline.events import called
from lesiontrack.response import respond
from lesiontrack.study.model import Dose, Event

from .hand import GONE, IDS, PROTOCOL, of, record_of, rows, seen, study_of, track

TWO = (track(seen(10), GONE, seen(4, status="reappeared")), track(seen(8), GONE, GONE))


@pytest.mark.parametrize("event", ["excision", "amputation"])
def test_a_lesion_removed_by_its_id_has_no_sizes_from_that_day_on_and_is_no_response(event: str) -> None:
    study = study_of(Event("PT1", 20, event, "L01"))
    table = rows(study, *TWO)
    first = of(table, "L01")
    assert first["status"].tolist() == ["present", "removed", "removed"]
    assert first["evaluable"].tolist() == [True, False, False]
    assert (
        first.loc[[28, 84], ["area_mm2", "longest_diameter_mm", "longest_diameter_px"]].isna().all(axis=None)
    )
    assert first["reason"][28].startswith(f"{event} on day 20")
    assert "a reader must tell" in first["reason"][84]
    assert of(table, "L02")["status"].tolist() == ["present", "not_visible", "not_visible"]
    lesions = pd.DataFrame(respond(table, study.patients, PROTOCOL)["lesion_responses"])
    assert "CR" not in set(lesions.query("lesion == 'L01'")["response"])
    assert "CR" in set(lesions.query("lesion == 'L02'")["response"])


def test_an_event_on_the_day_of_a_visit_acts_on_it_and_a_later_one_does_not() -> None:
    table = rows(study_of(Event("PT1", 28, "excision", "L02")), *TWO)
    assert of(table, "L02")["status"].tolist() == ["present", "removed", "removed"]
    table = rows(study_of(Event("PT1", 29, "excision", "L02")), *TWO)
    assert of(table, "L02")["status"].tolist() == ["present", "not_visible", "removed"]


def test_a_name_of_lesions_csv_stands_for_the_id_but_an_id_comes_first() -> None:
    named = (TWO[0], track(seen(8), GONE, GONE, name="shin"))
    table = rows(study_of(Event("PT1", 20, "excision", "shin")), *named)
    assert of(table, "L02")["status"][28] == "removed"
    named = (TWO[0], track(seen(8), GONE, GONE, name="L01"))
    table = rows(study_of(Event("PT1", 20, "excision", "L01")), *named)
    assert of(table, "L01")["status"][28] == "removed"


def test_an_event_that_names_no_lesion_removes_the_patients_only_one() -> None:
    table = rows(study_of(Event("PT1", 20, "excision")), TWO[1])
    assert table["status"].tolist() == ["present", "removed", "removed"]


def test_an_event_that_names_no_lesion_is_a_doubt_about_each_of_several() -> None:
    table = rows(study_of(Event("PT1", 20, "excision")), *TWO)
    assert "removed" not in set(table["status"].dropna())
    later = table[table["study_day"] >= 20]
    assert later["reason"].str.contains("names no lesion").all()
    gone = of(table, "L02").loc[[28, 84]]
    assert gone["status"].isna().all()
    assert not gone["evaluable"].any()
    assert gone["area_mm2"].isna().all()
    assert of(table, "L01")["longest_diameter_mm"][84] == 4, "what is seen is measured"


def test_a_biopsy_is_noted_and_takes_no_lesion_away() -> None:
    study = study_of(Event("PT1", 20, "biopsy", "L01"), Event("PT1", 30, "radiotherapy", "L01"))
    first = of(rows(study, *TWO), "L01")
    assert first["status"].tolist() == ["present", "not_visible", "reappeared"]
    assert first["evaluable"].all()
    assert first["reason"].fillna("").tolist() == ["", "biopsy on day 20", "biopsy on day 20"]


def test_events_and_doses_of_lesions_that_are_not_there_are_accounted_for() -> None:
    study = study_of(
        Event("PT1", 20, "excision", "L9"),
        Event("PT1", 20, "excision", "shin"),
        Event("PT1", 20, "biopsy"),
        doses=(
            Dose("PT1", "IL-2", 0, lesion="l01"),
            Dose("PT1", "IL-2", 3, lesion="l01"),
            Dose("PT1", "IL-2", 0),
        ),
    )
    record = record_of(TWO[0], track(seen(8), name="shin"))
    failures = record_failures(study, called([record], IDS))
    assert [(f.file, f.stage) for f in failures] == [("events.csv", "events"), ("doses.csv", "events")]
    assert "'L9' of PT1" in failures[0].reason
    assert "'l01' of PT1" in failures[1].reason
    assert all("L01, L02" in f.reason for f in failures)
