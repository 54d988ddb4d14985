"""What a reader drew is what is measured, and nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesiontrack.arrays import AnyArray
from lesiontrack.corrections.masks import DrawnMask, decode_drawn, refusal, with_drawn
from lesiontrack.measurement import Lesion, find_lesions, smallest_area
from lesiontrack.segmentation import Layer, Segmentation
from lesiontrack.tracking.place import look_at

from .drawing import box, png

SHAPE = (300, 400)
LARGE = (3000, 4000)
SPECK = (500, 500, 10, 10)  # 100 px: below the 180 px of a 12 MP photo


def segmentation(shape: tuple[int, int] = SHAPE, **boxes: tuple[int, int, int, int]) -> Segmentation:
    layers = {}
    for name, place in boxes.items():
        layer = Layer.crop(np.where(box(shape, *place), np.float32(0.9), np.float32(0)))
        assert layer is not None
        layers[name] = layer
    return Segmentation(shape, layers, "some-model")


def drawn(
    x: int = 0, y: int = 0, width: int = 400, height: int = 300, by: str = "Dr A", **masks: AnyArray
) -> DrawnMask:
    return DrawnMask(by, "0" * 64, x, y, width, height, tuple((n, png(m)) for n, m in masks.items()))


def regions(found: Segmentation) -> list[Lesion]:
    return find_lesions(found, None)


def test_a_drawn_lesion_has_its_area_and_place() -> None:
    window = box((50, 80), 10, 20, 20, 10)
    (lesion,) = regions(with_drawn(segmentation(), [drawn(100, 90, 80, 50, lesion=window)]))
    assert lesion.area_px == 200
    assert lesion.centroid == (100 + 10 + 9.5, 90 + 20 + 4.5)


def test_a_drawn_outline_is_as_uncertain_as_two_people_differ() -> None:
    (lesion,) = regions(with_drawn(segmentation(), [drawn(lesion=box(SHAPE, 100, 100, 40, 30))]))
    assert lesion.area_px_sd == pytest.approx(0.1 * 1200, rel=0.02)
    assert lesion.longest_diameter_px_sd == pytest.approx(0.04 * lesion.longest_diameter_px, rel=0.1)
    (lesion,) = regions(segmentation(lesion=(100, 100, 40, 30)))
    assert lesion.area_px_sd < 0.01 * 1200


def test_an_erased_lesion_vanishes_with_its_ulcer_and_leaves_bare_skin() -> None:
    before = segmentation(skin=(0, 0, 400, 300), lesion=(100, 100, 40, 30), ulcer=(105, 105, 30, 20))
    after = with_drawn(before, [drawn(90, 90, 60, 50, lesion=np.zeros((50, 60), bool))])
    assert regions(after) == []
    assert look_at(after, (120, 115), 20).what == "clear"


def test_an_ulcer_that_was_not_judged_stays_within_the_drawn_lesion() -> None:
    before = segmentation(lesion=(100, 100, 40, 40), ulcer=(100, 100, 40, 40))
    half = box(SHAPE, 100, 100, 40, 20)
    (lesion,) = regions(with_drawn(before, [drawn(lesion=half)]))
    assert (lesion.area_px, lesion.ulcer_area_px) == (800, 800)


def test_lesion_and_ulcer_drawn_together_are_measured_together() -> None:
    edit = drawn(lesion=box(SHAPE, 100, 100, 40, 20), ulcer=box(SHAPE, 130, 100, 20, 20))
    (lesion,) = regions(with_drawn(segmentation(lesion=(90, 90, 100, 100)), [edit]))
    assert (lesion.area_px, lesion.ulcer_area_px) == (50 * 20, 20 * 20)


def test_outside_the_window_and_in_other_classes_nothing_changes() -> None:
    before = segmentation(lesion=(100, 100, 200, 100), obstruction=(0, 0, 30, 30), skin=(0, 0, 400, 300))
    after = with_drawn(before, [drawn(150, 120, 20, 20, lesion=np.zeros((20, 20), bool))])
    inside = box(SHAPE, 150, 120, 20, 20)
    for name in ("lesion", "obstruction", "skin"):
        assert (after.probability(name)[~inside] == before.probability(name)[~inside]).all()
    assert (after.probability("lesion")[inside] == 0).all()


def test_a_drawn_lesion_lies_on_skin() -> None:
    after = with_drawn(segmentation(), [drawn(lesion=box(SHAPE, 100, 100, 40, 40))])
    assert (after.mask("skin") == box(SHAPE, 100, 100, 40, 40)).all()
    judged = drawn(lesion=box(SHAPE, 100, 100, 40, 40), skin=np.zeros(SHAPE, bool))
    assert not with_drawn(segmentation(), [judged]).mask("skin").any()


def test_a_thick_obstruction_hides_what_is_under_it_and_a_hair_does_not() -> None:
    before = segmentation(LARGE, skin=(0, 0, 4000, 3000), lesion=(1000, 1000, 300, 200))
    size = 600, 600
    part = with_drawn(before, [drawn(900, 900, *size, obstruction=box(size, 0, 0, 250, 400))])
    (lesion,) = regions(part)
    assert lesion.area_px == 150 * 200
    assert lesion.touches_border, "its size is a lower bound"
    covered = with_drawn(before, [drawn(900, 900, *size, obstruction=box(size, 0, 0, *size))])
    assert regions(covered) == []
    assert look_at(covered, (1150, 1100), 120).what == "obscured"
    hair = with_drawn(before, [drawn(900, 900, *size, obstruction=box(size, 200, 0, 20, 400))])
    (lesion,) = regions(hair)
    assert (lesion.area_px, lesion.touches_border) == (300 * 200, False)


def test_a_lesion_drawn_together_with_an_obstruction_is_as_it_was_drawn() -> None:
    edit = drawn(lesion=box(SHAPE, 100, 100, 40, 40), obstruction=box(SHAPE, 120, 0, 100, 300))
    (lesion,) = regions(with_drawn(segmentation(), [edit]))
    assert lesion.area_px == 1600
    assert lesion.touches_border


def test_a_small_lesion_that_was_drawn_is_no_speck() -> None:
    edit = drawn(400, 400, 300, 300, lesion=box((300, 300), 10, 10, 5, 4))
    (lesion,) = regions(with_drawn(segmentation(LARGE), [edit]))
    assert lesion.area_px == 20 < smallest_area(LARGE)


def test_a_lesion_made_small_by_the_eraser_is_no_speck() -> None:
    before = segmentation(LARGE, lesion=(500, 500, 100, 100))
    edit = drawn(400, 400, 300, 300, lesion=box((300, 300), 100, 100, 10, 10))
    (lesion,) = regions(with_drawn(before, [edit]))
    assert lesion.area_px == 100


def test_a_speck_that_an_editor_gives_back_untouched_stays_one() -> None:
    before = segmentation(LARGE, lesion=SPECK)
    assert regions(before) == []
    window = box((300, 300), 100, 100, 10, 10) | box((300, 300), 200, 200, 12, 10)
    (lesion,) = regions(with_drawn(before, [drawn(400, 400, 300, 300, lesion=window)]))
    assert lesion.area_px == 120


def test_a_small_lesion_stays_through_a_second_correction_that_gives_it_back() -> None:
    first = drawn(400, 400, 300, 300, lesion=box((300, 300), 100, 100, 10, 10))
    both = box((300, 300), 100, 100, 10, 10) | box((300, 300), 200, 200, 50, 50)
    found = regions(with_drawn(segmentation(LARGE), [first, drawn(400, 400, 300, 300, lesion=both)]))
    assert [lesion.area_px for lesion in found] == [2500, 100]


def test_the_later_of_two_corrections_holds_in_its_window() -> None:
    first = drawn(lesion=box(SHAPE, 50, 50, 40, 40), by="Dr A")
    second = drawn(60, 0, 340, 300, lesion=np.zeros((300, 340), bool), by="Dr B")
    after = with_drawn(segmentation(), [first, second])
    assert (after.mask("lesion") == box(SHAPE, 50, 50, 10, 40)).all()
    assert after.model == "some-model+reader"
    assert [note.split(" in ")[0] for note in after.notes] == [
        "lesion as drawn by Dr A", "lesion as drawn by Dr B",
    ]  # fmt: skip


def test_a_window_that_leaves_the_photo_is_cut_and_one_outside_is_refused() -> None:
    after = with_drawn(segmentation(), [drawn(380, 280, 40, 40, lesion=np.ones((4, 4), bool))])
    assert (after.mask("lesion") == box(SHAPE, 380, 280, 20, 20)).all()
    outside = drawn(400, 0, 40, 40, lesion=np.ones((4, 4), bool))
    assert "outside the photo of 400 x 300 px" in refusal(outside, 400, 300)
    before = segmentation()
    refused = with_drawn(before, [outside])
    assert (refused.model, refused.layers) == (before.model, before.layers)
    assert "was not applied" in refused.notes[0]


def test_a_damaged_png_is_refused_with_the_reason() -> None:
    text = png(np.ones((40, 40), bool))
    damaged = DrawnMask("Dr A", "0" * 64, 0, 0, 40, 40, (("lesion", text[:48]),))
    assert "the mask of lesion: the PNG is damaged" in refusal(damaged, 400, 300)
    assert with_drawn(segmentation(), [damaged]).layers == {}


@pytest.mark.parametrize("size", [(30, 20), (60, 40), (240, 160), (37, 23)])
def test_a_png_of_any_size_covers_the_window_without_a_shift(size: tuple[int, int]) -> None:
    """The middle of a window of 120 x 80, drawn in PNGs of several sizes."""
    width, height = size
    x = (np.arange(width) + 0.5) / width
    y = (np.arange(height) + 0.5) / height
    mask = (np.abs(x - 0.5) < 0.25)[None, :] & (np.abs(y - 0.5) < 0.25)[:, None]
    found = decode_drawn(png(mask), 120, 80)
    rows, columns = np.nonzero(found)
    assert columns.mean() == pytest.approx(59.5, abs=0.51)
    assert rows.mean() == pytest.approx(39.5, abs=0.51)
    assert found.sum() == pytest.approx(60 * 40 * mask.sum() / (width * height / 4), rel=0.05)


def test_transparent_is_outside_and_the_bright_half_inside() -> None:
    pixels = np.zeros((1, 4, 4), np.uint8)
    pixels[0] = [(255, 255, 255, 255), (255, 255, 255, 0), (128, 128, 128, 255), (127, 127, 127, 255)]
    assert decode_drawn(png(pixels), 4, 1).tolist() == [[True, False, True, False]]


@given(
    window=st.tuples(st.integers(0, 390), st.integers(0, 290), st.integers(1, 60), st.integers(1, 60)),
    seed=st.integers(0, 9),
)
def test_any_window_holds_exactly_what_was_drawn(window: tuple[int, int, int, int], seed: int) -> None:
    x, y, width, height = window
    mask = np.random.default_rng(seed).random((height, width)) < 0.5
    before = segmentation(lesion=(20, 20, 300, 200), ulcer=(100, 100, 50, 50))
    after = with_drawn(before, [drawn(x, y, width, height, lesion=mask)])
    inside = box(SHAPE, x, y, width, height)
    here = mask[: SHAPE[0] - y, : SHAPE[1] - x]
    expected = before.probability("lesion").copy()
    expected[y : y + height, x : x + width] = here
    assert (after.probability("lesion") == expected).all()
    assert not (after.mask("ulcer") & inside & ~after.mask("lesion")).any()
