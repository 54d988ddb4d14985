"""The fixed phantom studies of benchmark_accuracy.py: three levels of difficulty, two patients a study.

A patient is drawn from the level and its number alone, so that fewer studies are a part of more. The six
patients of a level have the six skin tones and six courses, which meet differently at each level.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zlib import crc32

import numpy as np

from lesiontrack.phantom import (
    CameraSpec,
    CoverSpec,
    LesionSpec,
    PatientSpec,
    PenRingSpec,
    RulerSpec,
    SiteSeries,
    SiteSpec,
    StudySpec,
    UlcerSpec,
    VisitSpec,
)
from lesiontrack.phantom.optics import SKIN_TONES
from lesiontrack.phantom.props import MarkSpec, OverlaySpec
from lesiontrack.phantom.scenes import ABOVE, BELOW, RESIDUAL, RESPONDING, STABLE, WITHIN, ruler_at

Rng = np.random.Generator
Pair = tuple[float, float]

DAYS = (0, 14, 28, 49, 70)
SIZE = (1100, 825)
PATIENTS = 2  # a study
STUDIES = 3  # a level
SITES = ("left-calf", "right-forearm", "back", "left-thigh", "right-upper-arm", "abdomen")
OTHER_SITE = "other"
GROWING = ((0.0, 1.0), (14.0, 1.07), (28.0, 1.17), (56.0, 1.38), (91.0, 1.47))
MERGING = ((0.0, 1.0), (14.0, 1.16), (28.0, 1.33), (49.0, 1.75), (91.0, 1.9))
_SEED = 90211


@dataclass(frozen=True)
class Level:
    """What makes photographs of a level hard. Pairs are ranges; *_chance is a probability a photo or site."""

    px_per_mm: Pair
    tilt_deg: float
    roll_deg: float
    shift_mm: float
    cast: float
    exposure: Pair
    gloss: Pair
    blur_px: Pair
    noise: float
    jpeg: Pair
    hairs: Pair
    length_mm: Pair
    strength: Pair
    kinds: str
    designs: str
    motion_chance: float = 0.0
    turned_chance: float = 0.0
    no_ruler_chance: float = 0.0
    cover_chance: float = 0.0
    ring_chance: float = 0.0
    mark_chance: float = 0.0
    stamp_chance: float = 0.0
    round_chance: float = 0.0


LEVELS = {
    "easy": Level(
        px_per_mm=(12.5, 14), tilt_deg=3, roll_deg=5, shift_mm=2, cast=0.4, exposure=(0.86, 0.97),
        gloss=(0.3, 0.8), blur_px=(0.5, 0.8), noise=0.006, jpeg=(88, 94), hairs=(0.1, 0.8),
        length_mm=(6, 12), strength=(0.9, 1), kinds="pigmented pigmented nodule", designs="white",
    ),
    "typical": Level(
        px_per_mm=(10, 14.5), tilt_deg=7, roll_deg=9, shift_mm=4, cast=1, exposure=(0.75, 1.02),
        gloss=(0.3, 1.4), blur_px=(0.6, 1.4), noise=0.010, jpeg=(78, 92), hairs=(0.3, 3),
        length_mm=(4.5, 12), strength=(0.7, 1), kinds="pigmented pigmented nodule amelanotic",
        designs="white white white yellow black", turned_chance=0.1, no_ruler_chance=0.1,
        cover_chance=0.07, ring_chance=0.2, mark_chance=0.1, stamp_chance=0.2, round_chance=0.35,
    ),
    "hard": Level(
        px_per_mm=(7, 15), tilt_deg=13, roll_deg=16, shift_mm=7, cast=2, exposure=(0.55, 1.15),
        gloss=(0.3, 2.5), blur_px=(0.7, 2.6), noise=0.018, jpeg=(55, 85), hairs=(1, 9),
        length_mm=(3.5, 11), strength=(0.35, 1), kinds="pigmented nodule amelanotic",
        designs="white white yellow black green steel", motion_chance=0.15, turned_chance=0.25,
        no_ruler_chance=0.2, cover_chance=0.15, ring_chance=0.35, mark_chance=0.35, stamp_chance=0.4,
        round_chance=0.6,
    ),
}  # fmt: skip


def benchmark_study(
    level: str, number: int, *, visits: int = len(DAYS), size: tuple[int, int] = SIZE
) -> StudySpec:
    """Study `number` (from 1) of a level: two patients with a site each, photographed on the first DAYS."""
    first = PATIENTS * (number - 1)
    return StudySpec(
        seed=_SEED + list(LEVELS).index(level),
        title=f"Accuracy benchmark, {level} {number} (rendered, no real patients)",
        patients=tuple(_patient(level, first + index, visits, size) for index in range(PATIENTS)),
    )


def other_sites(level: str, number: int, *, size: tuple[int, int] = SIZE) -> StudySpec:
    """The same patients' skin at another place, one photo each: what a photo of the wrong site shows."""
    spec = benchmark_study(level, number, visits=2, size=size)
    patients = []
    for index, patient in enumerate(spec.patients):
        rng = _stream(level, PATIENTS * (number - 1) + index, "other")
        site = replace(
            patient.sites[0].site, name=OTHER_SITE, lesions=tuple(_spread(LEVELS[level], [STABLE] * 3, rng))
        )
        visit = _visit(LEVELS[level], site, DAYS[1], size, rng)
        patients.append(replace(patient, sites=(SiteSeries(site, (visit,)),)))
    return replace(spec, patients=tuple(patients))


