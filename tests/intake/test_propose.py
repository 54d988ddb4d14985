from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from lesiontrack.errors import StudyError
from lesiontrack.intake import Proposal, propose
from tests.intake.trees import TODAY, left, of, photo, table


def proposed(root: Path, **options: str | None) -> Proposal:
    return propose(root, today=TODAY, **options)  # type: ignore[arg-type]


def test_names_dates_and_sites_of_a_mixed_tree(tmp_path: Path) -> None:
    photo(tmp_path / "P03 follow up/left leg (2).JPG", 1, taken="2024-03-04 10:00:00")
    photo(tmp_path / "P03 follow up/left leg (3).JPG", 2, taken="2024-03-18 10:00:00")
    photo(tmp_path / "2024-03-04 Meier re Wade.jpg", 3)
    photo(tmp_path / "2024-03-18 Meier re Wade.jpg", 4)
    photo(tmp_path / "Özdemir/04.03.2024/IMG-20240304-WA0012.jpg", 5)
    photo(tmp_path / "Özdemir/18.03.2024/IMG-20240318-WA0001.jpg", 6)
    assert table(proposed(tmp_path)) == {
        "2024-03-04 Meier re Wade.jpg": ("P001", "2024-03-04", "right-calf", 1),
        "2024-03-18 Meier re Wade.jpg": ("P001", "2024-03-18", "right-calf", 1),
        "Özdemir/04.03.2024/IMG-20240304-WA0012.jpg": ("P002", "2024-03-04", "site-1", 1),
        "Özdemir/18.03.2024/IMG-20240318-WA0001.jpg": ("P002", "2024-03-18", "site-1", 1),
        "P03 follow up/left leg (2).JPG": ("P03", "2024-03-04", "left-leg", 1),
        "P03 follow up/left leg (3).JPG": ("P03", "2024-03-18", "left-leg", 1),
    }


def test_certainty_and_key(tmp_path: Path) -> None:
    photo(tmp_path / "PT1/2024-03-04/left calf.jpg", 1)
    photo(tmp_path / "Hans Meier/2024-03-04/IMG_1.jpg", 2)
    photo(tmp_path / "Meier, Hans/2024-03-18/IMG_2.jpg", 3)
    proposal = proposed(tmp_path)
    assert of(proposal, "PT1/2024-03-04/left calf.jpg").certainty == "sure"
    assert of(proposal, "Hans Meier/2024-03-04/IMG_1.jpg").certainty == "guess"
    assert [(row.code, row.original, row.kept) for row in proposal.key] == [
        ("P002", "Hans Meier / Meier Hans", False),
        ("PT1", "PT1", True),
    ]
    assert any("taken for one patient" in note for note in proposal.notes)


def test_visit_folders_outside_patient_folders(tmp_path: Path) -> None:
    for day in ("2024-03-04", "2024-03-18"):
        photo(tmp_path / f"Photos 2024/{day}/P07/Wade li.jpg", hash(day) % 99)
    assert set(table(proposed(tmp_path)).values()) == {
        ("P07", "2024-03-04", "left-calf", 1),
        ("P07", "2024-03-18", "left-calf", 1),
    }


def test_nobody_named_is_one_doubtful_patient(tmp_path: Path) -> None:
    photo(tmp_path / "x/IMG_1.jpg", 1, taken="2024-03-04 10:00:00")
    photo(tmp_path / "x/IMG_2.jpg", 2, taken="2024-03-18 10:00:00")
    proposal = proposed(tmp_path / "x")
    assert {row[0] for row in table(proposal).values()} == {"P001"}
    assert of(proposal, "IMG_1.jpg").patient.certainty == "guess"
    assert any("one patient" in note for note in proposal.notes)


def test_the_folder_itself_can_name_the_patient(tmp_path: Path) -> None:
    photo(tmp_path / "PT09/IMG_1.jpg", 1, taken="2024-03-04 10:00:00")
    assert of(proposed(tmp_path / "PT09"), "IMG_1.jpg").patient.value == "PT09"


def test_a_photo_of_nobody_beside_others_is_left(tmp_path: Path) -> None:
    photo(tmp_path / "P01/2024-03-04/calf.jpg", 1)
    photo(tmp_path / "IMG_7.jpg", 2, taken="2024-03-04 10:00:00")
    kind, reason = left(proposed(tmp_path))["IMG_7.jpg"]
    assert kind == "undecided"
    assert "tells the patient" in reason


