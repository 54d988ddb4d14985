"""ADaM datasets: valid, keyed, and derivable from the tables."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest

from lesiontrack.export.adam import files
from lesiontrack.export.adam.adsl import adsl_rows
from lesiontrack.export.adam.study import AdamStudy
from lesiontrack.export.source import Source
from lesiontrack.protocol import load_protocol
from tests.export.adam_study import LESIONS, on, signed_part, source, whole

SCHEMA = json.loads(
    (Path(__file__).parents[1] / "data" / "dataset-json" / "dataset.schema.json").read_text("utf-8")
)
NAMES = ("adsl", "adtr", "adrs", "adtte")


def documents(of: Source) -> dict[str, dict[str, Any]]:
    made = files(of)
    assert set(made) == {*(f"{name}.json" for name in NAMES), "adam.txt"}
    return {name: json.loads(made[f"{name}.json"]) for name in NAMES}


def datasets(of: Source) -> dict[str, pd.DataFrame]:
    return {name: rows(found) for name, found in documents(of).items()}


def rows(found: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(found["rows"], columns=[column["name"] for column in found["columns"]]).astype(object)


@cache
def made_of_whole() -> dict[str, pd.DataFrame]:
    return datasets(whole())


@pytest.fixture
def made() -> dict[str, pd.DataFrame]:
    return made_of_whole()


FEW = {code: LESIONS[code] for code in ("0039", "E")}
STUDIES: dict[str, dict[str, Any]] = {
    "no dates": {"lesions": FEW, "dated": False},
    "no treatment start": {"lesions": FEW, "started": False},
    "empty": {"nobody": True},
    "photo-less only": {"lesions": {}},
    "signed": {"lesions": FEW, "review_status": "signed"},
    "with phases": {"lesions": FEW, "protocol": load_protocol("il2-imiquimod-retinoid")},
}


def check(of: Source, *, schema: bool = False) -> None:
    """Keys are keys, days are CDISC's, and nothing is there that must not be."""
    for name, found in documents(of).items():
        if schema:
            jsonschema.Draft202012Validator(SCHEMA).validate(found)
        keys = {c["keySequence"]: c["name"] for c in found["columns"] if "keySequence" in c}
        assert sorted(keys) == list(range(1, len(keys) + 1))
        table = rows(found)
        assert not table.duplicated(list(keys.values())).any(), name
        if name != "adsl":
            assert not table.duplicated(["USUBJID", "ASEQ"]).any()
        for day in [column for column in map(str, table.columns) if column.endswith("DY")]:
            assert not table[day].eq(0).any(), (name, day)
        text = json.dumps(found).upper()
        assert not any(word in text for word in ("INVESTIGATOR", "ERYTHEMA", "DAY 0 "))


def test_datasets_are_valid() -> None:
    check(whole(), schema=True)


@pytest.mark.parametrize("kind", STUDIES)
def test_every_study_gives_datasets(kind: str) -> None:
    check(source(**STUDIES[kind]), schema=kind == "empty")


def test_what_is_signed_gives_datasets() -> None:
    check(signed_part(source(FEW, review_status="signed")), schema=True)


def test_parameters_are_one_to_one_with_their_codes(made: dict[str, pd.DataFrame]) -> None:
    for name in ("adtr", "adrs", "adtte"):
        rows = made[name]
        categories = ["PARAMCD", "PARAM", *(c for c in rows if c.startswith("PARCAT"))]
        pairs = rows[categories].drop_duplicates()
        assert not pairs.PARAMCD.duplicated().any()
        assert not pairs.PARAM.duplicated().any()
        assert pairs.PARAMCD.str.fullmatch("[A-Z][A-Z0-9]{0,7}").all()
        assert (pairs.PARAM.str.len() <= 200).all()
        if "AVALC" in rows:
            values = rows[["PARAMCD", "AVAL", "AVALC"]].drop_duplicates()
            assert not values.duplicated(["PARAMCD", "AVAL"]).any()
            assert not values.duplicated(["PARAMCD", "AVALC"]).any()


def test_dates_follow_from_days(made: dict[str, pd.DataFrame]) -> None:
    rows = pd.concat([made["adtr"], made["adrs"], made["adtte"]])
    rows = rows[rows.ADY.notna()]
    assert len(rows)
    for day, when in zip(rows.ADY, rows.ADT, strict=True):
        assert when == on(int(day) - 1 if day > 0 else int(day))


def test_dates_are_numbers_in_sas() -> None:
    column = next(c for c in documents(source(nobody=True))["adsl"]["columns"] if c["name"] == "TRTSDT")
    assert (column["dataType"], column["targetDataType"]) == ("date", "integer")
    assert column["displayFormat"] == "E8601DA."


