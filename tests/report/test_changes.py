"""Waterfall and spider: order, heights, links, marks, and what is left out."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from lesiontrack.protocol import load_protocol
from lesiontrack.report.changes import spider, waterfall
from lesiontrack.report.summary import Course, PatientLine

PROTOCOL = load_protocol("il2-imiquimod-retinoid")


def line(code: str, *changes: tuple[int, float | None], **course: Any) -> PatientLine:
    values: dict[str, Any] = {"start": 0, "response": "SD", "signed": False, "candidate": False, **course}
    return PatientLine(
        patient=code, file=f"patients/{code}.html", sites=(), cards=(), best={}, scheduled=True, flags=(),
        review={}, course=Course(changes=changes, **values),
    )  # fmt: skip


def parsed(svg: Any) -> ElementTree.Element:
    assert svg is not None
    return ElementTree.fromstring(svg)


def classed(svg: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [element for element in svg.iter() if name in (element.get("class") or "").split()]


COHORT = [
    line("A", (14, -10.0), (28, -60.0), response="PR"),
    line("B", (14, 30.0), response="PD", candidate=True),
    line("C", (14, -100.0), response="CR"),
    line("D", (14, -100.0), response="CR", signed=True),
    line("E", (14, None), why_not="no evaluable sum after the baseline"),
]


def test_bars_fall_from_the_largest_rise_and_lead_to_the_patients() -> None:
    svg = parsed(waterfall(COHORT, PROTOCOL))
    links = list(svg.iter("a"))
    assert [link.get("href") for link in links] == [f"patients/{code}.html" for code in "BACD"]
    assert [link.get("aria-label", "").split(":")[0] for link in links] == list("BACD")
    heights = [float(bar.get("height", "")) for bar in classed(svg, "wbar")]
    assert heights[0] / heights[2] == 0.3 or abs(heights[0] / heights[2] - 0.3) < 0.01
    assert abs(heights[1] / heights[2] - 0.6) < 0.01


def test_a_complete_response_is_hollow_until_it_is_signed() -> None:
    svg = parsed(waterfall(COHORT, PROTOCOL))
    hollow = classed(svg, "unsigned")
    assert len(hollow) == 1
    assert "CR*" in [text.text for text in svg.iter("text")]
    spoken = [link.get("aria-label", "") for link in svg.iter("a")]
    assert "C: best −100 % at day 14, best response CR unsigned" in spoken
    assert "D: best −100 % at day 14, best response CR" in spoken


def test_a_candidate_for_a_new_lesion_is_marked() -> None:
    svg = parsed(waterfall(COHORT, PROTOCOL))
    assert len(classed(svg, "candidate")) == 1
    assert "candidate for a new lesion, unsigned" in svg.get("aria-label", "")


def test_thresholds_are_the_protocols() -> None:
    strict = load_protocol("il2-imiquimod-retinoid", {"response.pr_fall_pct": 40.0})
    for figure in (waterfall, spider):
        texts = [text.text or "" for text in parsed(figure(COHORT, strict)).iter("text")]
        assert "−40 %: PR threshold" in texts
        assert any(text.startswith("+20 %: PD threshold") for text in texts)


def test_spider_lines_begin_at_the_baseline_and_are_dashed_over_gaps() -> None:
    svg = parsed(spider([line("A", (14, -10.0), (21, None), (28, -50.0))], PROTOCOL))
    lines = [element for element in classed(svg, "line") if element.tag == "path"]
    assert len(lines) == 2
    assert ["over" in (element.get("class") or "") for element in lines] == [False, True]
    assert len(classed(svg, "spot")) == 2
    assert "A" in [text.text for text in svg.iter("text")]


def test_many_patients_have_no_codes_but_links() -> None:
    many = [line(f"P{number}", (14, float(-number % 90))) for number in range(200)]
    svg = parsed(waterfall(many, PROTOCOL))
    assert len(list(svg.iter("a"))) == 200
    assert classed(svg, "code") == []
    assert len(svg.get("aria-label", "")) < 5000
    assert max(float(bar.get("x", "")) for bar in classed(svg, "wbar")) < 900


def test_a_large_rise_is_cut_at_the_frame() -> None:
    svg = parsed(waterfall([line("A", (14, 5000.0), response="PD")], PROTOCOL))
    bar = classed(svg, "wbar")[0]
    assert float(bar.get("y", "")) >= 0
    assert "+5000 %" in svg.get("aria-label", "")


def test_codes_are_escaped_and_nothing_is_drawn_of_nobody() -> None:
    evil = "</svg><script>alert(1)</script>"
    for figure in (waterfall, spider):
        assert figure([COHORT[-1]], PROTOCOL) is None
        assert figure([], PROTOCOL) is None
        assert "<script" not in str(figure([line(evil, (14, -10.0))], PROTOCOL))
