"""Labelled photographs from folders, and one sample for each picture that several sets label."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from lesiontrack.training.dataset import (
    LEARNED,
    UNLABELLED,
    Dataset,
    DataSetError,
    Labels,
    Sample,
)
from lesiontrack.training.readers import READERS
from lesiontrack.training.readers.pictures import read_picture

__all__ = [
    "LEARNED",
    "UNLABELLED",
    "DataSetError",
    "Dataset",
    "Labels",
    "Sample",
    "join_labels",
    "read_dataset",
]

_LABEL = re.compile(r"[\w][\w.+-]*")


def read_dataset(spec: str, folder: Path | str) -> Dataset:
    """Read one data set.

    Args:
        spec: FORMAT or FORMAT:LABEL, "fuseg" or "coco:skin"; the label names the set in ids and figures.
        folder: where it lies; for coco also a JSON file, or JSON@FOLDER-OF-PICTURES.

    Raises:
        DataSetError: unknown format, nothing there, or labels that don't fit their pictures; the message
            names the files and what was expected.
    """
    kind, colon, label = spec.partition(":")
    if kind not in READERS:
        near = get_close_matches(kind, READERS, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise DataSetError(f"{kind!r} is no data set format; known are {', '.join(READERS)}{hint}")
    if colon and not _LABEL.fullmatch(label):
        raise DataSetError(f"{label!r} can't name a data set; letters, digits, '.', '_', '+' and '-' can")
    place = Path(folder)
    if kind != "coco" and not place.is_dir():
        raise DataSetError(f"{spec}: {place} is no folder")
    dataset = READERS[kind](label or kind, place)
    return replace(dataset, samples=tuple(replace(sample, kind=kind) for sample in dataset.samples))


def join_labels(datasets: Iterable[Dataset]) -> list[Sample]:
    """All samples, sorted by id; the same picture in several sets is one sample with all their labels.

    Pictures are the same if they are one file, or if their upright pixels are equal (SHA-256). Within one set
    equal pictures stay apart: they are two opinions. Where two sets
    say something about one pixel, the set named first counts. The sample keeps the id and the data set of the
    first set; groups of one picture become one group.

    Raises DataSetError where two different pictures have one id.
    """
    samples = [sample for dataset in datasets for sample in dataset.samples]
    same_pictures = _same_pictures(samples)
    renamed = _one_group([[sample.group for sample in same if sample.group] for same in same_pictures])
    result: dict[str, Sample] = {}
    for same in same_pictures:
        first = same[0]
        ids = dict.fromkeys(sample.id for sample in same)
        group = next((sample.group for sample in same if sample.group), None)
        sample = replace(
            first,
            labels=tuple(labels for one in same for labels in one.labels),
            group=renamed.get(group, group) if group else None,
            also=tuple(name for name in ids if name != first.id),
        )
        if sample.id in result:
            raise DataSetError(
                f"{result[sample.id].image} and {sample.image} are different pictures "
                f"with the id {sample.id}; give one set a label (FORMAT:LABEL)"
            )
        result[sample.id] = sample
    return [result[name] for name in sorted(result)]


def _same_pictures(samples: Sequence[Sample]) -> list[list[Sample]]:
    """The samples of each picture, at most one of each set, in the order given."""
    files = [str(sample.image.resolve()) for sample in samples]
    found: dict[str, list[list[tuple[str, Sample]]]] = {}
    for sample, file, key in zip(samples, files, _pixel_keys(samples, files), strict=True):
        alike = found.setdefault(key, [])
        open_ = [same for same in alike if all(one.dataset != sample.dataset for _, one in same)]
        exact = [same for same in open_ if any(other == file for other, _ in same)]
        if exact or open_:
            (exact or open_)[0].append((file, sample))
        else:
            alike.append([(file, sample)])
    return [[sample for _, sample in same] for alike in found.values() for same in alike]


def _pixel_keys(samples: Sequence[Sample], files: Sequence[str]) -> list[str]:
    """A key per sample, equal for equal pictures. Only files of one size in several sets are decoded."""
    unique = dict(zip(files, samples, strict=True))
    if len({sample.dataset for sample in samples}) == 1:
        return list(files)
    shapes = {file: read_picture(sample.image).shape for file, sample in unique.items()}
    sets: dict[tuple[int, int], set[str]] = {}
    for file, sample in zip(files, samples, strict=True):
        sets.setdefault(shapes[file], set()).add(sample.dataset)
    keys = {}
    for file, sample in unique.items():
        keys[file] = file
        if len(sets[shapes[file]]) > 1:
            pixels = sample.pixels()
            keys[file] = hashlib.sha256(f"{pixels.shape}".encode() + pixels.tobytes()).hexdigest()
    return [keys[file] for file in files]


def _one_group(together: Iterable[Sequence[str]]) -> dict[str, str]:
    """Group name → the name for it, where one picture has several."""
    name: dict[str, str] = {}

    def root(group: str) -> str:
        while name.get(group, group) != group:
            group = name[group]
        return group

    for groups in together:
        for other in groups[1:]:
            low, high = sorted((root(groups[0]), root(other)))
            name[high] = low
    return {group: root(group) for group in name}
