"""Small rendered photos, and trees of them as clinics keep them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lesiontrack.intake import Assignment, Proposal

TODAY = date(2026, 6, 1)


def skin(seed: int, *, shift: int = 0, side: tuple[int, int] = (120, 160)) -> NDArray[np.uint8]:
    """Blotches on skin colour, the same for one seed; `shift`: pixels to the right."""
    rng = np.random.default_rng(seed)
    coarse = rng.normal(0, 1, (16, 24))
    fine = rng.normal(0, 1, (40, 60))
    height, width = side
    field = sum(
        gain
        * np.array(
            Image.fromarray(grid.astype(np.float32)).resize((width + 40, height), Image.Resampling.BICUBIC)
        )
        for gain, grid in ((18, coarse), (14, fine))
    )
    field = field[:, 20 + shift : 20 + shift + width, None]
    return np.clip(np.array([205, 160, 140]) + field, 0, 255).astype(np.uint8)


def photo(
    path: Path,
    seed: int,
    *,
    taken: str | None = None,
    shift: int = 0,
    device: str = "",
    size: tuple[int, int] | None = None,
    gain: float = 1.0,
    quality: int = 92,
) -> Path:
    """Write a JPEG; `taken`: "2024-03-04 10:12:33" as DateTimeOriginal."""
    pixels = np.clip(skin(seed, shift=shift) * gain, 0, 255).astype(np.uint8)
    image = Image.fromarray(pixels)
    if size is not None:
        image = image.resize(size, Image.Resampling.LANCZOS)
    exif = Image.Exif()
    if taken:
        stamp = datetime.fromisoformat(taken)
        exif.get_ifd(0x8769)[0x9003] = stamp.strftime("%Y:%m:%d %H:%M:%S")
    if device:
        exif[0x010F], exif[0x0110] = device.split(" ", 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, "JPEG", quality=quality, exif=exif)
    return path


def table(proposal: Proposal) -> dict[str, tuple[str, str, str, int]]:
    """File → (patient, visit, site, view)."""
    return {
        a.photo.relative: (a.patient.value, a.visit.value, a.site.value, a.view) for a in proposal.assignments
    }


def left(proposal: Proposal) -> dict[str, tuple[str, str]]:
    """File → (kind, reason)."""
    return {file.relative: (file.kind, file.reason) for file in proposal.left}


def of(proposal: Proposal, relative: str) -> Assignment:
    return next(a for a in proposal.assignments if a.photo.relative == relative)
