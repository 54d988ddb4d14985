"""ADTR records of single lesions: longest diameter, area, area of skin loss."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from lesiontrack.export.adam.study import AdamStudy, Row
from lesiontrack.export.adam.values import change, on_day, pct_change
from lesiontrack.export.adam.variables import FIRST_VISIT, LAST_BEFORE
from lesiontrack.export.cdisc import Subject, in_cdisc_days
from lesiontrack.study.names import natural_key

ROLES: Mapping[str | None, tuple[str, str, str]] = {
    "target": ("L", "Target Lesion", "TARGET LESION"),
    "non_target": ("N", "Non-Target Lesion", "NON-TARGET LESION"),
    "new": ("W", "New Lesion Candidate", "NEW LESION CANDIDATE"),
    None: ("O", "Other Lesion", "OTHER LESION"),
}
"""Role → first letter of PARAMCD, beginning of PARAM, PARCAT1."""

MEASURES: Mapping[str, tuple[str, str]] = {
    "longest_diameter_mm": ("DIAM", "Longest Diameter (mm)"),
    "area_mm2": ("AREA", "Area (mm2)"),
    "ulcer_area_mm2": ("ULC", "Area of Skin Loss (mm2)"),
}
"""Column of observations → middle of PARAMCD, end of PARAM."""


def lesion_records(study: AdamStudy, one: Subject) -> list[Row]:
    """One record a lesion, visit and measure, measured or not."""
    seen: dict[tuple[str, str], list[Row]] = {}
    for row in study.observations.get(one.code, []):
        seen.setdefault((row["lesion"], row["visit"]), []).append(row)
    responses = study.lesion_responses.get(one.code, [])
    numbers = lesion_numbers([row["lesion"] for row in responses])
    records: list[Row] = []
    for response in responses:
        lesion = response["lesion"]
        looks = seen.get((lesion, response["visit"]), [])
        look = _chosen(looks, response)
        baseline = _chosen(seen.get((lesion, response["baseline_visit"]), []), None)
        for measure in MEASURES:
            record = _record(one, response, look, baseline, measure, numbers[lesion])
            record["TRLNKID"] = study.traces.lesion(one.usubjid, lesion)
            record |= study.traces.size(one.usubjid, lesion, measure, record["ADY"], look.get("photo"))
            records.append(record)
    return records


def _chosen(looks: Sequence[Row], response: Row | None) -> Row:
    """The row that counts of a lesion seen from two sites: the one that the response was read from."""
    size = None if response is None else response["longest_diameter_mm"]
    usable = [look for look in looks if look["evaluable"]]
    same = [look for look in usable if response is not None and look["longest_diameter_mm"] == size]
    return next(iter([*same, *usable, *looks]), {})


def _record(one: Subject, response: Row, look: Row, baseline: Row, measure: str, number: int) -> Row:
    letter, what, category = ROLES[response["role"]]
    code, unit = MEASURES[measure]
    ulcer = measure == "ulcer_area_mm2"
    value = look.get(measure) if ulcer else response[measure]
    is_baseline = response["visit"] == response["baseline_visit"]
    later = response["response"] is not None and not is_baseline
    record: Row = {
        "PARAM": f"{what} {number} {unit}",
        "PARAMCD": f"{letter}{code}{number}",
        "PARCAT1": category,
        "LESIONID": response["lesion"],
        **on_day(one, response["study_day"], response["visit"], baseline=is_baseline),
        "BASETYPE": None
        if response["baseline_visit"] is None
        else LAST_BEFORE
        if response["baseline_valid"]
        else FIRST_VISIT,
        "ABLFL": "Y" if is_baseline and value is not None else None,
        "AVAL": value,
        "AVALSD": look.get(f"{measure}_sd") if value is not None else None,
        "ANL01FL": None if value is None else "Y",
        "LESSTAT": (look.get("status") or "").upper().replace("_", " ") or None,
        "REASNE": None if look.get("evaluable") else in_cdisc_days(look.get("reason") or "") or None,
        "REVSTAT": str(response["review_status"]).upper(),
        "LESRSP": response["response"] if measure == "longest_diameter_mm" else None,
    }
    base = {"longest_diameter_mm": response["baseline_longest_diameter_mm"]}.get(
        measure, baseline.get(measure)
    )
    if is_baseline or later:
        record["BASE"] = base
    if later and _is_whole(response, look, measure):
        record |= {"CHG": change(value, base), "PCHG": pct_change(value, base)}
    if later and measure == "longest_diameter_mm":
        nadir = response["nadir_longest_diameter_mm"]
        record["NADIR"] = nadir
        if _is_whole(response, look, measure):
            record |= {"CHGNAD": change(value, nadir), "PCHGNAD": pct_change(value, nadir)}
    return record


def _is_whole(response: Row, look: Row, measure: str) -> bool:
    """Whether the outline is the lesion alone and whole, so that a change of it can be told.

    The table of lesion responses leaves a change empty otherwise; for skin loss, which is measured on
    obscured lesions too, a size that got no response says so.
    """
    if measure == "longest_diameter_mm":
        return response["change_from_baseline_pct"] is not None
    if measure == "area_mm2":
        return response["area_change_from_baseline_pct"] is not None
    return look.get("status") != "merged" and (
        response["response"] != "NE" or response["longest_diameter_mm"] is None
    )


def lesion_numbers(lesions: Sequence[str]) -> dict[str, int]:
    """Lesion id → n of PARAMCD: the id's own number (L03: 3), which no later run changes."""
    numbers: dict[str, int] = {}
    for lesion in sorted(set(lesions), key=natural_key):
        own = _OWN_NUMBER.fullmatch(lesion)
        number = int(own[1]) if own else 1
        while number in numbers.values():
            number += 1
        numbers[lesion] = number
    return numbers


_OWN_NUMBER = re.compile(r"L0*([1-9][0-9]{0,2})")
