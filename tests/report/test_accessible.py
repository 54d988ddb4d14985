"""Pages by keyboard, by screen reader, in both schemes and on paper, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.report.test_browser import lesion_page

pytestmark = pytest.mark.browser

LOOKS = (Path(__file__).parent / "looks.js").read_text("utf-8")
A4_PX = 702  # 210 mm less margins of 12 mm, at 96 px an inch


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_lacks_a_name_a_header_or_contrast(open_page: Any, reviewed: Path, scheme: str) -> None:
    page = open_page(reviewed / "index.html", scheme=scheme)
    files = [reviewed / "index.html", *sorted(reviewed.glob("*/pt001-*.html"))]
    assert len(files) == 1 + 1 + 3
    for file in files:
        page.goto(file.resolve().as_uri())
        page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
        assert page.evaluate(LOOKS) == [], file.name
    assert page.complaints == []


def test_the_check_itself_finds_what_is_wrong(open_page: Any, tmp_path: Path) -> None:
    file = tmp_path / "wrong.html"
    file.write_text(
        "<h1>a</h1><h3>b</h3><img src='data:,'><button></button><p style='color:#999'>pale</p>"
        "<table><tr><td>1</td></tr></table>"
    )
    found = "\n".join(open_page(file).evaluate(LOOKS))
    for problem in (
        "skips from 1 to 3",
        "alternative",
        "no name: button",
        "contrast of text",
        "column headers",
    ):
        assert problem in found
    assert "no main" in found


def stops(page: Any) -> list[str]:
    """What the Tab key reaches, and whether it is seen that it has the focus."""
    found: list[str] = []
    for _ in range(80):
        page.keyboard.press("Tab")
        what = page.evaluate(
            """() => {
                const at = document.activeElement, bar = at.querySelector(".hit");
                const marked = bar && getComputedStyle(bar).stroke !== "none";
                const shown = marked || getComputedStyle(at).outlineStyle !== "none";
                const name = (at.getAttribute("aria-label") ?? at.textContent).trim().slice(0, 30);
                return [at.localName, at.type ?? "", name, shown ? "" : "UNSEEN"].join("|");
            }"""
        )
        if what.startswith("body") or (found and what == found[0]):
            break
        found.append(what)
    return found


def test_the_tab_key_reaches_every_control_and_shows_where_it_is(open_page: Any, reviewed: Path) -> None:
    page = open_page(lesion_page(reviewed, "pt001-l01"))
    found = stops(page)
    assert found[0].startswith("a||To the content")
    wanted = (
        "input|checkbox",
        "select|",
        "input|range",
        "button|button|Flicker",
        "summary|",
        "div||Course of the",
    )
    for control in wanted:
        assert any(stop.startswith(control) for stop in found), control
    assert [stop for stop in found if "UNSEEN" in stop] == []


def test_the_tab_key_reaches_filters_and_figures_of_the_index(open_page: Any, reviewed: Path) -> None:
    found = stops(open_page(reviewed / "index.html"))
    bars = [stop for stop in found if "best −" in stop]
    assert len(bars) == 3
    assert sum(stop.startswith("select") for stop in found) == 6
    assert any(stop.startswith("button|button|Next sheet") for stop in found)
    assert [stop for stop in found if "UNSEEN" in stop] == []


def test_the_skip_link_leads_past_the_header(open_page: Any, reviewed: Path) -> None:
    page = open_page(reviewed / "index.html")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_nothing_is_cut_on_paper(open_page: Any, reviewed: Path) -> None:
    page = open_page(lesion_page(reviewed, "pt001-l01"), width=A4_PX)
    for file in (lesion_page(reviewed, "pt001-l01"), reviewed / "index.html"):
        page.goto(file.resolve().as_uri())
        page.emulate_media(media="print")
        page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
        assert page.evaluate("document.documentElement.scrollWidth") <= A4_PX, file.name
        cut = page.evaluate(
            "[...document.querySelectorAll('.scroll, table')].filter(e => e.scrollWidth > e.clientWidth + 1)"
            ".map(e => e.getAttribute('aria-label'))"
        )
        assert cut == [], file.name
        for control in (".tools", "#compare input", ".stage .cut", ".skip", "#pager"):
            assert page.locator(control).filter(visible=True).count() == 0


def test_a_lesion_is_a_few_sheets_of_a4(open_page: Any, reviewed: Path) -> None:
    printed = open_page(lesion_page(reviewed, "pt001-l01")).pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", printed)
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) <= 5
    assert {(round(float(width)), round(float(height))) for width, height in boxes} == {(595, 842)}
