from __future__ import annotations

import pytest

from lesiontrack.errors import StudyError
from lesiontrack.study import read_study
from lesiontrack.study.model import (
    ClinicianGrade,
    Dose,
    Event,
    Failure,
    Landmark,
    LesionSeed,
    OutsideMeasurement,
)

from .conftest import MakeStudy

PHOTOS = (
    "PT1/2024-03-04/calf.jpg",
    "PT1/2024-03-18/calf.jpg",
    "PT1/2024-03-18/arm.jpg",
    "PT2/day000/calf.jpg",
)
START = "[treatment_start]\nPT1 = 2024-03-04\n"


def test_every_table(make_study: MakeStudy) -> None:
    study = read_study(
        make_study(
            *PHOTOS,
            study_toml=START,
            lesions="patient,site,lesion,visit,x,y,role,injected_from,organ,depth\n"
            "PT1,calf,L1,day014,10,20,target,2024-03-06,skin,cutaneous\n"
            "PT1,arm,L2,,1,2,,,,\n",
            doses="patient,agent,start,end,lesion,amount,unit,frequency,occlusion,margin_mm,course\n"
            "PT1,IL-2,2024-03-04,,L1,3,MIU,,,,1\nPT2,imiquimod,day000,week04,,,,nightly,Telfa,100,\n",
            events="patient,date,event,lesion\nPT1,2024-03-10,biopsy,L1\n",
            measurements="patient,visit,lesion,method,quantity,value,unit\n"
            "PT1,week02,L1,caliper,longest_diameter,12,mm\nPT1,2024-03-11,L1,CT,longest_diameter,13,mm\n",
            clinician="patient,visit,site,lesion,sign,scale_id,grade,rater\nPT1,day014,calf,,erythema,CEA,3,R1\n",
            landmarks="patient,site,visit,point,x,y\nPT1,calf,day000,naevus,5,6\n",
        )
    )
    assert study.failures == ()
    assert study.lesions == (
        LesionSeed("PT1", "calf", "L1", 10, 20, "2024-03-18", "target", 2, "skin", "cutaneous"),
        LesionSeed("PT1", "arm", "L2", 1, 2),
    )
    assert study.doses == (
        Dose("PT1", "IL-2", 0, None, "L1", 3, "MIU", course=1),
        Dose("PT2", "imiquimod", 0, 28, frequency="nightly", occlusion="Telfa", margin_mm=100),
    )
    assert study.events == (Event("PT1", 6, "biopsy", "L1"),)
    assert study.measurements == (
        OutsideMeasurement("PT1", "2024-03-18", "L1", "caliper", "longest_diameter", 12, "mm", 14),
        OutsideMeasurement("PT1", "2024-03-11", "L1", "CT", "longest_diameter", 13, "mm", 7),
    )
    assert study.clinician == (
        ClinicianGrade("PT1", "2024-03-18", "calf", "erythema", "CEA", 3, "R1", None, 14),
    )
    assert study.landmarks == (Landmark("PT1", "calf", "2024-03-04", "naevus", 5, 6),)


def test_unknown_patient_is_an_error_that_names_the_nearest(make_study: MakeStudy) -> None:
    root = make_study("0039/day000/calf.jpg", events="patient,date,event\n39,day003,biopsy\n")
    with pytest.raises(
        StudyError, match=r"events\.csv, line 2: there is no patient '39'.*did you mean '0039'\?"
    ):
        read_study(root)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("PT1,clf,L1,,1,1", "PT1 has no photo of site 'clf'; did you mean 'calf'?"),
        ("PT1,arm,L1,day000,1,1", "PT1 has no photo of site 'arm' at day000; it has some at 2024-03-18"),
        ("PT2,calf,L1,2024-03-04,1,1", "2024-03-04 is a date, but the visits of PT2 are days from"),
    ],
)
def test_rows_that_cannot_be_placed_are_failures(make_study: MakeStudy, row: str, reason: str) -> None:
    study = read_study(
        make_study(*PHOTOS, study_toml=START, lesions=f"patient,site,lesion,visit,x,y\n{row}\n")
    )
    assert study.lesions == ()
    (failure,) = study.failures
    assert (failure.file, failure.stage) == ("lesions.csv", "study")
    assert failure.reason.startswith(f"line 2: {reason}")


def test_one_visit_under_two_labels_is_one_visit(make_study: MakeStudy) -> None:
    landmarks = "patient,site,visit,point,x,y\nPT1,calf,day014,a,1,1\nPT1,calf,2024-03-18,a,2,2\n"
    root = make_study(*PHOTOS, study_toml=START, landmarks=landmarks)
    with pytest.raises(StudyError, match=r"landmarks\.csv, line 3: says the same as line 2"):
        read_study(root)


def test_dates_of_a_patient_without_day_zero(make_study: MakeStudy) -> None:
    root = make_study(
        *PHOTOS, patients="patient\nPT9\n", events="patient,date,event\nPT9,2024-03-04,biopsy\n"
    )
    assert read_study(root).failures == (
        Failure(
            "events.csv",
            "study",
            "line 2: 2024-03-04 is a date, but PT9 has neither a visit nor a treatment start: "
            "give the treatment start of PT9 in study.toml or patients.csv",
        ),
    )


def test_dose_that_ends_before_it_starts(make_study: MakeStudy) -> None:
    root = make_study(
        *PHOTOS, study_toml=START, doses="patient,agent,start,end\nPT1,IL-2,day007,2024-03-04\n"
    )
    with pytest.raises(
        StudyError, match=r"doses\.csv, line 2, column end: 2024-03-04 lies before start day007"
    ):
        read_study(root)


def test_rows_of_one_lesion_must_agree(make_study: MakeStudy) -> None:
    rows = "PT1,calf,L1,day000,1,1,target\nPT1,calf,L1,day014,1,1,non_target\n"
    lesions = f"patient,site,lesion,visit,x,y,role\n{rows}"
    with pytest.raises(StudyError, match=r"lesions\.csv, line 3, column role: lesion 'L1' of 'PT1'.*line 2"):
        read_study(make_study(*PHOTOS, study_toml=START, lesions=lesions))
