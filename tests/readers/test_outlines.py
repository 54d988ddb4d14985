"""What two readers drew: common parts, overlap, the outline halfway between."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lesiontrack.arrays import AnyArray, Mask
from lesiontrack.corrections import MaskEdit
from lesiontrack.corrections.png import brightness
from lesiontrack.readers import Comparison, Pair, compare_readers
from lesiontrack.readers.drawings import encoded
from lesiontrack.readers.outlines import midway
from tests.readers.made import A, B, drawing, make_results, say


def disc(side: int, x: float, y: float, radius: float) -> Mask:
    rows, columns = np.mgrid[:side, :side]
    inside: Mask = np.hypot(columns - x, rows - y) <= radius
    return inside


def compared(folder: Path, mine: list[MaskEdit], theirs: list[MaskEdit], **options: float) -> Comparison:
    say(folder / "study", A, *mine)
    say(folder / "study", B, *theirs)
    return compare_readers(folder / "study", A, B, results=make_results(folder / "results"), **options)


def masks(found: Comparison) -> list[Pair]:
    return [pair for pair in found.pairs if pair.subject.question == "mask"]


def test_areas_in_what_both_judged(tmp_path: Path) -> None:
    """A's window is 80 px from 20, B's 80 px from 40: 60 px are common, 10 px a mm."""
    full = np.ones((80, 80), bool)
    (pair,) = masks(
        compared(tmp_path, [drawing(20, 20, {"lesion": full})], [drawing(40, 40, {"lesion": full})])
    )
    told = pair.measures
    assert (told["x"], told["y"], told["width"], told["height"]) == (40, 40, 60, 60)
    assert (told["area_a_px"], told["area_b_px"], told["dice"]) == (3600, 3600, 1.0)
    assert told["area_a_mm2"] == pytest.approx(36)
    assert (told["outside_a_px"], told["outside_b_px"]) == (2800, 2800)
    assert told["lesions"] == "L01"
    assert pair.state == "agree"
    assert "2800 px²" in pair.note


def test_overlap_decides(tmp_path: Path) -> None:
    one, other = disc(80, 40, 40, 20), disc(80, 44, 40, 20)
    dice = 2 * (one & other).sum() / (one.sum() + other.sum())
    found = compared(tmp_path, [drawing(20, 20, {"lesion": one})], [drawing(20, 20, {"lesion": other})])
    (pair,) = masks(found)
    assert pair.measures["dice"] == pytest.approx(dice)
    assert 0.8 < dice < 0.9
    assert pair.state == "differ"
    lenient = compare_readers(tmp_path / "study", A, B, min_dice=0.8)
    assert masks(lenient)[0].state == "agree"


def test_two_lesions_of_a_photo_are_two_regions(tmp_path: Path) -> None:
    small = disc(40, 20, 20, 8)
    mine = [drawing(10, 10, {"lesion": small}), drawing(120, 120, {"lesion": small, "ulcer": small})]
    theirs = [drawing(12, 12, {"lesion": small}), drawing(120, 120, {"lesion": small})]
    found = masks(compared(tmp_path, mine, theirs))
    assert [(p.subject.detail[0], p.state) for p in found] == [
        ("lesion", "differ"), ("lesion", "agree"), ("ulcer", "only A"),
    ]  # fmt: skip
    assert [p.measures.get("x") for p in found] == [12, 120, None]


def test_a_later_window_holds(tmp_path: Path) -> None:
    mine = [
        drawing(20, 20, {"lesion": np.ones((60, 60), bool)}),
        drawing(20, 20, {"lesion": disc(60, 30, 30, 10)}),
    ]
    found = compared(tmp_path, mine, [drawing(20, 20, {"lesion": disc(60, 30, 30, 10)})])
    (pair,) = masks(found)
    assert pair.measures["dice"] == 1
    assert pair.first is not None
    assert len(pair.first.ids) == 2


def test_windows_that_do_not_meet_are_read_by_one(tmp_path: Path) -> None:
    spot = disc(40, 20, 20, 8)
    found = masks(
        compared(tmp_path, [drawing(0, 0, {"lesion": spot})], [drawing(100, 100, {"lesion": spot})])
    )
    assert sorted(pair.state for pair in found) == ["only A", "only B"]


def test_a_lesion_wholly_beyond_the_others_window_is_read_by_one(tmp_path: Path) -> None:
    """B's window is wide and holds a second lesion, of which A judged nothing."""
    wide = disc(180, 30, 30, 15) | disc(180, 150, 150, 10)
    found = compared(
        tmp_path, [drawing(10, 10, {"lesion": disc(40, 20, 20, 15)})], [drawing(0, 0, {"lesion": wide})]
    )
    assert sorted(pair.state for pair in masks(found)) == ["agree", "only B"]


def test_both_drew_nothing(tmp_path: Path) -> None:
    nothing = np.zeros((30, 30), bool)
    found = compared(tmp_path, [drawing(5, 5, {"ulcer": nothing})], [drawing(5, 5, {"ulcer": nothing})])
    (pair,) = masks(found)
    assert (pair.state, pair.measures["dice"]) == ("agree", None)


def test_a_window_outside_of_the_photo_is_told(tmp_path: Path) -> None:
    spot = disc(20, 10, 10, 5)
    found = masks(
        compared(tmp_path, [drawing(500, 500, {"lesion": spot})], [drawing(0, 0, {"lesion": spot})])
    )
    assert {pair.state: "can't be used" in pair.note for pair in found} == {"only A": True, "only B": False}


def test_halfway_between_two_discs() -> None:
    """Radii of 20 and 30 about one centre: 25."""
    inside = midway(disc(101, 50, 50, 20), disc(101, 50, 50, 30))
    assert math.sqrt(inside.sum() / math.pi) == pytest.approx(25, abs=0.3)


MASKS = arrays(bool, st.tuples(st.integers(1, 12), st.integers(1, 12)))


@settings(max_examples=60, deadline=None)
@given(MASKS, st.data())
def test_halfway_keeps_what_both_said(first: Mask, data: st.DataObject) -> None:
    second: AnyArray = data.draw(arrays(bool, first.shape))
    inside = midway(first, second)
    assert (inside == midway(second, first)).all()
    assert not (inside & ~(first | second)).any()
    assert (inside | ~(first & second)).all()
    assert (midway(first, first) == first).all()


@settings(max_examples=30, deadline=None)
@given(MASKS)
def test_a_mask_comes_back_as_it_was_written(mask: Mask) -> None:
    assert ((brightness(encoded(mask)) >= 128) == mask).all()