def test_camera_date_against_the_folder_is_a_named_doubt(tmp_path: Path) -> None:
    photo(tmp_path / "P01/2024-03-04/left calf.jpg", 1, taken="2024-03-09 10:00:00")
    photo(tmp_path / "P01/2024-03-18/left calf.jpg", 2, taken="2024-03-19 00:10:00")
    proposal = proposed(tmp_path)
    doubtful = of(proposal, "P01/2024-03-04/left calf.jpg").visit
    assert (doubtful.value, doubtful.certainty) == ("2024-03-04", "guess")
    assert "2024-03-09" in doubtful.doubts[0]
    assert of(proposal, "P01/2024-03-18/left calf.jpg").visit.certainty == "sure"


def test_modification_times_are_not_used(tmp_path: Path) -> None:
    path = photo(tmp_path / "P01/left calf.jpg", 1)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    proposal = proposed(tmp_path)
    assert not proposal.assignments
    assert "no date" in left(proposal)["P01/left calf.jpg"][1]


def test_an_unset_camera_clock_is_no_date(tmp_path: Path) -> None:
    photo(tmp_path / "P01/IMG_1.jpg", 1, taken="1980-01-01 00:00:00")
    assert "clock was not set" in left(proposed(tmp_path))["P01/IMG_1.jpg"][1]


def test_ambiguous_dates_are_not_guessed(tmp_path: Path) -> None:
    photo(tmp_path / "P01/03-04-2024/left calf.jpg", 1)
    proposal = proposed(tmp_path)
    assert "2024-04-03 or 2024-03-04" in left(proposal)["P01/03-04-2024/left calf.jpg"][1]
    assert not proposal.complete
    told = proposed(tmp_path, date_order="month-first")
    assert of(told, "P01/03-04-2024/left calf.jpg").visit.value == "2024-03-04"


@pytest.mark.parametrize(("other", "expected"), [("23-04-2024", "2024-04-03"), ("04-23-2024", "2024-03-04")])
def test_other_dates_of_the_tree_settle_the_order(tmp_path: Path, other: str, expected: str) -> None:
    photo(tmp_path / "P01/03-04-2024/left calf.jpg", 1)
    photo(tmp_path / f"P02/{other}/left calf.jpg", 2)
    proposal = proposed(tmp_path)
    visit = of(proposal, "P01/03-04-2024/left calf.jpg").visit
    assert (visit.value, visit.certainty) == (expected, "likely")
    assert any(other in note for note in proposal.notes)


def test_contradicting_orders_settle_nothing(tmp_path: Path) -> None:
    for patient, day in (("P01", "03-04-2024"), ("P02", "23-04-2024"), ("P03", "04-23-2024")):
        photo(tmp_path / f"{patient}/{day}/left calf.jpg", int(patient[1:]))
    assert "P01/03-04-2024/left calf.jpg" in left(proposed(tmp_path))


def test_the_camera_settles_an_ambiguous_folder(tmp_path: Path) -> None:
    photo(tmp_path / "P01/03-04-2024/left calf.jpg", 1, taken="2024-03-04 09:00:00")
    assert of(proposed(tmp_path), "P01/03-04-2024/left calf.jpg").visit.value == "2024-03-04"


def test_counted_visits_of_one_patient(tmp_path: Path) -> None:
    for index, label in enumerate(("baseline", "week 2", "Tag 14 b", "day28")):
        photo(tmp_path / f"P01/{label}/left calf {index}.jpg", index)
    assert sorted({row[1] for row in table(proposed(tmp_path)).values()}) == ["day000", "day014", "day028"]


def test_counted_visits_beside_dates_need_an_anchor(tmp_path: Path) -> None:
    photo(tmp_path / "P01/week 2/left calf.jpg", 1, taken="2024-03-18 10:00:00")
    photo(tmp_path / "P01/week 4/left calf.jpg", 2)
    photo(tmp_path / "P02/2024-03-04/left calf.jpg", 3)
    photo(tmp_path / "P02/week 4/left calf.jpg", 4)
    proposal = proposed(tmp_path)
    anchored = of(proposal, "P01/week 4/left calf.jpg").visit
    assert (anchored.value, anchored.certainty) == ("2024-04-01", "guess")
    assert "can't be placed" in left(proposal)["P02/week 4/left calf.jpg"][1]


