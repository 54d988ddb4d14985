"""SDTM datasets of a whole study: rules that hold in every dataset, and values as our tables have them."""

from __future__ import annotations

import json
from datetime import date

import pandas as pd
import pytest

from lesiontrack.export.sdtm import files
from tests.export import adam_study
from tests.export.sdtm_study import (
    Datasets,
    read,
    recorded_source,
    source_of,
    supplement,
    whole_study,
    with_tables,
)

DOMAIN_NAMES = ("DM", "TU", "TR", "RS", "EX", "PR", "CM")


@pytest.fixture(scope="module")
def datasets() -> Datasets:
    return read(whole_study())


def test_every_kind_of_dataset_is_there(datasets: Datasets) -> None:
    supplements = {f"SUPP{name}" for name in DOMAIN_NAMES if name != "CM"}
    assert set(datasets) == {*DOMAIN_NAMES, *supplements, "RELREC"}
    assert all(len(rows) for rows in datasets.values())


def test_the_same_results_give_the_same_bytes() -> None:
    assert files(recorded_source()) == files(whole_study())


def test_subjects_are_those_of_adam(datasets: Datasets) -> None:
    from lesiontrack.export.adam import files as adam_files

    document = json.loads(adam_files(whole_study())["adsl.json"])
    names = [column["name"] for column in document["columns"]]
    adsl = pd.DataFrame(document["rows"], columns=names)
    assert datasets["DM"]["USUBJID"].tolist() == adsl["USUBJID"].tolist()
    assert set(datasets["DM"]["STUDYID"]) == set(adsl["STUDYID"])


@pytest.mark.parametrize("name", DOMAIN_NAMES)
def test_records_belong_to_subjects_and_are_numbered(name: str, datasets: Datasets) -> None:
    rows = datasets[name]
    assert set(rows["USUBJID"]) <= set(datasets["DM"]["USUBJID"])
    assert set(rows["DOMAIN"]) == {name}
    if name == "DM":
        assert rows["USUBJID"].is_unique
    else:
        for _, numbers in rows.groupby("USUBJID")[f"{name}SEQ"]:
            assert numbers.tolist() == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("TU", ["TULNKID"]),
        ("TR", ["TRTESTCD", "TRLNKID", "TRGRPID", "TRSPID", "TRMETHOD", "VISITNUM"]),
        ("RS", ["RSTESTCD", "RSSPID", "VISITNUM"]),
        ("EX", ["EXTRT", "EXLNKID", "EXSTDY"]),
    ],
)
def test_no_record_is_there_twice(name: str, what: list[str], datasets: Datasets) -> None:
    assert not datasets[name].duplicated(["USUBJID", *what]).any()


def test_a_visit_number_is_one_visit(datasets: Datasets) -> None:
    visits = pd.concat(datasets[name][["VISITNUM", "VISIT"]].dropna() for name in ("TU", "TR", "RS"))
    assert visits.drop_duplicates()["VISITNUM"].is_unique


@pytest.mark.parametrize("name", DOMAIN_NAMES)
def test_days_agree_with_dates_and_there_is_no_day_0(name: str, datasets: Datasets) -> None:
    rows = datasets[name].merge(datasets["DM"][["USUBJID", "RFSTDTC"]].rename(columns={"RFSTDTC": "ZERO"}))
    compared = 0
    for when in (
        column for column in rows.columns if column.endswith("DTC") and column not in datasets["DM"]
    ):
        for told, zero, day in rows[[when, "ZERO", f"{when.removesuffix('DTC')}DY"]].itertuples(index=False):
            if pd.notna(told):
                days = (date.fromisoformat(told) - date.fromisoformat(zero)).days
                assert day == (days + 1 if days >= 0 else days)
                assert day != 0
                compared += 1
    assert compared or name == "DM"


