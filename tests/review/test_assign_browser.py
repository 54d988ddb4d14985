"""The page of photos in a browser: select, save, load again; and what a run makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from lesiontrack.study import read_study
from tests.pipeline.plain import plain_study
from tests.review.photofolders import HOSTILE, Folder, folder, jpeg
from tests.review.pictured import Opened, opened, served

pytestmark = pytest.mark.browser


@pytest.fixture
def serve(chromium: Any) -> Iterator[Callable[..., Opened]]:
    """Open the page of photos of a folder; at the end nothing may have gone wrong in the browser."""
    leave: list[Any] = []
    seen: list[Opened] = []

    def start(made: Folder, **options: Any) -> Opened:
        server = served(cast(Any, made))
        address = server.__enter__()
        leave.append(server)
        one = opened(chromium, address, **options)
        one.page.on("dialog", lambda dialog: one.errors.append(f"dialog {dialog.message}"))
        seen.append(one)
        one.go("/photos")
        one.page.wait_for_selector(".photo")
        return one

    yield start
    errors = [error for one in seen for error in one.errors]
    for one in seen:
        one.page.close()
    for server in leave:
        server.__exit__(None, None, None)
    assert errors == []


def card(page: Any, name: str) -> Any:
    return page.locator(".photo", has=page.get_by_text(name, exact=True))


def fill(page: Any, **fields: str) -> None:
    for name, text in fields.items():
        page.locator(f"#edit [name={name}]").fill(text)
    page.locator("#edit button.main").click()


def test_six_photos_at_once_and_still_there_after_loading_again(
    serve: Callable[..., Opened], tmp_path: Path
) -> None:
    names = [f"IMG_{number}.jpg" for number in range(1, 9)]
    made = folder(tmp_path / "card", names)
    one = serve(made)
    page = one.page
    assert page.locator("#problem").is_visible()
    card(page, "IMG_2.jpg").locator("input").check()
    card(page, "IMG_7.jpg").locator(".frame").click(modifiers=["Shift"])
    assert page.locator("#count").inner_text() == "6 photos selected"
    fill(page, patient="PT001", visit="2024-03-04", site="left-calf")
    page.wait_for_selector("text=6 of 6 saved")
    page.wait_for_selector("#apply :text('6 corrections')")
    assert not page.locator("#problem").is_visible()
    one.go("/photos")
    page.wait_for_selector(".photo[data-state=read]")
    assert page.locator(".photo[data-state=read]").count() == 6
    assert page.locator(".photo[data-state=unplaced] .path").all_text_contents() == ["IMG_1.jpg", "IMG_8.jpg"]
    views = sorted((value.photo, value.view) for value in made.assignments())
    assert views == [(f"IMG_{number}.jpg", number - 1) for number in range(2, 8)]


def test_by_keyboard_alone_with_the_cameras_dates(serve: Callable[..., Opened], tmp_path: Path) -> None:
    made = folder(tmp_path / "card", ("a.jpg", "b.jpg", "c.jpg"))
    for day, name in enumerate(("a", "b", "c"), start=4):
        (made.root / f"{name}.jpg").write_bytes(jpeg(shade=90 + day, taken=f"2024:03:{day:02d} 10:00:00"))
    page = serve(made).page
    page.locator(".photo input").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+Space")
    assert page.locator("#count").inner_text() == "3 photos selected"
    page.keyboard.press("Escape")
    assert not page.locator("#edit").is_visible()
    page.keyboard.press("Control+a")
    page.keyboard.press("Enter")
    page.keyboard.type("PT001")
    page.locator("#edit [name=site]").fill("calf")
    page.locator("#edit [name=dates]").check()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=3 of 3 saved")
    visits = {value.photo: value.visit for value in made.assignments()}
    assert visits == {"a.jpg": "2024-03-04", "b.jpg": "2024-03-05", "c.jpg": "2024-03-06"}


def test_filters_exclusion_and_taking_back(serve: Callable[..., Opened], tmp_path: Path) -> None:
    made = folder(tmp_path / "s", ("P/day000/arm.jpg", "P/day000/calf.jpg", "Q/day000/calf.jpg", "x.jpg"))
    one = serve(made)
    page = one.page
    page.locator("#filters [name=site]").select_option("calf")
    assert page.locator(".photo").count() == 2
    page.locator("#filters [name=patient]").select_option("Q")
    assert page.locator(".photo .path").all_text_contents() == ["Q/day000/calf.jpg"]
    page.locator(".photo input").check()
    page.locator("#exclude").click()
    page.locator("dialog input").fill("a wall")
    page.locator("dialog button.main").click()
    page.wait_for_selector("text=1 of 1 saved")
    assert made.assignments()[0].excluded
    assert made.store.read().entries[0].correction.note == "a wall"
    page.locator("#filters [name=site]").select_option("")
    page.locator("#filters [name=patient]").select_option("")
    page.locator("#filters [name=state]").select_option("excluded")
    page.locator(".photo .state", has_text="by Dr Test").wait_for()
    page.locator(".photo input").check()
    page.locator("#back").click()
    page.wait_for_selector("text=1 assignment taken back")
    assert made.assignments() == []
    one.go("/photos?state=unplaced").wait_for_selector(".photo")
    assert page.locator(".photo .path").all_text_contents() == ["x.jpg"]


def test_what_is_missing_is_asked_for_and_nothing_is_sent(
    serve: Callable[..., Opened], tmp_path: Path
) -> None:
    made = folder(tmp_path / "card", ("a.jpg", "b.jpg"))
    page = serve(made).page
    page.locator(".photo input").first.check()
    fill(page, patient="PT001")
    assert "The visit of a.jpg is not known yet" in page.locator("#messages").inner_text()
    assert made.assignments() == []


def test_hostile_names_are_harmless(serve: Callable[..., Opened], tmp_path: Path) -> None:
    patient = '"><script>alert(1)<script>'
    made = folder(
        tmp_path / "s", (f"P/day000/{HOSTILE}", f"{patient}/day000/calf.jpg", f"deep/er/x/{HOSTILE}")
    )
    page = serve(made).page
    assert page.locator(".photo").count() == 3
    card(page, f"P/day000/{HOSTILE}").locator("input").check()
    fill(page, patient=patient, site="<b onclick=alert(1)>arm")
    page.wait_for_selector("text=1 of 1 saved")
    assert "<b onclick=alert(1)>arm" in card(page, f"P/day000/{HOSTILE}").text_content()
    assert page.locator("main b, main script, main img:not(.frame img)").count() == 0


def test_views_are_numbered_on(serve: Callable[..., Opened], tmp_path: Path) -> None:
    """A place that is taken by a photo that stays is not claimed again; a view that was given is kept."""
    made = folder(tmp_path / "s", ("P/day000/calf.jpg", "P/day000/calf_2.jpg", "a.jpg", "b.jpg"))
    page = serve(made).page
    for name in ("a.jpg", "b.jpg"):
        card(page, name).locator("input").check()
    fill(page, patient="P", visit="day000", site="calf")
    page.wait_for_selector("text=2 of 2 saved")
    assert {value.photo: value.view for value in made.assignments()} == {"a.jpg": 3, "b.jpg": 4}
    fill(page, view="2")
    page.wait_for_selector(".photo[data-state=unplaced]")
    assert "P/day000/calf_2.jpg is view 2" in card(page, "a.jpg").text_content()


def test_a_study_is_read_as_it_was_assigned(serve: Callable[..., Opened], tmp_path: Path) -> None:
    root = plain_study(tmp_path / "study", 1)
    (root / "PT001/2024-03-04").rename(root / "PT001/later")
    page = serve(Folder(root)).page
    card(page, "PT001/later/calf.jpg").locator("input").check()
    fill(page, patient="PT001", visit="2024-03-18", site="leg")
    page.wait_for_selector("text=1 of 1 saved")
    study = read_study(root)
    assert study.failures == ()
    (patient,) = study.patients
    ((photo,), (visit,)) = patient.photos, patient.visits
    assert (photo.relative, photo.site, visit.study_day) == ("PT001/later/calf.jpg", "leg", 14)
