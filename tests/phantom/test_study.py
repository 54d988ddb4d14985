"""Rendered studies: the folder, the truth beside it, statuses over visits."""

import csv
import json
from dataclasses import replace
from datetime import date

import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from lesiontrack.cli.phantom import phantom
from lesiontrack.errors import StudyError
from lesiontrack.phantom import (
    MASK_BITS,
    CameraSpec,
    LesionSpec,
    PatientSpec,
    SiteSeries,
    SiteSpec,
    StudySpec,
    VisitSpec,
    random_study,
    render_study,
    render_visit,
    sample_study,
    statuses,
)
from lesiontrack.study import read_study

CAMERA = CameraSpec(width=240, height=180, px_per_mm=4.0)


def series(*lesions, days=(0, 7, 14)):
    site = SiteSpec("left-calf", lesions=lesions, extent_mm=(70.0, 60.0), naevi=0)
    return SiteSeries(site, tuple(VisitSpec(day, CAMERA) for day in days))


def study_of(one):
    return StudySpec((PatientSpec("PT001", date(2024, 3, 4), (one,)),), seed=3)


def told(one):
    photos = [render_visit(one.site, visit, seed=1).lesions for visit in one.visits]
    return [{lesion.name: lesion.status for lesion in lesions} for lesions in statuses(photos)]


def test_statuses_over_the_visits():
    lesions = (
        LesionSpec("stays", (-15.0, -8.0), (6.0, 5.0)),
        LesionSpec("goes", (15.0, -8.0), (6.0, 5.0), size=((0, 1.0), (7, 0.0), (14, 0.8))),
        LesionSpec("comes", (-15.0, 8.0), (6.0, 5.0), size=((3, 0.0), (7, 1.0))),
        LesionSpec("fades", (15.0, 8.0), (6.0, 5.0), strength=((0, 1.0), (14, 0.0))),
        LesionSpec("outside", (60.0, 8.0), (6.0, 5.0)),
    )
    first, second, third = told(series(*lesions))
    assert first == {"stays": "present", "goes": "present", "fades": "present", "outside": "out_of_frame"}
    assert second["goes"] == "not_visible"
    assert second["comes"] == "new_candidate"
    assert third == {
        "stays": "present", "goes": "reappeared", "comes": "present", "fades": "not_visible",
        "outside": "out_of_frame",
    }  # fmt: skip


def test_merging_lesions_are_measured_as_one():
    growing = ((0, 1.0), (14, 2.4))
    one = series(
        LesionSpec("A", (-5.0, 0.0), (8.0, 7.0), size=growing),
        LesionSpec("B", (5.0, 0.0), (6.0, 6.0), size=growing, merges_into="A"),
    )
    assert [visit["B"] for visit in told(one)] == ["present", "merged", "merged"]
    last = render_visit(one.site, one.visits[-1], seed=1)
    large, small = last.lesions
    assert small.area_mm2 is None
    assert small.merged_into == "A"
    mm2 = float((1 / last.px_per_mm[last.masks["lesion"]] ** 2).sum())
    assert large.area_mm2 == pytest.approx(mm2, rel=0.02)


def test_the_folder_is_a_study_and_the_truth_is_beside_it(tmp_path):
    spec = study_of(series(LesionSpec("A", (0.0, 0.0), (9.0, 7.0)), days=(-3, 7)))
    out = tmp_path / "study"
    render_study(spec, out)
    study = read_study(out)
    assert not study.failures
    assert [(photo.site, photo.visit) for photo in study.patients[0].photos] == [
        ("left-calf", "2024-03-01"),
        ("left-calf", "2024-03-11"),
    ]
    assert [visit.study_day for visit in study.patients[0].visits] == [-3, 7]
    name = "PT001/2024-03-01/left-calf"
    document = json.loads((out / "_truth" / f"{name}.json").read_text())
    assert document["study_day"] == -3
    assert document["lesions"][0]["status"] == "present"
    rows = list(csv.DictReader((out / "_truth" / "lesions.csv").open()))
    assert [row["study_day"] for row in rows] == ["-3", "7"]
    bits = cv2.imread(str(out / "_truth" / f"{name}.png"), cv2.IMREAD_UNCHANGED)
    lesion = (bits & MASK_BITS["lesion"]) > 0
    assert lesion.sum() / document["px_per_mm"] ** 2 == pytest.approx(
        document["lesions"][0]["area_mm2"], rel=0.02
    )
    with Image.open(out / f"{name}.jpg") as image:
        assert image.getexif().get_ifd(0x8769)[0x9003] == "2024:03:01 10:00:00"
        assert "Rendered" in image.getexif()[0x010E]


