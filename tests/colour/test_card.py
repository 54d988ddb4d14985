import csv
import os
from pathlib import Path

import numpy as np
import pytest

from lesiontrack.colour import correction_from_card, find_colour
from lesiontrack.colour.card import (
    REFERENCE_LAB_D50,
    REFERENCE_LINEAR,
    delta_e_2000,
    find_cards,
    fit_colours,
    held_out_errors,
)
from lesiontrack.photo import read_photo
from tests.colour.rendering import card_scene, photo_of

# A warm, dim light through a camera that mixes channels.
CAST = np.array([[0.80, 0.05, 0.00], [0.04, 0.62, 0.03], [0.00, 0.06, 0.40]])


@pytest.mark.parametrize("turn", [0, 90, 180, 20])
def test_known_cast_is_undone(turn):
    photo = photo_of(card_scene(turn=turn) @ CAST.T)
    correction = find_colour(photo)
    assert correction.method == "card"
    assert correction.calibrated
    assert correction.delta_e < 1
    np.testing.assert_allclose(correction.matrix @ CAST, np.eye(3), atol=0.06)
    assert correction.tone == pytest.approx(1, abs=0.03)
    truth = photo_of(card_scene(turn=turn).clip(0, 1)).pixels.astype(int)
    corrected = correction.apply(photo.pixels).astype(int)
    inside = REFERENCE_LINEAR.min(axis=1) > 0  # cyan lies outside sRGB
    card = find_cards(photo.pixels)[0]
    for x, y in card.patches.mean(axis=1)[inside]:
        assert np.abs(corrected[round(y), round(x)] - truth[round(y), round(x)]).max() <= 8


def test_contrast_of_a_camera_is_undone():
    photo = photo_of(card_scene().clip(0, 1) ** 1.3)
    correction = correction_from_card(photo)
    assert correction.tone == pytest.approx(1 / 1.3, abs=0.03)
    assert correction.delta_e < 1


def test_corners_are_in_the_photo_s_pixels():
    photo = photo_of(np.kron(card_scene(size=(600, 800), patch=40), np.ones((3, 3, 1))))
    corners = np.array(correction_from_card(photo).corners)
    gap, patch = 10, 40
    half = np.array([6 * patch + 7 * gap, 4 * patch + 5 * gap]) / 2 * 3
    np.testing.assert_allclose(corners.min(axis=0), np.array([1200, 900]) - half, atol=3 * gap + 6)
    np.testing.assert_allclose(corners.max(axis=0), np.array([1200, 900]) + half, atol=3 * gap + 6)


def test_covered_card_is_refused():
    scene = card_scene()
    scene[300:620, 300:700] = (0.10, 0.25, 0.05)
    correction = correction_from_card(photo_of(scene))
    assert correction.method == "none"
    assert "colour card" in correction.reason


def test_card_with_other_colours_is_refused():
    order = np.random.default_rng(3).permutation(24)
    correction = correction_from_card(photo_of(card_scene(colours=REFERENCE_LINEAR[order])))
    assert correction.method == "none"


def test_overexposed_card_is_refused():
    correction = correction_from_card(photo_of(card_scene() * 6))
    assert correction.method == "none"


def test_no_card():
    rng = np.random.default_rng(1)
    photo = photo_of(np.array([0.45, 0.28, 0.2]) * rng.uniform(0.8, 1.2, (300, 400, 1)))
    correction = find_colour(photo)
    assert correction.method == "constancy"
    assert not correction.calibrated
    assert correction.delta_e is None
    assert correction.corners == ()


def test_held_out_error_is_not_the_fit_s_own():
    rng = np.random.default_rng(0)
    card = find_cards(photo_of(card_scene()).pixels)[0]
    noisy = card.linear * rng.normal(1, 0.15, card.linear.shape)
    object.__setattr__(card, "linear", noisy)
    fit = fit_colours(noisy[card.usable], REFERENCE_LINEAR[card.usable])
    own = np.median(delta_e_2000(fit(noisy[card.usable]), REFERENCE_LINEAR[card.usable]))
    held_out = np.nanmedian(held_out_errors(card))
    assert held_out > own


@pytest.mark.skipif("LESIONTRACK_DATA" not in os.environ, reason="LESIONTRACK_DATA is not set")
def test_real_cards():
    data = Path(os.environ["LESIONTRACK_DATA"])
    with (data / "aruco_cards/reference_values.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            expected = [float(row[f"Lab_{c}"]) for c in "lab"]
            np.testing.assert_allclose(REFERENCE_LAB_D50[int(row["id"])], expected)
    for path in sorted((data / "aruco_cards").glob("*.jpg"))[::3]:
        photo = read_photo(path)
        correction = correction_from_card(photo)
        assert correction.method == "card", path.name
        card = find_cards(photo.pixels)[0]
        before = np.median(delta_e_2000(card.linear[card.usable], REFERENCE_LINEAR[card.usable]))
        assert correction.delta_e < before
    for name in ("partial_card_rgb.png", "seedhead-rgb.jpg"):
        assert correction_from_card(read_photo(data / "colour_cards" / name)).method == "none", name
