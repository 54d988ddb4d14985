"""Small plain photos, quick to evaluate: skin-coloured texture with dark ellipses; and studies of them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from lesiontrack.arrays import Pixels
from lesiontrack.photo import encode_jpeg
from lesiontrack.tables import TABLES as OUTPUTS

SIZE = (200, 150)
SPOTS = ((70, 75, 22), (145, 55, 14))
TABLES = (*OUTPUTS, "data_dictionary")

Spot = tuple[int, int, int]


def picture(spots: Iterable[Spot] = SPOTS, *, size: tuple[int, int] = SIZE, seed: int = 1) -> Pixels:
    """(H, W, 3) skin; `spots` are x, y, half the longest diameter. One seed is one patch of skin."""
    width, height = size
    noise = np.random.default_rng(seed).normal(0, 1, (height, width)).astype(np.float32)
    skin = np.full((height, width, 3), (205, 165, 145), np.float32)
    skin += 30 * cv2.GaussianBlur(noise, (0, 0), 1.5)[:, :, None]
    for x, y, radius in spots:
        mask = np.zeros((height, width), np.float32)
        cv2.ellipse(mask, (x, y), (radius, round(radius * 0.75)), 20, 0, 360, 1, -1)
        mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), 1.2))[:, :, None]
        skin = skin * (1 - mask) + np.array([95, 50, 45], np.float32) * mask
    return np.clip(skin, 0, 255).astype(np.uint8)


GOOD = encode_jpeg(picture())


def put(root: Path, name: str | bytes, content: bytes = GOOD) -> Path:
    """A file below `root`; `name` may be bytes that are no text."""
    path = Path(os.fsdecode(os.path.join(os.fsencode(root), os.fsencode(name))))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def encoded(pixels: Pixels | Image.Image, format: str, **options: object) -> bytes:
    buffer = BytesIO()
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    image.save(buffer, format, **options)
    return buffer.getvalue()


def plain_study(root: Path, *visits: int) -> Path:
    """PT001, PT002, … with one site and so many visits; the first spot grows by a tenth a visit."""
    for number, count in enumerate(visits, start=1):
        for visit in range(count):
            (x, y, radius), other = SPOTS
            spots = ((x, y, round(radius * (1 + 0.1 * visit))), other)
            content = encode_jpeg(picture(spots, seed=number))
            put(root, f"PT{number:03d}/2024-03-{4 + 14 * visit:02d}/calf.jpg", content)
    starts = "".join(f"PT{number:03d} = 2024-03-04\n" for number in range(1, len(visits) + 1))
    (root / "study.toml").write_text(f'protocol = "response-only"\n\n[treatment_start]\n{starts}')
    return root


def table_bytes(results: Path) -> dict[str, bytes]:
    """Every table file's bytes, to compare two runs."""
    return {path.name: path.read_bytes() for path in sorted((results / "tables").iterdir())}


def leftovers(results: Path) -> list[Path]:
    return [path for path in results.rglob("*") if path.name.startswith(".writing-")]


def permissions_hold(folder: Path) -> bool:
    """Whether a file without permissions can't be read: not so for root, or on some file systems."""
    closed = folder / "closed"
    closed.touch(mode=0)
    try:
        closed.read_bytes()
    except PermissionError:
        return True
    finally:
        closed.unlink()
    return False
