"""The review pages in a real browser: judging, signing, applying, and nothing foreign that runs."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lesiontrack.corrections import Store
from lesiontrack.pipeline import run
from lesiontrack.results import ResultsFolder
from lesiontrack.review import ReviewState
from lesiontrack.review.opening import open_state
from lesiontrack.review.serve import make_server
from lesiontrack.study.names import slug
from lesiontrack.tables import records
from tests.pipeline.plain import SPOTS, encode_jpeg, picture, put
from tests.report.conftest import HOSTILE, PATIENT
from tests.report.made_results import Plan
from tests.review.conftest import make_study, state_of

pytestmark = pytest.mark.browser

NEW = (60, 120, 9)
VISITS = {"2024-03-04": SPOTS, "2024-03-18": (*SPOTS, NEW)}


@contextmanager
def served(state: ReviewState) -> Iterator[str]:
    server, address = make_server(state)
    threading.Thread(target=server.run, daemon=True).start()
    try:
        yield address
    finally:
        server.close()


@contextmanager
def opened(chromium: Any, address: str, *, width: int = 1200, scheme: str = "light") -> Iterator[Any]:
    """A page with the token; `complaints`: what the console and dialogs said."""
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("dialog", lambda dialog: (page.complaints.append(dialog.message), dialog.dismiss()))
    page.goto(address)
    page.base = address.partition("/?")[0]
    yield page
    context.close()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One site, two visits; a third spot comes at the second."""
    root = tmp_path_factory.mktemp("tiny")
    lines = ["path,patient,visit,site,px_per_mm"]
    for visit, spots in VISITS.items():
        put(root, f"study/PT001/{visit}/calf.jpg", encode_jpeg(picture(spots)))
        lines.append(f"PT001/{visit}/calf.jpg,PT001,{visit},calf,4")
    (root / "study" / "photos.csv").write_text("\n".join(lines) + "\n")
    settings = 'protocol = "response-only"\n\n[treatment_start]\nPT001 = 2024-03-04\n'
    (root / "study" / "study.toml").write_text(settings)
    run(root / "study", root / "results", jobs=1, model="colour")
    return root


def test_judge_sign_apply_and_see_it_signed(tiny: Path, chromium: Any) -> None:
    state = open_state(tiny / "results")
    with served(state) as address, opened(chromium, address) as page:
        page.locator("a.task", has_text="New lesion, or there before?").click()
        page.get_by_role("button", name="New lesion").click()
        page.get_by_label("carries this name").fill("Dr. Ada")
        page.keyboard.press("Enter")
        page.get_by_text("A reader called it a new lesion.").wait_for()
        assert "waits for the next run" in page.locator(".said.waiting").first.inner_text()
        assert page.locator("#v-" + slug("2024-03-18") + ' [data-action="sign"]').is_disabled()

        page.goto(f"{page.base}/lesion/{slug('PT001-L01')}")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("s")
        assert "day 0 (2024-03-04): present, longest" in page.locator("dialog li").inner_text()
        assert page.locator("dialog input").input_value() == ""
        page.get_by_role("button", name="Sign this visit").click()
        page.locator(".tag.signed").wait_for()
        assert page.evaluate("document.activeElement.dataset.visit") == "2024-03-04"

        page.get_by_role("button", name="Apply now").click()
        page.get_by_text("Corrections were applied").wait_for(timeout=240_000)
        assert page.locator(".said.waiting").count() == 0
        assert "Apply now" not in page.locator("header.review").inner_text()
        page.goto(f"{page.base}/lesion/{slug('PT001-L03')}")
        page.keyboard.press("Shift+S")
        page.get_by_role("button", name="Sign this visit").click()
        page.locator(".tag.signed").wait_for()

        page.get_by_role("link", name="Report", exact=True).click()
        page.get_by_role("link", name="Worklist").click()
        assert page.complaints == []
    rows = ResultsFolder(tiny / "results").read_table("observations")
    signed = rows[rows["review_status"] == "signed"]
    assert signed[["lesion", "visit", "signed_by"]].values.tolist() == [["L01", "2024-03-04", "Dr. Ada"]]
    assert state.rerun is not None
    assert (state.rerun.state.outcome, state.rerun.state.done) == ("done", 1)
    kinds = [entry.value.kind for entry in Store(tiny / "study").read().entries]
    assert kinds == ["new_lesion", "signature", "signature"]


