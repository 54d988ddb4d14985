"""Best responses of every patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from lesiontrack.protocol import Protocol
from lesiontrack.response.best import best_overall_response
from lesiontrack.response.durable import durable_response
from lesiontrack.response.irecistbest import best_immune_response
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
            for confirmation in CONFIRMATIONS:
                best = _best(by_day, patients, analysis, confirmation, protocol)
                durable = _durable(by_day, patients, confirmation, protocol)
                for series, baseline, sets in cohort:
                    code = series.patient.code
                    response, day = best[code]
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
                            **durable[code],
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


def _assessments(rows: Sequence[tuple[str, int, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["subject", "date", "response"])


def _best(
    by_day: Mapping[tuple[str, int], Row],
    patients: Sequence[str],
    analysis: str,
    confirmation: str,
    protocol: Protocol,
) -> dict[str, tuple[str, int | None]]:
    rule = best_immune_response if analysis == "irecist" else best_overall_response
    best = rule(
        _assessments([(patient, day, row["response"]) for (patient, day), row in by_day.items()]),
        dict.fromkeys(patients, 0),
        confirm_days=_confirm_days(confirmation, protocol),
        min_sd_days=int(protocol.threshold("response.min_sd_days")),
        max_ne=int(protocol.threshold("response.max_ne")),
        accept_sd=bool(protocol.threshold("response.accept_sd")),
        missing_as_ne=bool(protocol.threshold("response.missing_as_ne")),
    )
    days = [None if pd.isna(day) else int(day) for day in best["date"].tolist()]
    return dict(zip(patients, zip(best["response"].tolist(), days, strict=True), strict=True))


def _confirm_days(confirmation: str, protocol: Protocol) -> int | None:
    return int(protocol.threshold("response.confirm_days")) if confirmation == "confirmed" else None


def _durable(
    by_day: Mapping[tuple[str, int], Row], patients: Sequence[str], confirmation: str, protocol: Protocol
) -> dict[str, Row]:
    """Columns durable, duration_days and durable_after_pd of each patient."""
    words: dict[str, list[tuple[int, str]]] = {}
    for (patient, day), row in sorted(by_day.items(), key=lambda item: item[0]):
        words.setdefault(patient, []).append((day, row["response"]))
    found = [
        durable_response(
            _assessments(
                [
                    (patient, day, word)
                    for patient, mine in words.items()
                    for (day, _), word in zip(mine, settled([word for _, word in mine]), strict=True)
                ]
            ),
            dict.fromkeys(patients, 0),
            durable_days=int(protocol.threshold("response.durable_days")),
            begins_within_days=int(protocol.threshold("response.durable_begins_within_days")),
            confirm_days=_confirm_days(confirmation, protocol),
            max_ne=int(protocol.threshold("response.max_ne")),
            accept_sd=bool(protocol.threshold("response.accept_sd")),
            to_first_progression=to_first_progression,
        )
        for to_first_progression in (True, False)
    ]
    columns = found[0]["durable"], found[0]["duration_days"], found[1]["durable"]
    names = "durable", "duration_days", "durable_after_pd"
    return {
        patient: dict(zip(names, (None if pd.isna(value) else value for value in values), strict=True))
        for patient, *values in zip(patients, *(column.tolist() for column in columns), strict=True)
    }
