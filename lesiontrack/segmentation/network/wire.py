"""Reads the protobuf wire format (protobuf.dev/programming-guides/encoding), as far as ONNX files need it.

Stricter than protobuf's own readers, which skip what they don't know and merge what comes twice: here every
field must be named in advance, and come as often as it may.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from lesiontrack.errors import ModelError

MAX_FIELDS = 200_000  # of a whole file; a network of 1 M parameters has about 3,000
MAX_TEXT = 20_000  # bytes of one string

Kind = Literal["int", "float", "text", "bytes", "message", "ints", "floats", "count"]
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


@dataclass(frozen=True)
class Field:
    """A field that a message may have.

    Attributes:
        name: key of the value that is read.
        kind: "int" (varint, signed 64 bit), "float", "text" (UTF-8), "bytes" or "message" (both a view of the
            file), "ints" and "floats" (packed or not), "count" (packed or not: only how many there are).
        width: bytes of one packed element for "count"; 0 for varints.
    """

    name: str
    kind: Kind
    many: bool = False
    width: int = 0


@dataclass(frozen=True)
class Message:
    """What a message may hold, by field number, and what is refused for a reason of its own."""

    what: str
    fields: Mapping[int, Field]
    refused: Mapping[int, str] = field(default_factory=dict)


class Reader:
    """Reads messages of one file; holds the budget that bounds time and memory."""

    def __init__(self) -> None:
        self._left = MAX_FIELDS

    def read(self, data: memoryview, message: Message) -> dict[str, Any]:
        """Field names → values: lists for many, "ints" and "floats"; absent fields are not there.

        Raises ModelError where the bytes are no such message, or hold what is not allowed.
        """
        values: dict[str, Any] = {}
        at = 0
        while at < len(data):
            self._left -= 1
            if self._left < 0:
                raise ModelError(f"more than {MAX_FIELDS} fields; no network of lesiontrack has so many")
            tag, at = _varint(data, at)
            number, wire = tag >> 3, tag & 7
            value, at = _value(data, at, wire)
            if number in message.refused:
                raise ModelError(f"{message.what} has {message.refused[number]}, which is refused")
            known = message.fields.get(number)
            if known is None:
                raise ModelError(f"{message.what} has field {number}, which is not allowed there")
            _keep(values, known, wire, value, message.what)
        return values


def _keep(values: dict[str, Any], known: Field, wire: int, value: int | memoryview, what: str) -> None:
    name = f"{what}, field {known.name}"
    if known.kind == "count":
        values[known.name] = values.get(known.name, 0) + _count(value, wire, known.width, name)
        return
    if known.kind in ("ints", "floats"):
        values.setdefault(known.name, []).extend(_packed(value, wire, known.kind == "floats", name))
        return
    plain = _plain(value, wire, known.kind, name)
    if known.many:
        values.setdefault(known.name, []).append(plain)
    elif known.name in values:
        raise ModelError(f"{name} comes twice")
    else:
        values[known.name] = plain


def _plain(value: int | memoryview, wire: int, kind: Kind, name: str) -> int | float | str | memoryview:
    wanted = {"int": VARINT, "float": FIXED32}.get(kind, BYTES)
    if wire != wanted:
        raise ModelError(f"{name} is encoded as type {wire} and not {wanted}: the file is damaged")
    if isinstance(value, int):
        return _signed(value) if kind == "int" else _float(value)
    if kind != "text":
        return value
    if len(value) > MAX_TEXT:
        raise ModelError(f"{name} has {len(value)} bytes of text; the limit is {MAX_TEXT}")
    try:
        return str(value, "utf-8")
    except UnicodeDecodeError as error:
        raise ModelError(f"{name} is no UTF-8 text: the file is damaged") from error


def _packed(value: int | memoryview, wire: int, floats: bool, name: str) -> list[int] | list[float]:
    if isinstance(value, int):
        if wire != (FIXED32 if floats else VARINT):
            raise ModelError(f"{name} is encoded as type {wire}: the file is damaged")
        return [_float(value)] if floats else [_signed(value)]
    if len(value) > MAX_TEXT:
        raise ModelError(f"{name} has {len(value)} bytes of numbers; the limit is {MAX_TEXT}")
    if floats:
        if len(value) % 4:
            raise ModelError(f"{name} breaks off: {len(value)} bytes are no whole numbers")
        return [item[0] for item in struct.iter_unpack("<f", value)]
    numbers, at = [], 0
    while at < len(value):
        number, at = _varint(value, at)
        numbers.append(_signed(number))
    return numbers


def _count(value: int | memoryview, wire: int, width: int, name: str) -> int:
    if isinstance(value, int):
        if wire != {4: FIXED32, 8: FIXED64}.get(width, VARINT):
            raise ModelError(f"{name} is encoded as type {wire}: the file is damaged")
        return 1
    if not width:
        last = np.frombuffer(value, np.uint8) < 0x80
        if len(last) and not last[-1]:
            raise ModelError(f"{name} breaks off within a number")
        return int(last.sum())
    if len(value) % width:
        raise ModelError(f"{name} has {len(value)} bytes, not a multiple of {width}")
    return len(value) // width


def _value(data: memoryview, at: int, wire: int) -> tuple[int | memoryview, int]:
    if wire == VARINT:
        return _varint(data, at)
    if wire == BYTES:
        size, at = _varint(data, at)
    elif wire in (FIXED64, FIXED32):
        size = 8 if wire == FIXED64 else 4
    else:
        raise ModelError(f"encoding type {wire} at byte {at}: not an ONNX file, or damaged")
    if size > len(data) - at:
        raise ModelError(f"the file breaks off: {size} bytes are announced where {len(data) - at} are left")
    piece = data[at : at + size]
    return (piece if wire == BYTES else int.from_bytes(piece, "little")), at + size


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for count in range(10):
        if at + count >= len(data):
            raise ModelError("the file breaks off within a number")
        byte = data[at + count]
        value |= (byte & 0x7F) << (7 * count)
        if byte < 0x80:
            if value >= 1 << 64:
                break
            return value, at + count + 1
    raise ModelError("a number of more than 64 bits: not an ONNX file, or damaged")


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


def _float(value: int) -> float:
    return float(struct.unpack("<f", value.to_bytes(4, "little"))[0])
