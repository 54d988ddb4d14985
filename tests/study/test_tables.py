from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesiontrack.errors import StudyError
from lesiontrack.study.schema import TABLES
from lesiontrack.study.tables import _number, read_table

from .conftest import MakeStudy


def test_no_file_no_rows(make_study: MakeStudy) -> None:
    assert read_table(make_study(), "doses.csv") == ()


def test_types_and_ids(make_study: MakeStudy) -> None:
    header = "patient,site,lesion,visit,x,y,role,depth,injected_from"
    text = f"{header}\n0039,calf,007,day014,1.5,2,Non-Target,,day000\n"
    (row,) = read_table(make_study(lesions=text), "lesions.csv")
    assert (row["patient"], row["lesion"], row.line) == ("0039", "007", 2)
    assert (row["x"], row["y"]) == (1.5, 2.0)
    assert row["visit"].day == 14
    assert row["injected_from"].day == 0
    assert row["role"] == "non_target"
    assert row["depth"] is None
    assert row["organ"] is None  # a column that is not there


def test_semicolon_file_takes_decimal_comma(make_study: MakeStudy) -> None:
    text = (
        "\ufeffpatient;visit;lesion;method;quantity;value;unit\nPT1;day014;L1;ct;longest_diameter;12,5;mm\n"
    )
    (row,) = read_table(make_study(measurements=text), "measurements.csv")
    assert row["value"] == 12.5
    assert row["method"] == "CT"


def test_free_columns_of_patients(make_study: MakeStudy) -> None:
    text = "patient,arm,enrolled,age,per_protocol\nPT1,A,2024-03-01,61,\n"
    (row,) = read_table(make_study(patients=text), "patients.csv")
    assert row["enrolled"] == date(2024, 3, 1)
    assert row.extra == {"age": "61"}


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("patient,treatment_strat", r"unknown column 'treatment_strat'; did you mean 'treatment_start'\?"),
        ("patient,Death Date", r"unknown column 'Death Date'; did you mean 'death_date'\?"),
        ("Patient,arm", r"unknown column 'Patient'; did you mean 'patient'\?"),
        ("patient_id,arm", "column 'patient' is missing.*rename 'patient_id' if that is it"),
        ("arm", "column 'patient' is missing; there are arm"),
    ],
)
def test_near_miss_columns_of_patients(make_study: MakeStudy, header: str, message: str) -> None:
    with pytest.raises(StudyError, match=rf"^patients\.csv: {message}"):
        read_table(make_study(patients=f"{header}\n"), "patients.csv")


@pytest.mark.parametrize("file", sorted(set(TABLES) - {"patients.csv"}))
def test_unknown_columns_elsewhere(make_study: MakeStudy, file: str) -> None:
    table = TABLES[file]
    header = ",".join([*table.names, "pateint"])
    root = make_study(**{file.removesuffix(".csv"): f"{header}\n"})
    with pytest.raises(StudyError, match=rf"^{file}: unknown column 'pateint'; did you mean 'patient'\?"):
        read_table(root, file)


@pytest.mark.parametrize("file", sorted(TABLES))
def test_every_required_column_is_required(make_study: MakeStudy, file: str) -> None:
    table = TABLES[file]
    for column in table.columns:
        header = ",".join(name for name in table.names if name != column.name)
        root = make_study(**{file.removesuffix(".csv"): f"{header}\n"})
        if column.required:
            with pytest.raises(StudyError, match=f"column '{column.name}' is missing"):
                read_table(root, file)
        else:
            assert read_table(root, file) == ()


DOSES = "patient,agent,start,end,amount,course"
EVENTS = "patient,date,event"
PHOTOS = "path,patient,visit,site,view,modality,px_per_mm"


