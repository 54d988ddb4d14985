"""What two readers said of one subject, and how far apart they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lesiontrack.corrections import Entry, Value

QUESTIONS: Mapping[str, str] = {
    "photo_excluded": "photo taken out of the study",
    "assignment": "whose photo, visit, site, view",
    "registration": "registration accepted",
    "landmarks": "landmarks",
    "evaluable": "evaluable",
    "new_lesion": "new lesion",
    "gone": "lesion gone",
    "same_lesion": "two ids are one lesion",
    "lesion_name": "name of a lesion",
    "lesion_point": "place of a lesion",
    "grade": "grade of a sign",
    "mask": "outlines",
    "signature": "signatures",
}
"""key → what people call it, in the order of every table."""

BINARY = ("photo_excluded", "registration", "evaluable", "new_lesion", "gone")
"""Questions of yes or no: kappa is theirs."""

MIN_DICE = 0.9
"""Overlap of two outlines from which they count as one, when merged: an own value, not from a publication."""
MAX_DISTANCE_MM = 2.0
"""Distance of two places of a lesion up to which they count as one: an own value, not from a publication."""
MAX_DISTANCE_SHARE = 0.02
"""The same where a photo has no scale, of its longer side: as registration counts a landmark as right."""


@dataclass(frozen=True, order=True)
class Subject:
    """What a question is asked of; empty where a part does not apply.

    `sha256` is the photo's digest, `other` a second one (reference photo, or the lesion that it is joined
    with), `detail` the sign and scale of a grade, or class and region of outlines.
    """

    question: str
    patient: str = ""
    site: str = ""
    visit: str = ""
    lesion: str = ""
    photo: str = ""
    sha256: str = ""
    other: str = ""
    detail: tuple[str, ...] = ()


@dataclass(frozen=True)
class Said:
    """One reader's answer.

    Attributes:
        answer: comparable with ==; what it is depends on the question.
        words: for people.
        entries: what it rests on in the reader's store; for outlines several windows.
        value: the correction that says it; None where it follows from a signature, or from a whole visit.
        implied: True where it was not said by itself: the reader signed the row with that value, or said it
            of the whole visit.
    """

    answer: Any
    words: str
    entries: tuple[Entry, ...]
    value: Value | None = None
    implied: bool = False

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(entry.id for entry in self.entries)


@dataclass(frozen=True)
class Pair:
    """Both readers' answers to one question about one subject; at least one is there.

    Attributes:
        agree: None where one of them said nothing.
        patient: whose subject it is, for statistics by patient.
        measures: numbers of outlines and places, columns of measurements.csv.
        joined: what to write where they agree, beside the ids that each part rests on.
        for_first, for_second: what to write where one reader is preferred.
        note: what the table alone would not tell.
    """

    subject: Subject
    first: Said | None
    second: Said | None
    agree: bool | None
    patient: str
    measures: Mapping[str, Any] = field(default_factory=dict)
    joined: tuple[Writing, ...] = ()
    for_first: tuple[Writing, ...] = ()
    for_second: tuple[Writing, ...] = ()
    note: str = ""

    @property
    def state(self) -> str:
        if self.first is None:
            return "only B"
        if self.second is None:
            return "only A"
        return "agree" if self.agree else "differ"


@dataclass(frozen=True)
class Writing:
    """A correction for the main store, and the ids of the readers' own that it comes from."""

    value: Value
    ids: tuple[str, ...]
