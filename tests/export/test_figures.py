"""Figures: what they show, what they must say, sizes and fonts for print, the same bytes every time."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from lesiontrack.export import ExportError
from lesiontrack.export.figures import NEEDED, figures, files
from lesiontrack.export.figures.captions import captions_text
from lesiontrack.export.figures.inflammation import LEAST, by_days, site_visits
from lesiontrack.export.figures.lanes import swimmer_lanes
from lesiontrack.export.figures.model import Drawn, NotDrawn
from lesiontrack.export.figures.rates import forests
from lesiontrack.export.figures.reading import Reading, patient_codes, readings
from lesiontrack.export.figures.spider import lesion_lines, patient_lines, spiders
from lesiontrack.export.figures.style import RESPONSES, house_style, png_bytes, svg_bytes
from lesiontrack.export.figures.swimmer import swimmers
from lesiontrack.export.figures.waterfall import waterfall_bars, waterfalls
from lesiontrack.export.source import Source
from lesiontrack.tables import TABLES, frame
from tests.export.cohort import made_source, rows_of

WINDOW, ALL = Reading("assessment_window"), Reading("all_visits")
NAMES = {
    "waterfall", "waterfall-all-visits", "spider", "swimmer", "km-pfs", "km-os", "km-dor", "inflammation",
    "rates", "rates-all-visits",
}  # fmt: skip


@pytest.fixture(scope="module")
def source() -> Source:
    return made_source(12, seed=3)


@pytest.fixture(scope="module", autouse=True)
def style() -> Iterator[None]:
    with house_style():
        yield


@pytest.fixture(scope="module")
def drawn(source: Source) -> dict[str, Drawn | NotDrawn]:
    return {one.name: one for one in figures(source)}


def empty_source(source: Source) -> Source:
    return replace(source, tables={name: frame(name, []) for name in TABLES})


def test_every_figure_is_drawn_or_named(source: Source, drawn: dict[str, Drawn | NotDrawn]) -> None:
    assert set(drawn) == NAMES
    text = captions_text(source, list(drawn.values()))
    for name, one in drawn.items():
        assert (f"({name}.svg, .png)" if isinstance(one, Drawn) else f"{name} (") in text
    assert "Not a medical device" in text
    assert "Not validated on this population" in " ".join(text.split())


def test_captions_say_what_the_figures_rest_on(drawn: dict[str, Drawn | NotDrawn]) -> None:
    for one in drawn.values():
        if not isinstance(one, Drawn):
            continue
        assert one.alt
        texts = " ".join(t.get_text() for t in one.figure.findobj(Text) if isinstance(t, Text))
        assert "Not validated on this population" in texts
        if one.name not in ("km-os", "inflammation"):
            for told in (one.caption, texts):
                assert "cutaneous, photo-visible" in told, one.name
                assert "automatic" in told, one.name
    course = drawn["inflammation"]
    assert isinstance(course, Drawn)
    assert "provisional" in course.caption
    assert "not derived from Figure 2" in course.caption


def test_waterfall_holds_every_patient_and_the_smallest_sum(source: Source) -> None:
    for reading in (WINDOW, ALL):
        bars = waterfall_bars(source, reading)
        assert sorted(bar.patient for bar in bars) == patient_codes(source)
        expected: dict[str, float] = {}
        for row in rows_of(source.tables["visit_responses"]):
            read = reading is ALL or row["in_assessment_window"]
            if row["analysis"] == "protocol_targets" and read and row["sum_mm"] is not None:
                change = 100 * (row["sum_mm"] - row["baseline_sum_mm"]) / row["baseline_sum_mm"]
                expected[row["patient"]] = min(change, expected.get(row["patient"], change))
        found = {bar.patient: bar.change for bar in bars if bar.change is not None}
        assert found == pytest.approx(expected)
        changes = [bar.change for bar in bars if bar.change is not None]
        assert changes == sorted(changes, reverse=True)
        assert all(bar.why for bar in bars if bar.change is None)
        assert [bar.change is None for bar in bars] == sorted(bar.change is None for bar in bars)


def test_patients_without_a_bar_are_named(source: Source) -> None:
    shown = next(waterfalls(source))
    assert isinstance(shown, Drawn)
    assert "PT012 (no photographs)" in shown.caption


def test_spider_breaks_nothing_and_invents_nothing(source: Source) -> None:
    sums = {
        (row["patient"], row["study_day"]): row["sum_mm"] / row["baseline_sum_mm"] * 100 - 100
        for row in rows_of(source.tables["visit_responses"])
        if row["analysis"] == "protocol_targets" and row["sum_mm"] is not None
    }
    points = {
        (line.patient, day): change for line in patient_lines(source) for day, change in line.points[1:]
    }
    assert {key: value for key, value in points.items() if value is not None} == pytest.approx(sums)
    targets = source.tables["lesion_responses"]
    targets = targets[(targets["role"] == "target") & (targets["study_day"] > 0)]
    seen = sum(change is not None for line in lesion_lines(source) for _, change in line.points[1:])
    assert seen == targets["longest_diameter_mm"].notna().sum()


def test_swimmer_lanes_follow_the_dates(source: Source) -> None:
    lanes = {lane.patient: lane for lane in swimmer_lanes(source, WINDOW)}
    for row in rows_of(source.tables["patients"]):
        lane = lanes[row["patient"]]
        assert lane.death == row["death_day"]
        assert lane.ongoing == (row["death_day"] is None)
        assert lane.end == max(row["last_contact_day"], row["death_day"] or 0)
        assert lane.start == row["enrolled_day"]
        assert lane.injections == (0, 7, 14, 21, 28)
        assert all(0 < begin < end <= lane.end for begin, end in lane.spans)
    assert lanes["PT012"].photos == 0
    assert lanes["PT012"].response is None
    visits = source.tables["visit_responses"]
    read = visits[(visits["analysis"] == "protocol_targets") & visits["in_assessment_window"].fillna(False)]
    first = read[read["response"] == "PD"].groupby("patient")["study_day"].min().to_dict()
    assert {p: lane.progression for p, lane in lanes.items() if lane.progression is not None} == first


def test_inflammation_counts_a_site_and_visit_once(source: Source) -> None:
    rows = site_visits(source)
    assert not rows.duplicated(["patient", "site", "visit"]).any()
    assert (rows["study_day"] > 0).all()
    bins = by_days(rows)
    assert sum(len(one.rows) for one in bins) == len(rows)
    assert all(one.first <= one.day <= one.last for one in bins)
    assert LEAST > 1


def test_words_differ_without_colour() -> None:
    marks = [hatch for word, (_, hatch) in RESPONSES.items() if word not in ("CR", "NE")]
    assert len(set(marks)) == len(marks)
    assert RESPONSES["CR"][0] != RESPONSES["NE"][0]


def test_files_are_for_print_and_the_same_every_time(source: Source) -> None:
    first, again = next(waterfalls(source)), next(waterfalls(source))
    assert isinstance(first, Drawn)
    assert isinstance(again, Drawn)
    svg = svg_bytes(first.figure)
    assert svg == svg_bytes(again.figure)
    assert b"<text" not in svg, "text is outlines, so that no font is needed"
    assert not re.search(rb"20\d\d-\d\d-\d\d", svg)
    width = re.search(rb'<svg[^>]* width="([\d.]+)pt"', svg)
    assert width is not None
    assert float(width[1]) / 72 * 25.4 == pytest.approx(85, abs=0.2)
    image = Image.open(io.BytesIO(png_bytes(first.figure)))
    assert image.info["dpi"] == pytest.approx((300, 300), abs=1)
    assert image.width / 300 * 25.4 == pytest.approx(85, abs=0.2)
    assert png_bytes(first.figure) == png_bytes(again.figure)


def test_no_text_is_cut_off_or_too_small(drawn: dict[str, Drawn | NotDrawn]) -> None:
    for one in drawn.values():
        if isinstance(one, NotDrawn):
            continue
        one.figure.draw_without_rendering()
        inside, hidden = one.figure.bbox.padded(1.0), _hidden(one.figure)
        for text in one.figure.findobj(Text):
            assert isinstance(text, Text)
            if not text.get_text().strip() or not text.get_visible() or id(text) in hidden:
                continue
            assert text.get_fontsize() >= 5, (one.name, text.get_text())
            box = text.get_window_extent()
            assert inside.x0 <= box.x0, (one.name, text.get_text())
            assert box.x1 <= inside.x1, (one.name, text.get_text())
            assert inside.y0 <= box.y0, (one.name, text.get_text())
            assert box.y1 <= inside.y1, (one.name, text.get_text())


def _hidden(figure: Figure) -> set[int]:
    """Tick labels beyond the axes' limits, which are not drawn."""
    found = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks():
                if not low <= tick.get_loc() <= high:
                    found |= {id(tick.label1), id(tick.label2)}
    return found


