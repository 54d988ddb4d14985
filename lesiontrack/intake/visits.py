"""When each photo was taken: folder name, then file name, then the camera's DateTimeOriginal.

A file's modification time is never used: copying sets it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from lesiontrack.intake.calendars import one_calendar
from lesiontrack.intake.cameras import CAMERA
from lesiontrack.intake.dates import DateText
from lesiontrack.intake.labels import Label
from lesiontrack.intake.model import Decision, Found, least
from lesiontrack.intake.patients import Named

_LIFETIME = timedelta(days=6 * 365)  # between a date of birth and the photo; no series here is longer
_SAME = timedelta(days=1)  # midnight, time zones, summer time


@dataclass(frozen=True)
class Evidence:
    """One thing that dates a photo. `rank`: smaller is better."""

    source: str
    rank: int
    certainty: str
    text: DateText

    @property
    def day(self) -> date:
        return self.text.readings[0][1]


@dataclass(frozen=True)
class Visits:
    """`chosen`: a decision or the reason why there is none, per photo."""

    chosen: tuple[Decision | str, ...]
    notes: tuple[str, ...]


def find_visits(
    photos: Sequence[Found],
    names: Sequence[Named],
    patients: Sequence[tuple[str, int | None]],
    *,
    date_order: str | None = None,
) -> Visits:
    """Choose a visit per photo: an ISO date, or dayNNN or weekNN where a patient's names count the visits.

    `patients`: (code, folder level that it was read from) per photo. `date_order` ("day-first",
    "month-first") settles 03-04-2024; without it the tree's other dates do where they agree, and otherwise
    such photos get no visit.
    """
    evidence = [_evidence(photo, name) for photo, name in zip(photos, names, strict=True)]
    order, notes = (date_order, []) if date_order else _order(evidence)
    settled = [[_settle(item, items, order) for item in items] for items in evidence]
    labels = [_label(name, level) for name, (_, level) in zip(names, patients, strict=True)]
    chosen: list[Decision | str] = [
        _decide(items, label, name, photo)
        for items, label, name, photo in zip(settled, labels, names, photos, strict=True)
    ]
    by_patient: dict[str, list[int]] = {}
    for index, (code, _) in enumerate(patients):
        by_patient.setdefault(code, []).append(index)
    for members in by_patient.values():
        one_calendar(members, chosen, labels, photos)
    return Visits(tuple(chosen), tuple(notes))


def _evidence(photo: Found, name: Named) -> list[Evidence]:
    """Best first: folders from the inside out, the file's name by a person, the camera, a messenger."""
    found = []
    for depth, folder in enumerate(reversed(name.folders)):
        for text in folder.visit_dates[:1]:
            found.append(Evidence(f"folder {folder.text!r}", depth, "sure", text))
    for text in name.file.visit_dates[:1]:
        found.append(Evidence("the file name", 100, "sure", text))
    device = name.file.device
    if device is not None and device.taken is not None:
        text = DateText(photo.stem, (0, 0), (("year-first", device.taken),))
        if device.kind == CAMERA:
            found.append(Evidence("the camera's file name", 101, "sure", text))
        else:
            certainty = "likely" if device.kind == "messenger" else "guess"
            found.append(Evidence(f"the {device.kind}'s file name", 103, certainty, text))
    if photo.taken_at is not None:
        text = DateText("", (0, 0), (("year-first", photo.taken_at.date()),))
        found.append(Evidence("the camera (DateTimeOriginal)", 102, "sure", text))
    return _without_births(sorted(found, key=lambda item: item.rank), name)


def _without_births(found: list[Evidence], name: Named) -> list[Evidence]:
    """Leave out a folder's date beside a person's name that lies years before the photo's other dates."""
    named = {f"folder {folder.text!r}" for folder in name.folders if folder.words}
    latest = max((item.day for item in found if not item.text.ambiguous), default=date.min)
    births = [item for item in found if item.source in named and latest - item.day > _LIFETIME]
    return [item for item in found if item not in births]


def _order(evidence: Sequence[Sequence[Evidence]]) -> tuple[str | None, list[str]]:
    """Which order the tree's numeric dates have, where every one that tells says the same."""
    votes: dict[str, set[str]] = {}
    open_ = set()
    for items in evidence:
        for item in items:
            if not item.text.numeric:
                continue
            if not item.text.ambiguous:
                order, day = item.text.readings[0]
                if day.day != day.month:
                    votes.setdefault(order, set()).add(item.text.text)
                continue
            open_.add(item.text.text)
            for order, day in item.text.readings:
                if any(
                    other is not item and not other.text.ambiguous and abs(other.day - day) <= _SAME
                    for other in items
                ):
                    votes.setdefault(order, set()).add(item.text.text)
    if not open_:
        return None, []
    shown = ", ".join(sorted(open_)[:5])
    if len(votes) == 1:
        order, texts = next(iter(votes.items()))
        return order, [
            f"{shown}: read {order}, as {', '.join(sorted(texts)[:3])} and other dates of this tree show"
        ]
    why = "the tree's other dates don't tell" if not votes else "the tree has dates in both orders"
    return None, [f"{shown}: day or month first? {why}; say --date-order day-first or month-first"]


def _settle(item: Evidence, items: Sequence[Evidence], order: str | None) -> Evidence:
    if not item.text.ambiguous:
        return item
    agreeing = [
        reading
        for reading in item.text.readings
        if any(
            other is not item and not other.text.ambiguous and abs(other.day - reading[1]) <= _SAME
            for other in items
        )
    ]
    if len(agreeing) == 1:
        return replace(item, text=item.text.settled(agreeing[0][0]))
    if order is not None:
        settled = item.text.settled(order)
        return replace(item, text=settled, certainty=least(item.certainty, "likely"))
    return item


def _label(name: Named, level: int | None) -> Label | None:
    """The innermost visit label; one that could be a code only where the patient is named elsewhere."""
    readings = [(-1, name.file), *reversed(list(enumerate(name.folders)))]
    for at, reading in readings:
        if reading.label is not None and not (reading.label.weak and (at == level or level is None)):
            return reading.label
    return None


def _decide(items: Sequence[Evidence], label: Label | None, name: Named, photo: Found) -> Decision | str:
    if items:
        best = items[0]
        if best.text.ambiguous:
            readings = " or ".join(day.isoformat() for _, day in best.text.readings)
            return (
                f"{best.source}: {best.text.text!r} can be {readings}; say --date-order, or write 2024-03-04"
            )
        doubts = [*photo.notes]
        for other in items[1:]:
            if not other.text.ambiguous and abs(other.day - best.day) > _SAME:
                doubts.append(f"{best.source} says {best.day}, {other.source} {other.day}")
        certainty = best.certainty
        if doubts and any(other.rank < 103 for other in items[1:]):
            certainty = "guess"
        if best.rank == 103:
            doubts.append("a messenger's or screenshot's date is the day it was sent or saved, not taken")
        return Decision(best.day.isoformat(), certainty, best.source, tuple(doubts))
    if label is not None and label.day is not None:
        certainty = "guess" if label.doubt or label.weak else "likely"
        return Decision(
            label.value, certainty, f"{label.text!r} in its names", (label.doubt,) if label.doubt else ()
        )
    if label is not None:
        return f"{label.text!r} gives no date, and the photo has no camera date"
    if any(reading.partial_date for reading in (*name.folders, name.file)):
        return "its names give a month without the day, and the photo has no camera date"
    clock = f" ({photo.notes[0]})" if photo.notes else ""
    return f"no date in its names, and no camera date in the file{clock}"
