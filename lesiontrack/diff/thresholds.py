"""What differs between the protocols of two runs: thresholds by key, and the rest of the file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lesiontrack.diff.side import Side


@dataclass(frozen=True)
class ProtocolFact:
    """A value of the protocol that differs. `key`: dotted, e.g. response.pd_rise_pct; None: not there."""

    key: str
    old: Any
    new: Any

    @property
    def section(self) -> str:
        return self.key.partition(".")[0]

    def __str__(self) -> str:
        return f"{self.key} {_word(self.old)} -> {_word(self.new)}"


_NO_VALUES = ("mark", "source", "title", "description", "summary", "text")
"""Keys whose texts explain values and change none."""


def protocol_facts(a: Side, b: Side) -> tuple[tuple[ProtocolFact, ...], list[str]]:
    """Values that differ, and remarks in words (id, texts, a file that can't be read)."""
    remarks = []
    ids = [_name(side) for side in (a, b)]
    if ids[0] != ids[1]:
        remarks.append(f"protocol {ids[0]} -> {ids[1]}")
    for side, name in ((a, "A"), (b, "B")):
        if side.protocol is None:
            remarks.append(f"the protocol of {name} can't be read by this version: {side.protocol_problem}")
    old, new = _values(a), _values(b)
    facts = tuple(
        ProtocolFact(key, old.get(key), new.get(key))
        for key in sorted({*old, *new})
        if old.get(key) != new.get(key)
    )
    if not facts and a.protocol_text != b.protocol_text:
        remarks.append("protocol: only texts and comments of the file differ")
    return facts, remarks


def _name(side: Side) -> str:
    if side.protocol is not None:
        return side.protocol.protocol_id
    told = side.provenance.get("protocol") or {}
    return f"{told.get('id', 'unknown')}@{told.get('version', '')}#{str(told.get('sha256', ''))[:8]}"


def _values(side: Side) -> dict[str, Any]:
    """Every value of the file by dotted key; thresholds as they were used, the study's own included.

    A threshold that the file leaves out has its default, as in the run.
    """
    try:
        content = tomllib.loads(side.protocol_text)
    except tomllib.TOMLDecodeError:
        content = {}
    values = dict(_leaves(content, ""))
    if side.protocol is not None:
        values |= {setting.key: setting.value for setting in side.protocol.settings()}
    else:
        values |= side.settings.get("thresholds", {})
    return {key: value for key, value in values.items() if key not in ("id", "version")}


def _leaves(content: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    """Leaves without what only explains; `{value = 5, mark = …}` is one leaf, and so is a rule: on or off."""
    if prefix.startswith("rules.") and isinstance(content, dict):
        yield f"{prefix}.enabled", content.get("enabled", True)
    elif isinstance(content, dict) and "value" in content and "mark" in content:
        yield prefix, content["value"]
    elif isinstance(content, dict):
        for name, value in content.items():
            if name not in _NO_VALUES:
                yield from _leaves(value, f"{prefix}.{name}" if prefix else name)
    elif isinstance(content, list):
        named = all(isinstance(item, dict) and "id" in item for item in content)
        for index, item in enumerate(content, 1):
            yield from _leaves(item, f"{prefix}.{item['id'] if named else index}")
    else:
        yield prefix, content


def _word(value: Any) -> str:
    if value is None:
        return "(none)"
    return f"{value:g}" if isinstance(value, float) else str(value)
