"""What a reader can say: one frozen value a kind. A correction is such a value with who said it, and when."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from lesiontrack.corrections.naming import Name, visible

Path = Annotated[str, Field(min_length=1, max_length=1000)]
Text = Annotated[str, Field(max_length=2000)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Pixel = Annotated[float, Field(ge=0, le=1e6)]
Plain = bool | int | float | str | None

DRAWN = ("lesion", "ulcer", "obstruction", "skin")
"""Classes that a reader can draw."""

_MOST_MASK_BYTES = 4_000_000
_PNG = b"\x89PNG\r\n\x1a\n"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Assignment(_Value):
    """Whose photo it is, of which visit, site and view; `excluded` takes it out of the study.

    `visit` is an ISO date or dayNNN or weekNN, as a visit's folder is named.
    """

    kind: Literal["assignment"] = "assignment"
    photo: Path
    photo_sha256: Sha256
    patient: Name
    visit: Name
    site: Name
    view: Annotated[int, Field(ge=1, le=999)] = 1
    modality: Literal["clinical", "cross_polarised", "dermoscopic", "woods_lamp"] = "clinical"
    excluded: bool = False


class RegistrationJudgement(_Value):
    """Whether a visit's photo lies right in the reference photo's frame."""

    kind: Literal["registration"] = "registration"
    patient: Name
    site: Name
    visit: Name
    photo_sha256: Sha256
    reference_sha256: Sha256
    accepted: bool


class PointPair(_Value):
    """One place of skin, in upright pixels of the visit's photo (x, y) and of the reference photo."""

    x: Pixel
    y: Pixel
    reference_x: Pixel
    reference_y: Pixel


class Landmarks(_Value):
    """Pairs of points by which a visit's photo is brought into the reference photo's frame."""

    kind: Literal["landmarks"] = "landmarks"
    patient: Name
    site: Name
    visit: Name
    reference_visit: Name
    photo_sha256: Sha256
    reference_sha256: Sha256
    pairs: Annotated[tuple[PointPair, ...], Field(min_length=2, max_length=200)]


class MaskEdit(_Value):
    """The masks of some classes within a window of a photo, as a person drew them.

    Attributes:
        x, y, width, height: the window, in upright pixels of the photo. Nothing is said of what lies outside.
        masks: class → base64 of a PNG, whose brighter half is inside; it may be smaller than the window, and
            is stretched to it. Classes that are left out were not judged.
    """

    kind: Literal["mask"] = "mask"
    patient: Name
    site: Name
    visit: Name
    photo: Path
    photo_sha256: Sha256
    x: Annotated[int, Field(ge=0)]
    y: Annotated[int, Field(ge=0)]
    width: Annotated[int, Field(ge=1, le=100_000)]
    height: Annotated[int, Field(ge=1, le=100_000)]
    masks: Annotated[dict[str, str], Field(min_length=1)]

    @model_validator(mode="after")
    def _masks_are_pngs(self) -> Self:
        for name, text in self.masks.items():
            if name not in DRAWN:
                raise ValueError(f"class {name!r} is none of {', '.join(DRAWN)}")
            if len(text) > _MOST_MASK_BYTES:
                raise ValueError(f"the mask of {name} is larger than {_MOST_MASK_BYTES} characters")
            try:
                content = base64.b64decode(text, validate=True)
            except binascii.Error as error:
                raise ValueError(f"the mask of {name} is not base64: {error}") from error
            if not content.startswith(_PNG):
                raise ValueError(f"the mask of {name} is not a PNG")
        return self


class Place(_Value):
    """Where a lesion was seen, in upright pixels of that visit's photo."""

    visit: Name
    photo_sha256: Sha256
    x: Pixel
    y: Pixel


Seen = Annotated[tuple[Place, ...], Field(max_length=2000)]
"""Where a lesion was seen in the tables when something was said of it, so that the words stay with it in a
new results folder, which may number it anew (`corrections.meant`). Empty: the id alone tells it."""


class LesionPoint(_Value):
    """A lesion is at (x, y) of this visit's photo, in upright pixels. A lesion not known so far is new to us.

    It acts as a row of lesions.csv: it names what is outlined there, moves a lesion's identity to it, and
    adds what the outlines missed. `seen` says where the lesion of that id was seen so far, so that the id
    means the same lesion in a new results folder; empty for a new lesion.
    """

    kind: Literal["lesion_point"] = "lesion_point"
    patient: Name
    site: Name
    visit: Name
    photo_sha256: Sha256
    lesion: Name
    x: Pixel
    y: Pixel
    seen: Seen = ()


