import numpy as np
import pytest

from lesiontrack.colour import ColourCorrection, correction_from_white, estimate_correction, srgb_to_lab
from lesiontrack.photo import Photo
from tests.colour.rendering import photo_of

SKIN = np.array([0.45, 0.26, 0.18])
CAST = np.array([1.0, 0.8, 0.65])


def ruler_scene(cast=CAST, exposure=1.0, white=0.75):
    """Skin with a white ruler along the bottom, its ticks, and a strip mask that is half skin."""
    scene = np.ones((300, 400, 3)) * SKIN
    scene[220:] = white
    scene[220:245, ::10] = 0.02
    mask = np.zeros((300, 400), bool)
    mask[180:260] = True
    return scene * cast * exposure, mask


def test_cast_is_removed():
    scene, mask = ruler_scene()
    photo = photo_of(scene)
    correction = correction_from_white(photo, mask)
    assert correction.method == "ruler_white"
    assert correction.calibrated
    corrected = correction.apply(photo.pixels)
    lab = srgb_to_lab(corrected[280, 205])
    assert np.hypot(lab[1], lab[2]) < 0.6
    luminance = np.array([0.2126, 0.7152, 0.0722])
    got = correction.linear(photo.pixels[100, 200])
    np.testing.assert_allclose(got, SKIN * (luminance @ CAST), rtol=0.02)


def test_luminance_of_the_white_is_kept():
    scene, mask = ruler_scene()
    photo = photo_of(scene)
    corrected = correction_from_white(photo, mask).apply(photo.pixels)
    assert srgb_to_lab(corrected[280, 205])[0] == pytest.approx(
        srgb_to_lab(photo.pixels[280, 205])[0], abs=0.3
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"exposure": 2.0}, "overexposed"),
        ({"cast": np.array([1.0, 0.7, 0.4])}, "too coloured"),
        ({"white": SKIN}, "hardly brighter"),
    ],
)
def test_refusals(change, reason):
    if "white" in change:
        change = {"white": SKIN * 1.1, "cast": np.array([0.7, 1.0, 1.3])}
    scene, mask = ruler_scene(**change)
    correction = correction_from_white(photo_of(scene), mask)
    assert correction.method == "none"
    assert reason in correction.reason
    np.testing.assert_array_equal(correction.matrix, np.eye(3))


def test_several_colours_are_not_one_white():
    scene, mask = ruler_scene(cast=np.ones(3))
    scene[220:, :130] = (0.8, 0.5, 0.75)
    scene[220:, 130:260] = (0.5, 0.8, 0.75)
    correction = correction_from_white(photo_of(scene), mask)
    assert correction.method == "none"


def test_small_or_wrong_masks():
    scene, mask = ruler_scene()
    photo = photo_of(scene)
    assert correction_from_white(photo, np.zeros_like(mask)).method == "none"
    with pytest.raises(ValueError, match="white mask is"):
        correction_from_white(photo, mask[:-1])


def test_constancy_halves_a_cast_on_a_grey_scene():
    rng = np.random.default_rng(0)
    greys = np.kron(rng.uniform(0.05, 0.6, (30, 40, 1)), np.ones((10, 10, 1)))
    correction = estimate_correction(photo_of(greys * CAST))
    gains = np.diag(correction.matrix)
    np.testing.assert_allclose(gains / gains[1], np.sqrt(CAST[1] / CAST), atol=0.02)
    assert correction.method == "constancy"


@pytest.mark.parametrize("value", [0, 255])
def test_constancy_gives_up_on_black_and_white(value):
    photo = Photo(np.full((100, 100, 3), value, np.uint8), "")
    assert estimate_correction(photo).method == "none"


def test_apply():
    pixels = np.random.default_rng(0).integers(0, 256, (600, 7, 3), np.uint8)
    same = ColourCorrection("none", None, np.eye(3))
    np.testing.assert_array_equal(same.apply(pixels), pixels)
    assert same.apply(pixels) is not pixels
    swap = ColourCorrection("card", 1.0, np.eye(3)[::-1])
    np.testing.assert_array_equal(swap.apply(pixels), pixels[:, :, ::-1])
    bright = ColourCorrection("card", 1.0, np.eye(3) * 100).apply(np.full((2, 2, 3), 90, np.uint8))
    assert (bright == 255).all()