def test_visit_numbers_need_a_date(tmp_path: Path) -> None:
    photo(tmp_path / "P01/V3/IMG_1.jpg", 1, taken="2024-03-18 10:00:00")
    photo(tmp_path / "P01/V3/extra.jpg", 2)
    photo(tmp_path / "P01/V4/IMG_2.jpg", 3)
    proposal = proposed(tmp_path)
    assert of(proposal, "P01/V3/extra.jpg").visit.value == "2024-03-18"
    assert of(proposal, "P01/V3/extra.jpg").visit.certainty == "guess"
    assert "gives no date" in left(proposal)["P01/V4/IMG_2.jpg"][1]


def test_bursts_become_views_by_time(tmp_path: Path) -> None:
    photo(tmp_path / "P01/left calf/IMG_9.jpg", 1, taken="2024-03-04 10:00:05")
    photo(tmp_path / "P01/left calf/IMG_8.jpg", 1, shift=6, taken="2024-03-04 10:00:09")
    photo(tmp_path / "P01/left calf/IMG_7.jpg", 1, shift=1, taken="2024-03-04 10:00:01")
    rows = table(proposed(tmp_path))
    assert {name[-9:]: row[2:] for name, row in rows.items()} == {
        "IMG_7.jpg": ("left-calf", 1), "IMG_9.jpg": ("left-calf", 2), "IMG_8.jpg": ("left-calf", 3),
    }  # fmt: skip


def test_copies_are_listed_and_the_original_stays(tmp_path: Path) -> None:
    folder = tmp_path / "P01/2024-03-04"
    original = photo(folder / "IMG_1.jpg", 1, taken="2024-03-04 10:00:00", size=(320, 240))
    shutil.copy(original, folder / "IMG_1 (1).jpg")
    photo(folder / "IMG_1_edited.jpg", 1, gain=1.1, size=(320, 240))
    photo(folder / "IMG_E1.jpg", 1, gain=0.9, quality=60, size=(320, 240))
    photo(folder / "WhatsApp Image 2024-03-05 at 10.12.33.jpeg", 1, size=(240, 180), quality=60)
    proposal = proposed(tmp_path)
    assert list(table(proposal)) == ["P01/2024-03-04/IMG_1.jpg"]
    assert {kind for kind, _ in left(proposal).values()} == {"duplicate"}
    assert len(proposal.left) == 4
    assert all("duplicate of P01/2024-03-04/IMG_1.jpg" in reason for _, reason in left(proposal).values())
    assert proposal.complete


def test_a_number_in_brackets_can_be_a_second_photo(tmp_path: Path) -> None:
    photo(tmp_path / "P01/2024-03-04/left calf.jpg", 1)
    photo(tmp_path / "P01/2024-03-04/left calf (2).jpg", 2)
    assert [row[3] for row in table(proposed(tmp_path)).values()] == [1, 2]


def test_one_picture_under_two_patients_is_a_doubt(tmp_path: Path) -> None:
    first = photo(tmp_path / "P01/2024-03-04/left calf.jpg", 1)
    (tmp_path / "P02/2024-03-04").mkdir(parents=True)
    shutil.copy(first, tmp_path / "P02/2024-03-04/left calf.jpg")
    (only,) = proposed(tmp_path).assignments
    assert only.patient.certainty == "guess"
    assert any("which one is right" in doubt for doubt in only.doubts)


def test_a_sorted_copy_tells_whose_the_camera_file_is(tmp_path: Path) -> None:
    photo(tmp_path / "DCIM/IMG_1.jpg", 1, taken="2024-03-04 10:00:00")
    photo(tmp_path / "P05/04.03.2024/IMG-20240304-WA0001.jpg", 1, size=(120, 90))
    (only,) = proposed(tmp_path).assignments
    got = (only.photo.relative, only.patient.value, only.visit.value)
    assert got == (
        "DCIM/IMG_1.jpg",
        "P05",
        "2024-03-04",
    )
    assert any("its copy" in doubt for doubt in only.doubts)


