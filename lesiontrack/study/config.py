"""study.toml: title, protocol, thresholds and treatment starts."""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from lesiontrack.errors import StudyError
from lesiontrack.study.names import clean, suggestion

FILE = "study.toml"
DEFAULT_PROTOCOL = "il2-imiquimod-retinoid"


@dataclass(frozen=True)
class StudyConfig:
    """What study.toml says. `protocol` is an id, or a path ending in .toml, relative to the study."""

    title: str
    protocol: str = DEFAULT_PROTOCOL
    thresholds: Mapping[str, float] = field(default_factory=dict)
    treatment_start: Mapping[str, date] = field(default_factory=dict)


class _StudyToml(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    title: str | None = None
    protocol: str = DEFAULT_PROTOCOL
    thresholds: dict[str, Any] = {}
    treatment_start: dict[str, Any] = {}


def read_config(root: Path) -> StudyConfig:
    """study.toml; defaults where there is none. Raises StudyError naming the key and the remedy."""
    path = root / FILE
    name = os.fsencode(root.resolve().name).decode("utf-8", "replace")
    title = clean(name) or "study"
    if not path.exists():
        return StudyConfig(title)
    try:
        data = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise StudyError(f"{FILE} is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"{FILE} is not valid TOML: {error}") from error
    except RecursionError as error:
        raise StudyError(f"{FILE}: tables are nested too deeply") from error
    except OSError as error:
        raise StudyError(f"{FILE} can't be read: {error.strerror or error}") from error
    try:
        parsed = _StudyToml.model_validate(data)
    except ValidationError as error:
        raise StudyError(_explain(error)) from error
    return StudyConfig(
        title=parsed.title or title,
        protocol=_protocol(root, parsed.protocol),
        thresholds=dict(_numbers(parsed.thresholds)),
        treatment_start={clean(code): _start(code, value) for code, value in parsed.treatment_start.items()},
    )


def _explain(error: ValidationError) -> str:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"{FILE}: unknown key {key!r}; {suggestion(key, _StudyToml.model_fields)}"
    if first["type"] == "dict_type":
        example = "PT001 = 2024-03-04" if key == "treatment_start" else '"flags.ulcer_new_mm2" = 10'
        return f"{FILE}: {key} must be a table: a line [{key}], then lines such as {example}"
    return f"{FILE}: {key} = {first['input']!r} must be a text in quotes"


def _protocol(root: Path, value: str) -> str:
    """A value that ends in .toml is a file relative to the study folder; anything else is a protocol's id."""
    if not value.strip():
        raise StudyError(f"{FILE}: protocol is empty; give a protocol's id, or leave the line out")
    if value.endswith(".toml") and not (root / value).is_file():
        raise StudyError(
            f"{FILE}: protocol {value!r} is not a file; its path is relative to the study folder"
        )
    return value


def _numbers(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _numbers(value, f"{prefix}{key}.")
        elif isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise StudyError(f"{FILE}: thresholds.{prefix}{key} = {value!r} must be a number")
        else:
            yield prefix + key, float(value)


def _start(code: str, value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str):
        try:
            parsed = date.fromisoformat(value.strip())
        except ValueError:
            parsed = None
        if parsed is not None and parsed.isoformat() == value.strip():
            return parsed
    if isinstance(value, dict):
        raise StudyError(
            f'{FILE}: a patient code with a dot needs quotes: "{code}.{next(iter(value), "")}" = 2024-03-04'
        )
    raise StudyError(
        f"{FILE}: treatment_start of {code!r} is {value!r}, which is not a date such as 2024-03-04 "
        "(every line below [treatment_start] is read as a patient)"
    )
