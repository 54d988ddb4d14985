"""Visits that a site has no usable photo of: they are shown as such, never as a gap."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from lesiontrack.study.model import Failure
from lesiontrack.study.visits import When, parse_when


@dataclass(frozen=True)
class Missed:
    """One visit without a row for the site. `failed`: there was a photo, and it could not be used.

    `visit` and `day` are None where the photo's path doesn't tell them; `stage` is the one that gave up.
    """

    visit: str | None
    day: int | None
    reason: str
    file: str | None = None
    stage: str | None = None

    @property
    def failed(self) -> bool:
        return self.file is not None


def find_missed(
    failures: Sequence[Failure], photographed: Collection[str], days: Mapping[str, int]
) -> list[Missed]:
    """Failed photos of a site, then the patient's other visits without a photo of it, in time order.

    Args:
        failures: of the site. A photo's visit is the folder that it lies in, where that is a visit label.
        photographed: visits with a photo of the site that could be used.
        days: visit → study day, of all visits of the patient that are known.
    """
    found = [_failed(failure, days) for failure in failures]
    known = {*photographed, *(missed.visit for missed in found)}
    found += [
        Missed(visit, day, "no photo of this site") for visit, day in days.items() if visit not in known
    ]
    return sorted(found, key=lambda missed: (missed.day is None, missed.day or 0, missed.visit or ""))


def _failed(failure: Failure, days: Mapping[str, int]) -> Missed:
    label = PurePosixPath(failure.file).parent.name
    day = days[label] if label in days else _placed(label, days)
    return Missed(None if day is None else label, day, failure.reason, failure.file, failure.stage)


def _placed(label: str, days: Mapping[str, int]) -> int | None:
    """Study day of a visit that is in no table, from another visit of the patient."""
    when = _when(label)
    if when is None:
        return None
    for other, day in days.items():
        known = _when(other)
        if known is None:
            continue
        if when.date and known.date:
            return day + (when.date - known.date).days
        if when.day is not None and known.day is not None:
            return day + when.day - known.day
    return None


def _when(label: str) -> When | None:
    try:
        return parse_when(label)
    except ValueError:
        return None
