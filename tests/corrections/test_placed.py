"""Points, joined ids, landmarks and rejections of a site: which hold, in which order, and for which photo."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesiontrack.corrections import (
    Corrections,
    Landmarks,
    LesionPoint,
    Place,
    PointPair,
    RegistrationJudgement,
    SameLesion,
    Withdrawal,
)
from lesiontrack.corrections.placed import (
    Rejection,
    joined_ids,
    landmarks,
    lesion_seeds,
    rejections,
)

from .drawing import said

A, B, C = ("a" * 64, "b" * 64, "c" * 64)
PHOTOS = {A: ("day000",), B: ("day014",)}
HERE = ("PT1", "calf")
WHERE = {"patient": "PT1", "site": "calf"}


def same(lesion: str, same_as: str, *places: Place, before: tuple[Place, ...] = ()) -> SameLesion:
    there = places or (Place(visit="day000", photo_sha256=C, x=1, y=1),)
    return SameLesion(**WHERE, lesion=lesion, same_as=same_as, places=there, same_as_places=before)


def point(lesion: str, photo: str, x: float, visit: str = "day000", *seen: Place) -> LesionPoint:
    return LesionPoint(**WHERE, visit=visit, photo_sha256=photo, lesion=lesion, x=x, y=5, seen=seen)


def judged(accepted: bool, photo: str = B, reference: str = A) -> RegistrationJudgement:
    return RegistrationJudgement(
        **WHERE, visit="day014", photo_sha256=photo, reference_sha256=reference, accepted=accepted
    )


def pairs(photo: str = B, reference: str = A) -> Landmarks:
    return Landmarks(
        **WHERE, visit="day014", reference_visit="day000", photo_sha256=photo, reference_sha256=reference,
        pairs=tuple(PointPair(x=n, y=n, reference_x=n + 5, reference_y=n) for n in (1, 50)),
    )  # fmt: skip


def test_joined_ids_end_at_the_last_of_a_chain() -> None:
    assert joined_ids(said(same("L05", "L03"), same("L03", "L01")), *HERE) == {"L05": "L01", "L03": "L01"}
    assert joined_ids(said(same("L05", "L03"), same("L03", "L05")), *HERE) == {"L05": "L03"}
    assert joined_ids(said(same("L05", "L03"), same("L05", "L01")), *HERE) == {"L05": "L01"}, "replaced"
    assert joined_ids(said(same("L05", "L03")), "PT1", "arm") == {}
    assert joined_ids(said(same("L05", "L03"), Withdrawal(of="e0")), *HERE) == {}


@given(st.lists(st.tuples(st.sampled_from("ABCDE"), st.sampled_from("ABCDE")), max_size=8))
def test_joined_ids_never_go_round(said_so: list[tuple[str, str]]) -> None:
    values = [same(one, other) for one, other in said_so if one != other]
    joined = joined_ids(said(*values), *HERE)
    assert not set(joined.values()) & joined.keys(), "an id that lesions go by is itself no other's"


def test_the_latest_point_comes_first_and_where_lesions_were_seen_after_all_points() -> None:
    seen = Place(visit="day000", photo_sha256=A, x=70, y=70)
    first, second, third = lesion_seeds(
        said(point("L01", B, 10, "day014", seen), point("L02", B, 20, "day014")), *HERE, PHOTOS, {}
    )
    assert [(s.lesion, s.visit, s.x, s.sure) for s in (first, second, third)] == [
        ("L02", "day014", 20, True), ("L01", "day014", 10, True), ("L01", "day000", 70, False),
    ]  # fmt: skip
    assert {s.source for s in (first, second, third)} == {"a reader"}


def test_earlier_runs_tell_where_a_lesion_is_where_a_point_does_not() -> None:
    """Only its first visit does: where it went later may be what the reader does not agree with."""
    known = {"L01": {B: (60.0, 60.0), A: (70.0, 70.0), C: (80.0, 80.0)}}
    _, place = lesion_seeds(said(point("L01", B, 10, "day014")), *HERE, PHOTOS, known)
    assert (place.visit, place.x, place.sure) == ("day000", 70, False)
    (only,) = lesion_seeds(said(point("L01", A, 10)), *HERE, PHOTOS, known)
    assert only.sure


def test_points_go_by_the_id_that_their_lesion_was_joined_to() -> None:
    place = Place(visit="day014", photo_sha256=B, x=9, y=9)
    seeds = lesion_seeds(said(point("L05", A, 10), same("L05", "L01", place)), *HERE, PHOTOS, {})
    assert [(s.lesion, s.visit, s.sure) for s in seeds] == [
        ("L01", "day000", True), ("L01", "day014", False),
    ]  # fmt: skip


@pytest.mark.parametrize("point_is_later", [True, False])
def test_a_point_says_where_a_joined_lesion_is_if_it_is_the_later(point_is_later: bool) -> None:
    both = [
        same("L05", "L01", Place(visit="day014", photo_sha256=B, x=9, y=9)),
        point("L01", B, 40, "day014"),
    ]
    seeds = lesion_seeds(said(*(both if point_is_later else both[::-1])), *HERE, PHOTOS, {})
    assert [s.x for s in seeds] == ([40] if point_is_later else [40, 9])


def test_a_correction_follows_its_photo_to_another_visit_and_not_to_another_site() -> None:
    corrections = said(point("L01", B, 10, "day014"), pairs(), judged(False))
    moved = {A: ("day000",), B: ("day028",)}
    assert [s.visit for s in lesion_seeds(corrections, *HERE, moved, {})] == ["day028"]
    assert {row.visit for row in landmarks(corrections, *HERE, moved)} == {"day000", "day028"}
    assert [r.visit for r in rejections(corrections, *HERE, moved)] == ["day028"]
    gone = {A: ("day000",)}
    assert lesion_seeds(corrections, *HERE, gone, {}) == ()
    assert landmarks(corrections, *HERE, gone) == ()
    assert rejections(corrections, *HERE, gone) == ()
    twice = {A: ("day000",), B: ("day007", "day014")}
    assert [s.visit for s in lesion_seeds(corrections, *HERE, twice, {})] == ["day014"]


def test_landmarks_are_rows_of_both_visits() -> None:
    rows = landmarks(said(pairs()), *HERE, PHOTOS)
    assert [(r.visit, r.point, r.x, r.photo_sha256) for r in rows] == [
        ("day014", "day014/1", 1, B), ("day000", "day014/1", 6, A),
        ("day014", "day014/2", 50, B), ("day000", "day014/2", 55, A),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("corrections", "found"),
    [
        (said(judged(False)), [Rejection("day014", B, A)]),
        (said(judged(False), judged(True)), []),
        (said(judged(False), Withdrawal(of="e0")), []),
        (said(judged(False, reference=C)), []),
        (said(judged(False), pairs()), [Rejection("day014", B, A, before_landmarks=True)]),
        (said(pairs(), judged(False)), [Rejection("day014", B, A)]),
        (said(judged(False), pairs(reference=C)), [Rejection("day014", B, A)]),
        (Corrections(), []),
    ],
)
def test_what_is_rejected(corrections: Corrections, found: list[Rejection]) -> None:
    assert list(rejections(corrections, *HERE, PHOTOS)) == found
