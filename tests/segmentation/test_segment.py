"""What colour and edges call lesion, ulcer, skin and obstruction in drawn photos whose truth is known."""

from functools import partial

import numpy as np
import pytest

from lesiontrack import CLASSES
from lesiontrack.measurement import find_lesions
from lesiontrack.photo import Photo
from lesiontrack.segmentation import Segmentation
from lesiontrack.segmentation import segment as segment_by
from tests.segmentation import scenes
from tests.segmentation.scenes import BROWN, DARK_SKIN, PINK, RAW, SKIN, dice, disc_mask

SHAPE = (360, 480)
segment = partial(segment_by, model="colour")


def ring_scene(*, ink=(60, 48, 52), tone=SKIN, lesion=BROWN, axes=(70, 48), hairs=0):
    picture = scenes.skin(SHAPE, tone)
    mask = disc_mask(SHAPE, (200, 150), axes, 25)
    scenes.paint(picture, mask, lesion)
    drawn = scenes.pen_ring(picture, (200, 150), 100, ink)
    drawn |= scenes.ruler(picture, 300)
    if hairs:
        scenes.hairs(picture, hairs)
    return scenes.photo(picture), mask, drawn


@pytest.mark.parametrize("ink", [(60, 48, 52), (50, 50, 120), (90, 60, 110), (40, 80, 62)])
def test_the_lesion_in_a_pen_ring_is_found_and_the_ink_is_not(ink):
    photo, mask, drawn = ring_scene(ink=ink)
    found = segment(photo)
    assert dice(found.mask("lesion"), mask) > 0.93
    assert (found.mask("lesion") & drawn).sum() == 0
    assert len(find_lesions(found, None)) == 1
    assert (found.mask("obstruction") & drawn).sum() > 0.85 * drawn.sum()


def test_the_measured_diameter_is_the_drawn_one():
    photo, _, _ = ring_scene(axes=(90, 50))
    (lesion,) = find_lesions(segment(photo), None)
    assert lesion.longest_diameter_px == pytest.approx(91, rel=0.04)
    assert lesion.perpendicular_diameter_px == pytest.approx(51, rel=0.06)
    assert not lesion.touches_border


def test_hairs_do_not_lengthen_it():
    photo, mask, _ = ring_scene(hairs=25)
    found = segment(photo)
    assert dice(found.mask("lesion"), mask) > 0.88


def test_a_colour_cast_changes_little():
    photo, mask, _ = ring_scene()
    cast = np.clip(photo.pixels * np.array([0.8, 0.95, 1.12]), 0, 255).astype(np.uint8)
    assert dice(segment(Photo(cast, "")).mask("lesion"), mask) > 0.9


def test_an_empty_ring_holds_no_lesion_and_says_so():
    picture = scenes.skin(SHAPE)
    scenes.pen_ring(picture, (200, 150), 100)
    found = segment(scenes.photo(picture))
    assert not found.mask("lesion").any()
    assert find_lesions(found, None) == []
    assert "pen ring without a visible lesion inside" in found.notes


def test_bare_skin_holds_no_lesion_and_says_so():
    found = segment(scenes.photo(scenes.skin(SHAPE)))
    assert not found.mask("lesion").any()
    assert not found.mask("ulcer").any()
    assert found.notes
    assert found.mask("skin").mean() > 0.95


@pytest.mark.parametrize("tone", [SKIN, DARK_SKIN])
def test_several_lesions_on_open_skin(tone):
    picture = scenes.skin((480, 640), tone)
    brown = np.asarray(tone) * np.array([0.45, 0.36, 0.32])
    pink = np.asarray(tone) * np.array([1.0, 0.66, 0.72])
    places = [((120, 120), (60, 44), brown), ((330, 150), (36, 36), pink), ((480, 330), (80, 60), brown)]
    masks = []
    for centre, axes, colour in places:
        masks.append(disc_mask((480, 640), centre, axes))
        scenes.paint(picture, masks[-1], colour)
    found = segment(scenes.photo(picture))
    assert len(find_lesions(found, None)) == 3
    assert dice(found.mask("lesion"), np.logical_or.reduce(masks)) > 0.88


