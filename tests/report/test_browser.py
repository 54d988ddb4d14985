"""The pages in a real browser: nothing is loaded, nothing foreign runs, and the controls do what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser


def pages(root: Path) -> list[Path]:
    return sorted(root.rglob("*.html"))


def lesion_page(root: Path, name: str = "l01") -> Path:
    return next((root / "lesions").glob(f"*{name}*.html"))


def fetched(page: Any, root: Path) -> list[str]:
    """What was asked for beside the pages themselves and the pictures inside them."""
    own = {file.resolve().as_uri() for file in pages(root)}
    return [url for url in page.requests if url not in own and not url.startswith("data:")]


@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (390, "dark")])
def test_no_page_complains_loads_anything_or_scrolls_sideways(
    open_page: Any, ordinary: Path, width: int, scheme: str
) -> None:
    page = open_page(ordinary / "index.html", width=width, scheme=scheme)
    for file in pages(ordinary):
        page.goto(file.resolve().as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, file
    assert page.complaints == []
    assert fetched(page, ordinary) == []


def test_hostile_texts_are_shown_and_do_nothing(open_page: Any, hostile: Path) -> None:
    found = pages(hostile)
    assert len(found) == 1 + 2 + 4
    page = open_page(hostile / "index.html")
    assert "<script>alert(1)</script>" in page.title()
    assert page.get_by_role("link", name="=<script>alert(1)<script> Müller", exact=True).count() == 1
    for file in found:
        page.goto(file.resolve().as_uri())
        assert page.locator("script").count() == 1, file
        assert page.locator("img:not([src^='data:image/jpeg;base64,'])").count() == 0, file
        assert page.locator("b, i, [onerror], [onload]").count() == 0, file
        assert page.evaluate("document.documentElement.scrollWidth") <= 1200, file
    page.wait_for_timeout(100)
    assert page.complaints == []
    assert fetched(page, hostile) == []


def test_a_script_that_got_into_a_page_would_not_run(open_page: Any, ordinary: Path, tmp_path: Path) -> None:
    text = lesion_page(ordinary).read_text("utf-8")
    evil = tmp_path / "evil.html"
    evil.write_text(
        text.replace("<h1>", "<script>window.ran = 1</script><img src=x onerror='window.ran=1'><h1>")
    )
    page = open_page(evil)
    page.wait_for_timeout(50)
    assert page.evaluate("window.ran") is None
    assert len(page.complaints) >= 2


def test_outlines_can_be_hidden(open_page: Any, ordinary: Path) -> None:
    page = open_page(lesion_page(ordinary))
    for layer in ("lesion", "ulcer"):
        outline = page.locator(f".strip .o.{layer}").first
        assert outline.evaluate("e => getComputedStyle(e).display") != "none"
        page.locator(f"[data-layer={layer}]").uncheck()
        assert outline.evaluate("e => getComputedStyle(e).display") == "none"
        page.locator(f"[data-layer={layer}]").check()
        assert outline.evaluate("e => getComputedStyle(e).display") != "none"


def clip(page: Any) -> str:
    return str(page.locator(".stage .after").evaluate("e => getComputedStyle(e).clipPath"))


def test_slider_cuts_by_keys_and_by_pointer(open_page: Any, ordinary: Path) -> None:
    page = open_page(lesion_page(ordinary))
    assert clip(page) == "inset(0px 0px 0px 50%)"
    slider = page.locator("#compare input")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert clip(page) == "inset(0px 0px 0px 51%)"
    page.keyboard.press("Home")
    assert clip(page) == "inset(0px 0px 0px 0%)"
    box = page.locator(".stage").bounding_box()
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 50)
    page.mouse.up()
    assert clip(page) == "inset(0px 0px 0px 80%)"
    assert slider.input_value() == "80"


def test_flicker_shows_the_visits_in_turn_until_it_is_pressed_again(open_page: Any, ordinary: Path) -> None:
    page = open_page(lesion_page(ordinary))
    button = page.get_by_role("button", name="Flicker")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    for side in ("after", "before", "after"):
        page.locator(f".stage.only-{side}").wait_for()
    assert page.locator("[data-of=before]").is_hidden() != page.locator("[data-of=after]").is_hidden()
    page.keyboard.press("f")
    assert button.get_attribute("aria-pressed") == "false"
    page.locator("#compare input").focus()
    page.keyboard.press("F")
    assert button.get_attribute("aria-pressed") == "true"
    page.keyboard.press("ArrowLeft")
    assert button.get_attribute("aria-pressed") == "false"


def test_a_letter_outside_of_the_comparison_does_nothing(open_page: Any, ordinary: Path) -> None:
    page = open_page(lesion_page(ordinary))
    page.keyboard.press("f")
    page.locator("select[data-side=before]").focus()
    page.keyboard.press("f")
    assert page.get_by_role("button", name="Flicker").get_attribute("aria-pressed") == "false"


def test_nothing_moves_by_itself_where_less_motion_is_asked_for(open_page: Any, ordinary: Path) -> None:
    page = open_page(lesion_page(ordinary), reduced_motion="reduce")
    button = page.get_by_role("button", name="Show the other visit")
    button.click()
    assert page.locator("[data-shown]").inner_text() == "day 0"
    assert clip(page) == "inset(0px 0px 0px 100%)"
    page.wait_for_timeout(900)
    assert clip(page) == "inset(0px 0px 0px 100%)"
    button.click()
    assert page.locator("[data-shown]").inner_text() == "day 35"
    assert button.get_attribute("aria-pressed") is None


def test_slider_follows_a_finger(open_page: Any, ordinary: Path) -> None:
    page = open_page(lesion_page(ordinary), width=390, has_touch=True)
    stage = page.locator(".stage")
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    page.touchscreen.tap(box["x"] + 0.25 * box["width"], box["y"] + 40)
    assert clip(page) == "inset(0px 0px 0px 25%)"


def test_any_two_aligned_visits_can_be_compared(open_page: Any, ordinary: Path) -> None:
    page = open_page(lesion_page(ordinary))
    after = page.locator(".stage .after img")
    assert "2024-04-08" in after.get_attribute("alt")
    page.locator("select[data-side=after]").select_option(label="day 14 · 2024-03-18")
    assert "2024-03-18" in after.get_attribute("alt")
    assert "2024-03-04" in page.locator(".stage .before img").get_attribute("alt")


def test_without_scripts_nothing_is_missing_but_the_comparison(open_page: Any, ordinary: Path) -> None:
    page = open_page(lesion_page(ordinary), java_script_enabled=False)
    assert page.locator(".strip img").count() == 3
    assert not page.locator("#compare").is_visible()


def test_printing_unfolds_everything(open_page: Any, ordinary: Path) -> None:
    page = open_page(lesion_page(ordinary))
    assert page.locator("details[open]").count() == 0
    page.evaluate(
        "addEventListener('beforeprint', () =>"
        " { window.counted = document.querySelectorAll('details[open]').length })"
    )
    assert page.pdf(format="A4").startswith(b"%PDF")
    assert page.evaluate("window.counted") == 2
    assert page.locator("details[open]").count() == 0