def test_nothing_to_draw_is_said_and_not_an_error(source: Source) -> None:
    made = files(empty_source(source))
    assert set(made) == {"captions.txt"}
    text = made["captions.txt"].decode()
    assert all(name in text for name in NAMES)


def test_results_without_responses_are_an_error(source: Source) -> None:
    some = {name: table for name, table in source.tables.items() if name != "visit_responses"}
    with pytest.raises(ExportError, match="visit_responses, which this run did not make"):
        files(replace(source, tables=some))
    assert set(NEEDED) <= set(TABLES)


def test_protocol_without_windows_is_read_once() -> None:
    cohort = made_source(2, protocol="response-only")
    assert readings(cohort) == (WINDOW,)
    assert [one.name for one in (*waterfalls(cohort), *forests(cohort))] == ["waterfall", "rates"]


def test_one_patient() -> None:
    cohort = made_source(1, seed=5, photoless=0)
    told = [one for make in (waterfalls, spiders, swimmers, forests) for one in make(cohort)]
    assert all(isinstance(one, Drawn) for one in told)
    assert "1 of 1 patient " in told[0].caption  # type: ignore[union-attr]


def test_a_dollar_sign_in_a_code_is_text(source: Source) -> None:
    cohort = made_source(2, prefix="a$b$_{", photoless=0)
    for one in waterfalls(cohort):
        if isinstance(one, Drawn):
            one.figure.draw_without_rendering()
