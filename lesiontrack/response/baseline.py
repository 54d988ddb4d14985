"""Where change is counted from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lesiontrack.response.series import SEEN, Look, PatientSeries


@dataclass(frozen=True)
class Baseline:
    """Where change is counted from.

    Attributes:
        day: visits up to this study day belong to the baseline; later ones are read for response.
        valid: there was an evaluable visit at day <= 0, and day 0 is a known treatment start.
        looks: lesion → its baseline: the last look up to that day that gave a size, else the last evaluable
            one. Lesions that were there then and could not be evaluated are in it with that look.
    """

    day: int
    valid: bool
    looks: Mapping[str, Look]


def find_baseline(series: PatientSeries) -> Baseline:
    """The last evaluable visit at day <= 0; without one, the first evaluable visit, not valid.

    Without a known treatment start none is valid: day 0 is only the first visit there.
    """
    usable = sorted(look.day for lesion in series.lesions for look in lesion.looks if look.usable)
    if usable and usable[0] <= 0:
        day, valid = 0, series.scheduled
    elif usable:
        day, valid = usable[0], False
    else:
        day, valid = (series.visits[0].study_day if series.visits else 0), False
    looks = {}
    for lesion in series.lesions:
        look = _baseline_look([look for look in lesion.looks if look.day <= day])
        if look is not None:
            looks[lesion.lesion] = look
    return Baseline(day, valid, looks)


def _baseline_look(looks: list[Look]) -> Look | None:
    there = [look for look in looks if look.status in SEEN]
    if not there:
        return None
    usable = [look for look in looks if look.usable]
    if usable and usable[-1].status == "not_visible":
        return None  # gone before treatment
    sized = [look for look in usable if look.longest_mm]
    return (sized or usable or there)[-1]