def test_similar_pictures_are_one_site_as_a_guess(tmp_path: Path) -> None:
    for visit, day in enumerate(("2024-03-04", "2024-03-18")):
        photo(tmp_path / f"P01/{day}/IMG_{visit}1.jpg", 11, shift=4 * visit, size=(480, 360))
        photo(tmp_path / f"P01/{day}/IMG_{visit}2.jpg", 12, shift=4 * visit, size=(480, 360))
    proposal = proposed(tmp_path)
    sites = {name: row[2] for name, row in table(proposal).items()}
    assert sites["P01/2024-03-04/IMG_01.jpg"] == sites["P01/2024-03-18/IMG_11.jpg"]
    assert sites["P01/2024-03-04/IMG_02.jpg"] == sites["P01/2024-03-18/IMG_12.jpg"]
    assert sites["P01/2024-03-04/IMG_01.jpg"] != sites["P01/2024-03-04/IMG_02.jpg"]
    assert {assignment.site.certainty for assignment in proposal.assignments} == {"guess"}


def test_unlike_pictures_are_not_mixed_into_one_site(tmp_path: Path) -> None:
    for index in range(4):
        photo(tmp_path / f"P01/2024-03-{4 + 14 * (index // 2):02d}/IMG_{index}.jpg", 20 + index)
    assert len({row[2] for row in table(proposed(tmp_path)).values()}) == 4


def test_a_site_without_side_joins_the_only_one_with_a_side(tmp_path: Path) -> None:
    photo(tmp_path / "P01/2024-03-04/left calf.jpg", 1)
    photo(tmp_path / "P01/2024-03-18/calf.jpg", 2)
    photo(tmp_path / "P01/2024-03-18/back.jpg", 3)
    site = of(proposed(tmp_path), "P01/2024-03-18/calf.jpg").site
    assert (site.value, site.certainty) == ("left-calf", "guess")


def test_modality_injection_and_device(tmp_path: Path) -> None:
    photo(tmp_path / "P01/2024-03-04/left calf dermoscopy.jpg", 1, device="Apple iPhone 12")
    photo(tmp_path / "P01/2024-03-04/left calf after injection.jpg", 2)
    proposal = proposed(tmp_path)
    assert of(proposal, "P01/2024-03-04/left calf dermoscopy.jpg").modality == "dermoscopic"
    assert of(proposal, "P01/2024-03-04/left calf dermoscopy.jpg").photo.device == "Apple iPhone 12"
    assert of(proposal, "P01/2024-03-04/left calf after injection.jpg").injection == "after"


def test_bad_files_are_listed_and_the_rest_goes_on(tmp_path: Path) -> None:
    good = photo(tmp_path / "P01/2024-03-04/left calf.jpg", 1)
    here = good.parent
    (here / "cut.jpg").write_bytes(good.read_bytes()[:900])
    (here / "empty.jpg").write_bytes(b"")
    (here / "letter.pdf").write_bytes(b"%PDF-1.4")
    (here / "film.MOV").write_bytes(b"x")
    (here / "x.heic").write_bytes(b"\0\0\0\x18ftypheic")
    for junk in ("Thumbs.db", "._left calf.jpg", ".DS_Store", "desktop.ini"):
        (here / junk).write_bytes(b"x")
    (here / "_MG_1234.JPG").write_bytes(photo(tmp_path / "t/x.jpg", 2).read_bytes())
    shutil.rmtree(tmp_path / "t")
    proposal = proposed(tmp_path)
    kinds = {Path(name).name: kind for name, (kind, _) in left(proposal).items()}
    assert kinds == {
        "cut.jpg": "unreadable", "empty.jpg": "unreadable", "x.heic": "unreadable",
        "letter.pdf": "not_a_photo", "film.MOV": "not_a_photo",
    }  # fmt: skip
    assert len(proposal.assignments) == 2
    assert proposal.skipped == 4


def test_links_that_lead_out_are_not_followed(tmp_path: Path) -> None:
    photo(tmp_path / "in/P01/2024-03-04/left calf.jpg", 1)
    outside = photo(tmp_path / "out/x.jpg", 2)
    (tmp_path / "in/P01/2024-03-04/x.jpg").symlink_to(outside)
    (tmp_path / "in/P01/more").symlink_to(tmp_path / "out")
    assert {name: kind for name, (kind, _) in left(proposed(tmp_path / "in")).items()} == {
        "P01/2024-03-04/x.jpg": "undecided", "P01/more": "undecided",
    }  # fmt: skip


