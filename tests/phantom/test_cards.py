"""Cards in the frame: the markers and patches lie where the truth says, with the colours that it says."""

import json
from dataclasses import replace
from datetime import date

import cv2
import numpy as np
import pytest

from lesiontrack.phantom import (
    CameraSpec,
    PatientSpec,
    SiteSeries,
    SiteSpec,
    StudySpec,
    VisitSpec,
    render_study,
    render_visit,
)
from lesiontrack.phantom.cards import PATCH_LAB_D50, card_size, patch_linear
from lesiontrack.phantom.props import CardSpec
from lesiontrack.srgb import srgb_to_linear

CAMERA = CameraSpec(
    width=640, height=480, px_per_mm=7.0, tilt_x_deg=8, tilt_y_deg=-6, rotation_deg=5, exposure=0.75,
    noise=0.003, vignetting=0, falloff=0, jpeg_quality=97,
)  # fmt: skip
SITE = SiteSpec("left-calf", extent_mm=(110.0, 90.0), hairs_per_cm2=0)
MARKERS = CardSpec("aruco", (-30.0, -22.0), 4.0)
PATCHES = CardSpec("colour", (-34.0, -20.0), -3.0)


def shown(card):
    return render_visit(SITE, VisitSpec(0, CAMERA, cards=(card,)), seed=1)


def test_markers_are_found_where_the_truth_says():
    photo = shown(MARKERS)
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50), parameters)
    corners, ids, _ = detector.detectMarkers(cv2.cvtColor(photo.pixels, cv2.COLOR_RGB2GRAY))
    assert sorted(ids.ravel()) == [0, 1, 2, 3]
    truth = photo.cards[0].squares_px
    away = np.stack([found[0] - truth[marker] for found, marker in zip(corners, ids.ravel(), strict=True)])
    assert np.hypot(*away.transpose(2, 0, 1)).max() < 1.2  # the finder puts corners half a pixel inside
    assert np.abs(away.mean(axis=(0, 1))).max() < 0.15


def test_a_markers_side_gives_the_scale():
    photo = shown(MARKERS)
    card = photo.cards[0]
    sides = np.hypot(*(card.squares_px - np.roll(card.squares_px, 1, axis=1)).transpose(2, 0, 1))
    middle = card.squares_px.reshape(-1, 2).mean(axis=0, keepdims=True)
    assert sides.mean() / card.side_mm == pytest.approx(float(photo.px_per_mm_at(middle)[0]), rel=0.02)


def test_patches_have_the_makers_colours_up_to_the_light():
    photo = shown(PATCHES)
    card = photo.cards[0]
    centres = np.round(card.squares_px.mean(axis=1)).astype(int)
    seen = np.array(
        [
            np.median(srgb_to_linear(photo.pixels[y - 6 : y + 7, x - 6 : x + 7]), axis=(0, 1))
            for x, y in centres
        ]
    )
    light = seen[21] / card.linear[21]  # neutral 5
    assert np.abs(seen - card.linear * light).max() < 0.03
    assert photo.masks["obstruction"][centres[:, 1], centres[:, 0]].all()
    assert not photo.masks["skin"][centres[:, 1], centres[:, 0]].any()


def test_the_patches_are_the_makers():
    assert patch_linear().shape == (24, 3)
    assert patch_linear()[18].min() > 0.8  # white
    assert patch_linear()[23].max() < 0.04  # black
    assert PATCH_LAB_D50[14][1] > 45  # red
    grey = patch_linear()[18:]
    assert np.abs(grey - grey.mean(axis=1, keepdims=True)).max() < 0.04


def test_the_card_that_the_colour_stage_finds_is_this_one():
    from lesiontrack.colour.card import find_cards, held_out_errors

    photo = shown(PATCHES)
    best = min(find_cards(photo.pixels), key=lambda card: float(np.nanmedian(held_out_errors(card))))
    away = np.hypot(*(best.patches.mean(axis=1) - photo.cards[0].squares_px.mean(axis=1)).T)
    assert np.median(away) < 6


def test_cards_are_told_in_the_photos_document(tmp_path):
    series = SiteSeries(
        SITE, (VisitSpec(0, replace(CAMERA, width=320, height=240, px_per_mm=3.5), cards=(PATCHES,)),)
    )
    render_study(StudySpec((PatientSpec("PT001", date(2024, 3, 4), (series,)),)), tmp_path / "s")
    document = json.loads((tmp_path / "s/_truth/PT001/2024-03-04/left-calf.json").read_text())
    assert document["cards"][0]["kind"] == "colour"
    assert np.array(document["cards"][0]["squares_px"]).shape == (24, 4, 2)


def test_sizes_and_kinds():
    wide, high = card_size(PATCHES)
    assert wide / high == pytest.approx(1.5, abs=0.03)
    with pytest.raises(ValueError, match="card kind 'grey'"):
        CardSpec("grey", (0, 0))
