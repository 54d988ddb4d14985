import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from lesiontrack.training.dataset import UNLABELLED, DataSetError
from lesiontrack.training.readers.masks import MaskFiles, binary, read_mask
from lesiontrack.training.readers.pictures import read_picture
from tests.training.files import picture, square, write, write_mask


@pytest.mark.parametrize("high", [1, 255])
@pytest.mark.parametrize("name", ["m.png", "m.bmp", "m.tif"])
def test_both_ways_of_writing_yes(tmp_path, high, name):
    mask, _ = read_mask(write_mask(tmp_path / name, square(), high=high))
    assert (mask == square()).all()


def test_one_bit_masks(tmp_path):
    mask, _ = read_mask(write(tmp_path / "m.png", square()))
    assert (mask == square()).all()


def test_masks_with_a_palette(tmp_path):
    for number, palette in enumerate(([0, 0, 0, 128, 0, 0], [0, 0, 0, 255, 255, 255])):
        image = Image.fromarray(square().astype(np.uint8)).convert("P")
        image.putpalette(palette)
        image.save(tmp_path / f"{number}.png")
        assert (read_mask(tmp_path / f"{number}.png")[0] == square()).all()


def test_a_grey_mask_saved_as_rgb(tmp_path):
    rgb = np.repeat(square()[..., None] * np.uint8(255), 3, axis=2)
    assert (read_mask(write(tmp_path / "m.png", rgb))[0] == square()).all()


def test_a_coloured_mask_is_refused(tmp_path):
    rgb = np.zeros((20, 20, 3), np.uint8)
    rgb[5:9, 5:9, 1] = 255
    with pytest.raises(DataSetError, match=r"m\.png: the mask is coloured"):
        read_mask(write(tmp_path / "m.png", rgb))


def test_jpeg_greys_at_the_outline_are_taken(tmp_path):
    disc = np.zeros((120, 160), np.uint8)
    cv2.circle(disc, (80, 60), 33, 1, -1)
    for quality in (40, 75, 95):
        mask, _ = read_mask(write(tmp_path / "m.jpg", disc * np.uint8(255), quality=quality))
        assert np.count_nonzero(mask != disc.astype(bool)) <= 0.02 * disc.sum()


def test_a_soft_outline_is_taken_and_a_third_value_is_not():
    soft = cv2.GaussianBlur(square((80, 80), 20, 20, 40) * np.uint8(255), (0, 0), 1.0)
    assert abs(int(binary(soft).sum()) - 1600) < 30
    three = np.zeros((80, 80), np.uint8)
    three[10:70, 10:70] = 255
    three[25:55, 25:55] = 128
    with pytest.raises(DataSetError, match="128"):
        binary(three)


@pytest.mark.parametrize("values", [(0, 1, 2), (0, 38), (0, 3, 255), (0, 100)])
def test_class_numbers_are_no_binary_mask(values):
    labels = np.zeros((100, 100), np.uint8)
    for number, value in enumerate(values[1:]):
        labels[5 + 30 * number : 30 + 30 * number, 5:95] = value
    with pytest.raises(DataSetError, match="other than 0 and 255"):
        binary(labels)


@settings(deadline=None, max_examples=60)
@given(arrays.arrays(np.bool_, arrays.array_shapes(min_dims=2, max_dims=2, max_side=30)), st.booleans())
def test_every_pure_mask_comes_back_as_it_is(mask, lossy):
    for high in (1, 255):
        assert (binary(mask.astype(np.uint8) * np.uint8(high), lossy=lossy) == mask).all()


@settings(deadline=None, max_examples=60)
@given(arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=40)))
def test_any_values_give_a_mask_or_a_refusal(values):
    try:
        mask = binary(values)
    except DataSetError:
        assert set(np.unique(values)) - {0, 1, 255}
    else:
        assert mask.shape == values.shape
        assert mask.dtype == bool


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=200))
def test_no_picture_no_mask(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("m") / "m.png"
    path.write_bytes(data)
    with pytest.raises(DataSetError, match=r"m\.png"):
        read_mask(path)


def test_sizes_that_differ_are_named(tmp_path):
    image = read_picture(write(tmp_path / "a.jpg", picture()))
    mask = write_mask(tmp_path / "a.png", square((41, 60)))
    (problem,) = MaskFiles(("ulcer",), (mask,)).problems(image)
    assert "a.png is 60 x 41 pixels" in problem
    assert "a.jpg 60 x 40" in problem


def test_a_mask_of_the_stored_pixels_of_a_turned_photo_is_refused(tmp_path):
    image = read_picture(write(tmp_path / "a.jpg", picture(), orientation=6))
    assert image.shape == (60, 40)
    (problem,) = MaskFiles(("ulcer",), (write_mask(tmp_path / "a.png", square()),)).problems(image)
    assert "60 x 40 pixels" in problem
    assert "EXIF orientation 6" in problem
    upright = write_mask(tmp_path / "b.png", np.rot90(square(), -1))
    assert MaskFiles(("ulcer",), (upright,)).problems(image) == []


@pytest.mark.parametrize("orientation", [2, 3, 4])
def test_a_turn_that_sizes_do_not_show_is_refused(tmp_path, orientation):
    image = read_picture(write(tmp_path / "a.jpg", picture(), orientation=orientation))
    (problem,) = MaskFiles(("ulcer",), (write_mask(tmp_path / "a.png", square()),)).problems(image)
    assert f"EXIF orientation {orientation}" in problem
    assert "before or after" in problem


def test_a_mask_with_the_orientation_of_its_photo_is_turned_with_it(tmp_path):
    image = read_picture(write(tmp_path / "a.jpg", picture(), orientation=3))
    files = MaskFiles(("ulcer",), (write_mask(tmp_path / "a.png", square(), orientation=3),))
    assert files.problems(image) == []
    assert (files.planes(image.shape)[0] == np.rot90(square(), 2)).all()


def test_pixels_that_are_unsure(tmp_path):
    files = MaskFiles(
        ("skin", "ulcer"),
        (write_mask(tmp_path / "s.png", square()), write_mask(tmp_path / "u.png", square(side=2))),
        write_mask(tmp_path / "x.png", square(top=0, left=0)),
    )
    planes = files.planes((40, 60))
    assert (planes[:, :8, :8] == UNLABELLED).all()
    assert planes[0].max() == UNLABELLED
    assert (planes[0] == 1).sum() == 64
    assert (planes[1] == 1).sum() == 4
