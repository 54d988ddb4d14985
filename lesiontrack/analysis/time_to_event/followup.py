"""What is known of a patient's course in one target set: assessments, progression, new therapy, death."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from lesiontrack.response.words import settled
from lesiontrack.study.model import Event, Patient

Row = dict[str, Any]

SYSTEMIC = ("systemic_therapy", "radiotherapy")
"""Events that are a new therapy whatever they name."""

LOCAL = ("excision", "amputation", "cryotherapy")
"""Events that are a new therapy where they treat a target lesion, or name none."""

_PROGRESSION = ("PD", "iUPD", "iCPD")
_SEVERITY = (
    "NE", "CR", "iCR", "PR", "iPR", "NON-CR/NON-PD", "NON-iCR/NON-iUPD", "SD", "iSD", "PD", "iUPD", "iCPD",
)  # fmt: skip
RESPONSES = ("CR", "PR")


@dataclass(frozen=True)
class TimePoint:
    """One day's assessment.

    Attributes:
        word: CR, PR, SD, NON-CR/NON-PD, PD or NE, on the basis asked for.
        cause: what made it a progression; "" otherwise.
        read: the assessment counts in the reading (assessment window or all visits).
        candidate: a lesion that may be new was there, and no reader has said.
        disregarded: an iUPD of iRECIST that something better followed; its word is NE.
    """

    day: int
    word: str
    cause: str = ""
    read: bool = True
    candidate: bool = False
    disregarded: bool = False

    @property
    def adequate(self) -> bool:
        return self.word != "NE"


@dataclass(frozen=True)
class FollowUp:
    """A patient's course; all days are study days.

    Attributes:
        points: assessments that are read, in time order, none after death.
        attended: days of adequate assessments, read or not, signed or not: a visit that took place.
        therapies: (day, word) of new therapies after day 0, in time order.
        death: day of death, where recorded.
        valid_baseline: change counts from an evaluable visit at day <= 0 of a known treatment start.
    """

    points: tuple[TimePoint, ...]
    attended: tuple[int, ...] = ()
    therapies: tuple[tuple[int, str], ...] = ()
    death: int | None = None
    valid_baseline: bool = True

    def progression(self, after: int) -> TimePoint | None:
        return next((point for point in self.points if point.word == "PD" and point.day > after), None)

    def last_adequate(self, since: int, until: int | None = None) -> int:
        """Day of the last adequate assessment without progression from `since` on; `since` without one."""
        days = [
            point.day
            for point in self.points
            if point.adequate and point.word != "PD" and (until is None or point.day <= until)
        ]
        return max([since, *days])

    def candidate_note(self, until: int | None = None) -> str:
        """What follows if a lesion that was seen up to that day is new; "" where none may be."""
        days = (point.day for point in self.points if point.candidate)
        day = next((day for day in days if until is None or day <= until), None)
        return (
            ""
            if day is None
            else f"; progression on day {day} if a reader calls a lesion first seen then new"
        )


def follow_up(
    rows: Sequence[Row],
    *,
    basis: str,
    window: bool,
    therapies: tuple[tuple[int, str], ...],
    death: int | None,
    valid_baseline: bool,
) -> FollowUp:
    """The course of one patient from the rows of visit_responses of one analysis.

    Args:
        basis: automatic or signed. On the signed basis a CR that no reader has signed is not evaluable.
        window: only visits in the assessment window are read.
    """
    points = _one_per_day([_point(row, basis, window) for row in rows])
    if death is not None:
        points = [point for point in points if point.day <= death]
    return FollowUp(
        _settle([point for point in points if point.read]),
        tuple(sorted({row["study_day"] for row in rows if row["response"] != "NE"})),
        therapies,
        death,
        valid_baseline,
    )


def _point(row: Row, basis: str, window: bool) -> TimePoint:
    word = str(row["response"])
    if basis == "signed" and word in ("CR", "iCR") and row["review_status"] != "signed":
        word = "NE"
    return TimePoint(
        day=row["study_day"],
        word=word,
        cause=_cause(row) if word in _PROGRESSION else "",
        read=not window or bool(row["in_assessment_window"]),
        candidate=row["new_lesion"] == "candidate",
    )


def _cause(row: Row) -> str:
    if row["target_response"] in _PROGRESSION:
        return "target lesions"
    return "non-target lesions" if row["non_target_response"] in _PROGRESSION else "new lesion"


def _one_per_day(points: Iterable[TimePoint]) -> list[TimePoint]:
    """Of two visits on one day the worse response counts, NE only where both are; read ones go first."""
    chosen: dict[int, TimePoint] = {}
    for point in points:
        other = chosen.get(point.day)
        if other is None or _rank(point) > _rank(other):
            chosen[point.day] = point
    return [chosen[day] for day in sorted(chosen)]


def _rank(point: TimePoint) -> tuple[bool, int, bool]:
    return point.read, _SEVERITY.index(point.word), point.candidate


def _settle(points: Sequence[TimePoint]) -> tuple[TimePoint, ...]:
    """Words of iRECIST as those of RECIST; an iUPD that something better follows is not evaluable."""
    words = settled([point.word for point in points])
    confirmed = any(point.word == "iCPD" for point in points)
    found = []
    for point, word in zip(points, words, strict=True):
        unconfirmed = ", iUPD not confirmed" if point.word == "iUPD" and not confirmed else ""
        cause = point.cause + unconfirmed if word == "PD" else ""
        lifted = point.word == "iUPD" and word == "NE"
        found.append(replace(point, word=word, cause=cause, disregarded=lifted))
    return tuple(found)


def new_therapies(events: Iterable[Event], targets: Iterable[str]) -> tuple[tuple[int, str], ...]:
    """(study day, word) of what counts as a new therapy, of one patient's events after day 0, in time order.

    Systemic therapy and radiotherapy always; excision, amputation and cryotherapy where they name a target
    lesion or no lesion: what is cut out or frozen can no longer tell whether it responds or grows (our
    reading). A biopsy never. Other words are recorded only.
    """
    own = set(targets)
    return tuple(
        sorted(
            (event.study_day, event.event)
            for event in events
            if event.study_day > 0
            and (
                event.event in SYSTEMIC
                or (event.event in LOCAL and (event.lesion is None or event.lesion in own))
            )
        )
    )


def recorded_day(patient: Patient, attribute: str) -> int | None:
    """Study day of a date of patients.csv (death_date, last_contact); None where it can't be told."""
    text = patient.attributes.get(attribute)
    if text is None or patient.zero_date is None:
        return None
    return (date.fromisoformat(text) - patient.zero_date).days