def test_codes_of_an_earlier_run_are_given_again(tmp_path: Path) -> None:
    photo(tmp_path / "Adler/2024-03-04/left calf.jpg", 1)
    photo(tmp_path / "Meier Hans/2024-03-04/left calf.jpg", 2)
    proposal = propose(tmp_path, today=TODAY, known_codes={"Hans Meier": "P001"})
    assert [(row.code, row.original) for row in proposal.key] == [("P001", "Meier Hans"), ("P002", "Adler")]


def test_the_study_convention_is_recognised(tmp_path: Path) -> None:
    photo(tmp_path / "a/PT1/2024-03-04/left-calf.jpg", 1)
    photo(tmp_path / "b/Meier/2024-03-04/left-calf.jpg", 1)
    photo(tmp_path / "c/PT1/2024-03-04/IMG_1234.jpg", 1)
    assert [proposed(tmp_path / name).is_study for name in "abc"] == [True, False, False]


@pytest.mark.parametrize("make", ["nothing", "file", "empty", "pdfs"])
def test_no_photos_at_all(tmp_path: Path, make: str) -> None:
    root = tmp_path / "x"
    if make == "file":
        root.write_bytes(b"x")
    elif make != "nothing":
        root.mkdir()
    if make == "pdfs":
        (root / "a.pdf").write_bytes(b"%PDF-1.4")
    with pytest.raises(StudyError, match=str(root)):
        proposed(root)


def test_a_clinic_export_with_departments_and_birth_dates(tmp_path: Path) -> None:
    here = tmp_path / "Dermatologie/Station 3"
    photo(here / "Meier, Hans 1985-03-12/IMG_1.jpg", 1, taken="2024-03-04 10:00:00")
    photo(here / "Meier, Hans 1985-03-12/IMG_2.jpg", 2, taken="2024-03-18 10:00:00")
    photo(tmp_path / "Dermatologie/Station 4/Schulz geb. 12.03.1985/2024-03-04/DSC_0012 Wade li.jpg", 3)
    assert [(row.code, row.original) for row in proposed(tmp_path).key] == [
        ("P001", "Meier Hans"),
        ("P002", "Schulz"),
    ]
    assert {row[1] for row in table(proposed(tmp_path)).values()} == {"2024-03-04", "2024-03-18"}


def test_folders_of_photo_libraries(tmp_path: Path) -> None:
    photo(tmp_path / "2024/03/04/Meier/Arm re.jpg", 1)
    photo(tmp_path / "2024/03/18/Meier/Arm re.jpg", 2)
    assert set(table(proposed(tmp_path)).values()) == {
        ("P001", "2024-03-04", "right-arm", 1), ("P001", "2024-03-18", "right-arm", 1),
    }  # fmt: skip


def test_a_months_name_is_nobodys(tmp_path: Path) -> None:
    photo(tmp_path / "P1/March 2024/left calf.jpg", 1, taken="2024-03-04 10:00:00")
    photo(tmp_path / "P1/2024-04/left calf.jpg", 2)
    proposal = proposed(tmp_path)
    assert [row.code for row in proposal.key] == ["P1"]
    assert "month without the day" in left(proposal)["P1/2024-04/left calf.jpg"][1]


def test_names_in_lower_case_and_short_file_names(tmp_path: Path) -> None:
    for visit, day in enumerate(("2024-03-04", "2024-03-18")):
        photo(tmp_path / f"flat/meier_{day}.jpg", visit)
        for name in ("a", "b"):
            photo(tmp_path / f"sorted/0039/{day}/{name}.jpg", 10 + ord(name) + 2 * visit)
    flat = proposed(tmp_path / "flat")
    assert [(row.code, row.original) for row in flat.key] == [("P001", "meier")]
    assert {assignment.patient.certainty for assignment in flat.assignments} == {"guess"}
    assert {row[0::2] for row in table(proposed(tmp_path / "sorted")).values()} == {
        ("0039", "site-a"), ("0039", "site-b"),
    }  # fmt: skip


def test_folders_numbered_like_visits_are_no_patients(tmp_path: Path) -> None:
    photo(tmp_path / "Meier/01/IMG_1.jpg", 1, taken="2024-03-04 10:00:00")
    photo(tmp_path / "Meier/02/IMG_2.jpg", 2, taken="2024-03-18 10:00:00")
    photo(tmp_path / "Huber/040324/IMG_5.jpg", 3, taken="2024-03-04 10:00:00")
    assert [row.original for row in proposed(tmp_path).key] == ["Huber", "Meier"]
