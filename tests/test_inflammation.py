import math
from statistics import NormalDist

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lesiontrack.inflammation import (
    ENVELOPE_NOTE,
    OUTSIDE_TREATMENT,
    REGRESSING,
    SCALE_ID,
    WORDS,
    Assessment,
    assess,
    grade,
)
from lesiontrack.protocol import Band, load_protocol

IL2 = load_protocol("il2-imiquimod-retinoid")
RESPONSE = load_protocol("response-only")
BAND = Band(1.5, 3.0, 3.5, "test", True)
DELTAS = st.floats(-30, 60)
SDS = st.floats(0, 10)
GRADES = st.floats(0, 4)


def value(delta_a: float) -> float:
    graded = grade(delta_a, 1.0, 30.0, IL2).value
    assert graded is not None
    return graded


def at_day(day: int, number: float | None, sd: float | None = 0.3, **options: float) -> Assessment:
    return assess(number, sd, IL2.expected_at(day), IL2.phase_at(day), protocol=IL2, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("delta_a", "expected"),
    [
        (-5, 0),
        (0, 0),
        (2, 0.5),
        (3.5, 1.0),
        (5, 1.5),
        (7, 2.0),
        (9, 2.5),
        (11.5, 3.0),
        (14, 3.5),
        (16.5, 4),
        (90, 4),
    ],
)
def test_grade_through_the_provisional_cut_points(delta_a: float, expected: float) -> None:
    assert value(delta_a) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("delta_a", "category"),
    [(1.9, 0), (2.1, 1), (4.9, 1), (5.1, 2), (8.9, 2), (9.1, 3), (13.9, 3), (14.1, 4)],
)
def test_the_rounded_grade_is_the_category(delta_a: float, category: int) -> None:
    assert round(value(delta_a)) == category


@given(DELTAS, DELTAS)
def test_grade_is_monotone_and_within_the_scale(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= value(low) <= value(high) <= 4


@given(DELTAS, SDS, st.floats(10, 90))
def test_grade_sd_is_known_and_follows_that_of_delta_a_over_the_whole_scale(
    delta_a: float, sd: float, ita: float
) -> None:
    graded = grade(delta_a, sd, ita, IL2)
    assert graded.scale_id == SCALE_ID == "delta-a-provisional"
    assert graded.reason == ""
    assert graded.sd is not None
    slopes = (1 / 5, 1 / 3)  # grades per unit of delta a*, the flattest and the steepest
    assert sd * slopes[0] - 1e-9 <= graded.sd <= sd * slopes[1] + 1e-9


def test_grade_sd_follows_the_local_slope() -> None:
    assert grade(7.0, 1.0, 30.0, IL2).sd == pytest.approx(0.25)
    assert grade(7.0, None, 30.0, IL2).sd is None
    assert grade(7.0, None, 30.0, IL2).value == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("delta_a", "sd", "word", "edge"),
    [(-3.5, 3.0, "below", 5.0), (20.0, 2.0, "above", 14.0), (-1.0, 8.0, "below", 5.0)],
)
def test_beyond_the_ends_of_the_scale_the_error_still_counts(
    delta_a: float, sd: float, word: str, edge: float
) -> None:
    """The band's edges 1.5 and 3.5 are delta a* 5 and 14, so the true probability is known."""
    graded = grade(delta_a, sd, 30.0, IL2)
    assert graded.value in (0.0, 4.0)
    assert graded.sd is not None
    assert graded.sd > 0.3
    result = assess(graded.value, graded.sd, BAND, IL2.phase_at(30), protocol=IL2)
    assert result.inflammation == word
    assert result.probability is not None
    assert 0.5 <= result.probability < NormalDist().cdf(abs(delta_a - edge) / sd) < 1.0


@pytest.mark.parametrize(
    ("delta_a", "ita", "reason"),
    [
        (None, 30.0, "not measured"),
        (math.nan, 30.0, "not measured"),
        (6.0, None, "no ITA"),
        (6.0, math.nan, "no ITA"),
        (6.0, 9.99, "below 10°"),
        (6.0, -40.0, "ITA -40°"),
    ],
)
def test_no_grade_without_redness_or_for_dark_or_unknown_tone(
    delta_a: float | None, ita: float | None, reason: str
) -> None:
    graded = grade(delta_a, 0.5, ita, IL2)
    assert graded.value is None
    assert graded.sd is None
    assert reason in graded.reason


def test_ita_10_is_graded() -> None:
    assert grade(6.0, 0.5, 10.0, IL2).value is not None


def test_a_site_can_set_its_own_cut_points() -> None:
    own = load_protocol(IL2.id, {"grades.cut_1": 3.0})
    assert grade(3.0, 0.5, 30.0, own).value == pytest.approx(0.5)


def test_a_protocol_without_grades_gives_none() -> None:
    graded = grade(6.0, 0.5, 30.0, RESPONSE)
    assert graded.value is None
    assert "response-only has no grades" in graded.reason


