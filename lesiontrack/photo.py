"""One photograph, decoded once: upright sRGB pixels, without what could identify a person."""

from __future__ import annotations

import hashlib
import re
import warnings
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageFile, UnidentifiedImageError

from lesiontrack.arrays import AnyArray, Pixels
from lesiontrack.errors import MissingExtraError, PhotoError
from lesiontrack.icc import adobe_rgb_to_srgb, is_srgb, profile_name, to_srgb

MAX_PIXELS = 150_000_000  # below Pillow's own refusal (179 MP); 450 MB decoded
MAX_BYTES = 1 << 30
# What cameras, phones and scanners write. Others (EPS, PSD, DICOM, ...) never reach a decoder.
FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "AVIF", "BMP", "GIF")
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_HEIF_VERSION = (1, 8)  # older wheels carry a libheif with holes that run code from a picture

_ORIENTATION, _EXIF_IFD, _INTEROP_IFD = 0x0112, 0x8769, 0xA005
_DATE_TIME_ORIGINAL, _INTEROP_INDEX = 0x9003, 0x0001
_BITS_PER_SAMPLE, _NEW_SUBFILE_TYPE, _DNG_VERSION = 258, 254, 50706


class HeifExtraError(PhotoError, MissingExtraError):
    """A HEIC photo, and the package that reads them is missing or too old."""


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
    """Read and decode one photo file.

    JPEG, PNG, TIFF, WebP, AVIF, BMP and GIF; HEIC with the extra `heif`. Of several pages or frames the
    first. 16-bit values are scaled to 8 bits; transparency is laid on white.

    Raises:
        PhotoError: the file can't be opened, is no photo in these formats, is cut off, or has more than
            MAX_PIXELS pixels. The reason does not name the file: the caller does.
        HeifExtraError: (a PhotoError and a MissingExtraError) HEIC without the extra.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise PhotoError(f"the file has {size} bytes; the limit is {MAX_BYTES}")
        data = path.read_bytes()
    except OSError as error:
        raise PhotoError(f"can't be opened: {error.strerror or type(error).__name__}") from error
    return decode_photo(data)


def decode_photo(data: bytes) -> Photo:
    """Decode the bytes of one photo file; as read_photo."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd EXIF and of sizes that are checked here
            return _decode(data)
    except PhotoError:
        raise
    except Exception as error:  # decoders raise anything on hostile bytes, from struct.error to KeyError
        raise PhotoError(f"the picture is damaged: {_plain(error)}") from error


