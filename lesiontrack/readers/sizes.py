"""How far two readers are apart in what they drew and where they pointed: Bland-Altman, ICC, overlap."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from lesiontrack.analysis.agreement import FEW_PATIENTS
from lesiontrack.corrections.model import DRAWN
from lesiontrack.corrections.words import CLASSES
from lesiontrack.readers.model import QUESTIONS, Pair
from lesiontrack.statistics import bland_altman, intraclass_correlation

Row = dict[str, Any]


def measurement_rows(pairs: Iterable[Pair]) -> list[Row]:
    """A row of measurements.csv for every pair of outlines or places that could be measured."""
    return [
        {
            "what": QUESTIONS[pair.subject.question],
            "patient": pair.patient or None,
            "site": pair.subject.site or None,
            "visit": pair.subject.visit or None,
            "lesion": pair.subject.lesion or pair.measures.get("lesions") or None,
            "photo": pair.subject.photo or None,
            "photo_sha256": pair.subject.sha256,
            "class": pair.subject.detail[0] if pair.subject.question == "mask" else None,
            "region": int(pair.subject.detail[1]) if pair.subject.question == "mask" else None,
            **{name: value for name, value in pair.measures.items() if name != "lesions"},
            **_derived(pair.measures),
            "counts_as_one": pair.agree,
            "note": pair.note or None,
        }
        for pair in pairs
        if pair.measures
    ]


def _derived(measures: Any) -> Row:
    one, other = measures.get("area_a_mm2"), measures.get("area_b_mm2")
    return {} if one is None or other is None else {"difference_mm2": one - other}


def size_rows(pairs: Iterable[Pair]) -> list[Row]:
    """A row of measurement_agreement.csv for every quantity that was compared, class by class."""
    pairs = [pair for pair in pairs if pair.measures]
    rows: list[Row] = []
    for name in DRAWN:
        drawn = [p for p in pairs if p.subject.question == "mask" and p.subject.detail[0] == name]
        if drawn:
            rows += _areas(name, drawn)
    for question, what in (("lesion_point", "place of a lesion"), ("landmarks", "frame by landmarks")):
        pointed = [p for p in pairs if p.subject.question == question]
        if pointed:
            rows.append(_distances(what, pointed))
    return rows


def _areas(name: str, pairs: Sequence[Pair]) -> list[Row]:
    called = CLASSES[name]
    overlaps = [p.measures["dice"] for p in pairs if p.measures["dice"] is not None]
    scaled = [p for p in pairs if p.measures["px_per_mm"]]
    drawn = [p for p in scaled if p.measures["area_a_px"] and p.measures["area_b_px"]]
    overlap = {
        "quantity": f"{called}, overlap (Dice)", "unit": None, "compared": len(overlaps),
        "patients": _patients([p for p in pairs if p.measures["dice"] is not None]),
        "left_out": len(pairs) - len(overlaps), **_spread(overlaps),
        "note": _left("both drew nothing", len(pairs) - len(overlaps)),
    }  # fmt: skip
    area = {
        "quantity": f"{called}, area", "unit": "mm2", "compared": len(scaled), "patients": _patients(scaled),
        "left_out": len(pairs) - len(scaled),
        **_agreement(scaled, lambda mm2: mm2, _left("photo without a scale", len(pairs) - len(scaled))),
    }  # fmt: skip
    why = _left("without a scale, or one of them drew nothing", len(pairs) - len(drawn))
    ratio = {
        "quantity": f"{called}, area of A / area of B", "unit": "ratio", "compared": len(drawn),
        "patients": _patients(drawn), "left_out": len(pairs) - len(drawn),
        **_as_ratio(_agreement(drawn, math.log, why)),
    }  # fmt: skip
    return [overlap, area, ratio]


def _agreement(pairs: Sequence[Pair], scale: Callable[[float], float], left: str | None) -> Row:
    """Bland-Altman of A - B, and ICC over regions, with the patients that they belong to."""
    if not pairs:
        return {"note": left}
    patients = [pair.patient for pair in pairs]
    values = np.array([[scale(p.measures["area_a_mm2"]), scale(p.measures["area_b_mm2"])] for p in pairs])
    found = bland_altman(values[:, 0] - values[:, 1], patients)
    names = ("bias", "bias_lower", "bias_upper", "sd", "loa_lower", "loa_upper")
    row: Row = {"mean_a": values[:, 0].mean(), "mean_b": values[:, 1].mean()}
    row |= {name: getattr(found, name) for name in names}
    for model in ("2,1", "3,1"):
        icc = intraclass_correlation(values, patients, model=model)
        column = f"icc_{model.replace(',', '_')}"
        lower, upper = icc.lower, icc.upper
        if icc.clusters < icc.subjects:
            lower, upper = icc.cluster_lower, icc.cluster_upper
        row |= {column: icc.icc, f"{column}_lower": lower, f"{column}_upper": upper}
    notes = [left or "", _few(len(pairs), len(set(patients)))]
    if len(set(patients)) > 1 and math.isnan(row["icc_2_1_lower"]):
        notes.append("no limits of the ICC: without one of the patients too little is left")
    return {name: _number(value) for name, value in row.items()} | {
        "note": "; ".join(filter(None, notes)) or None
    }


def _as_ratio(row: Row) -> Row:
    """From differences of logarithms to ratios; the ICC stays that of the logarithms."""
    ratios = ("mean_a", "mean_b", "bias", "bias_lower", "bias_upper", "loa_lower", "loa_upper")
    found = {
        name: math.exp(value) if name in ratios and value is not None else value
        for name, value in row.items()
    }
    return found | {"mean_a": None, "mean_b": None, "sd": row.get("sd")}


def _distances(what: str, pairs: Sequence[Pair]) -> Row:
    scaled = [p for p in pairs if p.measures["distance_mm"] is not None]
    return {
        "quantity": f"{what}, distance", "unit": "mm", "compared": len(scaled), "patients": _patients(scaled),
        "left_out": len(pairs) - len(scaled), **_spread([p.measures["distance_mm"] for p in scaled]),
        "note": _left("photo without a scale", len(pairs) - len(scaled)),
    }  # fmt: skip


def _spread(values: Sequence[float]) -> Row:
    if not values:
        return {}
    return {"median": float(np.median(values)), "lowest": min(values), "highest": max(values)}


def _patients(pairs: Sequence[Pair]) -> int:
    return len({pair.patient for pair in pairs})


def _left(why: str, number: int) -> str | None:
    return f"left out: {number} ({why})" if number else None


def _few(pairs: int, patients: int) -> str:
    if pairs == 1:
        return "one pair: no limits"
    if pairs == patients:
        return ""
    if patients == 1:
        return "one patient: nothing tells how far patients differ, so there are no limits"
    if patients < FEW_PATIENTS:
        return f"limits of the bias from {patients} patients drawn with replacement are too narrow"
    return ""


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
