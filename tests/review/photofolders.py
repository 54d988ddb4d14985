"""Small study folders that were not run, and states of a review on them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from lesiontrack.corrections import Assignment, Entry, Store
from lesiontrack.corrections.located import photo_digest
from lesiontrack.results import ResultsFolder
from lesiontrack.review import ReviewState
from tests.review.pictured import Pictured

HOSTILE = "<img src=x onerror=alert(1)>'&=1+1.jpg"


@dataclass(frozen=True)
class Folder:
    """A study folder, as `pictured.served` wants it."""

    root: Path
    reader: str | None = "Dr Test"
    results: Path | None = None

    def state(self) -> ReviewState:
        results = ResultsFolder(self.results) if self.results else None
        return ReviewState(self.root, reader=self.reader, results=results)

    @property
    def store(self) -> Store:
        return Store(self.root)

    def assignments(self) -> list[Assignment]:
        return [e.value for e in self.store.read().in_force if isinstance(e.value, Assignment)]

    def assign(self, photo: str, patient: str, visit: str, site: str, *, excluded: bool = False) -> Entry:
        value = Assignment(
            photo=photo, photo_sha256=photo_digest(self.root / photo), patient=patient, visit=visit,
            site=site, excluded=excluded,
        )  # fmt: skip
        return self.store.add(value, by="Dr Other")


def copied(one: Pictured, to: Path) -> Pictured:
    """The same study and results, to write into."""
    shutil.copytree(one.study.parent, to, dirs_exist_ok=True)
    return replace(one, study=to / one.study.name, results=ResultsFolder(to / one.results.root.name))


def jpeg(
    size: tuple[int, int] = (40, 30), *, shade: int = 150, taken: str = "", turned: bool = False
) -> bytes:
    """A plain JPEG; `turned`: its left half is dark, and EXIF turns it by a quarter."""
    pixels = np.full((size[1], size[0], 3), shade, np.uint8)
    exif = Image.Exif()
    if turned:
        pixels[:, : size[0] // 2] = 0
        exif[0x0112] = 6
    if taken:
        exif.get_ifd(0x8769)[0x9003] = taken
    exif[0x010E] = "Name of a patient"
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def folder(root: Path, photos: Sequence[str], **content: bytes) -> Folder:
    """Each photo has its own shade."""
    for number, name in enumerate(photos):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.get(name, jpeg(shade=100 + number)))
    return Folder(root)