def encode_jpeg(pixels: Pixels, *, quality: int = 90) -> bytes:
    """(H, W, 3) uint8 sRGB → a JPEG file's bytes, without any metadata. Quality 1..100."""
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape:
        raise ValueError(f"pixels are {pixels.dtype} {pixels.shape}; (H, W, 3) uint8 is needed")
    if not 1 <= quality <= 100:
        raise ValueError(f"quality ({quality}) must be 1..100")
    _, encoded = cv2.imencode(".jpg", pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return encoded.tobytes()


def _decode(data: bytes) -> Photo:
    if not data:
        raise PhotoError("the file is empty (0 bytes); copy it again from the camera")
    image = _open(data)
    if image.width * image.height > MAX_PIXELS:
        raise PhotoError(
            f"{image.width} x {image.height} pixels; the limit is {MAX_PIXELS // 1_000_000} megapixels"
        )
    notes = _first_of_many(image)
    exif = _exif(image)
    profile = image.info.get("icc_profile") or None
    srgb = profile is None or is_srgb(profile)
    if image.format in ("JPEG", "MPO"):
        _require_whole_jpeg(data)
    if image.format in ("JPEG", "MPO") and image.mode in ("L", "RGB") and srgb:
        pixels = _cv2_pixels(data, cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION)
        orientation = exif.orientation
        if image.mode == "L":
            notes.append("grey photo: no colour to measure")
        name = "none" if profile is None else "sRGB"
    else:
        pixels, name, orientation = _slow_pixels(image, data, profile, exif.orientation, notes)
    if image.format in ("JPEG", "MPO") and _is_filled_in(pixels):
        raise PhotoError("the picture breaks off: its lower part is the grey that stands for missing data")
    if profile is None and exif.adobe_rgb:
        pixels, name = adobe_rgb_to_srgb(pixels), "Adobe RGB (1998)"
    pixels = _upright(pixels, orientation)
    return Photo(pixels, hashlib.sha256(data).hexdigest(), exif.taken_at, name, tuple(notes))


def _open(data: bytes) -> ImageFile.ImageFile:
    """The picture's header, pixels not yet decoded."""
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS and b"avif" not in data[16:64]:
        return _open_heif(data)
    try:
        image = Image.open(BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise PhotoError(f"more than the limit of {MAX_PIXELS // 1_000_000} megapixels") from error
    except UnidentifiedImageError as error:
        raise PhotoError(_not_a_photo(data)) from error
    if isinstance(image, Image.Image) and image.format == "TIFF":
        tags: Any = image.tag_v2  # type: ignore[attr-defined]
        if _DNG_VERSION in tags or tags.get(_NEW_SUBFILE_TYPE, 0) & 1 or data[8:10] == b"CR":
            raise PhotoError("a camera raw file, of which only the preview can be read; export it as TIFF")
    return image


def _open_heif(data: bytes) -> ImageFile.ImageFile:
    try:
        import pillow_heif
    except ImportError as error:
        raise HeifExtraError("a HEIC photo; to read it: pip install 'lesiontrack[heif]'") from error
    version = tuple(int(part) for part in re.findall(r"\d+", pillow_heif.__version__)[:2])
    if version < _HEIF_VERSION:
        raise HeifExtraError(
            f"a HEIC photo, and pillow-heif {pillow_heif.__version__} has known security holes; "
            "pip install --upgrade 'lesiontrack[heif]'"
        )
    opener: Any = pillow_heif.HeifImageFile
    image: ImageFile.ImageFile = opener(BytesIO(data))
    return image


def _not_a_photo(data: bytes) -> str:
    if data[:5] == b"%PDF-":
        return "a PDF, not a photo; export the photos in it as JPEG or PNG"
    if data[128:132] == b"DICM":
        return "a DICOM file, not read here; export it as TIFF or PNG"
    return "not a photo in a format that is read here (JPEG, PNG, TIFF, HEIC, WebP, AVIF, BMP, GIF)"


def _plain(error: Exception) -> str:
    """A decoder's message on one line, without OpenCV's source positions."""
    text = str(error.args[0]) if error.args else ""
    text = re.sub(r"OpenCV\(.*?error: \(-?\d+:", "(", text)
    return " ".join(text.split())[:120] or type(error).__name__


def _first_of_many(image: Image.Image) -> list[str]:
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format not in ("MPO", "HEIF"):  # there the others are previews and depth maps
        return [f"first of {frames} pages or frames"]
    return []


@dataclass(frozen=True)
class _Exif:
    orientation: int = 1
    taken_at: datetime | None = None
    adobe_rgb: bool = False


def _exif(image: Image.Image) -> _Exif:
    """What is used of the EXIF block; each damaged part counts as absent."""
    orientation = _tag(image, None, _ORIENTATION)
    # Cameras set to Adobe RGB embed no profile, only this mark (DCF 2.0, option file "R03").
    interoperability = _tag(image, _INTEROP_IFD, _INTEROP_INDEX)
    return _Exif(
        orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1,
        _date_time(_tag(image, _EXIF_IFD, _DATE_TIME_ORIGINAL)),
        isinstance(interoperability, str) and interoperability.rstrip("\0 ") == "R03",
    )


def _tag(image: Image.Image, directory: int | None, tag: int) -> Any:
    try:
        exif = image.getexif()
        return exif.get(tag) if directory is None else exif.get_ifd(directory).get(tag)
    except Exception:  # as for pixels: hostile EXIF raises anything
        return None


def _date_time(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        return datetime.strptime(value.rstrip("\0 "), "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None


_SCAN_END = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")


def _require_whole_jpeg(data: bytes) -> None:
    """Raise PhotoError unless the main picture has its end marker: libjpeg pads what is missing with grey.

    Markers are walked from the start, as the EXIF thumbnail has an end marker of its own.
    """
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            at += 1  # stray bytes between segments; decoders skip them too
            continue
        marker = data[at + 1]
        if marker == 0xD9:
            return
        if marker in (0x00, 0x01, 0xFF) or 0xD0 <= marker <= 0xD8:
            at += 1 if marker == 0xFF else 2
            continue
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xDA:
            found = _SCAN_END.search(data, at)
            at = len(data) if found is None else found.start()
    if data[at : at + 2] != b"\xff\xd9":
        raise PhotoError("the JPEG file is cut off before its end; copy it again from the camera")


def _is_filled_in(pixels: Pixels) -> bool:
    """Whether the last 16 rows are exactly mid-grey: what libjpeg fills in where coded data end early."""
    return pixels.shape[0] > 32 and bool((pixels[-16:] == 128).all())


def _cv2_pixels(data: bytes, flags: int) -> AnyArray:
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if decoded is None:
        raise PhotoError("the picture is damaged: its pixels can't be decoded")
    return decoded


def _slow_pixels(
    image: ImageFile.ImageFile, data: bytes, profile: bytes | None, orientation: int, notes: list[str]
) -> tuple[Pixels, str, int]:
    """Pixels of any mode as sRGB, the profile's name, and the orientation still to apply."""
    deep = _is_16_bit(image, data)
    image.load()  # raises on truncated data, which cv2 would pad
    if image.mode in ("I", "F"):
        raise PhotoError(f"pixels of more than 16 bits (mode {image.mode}); save as 8- or 16-bit")
    if deep:
        notes.append("16-bit reduced to 8-bit")
        flat = Image.fromarray(_deep_pixels(data))
        orientation = 1 if image.format == "TIFF" else orientation  # OpenCV turns TIFF, whatever the flags
    else:
        orientation = _exif(image).orientation  # Pillow turns TIFF on load, and then forgets the tag
        flat = image if image.mode in ("RGB", "L", "CMYK", "LAB") else _plain_mode(image)
    if image.has_transparency_data and flat.mode in ("RGBA", "LA"):
        alpha = flat.getchannel("A")
        flat = flat.convert(flat.mode[:-1])
    else:
        alpha = None
    if flat.mode == "L":
        notes.append("grey photo: no colour to measure")
    name = "none"
    if profile is not None:
        converted = to_srgb(flat, profile)
        if converted is None:
            notes.append("embedded colour profile is damaged or does not fit; colours taken as sRGB")
        else:
            flat, name = converted, profile_name(profile)
    elif flat.mode == "CMYK":
        notes.append("CMYK without a colour profile: colours are approximate")
    flat = flat.convert("RGB")
    if alpha is not None and alpha.getextrema() != (255, 255):
        notes.append("transparent parts laid on white")
        flat = Image.composite(flat, Image.new("RGB", flat.size, "white"), alpha)
    return np.array(flat, np.uint8), name, orientation


def _plain_mode(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        return image.convert("LA" if image.mode in ("LA", "La") else "RGBA")
    return image.convert("L" if image.mode == "1" else "RGB")


def _is_16_bit(image: Image.Image, data: bytes) -> bool:
    """Whether samples have 16 bits; Pillow cuts 16-bit colour to 8 without a word."""
    if image.format == "PNG":
        return data[24] == 16  # IHDR bit depth
    if image.format == "TIFF":
        return 16 in tuple(image.tag_v2.get(_BITS_PER_SAMPLE, ()))  # type: ignore[attr-defined]
    return False


def _deep_pixels(data: bytes) -> Pixels:
    """16-bit grey, grey with alpha, RGB or RGBA → 8-bit grey, RGB or RGBA, rounded."""
    deep = _cv2_pixels(data, cv2.IMREAD_UNCHANGED)
    if deep.dtype != np.uint16:
        raise PhotoError(f"16-bit samples decoded as {deep.dtype}; save as 8-bit")
    shallow = ((deep.astype(np.uint32) + 128) // 257).astype(np.uint8)
    if shallow.ndim == 3:
        shallow = shallow[:, :, [2, 1, 0, 3][: shallow.shape[2]]]
    return np.ascontiguousarray(shallow)


def _upright(pixels: Pixels, orientation: int) -> Pixels:
    """Undo EXIF orientation 1..8."""
    if orientation >= 5:
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)
