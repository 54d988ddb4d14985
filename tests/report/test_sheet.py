"""The contact sheet in a real browser: filters, order, sheets, with and without a script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def index(open_page: Any, reviewed: Path) -> Any:
    """Nine lesions of three patients, four to a sheet."""
    return open_page(reviewed / "index.html")


def names(page: Any) -> list[str]:
    return [text.replace(" “the dark one”", "") for text in page.locator("#cards .name").all_inner_texts()]


def choose(page: Any, facet: str, text: str) -> None:
    menu = page.locator(f"[data-facet={facet}]")
    menu.select_option(label=next(t for t in menu.locator("option").all_inner_texts() if t.startswith(text)))


def test_there_are_sheets_of_so_many_lesions(index: Any) -> None:
    assert names(index) == ["PT001 L01", "PT001 L02", "PT001 L03", "PT002 L01"]
    assert index.locator("[data-sheet]").inner_text() == "1 to 4 of 9, sheet 1 of 3"
    assert index.get_by_role("button", name="Previous sheet").is_disabled()
    index.get_by_role("button", name="Next sheet").click()
    index.get_by_role("button", name="Next sheet").click()
    assert names(index) == ["PT003 L03"]
    assert index.get_by_role("button", name="Next sheet").is_disabled()
    assert index.evaluate("document.activeElement.closest('#cards') !== null")


def test_a_filter_acts_on_all_lesions_and_not_only_on_the_sheet(index: Any) -> None:
    choose(index, "status", "not visible")
    assert names(index) == ["PT001 L03", "PT002 L03", "PT003 L03"]
    assert index.locator("[data-count]").inner_text() == "3 of 9 lesions"
    assert not index.locator("#pager").is_visible()
    choose(index, "patient", "PT002")
    assert names(index) == ["PT002 L03"]
    index.get_by_role("button", name="Show all").click()
    index.locator("#cards li:nth-child(4)").wait_for()
    assert index.locator("[data-count]").inner_text() == "9 lesions"


def test_filters_for_flag_review_and_response(index: Any) -> None:
    choose(index, "review", "void")
    assert names(index) == ["PT001 L01", "PT002 L01", "PT003 L01"]
    choose(index, "flag", "ulcer growing")
    assert len(names(index)) == 3
    choose(index, "response", "SD")
    assert len(names(index)) == 3


def test_the_order_follows_the_values(index: Any) -> None:
    index.locator("[data-sort]").select_option("size")
    assert names(index)[:3] == ["PT001 L03", "PT002 L03", "PT003 L03"]
    index.locator("[data-down]").check()
    assert names(index)[:3] == ["PT001 L02", "PT002 L02", "PT003 L02"]
    index.locator("[data-sort]").select_option("order")
    assert names(index)[0] == "PT003 L03"


def test_the_address_keeps_the_choice(index: Any, reviewed: Path) -> None:
    choose(index, "status", "present")
    index.locator("[data-sort]").select_option("size")
    index.get_by_role("button", name="Next sheet").click()
    before = names(index)
    index.goto((next(reviewed.glob("patients/*.html"))).resolve().as_uri())
    index.go_back()
    assert names(index) == before
    assert index.locator("[data-sort]").input_value() == "size"
    assert index.locator("[data-sheet]").inner_text().endswith("sheet 2 of 2")


@pytest.mark.parametrize(
    "address", ["#lesions", "#failures", "#status=99&sort=constructor&sheet=-4&patient=%22"]
)
def test_other_addresses_do_no_harm(open_page: Any, reviewed: Path, address: str) -> None:
    page = open_page(reviewed / "index.html")
    page.goto((reviewed / "index.html").resolve().as_uri() + address)
    page.reload()
    assert len(names(page)) == 4
    assert page.complaints == []


def test_without_a_script_all_lesions_are_there(open_page: Any, reviewed: Path) -> None:
    page = open_page(reviewed / "index.html", java_script_enabled=False)
    assert page.locator("#cards li").count() == 9
    assert not page.locator("#filters").is_visible()
    assert not page.locator("#pager").is_visible()


def test_a_bar_of_the_waterfall_opens_the_patient(index: Any) -> None:
    index.locator("svg[role=group] a").first.focus()
    index.keyboard.press("Enter")
    index.wait_for_url("**/patients/*.html")


def test_thumbs_beside_the_index_are_shown(
    open_page: Any, reviewed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lesiontrack.report import write_report
    from tests.report.made_results import Plan, make_results

    monkeypatch.setattr("lesiontrack.report.cohort.EMBEDDED_BYTES", 0)
    make_results(tmp_path, Plan())
    write_report(tmp_path)
    page = open_page(tmp_path / "index.html")
    page.locator("#cards img").scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    assert page.locator("#cards img").evaluate("image => image.naturalWidth") > 0
    assert page.complaints == []
