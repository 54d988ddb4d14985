"""Response at each visit by iRECIST: progression is unconfirmed first, and confirmed or reset later.

Rules: Seymour 2017 (PMC5648544, table 2) and the questions answered by the RECIST working group
(recist.eortc.org, group iRECIST: "How do new lesions define progression?", "Assigning response after the
appearance of new lesions", "Can imaging be used to confirm progression, even when done less than four
weeks after"), restated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from lesiontrack.response.newlesions import NewLesions, NewLook
from lesiontrack.response.overall import overall_response
from lesiontrack.response.target import RECIST, Thresholds
from lesiontrack.response.words import as_irecist

_RANK = {"NE": 1, "NON-CR/NON-PD": 1, "SD": 1, "PR": 2, "CR": 3}
"""Of the lesions of the baseline; PD is below all. Where they were not evaluable, SD is no improvement."""


@dataclass(frozen=True)
class TimePoint:
    """What was found at one visit after the baseline.

    Attributes:
        day: study day, or a date's ordinal.
        target, non_target: RECIST 1.1 words of the lesions of the baseline, as for `overall_response`.
        sum_mm: sum of the target lesions' diameters; None where it is not evaluable.
        least_mm: where it is not, the sum over those that could be measured, which it can't be below.
        non_target_increased: a reader saw more growth of non-target lesions since the last visit; it need
            not be unequivocal again.
        new: every new lesion known by then, with what was seen of it at this visit.
    """

    day: int
    target: str | None
    non_target: str | None = None
    sum_mm: Decimal | None = None
    least_mm: Decimal | None = None
    non_target_increased: bool = False
    new: tuple[NewLook, ...] = ()


@dataclass(frozen=True)
class ImmuneReading:
    """One visit's words. `response` is one of IRECIST_WORDS, and so are target and non_target, or None.

    `confirmed_by`: categories that confirmed a progression at this visit; `days_since`: from the iUPD that
    is, or was, to be confirmed.
    """

    response: str
    target: str | None
    non_target: str | None
    confirmed_by: tuple[str, ...] = ()
    days_since: int | None = None


@dataclass(frozen=True)
class _Pending:
    """The first iUPD of a run, which later visits are compared with."""

    point: TimePoint
    base: str
    causes: frozenset[str]


def read_irecist(
    points: Sequence[TimePoint],
    *,
    confirm_min_days: int = 28,
    rise_mm: Decimal = Decimal(5),
    thresholds: Thresholds = RECIST,
) -> list[ImmuneReading]:
    """iCR, iPR, iSD, NON-iCR/NON-iUPD, iUPD, iCPD or NE for each visit, in time order.

    * First progression of targets, non-targets or by a new lesion is iUPD.
    * It is iCPD from the first visit at least `confirm_min_days` after that iUPD that shows, against the
      visit of the iUPD: the target sum up by `rise_mm` (where targets progressed), more growth of non-target
      lesions (where those did), the sum of the new target lesions or another new lesion up by `rise_mm`,
      one more new lesion, or progression in a category that had none. Small rises add up. Visits in
      between confirm nothing. Later ones confirm however long after they come: iRECIST asks for 4 to 8
      weeks, and leaves open what holds where nobody looked then (`days_since` tells).
    * Otherwise, where no category progresses any more, the bar is reset: iCR, iPR or iSD as the lesions of
      the baseline stand, and the next progression is iUPD again. A new lesion that is still there does not
      forbid that; but where nothing has changed since the iUPD that it made, it stays iUPD. A change is a
      better word of the baseline's lesions or `rise_mm` less of either sum. After a reset a new lesion
      makes iUPD again by growth that meets `thresholds`, not by being there.
    * While a new lesion is there the best is iPR. A visit at which neither progression nor a reset can be
      told is NE, changes nothing and leaves the iUPD standing.
    * Later visits don't undo an iCPD.

    The nadir of the targets is that of RECIST: every evaluable sum enters it, at whatever visit.
    "Any increase" of new non-target lesions is taken as `rise_mm` of that lesion's diameter: a photograph
    doesn't tell less from its error. Raises ValueError for days that are not in order.
    """
    if any(later.day < earlier.day for earlier, later in pairwise(points)):
        raise ValueError(f"days {[point.day for point in points]} are not in time order")
    readings: list[ImmuneReading] = []
    history = NewLesions(thresholds)
    pending: _Pending | None = None
    confirmed = False
    for point in points:
        base = overall_response(point.target, point.non_target, False)
        causes = _causes(point, history)
        days = point.day - pending.point.day if pending else None
        by: tuple[str, ...] = ()
        if confirmed:
            word = "iCPD"
        elif pending is None:
            word = "iUPD" if causes else _word(base, point)
            pending = _Pending(point, base, frozenset(causes)) if causes else None
        else:
            late_enough = point.day - pending.point.day >= confirm_min_days
            by = _confirming(point, pending, causes, rise_mm) if late_enough else ()
            confirmed = bool(by)
            word = "iCPD" if confirmed else _unconfirmed(point, base, pending, causes, rise_mm)
            if word not in ("iCPD", "iUPD", "NE"):
                pending = None
        readings.append(
            ImmuneReading(
                word, _category(point.target, "target", by), _category(point.non_target, "non_target", by),
                by, days,
            )
        )  # fmt: skip
        history.add(point.new)
    return readings


def _causes(point: TimePoint, history: NewLesions) -> set[str]:
    causes = {"target"} if point.target == "PD" else set()
    causes |= {"non_target"} if point.non_target == "PD" else set()
    return causes | ({"new"} if history.additional(point.new) or history.progressed(point.new) else set())


def _confirming(point: TimePoint, pending: _Pending, causes: set[str], rise_mm: Decimal) -> tuple[str, ...]:
    """Categories that confirm the pending iUPD."""
    before = pending.point
    found = causes - pending.causes
    least = point.least_mm if point.sum_mm is None else point.sum_mm
    if "target" in pending.causes and _rise(before.sum_mm, least) >= rise_mm:
        found.add("target")
    if "non_target" in pending.causes and point.non_target_increased:
        found.add("non_target")
    grown = _rise(*_new_sums(before.new, point.new)) >= rise_mm
    old = {look.lesion: look for look in before.new}
    single = any(
        not look.target and look.lesion in old and _rise(old[look.lesion].mm, look.mm) >= rise_mm
        for look in point.new
    )
    if any(look.lesion not in old for look in point.new) or ("new" in pending.causes and (grown or single)):
        found.add("new")
    return tuple(sorted(found))


def _unconfirmed(point: TimePoint, base: str, pending: _Pending, causes: set[str], rise_mm: Decimal) -> str:
    """iUPD, NE, or the word after a reset."""
    before = {look.lesion for look in pending.point.new}
    if causes or any(look.lesion not in before for look in point.new):
        return "iUPD"
    if base == "NE":
        return "NE"
    if "new" in pending.causes:
        if any(look.mm is None for look in point.new):
            return "NE"
        if any(look.mm for look in point.new) and not _improved(point, base, pending, rise_mm):
            return "iUPD"
    return _word(base, point)


def _improved(point: TimePoint, base: str, pending: _Pending, rise_mm: Decimal) -> bool:
    before = pending.point
    if pending.base == "PD" or _RANK[base] > _RANK[pending.base]:
        return True
    shrunk = _rise(point.sum_mm, before.sum_mm) >= rise_mm
    return shrunk or _rise(*reversed(_new_sums(before.new, point.new))) >= rise_mm


def _word(base: str, point: TimePoint) -> str:
    """Of the baseline's lesions, but no complete response while a new lesion is, or may be, there."""
    if base == "CR" and any(look.mm is None or look.mm > 0 for look in point.new):
        return "iPR" if point.target is not None else "NON-iCR/NON-iUPD"
    return as_irecist(base)


def _category(word: str | None, category: str, confirmed_by: Sequence[str]) -> str | None:
    if word is None:
        return None
    return "iCPD" if category in confirmed_by else as_irecist(word)


def _rise(before: Decimal | None, after: Decimal | None) -> Decimal:
    """How much was added; less than anything where that can't be told."""
    return Decimal("-Infinity") if before is None or after is None else after - before


def _new_sums(before: Sequence[NewLook], after: Sequence[NewLook]) -> tuple[Decimal | None, Decimal | None]:
    """Sums at both visits over the new target lesions of the first; None where one was not measured."""
    old = {look.lesion: look.mm for look in before if look.target}
    new = {look.lesion: look.mm for look in after}
    sizes = [(mm, new.get(lesion)) for lesion, mm in old.items()]
    if not sizes or any(mm is None or later is None for mm, later in sizes):
        return None, None
    return (
        sum((mm for mm, _ in sizes if mm is not None), Decimal(0)),
        sum((later for _, later in sizes if later is not None), Decimal(0)),
    )
