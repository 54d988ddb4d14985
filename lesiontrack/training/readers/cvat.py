"""CVAT's "segmentation mask" export: one coloured mask a picture, colours in labelmap.txt."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lesiontrack.training.dataset import LEARNED, UNLABELLED, Dataset, DataSetError
from lesiontrack.training.readers.pairs_of_files import make_sample
from lesiontrack.training.readers.pictures import by_stem, paired, read_picture, refuse, size_problem
from lesiontrack.training.readers.regions import UNSURE, class_named

_NOTHING = ("background", "ignored")
_IMAGES = ("JPEGImages", "images", "Images")


@dataclass(frozen=True)
class ColouredMask:
    """A mask in which each pixel has one label, the topmost; `colours` are (name, 0xRRGGBB).

    What lies below the topmost label is told by what our classes mean: skin goes on under lesions and ulcers,
    and ends under an obstruction; whether a lesion goes on under an ulcer can't be told.
    """

    path: Path
    colours: tuple[tuple[str, int], ...]
    classes: tuple[str, ...]

    def planes(self, shape: tuple[int, int]) -> NDArray[np.uint8]:
        top = self.read()
        if top.shape != shape:
            raise DataSetError(
                f"{self.path} is {top.shape[1]} x {top.shape[0]} pixels, its picture {shape[1]} x {shape[0]}"
            )
        painted = {name: np.zeros(shape, bool) for name in (*LEARNED, UNSURE)}
        for name, colour in self.colours:
            if name in painted:
                painted[name] |= top == colour
        planes = {name: painted[name].astype(np.uint8) for name in self.classes}
        if "skin" in planes:
            planes["skin"][painted["lesion"] | painted["ulcer"]] = 1
        if "lesion" in planes:
            planes["lesion"][painted["ulcer"]] = UNLABELLED
        stacked = np.stack([planes[name] for name in self.classes])
        stacked[:, painted[UNSURE]] = UNLABELLED
        return stacked

    def read(self) -> NDArray[np.uint32]:
        """(H, W) 0xRRGGBB. Raises DataSetError for colours that the map doesn't have."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                with Image.open(self.path, formats=("PNG",)) as image:
                    grey = image.mode in ("1", "L")
                    values = np.asarray(image if grey else image.convert("RGB"), np.uint32)
        except Exception as error:  # decoders raise anything on hostile bytes
            raise DataSetError(f"{self.path}: not a PNG that can be read ({type(error).__name__})") from error
        if grey:
            table = np.array([colour for _, colour in self.colours], np.uint32)
            if values.max(initial=0) >= len(table):
                raise DataSetError(
                    f"{self.path}: label {values.max()}, but labelmap.txt has {len(table)} lines"
                )
            return np.asarray(table[values], np.uint32)
        top = (values[..., 0] << 16) | (values[..., 1] << 8) | values[..., 2]
        known = [colour for _, colour in self.colours]
        strange = np.setdiff1d(np.unique(top), known)
        if len(strange):
            rgb = int(strange[0])
            raise DataSetError(
                f"{self.path}: colour {rgb >> 16},{rgb >> 8 & 255},{rgb & 255} is not in labelmap.txt"
            )
        return np.asarray(top, np.uint32)


def read(name: str, folder: Path) -> Dataset:
    """SegmentationClass/ and labelmap.txt, with the pictures in JPEGImages/, images/ or the folder itself."""
    masks, listing = folder / "SegmentationClass", folder / "labelmap.txt"
    if not masks.is_dir() or not listing.is_file():
        raise DataSetError(f"{folder} has no SegmentationClass/ with labelmap.txt, as CVAT's mask export has")
    colours = read_labelmap(listing)
    classes = tuple(kind for kind in LEARNED if kind in dict(colours))
    if not classes:
        raise DataSetError(f"{listing} has none of {', '.join(LEARNED)}")
    places = [folder / part for part in _IMAGES if (folder / part).is_dir()] or [folder]
    images, mask_files = by_stem(places), by_stem([masks])
    stems, notes = paired(images, mask_files)
    samples, problems = [], []
    for stem in stems:
        labels = ColouredMask(mask_files[stem], colours, classes)
        try:
            picture = read_picture(images[stem])
            size = labels.read().shape
            problems.append(size_problem(picture, (size[0], size[1]), what=str(labels.path)))
        except DataSetError as error:
            problems.append(str(error))
            continue
        samples.append(make_sample(name, stem, picture, [labels]))
    refuse(problems)
    if not samples:
        raise DataSetError(f"{folder}: no picture with a mask of the same stem; {'; '.join(notes)}")
    return Dataset(name, tuple(samples), classes, "not stated", "outlines drawn in CVAT", tuple(notes))


def read_labelmap(path: Path) -> tuple[tuple[str, int], ...]:
    """(class, "unsure" or "background", 0xRRGGBB) a line of `label:red,green,blue:parts:actions`."""
    colours: list[tuple[str, int]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        where = f"{path}, line {number}"
        label, _, rest = line.partition(":")
        channels = rest.partition(":")[0].split(",")
        if len(channels) != 3 or not all(one.strip().isdigit() and int(one) < 256 for one in channels):
            raise DataSetError(f"{where}: {line!r} is not label:red,green,blue:parts:actions")
        red, green, blue = (int(one) for one in channels)
        kind = "background" if label.strip().lower() in _NOTHING else class_named(label, where)
        colour = red << 16 | green << 8 | blue
        if colour in [known for _, known in colours]:
            raise DataSetError(f"{where}: two labels have the colour {red},{green},{blue}")
        colours.append((kind, colour))
    return tuple(colours)
