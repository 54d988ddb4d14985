"""What a worker may do with a task, instead of measuring: importable, so that it reaches other processes."""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path

from lesiontrack.errors import PhotoError
from lesiontrack.pipeline.record import SiteRecord
from lesiontrack.pipeline.site import SiteTask
from lesiontrack.results import ResultsFolder


def record(task: SiteTask) -> SiteRecord:
    """A record without content; leaves a trace of itself in the results folder."""
    with (Path(task.results) / f"{task.site}.tries").open("a") as tries:
        tries.write("x")
    return SiteRecord("key", task.patient, task.site, None, (), (), ())


def dies(task: SiteTask) -> SiteRecord:
    """A site named "deadly" kills its process."""
    made = record(task)
    if task.site == "deadly":
        os.kill(os.getpid(), signal.SIGKILL)
    return made


def raises(task: SiteTask) -> SiteRecord:
    if task.site == "defect":
        raise ZeroDivisionError("by nothing")
    if task.site == "refused":
        raise PhotoError("not today")
    if task.site == "stubborn":
        raise Stubborn("a", "b")
    return record(task)


class Stubborn(Exception):
    """Can't be unpickled: what it is made from is not what it keeps."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first + second)


def no_space(task: SiteTask) -> SiteRecord:
    results = ResultsFolder(task.results)

    def fill(folder: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    results.write_folder(Path("sites") / task.folder / "key", fill)
    return record(task)
