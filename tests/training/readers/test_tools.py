"""COCO JSON, LabelMe and CVAT: what annotation tools write."""

import base64
import json
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from lesiontrack.training.readers.cvat import read_labelmap
from lesiontrack.training.samples import LEARNED, UNLABELLED, DataSetError, read_dataset
from tests.training.files import SHAPE, picture, square, write

SKIN, LESION, ULCER, OBSTRUCTION = range(4)
BOX = [[20, 10], [28, 10], [28, 18], [20, 18]]  # square() with pixel corners at whole numbers


def coco(annotations, *, categories=("skin", "obstruction", "unsure"), info=None, **entry):
    return {
        "info": info or {},
        "licenses": [{"id": 1, "name": "Apache-2.0"}],
        "images": [{"id": 7, "file_name": "a.jpg", "width": SHAPE[1], "height": SHAPE[0], **entry}],
        "categories": [{"id": number, "name": name} for number, name in enumerate(categories, 1)],
        "annotations": [
            {"id": number, "image_id": 7, "category_id": categories.index(name) + 1, "segmentation": shape}
            for number, (name, shape) in enumerate(annotations, 1)
        ],
    }


def outline(points):
    return [[value for point in points for value in point]]


@pytest.fixture
def set_of_one(tmp_path):
    """Writes the document and its picture, gives the folder."""

    def make(document, *, orientation=None):
        write(tmp_path / "a.jpg", picture(), orientation=orientation)
        (tmp_path / "outlines.json").write_text(json.dumps(document))
        return tmp_path

    return make


def test_coco_outlines_run_lengths_and_unsure(set_of_one):
    obstruction = np.zeros(SHAPE, bool)
    obstruction[:, :3] = True
    runs = [0, 3 * SHAPE[0], (SHAPE[1] - 3) * SHAPE[0]]
    folder = set_of_one(
        coco(
            [
                ("skin", outline(BOX)),
                ("skin", [*outline([[0, 30], [5, 30], [5, 35], [0, 35]]), *outline(BOX)]),
                ("obstruction", {"size": list(SHAPE), "counts": runs}),
                ("unsure", outline([[20, 10], [22, 10], [22, 12], [20, 12]])),
            ]
        )
    )
    data = read_dataset("coco:skin", folder)
    assert data.classes == ("skin", "obstruction")
    assert data.licence == "Apache-2.0"
    (sample,) = data.samples
    assert sample.id == "skin/a"
    planes = sample.load()[1]
    expected = square().astype(np.uint8)
    expected[30:35, :5] = 1
    expected[10:12, 20:22] = UNLABELLED
    assert (planes[SKIN] == expected).all()
    assert ((planes[OBSTRUCTION] == 1) == obstruction).all()
    assert (planes[OBSTRUCTION, 10:12, 20:22] == UNLABELLED).all()
    assert (planes[[LESION, ULCER]] == UNLABELLED).all()


def test_coco_classes_that_are_not_complete_count_only_where_outlined(set_of_one):
    folder = set_of_one(coco([("obstruction", outline(BOX))], info={"labelled": ["skin"]}))
    planes = read_dataset("coco", folder).samples[0].load()[1]
    assert (planes[SKIN] == 0).all()
    assert set(np.unique(planes[OBSTRUCTION])) == {1, UNLABELLED}


def test_coco_with_its_pictures_elsewhere(tmp_path):
    write(tmp_path / "photos" / "images" / "a.jpg", picture())
    (tmp_path / "outlines.json").write_text(json.dumps(coco([], group="patient 4")))
    data = read_dataset("coco:skin", f"{tmp_path}/outlines.json@{tmp_path}/photos")
    assert data.samples[0].image == tmp_path / "photos" / "images" / "a.jpg"
    assert data.samples[0].group == "skin/patient 4"
    with pytest.raises(DataSetError, match="is no folder"):
        read_dataset("coco", f"{tmp_path}/outlines.json@{tmp_path}/nowhere")
    with pytest.raises(DataSetError, match="FILE@FOLDER"):
        read_dataset("coco", tmp_path / "outlines.json")


