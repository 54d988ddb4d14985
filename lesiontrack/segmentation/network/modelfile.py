"""A model file: read and checked before ONNX Runtime sees it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

from lesiontrack.errors import ModelError
from lesiontrack.segmentation.network.onnxfile import FLOAT, UINT8, Outline, Value, check_graph, read_outline

MAX_BYTES = 64 << 20  # 16 M float32 weights; ours have about 1 M
FORMAT = "1"
LEARNED = ("skin", "lesion", "ulcer", "obstruction")
"""Classes that a network may know, in the order of planes; erythema and depigmentation come from colour."""
STEP = 32
"""Sides of the network's input are multiples of it."""
SEARCH_RANGE = (64, 2048)  # px
CROP_RANGE = (64, 1024)  # px
MAX_SEARCHES = 4
MAX_SENTENCE = 4000

_REMEDY = "give an .onnx file that `lesiontrack train` wrote"
# First bytes of what is given by mistake: (offset, bytes, what it is).
_OTHERS = (
    (0, b"PK\x03\x04", "a zip archive (a torch checkpoint is one)"),
    (0, b"\x80\x02", "a Python pickle, as torch.save writes"),
    (0, b"\x80\x03", "a Python pickle"),
    (0, b"\x80\x04", "a Python pickle"),
    (0, b"\x80\x05", "a Python pickle"),
    (0, b"\x89HDF", "an HDF5 file, as Keras writes"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"\x93NUMPY", "a NumPy array"),
    (0, b"GGUF", "a GGUF file"),
    (0, b"\xff\xd8\xff", "a JPEG photo"),
    (0, b"\x89PNG", "a PNG picture"),
    (0, b"%PDF", "a PDF"),
    (0, b"MZ", "a Windows program"),
    (0, b"\x7fELF", "a program"),
    (0, b"version https://git-lfs", "a Git LFS pointer; fetch the file itself with `git lfs pull`"),
    (4, b"TFL3", "a TensorFlow Lite model"),
    (4, b"ORTM", "a model in ONNX Runtime's own format"),
    (8, b'{"', "a safetensors file"),
)


@dataclass(frozen=True, eq=False)
class ModelFile:
    """A checked model file.

    Attributes:
        id: name of the model, e.g. "small-1-0a1b2c3d"; goes into tables and provenance.
        sha256: hex digest of `data`.
        classes: of LEARNED, in the order of the output's planes.
        search_px: long sides, px, at which whole photos are searched; largest first.
        crop_px: side, px, of the crops in which places are looked at again.
        licence, trained_on, not_validated: sentences for pages and the model card.
        data: the file's bytes.
    """

    id: str
    sha256: str
    classes: tuple[str, ...]
    search_px: tuple[int, ...]
    crop_px: int
    licence: str
    trained_on: str
    not_validated: str
    data: bytes = field(repr=False)


def read_model_file(path: Path | str) -> ModelFile:
    """Read and check a model file. Raises ModelError, which names the file, the rule and the remedy."""
    path = Path(path)
    try:
        if not path.is_file():
            raise ModelError(f"{path}: no such file; {_REMEDY}, or 'colour' for no network")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise ModelError(f"{path}: {size} bytes; the limit is {MAX_BYTES}; {_REMEDY}")
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: can't be read: {error.strerror or type(error).__name__}") from error
    except ValueError as error:  # a null character in the name, and our own errors
        if isinstance(error, ModelError):
            raise
        raise ModelError(f"{str(path)!r}: {error}") from error
    try:
        return check_model(data)
    except ModelError as error:
        raise ModelError(f"{path}: {error}") from error


def check_model(data: bytes) -> ModelFile:
    """The model in `data`, or ModelError; nothing in it is run, and no other file is opened."""
    _refuse_others(data)
    try:
        outline = read_outline(data)
        model = _described(
            data, outline
        )  # first: whether it is ours at all says more than what is wrong in it
        check_graph(outline)
        return model
    except ModelError as error:
        raise ModelError(f"{error}; {_REMEDY}") from error


