"""Picture files of a data set: found by stem, their headers read, sizes compared with their labels'."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from lesiontrack.icc import is_srgb
from lesiontrack.photo import FORMATS, MAX_PIXELS
from lesiontrack.training.dataset import DataSetError

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp")
_ORIENTATION, _EXIF, _INTEROP = 0x0112, 0x8769, 0xA005
_NAMED = 10  # files that one message names


@dataclass(frozen=True)
class Picture:
    """What a picture's header says.

    Attributes:
        path: its file.
        stored: (H, W) as stored.
        orientation: EXIF, 1..8.
        plain: see Sample.plain.
    """

    path: Path
    stored: tuple[int, int]
    orientation: int
    plain: bool

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W), upright."""
        return self.stored[::-1] if self.orientation >= 5 else self.stored


def read_picture(path: Path) -> Picture:
    """The header alone. Raises DataSetError for what is no picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=FORMATS) as image:
                profile = image.info.get("icc_profile")
                exif = image.getexif()
                orientation = exif.get(_ORIENTATION, 1)
                plain = (
                    image.format in ("JPEG", "PNG")
                    and image.mode in ("L", "RGB")
                    and not image.has_transparency_data
                    and orientation == 1
                    and _INTEROP not in exif.get_ifd(_EXIF)
                    and (profile is None or is_srgb(profile))
                )
                width, height = image.size
    except Exception as error:  # decoders raise anything on hostile bytes
        raise DataSetError(f"{path}: not a picture that can be read ({type(error).__name__})") from error
    if width * height > MAX_PIXELS:
        raise DataSetError(
            f"{path}: {width} x {height} pixels; the limit is {MAX_PIXELS // 1_000_000} megapixels"
        )
    valid = isinstance(orientation, int) and 1 <= orientation <= 8
    return Picture(path, (height, width), orientation if valid else 1, plain)


def size_problem(
    picture: Picture, size: tuple[int, int], *, what: str, orientation: int = 1, upright: bool = False
) -> str:
    """Why labels of that (H, W) can't lie on the upright picture; "" where they can.

    Args:
        what: the labels' file or name, for the message.
        orientation: EXIF orientation of the labels' own file, already applied to `size`.
        upright: the labels' format promises upright pixels, so a turn that leaves the size alone is no doubt.
    """
    height, width = picture.shape
    remedy = "save the picture upright and without its EXIF orientation, and the labels on it anew"
    if size != (height, width):
        sizes = f"{what} is {size[1]} x {size[0]} pixels, {picture.path} {width} x {height}"
        if picture.orientation > 1 and size == picture.stored:
            return f"{sizes} (upright: EXIF orientation {picture.orientation}); {remedy}"
        return f"{sizes}; labels must have the size of their picture"
    doubtful = picture.orientation > 1 and orientation == 1 and (height == width or picture.orientation < 5)
    if doubtful and not upright:
        return (
            f"{what} and {picture.path} are both {width} x {height} pixels, but the picture has EXIF "
            f"orientation {picture.orientation}, and nothing tells whether the labels were drawn before or "
            f"after the turn; " + remedy
        )
    return ""


def refuse(problems: Iterable[str]) -> None:
    """Raise one DataSetError for all problems, the first ten in full; nothing where there are none."""
    found = [problem for problem in problems if problem]
    if not found:
        return
    more = f"\nand {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    raise DataSetError("\n".join(found[:_NAMED]) + more)


def by_stem(folders: Iterable[Path], *, strip: str = "", skip: str = "") -> dict[str, Path]:
    """Picture files in the folders, not below, by stem.

    Args:
        strip: regular expression taken off the end of a stem ("_segmentation"), any case; a file without it
            is no match and left out.
        skip: regular expression; stems that it finds something in are left out.

    Raises DataSetError where two files have one stem.
    """
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.iterdir()):
            if path.suffix.lower() not in SUFFIXES or path.name.startswith(".") or not path.is_file():
                continue
            stem = path.stem
            if skip and re.search(skip, stem, re.I):
                continue
            if strip:
                match = re.search(f"(?:{strip})$", stem, re.I)
                if match is None:
                    continue
                stem = stem[: match.start()]
            if stem in found:
                raise DataSetError(f"{found[stem]} and {path} have the same stem; rename one")
            found[stem] = path
    return found


def paired(images: Mapping[str, Path], masks: Mapping[str, Path]) -> tuple[list[str], list[str]]:
    """Stems with both, and a note for each kind of file that lacks its other half."""
    notes = []
    for kind, other, alone in (
        ("picture", "mask", sorted(images.keys() - masks.keys())),
        ("mask", "picture", sorted(masks.keys() - images.keys())),
    ):
        if alone:
            named = ", ".join(alone[:_NAMED]) + (", …" if len(alone) > _NAMED else "")
            s = "s" if len(alone) > 1 else ""
            notes.append(f"{len(alone)} {kind}{s} without a {other} left out: {named}")
    return sorted(images.keys() & masks.keys()), notes
