from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import pytest

from lesiontrack.study import files, read_study
from lesiontrack.study.check import Problem, check_study
from lesiontrack.study.checks.timing import timing_problems

from .conftest import MakeStudy

START = '[treatment_start]\nPT1 = 2024-03-04\nPT2 = "2024-03-04"\n'
GOOD = tuple(
    f"{patient}/{visit}/{site}.jpg"
    for patient in ("PT1", "PT2")
    for visit in ("2024-02-26", "2024-03-18", "2024-04-01")
    for site in ("calf", "arm")
)


def found(root: Path, text: str) -> list[Problem]:
    return [problem for problem in check_study(root) if text in problem.message]


def the(root: Path, text: str) -> Problem:
    problems = found(root, text)
    assert len(problems) == 1, check_study(root)
    return problems[0]


def test_nothing_wrong(make_study: MakeStudy) -> None:
    assert check_study(make_study(*GOOD, study_toml=START)) == []


def test_study_that_cannot_be_read_is_one_error(make_study: MakeStudy) -> None:
    root = make_study(*GOOD, study_toml='titel = "x"')
    (problem,) = check_study(root)
    assert (problem.severity, problem.where) == ("error", "study folder")
    assert "did you mean 'title'?" in problem.message


def test_errors_come_first(make_study: MakeStudy) -> None:
    root = make_study(*GOOD, "PT1/2024-03-18/README", "PT1/follow up/calf.jpg", study_toml=START)
    assert [problem.severity for problem in check_study(root)] == ["error", "warning"]


def test_most_sites_with_one_visit(make_study: MakeStudy) -> None:
    root = make_study("A/2024-03-04/a.jpg", "B/2024-03-04/a.jpg", "C/2024-03-04/a.jpg", "C/2024-03-18/a.jpg")
    problem = the(root, "at one visit only")
    assert (problem.severity, problem.where) == ("error", "A/a, B/a")
    assert problem.message.startswith("2 of 3 sites")
    make_study("B/2024-03-18/a.jpg")
    assert not found(root, "at one visit only")


def test_names_that_change_every_visit(make_study: MakeStudy) -> None:
    root = make_study("A/2024-03-04/IMG_1.jpg", "A/2024-03-18/IMG_2.jpg", *GOOD)
    problem = the(root, "the names change every time")
    assert (problem.severity, problem.where) == ("error", "A")
    assert "lesiontrack init" in problem.message


@pytest.mark.parametrize(("name", "severity"), [("Calf", "error"), ("cafl", "error"), ("calf_2", "warning")])
def test_likely_the_same_site(make_study: MakeStudy, name: str, severity: str) -> None:
    photos = [photo for photo in GOOD if photo != "PT1/2024-04-01/calf.jpg"]
    root = make_study(*photos, f"PT1/2024-04-01/{name}.jpg", study_toml=START)
    (problem,) = check_study(root)
    assert problem.severity == severity
    assert "'calf'" in problem.where + problem.message
    assert repr(name) in problem.where


def test_alike_sites_that_are_both_there_may_be_two(make_study: MakeStudy) -> None:
    root = make_study(*GOOD, "PT1/2024-03-18/cafl.jpg", study_toml=START)
    assert the(root, "are they two sites?").severity == "warning"


def test_all_visits_before_the_treatment_start(make_study: MakeStudy) -> None:
    root = make_study(*GOOD, study_toml=START.replace("PT1 = 2024", "PT1 = 2042"))
    problem = the(root, "all 3 visits lie before the treatment start 2042-03-04")
    assert (problem.severity, problem.where) == ("error", "PT1")


def test_no_valid_baseline(make_study: MakeStudy) -> None:
    root = make_study(*GOOD, study_toml=START.replace("PT1 = 2024-03", "PT1 = 2024-01"))
    problem = the(root, "no valid baseline")
    assert (problem.severity, problem.where) == ("warning", "PT1")
    assert "is 53 days after the first treatment" in problem.message
    make_study(study_toml=START.replace("2024-03", "2024-01"))
    assert [problem.severity for problem in found(root, "no valid baseline")] == ["error", "error"]


