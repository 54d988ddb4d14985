"""The mask editor in a browser: what is drawn is what is kept, in pixels of the photo."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import cv2
import numpy as np
import pytest

from lesiontrack.review.pages import draw
from tests.review.conftest import finish
from tests.review.editing import Editor, stroke
from tests.review.photofolders import copied
from tests.review.pictured import (
    CENTRES,
    FIRST,
    LATER,
    RADIUS,
    SHAPES,
    Opened,
    Pictured,
    beyond,
    disc,
    opened,
    served,
)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def made(pictured_once: Pictured, tmp_path_factory: pytest.TempPathFactory) -> Pictured:
    return copied(pictured_once, tmp_path_factory.mktemp("drawn"))


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
def at(one: Pictured, window: Opened) -> Iterator[Callable[..., Editor]]:
    window.errors.clear()
    yield lambda visit=FIRST, query="": Editor(window, one, visit, query)
    assert window.errors == []
    window.page.goto("about:blank")


@pytest.mark.parametrize(
    ("visit", "query"), [(FIRST, ""), (LATER, "?lesion=L01"), (LATER, "?x=150&y=60&w=90&h=120")]
)
def test_a_stroke_is_kept_where_it_was_drawn(at: Any, visit: str, query: str) -> None:
    editor = at(visit, query)
    radius = editor.brush()
    shown = editor.facts["window"]
    line = [
        (shown["x"] + 0.3 * shown["width"], shown["y"] + 0.25 * shown["height"]),
        (shown["x"] + 0.7 * shown["width"], shown["y"] + 0.4 * shown["height"]),
        (shown["x"] + 0.6 * shown["width"], shown["y"] + 0.8 * shown["height"]),
    ]
    editor.drag(*line)
    edit = editor.save()
    assert (edit.x, edit.y, edit.width, edit.height) == tuple(shown[k] for k in ("x", "y", "width", "height"))
    assert set(edit.masks) == {"lesion"}
    assert edit.photo_sha256 == editor.one.sha256[visit]
    expected = editor.before() | stroke(SHAPES[visit], line, radius)
    assert beyond(editor.kept(edit), expected) == 0
    assert abs(int(editor.kept(edit).sum()) - int(expected.sum())) < 0.02 * expected.sum()


def test_a_stroke_after_zoom_and_pan_is_kept_where_it_was_drawn(at: Any) -> None:
    editor = at(FIRST)
    radius = editor.brush()
    x, y = 100.0, 80.0
    editor.page.mouse.move(*editor.screen(x, y))
    editor.page.mouse.wheel(0, -900)  # what is under the pointer stays there
    zoom = math.exp(0.0015 * 900)
    editor.page.mouse.down()
    sx, sy = editor.screen(x, y)
    editor.page.mouse.move(sx + 60, sy, steps=3)
    editor.page.mouse.up()
    reach = 60 / (editor.scale * zoom)
    edit = editor.save()
    expected = editor.before() | stroke(SHAPES[FIRST], [(x, y), (x + reach, y)], radius)
    assert beyond(editor.kept(edit), expected) == 0
    editor.page.keyboard.down(" ")
    editor.page.mouse.move(sx, sy)
    editor.page.mouse.down()
    editor.page.mouse.move(sx - 50, sy - 30, steps=3)
    editor.page.mouse.up()
    editor.page.keyboard.up(" ")
    assert editor.page.is_disabled("#save")  # moving draws nothing
    editor.page.click("[data-tool=eraser]")
    editor.page.mouse.click(sx - 50, sy - 30)
    edit = editor.save()
    expected &= ~disc(SHAPES[FIRST], (x, y), radius)
    assert beyond(editor.kept(edit), expected) == 0


def test_a_window_larger_than_the_canvas_keeps_the_rest_exact(at: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(draw, "SIDE", 75)  # four pixels of the photo to one
    editor = at(FIRST)
    assert "1/4" in editor.page.inner_text(".box")
    assert editor.page.is_disabled("#right")  # it would take the fine outlines away
    radius = editor.brush()
    editor.drag((220, 40), (260, 40))
    edit = editor.save()
    assert edit.x > 150
    assert edit.width <= 130
    assert edit.height <= 90
    found = editor.kept(edit)
    lesion = disc(SHAPES[FIRST], CENTRES[FIRST], RADIUS + 3)
    assert (found[lesion] == editor.before()[lesion]).all()
    expected = editor.before() | stroke(SHAPES[FIRST], [(220, 40), (260, 40)], radius)
    assert beyond(found, expected, tolerance=4) == 0


def test_polygon_undo_redo_eraser_and_holes(at: Any) -> None:
    editor = at(FIRST)
    corners = [(200, 40), (260, 50), (240, 110), (190, 90)]
    polygon = np.zeros(SHAPES[FIRST], np.uint8)
    cv2.fillPoly(polygon, [np.array(corners, np.int32)], 1)
    editor.press("g")
    for corner in corners[:2]:
        editor.click(*corner)
    editor.press("Escape")
    assert editor.page.is_disabled("#undo")
    for corner in corners:
        editor.click(*corner)
    editor.press("Enter")
    edit = editor.save()
    assert beyond(editor.kept(edit), editor.before() | polygon.astype(bool)) == 0
    editor.press("Control+z")
    assert (editor.kept(editor.save()) == editor.before()).all()
    editor.press("Control+Shift+z")
    assert (editor.kept(editor.save()) == editor.kept(edit)).all()
    editor.press("e")
    radius = editor.brush()
    editor.drag(CENTRES[FIRST], (CENTRES[FIRST][0] + 1, CENTRES[FIRST][1]))
    hole = disc(SHAPES[FIRST], CENTRES[FIRST], radius)
    erased = editor.kept(editor.save())
    assert beyond(erased, (editor.before() & ~hole) | polygon.astype(bool)) == 0
    editor.press("f")
    assert (editor.kept(editor.save()) == editor.kept(edit)).all()
    editor.page.click("#clear")
    cleared = editor.save()
    assert not editor.kept(cleared).any()
    assert set(cleared.masks) == {"lesion"}


def test_only_classes_that_were_drawn_on_are_said(at: Any) -> None:
    editor = at(FIRST, "?lesion=L01")
    editor.brush()
    editor.press("2")
    editor.drag((110, 90), (130, 90))
    editor.press("3")
    editor.drag((60, 60), (70, 60))
    editor.press("1")
    editor.drag((150, 150), (160, 150))
    editor.press("Control+z")
    edit = editor.save()
    assert set(edit.masks) == {"ulcer", "obstruction"}
    assert editor.kept(edit, "ulcer")[90, 120]
    assert not editor.kept(edit, "ulcer")[60, 65]
    assert editor.page.is_disabled("#save")
    assert "Not applied yet" in editor.page.inner_text("#state")
    again = at(FIRST, "?lesion=L01")
    assert not again.page.inner_text("[data-area=ulcer]").startswith("0.0")


def test_outlines_that_are_right_are_kept_as_found(at: Any) -> None:
    """And the line of what waits comes without moving the picture; nor does the choice of a tool."""
    editor = at(FIRST, "?lesion=L01")
    page = editor.page
    place = page.locator("#canvas").bounding_box()
    for tool in ("polygon", "eraser", "brush"):
        page.click(f"[data-tool={tool}]")
        assert page.locator("#canvas").bounding_box() == place, tool
    editor.drag((60, 60), (70, 60))
    assert page.is_disabled("#right")
    editor.press("Control+z")
    page.check("[data-class=skin] input[type=checkbox]")
    with page.expect_response("**/api/corrections"):
        page.click("#right")
    page.wait_for_selector("#apply :text('1 correction')")
    assert page.locator("#canvas").bounding_box() == place
    assert "Saved as found: lesion, ulcer, skin." in page.inner_text("#state")
    (entry,) = editor.one.store.read().entries
    assert entry.correction.note == "as found"
    assert list(entry.value.masks) == ["lesion", "ulcer", "skin"]
    assert (editor.kept(entry.value) == editor.before()).all()
    assert not editor.kept(entry.value, "ulcer").any()


def test_drawing_by_keyboard_alone(at: Any) -> None:
    editor = at(FIRST, "?x=200&y=100&w=80&h=80")
    editor.page.focus("#canvas")
    editor.press("p", "Shift+ArrowRight", "Shift+ArrowRight", "ArrowDown")
    edit = editor.save()
    assert editor.kept(edit)[140, 240]
    assert editor.kept(edit)[140, 243]
    editor.press("Control+z", "Control+z", "Control+z")
    assert (editor.kept(editor.save()) == editor.before()).all()


def test_the_area_is_told_while_drawing(at: Any) -> None:
    editor = at(FIRST)
    area = int(editor.before().sum())
    assert editor.page.inner_text("[data-area=lesion]") == f"{area / 100:.1f} mm², {area:,} px²"
    editor.page.click("#clear")
    assert editor.page.inner_text("[data-area=lesion]") == "0.0 mm², 0 px²"


def test_leaving_asks_while_something_is_unsaved(at: Any) -> None:
    editor = at(FIRST)
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    editor.page.once("dialog", stay)
    editor.drag((200, 40), (220, 40))
    editor.page.click("text=Worklist >> nth=0")
    editor.page.wait_for_timeout(100)
    assert asked == ["beforeunload"]
    assert "/draw/" in editor.page.url
    editor.save()
    editor.page.click("text=Worklist >> nth=0")
    editor.page.wait_for_url("**/")
    assert asked == ["beforeunload"]


def test_a_pen_and_two_fingers(at: Any) -> None:
    """Two fingers zoom, and take back what the first of them began to draw."""
    editor = at(FIRST)
    script = """([kind, id, x, y, type]) => document.getElementById("canvas").dispatchEvent(
        new PointerEvent(kind, {pointerId: id, clientX: x, clientY: y, pointerType: type, bubbles: true,
                                buttons: 1, isPrimary: id === 1}))"""
    editor.page.evaluate("HTMLElement.prototype.setPointerCapture = () => {}")

    def say(kind: str, number: int, place: tuple[float, float], what: str = "touch") -> None:
        editor.page.evaluate(script, [kind, number, *editor.screen(*place), what])

    say("pointerdown", 1, (50, 50))
    say("pointermove", 1, (55, 50))
    say("pointerdown", 2, (100, 50))
    say("pointermove", 2, (200, 50))
    say("pointerup", 2, (200, 50))
    say("pointerup", 1, (55, 50))
    assert editor.page.is_disabled("#save")
    assert editor.page.is_enabled("#in-view")
    editor.page.click("#fit")
    say("pointerdown", 3, (250, 150), "pen")
    say("pointerup", 3, (250, 150), "pen")
    assert editor.kept(editor.save())[150, 250]


def test_on_a_phone_in_the_dark(at: Any, window: Opened) -> None:
    window.page.set_viewport_size({"width": 390, "height": 800})
    window.page.emulate_media(color_scheme="dark")
    at(LATER, "?lesion=L01")
    assert window.page.evaluate("document.documentElement.scrollWidth") <= 390
    window.page.emulate_media(color_scheme="light")
    window.page.set_viewport_size({"width": 1000, "height": 800})


def test_a_run_that_ended_meanwhile_costs_no_drawing(at: Any, one: Pictured) -> None:
    editor = at(FIRST)
    editor.drag((200, 40), (220, 40))
    finish(one.results, "2024-05-02T10:00:00+00:00")
    editor.page.click("#save")
    assert "results changed" in editor.page.inner_text("dialog")
    with editor.page.expect_response("**/api/corrections") as answer:
        editor.page.click("text=Save it as it is")
    assert answer.value.status == 201
    assert editor.kept(one.values("mask")[-1])[40, 210]
    editor.opened.errors.clear()  # Chromium logs every refusal of a server
