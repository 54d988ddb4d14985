"""The page of grades in a browser: digits, saving, the next visit, and the automatic grade afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.review.photofolders import copied
from tests.review.pictured import FIRST, LATER, Opened, Pictured, opened, served
from tests.review.test_grades import SITE

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def made(pictured_once: Pictured, tmp_path_factory: pytest.TempPathFactory) -> Pictured:
    return copied(pictured_once, tmp_path_factory.mktemp("made"))


@pytest.fixture
def one(made: Pictured, tmp_path: Path) -> Pictured:
    return copied(made, tmp_path)


@pytest.fixture
def tab(chromium: Any, one: Pictured) -> Iterator[Opened]:
    with served(one) as address:
        shown = opened(chromium, address)
        yield shown
        shown.page.close()
    assert shown.errors == []


def test_digits_grade_sign_after_sign(tab: Opened, one: Pictured) -> None:
    page = tab.go(f"/grades/{SITE}/{FIRST}")
    reveal = page.locator("#reveal")
    assert reveal.is_disabled()
    for key in ("3", "1", "ArrowDown", "4", "9", "ArrowUp"):
        page.keyboard.press(key)
    assert page.locator("#unsaved").inner_text() == "3 not saved yet"
    page.keyboard.press("Enter")
    page.wait_for_selector("text=3 grades saved")
    page.wait_for_selector("#apply :text('3 corrections')")
    said = [(value.sign, value.grade, value.lesion) for value in one.values("grade")]
    assert said == [("erythema", 3, None), ("flaking_scaling", 1, None), ("swelling", 4, None)]
    assert page.locator("#unsaved").inner_text() == ""
    reveal.check()
    page.wait_for_selector("#automatic:not([hidden])")
    assert "2.0 (scale delta-a-provisional" in page.locator("#automatic").inner_text()
    page.keyboard.press("n")
    page.wait_for_url(f"**/{LATER}")
    assert page.locator("#reveal").is_disabled()
    page.keyboard.press("p")
    page.wait_for_url(f"**/{FIRST}")
    assert page.locator('.sign[data-sign="swelling"] input:checked').input_value() == "4"


def test_one_lesion_and_the_next_visit(tab: Opened, one: Pictured) -> None:
    page = tab.go(f"/grades/{SITE}/{FIRST}?lesion=L02")
    assert page.locator("#marks .chosen").text_content() == "L02"
    page.locator('.sign[data-sign="crusting"] input[value="2"]').check()
    page.locator("button[value=next]").click()
    page.wait_for_url(f"**/{LATER}?lesion=L02")
    (value,) = one.values("grade")
    assert (value.sign, value.grade, value.lesion, value.visit) == ("crusting", 2, "L02", FIRST)
    page.go_back()
    page.locator('.sign[data-sign="crusting"] .undo').click()
    page.wait_for_function("!document.querySelector('.sign input:checked')")
    assert len(one.values("withdrawal")) == 1


def test_another_sign_needs_all_three_words(tab: Opened, one: Pictured) -> None:
    page = tab.go(f"/grades/{SITE}/{FIRST}")
    page.get_by_text("Another sign or scale").click()
    page.locator("[name=sign]").fill("induration")
    page.locator("[name=scale_id]").fill("easi-0-3")
    page.locator("button[value=stay]").click()
    page.wait_for_selector("text=needs its name, its scale and its grade")
    page.locator("[name=grade]").fill("1.5")
    page.locator("button[value=stay]").click()
    page.wait_for_selector("text=1 grade saved")
    assert [(value.sign, value.grade) for value in one.values("grade")] == [("induration", 1.5)]
