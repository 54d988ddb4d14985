"""Curves: what is drawn, what is left out, and that texts in them are escaped."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesiontrack.protocol import load_protocol
from lesiontrack.report.curves import expected_band, lesion_curves, sum_curve
from lesiontrack.report.lanes import dose_lanes
from lesiontrack.report.svg import Panel, nice_ticks, path_data, tag
from lesiontrack.study.model import Dose

PROTOCOL = load_protocol("il2-imiquimod-retinoid")
PLAIN = load_protocol("response-only")


def row(day: int, diameter: float | None = 10.0, **cells: Any) -> dict[str, Any]:
    return {
        "study_day": day, "evaluable": diameter is not None, "longest_diameter_mm": diameter,
        "longest_diameter_px": None if diameter is None else 10 * diameter, "longest_diameter_mm_sd": 0.4,
        "area_mm2": None if diameter is None else 80.0, "area_mm2_sd": 4.0, "area_px": None,
        "ulcer_area_px": None,
        "ulcer_area_mm2": None if diameter is None else 0.0, "erythema_grade": None, **cells,
    }  # fmt: skip


def drawn(rows: list[dict[str, Any]], **options: Any) -> ElementTree.Element:
    svg = lesion_curves(rows, options.pop("flags", []), options.pop("protocol", PROTOCOL), **options)
    assert svg is not None
    return ElementTree.fromstring(svg)


def classes(svg: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [element for element in svg.iter() if name in (element.get("class") or "").split()]


def texts(svg: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in svg.iter("text")]


def test_each_evaluable_visit_has_a_mark_at_its_place() -> None:
    svg = drawn([row(0, 10.0), row(10, 5.0), row(20, 0.0)], scheduled=False, protocol=PLAIN)
    marks = [m for m in classes(svg, "mark") if m.tag == "circle" and m.find("title") is not None]
    heights = [float(m.get("cy", "")) for m in marks]
    places = [float(m.get("cx", "")) for m in marks]
    assert heights[1] == pytest.approx((heights[0] + heights[2]) / 2, abs=0.2)
    assert places[1] == pytest.approx((places[0] + places[2]) / 2, abs=0.2)
    assert [m.find("title").text for m in marks][2] == "day 20: longest diameter 0.0 ± 0.8 mm"  # type: ignore[union-attr]


def test_a_visit_without_value_is_a_cross_and_the_line_over_it_is_dashed() -> None:
    svg = drawn([row(0), row(10, None), row(20)], scheduled=False, protocol=PLAIN)
    crosses = classes(svg, "unusable")
    assert len(crosses) == 2  # one a panel: diameter and area
    assert {cross.find("title").text for cross in crosses} == {"day 10: no usable value"}  # type: ignore[union-attr]
    assert len([line for line in classes(svg, "over") if "circle" in line.get("class", "")]) == 1
    assert len(classes(drawn([row(0), row(20)], scheduled=False, protocol=PLAIN), "over")) == 0


def test_a_missed_visit_is_a_cross_too() -> None:
    svg = drawn([row(0), row(20)], scheduled=False, protocol=PLAIN, missed=[9])
    assert len(classes(svg, "unusable")) == 2


def test_no_erythema_panel_without_grade_and_band() -> None:
    assert not any("erythema" in text for text in texts(drawn([row(0), row(9)], scheduled=False)))
    assert not any(
        "erythema" in text for text in texts(drawn([row(0), row(9)], scheduled=True, protocol=PLAIN))
    )
    assert any("erythema" in text for text in texts(drawn([row(0), row(9)], scheduled=True)))
    graded = [row(0), row(9, erythema_grade=2.0)]
    assert any("erythema" in text for text in texts(drawn(graded, scheduled=False, protocol=PLAIN)))


def test_a_grade_of_the_field_stands_where_the_lesion_is_obscured() -> None:
    svg = drawn([row(0), row(9, None, erythema_grade=2.0)], scheduled=True)
    assert any("erythema grade" in (m.findtext("title") or "") for m in classes(svg, "diamond"))


def test_a_grade_on_a_provisional_scale_is_named_so() -> None:
    name = "erythema grade of the treated field (0–4)"
    own = drawn([row(0, erythema_grade=2.0, scale_id="our-graders-1")], scheduled=True)
    assert name in texts(own)
    shipped = drawn([row(0), row(9, erythema_grade=2.0, scale_id="delta-a-provisional")], scheduled=True)
    assert f"provisional {name}" in texts(shipped)


def test_the_band_is_the_protocols_with_the_patients_doses() -> None:
    doses = (Dose("A", "IL-2", 0), Dose("A", "IL-2", 200), Dose("A", "imiquimod", 200, 228))
    for day, band in expected_band(PROTOCOL, 0, 260, doses):
        assert band == PROTOCOL.expected_at(day, doses)
    with_doses, without = expected_band(PROTOCOL, 0, 260, doses), expected_band(PROTOCOL, 0, 260)
    assert [band for _, band in with_doses] != [band for _, band in without]
    assert with_doses[-1][0] == 260
    assert len(expected_band(PROTOCOL, 0, 5000)) < 260


def test_values_in_px_where_nothing_has_a_scale() -> None:
    rows = [
        row(0, longest_diameter_mm=None, area_mm2=None, ulcer_area_mm2=None, area_px=900.0, ulcer_area_px=0.0)
    ]
    assert "longest diameter (px)" in texts(drawn(rows, scheduled=False, protocol=PLAIN))


def test_nothing_to_draw_is_none() -> None:
    assert lesion_curves([], [], PROTOCOL, scheduled=True) is None
    assert lesion_curves([row(0, None)], [], PLAIN, scheduled=False) is None
    assert sum_curve([], fall_pct=30, scheduled=True) is None
    assert sum_curve([(0, None, ""), (7, 12.0, "")], fall_pct=30, scheduled=True) is None


def test_the_sum_has_the_threshold_of_its_baseline() -> None:
    svg = sum_curve([(0, 40.0, ""), (14, None, "NE"), (28, 28.0, "PR")], fall_pct=30, scheduled=True)
    assert svg is not None
    element = ElementTree.fromstring(svg)
    level = next(e for e in classes(element, "level") if e.get("y1") == e.get("y2"))
    last = [m for m in classes(element, "mark") if m.tag == "circle" and m.find("title") is not None][-1]
    assert float(last.get("cy", "")) == pytest.approx(float(level.get("y1", "")), abs=0.11)
    assert len(classes(element, "unusable")) == 1
    assert "day 28 28.0 PR" in element.get("aria-label", "")
    assert "PR" in texts(element)


def test_doses_are_cut_to_the_axis_and_escaped() -> None:
    evil = "</svg><script>alert(1)</script>"
    svg = lesion_curves(
        [row(0), row(20)], [{"study_day": 9, "flag": evil}], PLAIN, scheduled=False,
        doses=(Dose("A", evil, -30, 5), Dose("A", evil, 60), Dose("A", evil, 8)),
    )  # fmt: skip
    assert svg is not None
    assert "<script" not in svg
    element = ElementTree.fromstring(svg)
    bars = classes(element, "dose")
    assert len(bars) == 2 * 2  # below each panel: named below the last, small below the other
    assert all(58 <= float(bar.get("x", "")) <= 760 for bar in bars)
    assert any(evil[:20] in text for text in texts(element))
    assert "id=" not in svg


def test_many_agents_share_the_last_lane() -> None:
    doses = [Dose("A", f"agent {number}", number) for number in range(8)]
    lanes = dose_lanes(doses, 0, 30)
    assert [lane.agent for lane in lanes][:2] == ["agent 0", "agent 1"]
    assert len(lanes) == 5
    assert lanes[-1].agent == "4 other agents"
    assert sum(len(lane.spans) for lane in lanes) == 8
    assert dose_lanes(doses, 100, 130) == []


def test_flags_cross_every_panel_under_the_number_of_their_row() -> None:
    flags = [{"study_day": 20, "flag": "ulcer growing"}, {"study_day": 10, "flag": "lesion growing"}]
    svg = drawn([row(0), row(10), row(20)], flags=flags, scheduled=False, protocol=PLAIN)
    assert len(classes(svg, "pennant")) == 2
    assert {element.text for element in classes(svg, "flagno")} == {"1", "2"}
    assert len(classes(svg, "flagged")) == 2 * (2 + 1)  # in two panels, and from the pennants down
    assert "Flags: 1, ulcer growing, day 20; 2, lesion growing, day 10." in svg.get("aria-label", "")


def test_doses_lie_below_every_panel_on_the_same_axis() -> None:
    doses = (Dose("A", "IL-2", 5), Dose("A", "imiquimod", 0, 10))
    svg = drawn([row(0), row(20)], scheduled=False, protocol=PLAIN, doses=doses)
    bars = classes(svg, "dose")
    small = [bar for bar in bars if "small" in bar.get("class", "").split()]
    assert (len(bars), len(small)) == (4, 2)
    assert {bar.get("x") for bar in small} == {bar.get("x") for bar in bars}
    assert "Recorded doses: imiquimod on days 0 to 10; IL-2 on days 5." in svg.get("aria-label", "")


@pytest.mark.parametrize(("word", "points_down"), [("below", True), ("above", False)])
def test_a_grade_outside_the_band_points_there_and_says_so(word: str, points_down: bool) -> None:
    graded = row(20, erythema_grade=2.0, inflammation=word)
    svg = drawn([row(0), graded], scheduled=True)
    assert word in texts(svg)
    assert f"day 20 {word}" in svg.get("aria-label", "")
    mark = next(m for m in classes(svg, "mark") if word in (m.findtext("title") or ""))
    heights = [float(y) for y in re.findall(r",(-?[\d.]+)", mark.get("d", ""))]
    middle = (min(heights) + max(heights)) / 2
    assert (sum(height > middle for height in heights) == 1) is points_down


def test_a_grade_has_the_error_of_its_redness() -> None:
    measured = {"field_delta_a": 7.0, "field_delta_a_sd": 1.0, "ita_deg": 45.0}
    svg = drawn([row(0), row(20, erythema_grade=2.0, **measured)], scheduled=True)
    bars = [bar for bar in classes(svg, "bar95") if "diamond" in bar.get("class", "")]
    assert len(bars) == 1
    assert any("2.0 ± 0.5 0–4" in (mark.findtext("title") or "") for mark in classes(svg, "mark"))
    other = drawn([row(0), row(20, erythema_grade=3.0, **measured)], scheduled=True)
    assert not any("diamond" in bar.get("class", "") for bar in classes(other, "bar95"))


def test_words_that_would_lie_on_each_other_are_left_to_the_shapes() -> None:
    rows = [row(day, erythema_grade=2.0, inflammation="within") for day in range(0, 60, 2)]
    svg = drawn(rows, scheduled=True)
    assert "within" not in texts(svg)
    assert "day 58 within" in svg.get("aria-label", "")


# The writer


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 12))
def test_ticks_are_round_within_and_not_too_many(low: float, span: float, most: int) -> None:
    ticks = nice_ticks(low, low + span, most)
    slack = 1e-6 * (abs(low) + span)
    assert all(low - slack <= tick <= low + span + slack for tick in ticks)
    assert len(ticks) <= most + 1
    assert ticks == sorted(ticks)


def test_ticks_of_one_value() -> None:
    assert nice_ticks(3.0, 3.0) == [3.0]
    assert nice_ticks(0.0, 20.0, most=4) == [0.0, 5.0, 10.0, 15.0, 20.0]


@given(st.text(), st.text())
def test_a_tag_holds_any_text(text: str, value: str) -> None:
    markup = tag("text", text, class_=value)
    assert re.fullmatch(r'<text class="[^"<>]*">[^<>]*</text>', str(markup), re.DOTALL)


def test_panel_maps_the_corners() -> None:
    panel = Panel(10, 20, 100, 50, (0, 10), (0, 5))
    assert (panel.px(0), panel.px(10), panel.py(0), panel.py(5)) == (10, 110, 70, 20)


def test_path_data_closes_outlines_only() -> None:
    square = ((0.0, 0.0), (1.5, 0.0), (1.5, 2.0))
    assert path_data([square]) == "M0,0L1.5,0L1.5,2Z"
    assert path_data([square], closed=False) == "M0,0L1.5,0L1.5,2"
    assert path_data([()]) == ""
