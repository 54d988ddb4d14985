"""Response of each lesion by itself, from its longest diameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from lesiontrack.protocol import Protocol
from lesiontrack.response.parts import is_alone
from lesiontrack.response.series import LesionSeries, Look, PatientSeries
from lesiontrack.response.sets import Baseline, LesionSets
from lesiontrack.response.sums import area, as_float, diameter_rule, longest
from lesiontrack.response.target import Reading, read_sums
from lesiontrack.response.visits import InWindow

Row = dict[str, Any]


def lesion_rows(
    series: PatientSeries, baseline: Baseline, sets: LesionSets, protocol: Protocol, in_window: InWindow
) -> list[Row]:
    """Rows of lesion_responses: every look at every lesion; changes and response only after its baseline.

    Where a lesion's outline is not the lesion alone and whole (others merged into it, or a fragment of it
    may lie beside it), its response is NE and no change is given.
    """
    rows: list[Row] = []
    at = {visit.label: series.looks_at(visit.label) for visit in series.visits}
    for lesion in series.lesions:
        start = baseline.looks.get(lesion.lesion)
        valid = baseline.valid and start is not None
        last_day = baseline.day
        if start is None:
            start = _first_measured(lesion, baseline)
            last_day = start.day if start else last_day
        later = [
            replace(look, longest_mm=None, area_mm2=None)
            if not is_alone(lesion.lesion, at[look.visit], look.day, sets.fragments)
            else look
            for look in lesion.looks
            if look.day > last_day
        ]
        own = {look.visit: look for look in later}
        readings = _lesion_readings(start, later, protocol)
        for look in lesion.looks:
            row: Row = {
                "patient": series.patient.code,
                "site": lesion.site or None,
                "lesion": lesion.lesion,
                "role": sets.role(lesion.lesion),
                "measurable": _measurable(lesion.lesion, baseline, sets),
                "visit": look.visit,
                "study_day": look.day,
                "in_assessment_window": in_window(look.day),
                "baseline_visit": start.visit if start else None,
                "baseline_valid": valid if start else None,
                "longest_diameter_mm": as_float(look.longest_mm),
                "baseline_longest_diameter_mm": as_float(longest(start)),
                "area_mm2": as_float(look.area_mm2),
                "review_status": "signed" if look.signed else "unreviewed",
                "protocol_id": protocol.protocol_id,
            }
            reading = readings.get(look.visit)
            if reading is not None:
                whole = own[look.visit]
                row |= {
                    "nadir_longest_diameter_mm": as_float(reading.nadir),
                    "change_from_baseline_pct": _change(whole.longest_mm, longest(start)),
                    "change_from_nadir_pct": _change(whole.longest_mm, reading.nadir),
                    "area_change_from_baseline_pct": _change(whole.area_mm2, area(start)),
                    "response": reading.response,
                }
            rows.append(row)
    return rows


def _measurable(lesion: str, baseline: Baseline, sets: LesionSets) -> bool | None:
    """Whether it is large enough for a target; None where the baseline has no size of it."""
    if not longest(baseline.looks.get(lesion)):
        return None
    return lesion not in sets.small


def _lesion_readings(start: Look | None, later: Sequence[Look], protocol: Protocol) -> Mapping[str, Reading]:
    if start is None:
        return {}
    readings = read_sums(
        [start.longest_mm, *(look.longest_mm for look in later)],
        diameter_rule(protocol),
        days=[start.day, *(look.day for look in later)],
        confirm_days=int(protocol.threshold("response.confirm_days")),
    )
    return {look.visit: reading for look, reading in zip(later, readings, strict=True)}


def _change(value: Decimal | None, reference: Decimal | None) -> float | None:
    if value is None or not reference:
        return None
    return float(100 * (value / reference - 1))


def _first_measured(lesion: LesionSeries, baseline: Baseline) -> Look | None:
    """Where a lesion that the baseline doesn't have is counted from."""
    measured = (look for look in lesion.looks if look.day > baseline.day and look.longest_mm)
    return next(measured, None) or lesion.first_seen(after=baseline.day)
