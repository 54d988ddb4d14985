"""A few pairs of real photos: right ones accepted near the landmarks, impostors refused."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from lesiontrack.photo import read_photo
from lesiontrack.registration import PreparedPhoto, register
from lesiontrack.segmentation import segment

DATA = os.environ.get("LESIONTRACK_DATA")
pytestmark = pytest.mark.skipif(not DATA, reason="LESIONTRACK_DATA names no folder with the real photos")


def fuseg(stem: str) -> PreparedPhoto:
    (path,) = (Path(DATA or "") / "fuseg/images").glob(f"{stem}.*")
    photo = read_photo(path)
    return PreparedPhoto(photo, segment(photo))


@pytest.mark.parametrize(("a", "b"), [("0137", "0406")])
def test_right_pairs_are_within_two_percent_of_the_landmarks(a: str, b: str) -> None:
    result = register(fuseg(a), fuseg(b))
    assert result.method == "skin_texture"
    with open(Path(DATA or "") / "fuseg/landmarks.csv", newline="") as handle:
        rows = [r for r in csv.DictReader(handle) if (r["a"], r["b"], r["kind"]) == (a, b, "skin")]
    moving = np.array([[float(r["xa"]), float(r["ya"])] for r in rows])
    fixed = np.array([[float(r["xb"]), float(r["yb"])] for r in rows])
    error = np.linalg.norm(result.map_points(moving) - fixed, axis=1)
    assert np.median(error) < 0.01 * max(result.fixed_shape)
    assert error.max() < 0.02 * max(result.fixed_shape)


@pytest.mark.parametrize(("a", "b"), [("0374", "1000"), ("0791", "1006")])
def test_date_stamp_poster_and_room_are_no_skin(a: str, b: str) -> None:
    result = register(fuseg(a), fuseg(b))
    assert not result.accepted
    assert result.reason
