"""When each photo was taken: folder name, then file name, then the camera's DateTimeOriginal.

A file's modification time is never used: copying sets it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from lesiontrack.intake.cameras import CAMERA
from lesiontrack.intake.dates import DateText
from lesiontrack.intake.labels import Label
from lesiontrack.intake.model import Decision, Found, least
from lesiontrack.intake.patients import Named

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
        _one_system(members, chosen, labels, photos)
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
    return sorted(found, key=lambda item: item.rank)


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


def _one_system(
    members: Sequence[int],
    chosen: list[Decision | str],
    labels: Sequence[Label | None],
    photos: Sequence[Found],
) -> None:
    """Give all visits of one patient as dates, or all as days from the treatment start."""
    _from_folder(members, chosen, labels, photos)
    dated = [index for index in members if _date(chosen[index]) is not None]
    counted = [index for index in members if isinstance(chosen[index], Decision) and index not in dated]
    _one_spelling(counted, chosen, labels)
    if not dated or not counted:
        return
    starts = set()
    for index in dated:
        day, label = _date(chosen[index]), labels[index]
        if day is not None and label is not None and label.day is not None and not label.baseline:
            starts.add(day - timedelta(days=label.day))
    one_start = bool(starts) and max(starts) - min(starts) <= timedelta(days=3)
    for index in counted:
        label = labels[index]
        decision = chosen[index]
        if not isinstance(decision, Decision) or label is None or label.day is None:
            continue
        if one_start and not label.baseline:
            start = min(starts)
            day = start + timedelta(days=label.day)
            doubt = f"{label.text!r} counted from {start}, which this patient's dated photos give as day 0"
            chosen[index] = Decision(day.isoformat(), "guess", decision.why, (*decision.doubts, doubt))
        else:
            chosen[index] = (
                f"{label.text!r} can't be placed: this patient's other photos have dates, and none tells the "
                "treatment start"
            )


def _one_spelling(
    counted: Sequence[int], chosen: list[Decision | str], labels: Sequence[Label | None]
) -> None:
    """ "week 2" and "day 14" of one patient are one visit: the first spelling stands for both."""
    spelling: dict[int, str] = {}
    for index in counted:
        label, decision = labels[index], chosen[index]
        if label is not None and label.day is not None and isinstance(decision, Decision):
            chosen[index] = replace(decision, value=spelling.setdefault(label.day, decision.value))


def _from_folder(
    members: Sequence[int],
    chosen: list[Decision | str],
    labels: Sequence[Label | None],
    photos: Sequence[Found],
) -> None:
    """A photo without date in a folder of one visit ("V3") has the one date of the others there."""
    for index in members:
        label = labels[index]
        if _date(chosen[index]) is not None or label is None:
            continue
        beside = {
            _date(chosen[other])
            for other in members
            if labels[other] is not None
            and photos[other].folders == photos[index].folders
            and labels[other].text == label.text  # type: ignore[union-attr]
        } - {None}
        if len(beside) == 1:
            day = beside.pop()
            assert day is not None
            doubt = "it has no date of its own"
            chosen[index] = Decision(
                day.isoformat(), "guess", f"the date of the others in {label.text!r}", (doubt,)
            )


def _date(decision: Decision | str) -> date | None:
    if isinstance(decision, str):
        return None
    try:
        return date.fromisoformat(decision.value)
    except ValueError:
        return None
