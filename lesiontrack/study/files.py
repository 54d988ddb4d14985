"""Which files of a study folder are photos, which are passed over, and which are neither."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from lesiontrack.study.names import natural_key

PHOTO_SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".bmp", ".heic", ".heif")
HEIF_SUFFIXES = (".heic", ".heif")
HEIF_REMEDY = "HEIC photos need an optional package: pip install 'lesiontrack[heif]'"

_RESULTS_MARKER = "lesiontrack-results.json"  # = results.MARKER: a later stage, so not imported
_JUNK = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "picasa.ini", "icon\r"})
_SIDECARS = (".aae", ".xmp")  # edits and tags that phones and photo programs keep beside a photo
_KINDS = {
    ".pdf": "a PDF",
    ".docx": "a text document",
    ".doc": "a text document",
    ".pptx": "a slide show",
    ".ppt": "a slide show",
    ".txt": "a text file",
    ".mp4": "a video",
    ".mov": "a video",
    ".avi": "a video",
    ".dcm": "a DICOM file",
    ".cr2": "a camera raw file",
    ".cr3": "a camera raw file",
    ".nef": "a camera raw file",
    ".arw": "a camera raw file",
    ".dng": "a camera raw file",
    ".zip": "an archive",
}


@dataclass(frozen=True)
class Item:
    """One file or folder that is not passed over. `trouble`: why it can't be used, in plain words."""

    path: Path
    name: str
    is_dir: bool
    trouble: str = ""

    @property
    def suffix(self) -> str:
        return self.path.suffix.lower()

    @property
    def is_photo(self) -> bool:
        return not self.is_dir and self.suffix in PHOTO_SUFFIXES


def items(folder: Path, root: Path) -> tuple[Item, ...]:
    """What lies in a folder, in natural order, without hidden files, junk and results folders.

    `root` is the resolved study folder: links that lead out of it are items with `trouble`.
    Raises OSError where the folder can't be listed.
    """
    found = [
        _item(Path(entry.path), entry.name, root)
        for entry in os.scandir(folder)
        if not is_skipped(entry.name)
    ]
    return tuple(
        sorted(
            (item for item in found if not (item.is_dir and is_results_folder(item.path))),
            key=lambda item: natural_key(item.name),
        )
    )


def _item(path: Path, name: str, root: Path) -> Item:
    readable = os.fsencode(name).decode("utf-8", "replace")
    is_dir = path.is_dir()
    if readable != name:
        return Item(path, readable, is_dir, "its name is not UTF-8; rename it")
    if path.is_symlink():
        if not path.exists():
            return Item(path, name, is_dir, "a link that leads to nothing")
        if not path.resolve().is_relative_to(root):
            return Item(path, name, is_dir, "a link that leads out of the study folder; copy the file there")
        if is_dir and path.parent.resolve().is_relative_to(path.resolve()):
            return Item(path, name, is_dir, "a link to a folder that it lies in itself; remove it")
    elif not is_dir and not path.is_file():
        return Item(path, name, is_dir, "not a plain file")
    return Item(path, name, is_dir)


def is_skipped(name: str) -> bool:
    """Names that begin with "_", "." or "~$" (locks of office programs), and what systems leave behind."""
    lower = name.lower()
    return name.startswith(("_", ".", "~$")) or lower in _JUNK or lower.endswith(_SIDECARS)


def is_results_folder(folder: Path) -> bool:
    if (folder / _RESULTS_MARKER).is_file():
        return True
    return (folder / "provenance.json").is_file() and (folder / "tables").is_dir()


def refusal(path: Path) -> str | None:
    """Why a file can't be a photo of the study by its type; None where it can."""
    suffix = path.suffix.lower()
    if suffix in HEIF_SUFFIXES and not heif_available():
        return HEIF_REMEDY
    if suffix in PHOTO_SUFFIXES:
        return None
    kind = _KINDS.get(suffix, f"a {suffix} file" if suffix else "a file without an extension")
    return f"{kind}, not a photo; photos are {', '.join(name[1:] for name in PHOTO_SUFFIXES)}"


def heif_available() -> bool:
    return find_spec("pillow_heif") is not None


def files_below(folder: Path, root: Path, most: int = 5000) -> Iterator[Item]:
    """Every file at any depth that is not passed over, up to `most`; links to folders are not followed."""
    waiting = [folder]
    while waiting and most > 0:
        try:
            found = items(waiting.pop(), root)
        except OSError:
            continue
        for item in found:
            if item.is_dir and not item.path.is_symlink():
                waiting.append(item.path)
            elif not item.is_dir:
                most -= 1
                yield item
