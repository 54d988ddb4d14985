import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from lesiontrack.training.dataset import Sample
from lesiontrack.training.duplicates import (
    COPY,
    MIN_AGREEING,
    MIN_OF_NEAREST,
    NEAREST,
    _matches,
    agreeing,
    candidates,
    near_duplicates,
    same_skin,
    thumb_correlation,
)
from lesiontrack.training.looks import look_at, skin_coloured
from lesiontrack.training.samples import read_dataset
from lesiontrack.training.split import group_samples
from tests.training.files import skin_photo, write

DATA = os.environ.get("LESIONTRACK_DATA")


def moved(pixels, *, turn=25.0, size=0.85, gain=1.0):
    """The same skin from another place, under another light, with the room grey around it."""
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn, size)
    seen = cv2.warpAffine(pixels, matrix, (width, height), borderValue=(90, 95, 100))
    return np.clip(seen * gain, 0, 255).astype(np.uint8)


def sample(path):
    return Sample(f"s/{path.stem}", "s", path, (), plain=True)


def test_the_same_skin_again_is_joined_and_other_skin_is_not():
    first, again, other = (
        look_at(p) for p in (skin_photo(1), moved(skin_photo(1), gain=0.85), skin_photo(2))
    )
    assert "the same skin" in same_skin(first, again)
    assert agreeing(first, again) > 20
    assert same_skin(first, other) == ""


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize("mirrored", [False, True])
def test_copies_are_known_however_they_are_turned(turns, mirrored):
    pixels = skin_photo(3)
    pixels[60:150, 80:160] = (120, 60, 50)
    copy = np.rot90(pixels[:, ::-1] if mirrored else pixels, turns)
    small = cv2.resize(np.ascontiguousarray(copy), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    encoded = cv2.imdecode(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 60])[1], cv2.IMREAD_COLOR)
    assert thumb_correlation(look_at(pixels), look_at(encoded)) >= COPY


def test_a_shared_room_and_a_shared_stamp_join_nobody():
    """Impostors: a grey poster full of corners and an orange date, over different skin."""
    rng = np.random.default_rng(0)
    poster = np.repeat(rng.integers(0, 256, (60, 80, 1)), 3, axis=2).astype(np.uint8)
    poster = cv2.resize(poster, (170, 130), interpolation=cv2.INTER_NEAREST)
    photos = []
    for seed in (4, 5):
        pixels = skin_photo(seed)
        pixels[:130, :170] = poster
        cv2.putText(pixels, "09/08/2017", (180, 240), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (255, 130, 0), 2)
        photos.append(look_at(pixels))
    assert same_skin(*photos) == ""


def test_stamps_and_grey_things_are_not_skin():
    pixels = skin_photo(6, spots=0)
    pixels[:, :100] = (128, 130, 127)
    cv2.putText(pixels, "10/12", (180, 120), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (255, 130, 0), 3)
    stamped = (pixels[..., 0].astype(int) - pixels[..., 2]) > 150
    like = skin_coloured(pixels)
    assert not like[stamped].any()
    assert not like[:, :90].any()
    assert like[:80, 120:].mean() > 0.95


def test_features_on_a_line_are_no_evidence():
    look = look_at(skin_photo(7))
    line = np.abs(look.points[:, 1] - 130) < 6
    assert line.sum() >= 6
    thin = type(look)(
        look.thumb, look.points[line], look.descriptors[line], look.log_sizes[line], look.angles[line]
    )
    assert agreeing(thin, thin) == 0
    assert agreeing(look, look) > 50


def test_photos_without_any_feature():
    flat = look_at(np.full((50, 60, 3), (205, 160, 135), np.uint8))
    grey = look_at(np.full((50, 60, 3), 128, np.uint8))
    assert len(flat.points) == len(grey.points) == 0
    assert same_skin(flat, look_at(skin_photo(1))) == ""
    assert candidates([flat]) == [{}]
    assert candidates([]) == []


def test_pairs_of_a_set_are_found_and_progress_is_told(tmp_path):
    photos = {"a": skin_photo(1), "b": skin_photo(2), "c": moved(skin_photo(1)), "d": skin_photo(3)}
    samples = [sample(write(tmp_path / f"{name}.png", pixels)) for name, pixels in photos.items()]
    told = []
    pairs = near_duplicates(samples, on_progress=lambda done, total: told.append((done, total)))
    assert [(pair.a, pair.b) for pair in pairs] == [("s/a", "s/c")]
    assert told[0] == (1, 8)
    assert told[-1] == (8, 8)
    groups = group_samples(samples, pairs)
    assert groups["s/a"] == groups["s/c"] != groups["s/b"]


@pytest.mark.skipif(not DATA, reason="LESIONTRACK_DATA names no folder with the real photos")
def test_real_pairs_and_real_impostors():
    """By eye: the first of each pair and the second show one limb; the impostors share a room or a stamp."""
    samples = {one.id[-4:]: one for one in read_dataset("fuseg", Path(str(DATA)) / "fuseg").samples}
    same = [("0634", "0433"), ("0380", "0149"), ("0676", "0540"), ("0613", "0479"), ("0410", "0754")]
    impostors = [("0374", "1000"), ("0150", "0237"), ("0791", "1006"), ("0167", "0323"), ("0158", "0435")]
    looks = {stem: look_at(samples[stem].pixels()) for pair in same + impostors for stem in pair}
    assert all(same_skin(looks[a], looks[b]) for a, b in same)
    assert not any(same_skin(looks[a], looks[b]) for a, b in impostors)


def test_few_features_are_enough_only_for_photos_that_are_alike():
    first, again = look_at(skin_photo(8)), look_at(moved(skin_photo(8), turn=3, size=0.95))
    i, j = _matches(first.descriptors, again.descriptors)
    spread = np.argsort(first.points[i, 0])[[0, len(i) // 3, len(i) // 2, -1]]
    few, those = (
        type(look)(look.thumb, look.points[k], look.descriptors[k], look.log_sizes[k], look.angles[k])
        for look, k in ((first, i[spread]), (again, j[spread]))
    )
    assert MIN_OF_NEAREST <= agreeing(few, those) < MIN_AGREEING
    assert same_skin(few, those) == ""
    assert "alike" in same_skin(few, those, nearest=True)


def test_a_photo_has_few_nearest_and_they_are_mutual():
    looks = [look_at(skin_photo(seed, shape=(60, 80), spots=20)) for seed in range(2 * NEAREST)]
    found = candidates(looks, neighbours=NEAREST)
    for first, others in enumerate(found):
        assert all(second > first for second in others)
        assert sum(others.values()) <= NEAREST
    assert any(not nearest for others in found for nearest in others.values())
