"""What becomes of single lesions, doses and events: states, links, places, days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesiontrack.export.cdisc import cdisc_day, in_cdisc_days
from lesiontrack.export.sdtm import files
from lesiontrack.export.sdtm.places import PLACES, skin_place
from lesiontrack.export.sdtm.study import Subject
from lesiontrack.export.sdtm.terms import CODELISTS
from lesiontrack.intake.vocabulary import SITES
from tests.export.sdtm_study import look, read, source_of, supplement, unseen, whole_study


@given(st.integers(-4000, 4000))
def test_days_jump_over_0(day: int) -> None:
    told = cdisc_day(day)
    assert told == (day + 1 if day >= 0 else day)
    assert told != 0
    zero = date(2024, 3, 4)
    subject = Subject("A", "S-A", zero, {})
    assert subject.date(day) == (zero + timedelta(days=day)).isoformat()
    assert subject.timing("TR", day) == {
        "VISITNUM": told,
        "VISIT": f"DAY {told}",
        "TRDTC": subject.date(day),
        "TRDY": told,
    }


def test_days_in_texts_are_told_alike() -> None:
    assert in_cdisc_days("biopsy on day 58; since day -3, day 0") == "biopsy on day 59; since day -3, day 1"
    assert in_cdisc_days("day014 has no photo, 3 days") == "day014 has no photo, 3 days"


def tumour_results(*looks: dict[str, Any], **tables: list[dict[str, Any]]) -> Any:
    return read(source_of(observations=list(looks), **tables))["TR"]


def words(rows: Any) -> dict[str, Any]:
    """Test → result, or the reason why there is none; the group in front for skin loss."""
    found = {}
    for row in rows.itertuples():
        told = [one for one in (row.TRSTRESN, row.TRORRES, row.TRREASND) if pd.notna(one)]
        found[("EROSION " if row.TRGRPID == "EROSION" else "") + row.TRTESTCD] = told[0]
    return found


def test_a_lesion_that_is_gone_measures_0() -> None:
    rows = tumour_results(look(7, status="not_visible", longest_diameter_mm=0.0, area_mm2=0.0))
    assert words(rows) == {"LDIAM": 0.0, "AREA": 0.0, "TUMSTATE": "ABSENT"}


def test_an_obscured_lesion_is_not_done_but_its_skin_loss_is_measured() -> None:
    rows = tumour_results(unseen(7, "obscured", "skin loss since day 7", ulcer_area_mm2=12.5))
    assert words(rows) == {
        "LDIAM": "skin loss since day 8",
        "EROSION AREA": 12.5,
        "TUMSTATE": "skin loss since day 8",
    }
    assert rows["TRSTAT"].fillna("").tolist() == ["NOT DONE", "", "NOT DONE"]


def test_a_lesion_without_a_scale_is_present_but_not_measured() -> None:
    rows = tumour_results(unseen(7, "present", "no scale"))
    assert words(rows) == {"LDIAM": "no scale", "TUMSTATE": "PRESENT"}


def test_a_size_that_may_not_be_used_is_not_written() -> None:
    rows = tumour_results(look(7, evaluable=False, reason="merged or not: cannot be told"))
    assert rows["TRSTRESN"].isna().all()


@pytest.mark.parametrize(("review", "state"), [("unreviewed", "EQUIVOCAL"), ("signed", "PRESENT")])
def test_a_new_lesion_is_equivocal_until_signed(review: str, state: str) -> None:
    new = {"role": "new", "review_status": review}
    datasets = read(source_of(observations=[look(7, status="new_candidate", **new), look(14, **new)]))
    assert datasets["TU"][["TULNKID", "TUORRES"]].to_numpy().tolist() == [["NEW01", "NEW"]]
    states = datasets["TR"].query("TRTESTCD == 'TUMSTATE'")["TRSTRESC"]
    assert states.tolist() == [state, state]


def test_a_reader_who_signs_is_no_evaluator() -> None:
    said = {"review_status": "void", "corrections": "Dr Gray: nothing is left of it"}
    datasets = read(source_of(observations=[look(7, **said)]))
    told = datasets["SUPPTR"].set_index("QNAM")["QVAL"]
    assert told["TRCORR"] == "Dr Gray: nothing is left of it"
    assert set(told["TRREVIEW"]) == {"VOID"}
    assert "TREVAL" not in datasets["TR"] or datasets["TR"]["TREVAL"].isna().all()


@pytest.mark.parametrize(
    ("new_lesion", "result"), [("candidate", "EQUIVOCAL"), ("signed", "UNEQUIVOCAL"), ("none", None)]
)
def test_new_lesions_in_responses(new_lesion: str, result: str | None) -> None:
    visit = {
        "patient": "A",
        "visit": "day007",
        "study_day": 7,
        "analysis": "irecist",
        "new_lesion": new_lesion,
    }
    visit |= {"target_response": "iSD", "response": "iSD", "response_if_candidates_are_new": "iUPD"}
    datasets = read(source_of(visit_responses=[visit]))
    found = datasets["RS"].set_index("RSTESTCD")["RSSTRESC"].to_dict()
    assert found.pop("NEWLPROG", None) == result
    assert found == {"TRGRESP": "iSD", "OVRLRESP": "iSD"}
    overall = int(datasets["RS"].set_index("RSTESTCD").loc["OVRLRESP", "RSSEQ"])
    subject = datasets["RS"]["USUBJID"].iloc[0]
    assert supplement(datasets, "RS", overall, subject)["RSIFNEW"] == "iUPD"


def test_split_and_merged_lesions() -> None:
    fragment = look(14, lesion="L05", role=None, status="split")
    merged = unseen(28, "merged", "one region with L01", lesion="L05", role=None, merged_into="L01")
    datasets = read(source_of(observations=[look(0), look(28), fragment, merged]))
    found = datasets["TU"][["TULNKID", "TUTESTCD", "TUSTRESC", "TUDY"]].to_numpy().tolist()
    assert found == [["T01", "TUMIDENT", "TARGET", 1], ["X05", "TUSPLIT", "UNKNOWN", 15]]
    state = datasets["TR"].query("TRSTRESC == 'TUMOR MERGED'").iloc[0]
    assert state["TRLNKID"] == "X05"
    told = supplement(datasets, "TR", int(state["TRSEQ"]), str(state["USUBJID"]))
    assert told["TRMERGTO"] == "T01"
    assert told["TRSTATUS"] == "MERGED"


def test_a_lesion_seen_from_two_sites_has_one_result_a_visit() -> None:
    hidden = unseen(0, "out_of_frame", "not in the photo", site="left-ankle", photo="ankle.jpg")
    rows = tumour_results(hidden, look(0, photo="calf.jpg"))
    assert rows["TRREFID"].tolist() == ["calf.jpg"] * 3
    assert not rows.duplicated(["TRTESTCD", "TRLNKID", "TRGRPID", "VISITNUM"]).any()


def test_the_deviation_of_a_size_goes_with_it() -> None:
    datasets = read(source_of(observations=[look(0, longest_diameter_mm_sd=0.25)]))
    row = datasets["TR"].set_index("TRTESTCD").loc["LDIAM"]
    assert supplement(datasets, "TR", int(row["TRSEQ"]), str(row["USUBJID"]))["TRSD"] == "0.25"


def test_the_baseline_is_flagged_where_it_is_valid() -> None:
    def response(day: int, valid: bool) -> dict[str, Any]:
        return {"patient": "A", "lesion": "L01", "visit": f"day{day:03d}", "study_day": day} | {
            "baseline_visit": "day000",
            "baseline_valid": valid,
        }

    for valid in (True, False):
        told = [response(0, valid), response(7, valid)]
        rows = tumour_results(look(0), look(7), lesion_responses=told).query("TRTESTCD == 'LDIAM'")
        assert rows["TRBLFL"].fillna("").tolist() == ["Y" if valid else "", ""]


def test_other_measurements_stand_beside_the_photos() -> None:
    datasets = read(whole_study())
    rows = datasets["TR"].query("TRMETHOD != 'PHOTOGRAPHY'").set_index("TRMETHOD")
    caliper, scan = rows.loc["CALIPER MEASUREMENT METHOD"], rows.loc["CT SCAN"]
    assert (caliper["TRORRES"], caliper["TRORRESU"]) == ("2.9", "cm")
    assert (caliper["TRSTRESN"], caliper["TRSTRESU"]) == (29.0, "mm")
    assert len(rows) == 2
    node = datasets["TU"].set_index("TULNKID").loc[scan["TRLNKID"]]
    assert (node["TUSPID"], node["TUTESTCD"], node["TUMETHOD"]) == ("node", "LESIDENT", "CT SCAN")
    readme = files(whole_study())["sdtm_readme.txt"].decode()
    assert "1 of 3 rows of measurements.csv have no test here: thickness (mm)" in readme


def test_doses_and_events_are_as_recorded() -> None:
    datasets = read(whole_study())
    exposures = datasets["EX"].set_index("EXSEQ")
    injected = exposures[exposures["EXTRT"] == "IL-2"].iloc[0]
    assert (injected["EXDOSE"], injected["EXDOSU"], injected["EXLNKID"]) == (0.5, "mL", "T01")
    assert (injected["EXSTDY"], injected["EXENDY"]) == (1, 1)
    assert injected["EXLOC"] == "SKIN OF THE LOWER LIMB"
    cream = exposures[exposures["EXDOSFRQ"] == "QN"].iloc[0]
    assert (cream["EXSTDTC"], cream["EXENDTC"], cream["EXENDY"]) == ("2024-01-01", "2024-02-19", 50)
    told = supplement(datasets, "EX", int(cream.name), "Try 1-B")
    assert told == {"EXMARGIN": "100", "EXOCCL": "film", "EXCOURSE": "1"}
    later = exposures[exposures["EXSTDY"] == 61]
    assert later["EXDOSFRQ"].isna().all()
    told = supplement(datasets, "EX", int(later.index[0]), "Try 1-B")
    assert told == {"EXFREQ": "Mon and Thu", "EXLESION": "toe"}
    biopsy = datasets["PR"].set_index("PRTRT").loc["BIOPSY"]
    assert (biopsy["PRSTDY"], biopsy["PRSTDTC"], biopsy["PRLNKID"]) == (59, "2024-02-28", "T01")
    assert datasets["CM"][["CMTRT", "CMSTDY"]].to_numpy().tolist() == [["SYSTEMIC THERAPY", 100]]
    assert "Events without a domain here: holiday" in files(whole_study())["sdtm_readme.txt"].decode()
    subject = datasets["DM"].set_index("SUBJID").loc["B"]
    assert (subject["RFSTDTC"], subject["RFXSTDTC"], subject["RFXENDTC"]) == (
        "2024-01-01",
        "2024-01-01",
        "2024-03-01",
    )


def test_death_and_arm() -> None:
    subjects = read(whole_study())["DM"].set_index("SUBJID")
    assert subjects.loc["D", ["DTHDTC", "DTHFL"]].tolist() == ["2024-03-01", "Y"]
    assert pd.isna(subjects.loc["B", "DTHFL"])
    assert set(subjects["ARM"]) == {"A", "B"}
    assert "F" in subjects.index


@pytest.mark.parametrize(
    ("site", "place", "side"),
    [
        ("left-calf", "SKIN OF THE LOWER LIMB", "LEFT"),
        ("Oberschenkel rechts", "SKIN OF THE THIGH", "RIGHT"),
        ("upper-back", "SKIN OF THE BACK", None),
        ("scalp", "SCALP", None),
        ("right-shoulder", "SKIN", "RIGHT"),
        ("site-3", "SKIN", None),
        ("chest-and-abdomen", "SKIN", None),
        (None, None, None),
    ],
)
def test_places_of_the_skin(site: str | None, place: str | None, side: str | None) -> None:
    assert skin_place(site) == (place, side)


def test_every_place_is_a_term_for_a_site_that_is_known() -> None:
    assert set(PLACES.values()) <= set(CODELISTS["C74456"])
    assert set(PLACES) <= set(SITES.values())
