"""Wounds, marks, body and background: their truth is where they were painted."""

from dataclasses import replace

import numpy as np
import pytest

from lesiontrack.phantom import CameraSpec, SiteSpec, VisitSpec, render_visit
from lesiontrack.phantom.body import tubes
from lesiontrack.phantom.optics import lab
from lesiontrack.phantom.outline import polygon_area
from lesiontrack.phantom.props import (
    AreaSpec,
    BackdropSpec,
    Capsule,
    GloveSpec,
    MarkSpec,
    OverlaySpec,
    WoundSpec,
)
from lesiontrack.phantom.study import told
from lesiontrack.phantom.wounds import wound_outline

CAMERA = CameraSpec(
    width=240, height=180, px_per_mm=4.0, noise=0.002, vignetting=0, falloff=0, jpeg_quality=97
)
SITE = SiteSpec("left-calf", extent_mm=(70.0, 60.0), naevi=0, freckles_per_cm2=0, hairs_per_cm2=0, relief=0.2)
PLAIN = VisitSpec(0, CAMERA)


def shown(**what):
    return render_visit(SITE, replace(PLAIN, **what), seed=2)


def colour(photo, where):
    linear = np.where(
        (value := photo.pixels[where] / 255.0) <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4
    )
    return lab(linear).mean(axis=0)


def test_a_wounds_mask_has_its_outlines_area_and_is_redder_than_the_skin():
    wound = WoundSpec((2.0, -3.0), (16.0, 11.0), 20.0, slough=0.0, rim_mm=2.0, halo=0.3)
    photo = shown(wounds=(wound,))
    mask = photo.masks["ulcer"]
    area = polygon_area(wound_outline(wound, 2).polygon)
    assert mask.sum() / 16 == pytest.approx(area, rel=0.08)  # its edge is frayed by some tenths of a mm
    bed, skin = colour(photo, mask), colour(shown(), mask)
    assert bed[1] > skin[1] + 15
    assert not photo.masks["lesion"].any()


def test_slough_is_yellow_and_necrosis_black():
    beds = {
        name: colour(photo, photo.masks["ulcer"])
        for name, photo in {
            "raw": shown(wounds=(WoundSpec((0, 0), (16, 12), slough=0, softness=0),)),
            "slough": shown(wounds=(WoundSpec((0, 0), (16, 12), slough=0.95, softness=0),)),
            "black": shown(wounds=(WoundSpec((0, 0), (16, 12), slough=0, eschar=0.95, softness=0),)),
        }.items()
    }
    assert beds["slough"][2] > beds["raw"][2] + 5
    assert beds["slough"][1] < beds["raw"][1] - 15
    assert beds["black"][0] < beds["raw"][0] - 10


def test_a_halo_counts_as_erythema_and_a_rim_is_no_skin_loss():
    photo = shown(wounds=(WoundSpec((0, 0), (10, 8), halo=0.8, halo_mm=4, rim_mm=3),))
    assert photo.masks["erythema"].sum() > photo.masks["ulcer"].sum()
    assert not (photo.masks["erythema"] & photo.masks["ulcer"]).any()


@pytest.mark.parametrize("kind", ["povidone", "bruise", "veins", "scar", "depigmented", "stain", "callus"])
def test_confounders_change_the_colour_but_are_no_erythema(kind):
    mark = MarkSpec(kind, (0.0, 0.0), (24.0, 20.0))
    photo, plain = shown(marks=(mark,)), shown()
    difference = np.abs(photo.pixels.astype(int) - plain.pixels).max(axis=2)
    assert (difference > 12).sum() > 200
    assert not photo.delta_a.any()
    for name in ("erythema", "lesion", "ulcer"):
        assert not photo.masks[name].any()


def test_redness_is_erythema_without_skin_loss():
    photo = shown(marks=(MarkSpec("redness", (0.0, 0.0), (30.0, 24.0)),))
    assert photo.masks["erythema"].sum() > 5000
    assert not photo.masks["ulcer"].any()


