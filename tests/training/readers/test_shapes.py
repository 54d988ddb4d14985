import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lesiontrack.training.dataset import DataSetError
from lesiontrack.training.readers.shapes import decode_rle, fill_polygon, uncompress


def run_lengths(mask):
    flat = mask.ravel(order="F").astype(np.int8)
    edges = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff([0, *edges.tolist(), flat.size]).tolist()
    return [0, *runs] if flat[0] else runs


def compress(runs):
    """The reference encoder's rule (cocoapi, rleToString), written from its description."""
    text = ""
    for number, run in enumerate(runs):
        value = run - runs[number - 2] if number > 2 else run
        more = True
        while more:
            code = value & 31
            value >>= 5
            more = value != -1 if code & 16 else value != 0
            text += chr((code | 32 if more else code) + 48)
    return text


masks = arrays.arrays(np.bool_, arrays.array_shapes(min_dims=2, max_dims=2, max_side=40))


@settings(deadline=None, max_examples=60)
@given(masks)
def test_run_lengths_come_back(mask):
    runs = run_lengths(mask)
    assert (decode_rle(runs, mask.shape) == mask).all()
    assert uncompress(compress(runs)) == runs
    assert (decode_rle(compress(runs), mask.shape) == mask).all()


def test_a_known_compressed_text():
    # 3 x 3 with the middle set, and a longer run than one character holds
    assert uncompress("414") == [4, 1, 4]
    assert uncompress(compress([100, 40, 30])) == [100, 40, 30]
    assert decode_rle("414", (3, 3)).tolist() == [[False] * 3, [False, True, False], [False] * 3]


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=20))
def test_any_text_gives_runs_or_a_refusal(text):
    try:
        runs = uncompress(text)
    except DataSetError:
        return
    assert all(isinstance(run, int) for run in runs)


@pytest.mark.parametrize("counts", [[4, 1, 5], [4, 1], [-1, 10], [2.5, 6.5], "41", ""])
def test_runs_that_do_not_fit_are_refused(counts):
    with pytest.raises(DataSetError):
        decode_rle(counts, (3, 3))


def test_a_rectangle_has_its_area():
    box = np.array([[2, 3], [7, 3], [7, 6], [2, 6]]) - 0.5
    mask = fill_polygon(box, (10, 12))
    assert mask.sum() == 15
    assert mask[3:6, 2:7].all()


def test_outlines_that_reach_out_are_cut():
    box = np.array([[-5.0, -5.0], [30.0, -5.0], [30.0, 30.0], [-5.0, 30.0]])
    assert fill_polygon(box, (8, 9)).all()
    assert not fill_polygon(box + 100, (8, 9)).any()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.floats(-5, 35), st.floats(-5, 35)), min_size=3, max_size=3))
def test_a_triangle_holds_the_pixels_that_its_sides_say(corners):
    triangle = np.array(corners)
    mask = fill_polygon(triangle, (30, 30))
    y, x = np.mgrid[:30, :30]
    sides = []
    for a, b in zip(triangle, np.roll(triangle, -1, axis=0), strict=True):
        sides.append((b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]))
    inside = np.all([side > 1e-6 for side in sides], axis=0) | np.all(
        [side < -1e-6 for side in sides], axis=0
    )
    outside = np.any([side > 1e-6 for side in sides], axis=0) & np.any(
        [side < -1e-6 for side in sides], axis=0
    )
    assert mask[inside].all()
    assert not mask[outside].any()


def test_the_area_of_a_circle_is_not_grown():
    turns = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    circle = np.column_stack([60 + 40 * np.cos(turns), 60 + 40 * np.sin(turns)])
    assert fill_polygon(circle, (120, 120)).sum() == pytest.approx(np.pi * 1600, rel=0.004)
    grown = np.zeros((120, 120), np.uint8)
    cv2.fillPoly(grown, [circle.round().astype(np.int32)], 1)
    assert grown.sum() > 1.02 * np.pi * 1600  # why OpenCV's filling is not used
