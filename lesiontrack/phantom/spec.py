"""What a phantom study shows, as plain frozen values: sites, lesions, visits, camera.

Site coordinates are millimetres, x right, y down, with the origin in the middle of the site. A course is a
tuple of (study day, value) knots, joined by straight lines and constant beyond the ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from lesiontrack.phantom.props import (
    BackdropSpec,
    CardSpec,
    GloveSpec,
    MarkSpec,
    OverlaySpec,
    Vector,
    WoundSpec,
)

Course = tuple[tuple[float, float], ...]

# Fields added after the first version: study.told leaves them out at their default, so old files stay.
LATER: dict[str, Any] = {"later": True}

LESION_KINDS = ("pigmented", "nodule", "amelanotic")
AFTERMATHS = ("", "depigmented", "scar")
COVER_KINDS = ("crust", "dressing")
# sRGB of body and print
RULER_DESIGNS = {
    "white": ((228, 228, 225), (34, 33, 36)),
    "black": ((38, 38, 40), (232, 232, 228)),
    "yellow": ((232, 204, 70), (30, 28, 26)),
    "green": ((150, 205, 190), (30, 40, 46)),
    "steel": ((168, 170, 172), (40, 40, 44)),
}


def at_day(course: Course, day: float) -> float:
    """The course's value on that day; raises ValueError for an empty or unsorted course."""
    days = [knot[0] for knot in course]
    if not days or days != sorted(days):
        raise ValueError(f"course {course!r} must have at least one knot, in order of days")
    return float(np.interp(day, days, [knot[1] for knot in course]))


@dataclass(frozen=True)
class UlcerSpec:
    """Skin loss inside a lesion or beside it: raw red base, yellow slough towards the rim.

    `diameter_mm` is a course (0: none); `offset_mm` is from the lesion's centre; `slough` is 0..1.
    """

    diameter_mm: Course
    offset_mm: Vector = (0.0, 0.0)
    elongation: float = 1.25
    slough: float = 0.4


@dataclass(frozen=True)
class LesionSpec:
    """One lesion and its course.

    Attributes:
        position_mm: its centre, in site coordinates.
        axes_mm: long and short diameter of the ellipse under its irregular outline, at size 1.
        angle_deg: direction of the long axis.
        size: course of a factor on the diameters; below 0.02 nothing is left (or nothing is there yet).
        strength: course of a factor on its colour and height; below 0.05 nothing can be seen.
        irregularity: relative size of the outline's waves.
        edge_mm: width over which its colour goes to zero; the outline is at half height.
        aftermath: what is left where it shrank from: "depigmented", "scar" or "" for whole skin.
        merges_into: name of the lesion that it belongs to from the day on which the outlines overlap.
    """

    name: str
    position_mm: Vector
    axes_mm: Vector
    kind: str = "pigmented"
    angle_deg: float = 0.0
    size: Course = ((0.0, 1.0),)
    strength: Course = ((0.0, 1.0),)
    irregularity: float = 0.12
    edge_mm: float = 0.9
    ulcer: UlcerSpec | None = None
    merges_into: str | None = None
    aftermath: str = field(default="", metadata=LATER)

    def __post_init__(self) -> None:
        if self.kind not in LESION_KINDS:
            raise ValueError(f"lesion kind {self.kind!r} is none of {', '.join(LESION_KINDS)}")
        if self.aftermath not in AFTERMATHS:
            raise ValueError(f"aftermath {self.aftermath!r} is none of {', '.join(map(repr, AFTERMATHS))}")


@dataclass(frozen=True)
class SiteSpec:
    """One skin site of one patient.

    Attributes:
        name: the file stem of its photos.
        skin: a key of optics.SKIN_TONES, "very_light" to "dark".
        erythema: course of the intended mean CIELAB a* difference of the treated field against the same skin
            without inflammation; the truth gives what it became.
        treated_margin_mm: erythema reaches this far from any lesion.
        limb_width_mm: skin ends at half this distance from the x axis, with a drape behind; None: all skin.
        limb_radius_mm: the skin is a cylinder of this radius about an axis along x, seen round; None: flat.
        relief: factor on the depth of furrows and pores.
        hairs_per_cm2, hair_darkness: 0..1 dark; hair_opacity: less than 1 for hair finer than a pixel.
    """

    name: str
    skin: str = "light"
    lesions: tuple[LesionSpec, ...] = ()
    erythema: Course = ((0.0, 0.0),)
    treated_margin_mm: float = 100.0
    extent_mm: Vector = (140.0, 120.0)
    naevi: int = 5
    freckles_per_cm2: float = 0.6
    hairs_per_cm2: float = 1.0
    hair_darkness: float = 0.7
    limb_radius_mm: float | None = field(default=None, metadata=LATER)
    hair_opacity: float = field(default=1.0, metadata=LATER)
    relief: float = 1.0
    limb_width_mm: float | None = None


@dataclass(frozen=True)
class RulerSpec:
    """A printed millimetre ruler lying on the skin; `zero_mm` is its 0 tick on the ticked edge.

    `angle_deg` is the direction of rising numbers; the body lies to the right of that direction. `design` is
    a key of RULER_DESIGNS; `redacted` are black bars over it, as (left, top, right, bottom) in ruler mm.
    """

    zero_mm: Vector
    angle_deg: float = 0.0
    length_mm: float = 60.0
    width_mm: float = 16.0
    first_number: int = 0
    design: str = field(default="white", metadata=LATER)
    redacted: tuple[tuple[float, float, float, float], ...] = field(default=(), metadata=LATER)

    def __post_init__(self) -> None:
        if self.design not in RULER_DESIGNS:
            raise ValueError(f"ruler design {self.design!r} is none of {', '.join(RULER_DESIGNS)}")


