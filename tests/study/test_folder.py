from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesiontrack.errors import StudyError
from lesiontrack.study import files
from lesiontrack.study.folder import site_and_view, walk

from .conftest import MakeStudy


def names(root: Path) -> list[tuple[str, str, str, int]]:
    return [(photo.patient, photo.visit, photo.site, photo.view) for photo in walk(root).photos]


def failed(root: Path) -> dict[str, str]:
    return {failure.file: failure.reason for failure in walk(root).failures}


def test_convention(make_study: MakeStudy) -> None:
    root = make_study(
        "PT2/2024-03-04/left-calf.jpg",
        "PT2/2024-03-04/left-calf_2.JPG",
        "PT2/day014/left-calf.png",
        "PT10/week02/arm.tif",
        "Jörg <script>/day000/=1+1.jpg",
    )
    assert names(root) == [
        ("Jörg <script>", "day000", "=1+1", 1),
        ("PT2", "2024-03-04", "left-calf", 1),
        ("PT2", "2024-03-04", "left-calf", 2),
        ("PT2", "day014", "left-calf", 1),
        ("PT10", "week02", "arm", 1),
    ]
    photo = walk(root).photos[1]
    assert photo.relative == "PT2/2024-03-04/left-calf.jpg"
    assert photo.path == root / photo.relative
    assert failed(root) == {}


@pytest.mark.parametrize(
    ("stem", "stems", "expected"),
    [
        ("calf_2", {"calf", "calf_2"}, ("calf", 2)),
        ("calf_2", {"calf_2"}, ("calf_2", 1)),
        ("calf_2", {"Calf", "calf_2"}, ("calf_2", 1)),
        ("calf_02", {"calf", "calf_02"}, ("calf", 2)),
        ("calf_1", {"calf", "calf_1"}, ("calf", 1)),
        ("calf_0", {"calf", "calf_0"}, ("calf_0", 1)),
        ("calf_2_3", {"calf", "calf_2", "calf_2_3"}, ("calf_2_3", 1)),
        ("calf_20240304", {"calf", "calf_20240304"}, ("calf_20240304", 1)),
        ("_2", {"", "_2"}, ("_2", 1)),
    ],
)
def test_site_and_view(stem: str, stems: set[str], expected: tuple[str, int]) -> None:
    assert site_and_view(stem, frozenset(stems)) == expected


@given(st.lists(st.text("ab_12", min_size=1, max_size=6), min_size=1, unique=True))
def test_a_view_always_belongs_to_a_site_of_the_visit(stems: list[str]) -> None:
    known = frozenset(stems)
    for stem in stems:
        site, view = site_and_view(stem, known)
        assert view >= 1
        assert site in known
        assert site_and_view(site, known) == (site, 1)


def test_two_files_for_one_site(make_study: MakeStudy) -> None:
    root = make_study("P/day000/calf.jpg", "P/day000/calf.png", "P/day000/arm.jpg", "P/day000/arm_1.jpg")
    assert names(root) == [("P", "day000", "arm", 1), ("P", "day000", "calf", 1)]
    reasons = failed(root)
    assert set(reasons) == {"P/day000/calf.png", "P/day000/arm_1.jpg"}
    assert all("two files for one site" in reason for reason in reasons.values())


def test_two_files_for_one_view(make_study: MakeStudy) -> None:
    root = make_study("P/day000/calf.jpg", "P/day000/calf_2.jpg", "P/day000/calf_02.jpg")
    assert list(failed(root)) == ["P/day000/calf_2.jpg"]
    assert [view for *_, view in names(root)] == [1, 2]


def test_visit_folder_that_is_no_date(make_study: MakeStudy) -> None:
    root = make_study(
        "P/day000/calf.jpg", "P/follow up/calf.jpg", "P/follow up/deep/er.jpg", "P/2024-02-30/calf.jpg"
    )
    (root / "P/follow up/notes.txt").write_text("x")
    assert names(root) == [("P", "day000", "calf", 1)]
    reasons = failed(root)
    assert set(reasons) == {"P/follow up/calf.jpg", "P/follow up/deep/er.jpg", "P/2024-02-30/calf.jpg"}
    assert "'follow up' is not a date (2024-03-04)" in reasons["P/follow up/calf.jpg"]
    assert "'2024-02-30' is no day of the calendar" in reasons["P/2024-02-30/calf.jpg"]


