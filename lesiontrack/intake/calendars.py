"""One calendar a patient: dates for all visits, or days from the treatment start for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from lesiontrack.intake.labels import Label
from lesiontrack.intake.model import Decision, Found


def one_calendar(
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
