"""Visit responses of one patient: sums, target, non-target and overall response for each target set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from lesiontrack.protocol import Protocol
from lesiontrack.response.irecist import ImmuneReading, TimePoint, read_irecist
from lesiontrack.response.newlesions import follow_new, new_lesion
from lesiontrack.response.overall import overall_response
from lesiontrack.response.series import SEEN, LesionSeries, Look, PatientSeries
from lesiontrack.response.sets import ITRECIST, Baseline, LesionSets
from lesiontrack.response.sums import Sums, area_rule, diameter_rule
from lesiontrack.study.model import Visit

__all__ = ["InWindow", "area_rule", "diameter_rule", "visit_rows"]

Row = dict[str, Any]
InWindow = Callable[[int], bool | None]


def visit_rows(
    series: PatientSeries, baseline: Baseline, sets: LesionSets, protocol: Protocol, in_window: InWindow
) -> list[Row]:
    """Rows of visit_responses, for every visit after the baseline and every target set of the patient."""
    later = [visit for visit in series.visits if visit.study_day > baseline.day]
    rows: list[Row] = []
    for analysis in sets.analyses:
        sums = Sums(series, baseline, sets, analysis, later, protocol)
        if analysis == "irecist":
            words = _immune_words(series, sets, later, sums, protocol)
        else:
            words = [
                _words(series, sets, analysis, visit, sums.target_word(index))
                for index, visit in enumerate(later)
            ]
        for index, visit in enumerate(later):
            rows.append(
                {
                    "patient": series.patient.code,
                    "visit": visit.label,
                    "study_day": visit.study_day,
                    "in_assessment_window": in_window(visit.study_day),
                    "analysis": analysis,
                    **sums.row(index),
                    **words[index],
                    "review_status": _review_status(series, sets, analysis, sums.targets[index], visit),
                    "protocol_id": protocol.protocol_id,
                }
            )
    return rows


def _words(series: PatientSeries, sets: LesionSets, analysis: str, visit: Visit, target: str | None) -> Row:
    """The sums of itRECIST's two sides stand by themselves: no other lesion enters their words."""
    if analysis in ITRECIST[1:]:
        response = overall_response(target, None, False)
        return {
            "target_response": target,
            "non_target_response": None,
            "new_lesion": None,
            "response": response,
            "response_if_candidates_are_new": response,
        }
    non_target = _non_target_word(series, sets, analysis, visit)
    new = new_lesion(_candidates(series, sets), visit)
    return {
        "target_response": target,
        "non_target_response": non_target,
        "new_lesion": new,
        "response": overall_response(target, non_target, new == "signed"),
        "response_if_candidates_are_new": overall_response(target, non_target, new != "none"),
    }


def _immune_words(
    series: PatientSeries, sets: LesionSets, later: Sequence[Visit], sums: Sums, protocol: Protocol
) -> list[Row]:
    """iRECIST twice: with the new lesions that a reader has signed, and with all that may be new."""
    candidates = _candidates(series, sets)
    signed = _immune_readings(
        series, sets, later, sums, [lesion for lesion in candidates if lesion.signed_there], protocol
    )
    every = _immune_readings(series, sets, later, sums, candidates, protocol)
    return [
        {
            "target_response": reading.target,
            "non_target_response": reading.non_target,
            "new_lesion": new_lesion(candidates, visit),
            "response": reading.response,
            "response_if_candidates_are_new": twin.response,
        }
        for visit, reading, twin in zip(later, signed, every, strict=True)
    ]


def _immune_readings(
    series: PatientSeries,
    sets: LesionSets,
    later: Sequence[Visit],
    sums: Sums,
    new: Sequence[LesionSeries],
    protocol: Protocol,
) -> list[ImmuneReading]:
    followed = follow_new(new, later, sets.organs, protocol)
    return read_irecist(
        [
            TimePoint(
                day=visit.study_day,
                target=sums.target_word(index),
                non_target=_non_target_word(series, sets, "irecist", visit),
                sum_mm=sums.parts[index].total,
                least_mm=sums.parts[index].partial,
                new=followed[index],
            )
            for index, visit in enumerate(later)
        ],
        confirm_min_days=int(protocol.threshold("response.irecist_confirm_min_days")),
        rise_mm=Decimal(str(protocol.threshold("response.irecist_pd_rise_mm"))),
        thresholds=diameter_rule(protocol),
    )


def _candidates(series: PatientSeries, sets: LesionSets) -> list[LesionSeries]:
    return [lesion for lesion in series.lesions if lesion.lesion in sets.candidates]


def _non_target_word(series: PatientSeries, sets: LesionSets, analysis: str, visit: Visit) -> str | None:
    non_targets = sets.non_targets[analysis]
    looks = series.looks_at(visit.label)
    names = [
        *non_targets,
        *(
            f.lesion
            for f in sets.fragments
            if f.since <= visit.study_day and set(f.origins) & set(non_targets)
        ),
    ]
    word = _non_target([looks[name] for name in names])
    if word in (None, "CR") and (non_targets or sets.targets[analysis]):
        return _with_late(word, series, sets, visit)
    return word


def _with_late(word: str | None, series: PatientSeries, sets: LesionSets, visit: Visit) -> str | None:
    """Lesions first photographed after the baseline are in no set; nothing is complete while one is there."""
    late = [lesion for lesion in series.lesions if lesion.lesion in sets.late]
    known = [lesion for lesion in late if any(_seen_by(look, visit) for look in lesion.looks)]
    left = _non_target([lesion.at(visit.label) for lesion in known])
    return word if left in (None, "CR") else left


def _seen_by(look: Look, visit: Visit) -> bool:
    return look.day <= visit.study_day and look.status in SEEN


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


def _review_status(
    series: PatientSeries, sets: LesionSets, analysis: str, targets: Sequence[str], visit: Visit
) -> str:
    """signed where a reader has signed every lesion that the response rests on.

    Not while a candidate for a new lesion is there that no reader has judged, nor where one in no set is
    there unsigned: both tell against a complete response.
    """
    names = {*targets, *sets.non_targets[analysis]}
    if analysis in ITRECIST[1:]:
        names |= {f.lesion for f in sets.fragments if f.since <= visit.study_day and names & set(f.origins)}
    else:
        names |= {f.lesion for f in sets.fragments if f.since <= visit.study_day}
        if new_lesion(_candidates(series, sets), visit) == "candidate":
            return "unreviewed"
        names |= {
            lesion.lesion
            for lesion in series.lesions
            if lesion.lesion in sets.late and any(_seen_by(look, visit) for look in lesion.looks)
        }
    looks = [lesion.at(visit.label) for lesion in series.lesions if lesion.lesion in names]
    return "signed" if looks and all(look is not None and look.signed for look in looks) else "unreviewed"
