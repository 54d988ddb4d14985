"""Overall survival, and what may be said of deaths."""

from __future__ import annotations

from dataclasses import replace

from lesiontrack.study.model import Patient
from tests.analysis.courses import Event, Found, patient, responses


def found(*patients: Patient, events: tuple[Event, ...] = ()) -> Found:
    words = {p.code: {v.study_day: "SD" for v in p.visits if v.study_day > 0} for p in patients}
    return Found(responses(words), list(patients), events)


SEEN = [0, 28, 56]


def test_death_is_the_event_and_last_contact_censors() -> None:
    study = found(patient("A", visits=SEEN, death_date=200), patient("B", visits=SEEN, last_contact=300))
    assert study.end("OS", "A") == (201, True)
    assert study.end("OS", "B") == (301, False)
    assert study.why("OS", "B") == "alive; last contact"
    assert "deaths not recorded" not in study.why("PFS", "B")


def test_a_visit_after_the_last_contact_shows_that_the_patient_lived() -> None:
    study = found(patient("A", visits=SEEN, last_contact=40), patient("B", visits=SEEN, last_contact=-5))
    assert study.end("OS", "A") == (57, False)
    assert study.why("OS", "A") == "alive; last visit, after the last contact"
    assert study.end("OS", "B") == (57, False)


def test_without_a_last_contact_of_one_patient_the_last_visit_counts() -> None:
    study = found(patient("A", visits=SEEN), patient("B", visits=SEEN, last_contact=300), patient("C"))
    assert study.end("OS", "A") == (57, False)
    assert study.why("OS", "A") == "no last contact recorded; last visit"
    assert study.why("OS", "C") == "neither death, last contact nor a visit is recorded"


def test_nothing_recorded_suppresses_it() -> None:
    study = found(patient("A", visits=SEEN))
    assert not study.row("OS")["evaluable"]
    assert study.why("OS") == "neither deaths nor last contacts are recorded in the study"
    assert study.why("PFS").endswith("deaths not recorded: progression only")


def test_deaths_without_anybodys_last_contact_suppress_it() -> None:
    study = found(patient("A", visits=SEEN, death_date=200), patient("B", visits=SEEN))
    for code in "AB":
        assert "no last contact of anybody else" in study.why("OS", code)
    assert study.end("PFS", "A") == (57, False)  # the death comes after two missed visits
    assert found(patient("A", visits=SEEN, death_date=200)).end("OS") == (201, True)  # nobody else to know of


def test_dates_without_a_date_of_day_0() -> None:
    study = found(replace(patient("A", visits=SEEN, death_date=200), zero_date=None))
    assert study.why("OS") == "death_date recorded, but the date of the treatment start is not known"
    assert study.why("PFS").endswith("a death is recorded, but not on which study day")


def test_a_new_therapy_does_not_end_survival() -> None:
    study = found(patient("A", visits=SEEN, death_date=200), events=(Event("A", 10, "systemic_therapy"),))
    assert study.end("OS") == study.end("OS", handling="treatment_policy") == (201, True)
