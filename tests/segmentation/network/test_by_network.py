"""Masks of drawn photos by the threshold network: they lie on what was drawn, to the pixel, at any size."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from lesiontrack import CLASSES
from lesiontrack.arrays import Mask
from lesiontrack.measurement import find_lesions
from lesiontrack.photo import Photo
from lesiontrack.segmentation.network import Network, check_model
from lesiontrack.segmentation.network.crops import Window
from lesiontrack.segmentation.network.fusion import at_photo_size, crop_weight, layer
from tests.segmentation.network.fixture import WEIGHTS, threshold_model
from tests.segmentation.scenes import BROWN, RAW, SKIN, dice

INK = (90, 120, 255)
NETWORK = Network(check_model(threshold_model()))


def drawn(
    shape: tuple[int, int], *discs: tuple[int, int, int], colour: tuple[int, int, int] = BROWN
) -> tuple[Photo, Mask]:
    pixels = np.full((*shape, 3), SKIN, np.uint8)
    mask = np.zeros(shape, np.uint8)
    for x, y, radius in discs:
        cv2.circle(mask, (x, y), radius, 1, -1)
    pixels[mask > 0] = colour
    return Photo(pixels, ""), mask > 0


@pytest.mark.parametrize(
    ("shape", "discs"),
    [
        ((360, 480), [(200, 150, 40), (470, 10, 20)]),
        ((333, 517), [(100, 100, 30), (400, 300, 12), (510, 5, 20)]),
        ((64, 64), [(30, 30, 12)]),
        ((50, 47), [(20, 25, 8)]),
        ((7, 9), [(4, 3, 2)]),
        ((3000, 4000), [(700, 600, 150), (3300, 2500, 90), (3960, 40, 120)]),
        ((200, 5000), [(600, 100, 60), (4900, 150, 45)]),
        ((5000, 61), [(30, 4000, 20)]),
    ],
    ids=str,
)
def test_masks_lie_on_what_was_drawn(shape: tuple[int, int], discs: list[tuple[int, int, int]]) -> None:
    photo, mask = drawn(shape, *discs)
    found = NETWORK(photo)
    assert found.shape == shape
    got = found.mask("lesion")
    assert dice(got, mask) > (0.985 if mask.sum() > 100 else 0.9)
    count, _, _, centres = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    count_got, _, _, centres_got = cv2.connectedComponentsWithStats(got.astype(np.uint8))
    assert count_got == count
    for centre in centres[1:]:
        assert np.hypot(*(centres_got[1:] - centre).T).min() < 0.5
    assert found.mask("skin").all(), "lesions are skin"


@pytest.mark.parametrize("shape", [(1, 1), (1, 700), (2, 3), (700, 1), (33, 31)])
def test_photos_of_nothing_have_no_lesion(shape: tuple[int, int]) -> None:
    found = NETWORK(Photo(np.full((*shape, 3), SKIN, np.uint8), ""))
    assert not found.mask("lesion").any()
    assert found.mask("skin").all()
    assert found.notes == ("no lesion found",)


def test_classes_are_independent_and_told_apart() -> None:
    photo, lesion = drawn((400, 600), (150, 150, 60))
    pixels = photo.pixels.copy()
    ulcer, ink = np.zeros((400, 600), bool), np.zeros((400, 600), bool)
    ulcer[260:320, 100:180] = True
    ink[50:90, 300:500] = True
    pixels[ulcer], pixels[ink] = RAW, INK
    found = NETWORK(Photo(pixels, ""))
    assert set(found.layers) <= set(CLASSES)
    assert dice(found.mask("lesion") & ~ulcer, lesion) > 0.97
    assert dice(found.mask("ulcer"), ulcer) > 0.97
    assert dice(found.mask("obstruction"), ink) > 0.95
    assert not found.mask("skin")[55:85, 305:495].any()
    assert found.model == NETWORK.id == "threshold-1"


def test_a_photo_without_skin_says_so() -> None:
    found = NETWORK(Photo(np.full((90, 120, 3), INK, np.uint8), ""))
    assert "no skin found" in found.notes
    assert found.mask("obstruction").all()


def test_sizes_are_measured_in_the_photo() -> None:
    photo, mask = drawn((1500, 2000), (900, 700, 100))
    (lesion,) = find_lesions(NETWORK(photo), None)
    assert lesion.area_px == pytest.approx(
        mask.sum(), rel=0.02
    )  # its threshold is not half-way between the colours
    assert lesion.longest_diameter_px == pytest.approx(201, rel=0.01)


def test_a_lesion_that_the_search_sees_as_weak_is_confirmed_in_its_crop() -> None:
    """Thin dark stripes: grey when shrunk, dark when seen at their own size."""
    pixels = np.full((1536, 1536, 3), SKIN, np.uint8)
    patch = np.zeros((1536, 1536), bool)
    patch[500:620, 800:920] = True
    pixels[patch] = (150, 108, 90)
    searched_only = Network(check_model(threshold_model(id="weak", search_px="128")))
    assert 0.2 < float(searched_only.alone(Photo(pixels, "")).probability("lesion")[560, 860]) < 0.8
    for column in range(800, 920, 8):
        pixels[500:620, column : column + 4] = (110, 66, 48)
        pixels[500:620, column + 4 : column + 8] = (190, 150, 132)
    found = searched_only(Photo(pixels, "")).probability("lesion")[510:610, 810:910]
    assert found.max() > 0.7, "the stripes are seen, at twice the photo's pixels"
    assert found.min() < 0.3


def test_redness_beside_lesions_is_marked() -> None:
    photo, _ = drawn((400, 600), (150, 150, 60))
    pixels = photo.pixels.copy()
    pixels[300:380, 400:560] = (226, 140, 130)
    found = NETWORK(Photo(pixels, ""))
    assert found.mask("erythema")[320:360, 430:530].all()
    assert not found.mask("erythema")[:250].any()


def test_classes_that_a_network_never_learned_come_from_colour() -> None:
    weights = {name: WEIGHTS[name] for name in ("lesion",)}
    photo, mask = drawn((360, 480), (200, 150, 40))
    found = Network(check_model(threshold_model(weights, id="one")))(photo)
    assert dice(found.mask("lesion"), mask) > 0.98
    assert found.mask("skin").mean() > 0.9
    assert any("skin, ulcer, obstruction by colour-edge-1" in note for note in found.notes)


def smooth(shape: tuple[int, int], seed: int = 0) -> NDArray[np.float32]:
    noise = np.random.default_rng(seed).random(shape).astype(np.float32)
    plane = cv2.GaussianBlur(noise, (0, 0), 3)
    return ((plane - plane.min()) / np.ptp(plane)).astype(np.float32)


@pytest.mark.parametrize("photo", [(300, 401), (97, 640), (41, 33), (1000, 13)])
@pytest.mark.parametrize("part", [(slice(0, 60), slice(0, 80)), (slice(5, 9), slice(30, 36))])
def test_a_plane_in_a_small_box_is_enlarged_as_the_whole_would_be(
    photo: tuple[int, int], part: tuple[slice, slice]
) -> None:
    plane = np.zeros((60, 80), np.float32)
    plane[part] = 0.2 + 0.8 * smooth((60, 80))[part]
    whole = cv2.resize(np.round(plane * 255).astype(np.uint8), photo[::-1], interpolation=cv2.INTER_LINEAR)
    if photo[0] < 60 or photo[1] < 80:
        whole = cv2.resize(np.round(plane * 255).astype(np.uint8), photo[::-1], interpolation=cv2.INTER_AREA)
    found = at_photo_size(plane, photo)
    assert found is not None
    mine = np.zeros(photo, np.uint8)
    height, width = found.values.shape
    mine[found.y : found.y + height, found.x : found.x + width] = found.values
    clear = whole > 20  # below FLOOR is cut
    assert np.abs(mine.astype(int) - whole)[clear].max() <= 2


def test_a_crop_rules_its_middle_and_not_its_rim() -> None:
    photo = (300, 400)
    window = Window(100, 80, 128, 128, (256, 256))
    searched = np.full((75, 100), 0.4, np.float32)
    found = layer(searched, [(window, np.ones((256, 256), np.float32))], photo)
    assert found is not None
    values = found.values / 255
    assert values.shape == photo
    assert values[144, 164] == pytest.approx(0.25 * 0.4 + 0.75, abs=0.01)
    assert values[81, 101] == pytest.approx(0.4, abs=0.02)
    assert np.abs(np.diff(values.astype(float), axis=0)).max() < 0.05, "no seam"
    outside = np.ones(photo, bool)
    outside[80:208, 100:228] = False
    assert np.allclose(values[outside], 0.4, atol=0.003)


def test_a_window_at_the_photos_edge_rules_up_to_it() -> None:
    weight = crop_weight(Window(0, 50, 100, 100, (64, 64)), (400, 100))
    assert weight[32, 0] == weight[32, -1] == weight[32, 32] > 0.5
    assert weight[0, 32] == weight[-1, 32] == 0


def test_a_lesion_seen_only_in_a_crop_gets_a_layer_of_that_size() -> None:
    found = layer(
        np.zeros((75, 100), np.float32),
        [(Window(100, 80, 64, 64, (128, 128)), np.ones((128, 128), np.float32))],
        (3000, 4000),
    )
    assert found is not None
    assert found.values.shape[0] <= 64
    assert (found.x >= 100, found.y >= 80) == (True, True)


def test_nothing_is_no_layer() -> None:
    assert at_photo_size(np.full((20, 20), 0.04, np.float32), (100, 100)) is None
