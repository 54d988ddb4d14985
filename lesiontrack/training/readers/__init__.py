"""A reader per format: folder in, Dataset out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from lesiontrack.training.dataset import Dataset
from lesiontrack.training.readers import (
    coco,
    cvat,
    folder,
    fuseg,
    ham10000,
    isic,
    labelme,
    ph2,
    phantom,
    review,
)

Reader = Callable[[str, Path], Dataset]

READERS: Mapping[str, Reader] = {
    "fuseg": fuseg.read,
    "isic2016": partial(isic.read, kind="isic2016"),
    "isic2017": partial(isic.read, kind="isic2017"),
    "isic2018": partial(isic.read, kind="isic2018"),
    "ph2": ph2.read,
    "ham10000": ham10000.read,
    "folder": folder.read,
    "coco": coco.read,
    "labelme": labelme.read,
    "cvat": cvat.read,
    "phantom": phantom.read,
    "review": review.read,
}
"""Format → reader, which takes the data set's name and its folder."""
