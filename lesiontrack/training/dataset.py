"""What a set of labelled photographs is, whatever its files look like."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from lesiontrack.arrays import Pixels
from lesiontrack.errors import LesiontrackError, PhotoError
from lesiontrack.photo import read_photo
from lesiontrack.segmentation.network.modelfile import LEARNED as LEARNED

UNLABELLED = 255


class DataSetError(LesiontrackError, ValueError):
    """A set of labelled photographs can't be what was meant; the message names file, value and remedy."""


class Labels(Protocol):
    """Where the labels of one picture come from. Values are small and can be pickled."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that it says something about, of LEARNED."""

    def planes(self, shape: tuple[int, int]) -> NDArray[np.uint8]:
        """(len(classes), H, W) of the upright picture: 0 no, 1 yes, UNLABELLED where it can't tell.

        Raises DataSetError for a shape that is not that of the labels.
        """


@dataclass(frozen=True, eq=False)
class Sample:
    """One photograph with its labels.

    Attributes:
        id: data set's name and file stem, "fuseg/0039".
        dataset: name of its (first) data set.
        image: the photo's file.
        labels: sources; where two say something about one pixel, the earlier counts.
        group: name of what must stay together in a split (patient, lesion), where the set tells.
        also: ids under which other sets hold the same picture.
        plain: no EXIF orientation and no colour space is to be undone, so OpenCV alone decodes it.
    """

    id: str
    dataset: str
    image: Path
    labels: tuple[Labels, ...]
    group: str | None = None
    also: tuple[str, ...] = ()
    plain: bool = False
    kind: str = ""

    @property
    def labelled(self) -> tuple[str, ...]:
        """The classes that its labels say something about, in LEARNED order."""
        told = {name for labels in self.labels for name in labels.classes}
        return tuple(name for name in LEARNED if name in told)

    def pixels(self) -> Pixels:
        """(H, W, 3) uint8 sRGB, upright. Raises DataSetError, with the file's name, for a damaged photo."""
        if self.plain:
            decoded = cv2.imdecode(np.fromfile(self.image, np.uint8), cv2.IMREAD_COLOR_RGB)
            if decoded is None:
                raise DataSetError(f"{self.image}: the picture is damaged; copy it again from its source")
            return np.asarray(decoded, np.uint8)
        try:
            return read_photo(self.image).pixels
        except PhotoError as error:
            raise DataSetError(f"{self.image}: {error}") from error

    def load(self) -> tuple[Pixels, NDArray[np.uint8]]:
        """(H, W, 3) uint8 sRGB, upright, and (4, H, W) uint8 labels in LEARNED order.

        A label is 0 (no), 1 (yes) or UNLABELLED: all of a class that no source labels, and pixels that all
        sources leave open.
        """
        pixels = self.pixels()
        height, width = pixels.shape[:2]
        planes = np.full((len(LEARNED), height, width), UNLABELLED, np.uint8)
        for labels in self.labels:
            for name, said in zip(labels.classes, labels.planes((height, width)), strict=True):
                plane = planes[LEARNED.index(name)]
                np.copyto(plane, said, where=plane == UNLABELLED)
        return pixels, planes


@dataclass(frozen=True, eq=False)
class Dataset:
    """A set of labelled photographs, as read from a folder.

    Attributes:
        name: as the command line gave it: "fuseg", or the label of "coco:skin".
        samples: by id.
        classes: those that its labels say something about, in LEARNED order.
        licence: as its source states it; for the model card.
        source: what it is and who made it; never a path.
        notes: what was left out and what was assumed, in plain words.
    """

    name: str
    samples: tuple[Sample, ...]
    classes: tuple[str, ...]
    licence: str
    source: str
    notes: tuple[str, ...] = ()
