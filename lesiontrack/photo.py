"""One photograph, decoded once: upright sRGB pixels, without what could identify a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lesiontrack.arrays import Pixels


@dataclass(frozen=True, eq=False)
class Photo:
    """A decoded photograph.

    Attributes:
        pixels: (H, W, 3) uint8 sRGB, upright (EXIF orientation applied, ICC profile converted).
        sha256: hex digest of the file's bytes.
        taken_at: EXIF DateTimeOriginal only (edit dates mislead); None where there is none.
        colour_profile: name of the embedded ICC profile that was converted, "sRGB" or "none".
        notes: what decoding changed or lost, in plain words ("16-bit reduced to 8-bit"); for the tables.
    """

    pixels: Pixels
    sha256: str
    taken_at: datetime | None = None
    colour_profile: str = "none"
    notes: tuple[str, ...] = ()

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])


def read_photo(path: Path | str) -> Photo:
    raise NotImplementedError
