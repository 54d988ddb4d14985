"""Visit responses of one patient: sums, target, non-target and overall response for each target set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from lesiontrack.protocol import Protocol
from lesiontrack.response.overall import overall_response
from lesiontrack.response.parts import Parts, add_parts
from lesiontrack.response.series import SEEN, LesionSeries, Look, PatientSeries
from lesiontrack.response.sets import ANALYSES, Baseline, LesionSets
from lesiontrack.response.target import Reading, Thresholds, read_sums
from lesiontrack.study.model import Visit

Row = dict[str, Any]
InWindow = Callable[[int], bool | None]


def diameter_rule(protocol: Protocol) -> Thresholds:
    """RECIST 1.1 on sums of diameters in mm, with the protocol's numbers."""
    return Thresholds(
        pr_ratio=1 - _share(protocol, "response.pr_fall_pct"),
        pd_ratio=1 + _share(protocol, "response.pd_rise_pct"),
        pd_absolute=Decimal(str(protocol.threshold("response.pd_rise_mm"))),
        pr_continues=True,
    )


def area_rule(protocol: Protocol) -> Thresholds:
    """WHO-like, on sums of areas in mm2, with the protocol's numbers."""
    return Thresholds(
        pr_ratio=1 - _share(protocol, "response.area_pr_fall_pct"),
        pd_ratio=1 + _share(protocol, "response.area_pd_rise_pct"),
        pd_absolute=Decimal(0),
        pr_continues=False,
    )


def _share(protocol: Protocol, key: str) -> Decimal:
    return Decimal(str(protocol.threshold(key))) / 100


def visit_rows(
    series: PatientSeries, baseline: Baseline, sets: LesionSets, protocol: Protocol, in_window: InWindow
) -> list[Row]:
    """Rows of visit_responses, for every visit after the baseline and every target set."""
    later = [visit for visit in series.visits if visit.study_day > baseline.day]
    rows: list[Row] = []
    for analysis in ANALYSES:
        sums = _Sums(series, baseline, sets, analysis, later, protocol)
        for index, visit in enumerate(later):
            rows.append(
                {
                    "patient": series.patient.code,
                    "visit": visit.label,
                    "study_day": visit.study_day,
                    "in_assessment_window": in_window(visit.study_day),
                    "analysis": analysis,
                    "targets": ", ".join(sets.targets[analysis]),
                    **sums.row(index),
                    **_overall(series, sets, analysis, visit, sums.target_word(index)),
                    "review_status": _review_status(series, sets, analysis, visit),
                    "protocol_id": protocol.protocol_id,
                }
            )
    return rows


class _Sums:
    """Sums of one target set at the baseline and the later visits, with their readings."""

    def __init__(
        self,
        series: PatientSeries,
        baseline: Baseline,
        sets: LesionSets,
        analysis: str,
        later: Sequence[Visit],
        protocol: Protocol,
    ) -> None:
        self.unmeasured = sets.unmeasured
        targets = sets.targets[analysis]
        size = area if analysis == "all_lesion_area" else longest
        parts: list[Parts] = [add_parts(targets, baseline.looks, baseline.day, sets.fragments, size)]
        for visit in later:
            looks = {lesion.lesion: lesion.at(visit.label) for lesion in series.lesions}
            parts.append(add_parts(targets, looks, visit.study_day, sets.fragments, size))
        self.any_target = bool(targets)
        self.unit = "mm2" if analysis == "all_lesion_area" else "mm"
        self.sums = [part.total for part in parts]
        self.readings: list[Reading] = read_sums(
            self.sums,
            area_rule(protocol) if analysis == "all_lesion_area" else diameter_rule(protocol),
            partial_sums=[part.partial for part in parts],
            days=[baseline.day, *(visit.study_day for visit in later)],
            confirm_days=int(protocol.threshold("response.confirm_days")),
        )

    def target_word(self, index: int) -> str | None:
        """None where there were no target lesions; NE where there were lesions that nobody could measure."""
        if not self.any_target:
            return "NE" if self.unmeasured else None
        return self.readings[index].response

    def row(self, index: int) -> Row:
        return {
            f"sum_{self.unit}": as_float(self.sums[index + 1]),
            f"baseline_sum_{self.unit}": as_float(self.sums[0]),
            f"nadir_sum_{self.unit}": as_float(self.readings[index].nadir),
        }


def longest(look: Look | None) -> Decimal | None:
    return look.longest_mm if look else None


def area(look: Look | None) -> Decimal | None:
    return look.area_mm2 if look else None


def as_float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _overall(series: PatientSeries, sets: LesionSets, analysis: str, visit: Visit, target: str | None) -> Row:
    lesions = {lesion.lesion: lesion for lesion in series.lesions}
    non_targets = sets.non_targets[analysis]
    names = [
        *non_targets,
        *(
            f.lesion
            for f in sets.fragments
            if f.since <= visit.study_day and set(f.origins) & set(non_targets)
        ),
    ]
    non_target = _non_target([lesions[name].at(visit.label) for name in names])
    new = new_lesion([lesions[name] for name in sets.candidates], visit)
    return {
        "target_response": target,
        "non_target_response": non_target,
        "new_lesion": new,
        "response": overall_response(target, non_target, new == "signed"),
        "response_if_candidates_are_new": overall_response(target, non_target, new != "none"),
    }


def _non_target(looks: Sequence[Look | None]) -> str | None:
    """CR where all are gone, NON-CR/NON-PD where one is there, else NE.

    Never PD: "unequivocal progression" of non-target lesions is a reader's judgement, no threshold (RECIST
    1.1, 4.3.4).
    """
    if not looks:
        return None
    if any(look is not None and look.status in SEEN for look in looks):
        return "NON-CR/NON-PD"
    gone = [look is not None and look.usable and look.status == "not_visible" for look in looks]
    return "CR" if all(gone) else "NE"


def new_lesion(candidates: Sequence[LesionSeries], visit: Visit) -> str:
    """none, candidate or signed: whether a lesion that is new, or may be, is there at that visit.

    Where a candidate is not in view, what was last seen of it holds.
    """
    words = {"none"}
    for lesion in candidates:
        known = [
            look
            for look in lesion.looks
            if look.day <= visit.study_day and look.status in (*SEEN, "not_visible", "removed")
        ]
        if known and known[-1].status in SEEN:
            words.add("signed" if any(look.signed for look in known) else "candidate")
    return next(word for word in ("signed", "candidate", "none") if word in words)


def _review_status(series: PatientSeries, sets: LesionSets, analysis: str, visit: Visit) -> str:
    """signed where a reader has signed every lesion that the response rests on."""
    names = {*sets.targets[analysis], *sets.non_targets[analysis]}
    names |= {fragment.lesion for fragment in sets.fragments if fragment.since <= visit.study_day}
    looks = [lesion.at(visit.label) for lesion in series.lesions if lesion.lesion in names]
    return "signed" if looks and all(look is not None and look.signed for look in looks) else "unreviewed"
