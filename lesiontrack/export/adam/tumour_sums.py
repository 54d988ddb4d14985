"""ADTR records of sums over target lesions, one parameter a target set."""

from __future__ import annotations

from collections.abc import Mapping

from lesiontrack.export.adam.study import AdamStudy, Row
from lesiontrack.export.adam.terms import ANALYSES, CRITERIA, code_of
from lesiontrack.export.adam.values import change, on_day, pct_change
from lesiontrack.export.adam.variables import FIRST_VISIT, LAST_BEFORE
from lesiontrack.export.cdisc import Subject

PROGRESSION = ("PD", "iUPD", "iCPD")


def sum_records(study: AdamStudy, one: Subject) -> list[Row]:
    """One record a target set and visit, and one for its baseline, where the tables hold a lesion's baseline.

    AVAL is empty where a target could not be evaluated: such a sum is never made of the lesions that could.
    NADIR is the smallest complete sum before that visit, baseline included. PDFL is the target response's
    progression; where AVAL is there, it is what PCHGNAD, CHGNAD and CRNFL give (admiralonco's ADTR vignette).
    """
    by_analysis: dict[str, list[Row]] = {}
    for row in study.visit_responses.get(one.code, []):
        if row["targets"]:
            by_analysis.setdefault(row["analysis"], []).append(row)
    baselines = _baselines(study, one)
    sizes = _sizes(study, one)
    records: list[Row] = []
    for analysis, rows in by_analysis.items():
        targets = [name.strip() for name in str(rows[0]["targets"]).split(",")]
        start = [baselines[name] for name in targets if name in baselines]
        common = _common(analysis, targets, start)
        found = [_baseline(one, common, rows[0], start)] if start else []
        found += [_visit(one, common, row, targets, sizes) for row in rows]
        records += [record | study.traces.sum(one.usubjid, analysis, record["ADY"]) for record in found]
    return records


def _unit(row: Row) -> str:
    return "mm2" if row["analysis"] == "all_lesion_area" else "mm"


def _common(analysis: str, targets: list[str], start: list[Row]) -> Row:
    letter, name = code_of(ANALYSES, analysis, "analysis")
    code, what = ("SAREA", "Areas (mm2)") if analysis == "all_lesion_area" else ("SDIAM", "Diameters (mm)")
    valid = all(row["baseline_valid"] for row in start)
    return {
        "PARAM": f"Target Lesions Sum of {what}; {name}",
        "PARAMCD": f"{code}{letter}",
        "PARCAT1": "TARGET LESION(S)",
        "PARCAT3": CRITERIA,
        "PARCAT4": name,
        "BASETYPE": None if not start else LAST_BEFORE if valid else FIRST_VISIT,
        "LSEXP": ", ".join(sorted(targets)),
    }


def _baseline(one: Subject, common: Row, row: Row, start: list[Row]) -> Row:
    """The sum that change is counted from; dated on the last of its lesions' baseline visits."""
    value = row[f"baseline_sum_{_unit(row)}"]
    last = max(start, key=lambda look: int(look["study_day"]))
    return {
        **common,
        **on_day(one, last["study_day"], last["visit"], baseline=True),
        "ABLFL": "Y",
        "AVAL": value,
        "BASE": value,
        "LSASS": _assessed(start, row),
        "ANL01FL": None if value is None else "Y",
    }


def _visit(
    one: Subject, common: Row, row: Row, targets: list[str], sizes: Mapping[tuple[str, str], Row]
) -> Row:
    unit = _unit(row)
    value, base, nadir = (row[f"{name}_{unit}"] for name in ("sum", "baseline_sum", "nadir_sum"))
    return {
        **common,
        **on_day(one, row["study_day"], row["visit"]),
        "AVAL": value,
        "BASE": base,
        "CHG": change(value, base),
        "PCHG": pct_change(value, base),
        "NADIR": nadir,
        "CHGNAD": change(value, nadir),
        "PCHGNAD": pct_change(value, nadir),
        "LSASS": _assessed([sizes.get((name, row["visit"]), {}) for name in targets], row),
        "CRFL": "Y" if value == 0 else None,
        "CRNFL": "Y" if nadir == 0 else None,
        "PDFL": "Y" if row["target_response"] in PROGRESSION else None,
        "ANL01FL": None if value is None else "Y",
        "ANL02FL": "Y" if value is not None and row["in_assessment_window"] else None,
        "REVSTAT": str(row["review_status"]).upper(),
    }


def _baselines(study: AdamStudy, one: Subject) -> dict[str, Row]:
    """Lesion → its row of lesion_responses at its baseline visit."""
    return {
        row["lesion"]: row
        for row in study.lesion_responses.get(one.code, [])
        if row["visit"] == row["baseline_visit"]
    }


def _sizes(study: AdamStudy, one: Subject) -> dict[tuple[str, str], Row]:
    """(lesion, visit) → row of lesion_responses."""
    return {(row["lesion"], row["visit"]): row for row in study.lesion_responses.get(one.code, [])}


def _assessed(looks: list[Row], row: Row) -> str | None:
    """The lesions of the sum that had a size there, of an outline that is the lesion alone and whole."""
    size = "area_mm2" if _unit(row) == "mm2" else "longest_diameter_mm"
    return (
        ", ".join(
            sorted(
                look["lesion"] for look in looks if look.get(size) is not None and look["response"] != "NE"
            )
        )
        or None
    )
