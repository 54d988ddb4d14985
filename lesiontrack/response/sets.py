"""Target sets, non-target and new lesions of one patient; all are locked at baseline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lesiontrack.protocol import Protocol
from lesiontrack.response.baseline import Baseline, find_baseline
from lesiontrack.response.parts import Fragment, find_fragments
from lesiontrack.response.series import PatientSeries
from lesiontrack.response.targets import (
    injected_targets,
    names_of,
    protocol_targets,
    smallest_target,
    two_per_organ,
)

__all__ = ["ANALYSES", "ITRECIST", "Baseline", "LesionSets", "find_baseline", "find_sets"]

ITRECIST = ("itrecist_combined", "itrecist_injected", "itrecist_not_injected")
ANALYSES = ("recist_2_per_organ", "protocol_targets", "all_lesion_area", "irecist", *ITRECIST)


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
        injected_from: lesion → study day of its first recorded injection.
        small: lesions of the baseline whose size is below the smallest of a target.
        organs: lesion → organ, where told.
    """

    targets: Mapping[str, tuple[str, ...]]
    non_targets: Mapping[str, tuple[str, ...]]
    unmeasured: bool
    candidates: tuple[str, ...]
    late: tuple[str, ...]
    fragments: tuple[Fragment, ...] = ()
    injected_from: Mapping[str, int] = field(default_factory=dict)
    small: tuple[str, ...] = ()
    organs: Mapping[str, str] = field(default_factory=dict)

    @property
    def analyses(self) -> tuple[str, ...]:
        """Those of ANALYSES that this patient has; those of itRECIST only where injections are recorded."""
        return tuple(name for name in ANALYSES if name in self.targets)

    def targets_at(self, analysis: str, day: int) -> tuple[str, ...]:
        """Lesions in the sum on a study day. A lesion injected later than the baseline changes sides then.

        itRECIST: a lesion may be reclassified from not injected to injected after the baseline, and never
        between target and non-target (Goldmacher 2020). It counts as injected from the day after its first
        injection on: a photo of that day was taken before.
        """
        if analysis not in ITRECIST[1:]:
            return self.targets[analysis]
        injected = analysis == ITRECIST[1]
        return tuple(
            name
            for name in self.targets[ITRECIST[0]]
            if (name in self.injected_from and self.injected_from[name] < day) == injected
        )

    def role(self, lesion: str) -> str | None:
        """target (in protocol_targets), non_target, new, or None where it is in no set."""
        if lesion in self.targets["protocol_targets"]:
            return "target"
        if lesion in self.non_targets["protocol_targets"]:
            return "non_target"
        return "new" if lesion in self.candidates else None


def find_sets(
    series: PatientSeries, baseline: Baseline, protocol: Protocol, organs: Mapping[tuple[str, str], str]
) -> LesionSets:
    """Choose the target sets.

    Targets are those that a person marked so; where nobody did, the largest lesions of at least
    `response.min_target_mm` at baseline, up to `response.max_targets`. `recist_2_per_organ` keeps the largest
    `response.max_targets_per_organ` of them in each organ; skin is one organ (`organs`: (patient, lesion) →
    organ, "skin" where it names none). `all_lesion_area` is the sum of every lesion with an area at baseline.
    iRECIST has the targets of `recist_2_per_organ`. Those of itRECIST are chosen among the lesions that were
    injected by the baseline and those that were not, each up to its own limit.
    """
    found = find_fragments(series.lesions, baseline.looks, baseline.day)
    parts = {fragment.lesion for fragment in found}
    there = [
        lesion
        for lesion in series.lesions
        if lesion.lesion in baseline.looks and lesion.role != "new" and lesion.lesion not in parts
    ]
    at_baseline = set(names_of(there))
    fragments = tuple(fragment for fragment in found if at_baseline & set(fragment.origins))
    chosen = protocol_targets(there, baseline, protocol)
    mine = {lesion: organ for (patient, lesion), organ in organs.items() if patient == series.patient.code}
    recist = names_of(two_per_organ(chosen, mine, protocol))
    with_area = [lesion for lesion in there if baseline.looks[lesion.lesion].area_mm2]
    targets = {
        "recist_2_per_organ": recist,
        "protocol_targets": names_of(chosen),
        "all_lesion_area": names_of(with_area),
        "irecist": recist,
    }
    if series.injections_told:
        targets |= injected_targets(there, baseline, protocol)
    others = {
        name: () if name in ITRECIST[1:] else tuple(i for i in names_of(there) if i not in ids)
        for name, ids in targets.items()
    }
    candidates, late = _after_baseline(series, baseline, {fragment.lesion for fragment in fragments})
    unmeasured = bool(there) and not any(baseline.looks[x.lesion].longest_mm for x in there)
    smallest = smallest_target(protocol)
    return LesionSets(
        targets,
        others,
        unmeasured,
        candidates,
        late,
        fragments,
        {lesion.lesion: lesion.injected_from for lesion in there if lesion.injected_from is not None},
        tuple(x.lesion for x in there if 0 < (baseline.looks[x.lesion].longest_mm or 0) < smallest),
        mine,
    )


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
