"""What was said stays with the lesion that was meant, whatever number it has in these results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.corrections import (
    Corrections,
    Evaluability,
    GoneJudgement,
    Grade,
    LesionName,
    NewLesionJudgement,
    Place,
    Signature,
    Value,
    Withdrawal,
)
from lesiontrack.corrections.meant import LOST, Meant, as_meant, meant, not_found

from .said import entries

XY = tuple[float, float]


@dataclass(frozen=True)
class Seen:
    photo_sha256: str
    photo_xy: XY | None
    radius_px: float = 10.0


def digest(visit: int) -> str:
    return f"{visit:064x}"


def lesions(**places: Sequence[XY | None]) -> dict[tuple[str, str, str], list[Seen]]:
    """Lesion id → where it is at visit 0, 1, 2, …"""
    return {
        ("PT1", "calf", lesion): [Seen(digest(visit), xy) for visit, xy in enumerate(found)]
        for lesion, found in places.items()
    }


def places(*found: XY) -> tuple[Place, ...]:
    return tuple(
        Place(visit=f"day{n:03d}", photo_sha256=digest(n), x=x, y=y) for n, (x, y) in enumerate(found)
    )


def gone(lesion: str, *seen: XY, visit: str = "day002") -> GoneJudgement:
    return GoneJudgement(patient="PT1", lesion=lesion, visit=visit, gone=True, seen=places(*seen))


def told(*values: Value, now: Mapping[tuple[str, str, str], list[Seen]]) -> Meant:
    return as_meant(Corrections(tuple(entries(*values))), now, {})


def spoken_of(found: Meant) -> list[str]:
    return [str(getattr(entry.value, "lesion", "")) for entry in found.corrections.entries]


def states(found: Meant) -> list[str]:
    return [entry.state for entry in found.corrections.entries]


A, B, C = (100.0, 100.0), (300.0, 100.0), (500.0, 300.0)


def test_another_number_is_the_same_lesion() -> None:
    found = told(gone("L01", A, A), now=lesions(L01=(B, B), L02=(A, A)))
    assert (spoken_of(found), states(found), found.lost) == (["L02"], ["in force"], frozenset())


def test_every_kind_that_names_a_lesion_follows_it() -> None:
    at: dict[str, Any] = {"patient": "PT1", "lesion": "L01", "seen": places(A)}
    here = at | {"site": "calf", "visit": "day000"}
    values = (
        NewLesionJudgement(**at, new=True),
        LesionName(**at, name="shin"),
        GoneJudgement(**at, visit="day000", gone=True),
        Evaluability(**here, reason="blurred"),
        Grade(**here, sign="erythema", scale_id="ours", grade=1),
        Signature(**here, values={}),
    )
    assert set(spoken_of(told(*values, now=lesions(L01=(B,), L02=(A,))))) == {"L02"}
    assert states(told(*values, now=lesions(L01=(B,)))) == [LOST] * len(values)


def test_without_places_the_id_counts() -> None:
    said = Corrections(tuple(entries(gone("L01"))))
    assert as_meant(said, lesions(L01=(B,), L02=(A,)), {}).corrections is said


def test_the_whole_site_is_no_lesion() -> None:
    whole = Evaluability(patient="PT1", site="calf", visit="day000", reason="blurred", seen=places(A))
    assert meant(Corrections(tuple(entries(whole))), lesions(L01=(B,)), {}) == {}


def test_found_nowhere_it_is_not_in_force_and_hits_nobody() -> None:
    found = told(gone("L01", A, A), now=lesions(L01=(B, B)))
    assert states(found) == [LOST]
    assert found.corrections.in_force == ()
    assert "L01" in not_found(found.corrections.entries[0])


def test_a_photo_of_another_patient_or_site_says_nothing() -> None:
    now = {("PT2", "calf", "L01"): [Seen(digest(0), A)], ("PT1", "arm", "L02"): [Seen(digest(0), A)]}
    assert states(told(gone("L01", A), now=dict(list(now.items())[:1]))) == [LOST]
    here: dict[str, Any] = {"patient": "PT1", "site": "calf", "lesion": "L02", "visit": "day000"}
    assert states(told(Signature(**here, seen=places(A), values={}), now=now)) == [LOST]


def test_the_most_places_win_and_the_nearest_lesion_has_each() -> None:
    near = (A[0] + 8, A[1])
    assert spoken_of(told(gone("L09", A, A, A), now=lesions(L01=(A, B, B), L02=(C, A, A)))) == ["L02"]
    assert spoken_of(told(gone("L09", A), now=lesions(L01=(near,), L02=(A,)))) == ["L02"]
    assert states(told(gone("L09", A), now=lesions(L01=((A[0] + 11, A[1]),)))) == [LOST]


def test_of_as_many_places_the_same_id_else_nobody() -> None:
    now = lesions(L01=(A, B), L02=(B, A))
    assert spoken_of(told(gone("L02", A, A), now=now)) == ["L02"]
    assert states(told(gone("L09", A, A), now=now)) == [LOST]


def test_two_numberings_in_one_store_do_not_replace_each_other() -> None:
    """Both said L01, of two lesions, in two results folders."""
    found = told(gone("L01", A), gone("L01", B), now=lesions(L01=(B,), L02=(A,)))
    assert (spoken_of(found), states(found)) == (["L02", "L01"], ["in force", "in force"])


def test_two_numbers_of_one_lesion_replace_each_other() -> None:
    found = told(gone("L01", A), gone("L02", A), now=lesions(L01=(B,), L02=(A,)))
    assert (spoken_of(found), states(found)) == (["L02", "L02"], ["replaced", "in force"])


def test_what_is_not_found_replaces_nothing_and_stays_taken_back() -> None:
    found = told(gone("L01", A), gone("L01", C), now=lesions(L01=(A,)))
    assert states(found) == ["in force", LOST]
    found = told(gone("L01", C), Withdrawal(of="e0"), now=lesions(L01=(A,)))
    assert (states(found)[0], found.lost) == ("withdrawn", frozenset({"e0"}))


def test_a_name_of_the_study_is_the_lesion_it_names() -> None:
    said = Corrections(tuple(entries(gone("shin", A))))
    assert meant(said, lesions(L01=(A,)), {("PT1", "shin"): "L01"}) == {}


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(6)), st.lists(st.integers(0, 5), min_size=1, max_size=8), st.data())
def test_any_new_numbering_leaves_every_word_with_its_lesion(
    order: list[int], spoken: list[int], data: st.DataObject
) -> None:
    """Lesion n lies at column n; shifted by less than its radius since."""
    spots: list[list[XY]] = [[(50.0 + 60 * n, 50.0 + 60 * visit) for visit in range(3)] for n in range(6)]
    shift = data.draw(st.floats(-6, 6))
    now = lesions(**{f"L{new}": [(x + shift, y) for x, y in spots[n]] for n, new in enumerate(order)})
    said = [gone(f"L{n}", *spots[n], visit=f"day{i:03d}") for i, n in enumerate(spoken)]
    found = told(*said, now=now)
    assert spoken_of(found) == [f"L{order[n]}" for n in spoken]
    assert states(found) == ["in force"] * len(said)
    again = as_meant(found.corrections, now, {})
    assert again.corrections is found.corrections
