"""A photo's masks as small files beside its site's record: what a reader corrects is what was measured."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from lesiontrack.arrays import Mask
from lesiontrack.errors import ResultsError
from lesiontrack.segmentation import Segmentation

KEPT = ("skin", "lesion", "ulcer", "obstruction")


@dataclass(frozen=True)
class KeptMask:
    """A class's mask in a PNG of 1 bit a pixel: the part of the photo that holds all of it.

    Attributes:
        file: name in the site's folder.
        x, y: the PNG's top left pixel in the upright photo.
        width, height: of the PNG, px.
    """

    file: str
    x: int
    y: int
    width: int
    height: int


def keep_masks(segmentation: Segmentation, relative: str, folder: Path) -> dict[str, KeptMask]:
    """Write the masks of one photo, `relative` below the study, into `folder`; empty ones have no file."""
    kept = {}
    digest = hashlib.sha256(relative.encode()).hexdigest()[:12]
    for name in KEPT:
        layer = segmentation.layers.get(name)
        # the same rule as Segmentation.mask, on the layer's part of the photo only
        mask = None if layer is None else layer.values / np.float32(255) >= 0.5
        if layer is None or mask is None or not mask.any():
            continue
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        part = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        file = f"mask-{digest}-{name}.png"
        (folder / file).write_bytes(mask_png(part))
        height, width = part.shape
        kept[name] = KeptMask(file, layer.x + int(columns[0]), layer.y + int(rows[0]), width, height)
    return kept


def mask_png(mask: Mask) -> bytes:
    """A (H, W) mask as a PNG of 1 bit a pixel, white inside."""
    options = [cv2.IMWRITE_PNG_BILEVEL, 1, cv2.IMWRITE_PNG_COMPRESSION, 9]
    _, encoded = cv2.imencode(".png", mask.astype(np.uint8) * np.uint8(255), options)
    return encoded.tobytes()


def read_kept_mask(folder: Path, kept: KeptMask) -> Mask:
    """(height, width) bool. Raises ResultsError where the file is missing or not as it was written."""
    path = folder / kept.file
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ResultsError(f"{path} can't be read ({error.strerror}); run `lesiontrack run` again") from error
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE) if data else None
    if decoded is None or decoded.shape != (kept.height, kept.width):
        raise ResultsError(f"{path} is damaged; run `lesiontrack run --fresh`")
    mask: Mask = decoded > 127
    return mask
