"""Visits without a usable photo: which they are, and when."""

from __future__ import annotations

import pytest

from lesiontrack.report.missed import find_missed
from lesiontrack.report.notes import Notes, counted, short
from lesiontrack.report.thumbs import fitted, shrunk
from lesiontrack.study.model import Failure
from tests.report.made_results import jpeg

DAYS = {"2024-03-04": 0, "2024-03-18": 14}


def failure(file: str) -> Failure:
    return Failure(file, "read", "cut off")


def test_a_known_visit_with_a_failed_photo() -> None:
    (missed,) = find_missed([failure("PT001/2024-03-18/left-calf.jpg")], {"2024-03-04"}, DAYS)
    assert missed.stage == "read"
    assert (missed.visit, missed.day, missed.failed, missed.reason) == (
        "2024-03-18",
        14,
        True,
        "cut off",
    )


@pytest.mark.parametrize(("label", "known", "day"), [
    ("2024-03-11", DAYS, 7),
    ("2024-02-26", DAYS, -7),
    ("week02", {"day000": 0}, 14),
])  # fmt: skip
def test_a_visit_that_only_the_failed_photo_had_is_placed_by_another(
    label: str, known: dict[str, int], day: int
) -> None:
    first = find_missed([failure(f"PT001/{label}/a.jpg")], set(known), known)[0]
    assert (first.visit, first.day) == (label, day)


@pytest.mark.parametrize(
    "file", ["IMG_1234.jpg", "PT001/holiday/a.jpg", "PT001/day007/a.jpg", "PT001/2024-13-45/a.jpg"]
)
def test_a_path_that_does_not_tell_its_visit_is_shown_without(file: str) -> None:
    (missed,) = find_missed([failure(file)], set(DAYS), DAYS)
    assert (missed.visit, missed.day, missed.file) == (None, None, file)


def test_visits_without_a_photo_of_the_site_come_in_time_order() -> None:
    days = {"2024-04-01": 28, **DAYS}
    missed = find_missed([failure("x.jpg")], {"2024-03-04"}, days)
    assert [(m.day, m.failed) for m in missed] == [(14, False), (28, False), (None, True)]


def test_notes_number_a_text_once() -> None:
    notes = Notes()
    assert notes.refer("a", None, "b", "") == [1, 2]
    assert notes.refer("b") == [2]
    assert notes.texts == ["a", "b"]


def test_short_reason_is_its_head() -> None:
    assert short("visit not registered: skin texture: 3 features") == "visit not registered"
    assert short("too dark; retake") == "too dark"
    assert short(None) == ""
    assert len(short("x" * 300)) == 70


def test_counted_keeps_the_order() -> None:
    assert counted(["b", "a", "b"]) == [("b", 2), ("a", 1)]


def test_pictures_shrink_until_they_fit() -> None:
    pictures = [jpeg(400, seed) for seed in range(4)]
    total = sum(map(len, pictures))
    assert fitted(pictures, total, side=400) == pictures
    smaller = fitted(pictures, total // 3, side=400)
    assert 0 < sum(map(len, smaller)) <= total // 3
    assert all(smaller)
    least = fitted(pictures, 3000, side=400)
    assert sum(map(len, least)) <= 3000
    assert least[-1] == b""


def test_what_is_no_picture_is_left_as_it_is() -> None:
    assert shrunk(b"not a jpeg", 100) == b"not a jpeg"