def test_the_same_spec_gives_the_same_bytes(tmp_path):
    spec = study_of(series(LesionSpec("A", (0.0, 0.0), (9.0, 7.0)), days=(0,)))
    for name in ("a", "b"):
        render_study(spec, tmp_path / name)
    files = [sorted(path for path in (tmp_path / name).rglob("*") if path.is_file()) for name in ("a", "b")]
    assert [path.read_bytes() for path in files[0]] == [path.read_bytes() for path in files[1]]
    assert len(files[0]) == 6


def test_patients_with_the_same_site_have_different_skin(tmp_path):
    one = series(days=(0,))
    twins = tuple(PatientSpec(code, date(2024, 3, 4), (one,)) for code in ("PT001", "PT002"))
    render_study(replace(study_of(one), patients=twins), tmp_path / "s", masks=False)
    first, second = (
        cv2.imread(str(path)).astype(np.float32).mean(axis=2)
        for path in sorted((tmp_path / "s").glob("PT*/*/*.jpg"))
    )
    texture = [image - cv2.GaussianBlur(image, (0, 0), 6) for image in (first, second)]
    assert abs(np.corrcoef(texture[0].ravel(), texture[1].ravel())[0, 1]) < 0.2


def test_a_folder_with_something_in_it_is_never_written_to(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(StudyError, match="not an empty folder"):
        render_study(study_of(series(days=(0,))), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_two_visits_of_one_day_are_refused(tmp_path):
    with pytest.raises(StudyError, match=r"visit days \[0, 0\]"):
        render_study(study_of(series(days=(0, 0))), tmp_path / "s")


def shrunk(visit):
    """The visit at a fifth of the size and without shake: statuses and sizes in mm stay."""
    small = {
        "width": 220,
        "height": 165,
        "px_per_mm": visit.camera.px_per_mm / 5,
        "blur_px": 0.3,
        "motion_px": 0.0,
    }
    return replace(visit, camera=replace(visit.camera, **small))


def test_the_sample_study_shows_what_its_readme_says():
    shown = {}
    for one in (one for patient in sample_study().patients for one in patient.sites):
        photos = [render_visit(one.site, shrunk(visit), seed=1).lesions for visit in one.visits]
        for visit, lesions in zip(one.visits, statuses(photos), strict=True):
            shown |= {(one.site.name, lesion.name, visit.day): lesion for lesion in lesions}
    assert len({site for site, _, _ in shown}) == 5
    assert shown["left-calf", "A", 91].status == "not_visible"
    assert shown["left-calf", "B", 28].status == "obscured"
    assert shown["left-calf", "D", 42].status == "new_candidate"
    assert shown["right-thigh", "B", 28].status == "present"
    assert shown["right-thigh", "B", 56].status == "merged"
    assert shown["left-upper-arm", "A", 28].status == "obscured"
    ulcer = [shown["right-forearm", "A", day].ulcer_area_mm2 for day in (0, 14, 28, 42)]
    assert ulcer[0] == 0
    assert ulcer[1] >= 10
    assert ulcer[2] >= ulcer[1] + 30
    assert {lesion.status for lesion in shown.values()} >= {"present", "merged", "not_visible", "obscured"}
    assert not any(lesion.status == "out_of_frame" for lesion in shown.values())


def test_random_studies_differ_by_seed_and_repeat():
    assert random_study(seed=1) == random_study(seed=1)
    assert random_study(seed=1) != random_study(seed=2)
    assert len(random_study(patients=4).patients) == 4
    with pytest.raises(ValueError, match=r"patients \(0\)"):
        random_study(patients=0)


def test_the_command_writes_a_study_and_refuses_to_overwrite(tmp_path):
    out = tmp_path / "study"
    arguments = ["-o", str(out), "--patients", "1", "--visits", "1", "--width", "400", "--seed", "4"]
    result = CliRunner().invoke(phantom, arguments)
    assert result.exit_code == 0, result.output
    assert list(out.glob("PT001/*/*.jpg"))
    assert (out / "_truth" / "lesions.csv").exists()
    again = CliRunner().invoke(phantom, arguments)
    assert isinstance(again.exception, StudyError)


def test_the_commands_help_has_an_example():
    result = CliRunner().invoke(phantom, ["--help"])
    assert result.exit_code == 0
    assert "lesiontrack phantom -o practice" in result.output
