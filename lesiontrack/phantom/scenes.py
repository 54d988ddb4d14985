"""Ready-made studies: the one in sample_images/, and random ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from lesiontrack.phantom.spec import (
    CameraSpec,
    Course,
    CoverSpec,
    LesionSpec,
    PatientSpec,
    RulerSpec,
    SiteSeries,
    SiteSpec,
    StudySpec,
    UlcerSpec,
    VisitSpec,
)

# Delta a* that give erythema grades (cut points 2, 5, 9, 14) below, within and above the expected course of
# the default protocol; what the field became is in the truth.
WITHIN: Course = ((0, 0), (7, 3.5), (14, 7.5), (28, 11), (42, 10.5), (63, 3.2), (84, 1.2), (91, 0.8))
ABOVE: Course = ((0, 0.2), (7, 16), (14, 17), (28, 17), (42, 13), (63, 11.5), (91, 7))
BELOW: Course = ((0, 0), (7, 0.5), (14, 0.8), (28, 1.2), (56, 0.8), (84, 0))

RESPONDING: Course = ((0, 1), (7, 1.06), (14, 1.1), (28, 0.85), (42, 0.5), (56, 0.2), (62, 0))
RESIDUAL: Course = ((0, 1), (14, 1.05), (28, 0.82), (42, 0.62), (63, 0.48), (91, 0.46))
STABLE: Course = ((0, 1), (14, 1.04), (42, 0.98), (91, 1.0))
GROWING: Course = ((0, 1), (14, 1.16), (28, 1.38), (56, 1.85), (91, 2.05))


def camera_at(rng: np.random.Generator, base: CameraSpec | None = None) -> CameraSpec:
    """A hand-held camera: position, light and colour differ from visit to visit."""
    warm = float(rng.uniform(-0.7, 1.3))
    return replace(
        base or CameraSpec(jpeg_quality=88),
        px_per_mm=float(rng.uniform(12.3, 14.3)),
        look_at_mm=(float(rng.uniform(-4, 4)), float(rng.uniform(-2.5, 2.5))),
        rotation_deg=float(rng.normal(0, 6)),
        tilt_x_deg=float(rng.normal(0, 3.5)),
        tilt_y_deg=float(rng.normal(0, 3.5)),
        white_balance=(1 + 0.05 * warm + float(rng.normal(0, 0.01)), 1.0, 1 - 0.09 * warm),
        exposure=float(rng.uniform(0.84, 0.98)),
        light_deg=float(rng.uniform(190, 350)),
        light_slant_deg=float(rng.uniform(24, 42)),
        falloff=float(rng.uniform(0.08, 0.24)),
        gloss=float(rng.uniform(0.3, 1.1)),
        vignetting=float(rng.uniform(0.08, 0.22)),
    )


def ruler_at(camera: CameraSpec, side: str, rng: np.random.Generator, ticks_at_mm: float = 22.0) -> RulerSpec:
    """A ruler along a side of the frame ("bottom", "top", "left", "right"), its ticks towards the middle."""
    turn = {"bottom": 0.0, "top": 180.0, "left": 90.0, "right": 270.0}[side]
    reach = ticks_at_mm if side in ("bottom", "top") else ticks_at_mm * camera.width / camera.height
    along = -30 + rng.uniform(-9, 9)
    angle = turn - camera.rotation_deg + float(rng.normal(0, 3))
    heading = np.deg2rad(turn - camera.rotation_deg)
    ahead = np.array([np.cos(heading), np.sin(heading)])
    outward = np.array([-np.sin(heading), np.cos(heading)])
    zero = np.array(camera.look_at_mm) + along * ahead + reach * outward
    return RulerSpec(
        (float(zero[0]), float(zero[1])), angle, length_mm=60.0, first_number=int(rng.choice([0, 0, 0, 4]))
    )


def _visits(days: tuple[int, ...], sides: tuple[str, ...], seed: int) -> list[VisitSpec]:
    """A visit per day; a side of "" means that the ruler was forgotten."""
    rng = np.random.default_rng(seed)
    visits = []
    for day, side in zip(days, sides, strict=True):
        camera = camera_at(rng)
        visits.append(VisitSpec(day, camera, ruler_at(camera, side, rng) if side else None))
    return visits


def sample_study() -> StudySpec:
    """The study in sample_images/: what each lesion and site shows is told in its README."""
    first, second = (0, 7, 14, 28, 42, 63, 91), (-3, 7, 14, 28, 56, 84)
    calf = _visits(first, ("bottom", "bottom", "", "top", "bottom", "bottom", "top"), 11)
    calf[3] = replace(calf[3], covers=(CoverSpec("dressing", (7.5, 8.0), (15.0, 13.0), -6.0),))
    forearm = _visits(first, ("bottom", "top", "bottom", "bottom", "top", "bottom", "bottom"), 12)
    shaken = replace(forearm[5].camera, blur_px=9.0, motion_px=41.0)
    forearm[5] = replace(forearm[5], camera=shaken)
    back = _visits((0, 14, 28, 42, 91), ("bottom", "top", "bottom", "bottom", "top"), 15)
    thigh = _visits(second, ("bottom", "bottom", "top", "bottom", "bottom", "top"), 13)
    arm = _visits(second, ("bottom", "top", "bottom", "bottom", "top", "bottom"), 14)
    arm[3] = replace(arm[3], covers=(CoverSpec("crust", (-9.0, -1.0), (14.0, 12.0), 20.0),))
    return StudySpec(
        seed=20240304,
        title="Sample study (rendered, no real patients)",
        patients=(
            PatientSpec(
                "PT001",
                date(2024, 3, 4),
                (
                    SiteSeries(_calf(), tuple(calf)),
                    SiteSeries(_forearm(), tuple(forearm)),
                    SiteSeries(_back(), tuple(back)),
                ),
            ),
            PatientSpec(
                "PT002",
                date(2024, 5, 13),
                (SiteSeries(_thigh(), tuple(thigh)), SiteSeries(_arm(), tuple(arm))),
            ),
        ),
    )


def _calf() -> SiteSpec:
    return SiteSpec(
        "left-calf",
        "light",
        (
            LesionSpec("A", (-17.0, -6.0), (13.0, 10.0), angle_deg=25, size=RESPONDING),
            LesionSpec(
                "B",
                (8.0, 8.0),
                (9.0, 7.5),
                angle_deg=100,
                size=RESIDUAL,
                strength=((28, 1), (63, 0.65), (91, 0.55)),
            ),
            LesionSpec("C", (22.0, -10.0), (7.5, 6.5), "nodule", size=STABLE),
            LesionSpec("D", (-1.0, -12.0), (5.5, 4.6), size=((33, 0), (42, 0.75), (63, 1.0), (91, 1.3))),
        ),
        erythema=WITHIN,
        hairs_per_cm2=0.8,
        naevi=6,
    )


def _forearm() -> SiteSpec:
    ulcer = UlcerSpec(
        ((10, 0), (14, 4.2), (28, 7.6), (42, 9.6), (63, 7.0), (91, 4.0)), (0.8, 0.4), slough=0.4
    )
    return SiteSpec(
        "right-forearm",
        "light",
        (
            LesionSpec(
                "A", (-11.0, -2.0), (14.0, 12.0), "nodule", 10,
                size=((0, 1), (14, 1.12), (42, 1.1), (63, 0.95), (91, 0.85)), ulcer=ulcer,
            ),
            LesionSpec("B", (16.0, 7.0), (8.5, 6.5), "amelanotic", 140, size=RESIDUAL),
            LesionSpec("C", (11.0, -12.0), (6.0, 5.0), angle_deg=60, size=STABLE),
        ),
        erythema=ABOVE,
        hairs_per_cm2=2.6,
        naevi=3,
        limb_width_mm=66.0,
    )  # fmt: skip


def _back() -> SiteSpec:
    return SiteSpec(
        "upper-back",
        "light",
        (
            LesionSpec("A", (-12.0, 4.0), (10.5, 8.0), angle_deg=120, size=((0, 1), (42, 1.06), (91, 1.12))),
            LesionSpec("B", (13.0, -6.0), (8.0, 7.0), "nodule", size=STABLE),
        ),
        erythema=BELOW,
        hairs_per_cm2=0.15,
        naevi=7,
        freckles_per_cm2=1.4,
        relief=0.7,
    )


def _thigh() -> SiteSpec:
    return SiteSpec(
        "right-thigh",
        "brown",
        (
            LesionSpec("A", (-11.0, -1.0), (10.0, 8.5), angle_deg=15, size=GROWING),
            LesionSpec("B", (2.2, 2.8), (8.0, 6.5), angle_deg=70, size=GROWING, merges_into="A"),
            LesionSpec("C", (23.0, -11.0), (7.0, 6.0), "nodule", size=((0, 1), (28, 1.2), (84, 1.55))),
        ),
        erythema=BELOW,
        hairs_per_cm2=1.2,
        hair_darkness=0.95,
        naevi=4,
        freckles_per_cm2=0.3,
    )


def _arm() -> SiteSpec:
    return SiteSpec(
        "left-upper-arm",
        "brown",
        (
            LesionSpec(
                "A", (-9.0, -1.0), (11.0, 9.0), "nodule", 20,
                size=((0, 1), (14, 1.1), (28, 0.95), (56, 0.6), (84, 0.45)),
            ),
            LesionSpec("B", (14.0, 6.0), (7.0, 6.0), angle_deg=50, size=STABLE),
        ),
        erythema=((0, 0), (7, 3.5), (14, 7.5), (28, 11), (56, 5.5), (84, 1.0)),
        hairs_per_cm2=0.5,
        hair_darkness=0.95,
        naevi=3,
        freckles_per_cm2=0.3,
    )  # fmt: skip
