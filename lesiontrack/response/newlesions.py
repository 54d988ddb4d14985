"""New lesions: whether one is there, and how large those are that iRECIST measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lesiontrack.response.target import Thresholds, progressed


@dataclass(frozen=True)
class NewLook:
    """A new lesion at one visit: longest diameter, 0 where it is gone, None where that can't be told.

    `target`: measured together with others, at most 5 and 2 an organ; otherwise followed by itself.
    """

    lesion: str
    mm: Decimal | None
    target: bool = True


class NewLesions:
    """What earlier visits showed of the new lesions."""

    def __init__(self, thresholds: Thresholds) -> None:
        self._thresholds = thresholds
        self._visits: list[Mapping[str, NewLook]] = []
        self._known: set[str] = set()

    def add(self, looks: Sequence[NewLook]) -> None:
        self._visits.append({look.lesion: look for look in looks})
        self._known |= {look.lesion for look in looks}

    def additional(self, looks: Sequence[NewLook]) -> bool:
        """Whether one of them was not there before."""
        return any(look.lesion not in self._known for look in looks)

    def progressed(self, looks: Sequence[NewLook]) -> bool:
        """Whether those that were there before meet the thresholds of PD against their smallest size."""
        known = [look for look in looks if look.lesion in self._known]
        groups = [tuple(look for look in known if look.target)]
        groups += [(look,) for look in known if not look.target]
        return any(group and self._grown(group) for group in groups)

    def _grown(self, group: Sequence[NewLook]) -> bool:
        names = [look.lesion for look in group]
        now = _total(look.mm for look in group)
        sums = [
            _total(visit[name].mm for name in names) for visit in self._visits if set(names) <= set(visit)
        ]
        known = [total for total in sums if total is not None]
        return now is not None and bool(known) and progressed(now, min(known), self._thresholds)


def _total(sizes: Iterable[Decimal | None]) -> Decimal | None:
    total = Decimal(0)
    for size in sizes:
        if size is None:
            return None
        total += size
    return total