@dataclass(frozen=True)
class PenRingSpec:
    """A ring drawn with a skin marker round a lesion, with a number beside it (None: no number).

    `gap_deg` is left open; `squash` flattens it; `number_size` and `number_deg` (0 right, 90 below) place the
    number, in radii.
    """

    centre_mm: Vector
    radius_mm: float = 12.0
    number: int | None = None
    ink: str = "violet"
    stroke_mm: float = field(default=0.8, metadata=LATER)
    gap_deg: float = field(default=0.0, metadata=LATER)
    squash: float = field(default=1.0, metadata=LATER)
    turn_deg: float = field(default=0.0, metadata=LATER)
    number_size: float = field(default=0.6, metadata=LATER)
    number_deg: float | None = field(default=None, metadata=LATER)


@dataclass(frozen=True)
class CoverSpec:
    """A crust or a dressing over a place: hides the skin under it."""

    kind: str
    centre_mm: Vector
    size_mm: Vector
    angle_deg: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in COVER_KINDS:
            raise ValueError(f"cover kind {self.kind!r} is none of {', '.join(COVER_KINDS)}")


@dataclass(frozen=True)
class CameraSpec:
    """Where the camera stands and what it does to the light.

    Attributes:
        px_per_mm: scale at the look-at point.
        look_at_mm: the site point in the middle of the frame.
        rotation_deg: roll; tilt_x_deg, tilt_y_deg: slant about the frame's axes.
        distance_mm: from lens to skin.
        white_balance: gains of red, green and blue in linear light.
        exposure: gain of all three; vignetting: fraction of light lost in the corners.
        light_deg: direction that the light comes from, 0 right, 90 below; light_slant_deg: from overhead.
        falloff: relative difference of the light between the frame's middle and its lit corner.
        gloss: strength of specular highlights.
        blur_px: standard deviation of the lens blur; motion_px: length of a straight motion blur.
        noise: standard deviation of the sensor noise at mid grey, in linear light.
        second_light: gains of red, green and blue of a second light, on the side away from light_deg, as of a
            window beside a lamp.
        contrast, saturation: of the picture as developed, about mid grey; 1 leaves it as it is.
    """

    width: int = 1100
    height: int = 825
    px_per_mm: float = 13.0
    look_at_mm: Vector = (0.0, 0.0)
    rotation_deg: float = 0.0
    tilt_x_deg: float = 0.0
    tilt_y_deg: float = 0.0
    distance_mm: float = 300.0
    white_balance: tuple[float, float, float] = (1.0, 1.0, 1.0)
    exposure: float = 1.0
    vignetting: float = 0.15
    light_deg: float = 225.0
    light_slant_deg: float = 35.0
    falloff: float = 0.18
    gloss: float = 0.6
    blur_px: float = 0.65
    motion_px: float = 0.0
    noise: float = 0.008
    jpeg_quality: int = 90
    second_light: tuple[float, float, float] = field(default=(1.0, 1.0, 1.0), metadata=LATER)
    contrast: float = field(default=1.0, metadata=LATER)
    saturation: float = field(default=1.0, metadata=LATER)


@dataclass(frozen=True)
class VisitSpec:
    """One photo of a site: the study day, the camera, and what lies in the frame.

    With an `exif_orientation` of 2 to 8 the file holds the picture turned, and says so in its EXIF data; all
    truth is of the upright picture.
    """

    day: int
    camera: CameraSpec = field(default_factory=CameraSpec)
    ruler: RulerSpec | None = None
    rings: tuple[PenRingSpec, ...] = ()
    covers: tuple[CoverSpec, ...] = ()
    wounds: tuple[WoundSpec, ...] = field(default=(), metadata=LATER)
    marks: tuple[MarkSpec, ...] = field(default=(), metadata=LATER)
    backdrop: BackdropSpec | None = field(default=None, metadata=LATER)
    gloves: tuple[GloveSpec, ...] = field(default=(), metadata=LATER)
    cards: tuple[CardSpec, ...] = field(default=(), metadata=LATER)
    overlay: OverlaySpec | None = field(default=None, metadata=LATER)
    exif_orientation: int = field(default=1, metadata=LATER)

    def __post_init__(self) -> None:
        if not 1 <= self.exif_orientation <= 8:
            raise ValueError(f"EXIF orientation {self.exif_orientation} is none of 1 to 8")


@dataclass(frozen=True)
class SiteSeries:
    """A site and its photos, in time order."""

    site: SiteSpec
    visits: tuple[VisitSpec, ...]


@dataclass(frozen=True)
class PatientSpec:
    """A patient's code, day 0 and sites."""

    code: str
    treatment_start: date
    sites: tuple[SiteSeries, ...]


@dataclass(frozen=True)
class StudySpec:
    """A whole study; `seed` fixes every pixel of it.

    `swapped` are pairs of photos, as "PATIENT/VISIT/SITE" with the visit's date, of which each lies where the
    other belongs.
    """

    patients: tuple[PatientSpec, ...]
    seed: int = 0
    title: str = "Rendered study"
    protocol: str = "il2-imiquimod-retinoid"
    swapped: tuple[tuple[str, str], ...] = field(default=(), metadata=LATER)

    @property
    def photo_count(self) -> int:
        return sum(len(series.visits) for patient in self.patients for series in patient.sites)


def lesion_named(lesions: Sequence[LesionSpec], name: str) -> LesionSpec:
    """The lesion of that name; raises ValueError naming those there are."""
    for lesion in lesions:
        if lesion.name == name:
            return lesion
    raise ValueError(f"no lesion {name!r} among {', '.join(lesion.name for lesion in lesions)}")
