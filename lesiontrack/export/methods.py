"""A methods paragraph from what was run."""

from __future__ import annotations

from lesiontrack.export.source import Source
from lesiontrack.report.words import DISCLAIMER, VALIDATION


def methods_text(source: Source) -> str:
    software = source.provenance.get("software", {})
    version = software.get("lesiontrack", "of unknown version")
    return (
        f"Serial photographs were evaluated with lesiontrack {version} under the protocol "
        f"{source.protocol.protocol_id}.\n\n{DISCLAIMER} {VALIDATION}\n"
    )