def test_first_photo_after_first_dose_without_a_start(make_study: MakeStudy) -> None:
    root = make_study(
        "A/2024-03-18/a.jpg", "A/2024-04-01/a.jpg", doses="patient,agent,start\nA,IL-2,2024-03-04\n"
    )
    assert the(root, "no valid baseline").severity == "error"
    assert "IL-2" in the(root, "but no treatment start is given").message


def test_dose_before_day_zero_and_old_baseline(make_study: MakeStudy) -> None:
    root = make_study(*GOOD, study_toml=START, doses="patient,agent,start\nPT1,imiquimod,2024-03-01\n")
    assert the(root, "a dose of imiquimod on day -3, before day 0").severity == "warning"
    make_study(study_toml=START.replace("2024-03-04", "2024-03-17"), doses="patient,agent,start\n")
    assert not found(root, "RECIST")
    make_study(*(photo.replace("2024-02-26", "2024-02-17") for photo in GOOD))
    for patient in ("PT1", "PT2"):
        for photo in (root / patient / "2024-02-26").iterdir():
            photo.unlink()
    assert [problem.severity for problem in found(root, "is 29 days older")] == ["warning", "warning"]


def test_impossible_dates(make_study: MakeStudy) -> None:
    root = make_study(
        *GOOD,
        "PT1/0204-03-04/calf.jpg",
        study_toml=START,
        patients="patient,death_date\nPT1,2024-03-20\nPT2,\n",
    )
    assert the(root, "lies before 1900").where == "PT1, visit 0204-03-04"
    assert the(root, "after the death date 2024-03-20").where == "PT1, visit 2024-04-01"
    study = read_study(root)
    late = list(timing_problems(study, today=date(2024, 3, 31)))
    assert sum("lies in the future" in problem.message for problem in late) == 2
    tomorrow = (date.today() + timedelta(days=1)).isoformat()
    make_study(f"PT2/{tomorrow}/calf.jpg")
    assert the(root, "lies in the future").severity == "error"


def test_heic_without_its_extra_is_one_loud_error(
    make_study: MakeStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "heif_available", lambda: False)
    root = make_study(*GOOD, *(f"PT1/2024-04-08/{n}.heic" for n in range(9)), study_toml=START)
    problem = the(root, "pip install 'lesiontrack[heif]'")
    assert problem.severity == "error"
    assert problem.where.endswith("and 6 more")


def test_one_file_twice(make_study: MakeStudy) -> None:
    root = make_study(*GOOD, study_toml=START)
    content = (root / GOOD[0]).read_bytes()
    (root / "PT1/2024-04-01/calf.jpg").write_bytes(content)
    assert the(root, "same file at two visits").severity == "error"
    (root / "PT1/2024-04-01/calf.jpg").write_bytes(b"other")
    (root / "PT2/2024-02-26/arm.jpg").write_bytes(content)
    assert the(root, "same file under two patients").severity == "error"
    (root / "PT2/2024-02-26/arm.jpg").write_bytes(b"x")
    (root / "PT1/2024-02-26/arm.jpg").write_bytes(content)
    assert the(root, "same file at one visit").severity == "warning"


def test_empty_files(make_study: MakeStudy) -> None:
    root = make_study(*GOOD, study_toml=START)
    for photo in GOOD[:2]:
        (root / photo).write_bytes(b"")
    assert [problem.where for problem in found(root, "0 bytes")] == sorted(GOOD[:2])


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ('protocol = "il2-imiquimod-retinoyd"', "il2-imiquimod-retinoyd"),
        ('[thresholds]\n"no.such_key" = 1', "no.such_key"),
    ],
)
def test_protocol_that_cannot_be_loaded(make_study: MakeStudy, toml: str, message: str) -> None:
    problem = the(make_study(*GOOD, study_toml=toml), message)
    assert (problem.severity, problem.where) == ("error", "study.toml")


def test_expected_course_needs_treatment_starts(make_study: MakeStudy) -> None:
    root = make_study(*GOOD)
    problem = the(root, "has an expected course")
    assert (problem.severity, problem.where) == ("warning", "PT1, PT2")
    assert problem.message.startswith("no patient has a treatment start")
    make_study(study_toml="[treatment_start]\nPT2 = 2024-03-04\n")
    assert the(root, "has an expected course").message.startswith("1 of 2 patients have no treatment start")
    make_study(study_toml='protocol = "response-only"\n')
    assert check_study(root) == []


