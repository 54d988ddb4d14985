from __future__ import annotations

import pytest

from lesiontrack.errors import StudyError
from lesiontrack.study import files, read_study

from .conftest import MakeStudy


def test_empty_folder(make_study: MakeStudy) -> None:
    with pytest.raises(StudyError, match=r"Looked for PATIENT/VISIT/SITE\.jpg.*the folder is empty"):
        read_study(make_study())


@pytest.mark.parametrize("path", ["a.pdf", "PT1/a.pdf", "PT1/2024-03-04/a.pdf"])
def test_folder_of_pdfs(make_study: MakeStudy, path: str) -> None:
    with pytest.raises(
        StudyError, match=r"found 2 files \(2 \.pdf\), none of them a photo; PDFs are not photos"
    ):
        read_study(make_study(path, path.replace("a.pdf", "b.PDF")))


def test_only_photos_that_cannot_be_used(make_study: MakeStudy) -> None:
    root = make_study("P03 follow up/left leg (2).JPG", "P03 follow up/left leg.JPG")
    with pytest.raises(StudyError) as caught:
        read_study(root)
    message = str(caught.value)
    assert "found 2 .jpg" in message
    assert "P03 follow up/left leg (2).JPG: lies in the patient's folder" in message
    assert f"lesiontrack init {root}" in message


def test_only_heic_without_the_extra(make_study: MakeStudy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "heif_available", lambda: False)
    with pytest.raises(StudyError, match=r"pip install 'lesiontrack\[heif\]'"):
        read_study(make_study("P/day000/a.heic"))


def test_folder_of_one_patient(make_study: MakeStudy) -> None:
    root = make_study("2024-03-04/a.jpg", "2024-03-18/a.jpg")
    with pytest.raises(StudyError) as caught:
        read_study(root)
    assert f"folder of one patient? Then give the folder above it: {root.parent}" in str(caught.value)


def test_folder_above_the_study(make_study: MakeStudy) -> None:
    root = make_study("mine/PT1/2024-03-04/a.jpg", "mine/PT1/follow up/a.jpg", "a/b.jpg")
    with pytest.raises(StudyError) as caught:
        read_study(root)
    assert f"Then give {root / 'mine'}" in str(caught.value)


def test_photo_list_whose_files_are_not_there(make_study: MakeStudy) -> None:
    root = make_study("x.jpg", photos="path,patient,visit,site\ny.jpg,P,day000,calf\n")
    with pytest.raises(
        StudyError, match=r"(?s)Looked for the files in photos\.csv.*y\.jpg: there is no such file"
    ):
        read_study(root)
