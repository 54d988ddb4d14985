"""The folder that a training run works in: what it was asked for, its split, and how far it got."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lesiontrack.errors import ResultsError
from lesiontrack.training.split import Split, read_split, write_split

CHECKPOINT = "checkpoint.pt"  # as in loop.py, which can't be imported without torch
PLAN, SPLIT = "plan.json", "split.csv"
_OF_A_RUN = (CHECKPOINT, "log.csv", "model.onnx", "start.onnx", "card.md")


class WorkFolder:
    """A run's folder. A run that was asked for the same goes on in it; another is refused or starts anew."""

    def __init__(self, path: Path, plan: Mapping[str, Any]) -> None:
        """Open, or make.

        Args:
            path: the folder.
            plan: what was asked for, as JSON values: the same plan, the same model.

        Raises ResultsError for a folder with other files in it, and for the unfinished run of another plan.
        """
        self.path = path
        self._plan = json.loads(json.dumps(plan))
        if path.exists() and not path.is_dir():
            raise ResultsError(f"{path} is a file; name a new or empty folder with --work")
        there = _read(path / PLAN)
        if there is None and path.is_dir() and any(path.iterdir()):
            raise ResultsError(f"{path} is no work folder of a training; name a new or empty one with --work")
        if there is not None and there != self._plan:
            if self.started:
                raise ResultsError(
                    f"{path} holds an unfinished training that differs in {_differences(there, self._plan)}; "
                    "give the same again to go on, or remove the folder, or name another one with --work"
                )
            (path / SPLIT).unlink(missing_ok=True)
        if not self.started:
            self._clear()
        path.mkdir(parents=True, exist_ok=True)
        _replace(path / PLAN, json.dumps(self._plan, indent=1) + "\n")

    @property
    def started(self) -> bool:
        """Whether there is a checkpoint to go on from."""
        return (self.path / CHECKPOINT).is_file()

    def split(self) -> Split | None:
        """The split that was made for this plan."""
        path = self.path / SPLIT
        return read_split(path) if path.is_file() else None

    def keep_split(self, split: Split) -> Path:
        """Write it; returns its file."""
        part = self.path / f"{SPLIT}.part"
        write_split(split, part)
        os.replace(part, self.path / SPLIT)
        return self.path / SPLIT

    def finish(self) -> None:
        """The model is where it belongs: nothing is left to go on from. Log and plan are kept."""
        for name in (CHECKPOINT, "model.onnx", "start.onnx", "card.md"):
            (self.path / name).unlink(missing_ok=True)

    def _clear(self) -> None:
        for name in _OF_A_RUN:
            (self.path / name).unlink(missing_ok=True)
        shutil.rmtree(self.path / "tensorboard", ignore_errors=True)


def put(source: Path, target: Path) -> None:
    """Copy a finished file to its place, which may be on another disk, all at once."""
    part = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, part)
    os.replace(part, target)


def _replace(path: Path, text: str) -> None:
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


def _read(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    try:
        plan = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ResultsError(
            f"{path} is damaged; remove the folder, or name another one with --work"
        ) from error
    return dict(plan) if isinstance(plan, dict) else None


def _differences(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    """ "steps (8000, now 400), data fuseg"."""
    named = []
    for key in dict.fromkeys((*there, *wanted)):
        old, new = there.get(key), wanted.get(key)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            names = [name for name in dict.fromkeys((*old, *new)) if old.get(name) != new.get(name)]
            named.append(f"{key} {', '.join(names)}")
        elif isinstance(old, int | float) and isinstance(new, int | float):
            named.append(f"{key} ({old}, now {new})")
        else:
            named.append(key)
    return ", ".join(named)