def test_nothing_is_ever_called_the_investigators(datasets: Datasets) -> None:
    everything = b"".join(content for name, content in files(whole_study()).items() if "json" in name)
    assert b"INVESTIGATOR" not in everything
    assert b'RECIST 1.1"' not in everything
    for name in ("TU", "TR", "RS"):
        assert datasets[name][f"{name}EVAL"].isna().all()
    photos = datasets["TR"]["TRMETHOD"] == "PHOTOGRAPHY"
    assert datasets["TR"].loc[photos, "TRNAM"].str.contains("SOFTWARE").all()
    assert datasets["TR"].loc[~photos, "TRNAM"].isna().all()
    assert set(datasets["RS"]["RSCAT"]) == {"PROTOCOL DEFINED RESPONSE CRITERIA"}


def test_the_erythema_grade_is_never_written() -> None:
    source = recorded_source(erythema_grade=3.25, scale_id="delta-a-provisional", field_delta_a=7.125)
    assert (source.tables["observations"]["erythema_grade"] == 3.25).all()
    text = b"".join(files(source).values())
    for hidden in (b"LESERYSV", b"3.25", b"7.125", b"delta-a"):
        assert hidden not in text


def test_links_lead_to_a_record(datasets: Datasets) -> None:
    links = set(zip(datasets["TU"]["USUBJID"], datasets["TU"]["TULNKID"], strict=True))
    assert len(links) == len(datasets["TU"])
    for name in ("TR", "EX", "PR"):
        rows = datasets[name].dropna(subset=f"{name}LNKID")
        assert len(rows)
        assert set(zip(rows["USUBJID"], rows[f"{name}LNKID"], strict=True)) <= links
    groups = datasets["TR"][["USUBJID", "TRLNKGRP"]].dropna()
    responses = datasets["RS"][["USUBJID", "RSLNKGRP"]].drop_duplicates()
    assert set(responses.itertuples(index=False, name=None)) <= set(groups.itertuples(index=False, name=None))
    ends = datasets["RELREC"].groupby("RELID")["IDVAR"].agg(list).to_dict()
    assert ends["TUTR"] == ["TULNKID", "TRLNKID"]
    assert ends["TRRS"] == ["TRLNKGRP", "RSLNKGRP"]


@pytest.mark.parametrize("name", [f"SUPP{name}" for name in DOMAIN_NAMES if name not in ("CM", "DM")])
def test_supplements_lead_to_a_record(name: str, datasets: Datasets) -> None:
    rows, parent = datasets[name], datasets[name.removeprefix("SUPP")]
    sequence = f"{name.removeprefix('SUPP')}SEQ"
    known = {
        (subject, str(number)) for subject, number in zip(parent["USUBJID"], parent[sequence], strict=True)
    }
    assert set(zip(rows["USUBJID"], rows["IDVARVAL"], strict=True)) <= known
    assert not rows.duplicated(["USUBJID", "IDVARVAL", "QNAM"]).any()
    assert rows["QNAM"].str.fullmatch("[A-Z][A-Z0-9]{0,7}").all()
    assert rows["QLABEL"].str.len().max() <= 40
    assert not set(rows["QNAM"]) & set(parent.columns)


@pytest.mark.parametrize(
    ("column", "test", "group"),
    [("longest_diameter_mm", "LDIAM", False), ("area_mm2", "AREA", False), ("ulcer_area_mm2", "AREA", True)],
)
def test_sizes_are_those_of_the_table(column: str, test: str, group: bool, datasets: Datasets) -> None:
    seen = whole_study().tables["observations"].dropna(subset=column)
    expected = {
        (f"Try 1-{row.patient}", row.lesion, row.study_day): getattr(row, column) for row in seen.itertuples()
    }
    rows = datasets["TR"].query("TRTESTCD == @test and TRMETHOD == 'PHOTOGRAPHY'").dropna(subset="TRORRES")
    rows = rows[(rows["TRGRPID"] == "EROSION") == group]
    found = {
        (row.USUBJID, row.TRSPID, row.TRDY - 1 if row.TRDY > 0 else row.TRDY): row.TRSTRESN
        for row in rows.itertuples()
    }
    assert found == expected
    assert (rows["TRORRES"].astype(float) == rows["TRSTRESN"]).all()
    assert (rows["TRORRES"] == rows["TRSTRESC"]).all()


