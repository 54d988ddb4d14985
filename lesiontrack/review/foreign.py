"""What a blinded reader is not shown: other readers' words in texts of the tables."""

from __future__ import annotations

import re

from lesiontrack.corrections.store import STAGE

_ASSIGNED = re.compile(r"\Aas .+? assigned it: ", re.DOTALL)


def unsaid(stage: str, reason: str) -> str:
    """The reason of a failure without who assigned the photo; empty where all of it is of readers' files."""
    return "" if stage == STAGE else _ASSIGNED.sub("", reason)
