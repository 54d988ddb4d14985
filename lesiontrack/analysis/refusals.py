"""Where sizes could not be used, and why: by phase, arm, skin tone and reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from lesiontrack.analysis.tone import ITA_CLASSES, UNKNOWN, lesion_tones
from lesiontrack.protocol import Protocol
from lesiontrack.response.patients import READINGS
from lesiontrack.response.rates import arm_groups
from lesiontrack.response.series import read_series
from lesiontrack.study.model import ALL_ARMS, NO_ARM, Patient
from lesiontrack.tables import records

Row = dict[str, Any]

EVALUABLE, OTHER = "evaluable", "other"
CATEGORIES = (
    EVALUABLE, "obscured", "out_of_frame", "no_scale", "poor_photo", "not_registered", "merged", "removed",
    "not_photographed", OTHER,
)  # fmt: skip
_BY_STATUS = ("removed", "merged", "obscured", "out_of_frame")
_PLACE_ONLY = "lesion_position"
_OBSERVED = (
    "patient", "site", "lesion", "visit", "study_day", "photo", "phase", "status", "evaluable", "ita_deg",
    "erythema_reference",     "longest_diameter_px", "longest_diameter_mm",
)  # fmt: skip


@dataclass(frozen=True)
class LesionVisit:
    """One lesion at one visit after the baseline, put into one of CATEGORIES."""

    category: str
    arm: str
    phase: str
    tone: str
    in_window: bool


def refusal_rows(
    observations: pd.DataFrame,
    photos: pd.DataFrame,
    visit_responses: Sequence[Row],
    patients: Sequence[Patient],
    protocol: Protocol,
    *,
    arms: Mapping[str, str | None] | None = None,
) -> list[Row]:
    """Rows of refusals.

    Args:
        observations, photos: those tables.
        visit_responses: its rows; they name every visit after the baseline, and whether it is in the window.
        patients: every enrolled patient; those without photos add nothing here, and count as not evaluable
            in the rates.
        arms: patient code → arm.

    Counted is every lesion at every visit of its patient after the baseline, from the lesion's first row on.
    A size that may be used is one that the response tables use, 0 for a lesion that is not visible. Each
    refusal has one reason: the lesion's status where that tells, else the photo's quality, its scale, its
    registration; a visit without a row of the lesion is not photographed, as every photographed site has a
    row for every lesion known by then. `other` holds what only the observation's `reason` tells: outlines
    that meet the frame or an obstruction, a trace that may be left, a named lesion that was not outlined.
    """
    told = arms or {}
    codes = [patient.code for patient in patients]
    groups = arm_groups(codes, told)
    found = list(_lesion_visits(observations, photos, visit_responses, patients, told))
    rows = [_row("all", ALL_ARMS, found, protocol)]
    for which in READINGS:
        read = found if which == "all_visits" else [one for one in found if one.in_window]
        rows.append(_row("visits", which, read, protocol))
    for arm in groups:
        if arm != ALL_ARMS:
            rows.append(_row("arm", arm, [one for one in found if one.arm == arm], protocol))
    for phase in _in_order([one.phase for one in found], [p.id for p in protocol.file.phases]):
        rows.append(_row("phase", phase, [one for one in found if one.phase == phase], protocol))
    for tone in _in_order([one.tone for one in found], list(ITA_CLASSES)):
        rows.append(_row("tone", tone, [one for one in found if one.tone == tone], protocol))
    return rows


def _row(by: str, value: str, found: Sequence[LesionVisit], protocol: Protocol) -> Row:
    counts = dict.fromkeys(CATEGORIES, 0)
    for one in found:
        counts[one.category] += 1
    total = len(found)
    return {
        "by": by,
        "value": value,
        "lesion_visits": total,
        **counts,
        "refusal_rate": 1 - counts[EVALUABLE] / total if total else None,
        "protocol_id": protocol.protocol_id,
    }


def _in_order(there: Sequence[str], order: Sequence[str]) -> list[str]:
    """Those of `order` that are there, then the others; nothing where only "unknown" is."""
    names = set(there)
    if names <= {UNKNOWN}:
        return []
    return [*(name for name in order if name in names), *sorted(names - set(order))]


def _lesion_visits(
    observations: pd.DataFrame,
    photos: pd.DataFrame,
    visit_responses: Sequence[Row],
    patients: Sequence[Patient],
    arms: Mapping[str, str | None],
) -> Iterator[LesionVisit]:
    rows = records(observations.reindex(columns=list(_OBSERVED)))
    by_look: dict[tuple[str, str, str], Row] = {}
    phases: dict[tuple[str, str], str] = {}
    for row in rows:
        by_look.setdefault((row["patient"], row["lesion"], row["visit"]), row)
        if row["phase"]:
            phases.setdefault((row["patient"], row["visit"]), row["phase"])
    later = _later_visits(visit_responses)
    baseline: dict[str, set[str]] = {}
    for row in rows:
        if row["visit"] not in later.get(row["patient"], {}):
            baseline.setdefault(row["patient"], set()).add(row["visit"])
    tones = lesion_tones(rows, baseline)
    by_photo = _photos(photos)
    for series in read_series(observations, patients):
        code = series.patient.code
        for lesion in series.lesions:
            since = lesion.looks[0].day
            for visit, (day, in_window) in later.get(code, {}).items():
                if day < since:
                    continue
                look, seen = lesion.at(visit), by_look.get((code, lesion.lesion, visit))
                sized = look is not None and look.longest_mm is not None
                yield LesionVisit(
                    EVALUABLE if sized else _why_not(seen, by_photo),
                    arms.get(code) or NO_ARM,
                    phases.get((code, visit), UNKNOWN),
                    tones.get((code, lesion.lesion), UNKNOWN),
                    in_window,
                )


def _why_not(row: Row | None, photos: Mapping[str, Row]) -> str:
    if row is None:
        return "not_photographed"
    if row["status"] in _BY_STATUS:
        return str(row["status"])
    photo = photos.get(row["photo"] or "", {})
    if photo.get("quality") == "not_evaluable":
        return "poor_photo"
    no_scale = bool(photo) and photo["px_per_mm"] is None and bool(row["status"])
    if no_scale or (row["longest_diameter_px"] is not None and row["longest_diameter_mm"] is None):
        return "no_scale"
    joined = photo.get("registered") in (None, True) and photo.get("registration_method") != _PLACE_ONLY
    return OTHER if row["status"] or joined else "not_registered"


def _later_visits(visit_responses: Sequence[Row]) -> dict[str, dict[str, tuple[int, bool]]]:
    """Patient → visit after the baseline → study day, and whether it is known to be in the window."""
    later: dict[str, dict[str, tuple[int, bool]]] = {}
    for row in visit_responses:
        told = row["study_day"], bool(row["in_assessment_window"])
        later.setdefault(row["patient"], {}).setdefault(row["visit"], told)
    return later


def _photos(photos: pd.DataFrame) -> dict[str, Row]:
    names = ["photo", "quality", "px_per_mm", "registered", "registration_method"]
    return {str(row["photo"]): row for row in records(photos.reindex(columns=names))}
