"""Behaviour on real photographs: printed rulers read to a few parts in a thousand, none invented."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from lesiontrack.photo import read_photo
from lesiontrack.scale import explain_scale, find_scale

pytestmark = pytest.mark.skipif(
    "LESIONTRACK_DATA" not in os.environ,
    reason="LESIONTRACK_DATA does not name the folder of real photographs",
)


def data() -> Path:
    return Path(os.environ["LESIONTRACK_DATA"])


def test_close_ups_with_hand_placed_points() -> None:
    with (data() / "nci_moles" / "truth.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))[::4]
    errors = []
    for row in rows:
        scale, why = explain_scale(read_photo(data() / "nci_moles" / row["file"]))
        assert scale is not None, f"{row['file']}: {why}"
        middle = [(float(row[a]) + float(row[b])) / 2 for a, b in (("x1", "x2"), ("y1", "y2"))]
        error = abs(scale.at(middle) - float(row["px_per_mm"]))
        assert error < 2 * scale.px_per_mm_sd, row["file"]
        errors.append(error / float(row["px_per_mm"]))
    assert len(errors) == 12
    assert np.median(errors) < 0.006
    assert max(errors) < 0.05


def test_no_scale_is_invented_in_rooms_and_on_drapes() -> None:
    paths = sorted((data() / "fuseg" / "images").glob("*.jpg"))[7::62]
    assert len(paths) > 10
    assert [p.stem for p in paths if find_scale(read_photo(p)) is not None] == []


@pytest.mark.parametrize(
    ("stem", "what"),
    [
        ("0065", "centimetre ticks of a ruler whose millimetres are not resolved"),
        ("0354", "window blinds"),
        ("0723", "a zip"),
        ("0758", "a printed date"),
        ("1002", "woven cloth"),
        ("0441", "a striped shirt"),
    ],
)
def test_things_that_look_like_rulers_are_refused(stem: str, what: str) -> None:
    assert find_scale(read_photo(data() / "fuseg" / "images" / f"{stem}.jpg")) is None, what


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_millimetre_scale_on_a_black_card_agrees_with_the_markers_beside_it(number: int) -> None:
    photo = read_photo(data() / "aruco_cards" / f"color_checker_mini_{number}.jpg")
    scale, why = explain_scale(photo)
    assert scale is not None, why
    ticks = np.array(scale.support)
    along = (ticks[-1] - ticks[0]) / np.hypot(*(ticks[-1] - ticks[0]))
    detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50))
    corners, _, _ = detector.detectMarkers(np.ascontiguousarray(photo.pixels[..., ::-1]))
    quads = [np.asarray(c)[0] for c in corners]
    # The two markers nearest the ruler, one at each end of it: their mean is the scale in its middle.
    beside = sorted(quads, key=lambda q: float(np.hypot(*(q.mean(axis=0) - ticks.mean(axis=0)))))[:2]
    sides = [np.roll(q, -1, axis=0) - q for q in beside]
    parallel = [np.hypot(*e) for q in sides for e in q if abs(e @ along) > 0.8 * np.hypot(*e)]
    assert len(parallel) == 4
    assert scale.px_per_mm == pytest.approx(np.mean(parallel) / 17.64, rel=0.04)
