"""What else can be in a photograph: wounds, marks on the skin, body, background, gloves, stamps.

All of one photo, not of a course. Millimetres are the site's, as in spec; fractions are of the frame.
"""

from __future__ import annotations

from dataclasses import dataclass

Vector = tuple[float, float]

MARK_KINDS = (
    "redness", "povidone", "cream", "bruise", "tattoo", "veins", "angioma", "scar", "depigmented", "scale",
    "callus", "stain", "nail", "creases", "shadow",
)  # fmt: skip
CARD_KINDS = ("colour", "aruco")
AREA_KINDS = ("sheet", "drape", "floor", "wall", "dark", "denim")


@dataclass(frozen=True)
class WoundSpec:
    """Skin loss of any size that belongs to no lesion.

    Attributes:
        size_mm: long and short diameter of the ellipse under its outline.
        raw: colour of the bare bed, 0 dark red to 1 pink.
        slough, eschar: rough shares of the bed under yellow slough and black necrosis, 0..1 each.
        rim_mm: width of the macerated or callous rim, which is no skin loss; rim_yellow: 0 white to 1 yellow;
            rim_opacity: how much of the skin it hides, 0..1.
        softness: how gradually one kind of bed goes over into another, 0 sharp to 1.
        halo: haemoglobin added beside it, fading over halo_mm; dark: melanin added there.
        depth_mm: how far the bed lies below the skin; wet: strength of its highlights.
        islands: share of skin islands in the bed, 0..0.5.
    """

    centre_mm: Vector
    size_mm: Vector
    angle_deg: float = 0.0
    irregularity: float = 0.18
    raw: float = 0.5
    slough: float = 0.2
    eschar: float = 0.0
    rim_mm: float = 0.0
    rim_yellow: float = 0.3
    rim_opacity: float = 0.7
    softness: float = 0.4
    halo: float = 0.4
    halo_mm: float = 4.0
    dark: float = 0.0
    depth_mm: float = 0.4
    wet: float = 1.0
    islands: float = 0.0


@dataclass(frozen=True)
class MarkSpec:
    """Something on or in the skin that is neither lesion nor skin loss, about an ellipse."""

    kind: str
    centre_mm: Vector
    size_mm: Vector
    angle_deg: float = 0.0
    strength: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in MARK_KINDS:
            raise ValueError(f"mark kind {self.kind!r} is none of {', '.join(MARK_KINDS)}")


@dataclass(frozen=True)
class Capsule:
    """A round-ended, tapered tube lying in the plane; tubes of one group flow into each other."""

    start_mm: Vector
    end_mm: Vector
    start_radius_mm: float
    end_radius_mm: float
    group: int = 0


@dataclass(frozen=True)
class GloveSpec:
    """A gloved hand, as tubes."""

    fingers: tuple[Capsule, ...]
    colour: tuple[int, int, int] = (88, 78, 190)


@dataclass(frozen=True)
class AreaSpec:
    """A part of the background: the half of the frame beyond a wavy line, in sRGB colour.

    `at` is a point of the line in fractions of the frame, `angle_deg` the direction towards the area.
    """

    kind: str
    colour: tuple[int, int, int]
    at: Vector = (0.5, 0.5)
    angle_deg: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in AREA_KINDS:
            raise ValueError(f"area kind {self.kind!r} is none of {', '.join(AREA_KINDS)}")


@dataclass(frozen=True)
class BackdropSpec:
    """A body part before a background: the first area fills the frame, each later one covers its half.

    `clutter` counts things standing about; `blur_px` is how much more out of focus than the skin it is.
    """

    body: tuple[Capsule, ...]
    areas: tuple[AreaSpec, ...]
    clutter: int = 0
    blur_px: float = 1.0


@dataclass(frozen=True)
class CardSpec:
    """A flat card: "colour", 24 patches in 4 rows on black; "aruco", markers 0 to 3 of DICT_4X4_50 on white.

    Attributes:
        corner_mm: its top left corner, as printed; angle_deg: direction of its upper edge.
        side_mm: of a patch or marker; printed in steps of 0.05 mm.
        apart_mm: from one marker to the next, along and down.
    """

    kind: str
    corner_mm: Vector
    angle_deg: float = 0.0
    side_mm: float = 9.0
    apart_mm: Vector = (40.0, 26.0)

    def __post_init__(self) -> None:
        if self.kind not in CARD_KINDS:
            raise ValueError(f"card kind {self.kind!r} is none of {', '.join(CARD_KINDS)}")


@dataclass(frozen=True)
class OverlaySpec:
    """What is in the file but not in the scene: a burnt-in date, black corners, letters and arrows.

    `corners` are half planes of black: a point in fractions of the frame and the direction outwards in
    degrees. `letters` are (text, x, y) in fractions of the frame.
    """

    date: str = ""
    date_colour: tuple[int, int, int] = (225, 140, 40)
    corners: tuple[tuple[float, float, float], ...] = ()
    letters: tuple[tuple[str, float, float], ...] = ()
