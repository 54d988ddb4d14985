"""A reader per format: folder in, Dataset out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from lesiontrack.training.dataset import Dataset
from lesiontrack.training.readers import coco, fuseg, isic, phantom

Reader = Callable[[str, Path], Dataset]

READERS: Mapping[str, Reader] = {
    "fuseg": fuseg.read,
    "isic2016": partial(isic.read, kind="isic2016"),
    "isic2017": partial(isic.read, kind="isic2017"),
    "isic2018": partial(isic.read, kind="isic2018"),
    "coco": coco.read,
    "phantom": phantom.read,
}
"""Format → reader, which takes the data set's name and its folder."""
