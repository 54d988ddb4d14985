"""The photo page in a browser: points, ids, names, registrations and landmarks as they are kept."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lesiontrack.corrections import LesionPoint
from tests.report.conftest import PATIENT
from tests.report.made_results import Plan
from tests.review.editing import Editor
from tests.review.photofolders import copied
from tests.review.pictured import (
    CENTRES,
    FIRST,
    LATER,
    SHAPES,
    Opened,
    Pictured,
    opened,
    pictured,
    served,
)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def made(pictured_once: Pictured, tmp_path_factory: pytest.TempPathFactory) -> Pictured:
    return copied(pictured_once, tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def window(made: Pictured, chromium: Any) -> Iterator[Opened]:
    with served(made) as address:
        yield opened(chromium, address)


@pytest.fixture
def one(made: Pictured) -> Iterator[Pictured]:
    """With an empty store."""
    yield made
    shutil.rmtree(made.store.folder, ignore_errors=True)


@pytest.fixture
def show(one: Pictured, window: Opened) -> Iterator[Callable[[str], Any]]:
    window.errors.clear()
    yield lambda visit: window.go(one.site_url(visit))
    assert window.errors == []
    window.page.goto("about:blank")


def screen(page: Any, svg: str, visit: str, x: float, y: float) -> tuple[float, float]:
    """Where the centre of a pixel of the photo is, of a photo that is shown whole."""
    page.locator(svg).scroll_into_view_if_needed()
    box = page.locator(svg).bounding_box()
    height, width = SHAPES[visit]
    scale = min(box["width"] / width, box["height"] / height)
    left = box["x"] + (box["width"] - width * scale) / 2
    return left + (x + 0.5) * scale, box["y"] + (box["height"] - height * scale) / 2 + (y + 0.5) * scale


def sent(page: Any, button: str) -> None:
    """Click; wait until the correction is kept and the page is there again."""
    with page.expect_response("**/api/corrections") as answer, page.expect_navigation():
        page.click(button)
    assert answer.value.status == 201, answer.value.text()


@pytest.mark.parametrize("visit", [FIRST, LATER])
def test_a_point_lands_on_the_upright_pixel(show: Any, one: Pictured, visit: str) -> None:
    page = show(visit)
    page.check("input[value=point]")
    x, y = CENTRES[visit]
    page.mouse.click(*screen(page, "#photo", visit, x + 12, y - 7))
    page.select_option("form[data-for=point] select", "L01")
    sent(page, "text=Save the point")
    (value,) = one.values("lesion_point")
    assert abs(value.x - x - 12) <= 0.6
    assert abs(value.y - y + 7) <= 0.6
    assert (value.lesion, value.visit, value.photo_sha256) == ("L01", visit, one.sha256[visit])
    assert {(place.visit, place.x, place.y) for place in value.seen} == {
        (FIRST, *CENTRES[FIRST]), (LATER, *CENTRES[LATER]),
    }  # fmt: skip
    waiting = page.locator("#photo .mark.pending")
    assert waiting.count() == 1
    assert "L01 ?" in waiting.text_content()
    page.click("text=take back")
    page.wait_for_selector("#photo .mark.pending", state="detached")


def test_a_point_after_zooming(show: Any, one: Pictured) -> None:
    page = show(LATER)
    page.check("input[value=point]")
    place = screen(page, "#photo", LATER, 60, 200)
    page.focus("#photo")
    page.mouse.move(*place)
    page.mouse.wheel(0, -800)  # what is under the pointer stays there
    page.mouse.click(*place)
    sent(page, "text=Save the point")
    (value,) = one.values("lesion_point")
    assert abs(value.x - 60) <= 0.4
    assert abs(value.y - 200) <= 0.4


def test_a_lesion_that_is_not_listed_gets_the_next_number(show: Any, one: Pictured) -> None:
    for number in ("L03", "L04"):
        page = show(FIRST)
        page.check("input[value=point]")
        page.mouse.click(*screen(page, "#photo", FIRST, 250, 30))
        page.select_option("form[data-for=point] select", label=f"a lesion not listed: {number}")
        sent(page, "text=Save the point")
    assert [(v.lesion, v.seen) for v in one.values("lesion_point")] == [("L03", ()), ("L04", ())]


def test_pointing_by_keyboard(show: Any, one: Pictured) -> None:
    page = show(FIRST)
    page.click("button[data-point=L02]")
    page.focus("#photo")
    for key in ("ArrowRight", "Shift+ArrowDown", "Enter"):
        page.keyboard.press(key)
    sent(page, "text=Save the point")
    (value,) = one.values("lesion_point")
    assert value.lesion == "L02"
    height, width = SHAPES[FIRST]
    assert value.x > (width - 1) / 2
    assert value.y > (height - 1) / 2 + 3


def test_two_ids_are_one_and_names(show: Any, one: Pictured) -> None:
    page = show(LATER)
    page.check("input[value=same]")
    assert page.is_disabled("form[data-for=same] button.main")
    page.select_option("form[data-for=same] select[name=lesion]", "L02")
    page.select_option("form[data-for=same] select[name=same_as]", "L01")
    sent(page, "form[data-for=same] button.main")
    (value,) = one.values("same_lesion")
    assert (value.lesion, value.same_as) == ("L02", "L01")
    assert [place.visit for place in value.places] == [FIRST]
    assert [place.visit for place in value.same_as_places] == [FIRST, LATER]
    page.check("input[value=name]")
    page.select_option("form[data-for=name] select", "L02")
    page.fill("form[data-for=name] input", "  the one by the scar ")
    sent(page, "text=Save the name")
    (name,) = one.values("lesion_name")
    assert (name.patient, name.lesion, name.name) == ("PT001", "L02", "the one by the scar")
    assert "the one by the scar" in page.inner_text(".unapplied")


@pytest.mark.parametrize(("button", "accepted"), [("Yes, accept it", True), ("No, reject it", False)])
def test_a_registration_is_judged(show: Any, one: Pictured, button: str, accepted: bool) -> None:
    page = show(LATER)
    sent(page, f"text={button}")
    (value,) = one.values("registration")
    assert value.accepted is accepted
    assert (value.photo_sha256, value.reference_sha256) == (one.sha256[LATER], one.sha256[FIRST])
    said = " ".join(page.inner_text(".facts").split())
    assert f"{'right' if accepted else 'wrong'} Dr Test" in said


def test_the_reference_needs_no_registration(show: Any) -> None:
    page = show(FIRST)
    assert "This is the reference photo" in page.inner_text("#site")
    assert page.locator("[data-judge]").count() == 0


def test_comparing_two_visits(show: Any, window: Opened) -> None:
    page = show(LATER)
    visit = page.locator("#compare .visit")
    assert visit.is_visible()
    page.keyboard.press("f")
    assert not visit.is_visible()
    page.click("#flicker")
    page.wait_for_selector("#compare[data-shown=visit]")
    page.wait_for_selector("#compare[data-shown=reference]")
    page.click("button[data-mode=slider]")
    page.locator("#cut").fill("30")
    assert "70%" in visit.locator("img").evaluate("e => getComputedStyle(e).clipPath")
    page.click("button[data-mode=beside]")
    decoded = "images => Promise.all(images.map(i => i.decode().then(() => i.naturalWidth)))"
    assert page.eval_on_selector_all("#compare img", decoded) == [300, 300]
    window.page.emulate_media(reduced_motion="reduce")
    show(LATER)
    assert page.is_disabled("#flicker")
    window.page.emulate_media(reduced_motion="no-preference")


def test_pairs_of_points(show: Any, one: Pictured) -> None:
    page = show(LATER)
    page.click("text=Place points by hand")
    later = [(50, 60), (200, 80), (120, 290)]
    first = [(70, 20), (220, 35), (140, 190)]
    for number, (here, there) in enumerate(zip(later, first, strict=True), start=1):
        page.mouse.click(*screen(page, "#landmarks-visit", LATER, *here))
        assert "Now the same place in the reference" in page.inner_text("#landmarks-next")
        page.mouse.click(*screen(page, "#landmarks-reference", FIRST, *there))
        assert page.locator("#landmarks-list li").count() == number
        assert page.is_disabled("#landmarks-save") is (number < 2)
    page.click("[aria-label='Delete pair 2']")
    sent(page, "#landmarks-save")
    (value,) = one.values("landmarks")
    assert (value.visit, value.reference_visit) == (LATER, FIRST)
    found = [(pair.x, pair.y, pair.reference_x, pair.reference_y) for pair in value.pairs]
    wanted = [(*later[i], *first[i]) for i in (0, 2)]
    assert len(found) == 2
    assert np.abs(np.subtract(found, wanted)).max() <= 0.7
    assert page.locator("#landmarks-list li").count() == 2  # shown again, to be mended


def test_what_is_drawn_and_waiting_has_another_mark(show: Any, one: Pictured, window: Opened) -> None:
    window.go(f"/draw/{one.sha256[FIRST]}?lesion=L01").wait_for_selector("#draw[data-loaded]")
    window.page.click("#clear")
    box = window.page.locator("#canvas").bounding_box()
    window.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    with window.page.expect_response("**/api/corrections"):
        window.page.click("#save")
    page = show(FIRST)
    assert page.locator("#photo path.lesion.pending").count() == 1
    assert page.locator("#photo .drawn-window").count() == 1
    assert "lesion drawn in a window" in page.inner_text(".unapplied")


def test_on_a_phone(show: Any, window: Opened) -> None:
    window.page.set_viewport_size({"width": 390, "height": 800})
    show(LATER)
    assert window.page.evaluate("document.documentElement.scrollWidth") <= 390
    window.page.set_viewport_size({"width": 1000, "height": 800})


def test_hostile_names_are_harmless(chromium: Any, tmp_path: Path) -> None:
    lesions = ("<b>L01", "</script>'\"><svg onload=alert(4)>")
    plan = Plan(
        patients=(PATIENT,), site='a"><svg onload=alert(3)>', lesions=lesions, visits={FIRST: 0, LATER: 14},
        text="<img src=x onerror=alert(5)>",
    )  # fmt: skip
    bad = pictured(tmp_path, plan)
    point = LesionPoint(
        patient=PATIENT,
        site=plan.site,
        visit=LATER,
        photo_sha256=bad.sha256[LATER],
        lesion=lesions[1],
        x=5,
        y=5,
    )
    bad.store.add(point, by='"><img src=x onerror=alert(6)>', note="<script>alert(7)</script>")
    with served(bad) as address:
        window = opened(chromium, address)
        window.page.on("dialog", lambda dialog: window.errors.append(dialog.message))
        page = window.go(bad.site_url(LATER))
        assert page.locator("#photo .mark").count() == 2
        assert page.locator("#site b, #site img[src=x]").count() == 0
        page.check("input[value=same]")
        page.select_option("form[data-for=same] select[name=lesion]", lesions[0])
        page.select_option("form[data-for=same] select[name=same_as]", lesions[1])
        sent(page, "form[data-for=same] button.main")
        editor = Editor(window, bad, FIRST, "?lesion=%3Cb%3EL01")
        assert page.locator("b:has-text('L01')").count() == 0
        editor.drag((200, 40), (220, 40))
        assert editor.save().patient == PATIENT
        page.close()
    assert window.errors == []
    assert bad.values("same_lesion")[0].same_as == lesions[1]
