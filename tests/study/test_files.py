from __future__ import annotations

import os
from pathlib import Path

import pytest

from lesiontrack.results import MARKER
from lesiontrack.study import files
from lesiontrack.study.files import files_below, is_results_folder, items, refusal

from .conftest import MakeStudy


def test_what_is_passed_over_silently(make_study: MakeStudy) -> None:
    root = make_study("a.jpg", "b.JPG")
    for junk in ("Thumbs.db", ".DS_Store", "._a.jpg", "desktop.ini", "_notes.txt", "~$x.docx", "a.AAE"):
        (root / junk).write_bytes(b"x")
    (root / "_review").mkdir()
    assert [item.name for item in items(root, root.resolve())] == ["a.jpg", "b.JPG"]


def test_results_folders_are_known_by_marker_or_content(tmp_path: Path) -> None:
    assert not is_results_folder(tmp_path)
    (tmp_path / "provenance.json").write_text("{}")
    assert not is_results_folder(tmp_path)
    (tmp_path / "tables").mkdir()
    assert is_results_folder(tmp_path)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / MARKER).write_text("{}")
    assert is_results_folder(tmp_path / "other")
    assert [item.name for item in items(tmp_path, tmp_path)] == ["provenance.json", "tables"]


@pytest.mark.parametrize("name", ["a.jpg", "a.JPEG", "a.Png", "a.tif", "a.TIFF", "a.webp", "a.bmp"])
def test_photo_types_in_any_case(name: str) -> None:
    assert refusal(Path(name)) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.pdf", "a PDF"),
        ("a.TXT", "a text file"),
        ("a.mp4", "a video"),
        ("a.xyz", "a .xyz file"),
        ("a", "without an"),
    ],
)
def test_other_types_are_refused_in_plain_words(name: str, kind: str) -> None:
    reason = refusal(Path(name))
    assert reason is not None
    assert kind in reason
    assert "photos are jpg, jpeg, png" in reason


@pytest.mark.parametrize("name", ["a.heic", "a.HEIF"])
def test_heic_needs_its_extra(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "heif_available", lambda: False)
    assert "pip install 'lesiontrack[heif]'" in (refusal(Path(name)) or "")
    monkeypatch.setattr(files, "heif_available", lambda: True)
    assert refusal(Path(name)) is None


def test_links_and_unreadable_names(make_study: MakeStudy, tmp_path: Path) -> None:
    root = make_study("in.jpg")
    (tmp_path / "outside.jpg").write_bytes(b"x")
    (root / "out.jpg").symlink_to(tmp_path / "outside.jpg")
    (root / "gone.jpg").symlink_to("nowhere.jpg")
    (root / "loop.jpg").symlink_to("loop.jpg")
    (root / "fine.jpg").symlink_to("in.jpg")
    os.mkfifo(root / "pipe.jpg")
    trouble = {item.name: item.trouble for item in items(root, root.resolve())}
    assert trouble["in.jpg"] == trouble["fine.jpg"] == ""
    assert "leads out of the study" in trouble["out.jpg"]
    assert trouble["gone.jpg"] == trouble["loop.jpg"] == "a link that leads to nothing"
    assert trouble["pipe.jpg"] == "not a plain file"


def test_name_that_is_not_utf8(make_study: MakeStudy) -> None:
    root = make_study()
    try:
        (Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9.jpg"))).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    (item,) = items(root, root.resolve())
    assert item.name == "caf\ufffd.jpg"
    assert "not UTF-8" in item.trouble


def test_files_below_ends_in_a_loop_of_links(make_study: MakeStudy) -> None:
    root = make_study("a/b/c.jpg", "d.pdf")
    (root / "a" / "again").symlink_to(root, target_is_directory=True)
    assert sorted(item.name for item in files_below(root, root.resolve())) == ["c.jpg", "d.pdf"]
    assert len(list(files_below(root, root.resolve(), most=1))) == 1