@pytest.mark.parametrize(
    ("number", "word", "distance"),
    [(1.49, "below", -0.01), (1.5, "within", 0), (3.0, "within", 0), (3.5, "within", 0), (3.6, "above", 0.1)],
)
def test_word_and_distance(number: float, word: str, distance: float) -> None:
    result = assess(number, 0.3, BAND, IL2.phase_at(30), protocol=IL2)
    assert result.inflammation == word
    assert result.distance == pytest.approx(distance)


def test_probability_is_the_normal_tail() -> None:
    below = assess(1.2, 0.3, BAND, IL2.phase_at(30), protocol=IL2)
    assert below.probability == pytest.approx(0.8413447, abs=1e-6)
    edge = assess(3.5, 0.3, BAND, IL2.phase_at(30), protocol=IL2)
    assert edge.probability == pytest.approx(0.5, abs=1e-6)


@given(GRADES, SDS, st.integers(-10, 500))
def test_probability_is_one_and_words_are_the_contract(number: float, sd: float, day: int) -> None:
    result = at_day(day, number, sd)
    assert result.inflammation in WORDS
    assert result.probability is not None
    assert 0 <= result.probability <= 1


@given(GRADES, st.floats(0.01, 3), st.integers(-10, 500))
def test_the_word_of_the_point_estimate_is_at_least_as_likely_as_the_far_side(
    number: float, sd: float, day: int
) -> None:
    result = at_day(day, number, sd)
    assume(result.inflammation != "within")
    assert result.probability is not None
    assert result.probability >= 0.5


def test_nothing_is_below_zero_or_above_four() -> None:
    assert at_day(0, 0.0).probability == pytest.approx(1.0, abs=1e-3)
    assert at_day(30, 4.0).probability == pytest.approx(1.0, abs=1e-3)


def test_without_an_error_the_word_has_no_probability() -> None:
    assert at_day(30, 1.0, None).inflammation == "below"
    assert at_day(30, 1.0, None).probability is None
    assert at_day(30, 1.0, 0.0).probability == 1.0


@pytest.mark.parametrize(
    ("day", "shrinkage", "regressing"),
    [(21, 60.0, False), (22, 30.0, True), (22, 29.9, False), (22, None, False), (40, -20.0, False)],
)
def test_below_with_a_regressing_lesion(day: int, shrinkage: float | None, regressing: bool) -> None:
    result = assess(0.4, 0.2, IL2.expected_at(day), IL2.phase_at(day), protocol=IL2, shrinkage_pct=shrinkage)
    assert result.inflammation == "below"
    assert (REGRESSING in result.note) is regressing


def test_regressing_is_said_of_below_only() -> None:
    result = assess(3.0, 0.2, IL2.expected_at(30), IL2.phase_at(30), protocol=IL2, shrinkage_pct=80.0)
    assert result.inflammation == "within"
    assert REGRESSING not in result.note


@pytest.mark.parametrize(("day", "outside"), [(-3, True), (20, False), (70, True), (105, True), (500, True)])
def test_above_outside_a_treatment_phase(day: int, outside: bool) -> None:
    upper = IL2.expected_at(day)
    assert upper is not None
    result = at_day(day, min(4.0, upper.upper + 0.05))
    assert result.inflammation == "above"
    assert (OUTSIDE_TREATMENT in result.note) is outside


def test_a_provisional_envelope_is_always_said() -> None:
    for day, number in ((30, 0.5), (30, 3.0), (70, 3.9)):
        assert (
            f"{ENVELOPE_NOTE} provisional, il2-imiquimod-retinoid-proposal-1, not derived from Figure 2"
            in at_day(day, number).note
        )
    sourced = Band(1.5, 3.0, 3.5, "own", False)
    assert assess(3.0, 0.2, sourced, IL2.phase_at(30), protocol=IL2).note == ""


def test_figure_2_is_named_by_the_protocol_that_it_belongs_to_only() -> None:
    imiquimod = load_protocol("imiquimod-monotherapy")
    band, phase = imiquimod.expected_at(20), imiquimod.phase_at(20)
    note = assess(0.0, 0.2, band, phase, protocol=imiquimod).note
    assert note == "expected course: provisional, imiquimod-monotherapy-proposal-1"


def test_not_assessable_says_why() -> None:
    cases = [
        (assess(2.0, 0.2, None, None, protocol=RESPONSE), "response-only has no expected course"),
        (assess(2.0, 0.2, None, None, protocol=IL2), "don't count from a treatment start"),
        (at_day(30, None), "not measured"),
        (assess(None, None, BAND, None, protocol=IL2, reason="photo is blurred"), "photo is blurred"),
        (at_day(30, 2.0, field_fraction=0.004), "0.4% of the treated field"),
    ]
    for result, reason in cases:
        assert result.inflammation == "not_assessable"
        assert result.probability is None
        assert result.distance is None
        assert reason in result.note
