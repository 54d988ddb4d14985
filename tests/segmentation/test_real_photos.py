"""Colour and edges on a few real close-ups with hand outlines; the whole set is in scripts/."""

import csv
import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from lesiontrack.measurement import find_lesions
from lesiontrack.photo import read_photo
from lesiontrack.segmentation import segment
from tests.segmentation.scenes import dice

DATA = os.environ.get("LESIONTRACK_DATA")
pytestmark = pytest.mark.skipif(
    not DATA, reason="LESIONTRACK_DATA is not set: no real photographs to try it on"
)

# Brown, black, blue and violet ink; a pale mole; a 2 mm dot; dense hair; a strong cast; black corners.
CLOSE_UPS = ("DN1C", "DN2C", "DN3B", "DN5C", "DN6C", "DN7E", "M6D", "N1A", "N2A")


def outlines():
    with (Path(DATA) / "nci_moles" / "truth.csv").open(newline="") as file:
        return {Path(row["file"]).stem: row for row in csv.DictReader(file)}


@pytest.mark.parametrize("name", CLOSE_UPS)
def test_one_lesion_where_a_person_outlined_it(name):
    row = outlines()[name]
    photo = read_photo(Path(DATA) / "nci_moles" / row["file"])
    points = np.array([[float(v) for v in pair.split()] for pair in row["polygon"].split(";")])
    truth = np.zeros((photo.height, photo.width), np.uint8)
    cv2.fillPoly(truth, [np.round(points).astype(np.int32)], 1)
    found = segment(photo, model="colour")
    (lesion,) = find_lesions(found, None)
    assert dice(found.mask("lesion"), truth > 0) > 0.8
    assert lesion.longest_diameter_px == pytest.approx(float(row["ld_px"]), rel=0.2)


def test_two_moles_in_one_ring_are_two_lesions_and_the_number_between_them_is_none():
    found = segment(read_photo(Path(DATA) / "nci_moles" / "images" / "DN4" / "DN4C.jpg"), model="colour")
    centres = sorted(lesion.centroid for lesion in find_lesions(found, None))
    assert len(centres) == 2
    assert centres[0] == pytest.approx((115, 143), abs=12)
    assert centres[1] == pytest.approx((300, 142), abs=12)


def test_what_lies_on_the_floor_is_no_skin():
    found = segment(read_photo(Path(DATA) / "fuseg" / "images" / "0186.jpg"), model="colour")
    skin = found.mask("skin")
    assert skin[300:, 180:260].mean() > 0.8
    assert skin[:90, 250:].mean() < 0.05
