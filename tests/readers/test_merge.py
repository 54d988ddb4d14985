"""One store out of two: what is written, once, and nothing lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lesiontrack.corrections import (
    Correction,
    Evaluability,
    GoneJudgement,
    Landmarks,
    LesionPoint,
    MaskEdit,
    Place,
    Store,
    Value,
    Withdrawal,
)
from lesiontrack.corrections.masks import decode_drawn
from lesiontrack.readers import compare_readers, merge, orphans
from lesiontrack.readers.rows import open_count, pair_rows
from tests.readers.made import A, B, drawing, grade, make_results, point, say, sha, signature
from tests.readers.test_outlines import disc
from tests.readers.test_questions import assigned, gone, landmarks, not_evaluable, registered


def merged(folder: Path, *, first: str = A, second: str = B, prefer: str | None = None) -> list[Correction]:
    results = folder / "results"
    if not results.is_dir():
        make_results(results)
    found = compare_readers(folder / "study", first, second, results=results)
    return [entry.correction for entry in merge(found, prefer=prefer)]


def test_by_both_with_both_ids(tmp_path: Path) -> None:
    (mine,) = say(tmp_path / "study", A, grade(2))
    (theirs,) = say(tmp_path / "study", B, grade(2))
    (written,) = merged(tmp_path)
    assert written.by == "Anna Berg; Ben Carter"
    assert mine.id in written.note
    assert theirs.id in written.note
    assert written.value == grade(2)
    assert [entry.correction for entry in Store(tmp_path / "study").read().in_force] == [written]


def test_where_the_lesion_was_seen_is_carried_over(tmp_path: Path) -> None:
    seen = (Place(visit="day000", photo_sha256=sha(1), x=60, y=60),)
    values = [
        value.model_copy(update={"seen": seen}) for value in (gone(True), grade(2), not_evaluable("hair"))
    ]
    say(tmp_path / "study", A, *values)
    say(tmp_path / "study", B, *values)
    written = {correction.value.kind: correction.value for correction in merged(tmp_path)}
    assert written == {value.kind: value for value in values}


def test_never_twice(tmp_path: Path) -> None:
    spot = {"lesion": disc(60, 30, 30, 20), "ulcer": disc(60, 30, 30, 9)}
    said: list[Value] = [grade(1), gone(True), point("L01", 60, 60), drawing(10, 10, spot), landmarks(1)]
    say(tmp_path / "study", A, *said)
    say(tmp_path / "study", B, *said)
    assert len(merged(tmp_path)) == 5
    assert merged(tmp_path) == []
    assert merged(tmp_path, first=B, second=A) == []
    assert merged(tmp_path, prefer=A) == []


def test_taken_back_in_the_main_store_it_stays_away(tmp_path: Path) -> None:
    say(tmp_path / "study", A, grade(2))
    say(tmp_path / "study", B, grade(2))
    merged(tmp_path)
    main = Store(tmp_path / "study")
    main.add(Withdrawal(of=main.read().entries[0].id), by="Dr Third")
    assert merged(tmp_path) == []


def test_same_meaning_in_other_words(tmp_path: Path) -> None:
    say(tmp_path / "study", A, not_evaluable("blurred"), point("L01", 60, 60), landmarks(0), assigned())
    say(tmp_path / "study", B, not_evaluable("too dark"), point("L01", 70, 64), landmarks(2, 4), assigned())
    written = {correction.value.kind: correction.value for correction in merged(tmp_path)}
    evaluability, place, pairs = written["evaluability"], written["lesion_point"], written["landmarks"]
    assert isinstance(evaluability, Evaluability)
    assert evaluability.reason == "blurred; too dark"
    assert isinstance(place, LesionPoint)
    assert (place.x, place.y) == (65, 62)
    assert isinstance(pairs, Landmarks)
    assert len(pairs.pairs) == 7


def test_outlines_merge_halfway_in_the_common_window(tmp_path: Path) -> None:
    say(tmp_path / "study", A, drawing(10, 10, {"lesion": disc(100, 50, 50, 30)}))
    say(tmp_path / "study", B, drawing(20, 20, {"lesion": disc(100, 40, 40, 32)}))
    (written,) = merged(tmp_path)
    edit = written.value
    assert isinstance(edit, MaskEdit)
    assert (edit.x, edit.y, edit.width, edit.height) == (20, 20, 90, 90)
    inside = decode_drawn(edit.masks["lesion"], edit.width, edit.height)
    assert np.sqrt(inside.sum() / np.pi) == pytest.approx(31, abs=0.3)


def test_classes_merge_one_by_one(tmp_path: Path) -> None:
    """They agree on the lesion and not on the ulcer; later on the ulcer too, with other windows."""
    lesion = disc(80, 40, 40, 30)
    (mine,) = say(tmp_path / "study", A, drawing(10, 10, {"lesion": lesion, "ulcer": disc(80, 40, 40, 5)}))
    (theirs,) = say(tmp_path / "study", B, drawing(10, 10, {"lesion": lesion, "ulcer": disc(80, 40, 40, 15)}))
    (written,) = merged(tmp_path)
    assert isinstance(written.value, MaskEdit)
    assert set(written.value.masks) == {"lesion"}
    (preferred,) = merged(tmp_path, prefer=B)
    assert isinstance(preferred.value, MaskEdit)
    assert set(preferred.value.masks) == {"ulcer"}
    assert preferred.by == B
    assert mine.id in preferred.note
    assert theirs.id in preferred.note
    inside = decode_drawn(preferred.value.masks["ulcer"], 80, 80)
    assert (inside == disc(80, 40, 40, 15)).all()


def test_preferred_where_they_differ_only(tmp_path: Path) -> None:
    say(tmp_path / "study", A, grade(1), gone(True), registered(True))
    say(tmp_path / "study", B, grade(3), gone(True))
    written = merged(tmp_path, prefer=B)
    assert {(correction.value.kind, correction.by) for correction in written} == {
        ("grade", B), ("gone", "Anna Berg; Ben Carter"),
    }  # fmt: skip
    assert merged(tmp_path, prefer=A) == []


def test_signatures_are_not_merged(tmp_path: Path) -> None:
    say(tmp_path / "study", A, signature())
    say(tmp_path / "study", B, signature())
    assert merged(tmp_path) == []


def test_a_signature_and_a_word_that_say_the_same(tmp_path: Path) -> None:
    say(tmp_path / "study", A, signature(status="not_visible", area_mm2=0.0))
    say(tmp_path / "study", B, gone(True))
    (written,) = merged(tmp_path)
    assert isinstance(written.value, GoneJudgement)
    assert written.by == "Anna Berg; Ben Carter"


def test_a_third_reader_settles(tmp_path: Path) -> None:
    study = tmp_path / "study"
    say(study, A, grade(1), grade(2, lesion="L02"), drawing(10, 10, {"lesion": disc(60, 30, 30, 20)}))
    say(study, B, grade(3), grade(2, lesion="L02"), drawing(10, 10, {"lesion": disc(60, 30, 30, 12)}))
    results = make_results(tmp_path / "results")
    assert open_count(compare_readers(study, A, B, results=results)) == (2, 0)
    say(study, None, grade(2), grade(4, lesion="L02"), first=100)
    say(study, None, drawing(0, 0, {"lesion": disc(80, 40, 40, 15)}), first=110)
    found = compare_readers(study, A, B, results=results)
    assert open_count(found) == (0, 0)
    assert merge(found, prefer=A) == []
    told = {row["lesion"]: row["main_store"] for row in pair_rows(found.pairs, found.main)}
    assert told["L02"] == "“erythema” graded 4 on “CEA” (Dr Third)"


def test_a_window_on_a_corner_settles_nothing(tmp_path: Path) -> None:
    study = tmp_path / "study"
    say(study, A, drawing(10, 10, {"lesion": disc(60, 30, 30, 20)}))
    say(study, B, drawing(10, 10, {"lesion": disc(60, 30, 30, 12)}))
    say(study, None, drawing(0, 0, {"lesion": disc(30, 15, 15, 5)}), first=100)
    found = compare_readers(study, A, B, results=make_results(tmp_path / "results"))
    assert open_count(found) == (1, 0)


def test_what_was_there_before_they_read_is_replaced(tmp_path: Path) -> None:
    say(tmp_path / "study", None, gone(True), first=-1000)
    say(tmp_path / "study", A, gone(False))
    say(tmp_path / "study", B, gone(False))
    assert len(merged(tmp_path)) == 1
    assert [entry.value for entry in Store(tmp_path / "study").read().in_force] == [gone(False)]


def test_a_reader_who_thinks_again(tmp_path: Path) -> None:
    study = tmp_path / "study"
    say(study, A, grade(2))
    say(study, B, grade(2))
    merged(tmp_path)
    say(study, A, grade(3), first=10**6)
    found = compare_readers(study, A, B, results=tmp_path / "results")
    assert open_count(found) == (1, 0)
    ((entry, gone_ids),) = orphans(found)
    assert entry.value == grade(2)
    assert len(gone_ids) == 1
    say(study, B, grade(3), first=10**6)
    assert [written.value for written in merged(tmp_path)] == [grade(3)]
    assert [entry.value for entry in Store(study).read().in_force] == [grade(3)]


def test_lesions_merge_under_one_name(tmp_path: Path) -> None:
    say(tmp_path / "study", A, point("L02", 100, 100), grade(1, lesion="L02"))
    say(tmp_path / "study", B, point("L07", 104, 100), grade(1, lesion="L07"))
    written = merged(tmp_path, first=B, second=A)
    assert {getattr(correction.value, "lesion", "") for correction in written} == {"L02"}
