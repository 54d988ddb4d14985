"""Best responses of every patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypedDict

from lesiontrack.protocol import Protocol
from lesiontrack.response.assessments import Assessment, to_first_pd
from lesiontrack.response.best import best_of_series
from lesiontrack.response.durable import durable_of_series
from lesiontrack.response.irecistbest import best_of_immune_series
from lesiontrack.response.notes import notes_of
from lesiontrack.response.series import PatientSeries
from lesiontrack.response.sets import ANALYSES, Baseline, LesionSets
from lesiontrack.response.words import as_recist, settled

Row = dict[str, Any]
READINGS = ("assessment_window", "all_visits")
CONFIRMATIONS = ("confirmed", "unconfirmed")
_SEVERITY = ("NE", "CR", "PR", "NON-CR/NON-PD", "SD", "PD")


def best_rows(
    cohort: Sequence[tuple[PatientSeries, Baseline, LesionSets]],
    visits: Sequence[Row],
    lesions: Sequence[Row],
    protocol: Protocol,
) -> list[Row]:
    """Rows of best_responses: every patient × target set × visits read × confirmation.

    `visits` and `lesions` are the rows of visit_responses and lesion_responses. A target set that no patient
    has (itRECIST, where no injection is recorded by lesion) has no rows.
    """
    rows: list[Row] = []
    patients = [series.patient.code for series, _, _ in cohort]
    grown: dict[str, list[Row]] = {}
    for row in lesions:
        if row.get("response") == "PD":
            grown.setdefault(row["patient"], []).append(row)
    for analysis in ANALYSES:
        if cohort and not any(analysis in sets.analyses for _, _, sets in cohort):
            continue
        of_analysis = [row for row in visits if row["analysis"] == analysis]
        for which in READINGS:
            read = [row for row in of_analysis if which == "all_visits" or row["in_assessment_window"]]
            by_day = _one_per_day(read)
            by_patient: dict[str, list[Row]] = {}
            for row in read:
                by_patient.setdefault(row["patient"], []).append(row)
            series_of = _assessments(by_day, patients)
            for confirmation in CONFIRMATIONS:
                for series, baseline, sets in cohort:
                    code = series.patient.code
                    response, day = _best(series_of[code], analysis, confirmation, protocol)
                    rests_on = by_day.get((code, day)) if day is not None else None
                    signed = rests_on is not None and rests_on["review_status"] == "signed"
                    notes = notes_of(
                        series, baseline, sets, analysis, which, protocol,
                        response=response, signed=signed, read=by_patient.get(code, []),
                        grown=grown.get(code, ()),
                    )  # fmt: skip
                    rows.append(
                        {
                            "patient": code,
                            "analysis": analysis,
                            "visits": which,
                            "confirmation": confirmation,
                            "response": response,
                            "study_day": day,
                            "signed": signed,
                            **_durable(series_of[code], confirmation, protocol),
                            "note": "; ".join(notes) or None,
                            "protocol_id": protocol.protocol_id,
                        }
                    )
    return rows


def _one_per_day(rows: Sequence[Row]) -> dict[tuple[str, int], Row]:
    """Of two visits on one day the worse response counts, but NE only where both are."""
    chosen: dict[tuple[str, int], Row] = {}
    for row in rows:
        key = row["patient"], row["study_day"]
        if key not in chosen or _severity(row) > _severity(chosen[key]):
            chosen[key] = row
    return chosen


def _severity(row: Row) -> tuple[int, bool]:
    return _SEVERITY.index(as_recist(row["response"])), row["response"] == "iCPD"


def _assessments(
    by_day: Mapping[tuple[str, int], Row], patients: Sequence[str]
) -> dict[str, tuple[Assessment, ...]]:
    """Every patient's assessments in time order; `row` is the study day."""
    found: dict[str, list[Assessment]] = {patient: [] for patient in patients}
    for (patient, day), row in sorted(by_day.items(), key=lambda item: item[0]):
        found[patient].append(Assessment(day, day, row["response"]))
    return {patient: tuple(series) for patient, series in found.items()}


def _best(
    series: Sequence[Assessment], analysis: str, confirmation: str, protocol: Protocol
) -> tuple[str, int | None]:
    immune = analysis == "irecist"
    day, word = (best_of_immune_series if immune else best_of_series)(
        series if immune else to_first_pd(series),
        0,
        min_sd_days=int(protocol.threshold("response.min_sd_days")),
        **_confirming(confirmation, protocol),
    )
    return word or ("NE" if protocol.threshold("response.missing_as_ne") else "MISSING"), day


def _durable(series: Sequence[Assessment], confirmation: str, protocol: Protocol) -> Row:
    """Columns durable, duration_days and durable_after_pd."""
    words = settled([assessment.response for assessment in series])
    plain = [replace(a, response=word) for a, word in zip(series, words, strict=True)]
    to_pd, every = (
        durable_of_series(
            read,
            0,
            durable_days=int(protocol.threshold("response.durable_days")),
            begins_within_days=int(protocol.threshold("response.durable_begins_within_days")),
            **_confirming(confirmation, protocol),
        )
        for read in (to_first_pd(plain), plain)
    )
    return {"durable": to_pd.durable, "duration_days": to_pd.days, "durable_after_pd": every.durable}


class _Confirming(TypedDict):
    confirm_days: int | None
    max_ne: int
    accept_sd: bool


def _confirming(confirmation: str, protocol: Protocol) -> _Confirming:
    days = int(protocol.threshold("response.confirm_days"))
    return {
        "confirm_days": days if confirmation == "confirmed" else None,
        "max_ne": int(protocol.threshold("response.max_ne")),
        "accept_sd": bool(protocol.threshold("response.accept_sd")),
    }
