"""A study rendered by `lesiontrack phantom`, with its truth. Labels all classes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from lesiontrack.phantom.study import MASK_BITS
from lesiontrack.training.dataset import LEARNED, UNLABELLED, Dataset, DataSetError
from lesiontrack.training.readers.pairs_of_files import make_sample
from lesiontrack.training.readers.pictures import read_picture, refuse, size_problem

# What people who outline photographs see differently, and so is neither for nor against a class: small naevi
# are no study's lesions, crust is part of an ulcer or skin to some, and single hairs are drawn by nobody.
OPEN = {"naevus": ("lesion",), "crust": LEARNED, "hair": ("obstruction",)}


@dataclass(frozen=True)
class Bits:
    """A truth picture with a bit a class."""

    path: Path
    classes: tuple[str, ...] = LEARNED

    def planes(self, shape: tuple[int, int]) -> NDArray[np.uint8]:
        bits = self.read()
        if bits.shape != shape:
            raise DataSetError(
                f"{self.path} is {bits.shape[1]} x {bits.shape[0]} pixels, "
                f"its picture {shape[1]} x {shape[0]}"
            )
        planes = np.stack([(bits & MASK_BITS[name] > 0).astype(np.uint8) for name in self.classes])
        for name, classes in OPEN.items():
            doubtful = bits & MASK_BITS[name] > 0
            for plane, kind in zip(planes, self.classes, strict=True):
                if kind in classes:
                    plane[doubtful] = UNLABELLED
        return planes

    def read(self) -> NDArray[np.uint8]:
        """(H, W) bits. Raises DataSetError for what is no truth picture."""
        bits = cv2.imdecode(np.fromfile(self.path, np.uint8), cv2.IMREAD_UNCHANGED)
        if bits is None or bits.dtype != np.uint8 or bits.ndim != 2:
            raise DataSetError(f"{self.path} is no truth picture (8-bit grey PNG)")
        return np.asarray(bits, np.uint8)


def read(name: str, folder: Path) -> Dataset:
    """The study folder; photos of one rendered patient stay together."""
    truth = folder / "_truth"
    if not truth.is_dir():
        raise DataSetError(f"{folder} has no _truth/; render it with: lesiontrack phantom -o FOLDER")
    samples, problems, alone = [], [], []
    masks = sorted(path for path in truth.rglob("*.png"))
    for mask in masks:
        inside = mask.relative_to(truth).with_suffix("")
        path = (folder / inside).with_name(inside.name + ".jpg")
        if not path.is_file():
            alone.append(inside.as_posix())
            continue
        try:
            picture = read_picture(path)
            labels = Bits(mask)
            size = labels.read().shape
            problems.append(size_problem(picture, (size[0], size[1]), what=str(mask), upright=True))
        except DataSetError as error:
            problems.append(str(error))
            continue
        samples.append(make_sample(name, inside.as_posix(), picture, [labels], inside.parts[0]))
    refuse(problems)
    if not samples:
        raise DataSetError(f"{truth} holds no masks of pictures; render the study again, with masks")
    notes = []
    if alone:
        notes.append(f"{len(alone)} masks without a picture left out: {', '.join(alone[:10])}")
    truths = {mask.relative_to(truth).with_suffix("").as_posix() for mask in masks}
    photos = sorted(path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.jpg"))
    bare = [photo for photo in photos if photo not in truths and not photo.startswith("_")]
    if bare:
        notes.append(f"{len(bare)} pictures without a mask left out: {', '.join(bare[:10])}")
    return Dataset(
        name,
        tuple(samples),
        LEARNED,
        "none needed: rendered",
        "lesiontrack phantom, rendered skin",
        tuple(notes),
    )
