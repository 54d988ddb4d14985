import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lesiontrack.phantom.study import MASK_BITS
from lesiontrack.training.readers.phantom import OPEN
from lesiontrack.training.samples import LEARNED, UNLABELLED, DataSetError, join_labels, read_dataset
from tests.training.files import SHAPE, pairs, picture, square, write, write_mask

DATA = os.environ.get("LESIONTRACK_DATA")


def outlines(folder, stem, *, name="outlines.json", category="skin"):
    """A COCO file that calls the left half of a picture skin."""
    height, width = SHAPE
    half = [0, 0, width / 2, 0, width / 2, height, 0, height]
    document = {
        "images": [{"id": 1, "file_name": f"{stem}.jpg", "width": width, "height": height, "group": "p1"}],
        "categories": [{"id": 1, "name": category}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "segmentation": [half]}],
    }
    (folder / name).write_text(json.dumps(document))
    return folder / name


def test_one_file_in_two_sets_is_one_sample_with_both_labels(tmp_path):
    folder = pairs(tmp_path, ["0001", "0002"])
    ulcers = read_dataset("fuseg", folder)
    skin = read_dataset("coco:skin", outlines(folder, "0002"))
    one, two = join_labels([ulcers, skin])
    assert one.labelled == ("ulcer",)
    assert two.id == "fuseg/0002"
    assert two.also == ("skin/0002",)
    assert two.labelled == ("skin", "ulcer")
    assert two.group == "skin/p1"
    planes = two.load()[1]
    assert (planes[2] == square()).all()
    assert planes[0, :, :30].all()
    assert not planes[0, :, 30:].any()
    assert (planes[1] == UNLABELLED).all()


def test_equal_pixels_in_another_file_are_the_same_picture(tmp_path):
    folder = pairs(tmp_path / "a", ["0001", "0002"], image_end=".png")
    other = tmp_path / "b"
    write(other / "images" / "copy.bmp", picture(1))
    write_mask(other / "masks" / "skin" / "copy.png", square(side=20))
    joined = join_labels([read_dataset("fuseg", folder), read_dataset("folder:b", other)])
    assert [sample.id for sample in joined] == ["fuseg/0001", "fuseg/0002"]
    assert joined[1].also == ("b/copy",)
    assert joined[1].labelled == ("skin", "ulcer")


def test_the_set_named_first_counts_and_the_second_fills_what_it_leaves_open(tmp_path):
    folder = pairs(tmp_path, ["a"], masks="masks/skin")
    write_mask(tmp_path / "masks" / "unsure" / "a.png", square(top=0, left=0, side=4))
    drawn = read_dataset("coco:drawn", outlines(tmp_path / "images", "a"))
    (sample,) = join_labels([read_dataset("folder:own", folder), drawn])
    planes = sample.load()[1]
    assert planes[0, :4, :4].all(), "unsure in the first, skin in the second"
    assert not planes[0, 30:, :20].any(), "skin in the second, but the first says no"


def test_equal_pictures_within_one_set_stay_two_opinions(tmp_path):
    folder = pairs(tmp_path, ["a", "b"])
    write(folder / "images" / "b.jpg", picture(0))
    ulcers = read_dataset("fuseg", folder)
    skin = read_dataset("coco:skin", outlines(folder, "b"))
    a, b = join_labels([ulcers, skin])
    assert (a.also, b.also) == ((), ("skin/b",))


def test_groups_of_one_picture_become_one(tmp_path):
    folder = pairs(tmp_path, ["0001", "0002", "0003"])
    (folder / "pairs.csv").write_text("a,b,label,note\n0001,0002,serial,\n")
    skin = read_dataset("coco:skin", outlines(folder, "0002"))
    one, two, three = join_labels([read_dataset("fuseg", folder), skin])
    assert one.group == two.group
    assert one.group is not None
    assert three.group is None


def test_two_pictures_with_one_id_are_refused(tmp_path):
    sets = [
        read_dataset("folder", pairs(tmp_path / name, ["a"], image_end=end))
        for name, end in (("x", ".png"), ("y", ".bmp"))
    ]
    write(tmp_path / "y" / "images" / "a.bmp", picture(9))
    with pytest.raises(DataSetError, match="FORMAT:LABEL"):
        join_labels(sets)


