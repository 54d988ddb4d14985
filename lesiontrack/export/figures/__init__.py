"""Figures for print from the tables."""

from __future__ import annotations

from lesiontrack.export.source import Source


def files(source: Source) -> dict[str, bytes]:
    """File name → content: SVG and PNG of each figure, and captions.txt."""
    raise NotImplementedError
