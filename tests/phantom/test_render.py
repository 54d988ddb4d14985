"""What the renderer shows: the same again, what is hidden, and how red it is."""

from dataclasses import replace

import numpy as np
import pytest

from lesiontrack.phantom import (
    CameraSpec,
    CoverSpec,
    LesionSpec,
    PenRingSpec,
    RulerSpec,
    SiteSpec,
    VisitSpec,
    render_visit,
)
from lesiontrack.phantom.optics import RESTING_HAEMOGLOBIN, SKIN_TONES, haemoglobin_for, lab, reflectance

CAMERA = CameraSpec(width=320, height=240, px_per_mm=6.0)
LESION = LesionSpec("A", (0.0, 0.0), (10.0, 8.0))
SITE = SiteSpec("left-calf", lesions=(LESION,), extent_mm=(70.0, 60.0))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_skin():
    visit = VisitSpec(0, CAMERA, RulerSpec((-15.0, 12.0)), (PenRingSpec((0.0, 0.0), 8.0, 7),))
    first, again = render_visit(SITE, visit, seed=1), render_visit(SITE, visit, seed=1)
    other = render_visit(SITE, visit, seed=2)
    assert first.jpeg == again.jpeg
    assert first.jpeg != other.jpeg
    assert np.array_equal(first.pixels, again.pixels)


def test_the_skins_relief_stays_while_hair_and_blood_change_from_visit_to_visit():
    bare = replace(SITE, lesions=(), hairs_per_cm2=0.0)
    still = replace(CAMERA, noise=0.0)
    a, b = (render_visit(bare, VisitSpec(day, still), seed=1).pixels[..., 0].astype(float) for day in (0, 7))
    assert 0.7 < np.corrcoef(a.ravel(), b.ravel())[0, 1] < 0.995
    hairy = replace(bare, hairs_per_cm2=4.0)
    c, d = (render_visit(hairy, VisitSpec(day, still), seed=1).pixels[..., 0].astype(float) for day in (0, 7))
    assert np.abs(c - d).max() > np.abs(a - b).max() + 20


@pytest.mark.parametrize("kind", ["crust", "dressing"])
def test_a_cover_hides_the_lesion_and_is_obstruction(kind):
    visit = VisitSpec(0, CAMERA, covers=(CoverSpec(kind, (0.0, 0.0), (18.0, 16.0)),))
    photo = render_visit(SITE, visit, seed=1)
    assert photo.lesions[0].status == "obscured"
    assert photo.lesions[0].visible_fraction < 0.05
    assert photo.masks["obstruction"][120, 160]
    assert not photo.masks["lesion"][120, 160]
    assert photo.lesion_masks["A"][120, 160]
    assert not (photo.masks["skin"] & photo.masks["obstruction"] & photo.lesion_masks["A"]).sum() > 30


def test_hair_and_pen_ink_are_obstruction_but_leave_the_skin_in_view():
    photo = render_visit(SITE, VisitSpec(0, CAMERA, rings=(PenRingSpec((0.0, 0.0), 8.0, 7),)), seed=1)
    assert photo.masks["obstruction"].sum() > 500
    assert photo.masks["skin"].all()


def test_the_drape_behind_a_limb_is_no_skin():
    photo = render_visit(replace(SITE, limb_width_mm=30.0), VisitSpec(0, CAMERA), seed=1)
    assert photo.masks["skin"][120].all()
    assert not photo.masks["skin"][:20].any()


def test_true_redness_follows_the_course_and_is_zero_without_inflammation():
    site = replace(SITE, erythema=((0, 0.0), (14, 8.0)), extent_mm=(70.0, 60.0))
    calm, red = (render_visit(site, VisitSpec(day, CAMERA), seed=1) for day in (0, 14))
    assert calm.field_delta_a == 0
    assert red.field_delta_a == pytest.approx(8.0, rel=0.2)
    assert not calm.masks["erythema"].any()
    assert red.masks["erythema"].mean() > 0.7
    before, after = (photo.pixels[photo.masks["skin"]].mean(axis=0) for photo in (calm, red))
    assert (after[0] - after[1]) - (before[0] - before[1]) > 10


def test_redness_ends_at_the_treated_margin():
    site = replace(SITE, erythema=((0, 8.0),), treated_margin_mm=10.0)
    photo = render_visit(site, VisitSpec(0, CAMERA), seed=1)
    assert photo.delta_a[120, 10] == 0
    assert photo.delta_a[120, 200] > 3
    assert not photo.treated[120, 10]


@pytest.mark.parametrize("tone", SKIN_TONES)
def test_added_haemoglobin_gives_the_redness_asked_for(tone):
    melanin = np.array(SKIN_TONES[tone])
    rest = lab(reflectance(melanin, np.array(RESTING_HAEMOGLOBIN)))
    red = lab(reflectance(melanin, np.array(RESTING_HAEMOGLOBIN + haemoglobin_for(9.0, tone))))
    assert red[1] - rest[1] == pytest.approx(9.0, abs=0.01)


def test_skin_tones_fall_into_their_ita_classes():
    limits = {
        "very_light": (55, 90),
        "light": (41, 55),
        "intermediate": (28, 41),
        "tan": (10, 28),
        "brown": (-30, 10),
        "dark": (-90, -30),
    }
    for tone, melanin in SKIN_TONES.items():
        light, _, b = lab(reflectance(np.array(melanin), np.array(RESTING_HAEMOGLOBIN)))
        low, high = limits[tone]
        assert low < np.degrees(np.arctan2(light - 50, b)) <= high


def test_redness_out_of_reach_is_refused():
    with pytest.raises(ValueError, match="out of reach for dark skin"):
        haemoglobin_for(60.0, "dark")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: LesionSpec("A", (0.0, 0.0), (5.0, 5.0), "purple"), "lesion kind 'purple'"),
        (lambda: CoverSpec("sock", (0.0, 0.0), (5.0, 5.0)), "cover kind 'sock'"),
    ],
)
def test_unknown_kinds_are_named(make, words):
    with pytest.raises(ValueError, match=words):
        make()