def test_photos_at_a_wrong_depth(make_study: MakeStudy) -> None:
    root = make_study("top.jpg", "P/loose.jpg", "P/day000/calf.jpg", "P/day000/more/calf.jpg")
    reasons = failed(root)
    assert "in the study folder itself" in reasons["top.jpg"]
    assert "in the patient's folder" in reasons["P/loose.jpg"]
    assert "deeper than a visit's folder" in reasons["P/day000/more/calf.jpg"]
    assert len(names(root)) == 1


def test_other_files_in_a_visit_are_failures_and_junk_is_not(make_study: MakeStudy) -> None:
    root = make_study("P/day000/calf.jpg", "P/day000/consent.pdf", "P/day000/clip.mp4")
    for junk in ("Thumbs.db", ".DS_Store", "._calf.jpg", "desktop.ini"):
        (root / "P/day000" / junk).write_bytes(b"x")
    (root / "P/letter.pdf").write_bytes(b"x")
    reasons = failed(root)
    assert set(reasons) == {"P/day000/consent.pdf", "P/day000/clip.mp4"}
    assert reasons["P/day000/consent.pdf"].startswith("a PDF, not a photo")


def test_heic_without_its_extra_fails_and_leaves_the_site_to_the_jpeg(
    make_study: MakeStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "heif_available", lambda: False)
    root = make_study("P/day000/calf.heic", "P/day000/calf.jpg", "P/day007/calf.HEIC")
    assert names(root) == [("P", "day000", "calf", 1)]
    assert set(failed(root)) == {"P/day000/calf.heic", "P/day007/calf.HEIC"}
    assert all("lesiontrack[heif]" in reason for reason in failed(root).values())
    assert [when.text for when in walk(root).visits["P"]] == ["day000", "day007"]


def test_patients_are_folders_with_a_visit_or_a_photo(make_study: MakeStudy) -> None:
    root = make_study(
        "P/day000/calf.jpg", "docs/readme.txt", "empty/day000/x.pdf", "Q/loose.jpg", "_x/day000/a.jpg"
    )
    (root / "R").mkdir()
    assert set(walk(root).visits) == {"P", "Q"}


def test_results_folders_are_skipped(make_study: MakeStudy) -> None:
    root = make_study("P/day000/calf.jpg", "out/patients/a/b.jpg")
    (root / "out" / "lesiontrack-results.json").write_text("{}")
    assert failed(root) == {}


def test_names_that_macos_splits_are_one_code(make_study: MakeStudy) -> None:
    split = unicodedata.normalize("NFD", "Jörg")
    root = make_study(f"{split}/day000/füß.jpg")
    assert names(root) == [("Jörg", "day000", "füß", 1)]
    make_study("Jörg/day007/x.jpg")
    with pytest.raises(StudyError, match="one patient code"):
        walk(root)


def test_links_out_of_the_study(make_study: MakeStudy, tmp_path: Path) -> None:
    root = make_study("P/day000/calf.jpg")
    other = tmp_path / "elsewhere" / "day007"
    other.mkdir(parents=True)
    (other / "x.jpg").write_bytes(b"x")
    (root / "P/day000/arm.jpg").symlink_to(other / "x.jpg")
    (root / "P/day007").symlink_to(other, target_is_directory=True)
    (root / "Q").symlink_to(other.parent, target_is_directory=True)
    assert len(names(root)) == 1
    assert set(failed(root)) == {"P/day000/arm.jpg", "P/day007", "Q"}
    assert all("leads out of the study folder" in reason for reason in failed(root).values())


def test_visit_folder_that_cannot_be_listed(make_study: MakeStudy, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_study("P/day000/calf.jpg", "P/day007/calf.jpg")
    real = files.os.scandir

    def scandir(path: Path) -> object:
        if Path(path).name == "day007":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(files.os, "scandir", scandir)
    assert failed(root) == {"P/day007": "the folder can't be listed: Permission denied"}