def _stream(level: str, index: int, what: str) -> Rng:
    return np.random.default_rng([_SEED, list(LEVELS).index(level), index, crc32(what.encode())])


def _patient(name: str, index: int, visits: int, size: tuple[int, int]) -> PatientSpec:
    level, rng = LEVELS[name], _stream(name, index, "site")
    tones = list(SKIN_TONES)
    tone = tones[(index + 2 * list(LEVELS).index(name)) % len(tones)]
    site = _COURSES[index % len(_COURSES)](level, rng)
    site = replace(
        site,
        name=SITES[index % len(SITES)],
        skin=tone,
        hairs_per_cm2=float(rng.uniform(*level.hairs)),
        naevi=int(rng.integers(2, 8)),
        limb_radius_mm=float(rng.uniform(35, 90)) if rng.random() < level.round_chance else None,
    )
    shown = tuple(_visit(level, site, day, size, rng) for day in DAYS)[:visits]
    start = date(2024, 1, 8) + timedelta(days=int(rng.integers(0, 200)))
    return PatientSpec(f"{name[0].upper()}{index + 1:02d}", start, (SiteSeries(site, shown),))


def _complete(level: Level, rng: Rng) -> SiteSpec:
    return SiteSpec("", lesions=tuple(_spread(level, [RESPONDING] * 3, rng)), erythema=WITHIN)


def _partial(level: Level, rng: Rng) -> SiteSpec:
    return SiteSpec("", lesions=tuple(_spread(level, [RESIDUAL, RESIDUAL, RESPONDING], rng)), erythema=WITHIN)


def _new(level: Level, rng: Rng) -> SiteSpec:
    courses = [STABLE, STABLE, STABLE, ((33.0, 0.0), (49.0, 0.8), (70.0, 1.2))]
    return SiteSpec("", lesions=tuple(_spread(level, courses, rng)), erythema=BELOW)


def _growing(level: Level, rng: Rng) -> SiteSpec:
    return SiteSpec("", lesions=tuple(_spread(level, [GROWING, GROWING, STABLE], rng)), erythema=ABOVE)


def _ulcerating(level: Level, rng: Rng) -> SiteSpec:
    first, *rest = _spread(level, [STABLE, RESIDUAL, STABLE], rng)
    course = ((10.0, 0.0), (14.0, 5.0), (28.0, 8.5), (49.0, 10.5), (70.0, 7.0))
    ulcer = UlcerSpec(course, (0.6, 0.4), slough=float(rng.uniform(0.1, 0.7)))
    first = replace(first, kind="nodule", strength=((0.0, 1.0),), ulcer=ulcer)
    return SiteSpec("", lesions=(first, *rest), erythema=ABOVE)


def _mixed(level: Level, rng: Rng) -> SiteSpec:
    """Two that merge, one that vanishes and comes back, one stable."""
    returning = ((0.0, 1.0), (28.0, 0.6), (40.0, 0.0), (60.0, 0.0), (70.0, 0.8))
    whole, part = LesionSpec("A", (-16.0, -2.0), (11.0, 9.0)), LesionSpec("B", (-2.8, 1.6), (8.0, 6.5))
    pair = (
        replace(whole, angle_deg=float(rng.uniform(0, 40)), size=MERGING),
        replace(part, angle_deg=float(rng.uniform(50, 90)), size=MERGING, merges_into="A"),
    )
    rest = _spread(level, [returning, STABLE], rng, taken=pair)
    return SiteSpec("", lesions=(*pair, *rest), erythema=BELOW)


_COURSES: tuple[Callable[[Level, Rng], SiteSpec], ...] = (
    _complete, _growing, _partial, _mixed, _new, _ulcerating,
)  # fmt: skip