def test_thick_cream_and_tattoo_ink_are_obstructions():
    for kind in ("cream", "tattoo"):
        photo = shown(marks=(MarkSpec(kind, (0.0, 0.0), (24.0, 20.0)),))
        assert photo.masks["obstruction"].sum() > 100


def test_an_angioma_under_3_mm_is_incidental_and_a_larger_one_is_a_lesion():
    small = shown(marks=(MarkSpec("angioma", (0.0, 0.0), (2.5, 2.0)),))
    assert small.masks["naevus"].any()
    assert not small.masks["lesion"].any()
    large = shown(marks=(MarkSpec("angioma", (0.0, 0.0), (6.0, 5.0)),))
    assert large.masks["lesion"].any()


def test_freckles_are_naevi_in_the_truth():
    photo = render_visit(replace(SITE, freckles_per_cm2=3, naevi=3), PLAIN, seed=2)
    assert photo.masks["naevus"].any()
    lightness = lab((photo.pixels / 255.0) ** 2.2)[..., 0]
    assert lightness[photo.masks["naevus"]].mean() < lightness[~photo.masks["naevus"]].mean() - 3


def test_hair_is_told_apart_from_other_obstruction():
    photo = render_visit(replace(SITE, hairs_per_cm2=6), PLAIN, seed=2)
    assert photo.masks["hair"].any()
    assert not (photo.masks["hair"] & ~photo.masks["obstruction"]).any()


def test_the_skin_ends_at_the_bodys_outline():
    limb = (Capsule((-60.0, 0.0), (60.0, 0.0), 12.0, 12.0),)
    photo = shown(backdrop=BackdropSpec(limb, (AreaSpec("sheet", (230, 230, 226)),)))
    skin = photo.masks["skin"]
    assert skin[90].all()
    assert not skin[5].any()
    assert skin[:, 120].sum() == pytest.approx(24 * 4, abs=2)
    assert photo.pixels[5].mean() > photo.pixels[90].mean()


def test_tubes_of_one_group_flow_together_and_groups_leave_a_cleft():
    x, y = np.meshgrid(np.arange(-20, 20, 0.5, np.float32), np.arange(-20, 20, 0.5, np.float32))
    one = Capsule((-10.0, -3.8), (10.0, -3.8), 4.0, 4.0)
    other = Capsule((-10.0, 3.8), (10.0, 3.8), 4.0, 4.0)
    joined, _, no_cleft = tubes(x, y, (one, other))
    apart, height, cleft = tubes(x, y, (one, replace(other, group=1)))
    middle = (40, 40)
    assert joined[middle] > apart[middle]
    assert not no_cleft.any()
    assert cleft[middle] > 0.5
    assert height.max() == pytest.approx(4.0, abs=0.1)


def test_a_glove_hides_the_skin():
    glove = GloveSpec((Capsule((0.0, 0.0), (30.0, 0.0), 6.0, 6.0),))
    photo = shown(gloves=(glove,))
    assert photo.masks["obstruction"][90, 160]
    assert not photo.masks["skin"][90, 160]
    assert photo.pixels[90, 160, 2] > photo.pixels[90, 160, 0]


def test_black_corners_are_no_skin_and_a_date_is_an_obstruction():
    photo = shown(overlay=OverlaySpec(date="12/03/2019", corners=((0.2, 0.2, 225.0),)))
    assert photo.pixels[2, 2].max() < 20
    assert not photo.masks["skin"][2, 2]
    assert photo.masks["obstruction"][140:].any()


def test_what_a_spec_leaves_at_the_later_defaults_is_not_told():
    assert "wounds" not in told(PLAIN)
    wound = WoundSpec((0.0, 0.0), (3.0, 2.0))
    assert told(replace(PLAIN, wounds=(wound,)))["wounds"][0]["size_mm"] == [3.0, 2.0]


def test_unknown_kinds_are_refused():
    with pytest.raises(ValueError, match="mark kind 'glitter'"):
        MarkSpec("glitter", (0, 0), (1, 1))
    with pytest.raises(ValueError, match="area kind 'moon'"):
        AreaSpec("moon", (0, 0, 0))
