from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from lesiontrack.errors import StudyError
from lesiontrack.study import files
from lesiontrack.study.photolist import listed

from .conftest import MakeStudy

HEADER = "path,patient,visit,site,view,modality,px_per_mm,relative_to_injection,device\n"


def test_everything(make_study: MakeStudy) -> None:
    rows = (
        HEADER
        + "b/IMG 1.jpg,0039,2024-03-04,calf,2,cross-polarised,12.5,before,D7\na\\x.PNG,PT1,day014,arm,,,,,\n"
    )
    root = make_study("b/IMG 1.jpg", "a/x.PNG", photos=rows)
    first, second = listed(root).photos
    assert (first.path, first.relative) == (root / "b/IMG 1.jpg", "b/IMG 1.jpg")
    assert (first.patient, first.visit, first.site, first.view) == ("0039", "2024-03-04", "calf", 2)
    assert (first.modality, first.px_per_mm) == ("cross_polarised", 12.5)
    assert (first.relative_to_injection, first.device) == ("before", "D7")
    assert (second.relative, second.view, second.modality, second.px_per_mm) == (
        "a/x.PNG",
        1,
        "clinical",
        None,
    )
    assert [when.text for when in listed(root).visits["PT1"]] == ["day014"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/etc/passwd.jpg", "absolute path"),
        ("C:\\photos\\a.jpg", "absolute path"),
        ("\\\\server\\share\\a.jpg", "absolute path"),
        ("../a.jpg", "leads upwards"),
        ("a/../../b.jpg", "leads upwards"),
        ("a\\..\\..\\b.jpg", "leads upwards"),
    ],
)
def test_paths_out_of_the_study_are_refused(make_study: MakeStudy, path: str, message: str) -> None:
    root = make_study(photos=f"{HEADER}{path},P,day000,calf,,,,,\n")
    with pytest.raises(StudyError, match=rf"photos\.csv, line 2, column path: .*{message}"):
        listed(root)


@pytest.mark.parametrize("target", ["outside.jpg", "gone.jpg"])
def test_links_out_of_the_study_are_refused(make_study: MakeStudy, tmp_path: Path, target: str) -> None:
    (tmp_path / "outside.jpg").write_bytes(b"x")
    root = make_study(photos=f"{HEADER}link.jpg,P,day000,calf,,,,,\n")
    (root / "link.jpg").symlink_to(tmp_path / target)
    with pytest.raises(StudyError, match="link that leads out of the study folder"):
        listed(root)


def test_folder_links_out_of_the_study_are_refused(make_study: MakeStudy, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.jpg").write_bytes(b"x")
    root = make_study(photos=f"{HEADER}sub/a.jpg,P,day000,calf,,,,,\n")
    (root / "sub").symlink_to(tmp_path / "other", target_is_directory=True)
    with pytest.raises(StudyError, match="link that leads out of the study folder"):
        listed(root)


def test_links_inside_the_study_are_taken(make_study: MakeStudy) -> None:
    root = make_study("store/1.jpg", photos=f"{HEADER}link.jpg,P,day000,calf,,,,,\n")
    (root / "link.jpg").symlink_to("store/1.jpg")
    (photo,) = listed(root).photos
    assert photo.relative == "link.jpg"


def test_files_that_are_missing_or_no_photo_are_failures(
    make_study: MakeStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "heif_available", lambda: False)
    rows = "".join(
        f"{path},P,day{n:03d},calf,,,,,\n"
        for n, path in enumerate(
            ["IMG_2.jpg", "img_1.jpg", "no/x.jpg", "sub", "a.pdf", "b.heic", "x" * 300 + ".jpg"]
        )
    )
    root = make_study("IMG_2.jpg", "IMG_1.jpg", "sub/y.jpg", "a.pdf", "b.heic", photos=HEADER + rows)
    listing = listed(root)
    assert [photo.relative for photo in listing.photos] == ["IMG_2.jpg"]
    reasons = {failure.file: failure.reason for failure in listing.failures}
    if not (root / "img_1.jpg").exists():  # file systems that tell case apart
        assert "did you mean 'IMG_1.jpg'? (photos.csv, line 3)" in reasons["img_1.jpg"]
    assert "nor its folder" in reasons["no/x.jpg"]
    assert "is a folder" in reasons["sub"]
    assert "a PDF" in reasons["a.pdf"]
    assert "lesiontrack[heif]" in reasons["b.heic"]
    assert "no such file" in reasons["x" * 300 + ".jpg"]
    assert len(listing.visits["P"]) == 7


def test_two_photos_of_one_view(make_study: MakeStudy) -> None:
    root = make_study(
        "a.jpg", "b.jpg", photos=f"{HEADER}a.jpg,P,day000,calf,,,,,\nb.jpg,P,day000,calf,1,,,,\n"
    )
    with pytest.raises(
        StudyError, match=r"line 3: second photo of view 1 of site 'calf'.*line 2.*column view"
    ):
        listed(root)


def test_one_photo_twice(make_study: MakeStudy) -> None:
    root = make_study("a.jpg", photos=f"{HEADER}a.jpg,P,day000,calf,,,,,\na.jpg,P,day007,calf,,,,,\n")
    with pytest.raises(StudyError, match=r"second row of path 'a\.jpg'"):
        listed(root)


def test_names_that_macos_splits(make_study: MakeStudy) -> None:
    root = make_study(
        unicodedata.normalize("NFD", "Füße.jpg"), photos=f"{HEADER}Füße.jpg,P,day000,calf,,,,,\n"
    )
    assert len(listed(root).photos) == 1
