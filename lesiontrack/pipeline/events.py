"""What events.csv says of a lesion, by its id: taken away, or a word of doubt from that day on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lesiontrack.pipeline.record import SiteRecord, Value
from lesiontrack.study.model import Event
from lesiontrack.study.schema import NOTED_EVENTS, REMOVING_EVENTS
from lesiontrack.tables.sizes import without_sizes

Ids = Mapping[tuple[str, str, int], str]
Called = Mapping[tuple[str, str], str]

_SEEN = ("present", "new_candidate", "reappeared", "split", "merged")


@dataclass(frozen=True)
class Mark:
    """An event as one lesion feels it. `removes`: it took this lesion; else `text` is only added."""

    study_day: int
    text: str
    removes: bool = False
    doubt: bool = False


def called(records: Iterable[SiteRecord], ids: Ids) -> Called:
    """(patient, word in a table) → lesion id. A word is an id first, else a name of lesions.csv."""
    words = {(patient, lesion): lesion for (patient, _, _), lesion in ids.items()}
    for record in records:
        for index, track in enumerate(record.tracks):
            for name in (*track.names, *track.joined):
                words.setdefault((record.patient, name), ids[record.patient, record.site, index])
    return words


def marks(lesion: str, patient: str, events: Iterable[Event], names: Called) -> tuple[Mark, ...]:
    """The events that touch the lesion, in time order.

    Excision and amputation remove, a biopsy is only noted: it takes a sample. An event that names no
    lesion is of the patient's lesion where there is one in all, else a doubt about each.
    """
    single = len({given for (owner, _), given in names.items() if owner == patient}) == 1
    found = []
    for event in sorted(events, key=lambda e: e.study_day):
        if event.patient != patient or event.event not in (*REMOVING_EVENTS, *NOTED_EVENTS):
            continue
        text = f"{event.event} on day {event.study_day}"
        removes = event.event in REMOVING_EVENTS
        if event.lesion is None and not single:
            text += " names no lesion: it may have been this one"
            found.append(Mark(event.study_day, text, doubt=removes))
        elif event.lesion is None or names.get((patient, event.lesion)) == lesion:
            found.append(Mark(event.study_day, text, removes))
    return tuple(found)


def with_events(measures: Mapping[str, Value], day: int, events: Sequence[Mark]) -> dict[str, Value]:
    """Columns of observations.csv of one lesion on a study day, after what happened to it up to that day.

    A removed lesion has no sizes: a region seen at its place later is put into words only. Where an event may
    have taken it, "not visible" is not said, since its area 0 would count as a response.
    """
    due = [event for event in events if event.study_day <= day]
    removal = next((event for event in due if event.removes), None)
    reason = str(measures.get("reason") or "")
    if removal is not None:
        if measures.get("status") != "removed":
            seen = "a region is seen at its place: scar, rest or recurrence, which a reader must tell"
            parts = [removal.text, seen if measures.get("status") in _SEEN else "", reason]
            reason = "; ".join(part for part in parts if part)
        return {**without_sizes(measures), "status": "removed", "evaluable": False, "reason": reason}
    texts = [event.text for event in due if event.text not in reason]
    changed = {**measures, "reason": "; ".join(part for part in (reason, *texts) if part) or None}
    if measures.get("status") == "not_visible" and any(event.doubt for event in due):
        return {**without_sizes(changed), "status": None, "evaluable": False}
    return changed
