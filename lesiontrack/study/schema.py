"""The columns of every table that a study folder can hold: the one place where they are declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lesiontrack.study.model import MODALITIES


@dataclass(frozen=True)
class Column:
    """One column of a user's table.

    Attributes:
        kind: "text", "date" (ISO), "when" (a date or day label), "integer" or "number".
        required: whether column and cell must be there.
        choices: the only words allowed; case, blanks and "-" don't matter.
        words: words that are known in an open vocabulary: others are taken, a near miss of one is an error.
        minimum, above: smallest number allowed; number it must exceed.
    """

    name: str
    kind: str
    meaning: str
    required: bool = False
    choices: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    minimum: float | None = None
    above: float | None = None


@dataclass(frozen=True)
class Table:
    """`key`: columns that together may occur once only. `open`: further columns are taken as they are."""

    file: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    open: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


EVENTS = ("biopsy", "excision", "radiotherapy", "systemic_therapy", "amputation", "cryotherapy")
REMOVING_EVENTS = ("excision", "amputation")
NOTED_EVENTS = ("biopsy",)
ROLES = ("target", "non_target", "new")
DEPTHS = ("cutaneous", "subcutaneous")
METHODS = ("caliper", "ultrasound", "CT", "palpation")

_PATIENT = Column("patient", "text", "patient code", required=True)
_SITE = Column("site", "text", "skin site", required=True)
_VISIT = Column("visit", "when", "visit, as its folder is named or as a date", required=True)
_LESION = Column("lesion", "text", "lesion id", required=True)
_SOME_LESION = Column("lesion", "text", "lesion id; empty: not told")
_X = Column("x", "number", "pixels from the left edge of the upright photo", required=True, minimum=0)
_Y = Column("y", "number", "pixels from the upper edge of the upright photo", required=True, minimum=0)

_TABLES = (
    Table(
        "patients.csv",
        (
            _PATIENT,
            Column("treatment_start", "date", "date of the first treatment: day 0"),
            Column("arm", "text", "arm of the study"),
            Column("enrolled", "date", "date of enrolment"),
            Column("death_date", "date", "date of death"),
            Column("last_contact", "date", "date when the patient was last known to be alive"),
        ),
        key=("patient",),
        open=True,
    ),
    Table(
        "photos.csv",
        (
            Column("path", "text", "photo, relative to the study folder", required=True),
            _PATIENT,
            _VISIT,
            _SITE,
            Column("view", "integer", "number of the view of this site at this visit; empty: 1", minimum=1),
            Column("modality", "text", "how the photo was taken; empty: clinical", choices=MODALITIES),
            Column("px_per_mm", "number", "stated scale of the upright photo", above=0),
            Column("relative_to_injection", "text", "before or after that day's injection"),
            Column("device", "text", "camera"),
        ),
        key=("path",),
    ),
    Table(
        "lesions.csv",
        (
            _PATIENT,
            _SITE,
            _LESION,
            Column(
                "visit", "when", "visit of the photo that x and y lie in; empty: the site's reference photo"
            ),
            _X,
            _Y,
            Column("role", "text", "role in response assessment", choices=ROLES),
            Column("injected_from", "when", "day of the first injection into this lesion"),
            Column("organ", "text", "organ, for the rule of so many targets an organ"),
            Column("depth", "text", "depth", choices=DEPTHS),
        ),
        key=("patient", "site", "lesion", "visit"),
    ),
    Table(
        "doses.csv",
        (
            _PATIENT,
            Column("agent", "text", "what was given", required=True),
            Column("start", "when", "day of the dose, or first day of the course", required=True),
            Column("end", "when", "last day of the course; empty: one day"),
            _SOME_LESION,
            Column("amount", "number", "amount, in `unit`", minimum=0),
            Column("unit", "text", "unit of the amount"),
            Column("frequency", "text", "how often"),
            Column("occlusion", "text", "whether and how occluded"),
            Column("margin_mm", "number", "treated margin around the lesion, mm", minimum=0),
            Column("course", "integer", "number of the treatment course, from 1", minimum=1),
        ),
    ),
    Table(
        "events.csv",
        (
            _PATIENT,
            Column("date", "when", "day of the event", required=True),
            Column("event", "text", "what happened", required=True, words=EVENTS),
            _SOME_LESION,
        ),
    ),
    Table(
        "measurements.csv",
        (
            _PATIENT,
            _VISIT,
            _LESION,
            Column("method", "text", "how it was measured", required=True, choices=METHODS),
            Column("quantity", "text", "what was measured", required=True),
            Column("value", "number", "value, in `unit`", required=True, minimum=0),
            Column("unit", "text", "unit of the value", required=True),
        ),
        key=("patient", "visit", "lesion", "method", "quantity"),
    ),
    Table(
        "clinician.csv",
        (
            _PATIENT,
            _VISIT,
            _SITE,
            _SOME_LESION,
            Column("sign", "text", "what was graded, for example erythema", required=True),
            Column("scale_id", "text", "scale of the grade", required=True),
            Column("grade", "number", "grade", required=True, minimum=0),
            Column("rater", "text", "who graded, as a code", required=True),
        ),
        key=("patient", "visit", "site", "lesion", "sign", "scale_id", "rater"),
    ),
    Table(
        "landmarks.csv",
        (
            _PATIENT,
            _SITE,
            _VISIT,
            Column("point", "text", "name of the point: the same skin at every visit", required=True),
            _X,
            _Y,
        ),
        key=("patient", "site", "visit", "point"),
    ),
)

TABLES: Mapping[str, Table] = {table.file: table for table in _TABLES}
