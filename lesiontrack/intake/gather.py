"""Walk a tree of photos and read each once. Reads only; nothing is moved, renamed or changed."""

from __future__ import annotations

import os
import unicodedata
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from lesiontrack.arrays import Pixels, Plane
from lesiontrack.errors import PhotoError, StudyError
from lesiontrack.intake.dates import EARLIEST
from lesiontrack.intake.model import NOT_A_PHOTO, UNDECIDED, UNREADABLE, Found, Left
from lesiontrack.photo import encode_jpeg, read_photo
from lesiontrack.study.files import PHOTO_SUFFIXES, is_results_folder, is_skipped, refusal
from lesiontrack.study.names import natural_key

OWN_FOLDER = "_init"
PREVIEW_SIDE = 480
_PLANE_SIDE = 64
_SKIPPED_FOLDERS = (OWN_FOLDER, "_review", "__MACOSX", "@eaDir", ".thumbnails")
_MAKE, _MODEL = 0x010F, 0x0110
# Clocks that lost their battery start again on one of these days.
_CLOCK_STARTS = tuple(date(year, 1, 1) for year in (1980, 1990, 2000, 2001))


@dataclass(frozen=True, eq=False)
class Tree:
    """What lies below a folder. `skipped`: number of files of systems and programs, passed over."""

    photos: tuple[Found, ...]
    left: tuple[Left, ...]
    skipped: int


def gather(
    root: Path, *, today: date, on_progress: Callable[[str, int, int], None] = lambda stage, done, total: None
) -> Tree:
    """Read every photo below `root`. A file that can't be read is `left` with its reason.

    Raises StudyError where `root` is no folder, can't be listed, or holds no photo at all.
    """
    _require_folder(root)
    files, left, skipped = _list(root)
    photos = [path for path in files if path.suffix.lower() in PHOTO_SUFFIXES]
    others = [path for path in files if path.suffix.lower() not in PHOTO_SUFFIXES]
    if not photos:
        raise StudyError(_no_photo(root, others))
    for path in others:
        left.append(Left(_relative(root, path), NOT_A_PHOTO, refusal(path) or "not a photo"))
    found: list[Found] = []
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        for done, result in enumerate(pool.map(lambda path: _read(root, path, today), photos), start=1):
            if isinstance(result, Found):
                found.append(result)
            else:
                left.append(result)
            on_progress("reading photos", done, len(photos))
    return Tree(tuple(found), tuple(left), skipped)


def _require_folder(root: Path) -> None:
    if not root.exists():
        raise StudyError(f"{root} does not exist; give the folder of photos")
    if not root.is_dir():
        raise StudyError(f"{root} is a file; give the folder of photos")
    if is_results_folder(root):
        raise StudyError(f"{root} is a results folder; give the folder of the photos")


def _list(root: Path) -> tuple[list[Path], list[Left], int]:
    """Files in natural order of their paths; links to folders are not followed."""
    files: list[Path] = []
    left: list[Left] = []
    skipped = 0
    resolved = root.resolve()
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError as error:
            if folder == root:
                raise StudyError(f"{root} can't be listed: {error.strerror or error}") from error
            left.append(
                Left(_relative(root, folder), UNREADABLE, f"can't be listed: {error.strerror or error}")
            )
            continue
        for entry in entries:
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                if not (
                    entry.name in _SKIPPED_FOLDERS or entry.name.startswith(".") or is_results_folder(path)
                ):
                    waiting.append(path)
            elif is_skipped(
                entry.name.lstrip("_") or entry.name
            ):  # cameras name photos _MG_1234 and _DSC0001
                skipped += 1
            elif trouble := _trouble(path, resolved):
                if path.suffix.lower() in PHOTO_SUFFIXES or path.is_dir():
                    left.append(Left(_relative(root, path), UNDECIDED, trouble))
            elif folder != root or entry.name.lower() not in ("photos.csv", "study.toml", "patients.csv"):
                files.append(path)
    files.sort(key=lambda path: [natural_key(part) for part in path.relative_to(root).parts])
    return files, left, skipped


