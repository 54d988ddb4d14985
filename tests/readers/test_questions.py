"""Answers of two readers side by side: what counts as answered, what as the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from lesiontrack.corrections import (
    Assignment,
    Evaluability,
    GoneJudgement,
    Landmarks,
    LesionName,
    NewLesionJudgement,
    Place,
    PointPair,
    RegistrationJudgement,
    SameLesion,
    Value,
    Withdrawal,
)
from lesiontrack.errors import ResultsError, StudyError
from lesiontrack.readers import Comparison, Pair, compare_readers
from tests.readers.made import A, B, grade, make_results, point, say, sha, signature

DAY = "day000"


def gone(value: bool, lesion: str = "L01") -> GoneJudgement:
    return GoneJudgement(patient="PT1", lesion=lesion, visit=DAY, gone=value)


def not_evaluable(reason: str, lesion: str | None = "L01") -> Evaluability:
    return Evaluability(patient="PT1", visit=DAY, site="calf", lesion=lesion, reason=reason)


def assigned(*, excluded: bool = False, visit: str = DAY) -> Assignment:
    return Assignment(
        photo="in/1.jpg", photo_sha256=sha(1), patient="PT1", visit=visit, site="calf", excluded=excluded
    )


def registered(accepted: bool, photo: int = 1) -> RegistrationJudgement:
    return RegistrationJudgement(
        patient="PT1", site="calf", visit=DAY, photo_sha256=sha(photo), reference_sha256=sha(9),
        accepted=accepted,
    )  # fmt: skip


def landmarks(shift: float, count: int = 3) -> Landmarks:
    places = [(10.0, 10.0), (150.0, 20.0), (60.0, 170.0), (90.0, 90.0)][:count]
    pairs = tuple(PointPair(x=x, y=y, reference_x=x + shift, reference_y=y) for x, y in places)
    return Landmarks(
        patient="PT1", site="calf", visit=DAY, reference_visit="day-007", photo_sha256=sha(1),
        reference_sha256=sha(2), pairs=pairs,
    )  # fmt: skip


def compared(folder: Path, mine: list[Value], theirs: list[Value], *, results: bool = True) -> Comparison:
    say(folder / "study", A, *mine)
    say(folder / "study", B, *theirs)
    found = make_results(folder / "results") if results else None
    return compare_readers(folder / "study", A, B, results=found)


def only(found: Comparison, question: str) -> Pair:
    (pair,) = [pair for pair in found.pairs if pair.subject.question == question]
    return pair


@pytest.mark.parametrize(
    ("mine", "theirs", "question", "agree"),
    [
        (gone(True), gone(True), "gone", True),
        (gone(True), gone(False), "gone", False),
        (registered(True), registered(True), "registration", True),
        (registered(True), registered(False), "registration", False),
        (grade(2), grade(2), "grade", True),
        (grade(2), grade(3), "grade", False),
        (not_evaluable("blurred"), not_evaluable("out of focus"), "evaluable", True),
        (assigned(), assigned(), "assignment", True),
        (assigned(), assigned(visit="day007"), "assignment", False),
        (assigned(), assigned(excluded=True), "assignment", False),
        (assigned(excluded=True), assigned(excluded=True, visit="day007"), "assignment", True),
        (point("L01", 60, 60), point("L01", 79, 60), "lesion_point", True),
        (point("L01", 60, 60), point("L01", 81, 60), "lesion_point", False),
        (landmarks(0), landmarks(15, 4), "landmarks", True),
        (landmarks(0), landmarks(25), "landmarks", False),
        (
            LesionName(patient="PT1", lesion="L01", name="Big  one"),
            LesionName(patient="PT1", lesion="L01", name="big one"),
            "lesion_name",
            True,
        ),
        (
            NewLesionJudgement(patient="PT1", lesion="L01", new=True),
            NewLesionJudgement(patient="PT1", lesion="L01", new=False),
            "new_lesion",
            False,
        ),
        (signature(), signature(), "signature", True),
        (signature(), signature(area_mm2=20.0), "signature", False),
    ],
)
def test_same_and_not_the_same(
    tmp_path: Path, mine: Value, theirs: Value, question: str, agree: bool
) -> None:
    pair = only(compared(tmp_path, [mine], [theirs]), question)
    assert pair.agree is agree
    assert pair.state == ("agree" if agree else "differ")
    assert pair.patient == "PT1"


def test_one_lesion_either_way_round(tmp_path: Path) -> None:
    place = Place(visit=DAY, photo_sha256=sha(1), x=1, y=1)
    one = SameLesion(patient="PT1", site="calf", lesion="L05", same_as="L02", places=(place,))
    other = SameLesion(patient="PT1", site="calf", lesion="L02", same_as="L05", places=(place,))
    found = compared(tmp_path, [one], [other])
    pair = only(found, "same_lesion")
    assert pair.agree
    assert [writing.value for writing in pair.joined] == [one]


def test_what_one_reader_did_not_say_is_listed(tmp_path: Path) -> None:
    found = compared(tmp_path, [gone(True), grade(1)], [gone(True), registered(False)])
    assert {pair.subject.question: pair.state for pair in found.pairs} == {
        "gone": "agree", "grade": "only A", "registration": "only B",
    }  # fmt: skip


def test_another_file_of_the_photo_is_another_question(tmp_path: Path) -> None:
    found = compared(tmp_path, [registered(True)], [registered(True, photo=2)])
    assert sorted(pair.state for pair in found.pairs) == ["only A", "only B"]


def test_what_was_replaced_or_taken_back_does_not_count(tmp_path: Path) -> None:
    say(tmp_path / "study", A, grade(1), grade(3))
    (taken,) = say(tmp_path / "study", A, gone(True), first=10)
    say(tmp_path / "study", A, Withdrawal(of=taken.id), first=20)
    say(tmp_path / "study", B, grade(3))
    (pair,) = compare_readers(tmp_path / "study", A, B).pairs
    assert (pair.subject.question, pair.agree) == ("grade", True)


def test_a_signature_answers_what_the_row_says(tmp_path: Path) -> None:
    """A signed the row: present, evaluable. B called it gone."""
    found = compared(tmp_path, [signature()], [gone(True), not_evaluable("blurred")])
    pair = only(found, "gone")
    assert pair.state == "differ"
    assert pair.first is not None
    assert (pair.first.answer, pair.first.implied) == (False, True)
    assert pair.for_first == ()
    assert [writing.value for writing in pair.for_second] == [gone(True)]
    assert only(found, "evaluable").state == "differ"
    assert only(found, "signature").state == "only A"


def test_rows_that_both_signed_count_as_said_by_both(tmp_path: Path) -> None:
    both = signature(status="not_visible", area_mm2=0.0)
    found = compared(tmp_path, [both], [both])
    pair = only(found, "gone")
    assert pair.first is not None
    assert (pair.state, pair.first.answer, pair.joined) == ("agree", True, ())


def test_a_row_signed_as_not_evaluable_says_nothing_of_gone(tmp_path: Path) -> None:
    found = compared(tmp_path, [signature(evaluable=False)], [gone(True)])
    assert only(found, "gone").state == "only B"


def test_a_whole_visit_speaks_for_its_lesions(tmp_path: Path) -> None:
    found = compared(tmp_path, [not_evaluable("dark", lesion=None)], [not_evaluable("dark")])
    states = {pair.subject.lesion: pair.state for pair in found.pairs}
    assert states == {"": "only A", "L01": "agree"}


def test_signed_lesions_speak_for_the_visit(tmp_path: Path) -> None:
    found = compared(tmp_path, [not_evaluable("dark", lesion=None)], [signature()])
    pair = only(found, "evaluable")
    assert (pair.subject.lesion, pair.state) == ("", "differ")


def test_lesions_of_one_place_and_two_names(tmp_path: Path) -> None:
    """Both added a lesion: A as L02, B as L03, where A has another one."""
    found = compared(
        tmp_path,
        [point("L02", 100, 100), point("L03", 20, 150), grade(1, lesion="L02"), grade(2, lesion="L03")],
        [point("L03", 105, 100), point("L02", 170, 20), grade(1, lesion="L03"), grade(4, lesion="L02")],
    )
    assert {(item.theirs, item.here) for item in found.renamed} == {("L03", "L02"), ("L02", "L02-2")}
    grades = {p.subject.lesion: p.state for p in found.pairs if p.subject.question == "grade"}
    assert grades == {"L02": "agree", "L02-2": "only B", "L03": "only A"}


def test_without_results_names_are_taken_as_they_are(tmp_path: Path) -> None:
    found = compared(tmp_path, [point("L09", 10, 10)], [point("L09", 12, 10)], results=False)
    pair = only(found, "lesion_point")
    assert (pair.agree, pair.measures["distance_px"], pair.measures["distance_mm"]) == (False, 2, None)


def test_readers_are_found_by_name_and_folder(tmp_path: Path) -> None:
    found = compared(tmp_path, [grade(1)], [grade(1)], results=False)
    again = compare_readers(tmp_path / "study", "anna berg", found.second.folder)
    assert (again.first.name, again.second.name) == (A, B)


def test_refusals(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="not a folder"):
        compare_readers(tmp_path / "nowhere", A, B)
    (tmp_path / "study").mkdir()
    with pytest.raises(StudyError, match="--blinded"):
        compare_readers(tmp_path / "study", A, B)
    compared(tmp_path, [grade(1)], [grade(1)])
    with pytest.raises(StudyError, match=r"no blinded reader 'Carl'; there are Anna Berg \(anna-berg-.*Ben"):
        compare_readers(tmp_path / "study", A, "Carl")
    with pytest.raises(StudyError, match="are one reader, Anna Berg"):
        compare_readers(tmp_path / "study", A, "ANNA BERG")
    with pytest.raises(ResultsError, match="not a results folder"):
        compare_readers(tmp_path / "study", A, B, results=tmp_path)
    with pytest.raises(ValueError, match="min_dice"):
        compare_readers(tmp_path / "study", A, B, min_dice=0)
    with pytest.raises(ValueError, match="max_distance_mm"):
        compare_readers(tmp_path / "study", A, B, max_distance_mm=-1)


def test_a_damaged_file_is_told_and_the_rest_compared(tmp_path: Path) -> None:
    compared(tmp_path, [grade(1), gone(True)], [grade(1)])
    folder = next((tmp_path / "study" / "_review" / "readers").glob("anna*"))
    spoilt = next(folder.glob("*gone*"))
    spoilt.chmod(0o644)
    spoilt.write_text("{}")
    found = compare_readers(tmp_path / "study", A, B)
    assert [pair.state for pair in found.pairs] == ["agree"]
    (failure,) = found.failures
    assert spoilt.name in failure.file
