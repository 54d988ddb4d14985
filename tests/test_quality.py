import os
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from lesiontrack.photo import Photo, read_photo
from lesiontrack.quality import VERDICTS, assess_quality
from lesiontrack.scale import Scale
from lesiontrack.segmentation import Layer, Segmentation, segment

SCALE = Scale(12.0, 0.1, "ruler")


def skin_photo(*, height=600, width=800, seed=0):
    """Textured skin with a dark, sharp-edged lesion."""
    rng = np.random.default_rng(seed)
    texture = cv2.GaussianBlur(rng.normal(0, 1, (height, width)).astype(np.float32), (0, 0), 1.5) * 25
    pixels = np.clip(np.array([190, 140, 120]) + texture[:, :, None], 0, 255).astype(np.uint8)
    cv2.circle(pixels, (width // 2, height // 2), height // 6, (90, 50, 40), -1)
    return Photo(pixels, "0" * 64)


def segmentation_of(photo, skin=None, obstruction=None):
    masks = {"skin": np.ones(photo.pixels.shape[:2], bool) if skin is None else skin}
    if obstruction is not None:
        masks["obstruction"] = obstruction
    layers = {name: Layer(0, 0, mask.astype(np.uint8) * np.uint8(255)) for name, mask in masks.items()}
    return Segmentation(photo.pixels.shape[:2], layers, "test")


def assess(photo, scale=SCALE, **options):
    return assess_quality(photo, segmentation_of(photo), scale, **options)


def blurred(photo, share):
    sigma = share * max(photo.height, photo.width)
    return replace(photo, pixels=cv2.GaussianBlur(photo.pixels, (0, 0), sigma))


def test_good_photo():
    quality = assess(skin_photo())
    assert quality.verdict == "good"
    assert quality.advice == ""
    assert quality.skin_fraction == 1
    assert quality.clipped_fraction == 0
    assert quality.glare_fraction == 0
    assert quality.blur_fraction < 0.006


@pytest.mark.parametrize("share", [0.01, 0.02, 0.03])
@pytest.mark.parametrize("size", [(400, 300), (1000, 750)])
def test_blur_is_measured_in_shares_of_the_frame(share, size):
    photo = blurred(skin_photo(width=size[0], height=size[1]), share)
    assert assess(photo).blur_fraction == pytest.approx(share, rel=0.25)


def test_defocus_is_refused_and_says_so():
    quality = assess(blurred(skin_photo(), 0.03))
    assert quality.verdict == "not_evaluable"
    assert "out of focus" in quality.advice
    assert assess(blurred(skin_photo(), 0.008)).verdict == "limited"


def test_noise_does_not_make_a_defocused_photo_sharp():
    photo = blurred(skin_photo(), 0.03)
    noise = np.random.default_rng(0).normal(0, 6, photo.pixels.shape)
    noisy = replace(photo, pixels=np.clip(photo.pixels + noise, 0, 255).astype(np.uint8))
    assert assess(noisy).verdict == "not_evaluable"


def test_black_border_does_not_make_a_defocused_photo_sharp():
    photo = blurred(skin_photo(), 0.03)
    pixels = photo.pixels.copy()
    pixels[:, :90] = 0
    cv2.rectangle(pixels, (500, 60), (640, 110), (0, 0, 0), -1)
    assert assess(replace(photo, pixels=pixels)).verdict == "not_evaluable"


def test_low_contrast_is_not_blur():
    photo = skin_photo()
    faint = replace(photo, pixels=(photo.pixels * 0.3 + 120).astype(np.uint8))
    assert assess(faint).verdict == "good"


@pytest.mark.parametrize("value", [0, 7, 128, 255])
def test_empty_frames_are_refused(value):
    quality = assess(Photo(np.full((300, 400, 3), value, np.uint8), ""))
    assert quality.verdict == "not_evaluable"
    assert quality.advice


def test_overexposure():
    photo = skin_photo()
    pixels = photo.pixels.copy()
    pixels[:150] = 255
    some = assess(replace(photo, pixels=pixels))
    assert some.clipped_fraction == pytest.approx(0.25, abs=0.01)
    assert some.verdict == "limited"
    assert "25%" in some.advice
    pixels[:450] = 255
    assert assess(replace(photo, pixels=pixels)).verdict == "not_evaluable"


def test_dark_photo_is_limited():
    photo = skin_photo()
    dim = replace(photo, pixels=(photo.pixels * 0.22).astype(np.uint8))
    quality = assess(dim)
    assert quality.verdict == "limited"
    assert "light" in quality.advice


def test_glare_on_skin_counts_and_a_ruler_does_not():
    photo = skin_photo()
    pixels = photo.pixels.copy()
    cv2.circle(pixels, (150, 150), 60, (255, 255, 255), -1)
    hidden = np.zeros(pixels.shape[:2], bool)
    hidden[500:] = True
    pixels[500:] = 250
    lit = replace(photo, pixels=pixels)
    quality = assess_quality(lit, segmentation_of(lit, ~hidden, hidden), SCALE)
    assert quality.glare_fraction == pytest.approx(np.pi * 60**2 / (500 * 800), rel=0.05)


def test_grey_photo_is_limited():
    photo = skin_photo()
    grey = replace(photo, pixels=np.repeat(photo.pixels[:, :, 1:2], 3, axis=2))
    quality = assess(grey)
    assert quality.verdict == "limited"
    assert "no colour" in quality.advice


def test_scale_and_size():
    photo = skin_photo()
    assert "ruler" in assess(photo, None).advice
    assert assess(photo, None).verdict == "limited"
    assert "move closer" in assess(photo, Scale(1.5, 0.1, "ruler")).advice
    assert assess(photo, Scale(1.5, 0.1, "ruler"), min_px_per_mm=1.0).verdict == "good"
    tiny = Photo(np.ascontiguousarray(photo.pixels[::12, ::12]), "")
    assert assess(tiny).verdict == "not_evaluable"


def test_little_skin():
    photo = skin_photo()
    skin = np.zeros(photo.pixels.shape[:2], bool)
    skin[:20, :20] = True
    quality = assess_quality(photo, segmentation_of(photo, skin), SCALE)
    assert quality.verdict == "limited"
    assert "skin" in quality.advice
    none = assess_quality(photo, Segmentation(photo.pixels.shape[:2]), SCALE)
    assert none.skin_fraction == 0
    assert none.verdict == "limited"


def test_masks_of_another_size():
    with pytest.raises(ValueError, match="segmentation is"):
        assess_quality(skin_photo(), Segmentation((10, 10)), None)


@pytest.mark.skipif("LESIONTRACK_DATA" not in os.environ, reason="LESIONTRACK_DATA is not set")
def test_real_photos_are_kept_and_the_same_defocused_are_not():
    data = Path(os.environ["LESIONTRACK_DATA"])
    moles = sorted((data / "nci_study").glob("*/*/*.jpg"))[::15]
    wounds = sorted((data / "fuseg/images").iterdir())[::250]
    assert moles
    assert wounds
    for path in [*moles, *wounds]:
        photo = read_photo(path)
        found = segment(photo)
        assert assess_quality(photo, found, SCALE).verdict in VERDICTS[:2], path
        assert assess_quality(blurred(photo, 0.03), found, SCALE).verdict == "not_evaluable", path