def test_one_subjects_story(datasets: Datasets) -> None:
    """Subject B: 30 mm, 20, 20, then 27.5: a partial response, then progression from the nadir."""
    rows = datasets["TR"].query("USUBJID == 'Try 1-B' and TRSPID == 'protocol_targets'")
    story = rows.pivot(index="TRDY", columns="TRTESTCD", values="TRSTRESN")
    assert story["SUMDIAM"].tolist() == [30.0, 20.0, 20.0, 27.5]
    assert story["PCBSD"].round(1).tolist()[1:] == [-33.3, -33.3, -8.3]
    assert story["PCNSD"].round(1).tolist()[1:] == [-33.3, 0.0, 37.5]
    assert story["ACNSD"].tolist()[1:] == [-10.0, 0.0, 7.5]
    assert rows.set_index(["TRDY", "TRTESTCD"])["TRBLFL"].dropna().to_dict() == {(1, "SUMDIAM"): "Y"}
    responses = datasets["RS"].query("USUBJID == 'Try 1-B' and RSSPID == 'protocol_targets'")
    overall = responses[responses["RSTESTCD"] == "OVRLRESP"]
    assert overall["RSSTRESC"].tolist() == ["PR", "PR", "PD"]
    assert overall["RSDTC"].tolist() == ["2024-02-20", "2024-03-31", "2024-05-10"]
    told = supplement(datasets, "RS", int(overall["RSSEQ"].iloc[0]), "Try 1-B")
    assert told["RSREVIEW"] == "UNREVIEWED"


def test_small_lesions_are_told(datasets: Datasets) -> None:
    large = datasets["SUPPTU"].query("USUBJID == 'Try 1-B' and QNAM == 'TULARGE'")["QVAL"]
    assert sorted(large) == ["N", "Y"]


def test_best_responses_are_left_to_adam(datasets: Datasets) -> None:
    assert "BESTRESP" not in set(datasets["RS"]["RSTESTCD"])


def test_a_study_without_dates_keeps_its_days() -> None:
    datasets = read(recorded_source(dated=False, started=False))
    for rows in datasets.values():
        for column in rows:
            assert not column.endswith("DTC") or rows[column].isna().all()
    assert {-7, 1, 51} <= set(datasets["TR"]["TRDY"])
    assert datasets["DM"]["RFSTDTC"].isna().all()
    zero = datasets["SUPPDM"].query("QNAM == 'DAYZERO'")["QVAL"]
    assert set(zero) == {"FIRST VISIT"}


def test_no_rows_at_all() -> None:
    made = files(source_of(patients=[], observations=[], visit_responses=[]))
    assert list(made) == ["sdtm_readme.txt"]
    assert b"the study has no rows" in made["sdtm_readme.txt"]


def test_signed_only_keeps_links_and_what_was_recorded() -> None:
    whole = whole_study()
    signed = whole.tables["observations"].copy()
    signed.loc[signed["lesion"] == "L02", "review_status"] = "signed"
    part = adam_study.signed_part(with_tables(whole, observations=signed.to_dict("records")))
    datasets, every = read(part), read(whole)
    assert set(datasets["TU"]["TUSPID"]) == {"L02", "L01", "node"}
    seen = datasets["TU"].query("TUMETHOD == 'PHOTOGRAPHY'")
    assert set(seen["TUSPID"]) == {"L02"}
    links = every["TU"].set_index(["USUBJID", "TUSPID"])["TULNKID"]
    assert all(links[row.USUBJID, row.TUSPID] == row.TULNKID for row in seen.itertuples())
    assert "RS" not in datasets
    assert len(datasets["EX"]) == len(every["EX"])
