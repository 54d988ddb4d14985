"""What `init` proposes, as plain values: a decision always carries how sure it is and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from lesiontrack.arrays import Plane

CERTAINTIES = ("sure", "likely", "guess")
"""sure: a person or the camera wrote it; likely: one step of reading; guess: look before you use it."""

UNDECIDED, UNREADABLE, DUPLICATE, NOT_A_PHOTO = "undecided", "unreadable", "duplicate", "not_a_photo"


@dataclass(frozen=True)
class Decision:
    """A patient, visit or site that was chosen for a photo.

    Attributes:
        certainty: one of CERTAINTIES.
        why: what it was read from, in words.
        doubts: what speaks against it, in words; empty where nothing does.
    """

    value: str
    certainty: str
    why: str
    doubts: tuple[str, ...] = ()


def least(*certainties: str) -> str:
    """The weakest of several certainties; "sure" for none."""
    return max(certainties, key=CERTAINTIES.index, default="sure")


@dataclass(frozen=True, eq=False)
class Found:
    """A photo of the tree, read once.

    Attributes:
        relative: posix path below the root, in Unicode as stored.
        folders, stem: the parts of `relative`, NFC, without the file's extension.
        taken_at: EXIF DateTimeOriginal; None where absent or a clock that was never set.
        device: camera maker and model from EXIF, or "".
        preview: JPEG, long side at most 480 px, without metadata.
        plane: (64, 64) float32 luminance with mean 0 and norm 1, for telling copies; all 0 for a
            plain picture.
    """

    path: Path
    relative: str
    folders: tuple[str, ...]
    stem: str
    sha256: str
    width: int
    height: int
    taken_at: datetime | None
    device: str
    preview: bytes
    plane: Plane
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Assignment:
    """One photo with its proposed place in the study. `modality`, `injection`: "" where no name tells."""

    photo: Found
    patient: Decision
    visit: Decision
    site: Decision
    view: int = 1
    modality: str = ""
    injection: str = ""

    @property
    def certainty(self) -> str:
        return least(self.patient.certainty, self.visit.certainty, self.site.certainty)

    @property
    def doubts(self) -> tuple[str, ...]:
        return (*self.patient.doubts, *self.visit.doubts, *self.site.doubts)


@dataclass(frozen=True, eq=False)
class Left:
    """A file that is not in the proposal. `kind` is undecided, unreadable, duplicate or not_a_photo."""

    relative: str
    kind: str
    reason: str
    preview: bytes = b""


@dataclass(frozen=True)
class KeyRow:
    """Which patient a code stands for. `kept`: the code was in the names already."""

    code: str
    original: str
    kept: bool


@dataclass(frozen=True, eq=False)
class Proposal:
    """What `propose` returns; nothing is written yet.

    Attributes:
        assignments: by patient, site, visit and view, in natural order.
        left: every other file that was looked at, with the reason.
        key: the patients' codes and what they stood for in names and folders.
        notes: what holds for the tree as a whole, in words.
        skipped: number of files that systems leave behind (Thumbs.db, ._x.jpg), passed over.
        is_study: the tree follows the study convention already.
    """

    root: Path
    assignments: tuple[Assignment, ...]
    left: tuple[Left, ...]
    key: tuple[KeyRow, ...]
    notes: tuple[str, ...] = ()
    skipped: int = 0
    is_study: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """True where every photo has its place; copies and files that are no photos don't count."""
        return not any(file.kind in (UNDECIDED, UNREADABLE) for file in self.left)
