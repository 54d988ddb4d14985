from math import atan2, degrees, log10

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.color import rgb2lab

import lesiontrack as lt
from lesiontrack.colour import ColourCorrection, erythema_between, lab_to_linear, srgb_to_linear
from lesiontrack.photo import Photo
from tests.colour.rendering import photo_of

SKIN, RED = np.array([68.0, 12.0, 18.0]), np.array([60.0, 24.0, 17.0])


def scene(reference=SKIN, region=RED, noise=0.0, size=120):
    """Left half reference skin, right half the region; CIELAB."""
    lab = np.empty((size, size, 3))
    lab[:, : size // 2], lab[:, size // 2 :] = reference, region
    lab += np.random.default_rng(0).normal(0, 1, lab.shape) * noise
    left = np.zeros((size, size), bool)
    left[:, : size // 2] = True
    return photo_of(lab_to_linear(lab)), ~left, left


def test_exact_truth():
    photo, region, reference = scene()
    got = lt.erythema(photo, region, reference)
    here, there = srgb_to_linear(photo.pixels[0, -1]), srgb_to_linear(photo.pixels[0, 0])
    assert got.delta_a == pytest.approx(12, abs=0.5)
    lab = rgb2lab(photo.pixels[:1, [0, -1]])[0]
    assert got.delta_a == pytest.approx(lab[1, 1] - lab[0, 1], abs=0.01)
    assert got.green_suppression == pytest.approx(log10(there[1] / here[1]), abs=1e-5)
    assert got.erythema_index == pytest.approx(
        log10(here[0] / here[1]) - log10(there[0] / there[1]), abs=1e-5
    )
    assert got.ita_deg == pytest.approx(degrees(atan2(lab[0, 0] - 50, lab[0, 2])), abs=0.05)
    assert got.ita_deg == pytest.approx(45, abs=1)


def test_no_difference_is_zero():
    photo, region, reference = scene(region=SKIN)
    got = lt.erythema(photo, region, reference)
    assert (got.delta_a, got.green_suppression, got.erythema_index) == (0, 0, 0)
    assert got.delta_a_sd < 1e-6


@settings(max_examples=30, deadline=None)
@given(st.floats(45, 75), st.floats(5, 20), st.floats(5, 25), st.floats(-4, 14))
def test_sign_and_antisymmetry(lightness, a, b, more):
    photo, region, reference = scene([lightness, a, b], [lightness, a + more, b], size=20)
    there, back = lt.erythema(photo, region, reference), lt.erythema(photo, reference, region)
    # Of the colours as rounded to 8 bits, which lie up to 1.2 from those asked for.
    lab = rgb2lab(photo.pixels[:1, [0, -1]])[0]
    assert there.delta_a == pytest.approx(lab[1, 1] - lab[0, 1], abs=0.01)
    assert there.delta_a == pytest.approx(more, abs=1.5)
    assert there.delta_a == pytest.approx(-back.delta_a, abs=1e-4)
    assert there.green_suppression == pytest.approx(-back.green_suppression, abs=1e-6)
    assert there.delta_a_sd == pytest.approx(back.delta_a_sd, rel=1e-4)


def test_ita_needs_a_yellow_reference():
    photo, region, reference = scene(reference=[60, 10, -3])
    assert lt.erythema(photo, region, reference).ita_deg is None


def test_white_balance_is_undone():
    photo, region, reference = scene()
    cast = np.diag([1.3, 1.0, 0.7])
    seen = photo_of(srgb_to_linear(photo.pixels) @ cast.T * 0.7)
    correction = ColourCorrection("ruler_white", None, np.linalg.inv(cast) / 0.7)
    assert lt.erythema(seen, region, reference, correction).delta_a == pytest.approx(12, abs=0.6)
    assert abs(lt.erythema(seen, region, reference).delta_a - 12) > 1


def test_an_estimate_of_the_light_is_not_applied():
    photo, region, reference = scene()
    guess = ColourCorrection("constancy", None, np.diag([0.5, 1.0, 2.0]))
    assert lt.erythema(photo, region, reference, guess) == lt.erythema(photo, region, reference)


def test_sd_of_independent_noise_falls_with_area_and_of_texture_does_not_vanish():
    def spread(noise_scale):
        """sd claimed, and the true one over repeated pictures, for noise of a given correlation length."""
        claimed, found = [], []
        for seed in range(40):
            rng = np.random.default_rng(seed)
            coarse = rng.normal(0, 3, (160 // noise_scale, 160 // noise_scale))
            lab = np.ones((160, 160, 3)) * SKIN
            lab[:, :, 1] += np.kron(coarse, np.ones((noise_scale, noise_scale)))
            photo = photo_of(lab_to_linear(lab))
            half = np.zeros((160, 160), bool)
            half[:, :80] = True
            got = lt.erythema(photo, half, ~half, ColourCorrection("card", 0.0, np.eye(3)))
            claimed.append(np.sqrt(max(got.delta_a_sd**2 - (0.15 * got.delta_a) ** 2, 0)))
            found.append(got.delta_a)
        return np.median(claimed), np.std(found)

    fine, fine_true = spread(1)
    coarse, coarse_true = spread(10)
    assert coarse > 4 * fine
    assert fine_true / 1.5 < fine < fine_true * 1.5
    assert coarse_true / 1.6 < coarse < coarse_true * 1.6


def test_uncalibrated_photos_have_larger_sd():
    photo, region, reference = scene(noise=0.5)
    card = ColourCorrection("card", 3.0, np.eye(3))
    assert (
        lt.erythema(photo, region, reference).delta_a_sd
        > lt.erythema(photo, region, reference, card).delta_a_sd
    )
    between = erythema_between(photo, region, card, photo, reference, card)
    assert between.delta_a_sd > lt.erythema(photo, region, reference, card).delta_a_sd
    assert between.delta_a == pytest.approx(lt.erythema(photo, region, reference, card).delta_a)


def test_between_photos_of_different_size_and_light():
    photo, region, _ = scene()
    other, _, reference = scene(size=60)
    cast = np.diag([1.2, 1.0, 0.8])
    other = photo_of(srgb_to_linear(other.pixels) @ cast.T * 0.8)
    undo = ColourCorrection("card", 2.0, np.linalg.inv(cast) / 0.8)
    plain = ColourCorrection("card", 2.0, np.eye(3))
    assert erythema_between(photo, region, plain, other, reference, undo).delta_a == pytest.approx(
        12, abs=0.7
    )


def test_one_pixel_regions_and_large_photos():
    photo, _, _ = scene()
    one, two = np.zeros((120, 120), bool), np.zeros((120, 120), bool)
    one[3, 119] = two[3, 0] = True
    assert lt.erythema(photo, one, two).delta_a == pytest.approx(12, abs=0.5)
    large, region, reference = scene(size=1500)
    assert lt.erythema(large, region, reference).delta_a == pytest.approx(12, abs=0.5)


def test_black_pixels_stay_finite():
    photo = Photo(np.zeros((40, 40, 3), np.uint8), "")
    left = np.zeros((40, 40), bool)
    left[:, :20] = True
    got = lt.erythema(photo, left, ~left)
    assert np.isfinite([got.delta_a, got.delta_a_sd, got.green_suppression, got.erythema_index]).all()


def test_bad_masks():
    photo, region, reference = scene()
    with pytest.raises(ValueError, match="region mask is empty"):
        lt.erythema(photo, np.zeros_like(region), reference)
    with pytest.raises(ValueError, match="reference mask is empty"):
        lt.erythema(photo, region, np.zeros_like(region))
    with pytest.raises(ValueError, match=r"reference mask is \(119, 120\)"):
        lt.erythema(photo, region, reference[1:])