def _refuse_others(data: bytes) -> None:
    if not data:
        raise ModelError(f"the file is empty (0 bytes); {_REMEDY}")
    if len(data) > MAX_BYTES:
        raise ModelError(f"{len(data)} bytes; the limit is {MAX_BYTES}; {_REMEDY}")
    for offset, magic, name in _OTHERS:
        if data[offset : offset + len(magic)] == magic:
            raise ModelError(f"{name}, not an ONNX model; {_REMEDY}")
    if data[:64].lstrip()[:1] in (b"<", b"{", b"#"):
        raise ModelError(f"a text or web page, not an ONNX model: was it downloaded right?; {_REMEDY}")


def _described(data: bytes, outline: Outline) -> ModelFile:
    metadata = outline.metadata
    version = metadata.get("lesiontrack_model")
    if version is None:
        raise ModelError("an ONNX model, but not one of lesiontrack: no metadata 'lesiontrack_model'")
    if version != FORMAT:
        raise ModelError(
            f"model format {version[:20]!r}; this version of lesiontrack reads {FORMAT!r}: update it"
        )
    name = _text(metadata, "id")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
        raise ModelError(f"id {name[:80]!r} must be 1 to 64 letters, digits, dots, lines or dashes")
    classes = _classes(_text(metadata, "classes"))
    _check_ends(outline, len(classes))
    searches = _numbers(metadata, "search_px", SEARCH_RANGE, MAX_SEARCHES)
    (crop,) = _numbers(metadata, "crop_px", CROP_RANGE, 1)
    if crop % STEP:
        raise ModelError(f"crop_px {crop} must be a multiple of {STEP}")
    return ModelFile(
        id=name,
        sha256=hashlib.sha256(data).hexdigest(),
        classes=classes,
        search_px=tuple(sorted(searches, reverse=True)),
        crop_px=crop,
        licence=_text(metadata, "licence"),
        trained_on=_text(metadata, "trained_on"),
        not_validated=_text(metadata, "not_validated"),
        data=data,
    )


def _classes(text: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(","))
    for name in names:
        if name not in LEARNED:
            raise ModelError(f"class {name[:40]!r} is none of {', '.join(LEARNED)}")
    if len(set(names)) != len(names):
        raise ModelError(f"classes {text!r} name one twice")
    return names


def _check_ends(outline: Outline, classes: int) -> None:
    """The agreed ends: `rgb` uint8 (N, H, W, 3) in, `probability` float32 (N, K, H, W) out; N, H, W free."""
    _check_end("input", outline.inputs, "rgb", UINT8, (None, None, None, 3), (3,))
    _check_end("output", outline.outputs, "probability", FLOAT, (None, classes, None, None), (1,))


def _check_end(
    what: str,
    values: tuple[Value, ...],
    name: str,
    element: int,
    sides: tuple[int | None, ...],
    fixed: tuple[int, ...],
) -> None:
    wanted = Value(name, element, sides)
    fits = len(values) == 1 and (values[0].name, values[0].element) == (name, element)
    fits = fits and len(values[0].sides) == len(sides)
    if fits:
        # A side that the file leaves open where ours has a number is tried before use.
        fits = all(
            side is None or (index in fixed and side == ours)
            for index, (side, ours) in enumerate(zip(values[0].sides, sides, strict=True))
        )
    if not fits:
        there = "; ".join(str(value)[:200] for value in values[:4]) or "none"
        raise ModelError(f"{what} {there}; it must be {wanted}")


def _text(metadata: dict[str, str], key: str) -> str:
    text = metadata.get(key, "").strip()
    if not text:
        raise ModelError(f"no metadata {key!r}")
    if len(text) > MAX_SENTENCE:
        raise ModelError(f"metadata {key!r} has {len(text)} characters; the limit is {MAX_SENTENCE}")
    if not all(letter.isprintable() or letter == "\n" for letter in text):
        raise ModelError(f"metadata {key!r} holds control characters")
    return text


def _numbers(metadata: dict[str, str], key: str, bounds: tuple[int, int], most: int) -> tuple[int, ...]:
    text = _text(metadata, key)
    parts = [part.strip() for part in text.split(",")]
    low, high = bounds
    if len(parts) > most or not all(re.fullmatch(r"[0-9]{1,6}", part) for part in parts):
        raise ModelError(f"{key} {text[:40]!r} must be whole numbers, {most} at most")
    numbers = tuple(int(part) for part in parts)
    if not all(low <= number <= high for number in numbers) or len(set(numbers)) != len(numbers):
        raise ModelError(f"{key} {text[:40]!r} must be different numbers from {low} to {high}")
    return numbers
