"""Varied single photos: what each kind promises about its truth holds in the pixels."""

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from lesiontrack.cli.phantom import phantom
from lesiontrack.errors import LesiontrackError
from lesiontrack.phantom import MASK_BITS, random_photos, render_study, render_visit
from lesiontrack.phantom.study import patient_seed
from lesiontrack.phantom.varied import KINDS

SMALL = (200, 220)


def rendered(kind, count, seed=4):
    photos = []
    for patient in random_photos(count * 12, seed, SMALL).patients:
        series = patient.sites[0]
        if series.site.name == kind and len(photos) < count:
            photos.append(render_visit(series.site, series.visits[0], seed=patient_seed(seed, patient.code)))
    assert len(photos) == count
    return photos


def test_a_photo_depends_on_its_number_and_the_seed_only():
    few, many = random_photos(3, 8), random_photos(9, 8)
    assert few.patients == many.patients[:3]
    assert few.patients != random_photos(3, 9).patients


def test_all_kinds_turn_up_in_about_their_shares():
    names = [patient.sites[0].site.name for patient in random_photos(400, 2).patients]
    for kind, (share, _) in KINDS.items():
        assert names.count(kind) / 400 == pytest.approx(share, abs=0.08)


def test_bare_photos_hold_no_lesion_and_no_ulcer():
    for photo in rendered("bare", 6):
        assert not photo.masks["lesion"].any()
        assert not photo.masks["ulcer"].any()
        assert photo.masks["skin"].any()


def test_clinic_photos_hold_ulcers_on_skin_and_most_a_background():
    photos = rendered("clinic", 6)
    assert sum(photo.masks["ulcer"].any() for photo in photos) >= 5
    assert sum(not (photo.masks["skin"] | photo.masks["obstruction"]).all() for photo in photos) >= 3
    for photo in photos:
        assert not (photo.masks["ulcer"] & ~photo.masks["skin"]).any()
        assert not photo.masks["lesion"].any()


@pytest.mark.parametrize("kind", ["closeup", "treated"])
def test_lesions_are_in_frame_and_apart_from_naevi(kind):
    photos = rendered(kind, 4)
    assert sum(photo.masks["lesion"].any() for photo in photos) >= 3
    for photo in photos:
        assert not (photo.masks["naevus"] & (photo.masks["lesion"] | photo.masks["ulcer"])).any()
        assert not (photo.masks["crust"] & ~photo.masks["obstruction"]).any()


def test_a_training_set_is_a_study_with_all_bits(tmp_path):
    out = tmp_path / "set"
    arguments = ["-o", str(out), "--training", "3", "--width", "400", "--seed", "3", "-q"]
    result = CliRunner().invoke(phantom, arguments)
    assert result.exit_code == 0, result.output
    photos = sorted(out.glob("T*/*/*.jpg"))
    assert len(photos) == 3
    used = 0
    for photo in photos:
        mask = out / "_truth" / photo.relative_to(out).with_suffix(".png")
        bits = cv2.imread(str(mask), cv2.IMREAD_UNCHANGED)
        picture = cv2.imread(str(photo))
        assert bits.shape == picture.shape[:2]
        assert max(bits.shape) == 400
        used |= int(np.bitwise_or.reduce(bits, axis=None))
    assert used & MASK_BITS["skin"]
    assert used <= sum(MASK_BITS.values())


def test_a_training_set_and_the_sample_are_not_asked_for_at_once(tmp_path):
    result = CliRunner().invoke(phantom, ["-o", str(tmp_path / "s"), "--training", "3", "--sample"])
    assert result.exit_code == 2
    assert "exclude each other" in result.output


def test_impossible_sets_are_refused():
    with pytest.raises(ValueError, match=r"count \(0\)"):
        random_photos(0)
    with pytest.raises(ValueError, match="long side"):
        random_photos(3, size=(640, 512))


def test_a_set_is_not_written_over_another(tmp_path):
    (tmp_path / "photo.jpg").write_bytes(b"mine")
    with pytest.raises(LesiontrackError, match="not an empty folder"):
        render_study(random_photos(1, size=SMALL), tmp_path)