ONE = {"id": 3, "image_id": 7, "category_id": 1}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"categories": [{"id": 1, "name": "wound"}]}, "'wound' is none of"),
        ({"annotations": [{**ONE, "image_id": 9}]}, "is for picture 9"),
        ({"annotations": [{**ONE, "category_id": 9}]}, "has category 9"),
        ({"annotations": [{**ONE, "bbox": [1, 2, 3, 4]}]}, "boxes alone"),
        ({"annotations": [{**ONE, "segmentation": [[1, 2]]}]}, "three or more"),
        ({"annotations": [{**ONE, "segmentation": [["x", 2]]}]}, "x, y"),
        ({"annotations": [{**ONE, "segmentation": {"size": [3, 3], "counts": "414"}}]}, "its size"),
        ({"annotations": [{**ONE, "segmentation": {"size": [40, 60], "counts": "414"}}]}, "add up to 9"),
        ({"annotations": {}}, "`annotations` must be a list"),
        ({"info": {"labelled": ["ulcer"]}}, "info.labelled"),
        ({"images": [{"id": 7, "file_name": "a.jpg", "width": 40, "height": 60}]}, "40 x 60 pixels"),
    ],
)
def test_coco_files_that_can_not_be_meant(set_of_one, change, message):
    with pytest.raises(DataSetError, match=message):
        read_dataset("coco", set_of_one({**coco([]), **change}))


def test_coco_drawn_on_the_stored_pixels_of_a_turned_photo_is_refused(set_of_one):
    with pytest.raises(DataSetError, match="EXIF orientation 6"):
        read_dataset("coco", set_of_one(coco([]), orientation=6))


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, '{"images": 3}'])
def test_what_is_no_coco_file(tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(DataSetError, match=r"x\.json is no"):
        read_dataset("coco", tmp_path)


def labelme(shapes, **more):
    return {"version": "5.5.0", "imagePath": "a.jpg", "imageData": "never read", "shapes": shapes, **more}


def shape(label, points, kind="polygon", **more):
    return {"label": label, "points": points, "shape_type": kind, **more}


def test_labelme_shapes(set_of_one):
    buffer = BytesIO()
    Image.fromarray(np.ones((3, 4), bool)).save(buffer, "PNG")
    folder = set_of_one(
        labelme(
            [
                shape("Lesion", BOX),
                shape("ulcer", [[20, 10], [22, 13]], "rectangle"),
                shape("skin", [[30, 20], [30, 30]], "circle"),
                shape(
                    "obstruction", [[1, 2], [4, 4]], "mask", mask=base64.b64encode(buffer.getvalue()).decode()
                ),
                shape("unsure", [[0, 0], [1, 1]], "rectangle"),
            ],
            imageHeight=SHAPE[0],
            imageWidth=SHAPE[1],
        )
    )
    data = read_dataset("labelme:mine", folder)
    assert data.classes == LEARNED
    planes = data.samples[0].load()[1]
    assert ((planes[LESION] == 1) == square()).all()
    assert (planes[ULCER] == 1).sum() == 6
    assert (planes[SKIN] == 1).sum() == pytest.approx(np.pi * 100, rel=0.05)
    assert planes[OBSTRUCTION, 2:5, 1:5].all()
    assert (planes[OBSTRUCTION] == 1).sum() == 12
    assert (planes[:, 0, 0] == UNLABELLED).all()


def test_labelme_sets_say_which_classes_were_looked_for(set_of_one):
    folder = set_of_one(labelme([shape("lesion", BOX)]))
    write(folder / "b.jpg", picture(1))
    (folder / "b.json").write_text(json.dumps({**labelme([]), "imagePath": "b.jpg"}))
    write(folder / "c.jpg", picture(2))
    (folder / "d.json").write_text(json.dumps({**labelme([]), "imagePath": "d.jpg"}))
    data = read_dataset("labelme", folder)
    assert data.classes == ("lesion",)
    assert (data.samples[0].load()[1][LESION] == 0).all()
    assert any("without a picture left out: d.json" in note for note in data.notes)
    assert any("without a file of shapes left out: c.jpg" in note for note in data.notes)
    (folder / "labels.txt").write_text("__ignore__\nlesion\nulcer\n")
    assert read_dataset("labelme", folder).classes == ("lesion", "ulcer")
    (folder / "labels.txt").write_text("ulcer\n")
    with pytest.raises(DataSetError, match="doesn't list"):
        read_dataset("labelme", folder)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (shape("mole", BOX), "'mole' is none of"),
        (shape("skin", BOX, "linestrip"), "a linestrip has no area"),
        (shape("skin", [[1, 2]], "circle"), "two points"),
        (shape("skin", [[1, 2], [3, 4]], "mask", mask="###"), "no PNG"),
        (shape("skin", [[1, 2], [3, 4]]), "three or more"),
    ],
)
def test_labelme_shapes_that_can_not_be_read(set_of_one, bad, message):
    with pytest.raises(DataSetError, match=message):
        read_dataset("labelme", set_of_one(labelme([bad])))


