"""Baseline, target sets, non-target and new lesions of one patient; all are locked at baseline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from lesiontrack.protocol import Protocol
from lesiontrack.response.parts import Fragment, find_fragments
from lesiontrack.response.series import SEEN, LesionSeries, Look, PatientSeries
from lesiontrack.study.names import natural_key

ANALYSES = ("recist_2_per_organ", "protocol_targets", "all_lesion_area")


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


@dataclass(frozen=True)
class LesionSets:
    """Roles of a patient's lesions.

    Attributes:
        targets: analysis → lesion ids in its sum.
        non_targets: analysis → the other lesions of the baseline.
        unmeasured: there were lesions at baseline, and none had a size in mm: targets can't be told.
        candidates: lesions first seen after the baseline where none was before; a reader says whether new.
        late: lesions first seen after the baseline at a place without an earlier look; in no set.
        fragments: lesions that split from those of the baseline, or were merged with them there; they count
            with those.
    """

    targets: Mapping[str, tuple[str, ...]]
    non_targets: Mapping[str, tuple[str, ...]]
    unmeasured: bool
    candidates: tuple[str, ...]
    late: tuple[str, ...]
    fragments: tuple[Fragment, ...] = ()

    def role(self, lesion: str) -> str | None:
        """target (in protocol_targets), non_target, new, or None where it is in no set."""
        if lesion in self.targets["protocol_targets"]:
            return "target"
        if lesion in self.non_targets["protocol_targets"]:
            return "non_target"
        return "new" if lesion in self.candidates else None


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


def find_sets(
    series: PatientSeries, baseline: Baseline, protocol: Protocol, organs: Mapping[tuple[str, str], str]
) -> LesionSets:
    """Choose the target sets.

    Targets are those that a person marked so; where nobody did, the largest lesions of at least
    `response.min_target_mm` at baseline, up to `response.max_targets`. `recist_2_per_organ` keeps the largest
    `response.max_targets_per_organ` of them in each organ; skin is one organ (`organs`: (patient, lesion) →
    organ, "skin" where it names none). `all_lesion_area` is the sum of every lesion with an area at baseline.
    """
    found = find_fragments(series.lesions, baseline.looks, baseline.day)
    parts = {fragment.lesion for fragment in found}
    there = [
        lesion
        for lesion in series.lesions
        if lesion.lesion in baseline.looks and lesion.role != "new" and lesion.lesion not in parts
    ]
    at_baseline = set(_names(there))
    fragments = tuple(fragment for fragment in found if at_baseline & set(fragment.origins))
    chosen = _protocol_targets(there, baseline, protocol)
    limit = int(protocol.threshold("response.max_targets_per_organ"))
    counts: dict[str, int] = {}
    recist = []
    for lesion in chosen:
        organ = organs.get((series.patient.code, lesion.lesion), "skin")
        counts[organ] = counts.get(organ, 0) + 1
        if counts[organ] <= limit:
            recist.append(lesion)
    with_area = [lesion for lesion in there if baseline.looks[lesion.lesion].area_mm2]
    targets = {
        "recist_2_per_organ": _names(recist),
        "protocol_targets": _names(chosen),
        "all_lesion_area": _names(with_area),
    }
    others = {name: tuple(i for i in _names(there) if i not in ids) for name, ids in targets.items()}
    candidates, late = _after_baseline(series, baseline, {fragment.lesion for fragment in fragments})
    unmeasured = bool(there) and not any(baseline.looks[x.lesion].longest_mm for x in there)
    return LesionSets(targets, others, unmeasured, candidates, late, fragments)


def _protocol_targets(
    there: list[LesionSeries], baseline: Baseline, protocol: Protocol
) -> list[LesionSeries]:
    def largest_first(lesion: LesionSeries) -> tuple[Decimal, object]:
        return -(baseline.looks[lesion.lesion].longest_mm or Decimal(0)), natural_key(lesion.lesion)

    marked = [lesion for lesion in there if lesion.role == "target"]
    if marked:
        return sorted(marked, key=largest_first)
    smallest = Decimal(str(protocol.threshold("response.min_target_mm")))
    eligible = [
        lesion
        for lesion in there
        if lesion.role != "non_target" and (baseline.looks[lesion.lesion].longest_mm or 0) >= smallest
    ]
    return sorted(eligible, key=largest_first)[: int(protocol.threshold("response.max_targets"))]


def _after_baseline(
    series: PatientSeries, baseline: Baseline, fragments: set[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    candidates: list[str] = []
    late: list[str] = []
    for lesion in series.lesions:
        marked_new = lesion.role == "new"
        if lesion.lesion in fragments or (lesion.lesion in baseline.looks and not marked_new):
            continue
        first = lesion.first_seen(after=None if marked_new else baseline.day)
        if first is None:
            continue
        looked_before = any(look.usable and look.day < first.day for look in lesion.looks)
        flagged = any(look.status == "new_candidate" for look in lesion.looks)
        (candidates if marked_new or flagged or looked_before else late).append(lesion.lesion)
    return tuple(candidates), tuple(late)


def _names(lesions: list[LesionSeries]) -> tuple[str, ...]:
    return tuple(lesion.lesion for lesion in lesions)
