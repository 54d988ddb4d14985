"""Numbers, days and statuses as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesiontrack.report import words


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (None, 1, "–"),
        (0.0, 1, "0.0"),
        (12.349, 1, "12.3"),
        (12.349, 2, "12.35"),
        (-3.25, 1, "−3.2"),
        (-0.01, 1, "0.0"),
        (7, 1, "7"),
        ("ruler", 1, "ruler"),
    ],
)
def test_number(value: object, digits: int, text: str) -> None:
    assert words.number(value, digits) == text


@given(st.floats(-1e6, 1e6))
def test_a_number_is_never_minus_zero_and_reads_back(value: float) -> None:
    text = words.number(value)
    assert text != "−0.0"
    assert float(text.replace("−", "-")) == pytest.approx(value, abs=0.051)


def test_missing_is_never_zero() -> None:
    assert words.with_error(None, 0.2) == "–"
    assert words.percent(None) == "–"
    assert words.change(None) == "–"
    assert words.day_text(None) == "–"
    assert words.plain(None) == "–"


def test_error_is_95_percent() -> None:
    assert words.with_error(10.0, 0.5) == "10.0 ± 1.0"
    assert words.with_error(0.0, None) == "0.0"
    assert words.with_error(0.0, 0.0) == "0.0"


@pytest.mark.parametrize(
    ("value", "text"), [(12.4, "+12 %"), (-100.0, "−100 %"), (0.0, "0 %"), (-0.3, "0 %"), (0.4, "0 %")]
)
def test_change_has_its_sign(value: float, text: str) -> None:
    assert words.change(value) == text


@pytest.mark.parametrize(("day", "text"), [(0, "day 0"), (14, "day 14"), (-7, "day −7")])
def test_days(day: int, text: str) -> None:
    assert words.day_text(day) == text


@pytest.mark.parametrize(
    ("status", "text"),
    [
        ("not_visible", "not visible"),
        ("new_candidate", "candidate for a new lesion"),
        ("out_of_frame", "out of frame"),
        (None, "not evaluable"),
    ],
)
def test_statuses(status: str | None, text: str) -> None:
    assert words.status_text(status) == text


def test_partial_response_is_a_threshold_that_is_met() -> None:
    assert words.response_text("PR") == "PR: meets the PR threshold"
    assert words.analysis_text("recist_2_per_organ") == "RECIST 1.1, two per organ"


def test_a_complete_response_is_said_of_visible_lesions_that_count() -> None:
    unsigned = "CR: no visible lesion among those counted; unsigned, so not confirmed"
    assert words.response_text("CR") == unsigned
    assert (
        words.response_text("CR", signed=True)
        == "CR: no visible lesion among those counted; signed by a reader"
    )
    assert words.response_text("PR", signed=True) == words.response_text("PR")


@pytest.mark.parametrize(
    ("px_per_mm", "width", "mm"),
    [(10.0, 320, 10), (4.0, 320, 20), (25.0, 320, 2), (200.0, 320, 1), (1.0, 64, 20)],
)
def test_a_scale_bar_is_round_and_takes_at_most_a_third(px_per_mm: float, width: float, mm: int) -> None:
    assert words.scale_bar(px_per_mm, width) == mm


def test_every_mask_has_a_name_with_its_line() -> None:
    from lesiontrack import CLASSES

    assert len({words.layer_text(name) for name in CLASSES}) == len(CLASSES)
