"""The photos that the benchmark of segmentation looks at, as labelled samples."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from lesiontrack.training.dataset import Sample
from lesiontrack.training.samples import join_labels, read_dataset
from lesiontrack.training.split import Split, group_samples, make_split, read_split

MODELS = Path(__file__).parents[1] / "models"
SETS = ("fuseg", "outlines", "isic2017", "nci_moles", "phantom")


@dataclass(frozen=True)
class Outline:
    """A lesion's hand-drawn outline, (x, y) at pixel centres; labels lesion."""

    points: tuple[tuple[float, float], ...]
    longest_px: float
    classes: tuple[str, ...] = ("lesion",)

    def planes(self, shape: tuple[int, int]) -> NDArray[np.uint8]:
        mask = np.zeros(shape, np.uint8)
        cv2.fillPoly(mask, [np.round(np.array(self.points)).astype(np.int32)], 1)
        return mask[None]


def samples_of(
    name: str, data: Path, *, photos: int, split: Path | None, phantom: Path | None
) -> list[Sample]:
    """Photos of one of SETS, at most `photos` drawn with a fixed seed (0: all); none where it isn't there."""
    if name == "nci_moles":
        return _moles(data / name) if (data / name / "truth.csv").is_file() else []
    if name == "phantom":
        return _drawn(read_dataset(name, phantom).samples, photos) if phantom is not None else []
    folder = data / ("isic2017" if name == "isic2017" else "fuseg")
    if not folder.is_dir():
        return []
    own = [read_dataset(folder.name, folder)]
    outlines = MODELS / "outlines" / "fuseg.json"
    if name == "outlines":
        if not outlines.is_file():
            return []
        own.insert(0, read_dataset("coco:outlines", Path(f"{outlines}@{folder / 'images'}")))
    samples = join_labels(own)
    tested = _split(samples, split).choose(samples, "test")
    if name == "outlines":
        return [sample for sample in tested if "skin" in sample.labelled]
    return _drawn(tested, photos)


def _split(samples: Sequence[Sample], path: Path | None) -> Split:
    if path is None:
        path = next(iter(sorted(MODELS.glob("*.split.csv"))), None)
    if path is not None:
        return read_split(path)
    return make_split(samples, groups=group_samples(samples))


def _drawn(samples: Sequence[Sample], count: int) -> list[Sample]:
    if not count or count >= len(samples):
        return list(samples)
    return sorted(random.Random(11).sample(list(samples), count), key=lambda sample: sample.id)


def _moles(folder: Path) -> list[Sample]:
    samples = []
    with (folder / "truth.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            pairs = [pair.split() for pair in row["polygon"].split(";")]
            outline = Outline(tuple((float(x), float(y)) for x, y in pairs), float(row["ld_px"]))
            name = f"nci_moles/{Path(row['file']).stem}"
            samples.append(Sample(name, "nci_moles", folder / row["file"], (outline,), row["case"]))
    return samples
