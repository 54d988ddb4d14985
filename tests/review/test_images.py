"""Photos and masks as the server hands them out, and the maps between windows and pictures."""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lesiontrack.corrections import MaskEdit, Withdrawal
from lesiontrack.errors import PhotoError
from lesiontrack.pipeline.identities import Known
from lesiontrack.pipeline.keptmasks import mask_png
from lesiontrack.review import create_app
from lesiontrack.review.photocache import PhotoCache
from lesiontrack.review.places import next_lesion
from lesiontrack.review.shots import mask_within
from lesiontrack.review.views import aligned_picture
from lesiontrack.review.windows import Window, around, asked_window
from lesiontrack.segmentation import Layer, Segmentation
from tests.review.conftest import PORT, TOKEN, client_of
from tests.review.photofolders import copied
from tests.review.pictured import (
    CENTRES,
    FIRST,
    LATER,
    RADIUS,
    SHAPES,
    SHIFT,
    Pictured,
    bright,
    disc,
    telling,
)

sides = st.integers(1, 400)


@pytest.fixture(scope="module")
def kept(pictured_once: Pictured, tmp_path_factory: pytest.TempPathFactory) -> Pictured:
    return copied(pictured_once, tmp_path_factory.mktemp("pictured"))


@pytest.fixture
def one(kept: Pictured, tmp_path: Path) -> Pictured:
    """With a store of its own."""
    import shutil

    shutil.copytree(kept.study, tmp_path / "study")
    return Pictured(tmp_path / "study", kept.results, kept.sha256, kept.plan)


def ask(one: Pictured) -> FlaskClient:
    return client_of(create_app(one.state(), token=TOKEN, port=PORT))


def opened(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(data)).convert("RGB")).astype(int)


def drawn(one: Pictured, mask: np.ndarray, x: int, y: int, name: str = "lesion") -> MaskEdit:
    return MaskEdit(
        patient="PT001", site="left-calf", visit=FIRST, photo="-", photo_sha256=one.sha256[FIRST],
        x=x, y=y, width=mask.shape[1], height=mask.shape[0],
        masks={name: base64.b64encode(mask_png(mask)).decode()},
    )  # fmt: skip


@pytest.mark.parametrize("visit", [FIRST, LATER])
def test_a_photo_comes_upright_and_bare(one: Pictured, visit: str) -> None:
    answer = ask(one).get(f"/api/photo/{one.sha256[visit]}")
    assert answer.status_code == 200
    assert answer.mimetype == "image/jpeg"
    assert b"Exif" not in answer.data
    assert b"Camera" not in answer.data
    assert np.abs(opened(answer.data) - telling(SHAPES[visit])).mean() < 2


@pytest.mark.parametrize("visit", [FIRST, LATER])
def test_a_window_shows_its_part_of_the_upright_photo(one: Pictured, visit: str) -> None:
    answer = ask(one).get(f"/api/photo/{one.sha256[visit]}?x=40&y=60&w=100&h=50&side=50")
    shown = opened(answer.data)
    assert shown.shape == (25, 50, 3)
    expected = telling(SHAPES[visit])[60:110, 40:140].reshape(25, 2, 50, 2, 3).mean((1, 3))
    assert np.abs(shown - expected).mean() < 2


def test_a_small_window_is_not_enlarged(one: Pictured) -> None:
    answer = ask(one).get(f"/api/photo/{one.sha256[FIRST]}?x=10&y=10&w=20&h=10&side=1600")
    assert opened(answer.data).shape == (10, 20, 3)


def test_only_photos_of_the_results(one: Pictured) -> None:
    client = ask(one)
    for name in ("0" * 64, "../../secret", one.sha256[FIRST][:10]):
        answer = client.get(f"/api/photo/{name}")
        assert answer.status_code == 404


def test_a_photo_that_changed_is_refused(one: Pictured) -> None:
    client = ask(one)
    assert client.get(f"/api/photo/{one.sha256[FIRST]}").status_code == 200
    path = one.study / one.results.read_table("photos")["photo"][0]
    path.write_bytes(path.read_bytes() + b" ")
    answer = client.get(f"/api/photo/{one.sha256[FIRST]}")
    assert answer.status_code == 409
    assert "changed after the run" in answer.get_json()["error"]
    assert client.get(f"/draw/{one.sha256[FIRST]}").status_code == 409
    page = client.get(one.site_url(FIRST))
    assert page.status_code == 200
    assert "can't be judged" in page.text
    path.unlink()
    assert client.get(f"/api/photo/{one.sha256[FIRST]}").status_code == 404