class SameLesion(_Value):
    """Two ids are one lesion: what was called `lesion` is `same_as`, at all these places."""

    kind: Literal["same_lesion"] = "same_lesion"
    patient: Name
    site: Name
    lesion: Name
    same_as: Name
    places: Annotated[tuple[Place, ...], Field(min_length=1, max_length=2000)]
    same_as_places: Annotated[tuple[Place, ...], Field(max_length=2000)] = ()

    @model_validator(mode="after")
    def _two(self) -> Self:
        if self.lesion == self.same_as:
            raise ValueError(f"{self.lesion!r} is {self.same_as!r} already")
        return self


class LesionName(_Value):
    """What people call a lesion; shown beside its id, which never changes. Empty takes the name away."""

    kind: Literal["lesion_name"] = "lesion_name"
    patient: Name
    lesion: Name
    name: Annotated[str, Field(max_length=80), AfterValidator(visible)]
    seen: Seen = ()


class NewLesionJudgement(_Value):
    """Whether a candidate is a new lesion, or was there before and overlooked (`new` False)."""

    kind: Literal["new_lesion"] = "new_lesion"
    patient: Name
    lesion: Name
    new: bool
    seen: Seen = ()


class GoneJudgement(_Value):
    """Whether nothing is left of a lesion at a visit. `gone` False: it is still there."""

    kind: Literal["gone"] = "gone"
    patient: Name
    lesion: Name
    visit: Name
    gone: bool
    seen: Seen = ()


class Evaluability(_Value):
    """A visit of a site, or of one lesion of it, is not evaluable; `evaluable` True takes that back."""

    kind: Literal["evaluability"] = "evaluability"
    patient: Name
    visit: Name
    site: Name
    lesion: Name | None = None
    evaluable: bool = False
    reason: Text = ""
    seen: Seen = ()

    @model_validator(mode="after")
    def _with_reason(self) -> Self:
        if not self.evaluable and not self.reason.strip():
            raise ValueError("a visit that is not evaluable needs a reason")
        return self


class Grade(_Value):
    """A sign as a person graded it: a row of clinician.csv."""

    kind: Literal["grade"] = "grade"
    patient: Name
    site: Name
    visit: Name
    sign: Name
    scale_id: Name
    grade: Annotated[float, Field(ge=-1000, le=1000)]
    lesion: Name | None = None
    seen: Seen = ()


class Signature(_Value):
    """A person stands behind the values of one lesion at one visit; they are kept, so that a change is seen.

    `values`: the columns of `corrections.signed.SIGNED` as they were in the tables.
    """

    kind: Literal["signature"] = "signature"
    patient: Name
    site: Name
    lesion: Name
    visit: Name
    values: dict[str, Plain]
    seen: Seen = ()


class Withdrawal(_Value):
    """Takes back an earlier correction or signature of the same store, by its id."""

    kind: Literal["withdrawal"] = "withdrawal"
    of: Name


Value = Annotated[
    Assignment
    | RegistrationJudgement
    | Landmarks
    | MaskEdit
    | LesionPoint
    | SameLesion
    | LesionName
    | NewLesionJudgement
    | GoneJudgement
    | Evaluability
    | Grade
    | Signature
    | Withdrawal,
    Field(discriminator="kind"),
]


class Correction(_Value):
    """One file of `_review/`.

    Attributes:
        format: 1.
        by: the reader, as they wrote their name.
        at: when, with the time zone.
        software: version of lesiontrack that wrote it.
        note: why, in the reader's words.
        value: what was said.
    """

    format: Literal[1] = 1
    by: Name
    at: AwareDatetime
    software: Annotated[str, Field(max_length=50)]
    note: Text = ""
    value: Value


def subject(value: Value) -> tuple[str, ...]:
    """What a value is about: of two with one subject, the later one holds.

    Masks and withdrawals are each their own: windows of one photo add up.
    """
    match value:
        case Assignment():
            return value.kind, value.photo
        case RegistrationJudgement() | Landmarks():
            return value.kind, value.patient, value.site, value.visit
        case LesionPoint():
            return value.kind, value.patient, value.site, value.visit, value.lesion
        case SameLesion():
            return value.kind, value.patient, value.site, value.lesion
        case LesionName() | NewLesionJudgement():
            return value.kind, value.patient, value.lesion
        case GoneJudgement():
            return value.kind, value.patient, value.lesion, value.visit
        case Evaluability():
            return value.kind, value.patient, value.site, value.visit, value.lesion or ""
        case Grade():
            return (
                value.kind, value.patient, value.site, value.visit, value.lesion or "", value.sign,
                value.scale_id,
            )  # fmt: skip
        case Signature():
            return value.kind, value.patient, value.site, value.lesion, value.visit
        case MaskEdit() | Withdrawal():
            return ()


def new_correction(value: Value, *, by: str, at: datetime, note: str = "") -> Correction:
    """Raises ValueError (pydantic) for a value that breaks a rule."""
    import lesiontrack

    return Correction(by=by, at=at, software=lesiontrack.__version__, note=note, value=value)