def _spread(
    level: Level, courses: list[tuple[Pair, ...]], rng: Rng, taken: tuple[LesionSpec, ...] = ()
) -> list[LesionSpec]:
    """A lesion for each course, none near another at its largest; the first is long enough for a target."""
    lesions: list[LesionSpec] = []
    apart = 0.5  # of both lengths
    while len(lesions) < len(courses):
        size = courses[len(lesions)]
        length = float(rng.uniform(11, 14) if not lesions and not taken else rng.uniform(*level.length_mm))
        place = (float(rng.uniform(-26, 26)), float(rng.uniform(-13, 13)))
        new = LesionSpec(
            chr(ord("A") + len(taken) + len(lesions)),
            place,
            (length, length * float(rng.uniform(0.65, 0.95))),
            str(rng.choice(level.kinds.split())),
            float(rng.uniform(0, 180)),
            size=size,
            strength=((0.0, float(rng.uniform(*level.strength))),),
            irregularity=float(rng.uniform(0.06, 0.16)),
        )
        others = (*taken, *lesions)
        if all(_distance(new, one) > apart * (_longest(new) + _longest(one)) + 1.5 for one in others):
            lesions.append(new)
        apart *= 0.998  # a full site takes shorter ones, or some that nearly touch
    return lesions


def _longest(lesion: LesionSpec) -> float:
    return lesion.axes_mm[0] * max(factor for _, factor in lesion.size)


def _distance(one: LesionSpec, other: LesionSpec) -> float:
    away = np.subtract(one.position_mm, other.position_mm)
    return float(np.hypot(*away))


def _visit(level: Level, site: SiteSpec, day: int, size: tuple[int, int], rng: Rng) -> VisitSpec:
    """Every draw is made for every photo, so that one chance more changes nothing else of a level."""
    camera = _camera(level, size, rng)
    ruler = _ruler(level, camera, rng)
    lesion = site.lesions[int(rng.integers(len(site.lesions)))]
    length = lesion.axes_mm[0]
    kind = str(rng.choice(["crust", "dressing"]))
    wide = length * float(rng.uniform(0.9, 1.3)) if kind == "crust" else max(1.6 * length, 12.0)
    cover = CoverSpec(kind, lesion.position_mm, (wide, 0.85 * wide), float(rng.uniform(0, 180)))
    ring = PenRingSpec(lesion.position_mm, 0.5 * length + float(rng.uniform(3, 5)), int(rng.integers(1, 9)))
    mark = MarkSpec(
        str(rng.choice(["povidone", "cream", "bruise"])),
        (float(rng.uniform(-24, 24)), float(rng.uniform(-13, 13))),
        (float(rng.uniform(8, 22)), float(rng.uniform(6, 14))),
        float(rng.uniform(0, 180)),
        float(rng.uniform(0.5, 1)),
    )
    stamp = OverlaySpec(date=f"{int(rng.integers(1, 13)):02d}/{int(rng.integers(1, 29)):02d}/2024")
    hidden, ringed, marked, stamped, bare = rng.random(5)
    return VisitSpec(
        day,
        camera,
        None if bare < level.no_ruler_chance else ruler,
        (ring,) if ringed < level.ring_chance else (),
        (cover,) if day > 0 and hidden < level.cover_chance else (),
        marks=(mark,) if marked < level.mark_chance else (),
        overlay=stamp if stamped < level.stamp_chance else None,
    )


def _camera(level: Level, size: tuple[int, int], rng: Rng) -> CameraSpec:
    warm = level.cast * float(rng.uniform(-1, 1.3))
    turned = 180.0 if rng.random() < level.turned_chance else 0.0
    shaken = float(rng.uniform(3, 9))
    moved = rng.random() < level.motion_chance
    return CameraSpec(
        width=size[0],
        height=size[1],
        px_per_mm=float(rng.uniform(*level.px_per_mm)) * size[0] / SIZE[0],
        look_at_mm=(float(rng.normal(0, level.shift_mm)), float(rng.normal(0, 0.6 * level.shift_mm))),
        rotation_deg=turned + float(np.clip(rng.normal(0, level.roll_deg), -35, 35)),
        tilt_x_deg=float(np.clip(rng.normal(0, level.tilt_deg), -35, 35)),
        tilt_y_deg=float(np.clip(rng.normal(0, level.tilt_deg), -35, 35)),
        white_balance=(1 + 0.05 * warm, 1 + 0.01 * level.cast * float(rng.normal(0, 1)), 1 - 0.09 * warm),
        exposure=float(rng.uniform(*level.exposure)),
        light_deg=float(rng.uniform(0, 360)),
        light_slant_deg=float(rng.uniform(20, 44)),
        falloff=float(rng.uniform(0.08, 0.3)),
        vignetting=float(rng.uniform(0.05, 0.3)),
        gloss=float(rng.uniform(*level.gloss)),
        blur_px=float(rng.uniform(*level.blur_px)) * size[0] / SIZE[0],
        motion_px=shaken * size[0] / SIZE[0] if moved else 0.0,
        noise=level.noise * float(rng.uniform(0.7, 1.4)),
        jpeg_quality=int(rng.integers(*level.jpeg)),
    )


def _ruler(level: Level, camera: CameraSpec, rng: Rng) -> RulerSpec:
    side, design = str(rng.choice(["bottom", "top"])), str(rng.choice(level.designs.split()))
    return replace(ruler_at(camera, side, rng), design=design)
