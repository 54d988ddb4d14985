"""captions.txt: a caption and a text alternative for each figure, and what was not drawn."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from lesiontrack.export.figures.model import Drawn, NotDrawn
from lesiontrack.export.source import Source
from lesiontrack.statements import DISCLAIMER, VALIDATION


def captions_text(source: Source, figures: Sequence[Drawn | NotDrawn]) -> str:
    parts = [f"Figures under the protocol {source.protocol.protocol_id}.", f"{DISCLAIMER} {VALIDATION}"]
    for number, figure in enumerate((one for one in figures if isinstance(one, Drawn)), 1):
        parts += [
            f"Figure {number} ({figure.name}.svg, .png). {figure.caption}",
            f"Text alternative: {figure.alt}",
        ]
    left_out = [one for one in figures if isinstance(one, NotDrawn)]
    if left_out:
        parts.append("Not drawn:")
        parts += [f"{one.name} ({one.title}): {one.reason}." for one in left_out]
    return "\n\n".join(textwrap.fill(part, 106, break_on_hyphens=False) for part in parts) + "\n"
