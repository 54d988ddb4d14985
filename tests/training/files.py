"""Small pictures and masks, written where a test wants them."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

SHAPE = (40, 60)


def picture(seed=0, shape=SHAPE):
    """(H, W, 3) with grain of its own."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (*shape, 3), dtype=np.uint8)


def square(shape=SHAPE, top=10, left=20, side=8):
    mask = np.zeros(shape, bool)
    mask[top : top + side, left : left + side] = True
    return mask


def write(path: Path, pixels, *, orientation=None, **options) -> Path:
    """PNG, JPEG or BMP by the suffix, with an EXIF orientation if one is given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(pixels)
    if orientation is not None:
        exif = Image.Exif()
        exif[0x0112] = orientation
        options["exif"] = exif
    image.save(path, **options)
    return path


def write_mask(path: Path, mask, *, high=255, **options) -> Path:
    return write(path, mask.astype(np.uint8) * np.uint8(high), **options)


def pairs(folder: Path, stems, *, images="images", masks="masks", image_end=".jpg", mask_end=".png"):
    """A picture and a mask a stem."""
    for number, stem in enumerate(stems):
        write(folder / images / f"{stem}{image_end}", picture(number))
        write_mask(folder / masks / f"{stem}{mask_end}", square())
    return folder


def skin_photo(seed=0, shape=(260, 340), spots=160):
    """Skin with spots of its own, which features hold on to."""
    rng = np.random.default_rng(seed)
    pixels = np.full((*shape, 3), (205, 160, 135), np.float32)
    for _ in range(spots):
        centre = rng.integers(0, (shape[1], shape[0])).tolist()
        axes = rng.integers(2, 7, 2).tolist()
        colour = np.array((205, 160, 135)) - rng.integers(20, 90) * np.array((0.7, 1.0, 1.0))
        cv2.ellipse(pixels, centre, axes, float(rng.integers(0, 180)), 0, 360, colour.tolist(), -1)
    pixels = cv2.GaussianBlur(pixels, (0, 0), 1.0) + rng.normal(0, 2, pixels.shape)
    return np.clip(pixels, 0, 255).astype(np.uint8)
