"""What is in labelled sets, photo by photo: every file is read once before hours are spent on it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from lesiontrack.training.dataset import Dataset, DataSetError, Sample
from lesiontrack.training.readers.pictures import read_picture, refuse
from lesiontrack.training.samples import read_dataset

Advance = Callable[[str, int, int], None]
"""Called with (what, done, total)."""


@dataclass(frozen=True)
class Contents:
    """One data set, counted.

    Attributes:
        name, source, licence, notes: as in Dataset.
        kind: format that it was read as.
        photos: of the set.
        labelled: class → photos that are labelled for it.
        present: class → photos with at least one pixel of it.
        sha256: over every photo's file and labels; changes with any of them.
        parts: "train", "validation", "test" or "" (left out) → photos; empty before a split.
        shared: photos that an earlier set holds as well.
    """

    name: str
    source: str
    licence: str
    photos: int
    labelled: Mapping[str, int]
    present: Mapping[str, int]
    sha256: str
    kind: str = ""
    notes: tuple[str, ...] = ()
    parts: Mapping[str, int] = field(default_factory=dict)
    shared: int = 0


def read_sets(specs: Sequence[tuple[str, Path]], *, on_progress: Advance | None = None) -> list[Dataset]:
    """Read several sets, as read_dataset does one.

    Raises DataSetError with the problems of all of them, a line each, and for two sets of one name.
    """
    sets: list[Dataset] = []
    problems: list[str] = []
    for done, (spec, place) in enumerate(specs, 1):
        try:
            sets.append(read_dataset(spec, place))
        except DataSetError as error:
            problems.append(str(error))
        if on_progress is not None:
            on_progress("reading data sets", done, len(specs))
    names = [one.name for one in sets]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        problems.append(f"two sets are named {name}; give one a label, as in folder:LABEL=DIR")
    if problems:
        raise DataSetError("\n".join(problems))
    return sets


def look_through(sets: Sequence[Dataset], *, on_progress: Advance | None = None) -> list[Contents]:
    """Read every photo's file and labels.

    Raises DataSetError, naming the first files, where labels can't be read or don't fit their photo.
    """
    total = sum(len(one.samples) for one in sets)
    done = 0
    contents: list[Contents] = []
    problems: list[str] = []
    for one in sets:
        labelled = dict.fromkeys(one.classes, 0)
        present = dict.fromkeys(one.classes, 0)
        digest = hashlib.sha256()
        for sample in sorted(one.samples, key=lambda sample: sample.id):
            digest.update(f"{sample.id}\0{sample.group or ''}\0".encode())
            digest.update(hashlib.sha256(sample.image.read_bytes()).digest())
            try:
                found = _labels(sample, digest.update)
            except DataSetError as error:
                problems.append(str(error))
            else:
                for name in sample.labelled:
                    labelled[name] = labelled.get(name, 0) + 1
                    present[name] = present.get(name, 0) + (name in found)
            done += 1
            if on_progress is not None:
                on_progress("reading photos and masks", done, total)
        contents.append(
            Contents(
                name=one.name,
                source=one.source,
                licence=one.licence,
                photos=len(one.samples),
                labelled=labelled,
                present=present,
                sha256=digest.hexdigest(),
                kind=one.samples[0].kind,
                notes=one.notes,
            )
        )
    refuse(problems)
    return contents


def _labels(sample: Sample, update: Callable[[bytes], None]) -> set[str]:
    """The classes of which it has a pixel; `update` takes all its labels."""
    shape = read_picture(sample.image).shape
    found: set[str] = set()
    for labels in sample.labels:
        planes = labels.planes(shape)
        update(np.ascontiguousarray(planes).tobytes())
        found |= {name for name, plane in zip(labels.classes, planes, strict=True) if (plane == 1).any()}
    return found