def test_raw_red_is_ulcer_and_part_of_the_lesion_region():
    picture = scenes.skin((480, 640))
    lesion, ulcer = (disc_mask((480, 640), (300, 240), axes) for axes in ((150, 120), (80, 60)))
    scenes.paint(picture, lesion, BROWN)
    scenes.paint(picture, ulcer, RAW)
    found = segment(scenes.photo(picture))
    assert dice(found.mask("ulcer"), ulcer) > 0.8
    largest = find_lesions(found, None)[0]
    assert largest.area_px == pytest.approx(lesion.sum(), rel=0.12)
    assert largest.ulcer_area_px == pytest.approx(ulcer.sum(), rel=0.25)


def test_a_pink_nodule_is_no_ulcer():
    picture = scenes.skin((480, 640))
    scenes.paint(picture, disc_mask((480, 640), (300, 240), (60, 60)), PINK)
    assert not segment(scenes.photo(picture)).mask("ulcer").any()


def test_red_off_the_skin_is_neither_ulcer_nor_lesion():
    picture = np.full((480, 640, 3), 228, np.float32)
    limb = np.zeros((480, 640), bool)
    limb[:, 180:420] = True
    scenes.paint(picture, limb, SKIN, 2)
    stain = disc_mask((480, 640), (540, 200), (50, 40))
    scenes.paint(picture, stain, RAW)
    found = segment(scenes.photo(picture))
    assert not (found.mask("ulcer") & stain).any()
    assert not (found.mask("lesion") & stain).any()
    assert dice(found.mask("skin"), limb) > 0.93


def test_a_room_without_skin_is_refused():
    rng = np.random.default_rng(3)
    picture = np.full((*SHAPE, 3), (120, 124, 130), np.float32) + rng.normal(0, 6, (*SHAPE, 1))
    found = segment(scenes.photo(picture))
    assert not found.mask("skin").any()
    assert not found.mask("lesion").any()
    assert "no skin found" in found.notes


def test_a_black_frame_hides_skin():
    photo, mask, _ = ring_scene()
    framed = photo.pixels.copy()
    framed[:, :24] = 0
    found = segment(Photo(framed, ""))
    assert found.mask("obstruction")[:, :20].all()
    assert not found.mask("skin")[:, :20].any()
    assert dice(found.mask("lesion"), mask) > 0.9


def test_layers_are_crops_of_the_whole_photo_and_skin_holds_the_lesion():
    photo, _, _ = ring_scene()
    found = segment(photo)
    assert found.shape == SHAPE
    assert set(found.layers) <= set(CLASSES)
    layer = found.layers["lesion"]
    assert layer.values.dtype == np.uint8
    assert layer.values.size < 0.2 * SHAPE[0] * SHAPE[1]
    assert not (found.mask("lesion") & ~found.mask("skin")).any()
    assert not (found.mask("obstruction") & found.mask("skin")).any()
    with pytest.raises(KeyError, match="tumour"):
        found.mask("tumour")


def test_a_large_photo_gives_the_same_lesion():
    photo, mask, _ = ring_scene()
    large = np.repeat(np.repeat(photo.pixels, 4, axis=0), 4, axis=1)
    found = segment(Photo(np.ascontiguousarray(large), ""))
    assert found.shape == (4 * SHAPE[0], 4 * SHAPE[1])
    assert dice(found.mask("lesion")[2::4, 2::4], mask) > 0.92


def test_a_model_takes_the_place_of_colour():
    photo, _, _ = ring_scene()
    stand_in = Segmentation(SHAPE, {}, "stand-in", ("nothing",))
    assert segment(photo, model=lambda given: stand_in if given is photo else None) is stand_in


@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (40, 40)])
@pytest.mark.parametrize("value", [0, 128, 255])
def test_tiny_and_flat_pictures_are_survived(shape, value):
    found = segment(Photo(np.full((*shape, 3), value, np.uint8), ""))
    assert found.shape == shape
    assert not found.mask("lesion").any()
