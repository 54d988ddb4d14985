from __future__ import annotations

import csv
import hashlib
import stat
from html.parser import HTMLParser
from pathlib import Path

import pytest

from lesiontrack.errors import StudyError
from lesiontrack.intake import Proposal, propose, read_key, write_proposal
from lesiontrack.study import read_study
from tests.intake.trees import TODAY, photo, table

NAMES = ("<script>alert(1)</script>", "=HYPERLINK(x)", "Müller, Jörg", "Ng Bao")


def clinic(root: Path) -> Path:
    """A messy tree in which everything can be assigned but the last two."""
    for index, name in enumerate(name.replace("/", "⁄") for name in NAMES):
        for visit, day in enumerate(("2024-03-04", "2024-03-18")):
            photo(root / name / day / f"IMG_{index}{visit}.jpg", 10 * index + visit, device="Apple iPhone 12")
    photo(root / "P03 follow up/left leg (1).JPG", 91, taken="2024-03-04 10:00:00")
    photo(root / "P03 follow up/left leg (2).JPG", 92, taken="2024-03-18 10:00:00")
    photo(root / "P03 follow up/left leg dermoscopy after injection.JPG", 93, taken="2024-03-18 10:00:09")
    photo(root / " blank/2024-03-04/Rücken.jpg", 94)
    photo(root / "P04/IMG_5.jpg", 95)
    (root / "P04/IMG_6.jpg").write_bytes(b"no photo")
    return root


def digests(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and "_init" not in path.parts and path.name != "photos.csv"
    }


def proposed(root: Path) -> Proposal:
    return propose(root, today=TODAY)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.mark.parametrize("copied", [False, True])
def test_the_study_reads_back_as_proposed(tmp_path: Path, copied: bool) -> None:
    root = clinic(tmp_path / "photos")
    before = digests(root)
    proposal = proposed(root)
    written = write_proposal(proposal, tmp_path / "study" if copied else None)
    study = read_study(written.study)
    assert study.failures == ()
    got = [
        (entry.patient, entry.visit, entry.site, entry.view)
        for patient in study.patients
        for entry in patient.photos
    ]
    assert sorted(got) == sorted(table(proposal).values())
    assert digests(root) == before
    dermoscopy = next(
        entry for patient in study.patients for entry in patient.photos if entry.modality == "dermoscopic"
    )
    assert dermoscopy.relative_to_injection == "after"
    assert {entry.device for entry in study.patient("P002").photos} == {"Apple iPhone 12"}


def test_copies_lie_under_codes_and_hold_the_same_bytes(tmp_path: Path) -> None:
    root = clinic(tmp_path / "photos")
    write_proposal(proposed(root), tmp_path / "study")
    copies = digests(tmp_path / "study")
    assert set(copies.values()) <= set(digests(root).values())
    assert "P03/2024-03-18/left-leg_2.jpg" in copies
    for name in ("script", "HYPERLINK", "Müller", "Ng", "blank"):
        assert not any(name in path for path in copies)
        assert name not in (tmp_path / "study/photos.csv").read_text(encoding="utf-8-sig")


def test_what_identifies_patients_is_private_and_apart(tmp_path: Path) -> None:
    written = write_proposal(proposed(clinic(tmp_path)))
    for path in (written.key, written.sheet, written.undecided, written.assignments):
        assert path.parent.name == "_init"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(written.key.parent.stat().st_mode) == 0o700
    assert {row["original"] for row in rows(written.key)} >= {"Müller Jörg", "Ng Bao", "P03"}
    assert all(
        not cell.startswith(("=", "+", "-", "@"))
        for row in rows(written.assignments)
        for cell in row.values()
    )

    assert written.photo_list == tmp_path / "photos.csv"
    assert {row["file"]: row["kind"] for row in rows(written.undecided)} == {
        "P04/IMG_5.jpg": "undecided", "P04/IMG_6.jpg": "unreadable",
    }  # fmt: skip


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_contact_sheet_shows_everything_and_runs_nothing(tmp_path: Path) -> None:
    proposal = proposed(clinic(tmp_path))
    page = _Page()
    page.feed(write_proposal(proposal).sheet.read_text(encoding="utf-8"))
    assert "script" not in page.tags
    assert page.tags.count("img") == len(proposal.assignments) + 1
    assert all(link.startswith(("data:image/jpeg;base64,", "#patient-")) for link in page.links)
    assert "<script>alert(1)<" in page.text
    for assignment in proposal.assignments:
        assert assignment.photo.relative in page.text
        assert assignment.site.why in page.text
    assert "no date in its names" in page.text


def test_an_existing_list_is_kept(tmp_path: Path) -> None:
    root = clinic(tmp_path)
    write_proposal(proposed(root))
    (root / "photos.csv").write_text("edited by hand")
    again = proposed(root)
    with pytest.raises(StudyError, match="--force"):
        write_proposal(again)
    assert (root / "photos.csv").read_text() == "edited by hand"
    write_proposal(again, force=True)
    assert (root / "_init/photos-before.csv").read_text() == "edited by hand"
    assert read_study(root).failures == ()


def test_codes_stay_in_the_next_run(tmp_path: Path) -> None:
    root = clinic(tmp_path)
    first = proposed(root)
    write_proposal(first)
    photo(root / "Aaron/2024-03-04/left calf.jpg", 77)
    second = propose(root, today=TODAY, known_codes=read_key(root))
    codes = {row.original: row.code for row in second.key}
    assert {row.original: row.code for row in first.key}.items() <= codes.items()
    assert len(set(codes.values())) == len(codes)


@pytest.mark.parametrize("place", ["inside", "above", "full"])
def test_refused_outputs(tmp_path: Path, place: str) -> None:
    root = tmp_path / "a/photos"
    photo(root / "P1/2024-03-04/left calf.jpg", 1)
    out = {"inside": root / "study", "above": tmp_path / "a", "full": tmp_path / "full"}[place]
    (tmp_path / "full").mkdir()
    (tmp_path / "full/x").write_text("x")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(StudyError, match=str(out)):
        write_proposal(proposed(root), out)
    assert sorted(tmp_path.rglob("*")) == before


def test_the_key_must_be_one(tmp_path: Path) -> None:
    assert read_key(tmp_path) == {}
    (tmp_path / "k.csv").write_text("a,b\n1,2\n")
    with pytest.raises(StudyError, match="columns code and original"):
        read_key(tmp_path / "k.csv")