@pytest.mark.parametrize(
    "query", ["side=5", "side=x", "x=1&y=1&w=0&h=5", "x=1&y=1", "x=5000&y=0&w=5&h=5", "x=١&y=0&w=5&h=5"]
)
def test_windows_that_are_none(one: Pictured, query: str) -> None:
    answer = ask(one).get(f"/api/photo/{one.sha256[FIRST]}?{query}")
    assert answer.status_code == 400
    assert answer.get_json()["error"]


def test_a_mask_is_that_of_the_last_run(one: Pictured) -> None:
    client = ask(one)
    whole = disc(SHAPES[LATER], CENTRES[LATER], RADIUS)
    sha256 = one.sha256[LATER]
    assert (bright(client.get(f"/api/mask/{sha256}/lesion").data) == whole).all()
    part = client.get(f"/api/mask/{sha256}/lesion?x=90&y=150&w=71&h=60").data
    assert (bright(part) == whole[150:210, 90:161]).all()
    assert not bright(client.get(f"/api/mask/{sha256}/ulcer").data).any()
    assert bright(client.get(f"/api/mask/{sha256}/skin").data).all()
    assert client.get(f"/api/mask/{sha256}/erythema").status_code == 404


def test_bits_say_what_the_picture_says(one: Pictured) -> None:
    query = f"/api/mask/{one.sha256[FIRST]}/lesion?x=81&y=60&w=77&h=33"
    client = ask(one)
    bits = np.frombuffer(client.get(f"{query}&bits=1").data, np.uint8).reshape(33, -1)
    unpacked = np.unpackbits(bits, axis=1)[:, :77].astype(bool)
    assert (unpacked == bright(client.get(query).data)).all()
    assert unpacked.any()


def test_what_was_drawn_since_lies_over_it_in_time_order(one: Pictured) -> None:
    square = np.ones((40, 50), bool)
    first = one.store.add(drawn(one, square, 10, 20), by="A")
    later = one.store.add(drawn(one, ~square[:20], 10, 20), by="B")
    expected = disc(SHAPES[FIRST], CENTRES[FIRST], RADIUS)
    expected[20:60, 10:60] = True
    expected[20:40, 10:60] = False

    def now() -> np.ndarray:
        return bright(ask(one).get(f"/api/mask/{one.sha256[FIRST]}/lesion").data)

    assert (now() == expected).all()
    one.store.add(Withdrawal(of=later.id), by="B")
    expected[20:40, 10:60] = True
    assert (now() == expected).all()
    one.store.add(Withdrawal(of=first.id), by="A")
    assert (now() == disc(SHAPES[FIRST], CENTRES[FIRST], RADIUS)).all()


def test_a_mask_file_that_is_gone_is_told(one: Pictured, tmp_path: Path) -> None:
    import shutil

    root = tmp_path / "results"
    shutil.copytree(one.results.root, root)
    for path in root.rglob("mask-*.png"):
        path.unlink()
    broken = Pictured(one.study, type(one.results)(root), one.sha256, one.plan)
    answer = ask(broken).get(f"/api/mask/{one.sha256[FIRST]}/lesion")
    assert answer.status_code == 409
    assert "run` again" in answer.get_json()["error"]


def test_the_aligned_photo_lies_in_the_reference_frame(one: Pictured) -> None:
    answer = ask(one).get(f"/api/aligned/{one.sha256[LATER]}")
    shown = opened(answer.data)
    assert shown.shape[:2] == SHAPES[FIRST]
    place = np.array([150, 100])
    source = telling(SHAPES[LATER])
    x, y = (place - np.array(SHIFT)).astype(int)
    assert np.abs(shown[100, 150] - source[y, x]).max() <= 6
    assert (shown[:, :10] < 60).all()  # the later photo shows nothing of it


@given(sides, sides, sides, sides, st.integers(16, 300))
def test_windows_edges_are_pictures_edges(x: int, y: int, width: int, height: int, side: int) -> None:
    window = Window(x, y, width, height)
    size = window.fitted(side)
    assert max(size) <= side
    assert size[0] <= width
    assert size[1] <= height
    edges = np.array([[x - 0.5, y - 0.5, 1], [x + width - 0.5, y + height - 0.5, 1]]).T
    mapped = (window.to_picture(size) @ edges)[:2].T
    assert np.allclose(mapped, [[-0.5, -0.5], [size[0] - 0.5, size[1] - 0.5]], atol=1e-9)


