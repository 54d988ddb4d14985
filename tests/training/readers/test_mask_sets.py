"""FUSeg, ISIC, PH2, HAM10000 and plain folders: a picture and a mask file each."""

import numpy as np
import pytest

from lesiontrack.training.samples import LEARNED, UNLABELLED, DataSetError, read_dataset
from tests.training.files import SHAPE, pairs, picture, square, write, write_mask

PAIRS = """a,b,label,note
0001,0002,serial,"same foot (patient C series), wound differs"
0003,0004,reshot,patient C
0005,0006,impostor,only date stamp matches
0007,0008,unsure,perhaps
0009,0010,impostor,"different wound; perhaps the other leg of the same person"
0010,0011,reshot,hallux patient (I)
0012,0013,reshot,hallux patient (I)
"""


def ids(dataset):
    return [sample.id for sample in dataset.samples]


def test_fuseg_labels_ulcer_alone(tmp_path):
    data = read_dataset("fuseg", pairs(tmp_path, ["0001", "0002"]))
    assert data.classes == ("ulcer",)
    assert ids(data) == ["fuseg/0001", "fuseg/0002"]
    pixels, planes = data.samples[0].load()
    assert pixels.shape == (*SHAPE, 3)
    assert planes.shape == (len(LEARNED), *SHAPE)
    assert (planes[LEARNED.index("ulcer")] == square()).all()
    others = [plane for name, plane in zip(LEARNED, planes, strict=True) if name != "ulcer"]
    assert (np.array(others) == UNLABELLED).all()
    assert any("pairs.csv" in note for note in data.notes)


def test_fuseg_groups_come_from_pairs_and_patient_letters(tmp_path):
    stems = [f"{number:04}" for number in range(1, 15)]
    folder = pairs(tmp_path, stems)
    (folder / "pairs.csv").write_text(PAIRS)
    groups = {sample.id[-4:]: sample.group for sample in read_dataset("fuseg", folder).samples}
    assert groups["0001"] == groups["0002"] == groups["0003"] == groups["0004"] == "fuseg/0001"
    assert groups["0007"] == groups["0008"]
    assert groups["0009"] == groups["0010"] == groups["0011"] == groups["0012"] == groups["0013"]
    assert groups["0005"] is None
    assert groups["0006"] is None
    assert groups["0014"] is None


def test_fuseg_as_the_challenge_lays_it(tmp_path):
    pairs(tmp_path / "train", ["0001"], masks="labels", image_end=".png")
    pairs(tmp_path / "validation", ["0002"], masks="labels", image_end=".png")
    assert ids(read_dataset("fuseg", tmp_path)) == ["fuseg/0001", "fuseg/0002"]


def test_pictures_and_masks_that_are_alone_are_listed(tmp_path):
    folder = pairs(tmp_path, ["a", "b"])
    write(folder / "images" / "c.jpg", picture())
    write_mask(folder / "masks" / "d.png", square())
    data = read_dataset("fuseg", folder)
    assert ids(data) == ["fuseg/a", "fuseg/b"]
    assert "1 picture without a mask left out: c" in data.notes
    assert "1 mask without a picture left out: d" in data.notes


def test_every_mask_that_does_not_fit_is_named_at_once(tmp_path):
    folder = pairs(tmp_path, ["a", "b", "c"])
    for stem in ("a", "c"):
        write_mask(folder / "masks" / f"{stem}.png", square((60, 40)))
    with pytest.raises(DataSetError) as error:
        read_dataset("isic2017", folder)
    assert str(error.value).count("40 x 60 pixels") == 2
    assert "a.png" in str(error.value)
    assert "c.png" in str(error.value)


@pytest.mark.parametrize(
    ("kind", "images", "masks", "end"),
    [
        (
            "isic2016",
            "ISBI2016_ISIC_Part1_Training_Data",
            "ISBI2016_ISIC_Part1_Training_GroundTruth",
            "_Segmentation",
        ),
        ("isic2017", "ISIC-2017_Training_Data", "ISIC-2017_Training_Part1_GroundTruth", "_segmentation"),
        (
            "isic2018",
            "ISIC2018_Task1-2_Training_Input",
            "ISIC2018_Task1_Training_GroundTruth",
            "_segmentation",
        ),
        ("isic2017", "images", "masks", ""),
    ],
)
def test_isic_as_the_challenges_lay_it(tmp_path, kind, images, masks, end):
    pairs(tmp_path, ["ISIC_0000001", "ISIC_0000002"], images=images, masks=masks, mask_end=f"{end}.png")
    write(tmp_path / images / "ISIC_0000001_superpixels.png", picture())
    (tmp_path / images / "ISIC-2017_Training_Data_metadata.csv").write_text("image_id\n")
    data = read_dataset(kind, tmp_path)
    assert data.classes == ("lesion",)
    assert ids(data) == [f"{kind}/ISIC_0000001", f"{kind}/ISIC_0000002"]
    assert data.notes == ()
    assert data.samples[0].labelled == ("lesion",)