def test_labelme_of_another_size_is_refused(set_of_one):
    with pytest.raises(DataSetError, match="61 x 40 pixels"):
        read_dataset("labelme", set_of_one(labelme([shape("skin", BOX)], imageHeight=40, imageWidth=61)))


LABELMAP = """# label:color_rgb:parts:actions
background:0,0,0::
skin:0,255,0::
lesion:10,20,30::
ulcer:255,0,0::
obstruction:0,0,255::
unsure:9,9,9::
"""


@pytest.fixture
def cvat_set(tmp_path):
    colours = np.zeros((*SHAPE, 3), np.uint8)
    colours[:30] = (0, 255, 0)
    colours[10:18, 20:28] = (10, 20, 30)
    colours[12:14, 22:24] = (255, 0, 0)
    colours[0:4] = (0, 0, 255)
    colours[25:27, 40:45] = (9, 9, 9)
    write(tmp_path / "SegmentationClass" / "a.png", colours)
    write(tmp_path / "JPEGImages" / "a.jpg", picture())
    (tmp_path / "labelmap.txt").write_text(LABELMAP)
    return tmp_path


def test_cvat_colours_become_independent_classes(cvat_set):
    data = read_dataset("cvat:site", cvat_set)
    assert data.classes == LEARNED
    planes = data.samples[0].load()[1]
    assert (planes[SKIN, 4:25] == 1).all(), "skin goes on under lesions and ulcers"
    assert (planes[SKIN, :4] == 0).all(), "and ends under an obstruction"
    assert (planes[SKIN, 30:] == 0).all()
    assert (planes[LESION, 12:14, 22:24] == UNLABELLED).all(), "a lesion may go on under an ulcer"
    assert (planes[LESION] == 1).sum() == 60
    assert (planes[ULCER] == 1).sum() == 4
    assert (planes[OBSTRUCTION, :4] == 1).all()
    assert (planes[:, 25:27, 40:45] == UNLABELLED).all()


def test_cvat_masks_with_a_palette_and_with_numbers(cvat_set):
    path = cvat_set / "SegmentationClass" / "a.png"
    before = read_dataset("cvat", cvat_set).samples[0].load()[1]
    with Image.open(path) as image:
        image.convert("P", palette=Image.Palette.ADAPTIVE, colors=8).save(path)
    assert (read_dataset("cvat", cvat_set).samples[0].load()[1] == before).all()
    numbers = np.zeros(SHAPE, np.uint8)
    numbers[5:9] = 3
    write(path, numbers)
    planes = read_dataset("cvat", cvat_set).samples[0].load()[1]
    assert (planes[ULCER, 5:9] == 1).all()
    write(path, numbers * np.uint8(3))
    with pytest.raises(DataSetError, match="label 9"):
        read_dataset("cvat", cvat_set)


def test_cvat_sets_that_do_not_fit(cvat_set):
    write(cvat_set / "SegmentationClass" / "b.png", np.full((*SHAPE, 3), 77, np.uint8))
    assert any("without a picture left out: b" in note for note in read_dataset("cvat", cvat_set).notes)
    write(cvat_set / "JPEGImages" / "b.jpg", picture())
    with pytest.raises(DataSetError, match="colour 77,77,77"):
        read_dataset("cvat", cvat_set)
    write(cvat_set / "SegmentationClass" / "b.png", np.zeros((5, 6, 3), np.uint8))
    with pytest.raises(DataSetError, match="6 x 5 pixels"):
        read_dataset("cvat", cvat_set)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("skin", "is not label:"),
        ("skin:1,2::", "is not label:"),
        ("skin:1,2,300::", "is not label:"),
        ("foot:1,2,3::", "'foot' is none of"),
        ("skin:0,0,0::", "two labels"),
    ],
)
def test_labelmaps_that_can_not_be_read(tmp_path, line, message):
    (tmp_path / "labelmap.txt").write_text(f"background:0,0,0::\n{line}\n")
    with pytest.raises(DataSetError, match=message):
        read_labelmap(tmp_path / "labelmap.txt")