@pytest.mark.parametrize(
    ("file", "header", "row", "message"),
    [
        ("doses", DOSES, ",IL-2,day000,,,", "column patient: the cell is empty"),
        ("doses", DOSES, "PT1,IL-2,4.3.2024,,,", "column start: '4.3.2024' is not a date"),
        ("doses", DOSES, "PT1,IL-2,14,,,", "column start: '14' is not a date"),
        ("doses", DOSES, "PT1,IL-2,day000,NA,,", "column end: 'NA' is not taken; leave the cell empty"),
        ("doses", DOSES, "PT1,IL-2,day000,,7 MIU,", "column amount: '7 MIU' is not a number"),
        (
            "doses",
            DOSES,
            'PT1,IL-2,day000,,"7,5",',
            "column amount: '7,5' is not a number with a decimal point",
        ),
        ("doses", DOSES, "PT1,IL-2,day000,,-1,", "column amount: -1 is below 0"),
        ("doses", DOSES, "PT1,IL-2,day000,,inf,", "column amount: 'inf' is not a number"),
        ("doses", DOSES, "PT1,IL-2,day000,,1e999,", "column amount: 1e999 is too large"),
        ("doses", DOSES, "PT1,IL-2,day000,,,1.5", "column course: '1.5' is not a whole number"),
        ("doses", DOSES, "PT1,IL-2,day000,,,0", "column course: 0 is below 1"),
        ("events", EVENTS, "PT1,day003,excison", "column event: 'excison'.*did you mean 'excision'"),
        ("patients", "patient,death_date", "PT1,day100", "column death_date: 'day100' is a day label"),
        ("patients", "patient,enrolled", "PT1,yes", "column enrolled: 'yes' is not a date"),
        ("patients", "patient", "a/b", "column patient: 'a/b' holds a path separator"),
        (
            "photos",
            PHOTOS,
            "a.jpg,PT1,day000,calf,1,dermscopic,",
            "column modality: 'dermscopic' is not one of",
        ),
        ("photos", PHOTOS, "a.jpg,PT1,day000,calf,1,,0", "column px_per_mm: 0 must be above 0"),
        ("photos", PHOTOS, "a.jpg,PT1,baseline,calf,1,,", "column visit: 'baseline' is not a date"),
        ("photos", PHOTOS, "a.jpg,PT1,day000,l/calf,1,,", "column site: 'l/calf' holds a path separator"),
    ],
)
def test_bad_cells_name_file_line_column_value_and_rule(
    make_study: MakeStudy, file: str, header: str, row: str, message: str
) -> None:
    with pytest.raises(StudyError, match=rf"^{file}\.csv, line 3, {message}"):
        read_table(make_study(**{file: f"{header}\n\n{row}\n"}), f"{file}.csv")


def test_open_vocabulary_of_events(make_study: MakeStudy) -> None:
    root = make_study(events="patient,date,event\nPT1,day003,Systemic Therapy\nPT1,day004,re-excision\n")
    assert [row["event"] for row in read_table(root, "events.csv")] == ["systemic_therapy", "re_excision"]


def test_duplicates_of_an_id(make_study: MakeStudy) -> None:
    with pytest.raises(
        StudyError, match=r"patients\.csv, line 4: second row of patient 'PT1'; the first is line 2"
    ):
        read_table(make_study(patients="patient\nPT1\nPT2\nPT1\n"), "patients.csv")
    landmarks = "patient,site,visit,point,x,y\nPT1,calf,day000,a,1,1\nPT1,calf,day000,a,2,2\n"
    with pytest.raises(StudyError, match=r"line 3: second row of .*visit 'day000', point 'a'"):
        read_table(make_study(landmarks=landmarks), "landmarks.csv")


def test_two_doses_of_one_day_are_two_doses(make_study: MakeStudy) -> None:
    root = make_study(doses="patient,agent,start\nPT1,IL-2,day000\nPT1,IL-2,day000\n")
    assert len(read_table(root, "doses.csv")) == 2


@given(st.floats(allow_nan=False, allow_infinity=False), st.booleans())
def test_numbers_read_back(value: float, decimal_comma: bool) -> None:
    text = repr(value).replace(".", ",") if decimal_comma else repr(value)
    assert _number(text, decimal_comma) == value


@given(st.text(max_size=8), st.booleans())
def test_any_text_is_a_finite_number_or_refused(text: str, decimal_comma: bool) -> None:
    try:
        value = _number(text, decimal_comma)
    except ValueError:
        return
    assert not math.isnan(value)


@pytest.mark.parametrize(
    "text", ["1_000", "١", "1.234,5", "1,2,3", "0x10", "nan", "", " ", "1 000", "<5", "½"]
)
@pytest.mark.parametrize("decimal_comma", [False, True])
def test_numbers_that_python_or_people_would_take(text: str, decimal_comma: bool) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        _number(text, decimal_comma)