def test_ph2(tmp_path):
    for stem in ("IMD002", "IMD003"):
        inside = tmp_path / "PH2Dataset" / "PH2 Dataset images" / stem
        write(inside / f"{stem}_Dermoscopic_Image" / f"{stem}.bmp", picture())
        write(inside / f"{stem}_lesion" / f"{stem}_lesion.bmp", square())
        write(inside / f"{stem}_roi" / f"{stem}_R1_Label4.bmp", square())
    data = read_dataset("ph2", tmp_path)
    assert ids(data) == ["ph2/IMD002", "ph2/IMD003"]
    assert (data.samples[1].load()[1][LEARNED.index("lesion")] == square()).all()


def test_ham10000_keeps_pictures_of_one_lesion_together(tmp_path):
    for part, stems in (("1", ["ISIC_0000001", "ISIC_0000002"]), ("2", ["ISIC_0000003"])):
        pairs(
            tmp_path,
            stems,
            images=f"HAM10000_images_part_{part}",
            masks="HAM10000_segmentations_lesion_tschandl",
            mask_end="_segmentation.png",
        )
    bare = read_dataset("ham10000", tmp_path)
    assert {sample.group for sample in bare.samples} == {None}
    assert any("metadata" in note for note in bare.notes)
    (tmp_path / "HAM10000_metadata.csv").write_text(
        "lesion_id,image_id,dx\nHAM_1,ISIC_0000001,nv\nHAM_1,ISIC_0000003,nv\nHAM_2,ISIC_0000002,nv\n"
    )
    groups = [sample.group for sample in read_dataset("ham10000", tmp_path).samples]
    assert groups == ["ham10000/HAM_1", "ham10000/HAM_2", "ham10000/HAM_1"]


def test_a_plain_folder_is_taken_for_lesions_and_says_so(tmp_path):
    data = read_dataset("folder:my-clinic", pairs(tmp_path, ["a"]))
    assert data.name == "my-clinic"
    assert ids(data) == ["my-clinic/a"]
    assert data.classes == ("lesion",)
    assert any("taken as lesion" in note for note in data.notes)
    assert data.licence == "not stated"


def test_a_folder_with_classes_labels_what_each_picture_has(tmp_path):
    pairs(tmp_path, ["a", "b"], masks="masks/skin")
    write_mask(tmp_path / "masks" / "ulcer" / "a.png", square(side=3))
    write_mask(tmp_path / "masks" / "unsure" / "a.png", square(top=0, left=0, side=2))
    (tmp_path / "groups.csv").write_text("image,group\na.jpg,patient 1\nb.jpg,\n")
    (tmp_path / "LICENSE").write_text("\nCC-BY-4.0\nmore\n")
    data = read_dataset("folder:mine", tmp_path)
    assert data.classes == ("skin", "ulcer")
    assert data.licence == "CC-BY-4.0"
    a, b = data.samples
    assert a.labelled == ("skin", "ulcer")
    assert b.labelled == ("skin",)
    assert (a.group, b.group) == ("mine/patient 1", None)
    assert "ulcer: 1 picture without a mask left out: b" in data.notes
    planes = a.load()[1]
    assert (planes[[0, 2], :2, :2] == UNLABELLED).all()
    assert (planes[2] == 1).sum() == 9


def test_a_folder_of_no_class_of_ours_is_refused(tmp_path):
    with pytest.raises(DataSetError, match="'wound' is none of skin, lesion, ulcer, obstruction"):
        read_dataset("folder", pairs(tmp_path, ["a"], masks="masks/wound"))


def test_two_pictures_of_one_stem_are_refused(tmp_path):
    folder = pairs(tmp_path, ["a"])
    write(folder / "images" / "a.png", picture())
    with pytest.raises(DataSetError, match="same stem"):
        read_dataset("folder", folder)


@pytest.mark.parametrize(
    "kind", ["fuseg", "isic2016", "ph2", "ham10000", "folder", "coco", "labelme", "cvat", "phantom"]
)
def test_an_empty_folder_says_what_is_missing(tmp_path, kind):
    with pytest.raises(DataSetError, match=str(tmp_path)):
        read_dataset(kind, tmp_path)


def test_names_of_formats_and_sets_are_checked(tmp_path):
    with pytest.raises(DataSetError, match="did you mean fuseg"):
        read_dataset("fuesg", tmp_path)
    with pytest.raises(DataSetError, match="can't name a data set"):
        read_dataset("coco:a/b", tmp_path)
    with pytest.raises(DataSetError, match="is no folder"):
        read_dataset("fuseg", tmp_path / "nowhere")
