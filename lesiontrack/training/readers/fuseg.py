"""FUSeg: foot and leg ulcers (Wang et al., Foot Ulcer Segmentation Challenge, 2021). Labels ulcer only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from lesiontrack.errors import StudyError
from lesiontrack.study.csvfile import read_csv
from lesiontrack.training.dataset import Dataset, DataSetError
from lesiontrack.training.readers.pairs_of_files import mask_samples
from lesiontrack.training.readers.pictures import by_stem

_SAME = ("serial", "reshot", "unsure")
_PATIENT = re.compile(r"patient \(?([A-Z])\b")
_PERHAPS = re.compile(r"perhaps (?:the )?other|same person")


def read(name: str, folder: Path) -> Dataset:
    """images/ with masks/ or labels/, in the folder or in its train/ and validation/; pairs.csv if there.

    pairs.csv (a, b, label, note) says which photos show one person: those of a pair that is serial, reshot or
    unsure, of an impostor pair whose note says that it may be another wound of one person, and those with one
    patient letter in their notes.
    """
    parts = [part for part in (folder, folder / "train", folder / "validation") if (part / "images").is_dir()]
    if not parts:
        raise DataSetError(
            f"{folder} has no folder images/, alone or in train/ and validation/, as FUSeg has"
        )
    labelled = [part / kind for part in parts for kind in ("masks", "labels") if (part / kind).is_dir()]
    groups: dict[str, str] = {}
    if (folder / "pairs.csv").is_file():
        groups = read_pairs(folder / "pairs.csv")
    samples, notes = mask_samples(
        name,
        by_stem(part / "images" for part in parts),
        {"ulcer": by_stem(labelled)},
        group=groups.get,
    )
    if not groups:
        notes.append("no pairs.csv: photos of one person are known only as far as they look alike")
    return Dataset(
        name,
        samples,
        ("ulcer",),
        "none stated in uwm-bigdata/wound-segmentation; a dataset card elsewhere says CC0",
        "Foot Ulcer Segmentation Challenge 2021 (Wang et al.), clinic photographs",
        tuple(notes),
    )


def read_pairs(path: Path) -> dict[str, str]:
    """Stem → smallest stem of its group, for the stems in pairs that show one person."""
    try:
        table = read_csv(path)
    except StudyError as error:
        raise DataSetError(str(error)) from error
    missing = [column for column in ("a", "b", "label") if column not in table.header]
    if missing:
        raise DataSetError(f"{path} has no column {missing[0]!r}; it needs a, b, label and, if wanted, note")
    joined: list[tuple[str, str]] = []
    letters: dict[str, str] = {}
    for _, cells in table.rows:
        row = dict(zip(table.header, cells, strict=True))
        note = row.get("note", "")
        if row["label"] not in _SAME and not _PERHAPS.search(note):
            continue
        joined.append((row["a"], row["b"]))
        for letter in _PATIENT.findall(note):
            joined.append((letters.setdefault(letter, row["a"]), row["a"]))
    return components(joined)


def components(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Name → the smallest name that pairs connect it with."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        parent.setdefault(name, name)
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for a, b in pairs:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    return {name: root(name) for name in list(parent)}
