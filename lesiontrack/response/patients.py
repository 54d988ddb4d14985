"""Best responses of every patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from lesiontrack.protocol import Protocol
from lesiontrack.response.best import best_overall_response
from lesiontrack.response.parts import UNASSIGNED, keeper
from lesiontrack.response.series import PatientSeries
from lesiontrack.response.sets import ANALYSES, Baseline, LesionSets

Row = dict[str, Any]
READINGS = ("assessment_window", "all_visits")
CONFIRMATIONS = ("confirmed", "unconfirmed")


def best_rows(
    cohort: Sequence[tuple[PatientSeries, Baseline, LesionSets]],
    visits: Sequence[Row],
    lesions: Sequence[Row],
    protocol: Protocol,
) -> list[Row]:
    """Rows of best_responses: every patient × target set × visits read × confirmation.

    `visits` and `lesions` are the rows of visit_responses and lesion_responses.
    """
    rows: list[Row] = []
    grown: dict[str, list[Row]] = {}
    for row in lesions:
        if row.get("response") == "PD":
            grown.setdefault(row["patient"], []).append(row)
    for analysis in ANALYSES:
        for which in READINGS:
            read = [
                row
                for row in visits
                if row["analysis"] == analysis and (which == "all_visits" or row["in_assessment_window"])
            ]
            by_day = _one_per_day(read)
            by_patient: dict[str, list[Row]] = {}
            for row in read:
                by_patient.setdefault(row["patient"], []).append(row)
            for confirmation in CONFIRMATIONS:
                best = _best(by_day, [series.patient.code for series, _, _ in cohort], confirmation, protocol)
                for series, baseline, sets in cohort:
                    response, day = best[series.patient.code]
                    rests_on = by_day.get((series.patient.code, day)) if day is not None else None
                    signed = rests_on is not None and rests_on["review_status"] == "signed"
                    mine = by_patient.get(series.patient.code, [])
                    rows.append(
                        {
                            "patient": series.patient.code,
                            "analysis": analysis,
                            "visits": which,
                            "confirmation": confirmation,
                            "response": response,
                            "study_day": day,
                            "signed": signed,
                            "note": "; ".join(
                                [
                                    *_notes(series, baseline, sets, analysis, which, response, signed, mine),
                                    *_grown(
                                        grown.get(series.patient.code, ()), sets.non_targets[analysis], mine
                                    ),
                                ]
                            )
                            or None,
                            "protocol_id": protocol.protocol_id,
                        }
                    )
    return rows


def _one_per_day(rows: Sequence[Row]) -> dict[tuple[str, int], Row]:
    """Of two visits on one day the worse response counts, but NE only where both are."""
    severity = ("NE", "CR", "PR", "NON-CR/NON-PD", "SD", "PD")
    chosen: dict[tuple[str, int], Row] = {}
    for row in rows:
        key = row["patient"], row["study_day"]
        if key not in chosen or severity.index(row["response"]) > severity.index(chosen[key]["response"]):
            chosen[key] = row
    return chosen


def _best(
    by_day: Mapping[tuple[str, int], Row], patients: Sequence[str], confirmation: str, protocol: Protocol
) -> dict[str, tuple[str, int | None]]:
    assessments = pd.DataFrame(
        [(patient, day, row["response"]) for (patient, day), row in by_day.items()],
        columns=["subject", "date", "response"],
    )
    best = best_overall_response(
        assessments,
        dict.fromkeys(patients, 0),
        confirm_days=int(protocol.threshold("response.confirm_days"))
        if confirmation == "confirmed"
        else None,
        min_sd_days=int(protocol.threshold("response.min_sd_days")),
        max_ne=int(protocol.threshold("response.max_ne")),
        accept_sd=bool(protocol.threshold("response.accept_sd")),
        missing_as_ne=bool(protocol.threshold("response.missing_as_ne")),
    )
    days = [None if pd.isna(day) else int(day) for day in best["date"].tolist()]
    return dict(zip(patients, zip(best["response"].tolist(), days, strict=True), strict=True))


def _notes(
    series: PatientSeries,
    baseline: Baseline,
    sets: LesionSets,
    analysis: str,
    which: str,
    response: str,
    signed: bool,
    read: Sequence[Row],
) -> list[str]:
    """What keeps the response from being counted as it stands, in plain words."""
    notes = []
    if not series.patient.photos and not series.lesions:
        return ["no photographs"]
    if not series.scheduled:
        notes.append("days count from the first visit: no treatment start is known, so no valid baseline")
    if not baseline.looks:
        notes.append("no lesion could be evaluated at the baseline")
    elif not baseline.valid and (series.scheduled or baseline.day > 0):
        notes.append("no evaluable visit at day 0 or before: change is from the first visit")
    if sets.unmeasured:
        notes.append("no size in mm at the baseline (no scale), so no target lesions")
    elif baseline.looks and not sets.targets[analysis]:
        notes.append("no target lesion at the baseline: non-target lesions only")
    if sets.late:
        notes.append(f"{', '.join(sets.late)}: first photographed after the baseline, in no sum")
    notes += [*_split(sets, analysis), *_merged(series, sets, analysis, read)]
    if not read:
        windows = "in the assessment window" if which == "assessment_window" else "after the baseline"
        notes.append(f"no visit {windows}")
    candidates = _candidates(series, sets, read)
    if candidates:
        notes.append(f"candidates for new lesions: {candidates}; PD from the first that a reader calls new")
    if response == "CR" and not signed:
        notes.append("no visible lesion: counts as complete response once a reader has signed")
    return notes


def _split(sets: LesionSets, analysis: str) -> list[str]:
    targets = set(sets.targets[analysis])
    notes = []
    for fragment in sets.fragments:
        if not targets & set(fragment.origins):
            continue
        if len(fragment.origins) == 1:
            notes.append(f"{fragment.lesion}: part of {fragment.origins[0]}, added to its size where split")
        else:
            notes.append(
                f"{UNASSIGNED} ({fragment.lesion} from day {fragment.since}): no sum while it is there"
            )
    return notes


def _merged(series: PatientSeries, sets: LesionSets, analysis: str, read: Sequence[Row]) -> list[str]:
    """Lesions that merged with a target, each with the first such visit of those that are read."""
    targets = sets.targets[analysis]
    parts = {(f.lesion, f.origins) for f in sets.fragments}
    first: dict[tuple[str, str], int] = {}
    for row in read:
        looks = {lesion.lesion: lesion.at(row["visit"]) for lesion in series.lesions}
        for name in looks:
            whole = keeper(name, looks)
            if whole is not None and (name, (whole,)) not in parts and {name, whole} & set(targets):
                first.setdefault((name, whole), row["study_day"])
    return [
        f"{name} merged with {whole} (day {day}): "
        + (
            "the merged outline's size stands for both in the sum"
            if name in targets and whole in targets
            else "only one of them is in the sum, which is not evaluable there"
        )
        for (name, whole), day in first.items()
    ]


def _candidates(series: PatientSeries, sets: LesionSets, read: Sequence[Row]) -> str:
    """Those that no reader has judged, each with the day from which it was seen at a visit that is read."""
    days = {row["study_day"] for row in read if row["new_lesion"] == "candidate"}
    found = []
    for lesion in series.lesions:
        first = lesion.first_seen()
        if lesion.lesion in sets.candidates and first is not None and not any(x.signed for x in lesion.looks):
            seen = [day for day in days if day >= first.day]
            if seen:
                found.append((min(seen), lesion.lesion))
    return ", ".join(f"{lesion} (day {day})" for day, lesion in sorted(found))


def _grown(lesions: Sequence[Row], non_targets: Sequence[str], read: Sequence[Row]) -> list[str]:
    """Non-target lesions that a reader should look at; by themselves they never make a PD."""
    visits = {row["visit"] for row in read}
    first: dict[str, int] = {}
    for row in lesions:
        if row["lesion"] in non_targets and row["visit"] in visits:
            first.setdefault(row["lesion"], row["study_day"])
    return [
        f"{lesion}: non-target, its own diameter meets the PD threshold on day {day}, PD if a reader calls "
        "the progression unequivocal"
        for lesion, day in first.items()
    ]
