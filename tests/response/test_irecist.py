"""Time points of iRECIST: table 2 of the paper, the working group's answers, boundary cases, properties."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.response.irecist import ImmuneReading, TimePoint, read_irecist
from lesiontrack.response.newlesions import NewLook
from lesiontrack.response.target import target_response

Visit = tuple[int, float | None] | tuple[int, float | None, dict[str, float | None]]
"""Day, target sum, and the new lesions with their diameters."""


def read(*visits: Visit, baseline: float = 100, non_target: list[str] | None = None) -> list[ImmuneReading]:
    sums = [visit[1] for visit in visits]
    days = [visit[0] for visit in visits]
    words = target_response([baseline, *sums], days=[0, *days])
    points = [
        TimePoint(
            day=visit[0],
            target=word,
            non_target=non_target[index] if non_target else None,
            sum_mm=None if visit[1] is None else Decimal(str(visit[1])),
            new=tuple(
                NewLook(name, None if mm is None else Decimal(str(mm)))
                for name, mm in (visit[2] if len(visit) == 3 else {}).items()
            ),
        )
        for index, (visit, word) in enumerate(zip(visits, words, strict=True))
    ]
    return read_irecist(points)


def words(*visits: Visit, baseline: float = 100) -> list[str]:
    return [reading.response for reading in read(*visits, baseline=baseline)]


# Table 2


def point(target: str | None, non_target: str | None = "NON-CR/NON-PD", **more: object) -> TimePoint:
    return TimePoint(56, target, non_target, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("target", "non_target", "word"),
    [
        ("CR", "CR", "iCR"),
        ("CR", None, "iCR"),
        ("CR", "NON-CR/NON-PD", "iPR"),
        ("PR", "NON-CR/NON-PD", "iPR"),
        ("SD", "NON-CR/NON-PD", "iSD"),
        ("SD", "PD", "iUPD"),
        ("PD", "CR", "iUPD"),
        ("PD", "PD", "iUPD"),
        ("NE", "NON-CR/NON-PD", "NE"),
        (None, "CR", "iCR"),
        (None, "NON-CR/NON-PD", "NON-iCR/NON-iUPD"),
        (None, None, "NE"),
    ],
)
def test_first_words(target: str | None, non_target: str | None, word: str) -> None:
    assert read_irecist([point(target, non_target)])[0].response == word


def test_non_target_growth_confirms_without_being_unequivocal_again() -> None:
    first = TimePoint(56, "SD", "PD")
    same = TimePoint(84, "SD", "PD")
    more = TimePoint(112, "SD", "PD", non_target_increased=True)
    assert [r.response for r in read_irecist([first, same, more])] == ["iUPD", "iUPD", "iCPD"]
    assert read_irecist([first, same, more])[2].confirmed_by == ("non_target",)


@pytest.mark.parametrize(
    ("first", "second", "by"),
    [
        (TimePoint(56, "PD", "CR", Decimal(125)), TimePoint(84, "PD", "PD", Decimal(125)), "non_target"),
        (TimePoint(56, "SD", "PD", Decimal(100)), TimePoint(84, "PD", "PD", Decimal(125)), "target"),
        (
            TimePoint(56, "PD", None, Decimal(125)),
            TimePoint(84, "PD", None, Decimal(125), new=(NewLook("N1", None),)),
            "new",
        ),
    ],
)
def test_progression_of_another_category_confirms(first: TimePoint, second: TimePoint, by: str) -> None:
    reading = read_irecist([first, second])[1]
    assert (reading.response, reading.confirmed_by) == ("iCPD", (by,))


# Targets


def test_five_millimetres_more_confirm_and_less_do_not() -> None:
    assert words((56, 125), (84, 130)) == ["iUPD", "iCPD"]
    assert words((56, 125), (84, 129.9)) == ["iUPD", "iUPD"]
    assert words((56, 25.5), (84, 30.5), baseline=20.1) == ["iUPD", "iCPD"]


def test_a_partial_sum_confirms_where_it_is_enough_by_itself() -> None:
    first = TimePoint(56, "PD", sum_mm=Decimal(125))
    for least, word in ((130, "iCPD"), (129, "iUPD")):
        later = TimePoint(84, "PD", least_mm=Decimal(least))
        assert [r.response for r in read_irecist([first, later])] == ["iUPD", word]
    unknown = TimePoint(56, "PD", least_mm=Decimal(125))
    assert read_irecist([unknown, TimePoint(84, "PD", sum_mm=Decimal(140))])[1].response == "iUPD"


def test_small_rises_add_up_from_the_first_iupd() -> None:
    assert words((56, 125), (84, 129), (112, 131)) == ["iUPD", "iUPD", "iCPD"]


def test_no_visit_within_four_weeks_confirms() -> None:
    assert words((56, 125), (83, 140)) == ["iUPD", "iUPD"]
    assert words((56, 125), (84, 140)) == ["iUPD", "iCPD"]
    assert words((56, 125), (83, 140), (84, 130)) == ["iUPD", "iUPD", "iCPD"]


def test_a_late_visit_still_confirms_and_says_how_late() -> None:
    late = read((56, 125), (113, 130))[1]
    assert (late.response, late.days_since) == ("iCPD", 57)


def test_the_bar_is_reset_and_progression_is_unconfirmed_again() -> None:
    assert words((56, 125), (84, 95), (112, 125), (140, 130)) == ["iUPD", "iSD", "iUPD", "iCPD"]
    assert words((56, 125), (84, 60), (112, 70), (140, 80)) == ["iUPD", "iPR", "iPR", "iUPD"]


def test_what_can_not_be_evaluated_leaves_the_iupd_standing() -> None:
    assert words((56, 125), (84, None), (112, 130)) == ["iUPD", "NE", "iCPD"]


def test_later_visits_do_not_undo_a_confirmed_progression() -> None:
    assert words((56, 50), (84, 125), (119, 130), (147, 0)) == ["iPR", "iUPD", "iCPD", "iCPD"]


def test_return_after_complete_response_is_unconfirmed_first() -> None:
    assert words((56, 0), (91, 5), (119, 10)) == ["iCR", "iUPD", "iCPD"]


# New lesions


def test_a_new_lesion_that_stays_does_not_forbid_a_response() -> None:
    assert words((56, 125, {"N": 10}), (91, 50, {"N": 10})) == ["iUPD", "iPR"]
    assert words((56, 125, {"N": 10}), (91, 90, {"N": 10})) == ["iUPD", "iSD"]
    assert words((56, 90, {"N": 10}), (91, 60, {"N": 10})) == ["iUPD", "iPR"]


def test_without_any_change_it_stays_iupd() -> None:
    first = (56, 50)
    assert words(first, (84, 50, {"N": 10}), (119, 50, {"N": 10})) == ["iPR", "iUPD", "iUPD"]
    assert words(first, (84, 50, {"N": 10}), (119, 45, {"N": 10})) == ["iPR", "iUPD", "iPR"]
    assert words(first, (84, 50, {"N": 10}), (119, 50, {"N": 5})) == ["iPR", "iUPD", "iPR"]
    assert words(first, (84, 50, {"N": 10}), (119, 50, {"N": 5.1})) == ["iPR", "iUPD", "iUPD"]
    assert words(first, (84, 50, {"N": 10}), (119, 50, {"N": 0})) == ["iPR", "iUPD", "iPR"]


@pytest.mark.parametrize(
    ("size", "word"), [(8.2, "iCPD"), (8.1, "iUPD"), (3.2, "iUPD")]
)  # 3.2 + 5 is 4.999… above it in floats
def test_growth_of_new_lesions_confirms(size: float, word: str) -> None:
    assert words((56, 100, {"N": 3.2}), (91, 100, {"N": size})) == ["iUPD", word]


def test_one_more_new_lesion_confirms() -> None:
    assert words((56, 125, {"N": 10}), (91, 125, {"N": 10, "M": 4})) == ["iUPD", "iCPD"]


def test_a_new_lesion_of_an_early_visit_confirms_at_the_next_one_that_may() -> None:
    assert words((56, 125), (70, 125, {"N": 10}), (91, 125, {"N": 10})) == ["iUPD", "iUPD", "iCPD"]


def test_a_new_lesion_that_can_not_be_seen_leaves_it_open() -> None:
    assert words((56, 100, {"N": 10}), (91, 50, {"N": None})) == ["iUPD", "NE"]
    assert words((56, 100, {"N": 10}), (91, 50, {"N": None}), (119, 50, {"N": 10})) == ["iUPD", "NE", "iPR"]


def test_no_complete_response_while_a_new_lesion_is_there() -> None:
    assert words((56, 100, {"N": 10}), (91, 0, {"N": 10})) == ["iUPD", "iPR"]
    assert words((56, 100, {"N": 10}), (91, 0, {"N": 0})) == ["iUPD", "iCR"]
    assert words((56, 0, {"N": 10}), (91, 4, {"N": 10}), baseline=10) == ["iUPD", "iUPD"]


def test_after_a_reset_new_lesions_need_twenty_per_cent_and_five_millimetres() -> None:
    before: tuple[Visit, ...] = ((56, 100, {"N": 25.5}), (91, 60, {"N": 25.5}))
    assert words(*before, (119, 60, {"N": 30.5})) == ["iUPD", "iPR", "iPR"]
    assert words(*before, (119, 60, {"N": 30.6})) == ["iUPD", "iPR", "iUPD"]
    assert words(*before, (119, 60, {"N": 25.5, "M": 3})) == ["iUPD", "iPR", "iUPD"]


def test_a_new_lesion_that_is_followed_by_itself_confirms_by_itself() -> None:
    def at(day: int, small: int) -> TimePoint:
        looks = (NewLook("N", Decimal(12)), NewLook("M", Decimal(small), target=False))
        return TimePoint(day, "SD", sum_mm=Decimal(100), new=looks)

    assert [r.response for r in read_irecist([at(56, 4), at(91, 8)])] == ["iUPD", "iUPD"]
    assert [r.response for r in read_irecist([at(56, 4), at(91, 9)])] == ["iUPD", "iCPD"]


def test_words_of_the_categories() -> None:
    readings = read((56, 125), (84, 130), non_target=["NON-CR/NON-PD", "NON-CR/NON-PD"])
    assert [(r.target, r.non_target) for r in readings] == [
        ("iUPD", "NON-iCR/NON-iUPD"),
        ("iCPD", "NON-iCR/NON-iUPD"),
    ]


def test_days_must_be_in_order() -> None:
    with pytest.raises(ValueError, match=r"\[84, 56\] are not in time order"):
        words((84, 100), (56, 100))


# Properties

SUMS = st.lists(st.none() | st.decimals(0, 200, places=1).map(float), min_size=1, max_size=8)
STEP = st.sampled_from([7, 27, 28, 56, 57])


@settings(max_examples=60, deadline=None)
@given(SUMS, STEP)
def test_without_new_lesions_it_is_recist_until_the_first_progression(
    sums: list[float | None], step: int
) -> None:
    visits = [(step * (i + 1), value) for i, value in enumerate(sums)]
    plain = target_response([100, *sums], days=[0, *(day for day, _ in visits)])
    immune = words(*visits)
    until = plain.index("PD") if "PD" in plain else len(plain)
    assert immune[:until] == [word if word == "NE" else f"i{word}" for word in plain[:until]]
    assert immune[until : until + 1] == ["iUPD"][: len(plain) - until]
    assert "iCPD" not in immune or "iUPD" in immune[: immune.index("iCPD")]


@settings(max_examples=60, deadline=None)
@given(SUMS, STEP, st.integers(0, 8))
def test_a_visit_that_was_not_evaluable_changes_no_other_word(
    sums: list[float | None], step: int, position: int
) -> None:
    visits = [(2 * step * (i + 1), value) for i, value in enumerate(sums)]
    position = min(position, len(visits))
    day = visits[position - 1][0] + 1 if position else 1
    more = [*visits[:position], (day, None), *visits[position:]]
    found = words(*more)
    inserted = found.pop(position)
    assert found == words(*visits)
    assert inserted in ("NE", "iCPD")


@settings(max_examples=60, deadline=None)
@given(SUMS, STEP)
def test_nothing_is_confirmed_within_four_weeks(sums: list[float | None], step: int) -> None:
    readings = read(*[(step * (i + 1), value) for i, value in enumerate(sums)])
    assert all(r.days_since is not None and r.days_since >= 28 for r in readings if r.confirmed_by)


WORSE = ["iCR", "iPR", "iSD", "iUPD", "iCPD"]
KNOWN = st.lists(st.decimals(1, 200, places=1).map(float), max_size=6)
LAST = st.decimals(0, 200, places=1).map(float)


@settings(max_examples=60, deadline=None)
@given(KNOWN, LAST, LAST, STEP)
def test_a_larger_sum_is_never_a_better_word(
    history: list[float], one: float, other: float, step: int
) -> None:
    small, large = sorted((one, other))
    before = [(step * (i + 1), value) for i, value in enumerate(history)]
    day = step * (len(history) + 1)
    better, worse = words(*before, (day, small))[-1], words(*before, (day, large))[-1]
    assert WORSE.index(better) <= WORSE.index(worse)


@settings(max_examples=60, deadline=None)
@given(KNOWN, LAST, LAST, STEP)
def test_a_new_lesion_is_never_a_better_word(
    history: list[float], last: float, new: float, step: int
) -> None:
    before = [(step * (i + 1), value) for i, value in enumerate(history)]
    day = step * (len(history) + 1)
    without, with_one = words(*before, (day, last))[-1], words(*before, (day, last, {"N": new}))[-1]
    assert WORSE.index(without) <= WORSE.index(with_one)
    assert with_one in ("iUPD", "iCPD")