def test_patients_csv_against_the_folders(make_study: MakeStudy) -> None:
    root = make_study(*GOOD, study_toml=START, patients="patient\nPT1\npt-002\nPT7\n")
    problem = the(root, "one patient under two codes?")
    assert (problem.severity, problem.where) == ("error", "PT2, pt-002")
    make_study(patients="patient\nPT1\nPT7\n")
    assert the(root, "no row in patients.csv").where == "PT2"


def test_what_lies_there_unread(make_study: MakeStudy) -> None:
    root = make_study(*GOOD, "labs.csv", "patients.xlsx", "docs/readme.txt", "notes.txt", study_toml=START)
    assert {problem.where for problem in check_study(root)} == {"labs.csv", "patients.xlsx", "docs"}
    assert {problem.severity for problem in check_study(root)} == {"warning"}


def test_photos_that_the_list_leaves_out(make_study: MakeStudy) -> None:
    rows = "".join(
        f"{photo},{photo.split('/')[0]},{photo.split('/')[1]},{Path(photo).stem}\n" for photo in GOOD[:8]
    )
    root = make_study(*GOOD, study_toml=START, photos=f"path,patient,visit,site\n{rows}")
    assert the(root, "photos.csv does not list 4 photos").severity == "warning"


def test_names_in_tables(make_study: MakeStudy) -> None:
    root = make_study(
        *GOOD,
        study_toml=START,
        lesions="patient,site,lesion,x,y\nPT1,calf,L01,1,1\n",
        events="patient,date,event,lesion\nPT1,day003,biopsy,L1\nPT2,day003,biopsy,L05\n",
        clinician="patient,visit,site,sign,scale_id,grade,rater\nPT1,day014,claf,erythema,CEA,1,R\n",
    )
    assert the(root, "lesion 'L1' of PT1 is not in lesions.csv; did you mean 'L01'?").where == "events.csv"
    assert the(root, "PT1 has no photo of site 'claf'; did you mean 'calf'?").where == "clinician.csv"
    assert len(check_study(root)) == 2


def test_events_that_have_no_effect_are_said(make_study: MakeStudy) -> None:
    events = "patient,date,event\nPT1,day003,surgical excision\nPT1,day003,biopsy\n"
    problem = the(make_study(*GOOD, study_toml=START, events=events), "no effect on tracking")
    assert (problem.severity, problem.where) == ("warning", "events.csv")
    assert problem.message.startswith("surgical_excision: ")
    assert "excision and amputation remove the lesion, biopsy is only noted" in problem.message


def test_a_removal_without_a_lesion_is_warned_of(make_study: MakeStudy) -> None:
    events = "patient,date,event,lesion\nPT1,day003,excision,\nPT1,day003,biopsy,\n"
    problem = the(make_study(*GOOD, study_toml=START, events=events), "names no lesion")
    assert (problem.severity, problem.where) == ("warning", "events.csv")


def test_photo_that_cannot_be_read(make_study: MakeStudy, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("lesiontrack.study.checks.files._sha256", refuse)
    root = make_study(*GOOD, study_toml=START)
    assert {problem.message for problem in check_study(root)} == {"can't be read: Permission denied"}


def test_rows_that_cannot_be_placed_are_errors(make_study: MakeStudy) -> None:
    root = make_study(*GOOD, study_toml=START, lesions="patient,site,lesion,x,y\nPT1,leg,L01,1,1\n")
    assert the(root, "PT1 has no photo of site 'leg'").severity == "error"


@pytest.mark.skipif(
    "LESIONTRACK_DATA" not in os.environ, reason="LESIONTRACK_DATA names no folder of real photos"
)
def test_real_study() -> None:
    (problem,) = check_study(Path(os.environ["LESIONTRACK_DATA"]) / "nci_study")
    assert problem.severity == "warning"
    assert "no patient has a treatment start" in problem.message