def test_a_turned_photo_is_upright_with_its_labels(tmp_path):
    write(tmp_path / "images" / "a.png", picture(), orientation=6)
    write_mask(tmp_path / "masks" / "a.png", np.rot90(square(), -1))
    (sample,) = read_dataset("folder", tmp_path).samples
    pixels, planes = sample.load()
    assert not sample.plain
    assert (pixels == np.rot90(picture(), -1)).all()
    assert ((planes[1] == 1) == np.rot90(square(), -1)).all()


@pytest.mark.parametrize("plain", [True, False])
def test_a_damaged_photo_is_named(tmp_path, plain):
    folder = pairs(tmp_path, ["a"])
    (sample,) = read_dataset("folder", folder).samples
    sample.image.write_bytes(b"\xff\xd8\xff")
    object.__setattr__(sample, "plain", plain)
    with pytest.raises(DataSetError, match=r"a\.jpg"):
        sample.load()


def test_samples_travel_to_worker_processes(tmp_path):
    folder = pairs(tmp_path, ["a"])
    sets = [read_dataset("folder", folder), read_dataset("coco:s", outlines(folder / "images", "a"))]
    (sample,) = pickle.loads(pickle.dumps(join_labels(sets)))
    assert sample.load()[1].shape == (4, *SHAPE)


def test_phantom_truth_leaves_open_what_people_draw_differently(tmp_path):
    bits = np.zeros(SHAPE, np.uint8)
    bits[:, :30] = MASK_BITS["skin"]
    bits[:5, :30] |= MASK_BITS["hair"] | MASK_BITS["obstruction"]
    bits[10:12, :5] |= MASK_BITS["lesion"] | MASK_BITS["ulcer"]
    bits[20:22, :5] |= MASK_BITS["naevus"]
    bits[30:32, :5] = MASK_BITS["crust"] | MASK_BITS["obstruction"]
    bits[:, 50:] = MASK_BITS["obstruction"]
    write(tmp_path / "PT001" / "2024-01-01" / "calf.jpg", picture())
    write(tmp_path / "PT001" / "2024-02-01" / "calf.jpg", picture())
    write(tmp_path / "_truth" / "PT001" / "2024-01-01" / "calf.png", bits)
    data = read_dataset("phantom:rendered", tmp_path)
    (sample,) = data.samples
    assert sample.id == "rendered/PT001/2024-01-01/calf"
    assert sample.group == "rendered/PT001"
    assert any("without a mask left out: PT001/2024-02-01/calf" in note for note in data.notes)
    planes = dict(zip(LEARNED, sample.load()[1], strict=True))
    assert (planes["skin"][:30, :30] == 1).all()
    assert (planes["obstruction"][:5, :30] == UNLABELLED).all()
    assert (planes["obstruction"][:, 50:] == 1).all()
    assert (planes["lesion"][20:22, :5] == UNLABELLED).all()
    assert (planes["ulcer"][20:22, :5] == 0).all()
    assert (planes["ulcer"][10:12, :5] == 1).all()
    assert all((plane[30:32, :5] == UNLABELLED).all() for plane in planes.values())
    assert set(OPEN) <= set(MASK_BITS)


def test_reading_and_splitting_need_no_torch():
    code = (
        "import sys, lesiontrack.training, lesiontrack.training.samples, lesiontrack.training.split, "
        "lesiontrack.training.duplicates; print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.skipif(not DATA, reason="LESIONTRACK_DATA names no folder with the real photos")
def test_the_real_sets_are_read_whole():
    folder = Path(str(DATA))
    ulcers, lesions = read_dataset("fuseg", folder / "fuseg"), read_dataset("isic2017", folder / "isic2017")
    assert (len(ulcers.samples), len(lesions.samples)) == (749, 2000)
    assert ulcers.notes == lesions.notes == ()
    by_id = {sample.id: sample for sample in ulcers.samples}
    assert by_id["fuseg/0704"].group == by_id["fuseg/0917"].group, "patient H in both notes"
    for sample in (*ulcers.samples[::150], *lesions.samples[::400]):
        pixels, planes = sample.load()
        assert planes.shape == (4, *pixels.shape[:2])
        assert set(np.unique(planes)) <= {0, 1, UNLABELLED}
