"""Small pictures of a study's photos for the browser, and the camera's date."""

from __future__ import annotations

import threading
import warnings
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps

from lesiontrack.arrays import Pixels
from lesiontrack.errors import PhotoError
from lesiontrack.intake.gather import clock_was_set
from lesiontrack.photo import MAX_BYTES, MAX_PIXELS, encode_jpeg, read_photo

SIDES = (320, 1280)
"""Px of the long side that can be asked for."""

_MOST_BYTES = 100_000_000
_EXIF_IFD, _DATE_TIME_ORIGINAL = 0x8769, 0x9003


@dataclass(frozen=True)
class Preview:
    """`jpeg`: upright, without metadata. `taken`: the camera's date, None where it tells none that can be."""

    jpeg: bytes
    taken: date | None


class Previews:
    """Previews made on demand, those used last kept. For several threads."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[tuple[str, int, int, int], Preview] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, path: Path, side: int) -> Preview:
        """Raises PhotoError, in plain words, where the photo can't be read."""
        try:
            stat = path.stat()
        except OSError as error:
            raise PhotoError(f"can't be opened: {error.strerror or type(error).__name__}") from error
        key = (str(path), side, stat.st_mtime_ns, stat.st_size)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept
        made = _preview(path, side, stat.st_size)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = made
                self._bytes += len(made.jpeg)
            while self._bytes > self._most_bytes and len(self._kept) > 1:
                self._bytes -= len(self._kept.popitem(last=False)[1].jpeg)
        return made


def _preview(path: Path, side: int, size: int) -> Preview:
    found = _drafted(path, side) if side == SIDES[0] and size <= MAX_BYTES else None
    if found is None:
        photo = read_photo(path)
        found = photo.pixels, photo.taken_at
    pixels, taken = found
    factor = min(1.0, side / max(pixels.shape[:2]))
    shape = (max(1, round(pixels.shape[1] * factor)), max(1, round(pixels.shape[0] * factor)))
    small = np.asarray(cv2.resize(pixels, shape, interpolation=cv2.INTER_AREA), np.uint8)
    known = taken is not None and clock_was_set(taken, today=date.today())
    return Preview(encode_jpeg(small, quality=80), taken.date() if taken and known else None)


def _drafted(path: Path, side: int) -> tuple[Pixels, datetime | None] | None:
    """A JPEG decoded at a fraction of its size, in a fraction of the time; None where it isn't plain."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(BytesIO(path.read_bytes()), formats=("JPEG",))
            if image.width * image.height > MAX_PIXELS or image.mode not in ("L", "RGB"):
                return None
            taken = _taken(image)
            image.draft("RGB", (side, side))
            upright = ImageOps.exif_transpose(image).convert("RGB")
            return np.asarray(upright, np.uint8), taken
    except Exception:  # hostile bytes raise anything; read_photo says what is wrong with them
        return None


def _taken(image: Image.Image) -> datetime | None:
    text = image.getexif().get_ifd(_EXIF_IFD).get(_DATE_TIME_ORIGINAL)
    try:
        return datetime.strptime(str(text).rstrip("\0 "), "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
