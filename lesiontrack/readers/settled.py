"""What the main store already says of what two readers said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lesiontrack.corrections import Corrections, Entry, MaskEdit, Value
from lesiontrack.corrections.model import subject
from lesiontrack.corrections.words import what_of
from lesiontrack.readers.model import Pair, Writing
from lesiontrack.readers.outlines import Box

MERGED = "both blinded readers"
PREFERRED = "the blinded readers differ; settled for"
_COVERED = 0.5  # share of two readers' part that a third reader's window must cover to settle it; own value
_ID = re.compile(r"[0-9]{8}T[0-9]{12}Z-[a-z_]+-[0-9a-f]{16}")


@dataclass(frozen=True)
class Settled:
    """What the main store says of a pair: `how` is "", "merged" or "settled"; `words` name it and by whom."""

    how: str = ""
    words: str = ""


class MainStore:
    """The main store, by what its entries are about and where they come from."""

    def __init__(self, main: Corrections) -> None:
        self._merged: dict[tuple[str, ...], list[Entry]] = {}
        self._said: dict[tuple[str, ...], list[Entry]] = {}
        for entry in main.entries:
            if ids := origins(entry):
                self._merged.setdefault(tuple(sorted(ids)), []).append(entry)
            elif entry.state == "in force":
                for about in _about(entry.value):
                    self._said.setdefault(about, []).append(entry)

    def left(self, writing: Writing) -> set[str]:
        """What of a correction was never merged: classes of a drawing, else "" for the whole.

        An entry that names the same two origins counts, whatever became of it since.
        """
        done: set[str] = set()
        for entry in self._merged.get(tuple(sorted(writing.ids)), []):
            done |= _parts(entry.value)
        return _parts(writing.value) - done

    def settled(self, pair: Pair) -> Settled:
        """Whether the main store holds an answer to what the two readers said.

        "merged": it names the corrections of both. "settled": somebody spoke of the same subject after both
        of them; of outlines, in a window over most of the part in question. An older entry is what was there
        before they read.
        """
        writings = pair.joined or pair.for_first or pair.for_second
        if writings and not any(self.left(writing) for writing in writings):
            return Settled("merged", _words(self._merged[tuple(sorted(writings[0].ids))]))
        own = [part for said in (pair.first, pair.second) if said is not None for part in said.entries]
        last = max(entry.correction.at for entry in own)
        later = [
            entry
            for entry in self._of(pair)
            if entry.correction.at > last
            and (not isinstance(entry.value, MaskEdit) or _covers(entry.value, pair, own))
        ]
        return Settled("settled", _words(later)) if later else Settled()

    def _of(self, pair: Pair) -> Iterable[Entry]:
        if pair.subject.question == "mask":
            return self._said.get(("mask", pair.subject.sha256, pair.subject.detail[0]), [])
        values = [said.value for said in (pair.first, pair.second) if said is not None]
        asked = {about for value in values if value is not None for about in _about(value)}
        return [entry for about in sorted(asked) for entry in self._said.get(about, [])]


def origins(entry: Entry) -> tuple[str, ...]:
    """Ids of readers' corrections that a merged entry comes from; none for another entry."""
    note = entry.correction.note
    return tuple(_ID.findall(note)) if note.startswith((MERGED, PREFERRED)) else ()


def _about(value: Value) -> list[tuple[str, ...]]:
    if isinstance(value, MaskEdit):
        return [("mask", value.photo_sha256, name) for name in value.masks]
    about = subject(value)
    return [about] if about else []


def _parts(value: Value) -> set[str]:
    return set(value.masks) if isinstance(value, MaskEdit) else {""}


def _covers(edit: MaskEdit, pair: Pair, own: Sequence[Entry]) -> bool:
    """Whether a window lies over most of the part of a photo that a pair of outlines is about."""
    if pair.measures:
        x, y, width, height = (int(pair.measures[name]) for name in ("x", "y", "width", "height"))
        asked = Box(x, y, x + width, y + height)
    else:
        asked = next(_box(entry.value) for entry in own if isinstance(entry.value, MaskEdit))
    shared = asked.shared(_box(edit))
    return shared is not None and shared.area >= _COVERED * asked.area


def _box(edit: MaskEdit) -> Box:
    return Box(edit.x, edit.y, edit.x + edit.width, edit.y + edit.height)


def _words(entries: Sequence[Entry]) -> str:
    return "; ".join(
        f"{what_of(entry.value)} ({entry.correction.by}"
        + (")" if entry.state == "in force" else f", {entry.state})")
        for entry in entries
    )