@given(st.floats(0, 399), st.floats(0, 299), st.floats(1, 1000))
def test_a_window_around_a_place_holds_it(x: float, y: float, side: float) -> None:
    window = around((x, y), side, (300, 400))
    assert window.x >= 0
    assert window.x + window.width <= 400
    assert window.y >= 0
    assert window.y + window.height <= 300
    assert window.x - 0.5 <= x + 0.5
    assert x - 0.5 <= window.x + window.width
    assert window.y - 0.5 <= y + 0.5
    assert y - 0.5 <= window.y + window.height


@given(st.integers(-50, 450), st.integers(-50, 350), sides, sides)
def test_an_asked_window_is_cut_to_the_photo(x: int, y: int, w: int, h: int) -> None:
    values = {"x": str(x), "y": str(y), "w": str(w), "h": str(h)}
    photo = np.zeros((300, 400), bool)
    photo[max(0, y) : max(0, y + h), max(0, x) : max(0, x + w)] = True
    if not photo.any():
        with pytest.raises(ValueError, match="outside"):
            asked_window(values, (300, 400))
        return
    again = np.zeros_like(photo)
    again[asked_window(values, (300, 400)).slices] = True
    assert (again == photo).all()


@given(st.data())
def test_a_mask_within_a_window_is_that_part_of_the_whole(data: st.DataObject) -> None:
    height, width = 40, 60
    x, y = data.draw(st.integers(0, 50)), data.draw(st.integers(0, 30))
    values = np.full((height - y, width - x), 255, np.uint8)
    values[:: data.draw(st.integers(2, 4))] = 0
    whole = Segmentation((height, width), {"lesion": Layer(x, y, values)})
    wx, wy = data.draw(st.integers(0, 59)), data.draw(st.integers(0, 39))
    window = Window(wx, wy, data.draw(st.integers(1, 60 - wx)), data.draw(st.integers(1, 40 - wy)))
    assert (mask_within(whole, "lesion", window) == whole.mask("lesion")[window.slices]).all()


@given(st.floats(0.2, 2.5), st.floats(-0.5, 0.5), st.integers(20, 200))
def test_an_aligned_window_shows_the_same_places(scale: float, turn: float, side: int) -> None:
    """Red and green tell where a pixel of the photo is; where the map says, the picture shows that colour."""
    shape = (120, 160)
    c, s = scale * np.cos(turn), scale * np.sin(turn)
    matrix = np.array([[c, -s, 30.0], [s, c, 10.0], [0, 0, 1]])
    window = Window(20, 15, 120, 90)
    size = window.fitted(side)
    shown = aligned_picture(telling(shape), matrix, window, side).astype(int)
    to_photo = np.linalg.inv(window.to_picture(size) @ matrix)
    for px, py in ((size[0] // 2, size[1] // 2), (size[0] // 3, size[1] // 2)):
        x, y, _ = to_photo @ [px, py, 1]
        if 8 < x < shape[1] - 9 and 8 < y < shape[0] - 9:
            expected = np.array([250 * x / (shape[1] - 1), 250 * y / (shape[0] - 1), 128])
            assert np.abs(shown[py, px] - expected).max() <= 5


def test_the_cache_keeps_few_photos(one: Pictured) -> None:
    path = one.study / one.results.read_table("photos")["photo"][0]
    cache = PhotoCache(most_bytes=1)
    first = cache.get(path, one.sha256[FIRST])
    assert cache.get(path, one.sha256[FIRST]) is first
    other = one.study / one.results.read_table("photos")["photo"][1]
    cache.get(other, one.sha256[LATER])
    assert cache.get(path, one.sha256[FIRST]) is not first
    with pytest.raises(PhotoError, match="changed"):
        cache.get(other, one.sha256[FIRST])


def test_the_next_number_is_one_that_nobody_used() -> None:
    known = (Known("P", "leg", "L01", {}), Known("P", "arm", "L03", {}), Known("Q", "leg", "L02", {}))
    assert next_lesion("P", known, (), ["L01"]) == "L02"
    assert next_lesion("P", known, (), ["L02"]) == "L04"
    assert next_lesion("R", known, (), []) == "L01"
