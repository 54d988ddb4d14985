"""Binary masks: what counts as one, and how it is laid on its picture."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from lesiontrack.arrays import AnyArray, Mask
from lesiontrack.photo import FORMATS
from lesiontrack.training.dataset import UNLABELLED, DataSetError
from lesiontrack.training.readers.pictures import Picture, size_problem

_NEAR = 16  # px; JPEG spoils blocks of 8 px, 16 with subsampled colour, around an outline
_SOFT = 3  # px; middle greys belong to the outline itself
_SLACK = 4  # grey levels by which JPEG may miss an end on flat ground


@dataclass(frozen=True)
class MaskFiles:
    """One mask file a class; `unsure` marks pixels that none of the classes is told for."""

    classes: tuple[str, ...]
    paths: tuple[Path, ...]
    unsure: Path | None = None

    def planes(self, shape: tuple[int, int]) -> NDArray[np.uint8]:
        planes = np.stack([self._read(path, shape) for path in self.paths]).astype(np.uint8)
        if self.unsure is not None:
            planes[:, self._read(self.unsure, shape)] = UNLABELLED
        return planes

    def problems(self, picture: Picture) -> list[str]:
        """Why the files are no masks of the picture; empty where they are."""
        found = []
        for path in (*self.paths, *([self.unsure] if self.unsure is not None else [])):
            try:
                mask, orientation = read_mask(path)
            except DataSetError as error:
                found.append(str(error))
                continue
            problem = size_problem(picture, _shape(mask), what=str(path), orientation=orientation)
            if problem:
                found.append(problem)
        return found

    def _read(self, path: Path, shape: tuple[int, int]) -> Mask:
        mask, _ = read_mask(path)
        if mask.shape != shape:
            raise DataSetError(
                f"{path} is {mask.shape[1]} x {mask.shape[0]} pixels, its picture {shape[1]} x {shape[0]}; "
                "a mask must have the size of its upright picture"
            )
        return mask


def read_mask(path: Path) -> tuple[Mask, int]:
    """(H, W) bool of a mask file, its own EXIF orientation applied, and that orientation.

    Raises DataSetError for files that are no binary mask.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=FORMATS) as image:
                lossy = image.format not in ("PNG", "BMP", "GIF", "TIFF")
                orientation = image.getexif().get(0x0112, 1)
                turned = ImageOps.exif_transpose(image)
                values = _grey(turned)
    except DataSetError as error:
        raise DataSetError(f"{path}: {error}") from error
    except Exception as error:  # decoders raise anything on hostile bytes
        raise DataSetError(f"{path}: not a mask that can be read ({type(error).__name__})") from error
    try:
        return binary(values, lossy=lossy), orientation if isinstance(orientation, int) else 1
    except DataSetError as error:
        raise DataSetError(f"{path}: {error}") from error


def binary(values: NDArray[np.uint8], *, lossy: bool = False) -> Mask:
    """(H, W) uint8 → bool, for 0/1, 0/255, and 0/255 blurred or JPEG-compressed at the outline.

    Greys are believed only within 16 px of an outline, middle greys only within 3 px: what lies elsewhere is
    a third value, as of a map of several classes. With `lossy`, flat ground may miss its end by 4 levels.
    Raises DataSetError otherwise.
    """
    if not values.size:
        raise DataSetError("the mask has no pixels")
    if values.max() <= 1:
        return np.asarray(values == 1)
    inside = values >= 128
    slack = _SLACK if lossy else 0
    grey = (values > slack) & (values < 255 - slack)
    if grey.any():
        middle = (values >= 64) & (values < 192)
        bad = grey & ~_outline(inside, _NEAR) | middle & ~_outline(inside, _SOFT)
        if bad.any():
            odd = ", ".join(str(value) for value in np.unique(values[bad])[:5])
            raise DataSetError(
                f"the mask holds values other than 0 and 255 (or 0 and 1), away from any outline: {odd}; "
                "write one mask file a class"
            )
    return np.asarray(inside)


def _outline(inside: Mask, px: int) -> Mask:
    """Pixels within `px` of both sides."""
    kernel = np.ones((2 * px + 1, 2 * px + 1), np.uint8)
    grown = cv2.dilate(inside.astype(np.uint8), kernel)
    return np.asarray((grown > 0) & (cv2.dilate((~inside).astype(np.uint8), kernel) > 0))


def _grey(image: Image.Image) -> NDArray[np.uint8]:
    """The one channel of a mask, as uint8. Raises DataSetError for colours and deep samples."""
    if image.mode == "P":
        indices = np.asarray(image)
        palette = np.asarray(image.getpalette("RGB") or [], np.uint8).reshape(-1, 3)
        used = palette[[value for value in np.unique(indices) if value < len(palette)]]
        if (used == used[:, :1]).all() and len(used):
            return np.asarray(palette[indices, 0], np.uint8)
        return np.asarray(indices, np.uint8)
    values: AnyArray = np.asarray(image)
    if image.mode == "1":
        return np.asarray(values, np.uint8)
    if values.dtype != np.uint8:
        raise DataSetError(f"samples are {values.dtype}; a mask has 1 or 8 bits")
    if values.ndim == 3:
        colours = 1 if image.mode == "LA" else 3
        if image.mode not in ("LA", "RGB", "RGBA"):
            raise DataSetError(f"a mask is grey, not {image.mode}")
        if values.shape[2] > colours and (values[..., colours] < 255).any():
            raise DataSetError("the mask is partly transparent; save it as plain grey")
        if (values[..., :colours] != values[..., :1]).any():
            raise DataSetError("the mask is coloured; write one grey mask file a class")
        values = values[..., 0]
    return np.asarray(values, np.uint8)


def _shape(mask: Mask) -> tuple[int, int]:
    return int(mask.shape[0]), int(mask.shape[1])
