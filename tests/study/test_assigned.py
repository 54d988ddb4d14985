"""Readers' assignments as a study shows them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lesiontrack.corrections import Assignment, Store, Withdrawal
from lesiontrack.errors import StudyError
from lesiontrack.study import PhotoEntry, Study, read_study
from lesiontrack.study.check import check_study

from .conftest import MakeStudy

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def assign(root: Path, photo: str, *place: str, minute: int = 0, **more: Any) -> str:
    """Keep an assignment; `place` is patient, visit and site."""
    patient, visit, site = place or ("-", "-", "-")
    digest = hashlib.sha256((root / photo).read_bytes()).hexdigest()
    value = Assignment(photo=photo, photo_sha256=digest, patient=patient, visit=visit, site=site, **more)
    return Store(root).add(value, by="Dr A", at=START + timedelta(minutes=minute)).id


def entries(study: Study) -> dict[str, PhotoEntry]:
    return {photo.relative: photo for patient in study.patients for photo in patient.photos}


def failed(study: Study) -> dict[str, str]:
    return {failure.file: failure.reason for failure in study.failures}


def places(study: Study) -> dict[str, tuple[str, str, str, int]]:
    return {
        name: (photo.patient, photo.visit, photo.site, photo.view) for name, photo in entries(study).items()
    }


@pytest.mark.parametrize(
    "photo",
    ["loose.jpg", "PT001/loose.jpg", "PT001/4 March/a.jpg", "PT001/2024-03-04/deeper/a.jpg", "x/y/z/a.jpg"],
)
def test_photos_that_the_convention_could_not_place(make_study: MakeStudy, photo: str) -> None:
    root = make_study("PT001/2024-03-04/calf.jpg", photo)
    assert photo in failed(read_study(root))
    assign(root, photo, "PT001", "2024-03-11", "calf", modality="dermoscopic")
    study = read_study(root)
    assert study.failures == ()
    assert places(study)[photo] == ("PT001", "2024-03-11", "calf", 1)
    assert entries(study)[photo].modality == "dermoscopic"
    assert [(visit.label, visit.study_day) for visit in study.patient("PT001").visits] == [
        ("2024-03-04", 0),
        ("2024-03-11", 7),
    ]
    assert [problem for problem in check_study(root) if problem.severity == "error"] == []


def test_a_folder_without_any_order_becomes_a_study(make_study: MakeStudy) -> None:
    root = make_study("IMG_1.jpg", "IMG_2.jpg")
    with pytest.raises(StudyError, match="holds no photo that can be used"):
        read_study(root)
    assign(root, "IMG_1.jpg", "PT001", "day000", "calf")
    study = read_study(root)
    assert places(study) == {"IMG_1.jpg": ("PT001", "day000", "calf", 1)}
    assert list(failed(study)) == ["IMG_2.jpg"]


def test_a_misfiled_photo_moves_and_an_earlier_visit_moves_day_0(make_study: MakeStudy) -> None:
    root = make_study("PT1/2024-03-04/calf.jpg", "PT1/2024-03-11/calf.jpg", "PT2/2024-03-11/arm.jpg")
    assign(root, "PT1/2024-03-11/calf.jpg", "PT2", "2024-03-01", "arm")
    study = read_study(root)
    assert [visit.label for visit in study.patient("PT1").visits] == ["2024-03-04"]
    assert [(v.label, v.study_day) for v in study.patient("PT2").visits] == [
        ("2024-03-01", 0),
        ("2024-03-11", 10),
    ]


def test_a_patient_without_photos_left_is_gone_unless_a_table_names_them(make_study: MakeStudy) -> None:
    root = make_study("PT1/2024-03-04/calf.jpg", "PT2/2024-03-04/calf.jpg")
    assign(root, "PT2/2024-03-04/calf.jpg", "PT1", "2024-03-11", "calf")
    assert [patient.code for patient in read_study(root).patients] == ["PT1"]
    assert not [problem for problem in check_study(root) if problem.where == "PT2"]
    make_study(study_toml="[treatment_start]\nPT2 = 2024-03-04\n")
    _, two = read_study(root).patients
    assert (two.code, two.photos, two.visits) == ("PT2", (), ())
    (root / "study.toml").unlink()
    make_study(events="patient,date,event\nPT2,day003,biopsy\n")
    assert [patient.code for patient in read_study(root).patients] == ["PT1", "PT2"]


def test_a_date_joins_the_visit_of_that_day(make_study: MakeStudy) -> None:
    root = make_study(
        "P/day000/calf.jpg", "P/week02/calf.jpg", "lost.jpg", study_toml="[treatment_start]\nP = 2024-03-04\n"
    )
    assign(root, "lost.jpg", "P", "2024-03-18", "arm")
    study = read_study(root)
    assert places(study)["lost.jpg"] == ("P", "week02", "arm", 1)
    assert [visit.label for visit in study.patient("P").visits] == ["day000", "week02"]


@pytest.mark.parametrize(("known", "said"), [("2024-03-04", "day014"), ("day000", "2024-03-18")])
def test_a_visit_that_has_no_day_is_the_photos_failure_alone(
    make_study: MakeStudy, known: str, said: str
) -> None:
    root = make_study(f"P/{known}/calf.jpg", "lost.jpg")
    assign(root, "lost.jpg", "P", said, "calf")
    study = read_study(root)
    assert [visit.label for visit in study.patient("P").visits] == [known]
    assert "as Dr A assigned it" in failed(study)["lost.jpg"]
    assert "give the treatment start of P" in failed(study)["lost.jpg"]
    assert study.assignments[0].refused


def test_two_photos_that_claim_one_view(make_study: MakeStudy) -> None:
    root = make_study("P/2024-03-04/calf.jpg", "b.jpg", "c.jpg")
    assign(root, "c.jpg", "P", "2024-03-04", "calf", view=2, minute=1)
    assign(root, "b.jpg", "P", "2024-03-04", "calf", view=2, minute=2)
    study = read_study(root)
    assert places(study)["c.jpg"] == ("P", "2024-03-04", "calf", 2)
    (reason,) = failed(study).values()
    assert "c.jpg is view 2 of site 'calf' of 'P' at 2024-03-04 already; give b.jpg another view" in reason
    assign(root, "b.jpg", "P", "2024-03-04", "calf", view=3, minute=3)
    assert read_study(root).failures == ()


def test_what_is_in_a_place_stays_there_and_two_can_swap(make_study: MakeStudy) -> None:
    root = make_study("P/2024-03-04/arm.jpg", "P/2024-03-04/calf.jpg")
    assign(root, "P/2024-03-04/arm.jpg", "P", "2024-03-04", "calf", minute=1)
    study = read_study(root)
    assert places(study) == {"P/2024-03-04/calf.jpg": ("P", "2024-03-04", "calf", 1)}
    assert list(failed(study)) == ["P/2024-03-04/arm.jpg"]
    assign(root, "P/2024-03-04/calf.jpg", "P", "2024-03-04", "arm", minute=2)
    study = read_study(root)
    assert study.failures == ()
    assert places(study)["P/2024-03-04/arm.jpg"][2] == "calf"
    assert places(study)["P/2024-03-04/calf.jpg"][2] == "arm"


def test_moving_one_of_two_files_of_a_site_frees_the_place(make_study: MakeStudy) -> None:
    root = make_study("P/2024-03-04/calf.jpg", "P/2024-03-04/calf.png")
    assert list(failed(read_study(root))) == ["P/2024-03-04/calf.png"]
    assign(root, "P/2024-03-04/calf.jpg", "P", "2024-03-04", "arm")
    study = read_study(root)
    assert study.failures == ()
    assert places(study)["P/2024-03-04/calf.png"] == ("P", "2024-03-04", "calf", 1)


def test_excluded_photos_are_not_read_and_no_failure(make_study: MakeStudy) -> None:
    root = make_study(
        "P/2024-03-04/calf.jpg", "P/2024-03-04/calf_2.jpg", "P/2024-03-11/calf.jpg", "a/b/c/d.jpg"
    )
    assign(root, "P/2024-03-04/calf.jpg", excluded=True, minute=1)
    last = assign(root, "a/b/c/d.jpg", excluded=True, minute=2)
    study = read_study(root)
    assert study.failures == ()
    assert set(study.excluded) == {"P/2024-03-04/calf.jpg", "a/b/c/d.jpg"}
    assert {(item.by, item.at.isoformat()) for item in study.assignments} == {
        ("Dr A", "2026-01-05T09:01:00+00:00"),
        ("Dr A", "2026-01-05T09:02:00+00:00"),
    }
    assert places(study)["P/2024-03-04/calf_2.jpg"] == ("P", "2024-03-04", "calf", 2)  # still a view
    Store(root).add(Withdrawal(of=last), by="Dr A")
    assert list(failed(read_study(root))) == ["a/b/c/d.jpg"]


def test_a_study_whose_photos_are_all_excluded_says_so(make_study: MakeStudy) -> None:
    root = make_study("P/2024-03-04/calf.jpg")
    assign(root, "P/2024-03-04/calf.jpg", excluded=True)
    with pytest.raises(StudyError, match="Readers excluded 1 photo: lesiontrack review"):
        read_study(root)


def test_a_changed_photo_is_not_assigned(make_study: MakeStudy) -> None:
    root = make_study("P/2024-03-04/calf.jpg", "P/2024-03-11/calf.jpg")
    assign(root, "P/2024-03-11/calf.jpg", "Q", "2024-03-11", "arm")
    (root / "P/2024-03-11/calf.jpg").write_bytes(b"\xff\xd8 another picture")
    study = read_study(root)
    assert places(study)["P/2024-03-11/calf.jpg"] == ("P", "2024-03-11", "calf", 1)
    assert study.failures == ()
    assert "its content has changed" in study.assignments[0].refused
    (problem,) = [p for p in check_study(root) if p.where == "P/2024-03-11/calf.jpg"]
    assert (problem.severity, "by Dr A of 2026-01-05 has no effect" in problem.message) == ("warning", True)


HEADER = "path,patient,visit,site,view,modality,px_per_mm,relative_to_injection,device\n"


def test_photos_csv_is_overridden_and_keeps_its_other_columns(make_study: MakeStudy) -> None:
    rows = HEADER + "./s/1.jpg,P,2024-03-04,calf,,,12.5,before,D7\ns\\2.jpg,P,2024-03-11,calf,,,,,\n"
    root = make_study("s/1.jpg", "s/2.jpg", "s/unlisted.jpg", photos=rows)
    assign(root, "s/1.jpg", "Q", "2024-04-01", "arm")
    assign(root, "s/2.jpg", excluded=True)
    assign(root, "s/unlisted.jpg", "Q", "2024-04-08", "arm")
    study = read_study(root)
    assert places(study) == {
        "s/1.jpg": ("Q", "2024-04-01", "arm", 1),
        "s/unlisted.jpg": ("Q", "2024-04-08", "arm", 1),
    }
    photo = entries(study)["s/1.jpg"]
    assert (photo.px_per_mm, photo.relative_to_injection, photo.device) == (12.5, "before", "D7")
    assert [patient.code for patient in study.patients] == ["Q"]
    assert [problem for problem in check_study(root) if "does not list" in problem.message] == []


def test_an_assignment_settles_two_rows_of_one_view(make_study: MakeStudy) -> None:
    rows = "path,patient,visit,site\n1.jpg,P,2024-03-04,calf\n2.jpg,P,2024-03-04,calf\n"
    root = make_study("1.jpg", "2.jpg", photos=rows)
    with pytest.raises(StudyError, match="second photo of view 1"):
        read_study(root)
    assign(root, "2.jpg", "P", "2024-03-04", "calf", view=2)
    assert places(read_study(root))["2.jpg"] == ("P", "2024-03-04", "calf", 2)
