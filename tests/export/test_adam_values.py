"""Every derived value again, from the tables."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import pytest

from lesiontrack.export.adam import files
from lesiontrack.export.sdtm import files as sdtm_files
from lesiontrack.response import best_overall_response, respond
from lesiontrack.tables import frame
from tests.export.adam_study import LESIONS, PROTOCOL, Sizes, patients, source, whole
from tests.export.test_adam import datasets, made_of_whole


@pytest.fixture
def made() -> dict[str, pd.DataFrame]:
    return made_of_whole()


def test_sums_are_made_of_their_lesions(made: dict[str, pd.DataFrame]) -> None:
    rows = made["adtr"]
    single = rows[rows.PARAMCD.str.startswith("LDIAM")].set_index(["SUBJID", "LESIONID", "ADY"]).AVAL
    sums = rows[rows.PARAMCD == "SDIAMP"]
    assert len(sums) > 10
    for one in sums.itertuples():
        expected = one.LSEXP.split(", ")
        sizes = [single.get((one.SUBJID, lesion, one.ADY)) for lesion in expected]
        if one.ANL01FL == "Y":
            assert pytest.approx(sum(sizes)) == one.AVAL
            assert one.LSASS == one.LSEXP
        else:
            assert pd.isna(one.AVAL)
            assert one.LSASS != one.LSEXP


def test_changes_and_nadir(made: dict[str, pd.DataFrame]) -> None:
    rows = made["adtr"]
    for (_, code), found in rows[rows.PARAMCD.str.startswith("SDIAM")].groupby(["SUBJID", "PARAMCD"]):
        complete: list[float] = []
        for one in found.sort_values("ADY").itertuples():
            later = one.ABLFL != "Y"
            if later:
                assert min(complete) == one.NADIR, code
                assert (one.CRNFL == "Y") == (min(complete) == 0)
            if later and pd.notna(one.AVAL):
                assert pytest.approx(one.AVAL - one.BASE) == one.CHG
                assert pytest.approx(100 * one.CHG / one.BASE) == one.PCHG
                assert pytest.approx(one.AVAL - one.NADIR) == one.CHGNAD
                grown = one.NADIR == 0 and one.AVAL > 0
                if one.NADIR:
                    assert pytest.approx(100 * one.CHGNAD / one.NADIR) == one.PCHGNAD
                    grown = one.PCHGNAD >= 20 and one.CHGNAD >= 5
                else:
                    assert pd.isna(one.PCHGNAD)
                assert (one.PDFL == "Y") == grown
                assert (one.CRFL == "Y") == (one.AVAL == 0)
            if pd.notna(one.AVAL):
                complete.append(one.AVAL)


def test_a_merged_outline_is_no_assessment_of_one_lesion() -> None:
    lesions: dict[str, dict[str, Sizes]] = {"A": {"L01": {0: 12.0, 60: 26.0}, "L02": {0: 9.0, 60: "merged"}}}
    of = source(lesions)
    seen = of.tables["observations"]
    seen.loc[seen.status == "merged", "merged_into"] = "L01"
    again = {name: frame(name, rows) for name, rows in respond(seen, patients(lesions), PROTOCOL).items()}
    rows = datasets(replace(of, tables={**of.tables, **again}))["adtr"]
    total = rows[(rows.PARAMCD == "SDIAMP") & (rows.AVISIT == "DAY 61")].iloc[0]
    assert pd.isna(total.AVAL)
    assert total.LSEXP == "L01"
    assert pd.isna(total.LSASS)
    alone = rows[(rows.PARAMCD == "LDIAM1") & (rows.AVISIT == "DAY 61")].iloc[0]
    assert alone.AVAL == 26
    assert pd.isna(alone.CHG)


def test_sum_without_the_rows_of_its_baseline() -> None:
    """Where a reader has signed later visits alone."""
    of = source({"A": {"L01": {0: 30.0, 60: 20.0}}})
    tables = dict(of.tables)
    for name in ("observations", "lesion_responses"):
        tables[name] = tables[name][tables[name].study_day > 0]
    rows = datasets(replace(of, tables=tables))["adtr"]
    total = rows[rows.PARAMCD == "SDIAMP"]
    assert total.AVISIT.tolist() == ["DAY 61"]
    assert total.BASE.tolist() == [30]
    assert total.BASETYPE.isna().all()


def test_baseline_and_records_of_a_lesion(made: dict[str, pd.DataFrame]) -> None:
    rows = made["adtr"]
    one = rows[(rows.SUBJID == "0039") & (rows.PARAMCD == "LDIAM1")]
    assert one.AVISIT.tolist() == ["DAY -7", "BASELINE", "DAY 51", "DAY 91"]
    assert one.ABLFL.tolist()[1] == "Y"
    assert one.BASE.tolist()[1:] == [30, 30, 30]
    assert pd.isna(one.BASE.tolist()[0])
    assert one.PCHG.tolist()[2:] == [-100, -100]
    assert one.AVALSD.tolist()[:2] == [0.5, 0.5]
    assert one.LESSTAT.tolist()[2] == "NOT VISIBLE"
    hidden = rows[(rows.SUBJID == "E") & (rows.PARAMCD == "LDIAM1")].iloc[-1]
    assert (hidden.LESSTAT, hidden.REASNE) == ("OBSCURED", "since day 51")
    assert pd.isna(hidden.AVAL)
    assert pd.isna(hidden.ANL01FL)
    assert set(rows[(rows.SUBJID == "G") & rows.LESIONID.notna()].PARAMCD) == {"NDIAM1", "NAREA1", "NULC1"}
    late = rows[(rows.SUBJID == "H") & (rows.ABLFL == "Y")]
    assert set(late.BASETYPE) == {"FIRST EVALUABLE VISIT, NOT A VALID BASELINE"}
    assert set(late.ADY) == {11}


def test_every_lesion_visit_has_a_record_of_each_measure(made: dict[str, pd.DataFrame]) -> None:
    looks = sum(len(sizes) for found in LESIONS.values() for sizes in found.values())
    assert made["adtr"].LESIONID.notna().sum() == 3 * looks


def test_best_responses_follow_from_the_overall_responses(
    made: dict[str, pd.DataFrame],
) -> None:
    rows = made["adrs"]
    subjects = made["adsl"].SUBJID.tolist()
    for letter in "RPAI":
        for visits, flag in (("A", "ANL01FL"), ("W", "ANL02FL")):
            read = rows[(f"OVR{letter}A" == rows.PARAMCD) & (rows[flag] == "Y")]
            if letter == "I":
                continue  # confirmation of iRECIST looks at sizes, which words alone don't tell
            table = pd.DataFrame(
                {
                    "subject": read.SUBJID,
                    "date": [_study_day(ady) for ady in read.ADY],
                    "response": read.AVALC,
                }
            )
            for code, confirm in (("BOR", None), ("CBOR", 28)):
                again = best_overall_response(table, dict.fromkeys(subjects, 0), confirm_days=confirm)
                told = rows[f"{code}{letter}{visits}A" == rows.PARAMCD].set_index("SUBJID")
                for one in again.itertuples():
                    assert told.AVALC[one.subject] == one.response
                    day = told.ADY[one.subject]
                    assert pd.isna(day) == pd.isna(one.date)
                    if not pd.isna(day):
                        assert _study_day(day) == one.date


def test_responders_are_those_of_the_rates_on_either_basis(
    made: dict[str, pd.DataFrame],
) -> None:
    rows, rates = made["adrs"], whole().tables["rates"]
    letters = {"recist_2_per_organ": "R", "protocol_targets": "P", "all_lesion_area": "A", "irecist": "I"}
    compared = 0
    for one in rates[(rates.arm == "all") & (rates.endpoint == "ORR")].itertuples():
        suffix = letters[one.analysis] + ("W" if one.visits == "assessment_window" else "A")
        suffix += one.basis[0].upper()
        best, response = ("CBCP", "CRSP") if one.confirmation == "confirmed" else ("BCP", "RSP")
        for code in (best, response):
            told = rows[code + suffix == rows.PARAMCD]
            assert len(told) == one.denominator
            assert (told.AVALC == "Y").sum() == one.numerator, (code, suffix)
            compared += 1
    assert compared >= 48


def test_unsigned_complete_response_is_not_evaluable_on_the_signed_reading(
    made: dict[str, pd.DataFrame],
) -> None:
    rows = made["adrs"]
    one = rows[rows.SUBJID == "0039"].set_index("PARAMCD")
    assert one.AVALC["BORPAA"] == "CR"
    assert one.AVALC["BORPAS"] == "NE"
    assert one.AVALC["RSPPAS"] == "N"
    assert set(one.AVALC["OVRPA"].tolist()) == {"CR"}
    assert set(one.AVALC["OVRPS"].tolist()) == {"NE"}
    assert "no visible lesion" in one.REVNOTE["BORPAA"]


def test_sources_of_parameters_are_the_records_that_they_come_from(made: dict[str, pd.DataFrame]) -> None:
    rows = made["adrs"]
    by = rows.set_index(["SUBJID", "ASEQ"])
    derived = rows[rows.SRCDOM == "ADRS"]
    assert len(derived) > 50
    for one in derived.itertuples():
        origin = by.loc[one.SUBJID, one.SRCSEQ]
        assert (origin.PARCAT6, origin.ADY, origin.VISLABEL) == ("OVR", one.ADY, one.VISLABEL)
        assert (origin.PARCAT2, origin.PARCAT4) == (one.PARCAT2, one.PARCAT4)


def test_records_name_those_of_the_sdtm_datasets(made: dict[str, pd.DataFrame]) -> None:
    sdtm = {}
    documents = sdtm_files(whole())
    for domain in ("tr", "rs"):
        found = json.loads(documents[f"{domain}.json"])
        rows = pd.DataFrame(found["rows"], columns=[column["name"] for column in found["columns"]])
        sdtm[domain.upper()] = rows.set_index(["USUBJID", f"{domain.upper()}SEQ"])
    links = made["adtr"][made["adtr"].LESIONID.notna()]
    assert links.TRLNKID.notna().all()
    for name, domain, value in (("adtr", "TR", "AVAL"), ("adrs", "RS", "AVALC")):
        traced = made[name][domain == made[name].SRCDOM]
        assert len(traced) > 50
        for one in traced.itertuples():
            origin = sdtm[domain].loc[one.USUBJID, int(one.SRCSEQ)]
            assert (origin[f"{domain}DY"], origin.VISIT) == (one.ADY, one.VISIT)
            if domain == "TR":
                assert pd.isna(one.TRLNKID) or origin.TRLNKID == one.TRLNKID
            if pd.notna(origin[one.SRCVAR]) and one.PARCAT1 != "TUMOR RESPONSE":
                assert origin[one.SRCVAR] == getattr(one, value)
            elif one.PARCAT1 == "TUMOR RESPONSE" and one.PARCAT2 == "AUTOMATIC":
                assert origin[one.SRCVAR] == one.AVALC
    assert made["adtr"][made["adtr"].ANL01FL == "Y"].SRCSEQ.notna().all()


def test_times_to_event_are_those_of_the_table(made: dict[str, pd.DataFrame]) -> None:
    table, rows = whole().tables["time_to_event"], made["adtte"].set_index(["SUBJID", "PARAMCD"])
    pfs = table[
        (table.endpoint == "PFS") & (table.analysis == "protocol_targets") & (table.visits == "all_visits")
        & (table.confirmation == "confirmed") & (table.basis == "automatic")
        & (table.handling == "new_therapy_censors") & table.evaluable.fillna(False)
    ]  # fmt: skip
    assert len(pfs) > 5
    for one in pfs.itertuples():
        told = rows.loc[one.patient, "PFSPAAN"]
        assert told.AVAL == one.duration_days == told.ADY - told.STARTDY + 1
        assert (told.CNSR == 0) == one.event
    assert rows.loc["D", "PFSPAAN"].EVNTDESC.startswith("cutaneous, photo-visible progression")
    assert rows.loc["D", "OS"][["AVAL", "CNSR", "EVNTDESC", "SRCVAR"]].tolist() == [61, 0, "death", "DTHDT"]
    assert rows.loc["B", "OS"][["CNSR", "EVNTDESC", "CNSDTDSC", "SRCVAR"]].tolist() == [
        1, "alive", "last contact", "LSTALVDT",
    ]  # fmt: skip
    assert rows.loc["C", "PFSPAAN"].CNSR == 2  # systemic therapy on day 70
    assert rows.loc["C", "PFSPAAT"].CNSR == 1
    assert rows.loc["F", "PFSPAAN"].CNSR == 4
    lasting = made["adtte"]
    assert not lasting.duplicated(["SUBJID", "PARAMCD"]).any()


def _study_day(analysis_day: int) -> int:
    return analysis_day - 1 if analysis_day > 0 else analysis_day


def test_unknown_words_are_errors() -> None:
    table = whole().tables["visit_responses"].assign(analysis="something_new")
    with pytest.raises(ValueError, match="something_new"):
        files(replace(whole(), tables={**whole().tables, "visit_responses": table}))
