"""Protocols: phases, expected course, windows, thresholds and response rules, from TOML files.

A protocol is read once (`load_protocol`), checked against a schema, and then asked by study day (`phase_at`,
`expected_at`) or by dotted key (`threshold("flags.ulcer_new_mm2")`; docs/protocols.md lists the keys).
Dates of recorded doses set the phases where there are any. Dose amounts are never read, computed or branched
on.
"""

from lesiontrack.protocol.load import (
    load_protocol,
    read_protocol_text,
    shipped_protocols,
)
from lesiontrack.protocol.model import Protocol
from lesiontrack.protocol.values import Band, PhaseAt, Setting
from lesiontrack.study.config import DEFAULT_PROTOCOL

__all__ = [
    "DEFAULT_PROTOCOL",
    "Band",
    "PhaseAt",
    "Protocol",
    "Setting",
    "load_protocol",
    "read_protocol_text",
    "shipped_protocols",
]
