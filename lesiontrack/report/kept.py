"""The small JSON files of a results folder, as the pages need them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from lesiontrack.errors import ResultsError
from lesiontrack.study.model import Dose


def read_object(path: Path) -> dict[str, Any]:
    """Raises ResultsError where the file is missing, or holds no JSON object."""
    try:
        found = json.loads(path.read_text("utf-8"))
        if not isinstance(found, dict):
            raise ValueError("not a JSON object")
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path} can't be read ({error}); run `lesiontrack run` again") from error
    return found


def kept_doses(rows: Sequence[Mapping[str, Any]]) -> tuple[Dose, ...]:
    """Results of earlier versions kept no doses; later ones may keep more about each."""
    known = {field.name for field in fields(Dose)}
    return tuple(Dose(**{name: value for name, value in row.items() if name in known}) for row in rows)
