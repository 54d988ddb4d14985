"""A picture as a file: JPEG, turned as a camera would save it, and what its EXIF data tell."""

from __future__ import annotations

from datetime import date

import cv2
import numpy as np
from PIL import Image

from lesiontrack.arrays import Pixels

# How the saved picture comes from the upright one (EXIF 2.3, tag 0x0112): transposed or not, then flipped
# along the axes of rows and columns.
_TURNS: dict[int, tuple[bool, tuple[int, ...]]] = {
    1: (False, ()),
    2: (False, (1,)),
    3: (False, (0, 1)),
    4: (False, (0,)),
    5: (True, ()),
    6: (True, (0,)),
    7: (True, (0, 1)),
    8: (True, (1,)),
}


def saved(upright: Pixels, orientation: int) -> Pixels:
    """Upright pixels → as they lie in a file with that orientation, 1 to 8."""
    transposed, flips = _TURNS[orientation]
    turned = upright.transpose(1, 0, 2) if transposed else upright
    return np.ascontiguousarray(np.flip(turned, flips))


def upright(stored: Pixels, orientation: int) -> Pixels:
    """The other way round."""
    transposed, flips = _TURNS[orientation]
    turned = np.flip(stored, flips)
    return np.ascontiguousarray(turned.transpose(1, 0, 2) if transposed else turned)


def compress(pixels: Pixels, quality: int, orientation: int = 1) -> tuple[bytes, Pixels]:
    """Upright pixels → the JPEG file's bytes and the upright pixels that come out of it."""
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_OPTIMIZE, 1]
    stored = saved(pixels, orientation)
    done, buffer = cv2.imencode(".jpg", cv2.cvtColor(stored, cv2.COLOR_RGB2BGR), options)
    if not done:
        raise RuntimeError(f"the JPEG encoder refused a photo of {pixels.shape[1]} x {pixels.shape[0]} px")
    decoded = cv2.imdecode(buffer, cv2.IMREAD_COLOR)
    if decoded is None:
        raise RuntimeError("the JPEG that was just written can't be read")
    colours = np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8)
    return buffer.tobytes(), upright(colours, orientation)


def with_exif(jpeg: bytes, when: date, orientation: int = 1) -> bytes:
    """The same JPEG with a description that says it is rendered, and DateTimeOriginal (at 10:00)."""
    exif = Image.Exif()
    exif[0x010E] = "Rendered by the lesiontrack phantom; not a photograph of a person"
    if orientation != 1:
        exif[0x0112] = orientation
    exif.get_ifd(0x8769)[0x9003] = f"{when:%Y:%m:%d} 10:00:00"
    body = exif.tobytes()
    segment = b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body
    return jpeg[:2] + segment + jpeg[2:]
