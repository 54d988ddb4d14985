"""rerun.json: where the study lies and which options the run was given, for `lesiontrack review`."""

from __future__ import annotations

import os
from pathlib import Path


def rerun_options(
    results: Path, study: Path, protocol: str | None, model: Path | str | None
) -> dict[str, str | None]:
    """study: relative to the results folder, with "/", or absolute where it is on another drive.

    protocol and model: as given, files by their absolute paths; None where the option was not given.
    """
    return {"study": _relative(study, results), "protocol": _option(protocol), "model": _option(model)}


def _relative(study: Path, results: Path) -> str:
    study = study.resolve()
    try:
        return Path(os.path.relpath(study, results.resolve())).as_posix()
    except ValueError:  # Windows: another drive
        return study.as_posix()


def _option(value: Path | str | None) -> str | None:
    if value is None:
        return None
    return Path(value).resolve().as_posix() if Path(value).is_file() else str(value)