def test_a_drawn_outline_changes_the_area_and_voids_the_signature(tiny: Path, chromium: Any) -> None:
    """Sign, draw more, apply: another area, a void signature that says so; and the same after another run."""
    results = ResultsFolder(tiny / "results")
    before = _row(results, "L02")
    state = open_state(results.root, reader="Dr. Ada")
    with served(state) as address, opened(chromium, address) as page:
        page.goto(f"{page.base}/lesion/{slug('PT001-L02')}")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("s")
        page.get_by_role("button", name="Sign this visit").click()
        page.locator(".tag.signed").wait_for()

        page.locator(f"#v-{slug('2024-03-04')}").get_by_role("link", name="Draw").click()
        page.wait_for_selector("#draw[data-loaded]")
        facts = page.eval_on_selector("#draw", "e => JSON.parse(e.dataset.facts)")["window"]
        box = page.locator("#canvas").bounding_box()
        scale = min(box["width"] / facts["width"], box["height"] / facts["height"])
        x, y, radius = SPOTS[1]
        left = box["x"] + box["width"] / 2 + scale * (x - facts["x"] - facts["width"] / 2)
        top = box["y"] + box["height"] / 2 + scale * (y - facts["y"] - facts["height"] / 2)
        page.mouse.move(left, top)
        page.mouse.down()
        page.mouse.move(left + scale * 2 * radius, top, steps=6)
        page.mouse.up()
        with page.expect_response("**/api/corrections") as answer:
            page.click("#save")
        assert answer.value.status == 201

        page.get_by_role("button", name="Apply now").click()
        page.get_by_text("The run has ended").wait_for(timeout=120_000)
        page.goto(f"{page.base}/lesion/{slug('PT001-L02')}")
        card = page.locator(f"#v-{slug('2024-03-04')}").inner_text()
        assert page.complaints == []
    after = _row(results, "L02")
    assert after["area_mm2"] > before["area_mm2"]
    assert after["review_status"] == "void"
    assert "area" in after["signature_note"]
    assert after["signature_note"].removeprefix("changed since it was signed: ") in card
    run(tiny / "study", results.root, jobs=1, model="colour", fresh=True)
    assert _row(results, "L02") == after


def _row(results: ResultsFolder, lesion: str) -> dict[str, Any]:
    """Of the first visit."""
    rows = records(results.read_table("observations"))
    return next(row for row in rows if (row["lesion"], row["visit"]) == (lesion, "2024-03-04"))


def test_not_evaluable_asks_why_and_undo_takes_it_back(state: ReviewState, chromium: Any) -> None:
    with served(state) as address, opened(chromium, address, width=390, scheme="dark") as page:
        page.goto(f"{page.base}/lesion/{slug('PT001-L01')}#v-{slug('2024-03-18')}")
        page.keyboard.press("e")
        assert page.get_by_role("button", name="Not evaluable", exact=True).is_disabled()
        page.get_by_label("Why can't it be measured?").fill("hair over it")
        page.get_by_role("button", name="Not evaluable", exact=True).click()
        page.get_by_text("hair over it").wait_for()
        assert [entry.value.reason for entry in state.corrections().in_force] == ["hair over it"]
        page.keyboard.press("u")
        page.get_by_text("Taken back.").wait_for()
        assert state.pending() == ()
        page.keyboard.press("o")
        assert page.locator("main.hide-lesion").count() == 1
        assert page.complaints == []


def test_what_is_refused_is_said(state: ReviewState, chromium: Any) -> None:
    with served(state) as address, opened(chromium, address) as page:
        page.goto(f"{page.base}/lesion/{slug('PT001-L01')}")
        page.evaluate("document.body.dataset.run = 'an earlier run'")
        page.locator('[data-action="gone"]').first.click()
        page.get_by_text("The results changed since this page was loaded").wait_for()
        assert state.corrections().entries == ()


def test_the_worklist_has_keys_and_keeps_its_choice(state: ReviewState, chromium: Any) -> None:
    with served(state) as address, opened(chromium, address) as page:
        page.locator(".counts a", has_text="Unsigned visits").click()
        page.wait_for_url("**/?kind=unsigned")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/lesion/**")
        assert f"/lesion/{slug('PT001-L02')}?kind=unsigned" in page.url
        page.keyboard.press("b")
        page.wait_for_url(f"**/lesion/{slug('PT001-L01')}?kind=unsigned")
        assert page.complaints == []


@pytest.fixture(scope="module")
def hostile_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    site = 'a"><svg onload=alert(3)>'
    plan = Plan(title=HOSTILE, patients=(PATIENT,), site=site, lesions=("L01", "<b>L02"), text=HOSTILE)
    make_study(folder, plan, pages=True)
    return folder


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_hostile_texts_do_nothing_and_nothing_scrolls_sideways(
    hostile_once: Path, tmp_path: Path, chromium: Any, width: int, scheme: str
) -> None:
    shutil.copytree(hostile_once, tmp_path, dirs_exist_ok=True)
    state = state_of(tmp_path, reader=HOSTILE)
    assert state.loaded is not None
    with served(state) as address, opened(chromium, address, width=width, scheme=scheme) as page:
        lesions = list(state.loaded.lesion_slugs)
        page.goto(f"{page.base}/lesion/{lesions[0]}")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("s")
        page.get_by_role("button", name="Sign this visit").click()
        page.locator(".tag.signed").wait_for()
        for path in ("/", "/log", *(f"/lesion/{name}" for name in lesions), "/report/index.html"):
            page.goto(page.base + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert page.locator("main b, main img[src=x], svg[onload]").count() == 0, path
        assert page.complaints == []
