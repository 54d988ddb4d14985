"""What both readers said alike goes into the main store, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lesiontrack.corrections import Entry, MaskEdit, Store
from lesiontrack.readers.comparison import Comparison
from lesiontrack.readers.model import Writing
from lesiontrack.readers.settled import MERGED, PREFERRED, MainStore, origins

_MOST_NAME = 98  # two and "; " are at most what a correction takes as `by`


@dataclass(frozen=True)
class Planned:
    """A correction for the main store, with who stands behind it and the note that names its origin."""

    writing: Writing
    by: str
    note: str


def plan(comparison: Comparison, *, prefer: str | None = None) -> list[Planned]:
    """What a merge would write now: agreed subjects that the main store does not hold yet.

    prefer: the name of one of the two, whose answer is taken where they differ. What only one of them
    read is never written: nobody else looked at it.
    """
    names = sorted((comparison.first.name, comparison.second.name))
    both = "; ".join(name[:_MOST_NAME] for name in names)
    planned: list[Planned] = []
    main = MainStore(comparison.main)
    for pair in comparison.pairs:
        if main.settled(pair).how:
            continue
        writings, by, why = pair.joined, both, MERGED
        if pair.agree is False and prefer is not None:
            writings = pair.for_first if prefer == comparison.first.name else pair.for_second
            by, why = prefer, f"{PREFERRED} {prefer}"
        for writing in writings:
            left = main.left(writing)
            if left:
                note = f"{why}: {', '.join(sorted(writing.ids))}"
                planned.append(Planned(_only(writing, left), by, note))
    return _together(planned)


def merge(comparison: Comparison, *, prefer: str | None = None) -> list[Entry]:
    """Write the plan into the main store; the entries written. A second time there is nothing to write.

    Raises StudyError where the store can't be written.
    """
    store = Store(comparison.study_root)
    return [
        store.add(item.writing.value, by=item.by, note=item.note) for item in plan(comparison, prefer=prefer)
    ]


def orphans(comparison: Comparison) -> list[tuple[Entry, tuple[str, ...]]]:
    """Merged entries in force whose origin a reader has since taken back or replaced, with those ids."""
    stores = comparison.first.corrections, comparison.second.corrections
    living = {entry.id for store in stores for entry in store.in_force}
    known = {entry.id for store in stores for entry in store.entries}
    found = []
    for entry in comparison.main.in_force:
        gone = tuple(id_ for id_ in origins(entry) if id_ in known and id_ not in living)
        if gone:
            found.append((entry, gone))
    return found


def _only(writing: Writing, parts: set[str]) -> Writing:
    value = writing.value
    if not isinstance(value, MaskEdit):
        return writing
    masks = {name: text for name, text in value.masks.items() if name in parts}
    return replace(writing, value=value.model_copy(update={"masks": masks}))


def _together(planned: Sequence[Planned]) -> list[Planned]:
    """Classes of one pair of windows in one correction, as they were drawn."""
    found: dict[tuple[object, ...], Planned] = {}
    for item in planned:
        value = item.writing.value
        if not isinstance(value, MaskEdit):
            found[len(found), item.note] = item
            continue
        key = (item.note, item.by, value.photo_sha256, value.x, value.y, value.width, value.height)
        if key in found:
            known = found[key].writing.value
            assert isinstance(known, MaskEdit)
            value = value.model_copy(update={"masks": {**known.masks, **value.masks}})
        found[key] = replace(item, writing=replace(item.writing, value=value))
    return list(found.values())
