from __future__ import annotations

import dataclasses
import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lesiontrack.errors import StudyError
from lesiontrack.study import Visit, read_study

from .conftest import MakeStudy


def test_patients_visits_and_photos_in_order(make_study: MakeStudy) -> None:
    study = read_study(
        make_study(
            "PT10/2024-03-04/b.jpg",
            "PT2/2024-03-18/a.jpg",
            "PT2/week01/a10.jpg",
            "PT2/week01/a2.jpg",
            "PT2/week01/a2_2.jpg",
            "PT2/2024-02-26/a.jpg",
            study_toml='title = "T"\n[treatment_start]\nPT2 = 2024-03-04\n',
        )
    )
    assert study.title == "T"
    assert [patient.code for patient in study.patients] == ["PT2", "PT10"]
    two, ten = study.patients
    assert two.visits == (
        Visit("2024-02-26", -7, date(2024, 2, 26)),
        Visit("week01", 7, date(2024, 3, 11)),
        Visit("2024-03-18", 14, date(2024, 3, 18)),
    )
    assert [(photo.site, photo.view) for photo in two.photos] == [
        ("a", 1),
        ("a2", 1),
        ("a2", 2),
        ("a10", 1),
        ("a", 1),
    ]
    assert (two.day_zero, two.treatment_start, two.zero_date) == (
        "treatment_start",
        date(2024, 3, 4),
        date(2024, 3, 4),
    )
    assert (ten.day_zero, ten.treatment_start, ten.zero_date) == ("first_visit", None, date(2024, 3, 4))
    assert study.sites() == (("PT2", "a"), ("PT2", "a2"), ("PT2", "a10"), ("PT10", "b"))
    assert study.failures == ()


def test_patients_without_photos_and_attributes(make_study: MakeStudy) -> None:
    table = (
        "patient;treatment_start;arm;enrolled;death_date;last_contact;per_protocol\n"
        "PT9;2024-03-01;A;2024-02-20;;2024-09-01;yes\nPT1;;B;;2024-12-24;;\n"
    )
    study = read_study(make_study("PT1/2024-03-04/a.jpg", patients=table))
    one, nine = study.patients
    assert one.attributes == {"arm": "B", "death_date": "2024-12-24"}
    assert nine.attributes == {
        "arm": "A",
        "enrolled": "2024-02-20",
        "last_contact": "2024-09-01",
        "per_protocol": "yes",
    }
    assert (nine.photos, nine.visits, nine.treatment_start) == ((), (), date(2024, 3, 1))
    assert study.sites() == (("PT1", "a"),)


def test_treatment_start_from_either_place_but_one(make_study: MakeStudy) -> None:
    root = make_study(
        "PT1/2024-03-04/a.jpg",
        patients="patient,treatment_start\nPT1,2024-03-04\n",
        study_toml="[treatment_start]\nPT1 = 2024-03-04\n",
    )
    assert read_study(root).patients[0].treatment_start == date(2024, 3, 4)
    make_study(study_toml="[treatment_start]\nPT1 = 2024-03-05\n")
    with pytest.raises(
        StudyError, match=r"'PT1': 2024-03-05 in study\.toml, 2024-03-04 in patients\.csv, line 2"
    ):
        read_study(root)


def test_treatment_start_of_an_unknown_patient(make_study: MakeStudy) -> None:
    root = make_study("PT001/2024-03-04/a.jpg", study_toml="[treatment_start]\nPT01 = 2024-03-04\n")
    with pytest.raises(StudyError, match=r"study\.toml.*'PT01'.*did you mean 'PT001'\?"):
        read_study(root)


def test_second_visit_of_one_day_is_refused(make_study: MakeStudy) -> None:
    study = read_study(
        make_study(
            "P/2024-03-04/a.jpg",
            "P/day000/a.jpg",
            "P/week02/a.jpg",
            "P/day014/a.jpg",
            study_toml="[treatment_start]\nP = 2024-03-04\n",
        )
    )
    assert [visit.label for visit in study.patients[0].visits] == ["2024-03-04", "day014"]
    reasons = {failure.file: failure.reason for failure in study.failures}
    assert set(reasons) == {"P/day000/a.jpg", "P/week02/a.jpg"}
    assert "same day as visit 2024-03-04 (study day 0)" in reasons["P/day000/a.jpg"]
    assert {photo.visit for photo in study.patients[0].photos} == {"2024-03-04", "day014"}


def test_dates_among_day_labels_without_a_start_are_refused(make_study: MakeStudy) -> None:
    study = read_study(make_study("P/2024-03-04/a.jpg", "P/day014/a.jpg", "Q/day000/a.jpg"))
    assert [visit.label for visit in study.patient("P").visits] == ["day014"]
    assert study.patient("P").day_zero == "treatment_start"
    (failure,) = study.failures
    assert failure.file == "P/2024-03-04/a.jpg"
    assert "give the treatment start of P in study.toml" in failure.reason


