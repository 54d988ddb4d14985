"""Which lesion of one reader is which of the other's, where readers named lesions themselves."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from lesiontrack.corrections import Entry, LesionPoint, SameLesion, Value
from lesiontrack.readers.context import Context

Places = dict[tuple[str, str], dict[str, tuple[float, float]]]
"""(patient, lesion) → digest of a photo → where the reader put it."""


@dataclass(frozen=True)
class Renamed:
    """A lesion that the second reader named, under the name that stands for it in the comparison."""

    patient: str
    theirs: str
    here: str
    why: str


def align(
    first: Iterable[Entry], second: Iterable[Entry], context: Context
) -> tuple[tuple[Entry, ...], tuple[Renamed, ...]]:
    """The second reader's corrections with the first one's names of lesions.

    A lesion that the results know has one name for both. One that a reader added has a name of that reader's
    making: two readers may call one lesion by two names, and two lesions by one name. The place decides: ids
    whose points in a photo are as near as `Context.near` asks, and in no photo further apart, are one
    lesion, the nearest first. An id of the second reader that is none of the first one's gets a name that
    nobody used where the first reader has it for another lesion. Without results nothing tells which lesions
    were known, and names are taken as they are.
    """
    first, second = tuple(first), tuple(second)
    if not context.photos:
        return second, ()
    mine, theirs = _places(first, context), _places(second, context)
    found: dict[tuple[str, str], Renamed] = {}
    taken: set[tuple[str, str]] = set()
    for _, one, other in sorted(_candidates(mine, theirs, context)):
        if one in taken or other in found:
            continue
        taken.add(one)
        found[other] = Renamed(other[0], other[1], one[1], "at one place in a photo")
    used = _names(first) | _names(second) | set(context.seen)
    for other in sorted(theirs):
        if other in found or (other not in mine and other not in taken):
            continue
        name = _unused(other, used)
        used.add(name)
        found[other] = Renamed(other[0], other[1], name[1], "the other reader's of this name lies elsewhere")
    names = {key: item.here for key, item in found.items() if item.here != item.theirs}
    return (
        tuple(_renamed(entry, names) for entry in second),
        tuple(item for item in found.values() if item.here != item.theirs),
    )


def _places(entries: tuple[Entry, ...], context: Context) -> Places:
    """Of lesions that the results do not know."""
    places: Places = {}
    for entry in entries:
        value = entry.value
        if isinstance(value, LesionPoint) and (value.patient, value.lesion) not in context.seen:
            places.setdefault((value.patient, value.lesion), {})[value.photo_sha256] = (value.x, value.y)
    return places


def _candidates(
    mine: Places, theirs: Places, context: Context
) -> Iterable[tuple[float, tuple[str, str], tuple[str, str]]]:
    """(mean distance in px, id of the first, id of the second) that may be one lesion."""
    for one, here in mine.items():
        for other, there in theirs.items():
            photos = here.keys() & there.keys() if one[0] == other[0] else set()
            distances = {photo: math.dist(here[photo], there[photo]) for photo in photos}
            if distances and all(context.near(far, photo) for photo, far in distances.items()):
                yield sum(distances.values()) / len(distances), one, other


def _names(entries: tuple[Entry, ...]) -> set[tuple[str, str]]:
    found = set()
    for entry in entries:
        patient, lesion = getattr(entry.value, "patient", None), getattr(entry.value, "lesion", None)
        if patient and lesion:
            found.add((patient, lesion))
    return found


def _unused(key: tuple[str, str], used: set[tuple[str, str]]) -> tuple[str, str]:
    number = 2
    while (key[0], f"{key[1]}-{number}") in used:
        number += 1
    return key[0], f"{key[1]}-{number}"


def _renamed(entry: Entry, names: Mapping[tuple[str, str], str]) -> Entry:
    value = entry.value
    patient = getattr(value, "patient", "")
    update = {
        part: names[patient, lesion]
        for part in ("lesion", "same_as")
        if (lesion := getattr(value, part, None)) and (patient, lesion) in names
    }
    if not update:
        return entry
    changed: Value = value.model_copy(update=update)
    if isinstance(changed, SameLesion) and changed.lesion == changed.same_as:
        return entry  # what one reader calls two lesions the other has as one: it stays as it was said
    return replace(entry, correction=entry.correction.model_copy(update={"value": changed}))
