import cv2
import numpy as np
import pytest

from lesiontrack.errors import ResultsError
from lesiontrack.segmentation import Segmentation
from lesiontrack.segmentation.layers import Layer
from lesiontrack.training.contents import read_sets
from lesiontrack.training.evaluation import evaluate
from lesiontrack.training.samples import join_labels
from lesiontrack.training.worst import FOUND, TRUTH, Worst
from tests.training.files import square, write, write_mask

SHAPE = (60, 80)


def marks(photo):
    """A segmenter that marks the left half, whatever it sees."""
    values = np.full((photo.height, photo.width // 2), 255, np.uint8)
    return Segmentation((photo.height, photo.width), {"lesion": Layer(0, 0, values)}, "left", ())


def worst_of(folder, count=2):
    for stem, left in (("right", 50), ("middle", 30), ("left", 5)):
        write(folder / f"images/{stem}.png", np.full((*SHAPE, 3), 128, np.uint8))
        write_mask(folder / f"masks/{stem}.png", square(SHAPE, left=left, side=20))
    write(folder / "images/none.png", np.full((*SHAPE, 3), 128, np.uint8))
    write_mask(folder / "masks/none.png", np.zeros(SHAPE, bool))
    worst = Worst(count)
    evaluate(marks, join_labels(read_sets([("folder:ours", folder)])), on_photo=worst)
    return worst


def test_the_worst_come_first_and_the_others_not_at_all(tmp_path):
    assert worst_of(tmp_path / "data", 3).write(tmp_path / "out") == 3
    names = sorted(path.name for path in (tmp_path / "out").glob("*.jpg"))
    assert [name.split("-")[2:] for name in names] == [
        ["01", "0.00", "ours", "none.jpg"],
        ["02", "0.00", "ours", "right.jpg"],
        ["03", "0.08", "ours", "middle.jpg"],
    ]


def test_both_outlines_are_drawn_where_they_are(tmp_path):
    worst_of(tmp_path / "data").write(tmp_path / "out")
    (path,) = (tmp_path / "out").glob("*right.jpg")
    pixels = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB).astype(int)
    assert pixels.shape == (*SHAPE, 3)
    for colour, columns in ((TRUTH, range(48, 72)), (FOUND, range(42))):
        near = np.flatnonzero((np.abs(pixels - colour).sum(-1) < 150).any(0))
        assert near.size
        assert {*near.tolist()} <= {*columns}


def test_only_our_own_pictures_are_replaced(tmp_path):
    worst = worst_of(tmp_path / "data", 1)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/holiday.jpg").write_bytes(b"x")
    with pytest.raises(ResultsError, match="holds other files"):
        worst.write(tmp_path / "mine")
    assert (tmp_path / "mine/holiday.jpg").read_bytes() == b"x"
    worst_of(tmp_path / "data", 4).write(tmp_path / "out")
    worst.write(tmp_path / "out")
    assert len([*(tmp_path / "out").glob("*.jpg")]) == 1