def test_photos_csv_replaces_the_folders(make_study: MakeStudy) -> None:
    study = read_study(
        make_study(
            "any/where/1.jpg",
            "P/day000/a.jpg",
            photos="path,patient,visit,site\nany/where/1.jpg,X,day000,calf\nany/where/2.jpg,X,day007,calf\n",
        )
    )
    assert [patient.code for patient in study.patients] == ["X"]
    assert [photo.relative for photo in study.patients[0].photos] == ["any/where/1.jpg"]
    assert [visit.label for visit in study.patients[0].visits] == ["day000", "day007"]
    assert [failure.file for failure in study.failures] == ["any/where/2.jpg"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [("patient.csv", "patients.csv"), ("Study.toml", "study.toml"), ("lesion.csv", "lesions.csv")],
)
def test_misspelt_table_names_are_not_passed_over(make_study: MakeStudy, name: str, meant: str) -> None:
    root = make_study("P/day000/a.jpg")
    (root / name).write_text("x")
    if (root / meant).exists():
        pytest.skip("this file system does not tell case apart")
    with pytest.raises(StudyError, match=rf"{name} is not a file that is read; did you mean {meant}\?"):
        read_study(root)


@pytest.mark.parametrize("arm", ["all", "All ", "no arm recorded"])
def test_an_arm_may_not_be_called_as_everybody_is(make_study: MakeStudy, arm: str) -> None:
    root = make_study("P/day000/a.jpg", patients=f"patient,arm\nP,{arm}\n")
    with pytest.raises(StudyError, match=r"patients.csv.*arm .* is a word of the output tables"):
        read_study(root)


def test_not_a_study(make_study: MakeStudy, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="does not exist"):
        read_study(tmp_path / "nowhere")
    (tmp_path / "file").write_text("")
    with pytest.raises(StudyError, match="is a file"):
        read_study(tmp_path / "file")
    (tmp_path / "lesiontrack-results.json").write_text("{}")
    with pytest.raises(StudyError, match="is a results folder"):
        read_study(tmp_path)


def test_names_that_need_care(make_study: MakeStudy) -> None:
    codes = ["Jörg Müßig", "<script>alert(1)<", "=HYPERLINK(1)", "a'b\"c", "[bold]x", "CON", "-o"]
    study = read_study(make_study(*(f"{code}/day000/{code}.jpg" for code in codes)))
    assert {patient.code for patient in study.patients} == set(codes)
    assert {photo.site for patient in study.patients for photo in patient.photos} == set(codes)
    assert len({patient.slug for patient in study.patients}) == len(codes)
    assert study.failures == ()


LABEL = st.sampled_from(
    ["2024-03-04", "2024-03-11", "day000", "day007", "week01", "day-007", "visit 1", "2024-02-30"]
)
FILE = st.sampled_from(["a.jpg", "a.png", "a_2.jpg", "b.JPG", "c.pdf", "Thumbs.db", "d.bmp"])
PATHS = st.sets(
    st.one_of(
        st.tuples(st.sampled_from(["P1", "P02", "_x"]), LABEL, FILE),
        st.tuples(st.sampled_from(["P1", "P3"]), FILE.map("x".__add__)),
        st.tuples(FILE.map("y".__add__)),
    ).map("/".join),
    max_size=12,
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(paths=PATHS, start=st.sampled_from(["", "[treatment_start]\nP1 = 2024-03-04\n"]))
def test_every_photo_is_either_read_or_accounted_for(
    paths: set[str], start: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("study")
    for relative in paths:
        (root / relative).parent.mkdir(parents=True, exist_ok=True)
        (root / relative).write_bytes(relative.encode())
    (root / "study.toml").write_text(start)
    expected = {
        p for p in paths if Path(p).suffix.lower() in (".jpg", ".png", ".bmp") and not p.startswith("_")
    }
    try:
        study = read_study(root)
    except StudyError:
        return
    used = [photo.relative for patient in study.patients for photo in patient.photos]
    failed = [failure.file for failure in study.failures]
    assert sorted(used + [file for file in failed if not file.endswith(".pdf")]) == sorted(expected)
    for patient in study.patients:
        days = [visit.study_day for visit in patient.visits]
        assert days == sorted(set(days))
        labels = {visit.label for visit in patient.visits}
        assert {photo.visit for photo in patient.photos} <= labels
        keys = [(photo.visit, photo.site, photo.view) for photo in patient.photos]
        assert len(keys) == len(set(keys))


@pytest.mark.skipif(
    "LESIONTRACK_DATA" not in os.environ, reason="LESIONTRACK_DATA names no folder of real photos"
)
def test_real_study() -> None:
    study = read_study(Path(os.environ["LESIONTRACK_DATA"]) / "nci_study")
    assert len(study.patients) == len(study.sites()) == 15
    assert sum(len(patient.photos) for patient in study.patients) == 45
    assert study.failures == ()
    assert {patient.day_zero for patient in study.patients} == {"first_visit"}
    assert {patient.visits[0].study_day for patient in study.patients} == {0}
    assert all(dataclasses.is_dataclass(photo) for patient in study.patients for photo in patient.photos)
