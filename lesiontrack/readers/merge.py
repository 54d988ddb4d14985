"""What both readers said alike goes into the main store, once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from lesiontrack.corrections import Corrections, Entry, MaskEdit, Store
from lesiontrack.corrections.model import subject
from lesiontrack.corrections.words import what_of
from lesiontrack.readers.comparison import Comparison
from lesiontrack.readers.model import Pair, Writing
from lesiontrack.readers.outlines import Box

MERGED = "both blinded readers"
PREFERRED = "the blinded readers differ; settled for"
_COVERED = 0.5  # share of two readers' part that a third reader's window must cover to settle it; own value
_MOST_NAME = 98  # two and "; " are at most what a correction takes as `by`
_ID = re.compile(r"[0-9]{8}T[0-9]{12}Z-[a-z_]+-[0-9a-f]{16}")


@dataclass(frozen=True)
class Planned:
    """A correction for the main store, with who stands behind it and the note that names its origin."""

    writing: Writing
    by: str
    note: str


@dataclass(frozen=True)
class Settled:
    """What the main store says of a pair: `how` is "", "merged" or "settled"; `words` name it and by whom."""

    how: str = ""
    words: str = ""


def settled(pair: Pair, main: Corrections) -> Settled:
    """Whether the main store holds an answer to what the two readers said.

    "merged": an entry of it names the corrections of both, whatever became of it since. "settled": somebody
    spoke of the same subject after both of them; of outlines, in a window over most of the part in question.
    An older entry is what was there before they read.
    """
    origins = _origins(main)
    writings = pair.joined or pair.for_first or pair.for_second
    if writings and all(_parts(writing) <= _done(writing, origins) for writing in writings):
        return Settled("merged", _words(origins[_key(writings[0].ids)]))
    later = [
        entry
        for entry in main.in_force
        if not _named(entry) and _later(entry, pair) and _same_subject(entry, pair)
    ]
    return Settled("settled", _words(later)) if later else Settled()


def plan(comparison: Comparison, *, prefer: str | None = None) -> list[Planned]:
    """What a merge would write now: agreed subjects that the main store does not hold yet.

    prefer: the name of one of the two, whose answer is taken where they differ. What only one of them
    read is never written: nobody else looked at it.
    """
    names = sorted((comparison.first.name, comparison.second.name))
    both = "; ".join(name[:_MOST_NAME] for name in names)
    planned: list[Planned] = []
    origins = _origins(comparison.main)
    for pair in comparison.pairs:
        if settled(pair, comparison.main).how:
            continue
        writings, by, why = pair.joined, both, MERGED
        if pair.agree is False and prefer is not None:
            writings = pair.for_first if prefer == comparison.first.name else pair.for_second
            by, why = prefer, f"{PREFERRED} {prefer}"
        for writing in writings:
            left = _parts(writing) - _done(writing, origins)
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
    living = {
        entry.id for reader in (comparison.first, comparison.second) for entry in reader.corrections.in_force
    }
    readers = {
        entry.id for reader in (comparison.first, comparison.second) for entry in reader.corrections.entries
    }
    found = []
    for entry in comparison.main.in_force:
        gone = tuple(id_ for id_ in _named(entry) if id_ in readers and id_ not in living)
        if gone:
            found.append((entry, gone))
    return found


def _named(entry: Entry) -> tuple[str, ...]:
    """Ids of readers' corrections that a merged entry comes from."""
    note = entry.correction.note
    return tuple(_ID.findall(note)) if note.startswith((MERGED, PREFERRED)) else ()


def _origins(main: Corrections) -> dict[tuple[str, ...], list[Entry]]:
    found: dict[tuple[str, ...], list[Entry]] = {}
    for entry in main.entries:
        if ids := _named(entry):
            found.setdefault(_key(ids), []).append(entry)
    return found


def _key(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(ids))


def _parts(writing: Writing) -> set[str]:
    """What of a correction is written for itself: the classes of a drawing, else the whole."""
    return set(writing.value.masks) if isinstance(writing.value, MaskEdit) else {""}


def _done(writing: Writing, origins: dict[tuple[str, ...], list[Entry]]) -> set[str]:
    found: set[str] = set()
    for entry in origins.get(_key(writing.ids), []):
        found |= _parts(Writing(entry.value, ()))
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


def _later(entry: Entry, pair: Pair) -> bool:
    own = [part for said in (pair.first, pair.second) if said is not None for part in said.entries]
    return all(entry.correction.at > part.correction.at for part in own)


def _same_subject(entry: Entry, pair: Pair) -> bool:
    value = entry.value
    if isinstance(value, MaskEdit):
        if pair.subject.question != "mask" or pair.subject.detail[0] not in value.masks:
            return False
        asked = _asked(pair)
        covered = asked.shared(_box(value)) if asked else None
        return (
            value.photo_sha256 == pair.subject.sha256
            and asked is not None
            and covered is not None
            and covered.area >= _COVERED * asked.area
        )
    mine = [said.value for said in (pair.first, pair.second) if said is not None and said.value is not None]
    return any(subject(one) == subject(value) for one in mine)


def _asked(pair: Pair) -> Box | None:
    """The part of a photo that a pair of outlines is about."""
    if pair.measures:
        x, y, width, height = (int(pair.measures[name]) for name in ("x", "y", "width", "height"))
        return Box(x, y, x + width, y + height)
    edits = [part.value for said in (pair.first, pair.second) if said for part in said.entries]
    return next((_box(edit) for edit in edits if isinstance(edit, MaskEdit)), None)


def _box(edit: MaskEdit) -> Box:
    return Box(edit.x, edit.y, edit.x + edit.width, edit.y + edit.height)


def _words(entries: Sequence[Entry]) -> str:
    return "; ".join(
        f"{what_of(entry.value)} ({entry.correction.by}"
        + (")" if entry.state == "in force" else f", {entry.state})")
        for entry in entries
    )