def _trouble(path: Path, root: Path) -> str:
    if os.fsencode(path.name).decode("utf-8", "replace") != path.name:
        return "its name is not UTF-8; rename it"
    if path.is_symlink():
        if not path.exists():
            return "a link that leads to nothing"
        if path.is_dir():
            return "a link to a folder, not followed; give that folder itself"
        if not path.resolve().is_relative_to(root):
            return "a link that leads out of the folder; copy the photo there"
    return "" if path.is_file() else "not a plain file"


def _no_photo(root: Path, others: list[Path]) -> str:
    if not others:
        return f"{root} holds no photo: the folder is empty"
    kinds = sorted({path.suffix.lower() or "no extension" for path in others})
    return (
        f"{root} holds no photo, only {len(others)} other files ({', '.join(kinds[:6])}); photos are "
        f"{', '.join(suffix[1:] for suffix in PHOTO_SUFFIXES)}"
    )


def _read(root: Path, path: Path, today: date) -> Found | Left:
    relative = _relative(root, path)
    reason = refusal(path)
    if reason:
        return Left(relative, UNREADABLE, reason)
    try:
        photo = read_photo(path)
    except PhotoError as error:
        return Left(relative, UNREADABLE, str(error))
    taken = photo.taken_at
    notes: tuple[str, ...] = ()
    if taken is not None and not clock_was_set(taken, today=today):
        notes = (f"the camera's date {taken:%Y-%m-%d} is not used: its clock was not set",)
        taken = None
    small = _resized(photo.pixels, PREVIEW_SIDE)
    parts = [unicodedata.normalize("NFC", part) for part in path.relative_to(root).parts]
    return Found(
        path,
        relative,
        tuple(parts[:-1]),
        _stem(parts[-1]),
        photo.sha256,
        photo.width,
        photo.height,
        taken,
        _device(path),
        encode_jpeg(small, quality=82),
        _plane(small),
        notes,
    )


def _relative(root: Path, path: Path) -> str:
    text = path.relative_to(root).as_posix() if path != root else "."
    return text.encode(errors="surrogateescape").decode(errors="replace")


def _stem(name: str) -> str:
    """Without its extension, and without those that conversions left: IMG_1234.HEIC.jpg."""
    stem = Path(name).stem
    while Path(stem).suffix.lower() in PHOTO_SUFFIXES:
        stem = Path(stem).stem
    return stem


def clock_was_set(taken: datetime, *, today: date) -> bool:
    """Whether a camera's date can be true: no battery was lost, and it does not lie ahead."""
    return EARLIEST <= taken.date() <= today and taken.date() not in _CLOCK_STARTS


def _resized(pixels: Pixels, side: int) -> Pixels:
    factor = side / max(pixels.shape[:2])
    if factor >= 1:
        return pixels
    size = (max(1, round(pixels.shape[1] * factor)), max(1, round(pixels.shape[0] * factor)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _plane(pixels: Pixels) -> Plane:
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.float32)
    plane = np.asarray(cv2.resize(grey, (_PLANE_SIDE, _PLANE_SIDE), interpolation=cv2.INTER_AREA), np.float32)
    plane -= plane.mean()
    norm = float(np.linalg.norm(plane))
    return plane / norm if norm > _PLANE_SIDE * 0.5 else np.zeros_like(plane)


def _device(path: Path) -> str:
    """Camera maker and model; no serial number, no owner."""
    try:
        with warnings.catch_warnings(), Image.open(path) as image:
            warnings.simplefilter("ignore")
            exif = image.getexif()
            maker, model = (str(exif.get(tag) or "").strip("\0 \t\r\n") for tag in (_MAKE, _MODEL))
    except Exception:  # hostile EXIF raises anything; the name of the camera is no loss
        return ""
    name = model if model.lower().startswith(maker.lower()) else f"{maker} {model}"
    return "".join(char for char in name if char.isprintable()).strip()[:60]


def decode_preview(photo: Found) -> Pixels:
    """(h, w, 3) uint8 sRGB, long side at most 480."""
    flags = cv2.IMREAD_COLOR_RGB
    return np.asarray(cv2.imdecode(np.frombuffer(photo.preview, np.uint8), flags), np.uint8)
