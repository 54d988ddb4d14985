"""New lesions: whether one is there, and how large those are that iRECIST measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lesiontrack.protocol import Protocol
from lesiontrack.response.series import SEEN, LesionSeries, Look
from lesiontrack.response.target import Thresholds, progressed
from lesiontrack.response.targets import smallest_target
from lesiontrack.study.model import Visit


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


def new_lesion(candidates: Sequence[LesionSeries], visit: Visit) -> str:
    """none, candidate or signed: whether a lesion that is new, or may be, is there at that visit.

    Where a candidate is not in view, what was last seen of it holds. One that a reader has signed at any
    visit was new from its first one on: progression is dated there (RECIST 1.1, 4.3.5).
    """
    words = {"none"}
    for lesion in candidates:
        known = [
            look
            for look in lesion.looks
            if look.day <= visit.study_day and look.status in (*SEEN, "not_visible", "removed")
        ]
        if known and known[-1].status in SEEN:
            words.add("signed" if lesion.signed_there else "candidate")
    return next(word for word in ("signed", "candidate", "none") if word in words)


def follow_new(
    lesions: Sequence[LesionSeries], visits: Sequence[Visit], organs: Mapping[str, str], protocol: Protocol
) -> list[tuple[NewLook, ...]]:
    """What each visit shows of the new lesions, from the first sighting of each on.

    Those that reach `response.min_target_mm` when first measured are followed by their sum, the largest
    first, up to `response.max_targets` and `response.max_targets_per_organ` (Seymour 2017: as targets of the
    baseline, and in a sum of their own); the others each by itself.
    """
    limits = (
        int(protocol.threshold("response.max_targets")),
        int(protocol.threshold("response.max_targets_per_organ")),
    )
    summed: dict[str, bool] = {}
    found = []
    for visit in visits:
        seen = [
            (lesion.lesion, _size(lesion.at(visit.label)))
            for lesion in lesions
            if (first := lesion.first_seen()) is not None and first.day <= visit.study_day
        ]
        measured = [(mm, name) for name, mm in seen if mm and name not in summed]
        for mm, name in sorted(measured, key=lambda item: (-item[0], item[1])):
            of_organ = [n for n, yes in summed.items() if yes and organs.get(n) == organs.get(name)]
            room = sum(summed.values()) < limits[0] and len(of_organ) < limits[1]
            summed[name] = room and mm >= smallest_target(protocol)
        found.append(tuple(NewLook(name, mm, summed.get(name, False)) for name, mm in seen))
    return found


def _size(look: Look | None) -> Decimal | None:
    return look.longest_mm if look is not None and look.usable else None
