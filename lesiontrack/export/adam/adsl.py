"""ADSL: one record an enrolled patient, photo-less ones included."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from statistics import median
from typing import Any

from lesiontrack.analysis.tone import tone_class
from lesiontrack.export.adam.study import AdamStudy, Row
from lesiontrack.export.cdisc import Subject, cdisc_day
from lesiontrack.redness import BASELINE, BEYOND

FLAG = {"y": "Y", "yes": "Y", "true": "Y", "1": "Y", "n": "N", "no": "N", "false": "N", "0": "N"}
KNOWN_SETS = {
    "itt": "ITTFL",
    "intention_to_treat": "ITTFL",
    "full_analysis": "FASFL",
    "fas": "FASFL",
    "safety": "SAFFL",
    "saf": "SAFFL",
    "per_protocol": "PPROTFL",
    "pp": "PPROTFL",
    "randomised": "RANDFL",
    "randomized": "RANDFL",
}
"""Names of analysis sets in patients.csv → their usual ADSL flags."""

OWN_FLAGS = ("ENRLFL", "DTHFL", "PHOTOFL")
_FLAG_NAME = re.compile(r"[A-Z][A-Z0-9]{0,5}FL")


def adsl_rows(study: AdamStudy) -> list[Row]:
    """Rows of ADSL; an analysis flag that the study recorded is a key of every row."""
    flags = recorded_flags([one.recorded for one in study.subjects])
    return [
        _row(study, one) | {name: flag.get(one.code) for name, flag in flags.items()}
        for one in study.subjects
    ]


def _row(study: AdamStudy, one: Subject) -> Row:
    told = one.recorded
    return {
        "STUDYID": study.id,
        "USUBJID": one.usubjid,
        "SUBJID": one.code,
        "ARM": told["arm"],
        "TRT01P": told["arm"],
        "TRTSDT": told["treatment_start"],
        "ANCHDT": one.date(0),
        "ANCHTYP": str(told["day_zero"]).replace("_", " ").upper(),
        "ENRLDT": one.date(told["enrolled_day"]),
        "ENRLDY": cdisc_day(told["enrolled_day"]),
        "DTHDT": one.date(told["death_day"]),
        "DTHADY": cdisc_day(told["death_day"]),
        "DTHFL": None if told["death_day"] is None else "Y",
        **_last_alive(study, one),
        "ENRLFL": "Y",
        "PHOTOFL": "Y" if told["photos"] else "N",
        **_baseline(study, one.code),
    }


def _last_alive(study: AdamStudy, one: Subject) -> Row:
    """The later of the recorded last contact and the last visit with a photo, and which of them it is."""
    contact = one.recorded["last_contact_day"]
    seen = max(study.photo_days.get(one.code, ()), default=None)
    if contact is None and seen is None:
        return {}
    day = max(known for known in (contact, seen) if known is not None)
    return {
        "LSTALVDT": one.date(day),
        "LSTALVDY": cdisc_day(day),
        "LSTALVSR": "LAST CONTACT" if day == contact else "LAST VISIT",
    }


def _baseline(study: AdamStudy, code: str) -> Row:
    """What was there at the baseline; empty for a patient without photos."""
    lesions = study.lesion_responses.get(code, [])
    if not lesions:
        return {}
    roles = {row["lesion"]: row["role"] for row in lesions}
    ita = _ita(study, code)
    first: dict[str, Row] = {}
    for row in study.visit_responses.get(code, []):
        first.setdefault(row["analysis"], row)
    main, area = first.get("protocol_targets", {}), first.get("all_lesion_area", {})
    return {
        "NLESBL": sum(role in ("target", "non_target") for role in roles.values()),
        "NTGTBL": sum(role == "target" for role in roles.values()),
        "SUMBL": main["baseline_sum_mm"] if main else _sum_of_targets(lesions),
        "AREABL": area.get("baseline_sum_mm2"),
        "ITABL": ita,
        "ITACBL": None if ita is None else tone_class(ita).upper(),
    }


def _sum_of_targets(lesions: Sequence[Row]) -> float | None:
    """Of a patient who was not seen again; None where a target has no size."""
    sizes = {row["lesion"]: row["baseline_longest_diameter_mm"] for row in lesions if row["role"] == "target"}
    if not sizes or None in sizes.values():
        return None
    return float(sum(Decimal(str(size)) for size in sizes.values()))


def _ita(study: AdamStudy, code: str) -> float | None:
    """ITA of skin before treatment, or of untreated skin: the median over visits and sites that tell it.

    The same angles as for `lesiontrack.analysis.tone`: at day 0 or before, or where the reference is the
    registered baseline of the site or lies beyond the margin; treated skin may be red or bleached.
    """
    angles: dict[tuple[str, str | None], float] = {}
    for row in study.observations.get(code, []):
        untreated = str(row["erythema_reference"] or "").startswith((BASELINE, BEYOND))
        if row["ita_deg"] is not None and (untreated or row["study_day"] <= 0):
            angles[row["visit"], row["site"]] = float(row["ita_deg"])
    return median(angles.values()) if angles else None


def recorded_flags(patients: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Flag → patient → Y or N, from the open columns of patients.csv.

    A column goes through where its name is a flag's (up to 8 letters and digits, ends in FL) or that of a
    known analysis set, and every cell says yes or no; our own flags stay ours.
    """
    columns: dict[str, dict[str, str]] = {}
    for row in patients:
        for name, cell in json.loads(row["further"] or "{}").items():
            columns.setdefault(name, {})[row["patient"]] = str(cell).strip().lower()
    flags: dict[str, dict[str, str]] = {}
    for name, cells in sorted(columns.items()):
        flag = KNOWN_SETS.get(name.strip().lower().replace(" ", "_"), name.strip().upper())
        if not _FLAG_NAME.fullmatch(flag) or flag in OWN_FLAGS or flag in flags:
            continue
        if set(cells.values()) <= set(FLAG):
            flags[flag] = {code: FLAG[cell] for code, cell in cells.items()}
    return flags