def test_subjects_without_photos_are_subjects(made: dict[str, pd.DataFrame]) -> None:
    adsl = made["adsl"].set_index("SUBJID")
    assert list(adsl.index) == ["0039", "B", "C", "D", "E", "F", "G", "H", "I"]
    assert adsl.loc["F"].PHOTOFL == "N"
    assert pd.isna(adsl.loc["F"].NLESBL)
    assert pd.isna(adsl.loc["F"].SUMBL)
    assert (adsl.ENRLFL == "Y").all()
    of_f = made["adrs"][made["adrs"].SUBJID == "F"]
    assert set(of_f[of_f.PARCAT6.isin(["BOR", "CBOR"])].AVALC) == {"MISSING"}
    assert set(of_f[of_f.PARCAT6.isin(["RSP", "CRSP", "PD", "CB", "BCP", "MDIS", "DEATH"])].AVALC) == {"N"}


def test_subject_level_values(made: dict[str, pd.DataFrame]) -> None:
    adsl = made["adsl"].set_index("SUBJID")
    one = adsl.loc["0039"]
    assert (one.USUBJID, one.STUDYID) == ("Try 1-0039", "Try 1")
    assert (one.TRTSDT, one.ENRLDT, one.ENRLDY) == ("2024-01-01", "2023-12-25", -7)
    assert (one.NLESBL, one.NTGTBL, one.SUMBL, one.AREABL) == (2, 2, 42.5, 30 * 30 + 12.5 * 12.5)
    assert (one.ITABL, one.ITACBL) == (35.0, "INTERMEDIATE")
    assert (one.ITTFL, one.PPROTFL) == ("Y", "N")
    assert not {"TONE", "CENTRE", "TONEFL"} & set(adsl)
    assert pd.isna(one.DTHFL)
    assert (adsl.loc["D"].DTHFL, adsl.loc["D"].DTHDT, adsl.loc["D"].DTHADY) == ("Y", "2024-03-01", 61)
    assert (one.LSTALVDT, one.LSTALVSR) == ("2024-06-01", "LAST CONTACT")
    assert adsl.loc["I"].SUMBL == 20  # not seen again: from its lesions


def test_tone_is_of_skin_before_treatment_or_untreated() -> None:
    def tone(first: int, reference: str) -> object:
        seen = whole().tables["observations"].assign(erythema_reference=reference)
        seen = seen[seen.study_day >= first]
        study = AdamStudy(replace(whole(), tables={**whole().tables, "observations": seen}))
        return {row["SUBJID"]: row["ITACBL"] for row in adsl_rows(study) if "ITACBL" in row}["B"]

    assert tone(0, "this photo is the baseline") == "INTERMEDIATE"
    assert tone(50, "own registered baseline (ruler white)") == "INTERMEDIATE"
    assert tone(50, "ring of treated skin, last resort, biased") is None


def test_last_known_alive_is_the_later_of_contact_and_visit() -> None:
    late = source({"A": {"L01": {0: 20.0, 300: 20.0}}})
    one = datasets(late)["adsl"].set_index("SUBJID").loc["A"]
    assert (one.LSTALVDY, one.LSTALVSR) == (301, "LAST VISIT")


def test_without_dates_days_are_there(made: dict[str, pd.DataFrame]) -> None:
    undated = datasets(source(FEW, dated=False))
    assert undated["adtr"].ADT.isna().all()
    dated = made["adtr"][made["adtr"].SUBJID.isin(FEW)]
    assert undated["adtr"].ADY.tolist() == dated.ADY.tolist()
    assert undated["adsl"].TRTSDT.isna().all()


def test_without_a_treatment_start_the_anchor_says_so() -> None:
    found = datasets(source(FEW, started=False))
    assert set(found["adsl"].ANCHTYP) == {"FIRST VISIT"}
    assert found["adsl"].TRTSDT.isna().all()
    assert set(found["adtr"].BASETYPE.dropna()) == {"FIRST EVALUABLE VISIT, NOT A VALID BASELINE"}
    assert found["adtte"].empty


def test_empty_study_has_variables_and_no_rows() -> None:
    for name, found in documents(source(nobody=True)).items():
        assert found["records"] == 0
        assert len(found["columns"]) > 10, name


def test_nothing_signed_leaves_the_enrolled() -> None:
    found = datasets(signed_part(whole()))
    assert len(found["adsl"]) == len(LESIONS) + 1
    assert found["adtr"].empty
    assert set(found["adrs"].PARAMCD) == {"DEATH"}


def test_signed_only_has_the_signed_reading_alone() -> None:
    found = datasets(signed_part(source(FEW, review_status="signed")))
    assert set(found["adrs"].PARCAT2.dropna()) == {"SIGNED"}
    assert set(found["adtte"].PARCAT2.dropna()) == {"SIGNED"}


def test_codes_are_explained() -> None:
    text = files(source(nobody=True))["adam.txt"].decode()
    for words in ("ANL02FL", "CNSR 0 event", "RECIST 1.1 RULES, PROTOCOL TARGETS", "no day 0"):
        assert words in text
    assert max(len(line) for line in text.splitlines()) <= 110
