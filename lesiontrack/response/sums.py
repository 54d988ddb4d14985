"""Sums of target lesions at the baseline and the later visits, with their readings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from lesiontrack.protocol import Protocol
from lesiontrack.response.parts import Parts, add_parts
from lesiontrack.response.series import Look, PatientSeries
from lesiontrack.response.sets import Baseline, LesionSets
from lesiontrack.response.target import Reading, Thresholds, read_sums
from lesiontrack.study.model import Visit

Row = dict[str, Any]
Size = Callable[[Look | None], Decimal | None]


def longest(look: Look | None) -> Decimal | None:
    return look.longest_mm if look else None


def area(look: Look | None) -> Decimal | None:
    return look.area_mm2 if look else None


AREAS: Mapping[str, Size] = {"all_lesion_area": area}
"""Analyses whose sums are in mm2, and what they add up. The others add up longest diameters."""


def diameter_rule(protocol: Protocol) -> Thresholds:
    """RECIST 1.1 on sums of diameters in mm, with the protocol's numbers."""
    return Thresholds(
        pr_ratio=1 - _share(protocol, "response.pr_fall_pct"),
        pd_ratio=1 + _share(protocol, "response.pd_rise_pct"),
        pd_absolute=Decimal(str(protocol.threshold("response.pd_rise_mm"))),
        pr_continues=True,
    )


def area_rule(protocol: Protocol) -> Thresholds:
    """WHO-like, on sums in mm2, with the protocol's numbers.

    WHO (PMC2755245, table 3): PR where the summed products of two diameters have fallen by half, PD where
    one or more lesions have grown by a quarter, or by a new lesion; both responses confirmed 4 weeks later.
    OPTiM: progression by more than a quarter of the total at baseline, or a new lesion (JITC 5:72). Here PD
    is a total at least a quarter above the smallest one: single lesions would progress by their measurement
    error alone, a quarter of the area of a 5 mm lesion being 0.6 mm of its diameter.
    """
    return Thresholds(
        pr_ratio=1 - _share(protocol, "response.area_pr_fall_pct"),
        pd_ratio=1 + _share(protocol, "response.area_pd_rise_pct"),
        pd_absolute=Decimal(0),
        pr_continues=False,
    )


def _share(protocol: Protocol, key: str) -> Decimal:
    return Decimal(str(protocol.threshold(key))) / 100


class Sums:
    """One analysis of one patient: a sum and a word for each visit of `later`.

    Where the targets change from visit to visit (itRECIST), a visit is read against the baseline and nadir
    of the lesions that are the targets then.
    """

    def __init__(
        self,
        series: PatientSeries,
        baseline: Baseline,
        sets: LesionSets,
        analysis: str,
        later: Sequence[Visit],
        protocol: Protocol,
    ) -> None:
        size = AREAS.get(analysis, longest)
        self.unit = "mm2" if analysis in AREAS else "mm"
        self.targets = [sets.targets_at(analysis, visit.study_day) for visit in later]
        self._unmeasured = sets.unmeasured
        looks = [series.looks_at(visit.label) for visit in later]
        rule = area_rule(protocol) if analysis in AREAS else diameter_rule(protocol)
        days = [baseline.day, *(visit.study_day for visit in later)]
        read: dict[tuple[str, ...], tuple[list[Parts], list[Reading]]] = {}
        for targets in dict.fromkeys(self.targets):
            parts = [add_parts(targets, baseline.looks, baseline.day, sets.fragments, size)]
            parts += [
                add_parts(targets, seen, visit.study_day, sets.fragments, size)
                for seen, visit in zip(looks, later, strict=True)
            ]
            read[targets] = (
                parts,
                read_sums(
                    [part.total for part in parts],
                    rule,
                    partial_sums=[part.partial for part in parts],
                    days=days,
                    confirm_days=int(protocol.threshold("response.confirm_days")),
                ),
            )
        self.parts = [read[targets][0][index + 1] for index, targets in enumerate(self.targets)]
        self._baselines = [read[targets][0][0].total for targets in self.targets]
        self._readings = [read[targets][1][index] for index, targets in enumerate(self.targets)]

    def target_word(self, index: int) -> str | None:
        """None where there were no target lesions; NE where there were lesions that nobody could measure."""
        if not self.targets[index]:
            return "NE" if self._unmeasured else None
        return self._readings[index].response

    def row(self, index: int) -> Row:
        return {
            "targets": ", ".join(self.targets[index]),
            f"sum_{self.unit}": as_float(self.parts[index].total),
            f"baseline_sum_{self.unit}": as_float(self._baselines[index]),
            f"nadir_sum_{self.unit}": as_float(self._readings[index].nadir),
        }


def as_float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
