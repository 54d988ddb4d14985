"""Protocol files from the package or from disk, with messages that a trial team can act on."""

from __future__ import annotations

import copy
import hashlib
import re
import tomllib
import types
import typing
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from lesiontrack.errors import ProtocolError
from lesiontrack.protocol.model import Protocol, nearest
from lesiontrack.protocol.schema import ProtocolFile
from lesiontrack.study.config import DEFAULT_PROTOCOL

MAX_BYTES = 1_000_000


def shipped_protocols() -> tuple[str, ...]:
    """Ids of the protocols that come with the package; the default one first."""
    names = sorted(
        entry.name.removesuffix(".toml")
        for entry in (files("lesiontrack") / "protocols").iterdir()
        if entry.name.endswith(".toml")
    )
    return tuple(sorted(names, key=lambda name: name != DEFAULT_PROTOCOL))


def load_protocol(
    name_or_file: str | Path,
    overrides: Mapping[str, float] | None = None,
    *,
    folder: Path | None = None,
    kept: bool = False,
) -> Protocol:
    """A shipped protocol by id, or a file.

    Args:
        name_or_file: an id of shipped_protocols(), or the path of a TOML file.
        overrides: thresholds by dotted key that replace the file's, e.g. from study.toml's [thresholds].
        folder: where a relative path is looked up before the current folder (the study's).
        kept: the file is a results folder's own copy. It may carry the id of a shipped protocol whose content
            has changed since, so that older results stay readable; for a new run that would be a mix-up.

    Raises:
        ProtocolError: no such protocol, not TOML, a key or value that breaks the schema (key, rule and the
            nearest right key are named), or an override that the protocol has no threshold for.
    """
    raw, origin = read_protocol_text(name_or_file, folder=folder)
    content = _parse(raw, origin)
    try:
        file = ProtocolFile.model_validate(content)
    except ValidationError as error:
        raise ProtocolError(_explain(error, origin)) from None
    protocol = Protocol(file, hashlib.sha256(raw).hexdigest(), origin, raw)
    changed = file.id in shipped_protocols() and raw != _shipped(file.id)
    if origin != "shipped" and changed and not kept:
        raise ProtocolError(
            f"{origin}: id {file.id!r} is that of a shipped protocol, but the content differs; "
            "choose an id of your own"
        )
    return _override(protocol, content, dict(overrides)) if overrides else protocol


def read_protocol_text(name_or_file: str | Path, *, folder: Path | None = None) -> tuple[bytes, str]:
    """The bytes of a protocol file, and its origin: "shipped" or the file's name. Raises ProtocolError."""
    name = str(name_or_file)
    if name in shipped_protocols():
        return _shipped(name), "shipped"
    candidates = [Path(name)] if folder is None else [folder / name, Path(name)]
    path = next((candidate for candidate in candidates if candidate.is_file()), None)
    if path is None:
        raise ProtocolError(f"no protocol or file {name!r}{nearest(name, shipped_protocols())}")
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise ProtocolError(f"{path.name}: {size} bytes; a protocol file has at most {MAX_BYTES}")
        return path.read_bytes(), path.name
    except OSError as error:
        raise ProtocolError(f"{path.name}: can't be read ({error.strerror})") from None


def _shipped(name: str) -> bytes:
    return (files("lesiontrack") / "protocols" / f"{name}.toml").read_bytes()


def _parse(raw: bytes, origin: str) -> dict[str, Any]:
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ProtocolError(f"{origin}: not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ProtocolError(f"{origin}: not valid TOML: {error}") from None
    except RecursionError:
        raise ProtocolError(f"{origin}: tables are nested too deeply") from None


def _override(protocol: Protocol, content: dict[str, Any], overrides: dict[str, float]) -> Protocol:
    known = {setting.key: setting for setting in protocol.settings()}
    changed = copy.deepcopy(content)
    for key, value in overrides.items():
        if key not in known:
            raise ProtocolError(f"thresholds: {protocol.id} has no {key!r}{nearest(key, known)}")
        place = changed
        for part in key.split("."):
            place = place.setdefault(part, {})
        own = known[key]  # a default, where the file doesn't have the key
        place |= {"mark": own.mark, "source": own.source, "value": _as_type(value, own.value)}
    try:
        file = ProtocolFile.model_validate(changed)
    except ValidationError as error:
        raise ProtocolError(_explain(error, "thresholds")) from None
    return replace(protocol, file=file, overrides=overrides)


def _as_type(value: float, like: object) -> object:
    """TOML tells 28 and 28.0 and true apart; an override arrives as a float."""
    if isinstance(like, bool):
        return bool(value) if value in (0, 1) else value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _explain(error: ValidationError, origin: str) -> str:
    lines = []
    for problem in error.errors(include_url=False):
        location = problem["loc"]
        key = ".".join(str(part + 1) if isinstance(part, int) else part for part in location)
        if problem["type"] == "extra_forbidden":
            siblings = _fields_at(ProtocolFile, location[:-1])
            prefix = key.rpartition(".")[0]
            names = [f"{prefix}.{name}" if prefix else name for name in siblings]
            lines.append(f"unknown key {key!r}{nearest(key, names)}")
        elif problem["type"] == "missing":
            lines.append(f"key {key!r} is missing")
        elif problem["type"] == "value_error":
            rule = re.sub("^Value error, ", "", problem["msg"])
            lines.append(f"{key}: {rule}" if key else rule)
        else:
            lines.append(f"{key} = {problem['input']!r}: {_lower_first(problem['msg'])}")
    return f"{origin}: " + f"\n{origin}: ".join(lines)


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _fields_at(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    current: type[BaseModel] | None = model
    for part in location:
        if current is None or isinstance(part, int):
            continue
        current = _model_of(current.model_fields[part].annotation) if part in current.model_fields else None
    return list(current.model_fields) if current is not None else []


def _model_of(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if typing.get_origin(annotation) in (list, typing.Union, types.UnionType):
        inner = (_model_of(argument) for argument in typing.get_args(annotation))
        return next((found for found in inner if found is not None), None)
    return None
