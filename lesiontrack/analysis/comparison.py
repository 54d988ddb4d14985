"""Sizes taken by caliper, ultrasound, CT or palpation, beside the photo's of the same lesion and visit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

import pandas as pd

from lesiontrack.protocol import Protocol
from lesiontrack.study.model import OutsideMeasurement

Row = dict[str, Any]

LONGEST, PERPENDICULAR = "longest_diameter_mm", "perpendicular_diameter_mm"
AREA, ULCER_AREA = "area_mm2", "ulcer_area_mm2"

_LENGTHS = {LONGEST, PERPENDICULAR}
_QUANTITIES: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "longest diameter", "largest diameter", "greatest diameter", "maximum diameter",
            "maximal diameter", "max diameter", "long diameter", "diameter", "longest dimension",
            "largest dimension", "greatest dimension", "long axis", "longest axis", "major axis", "ldiam",
        ),
        LONGEST,
    ),
    **dict.fromkeys(
        (
            "perpendicular diameter", "perpendicular", "longest perpendicular",
            "longest perpendicular diameter", "greatest perpendicular diameter", "short diameter",
            "shortest diameter", "short axis", "minor axis", "lperp",
        ),
        PERPENDICULAR,
    ),
    **dict.fromkeys(("area", "lesion area", "tumour area", "tumor area"), AREA),
    **dict.fromkeys(
        ("ulcer area", "ulceration area", "erosion area", "skin loss area", "area of ulceration"), ULCER_AREA
    ),
}  # fmt: skip
_SPELT_UNIT = re.compile(r"(?P<square>sq(?:uare)?\.?)?(?P<unit>[a-z]+?)(?P<power>\^?2|²|\*\*2)?")
_MM_IN: Mapping[str, int] = {
    **dict.fromkeys(("mm", "millimetre", "millimetres", "millimeter", "millimeters"), 1),
    **dict.fromkeys(("cm", "centimetre", "centimetres", "centimeter", "centimeters"), 10),
}


@dataclass(frozen=True)
class Comparable:
    """`column` of observations that stands beside a recorded value, and the value in its unit; or `note`."""

    column: str | None
    value: float | None
    note: str = ""


def comparable(quantity: str, value: float, unit: str) -> Comparable:
    """What a recorded size compares with.

    Upper and lower case, blanks, hyphens, underscores and brackets make no difference: "Longest-Diameter" is
    longest_diameter_mm. Lengths come in mm or cm, areas in mm2 or cm2 (also "mm^2", "mm²", "sq mm"); a unit
    in the quantity's name ("area_mm2") must be the unit of the row. Any other quantity or unit gives a note,
    never a guess.
    """
    words = re.sub(r"[\s_\-()\[\],]+", " ", quantity).strip().casefold()
    stem = _without_unit(words, unit)
    if stem is None:
        return Comparable(None, None, f"quantity {quantity!r} names another unit than {unit!r}")
    column = _QUANTITIES.get(stem)
    if column is None:
        near = get_close_matches(stem, _QUANTITIES, 1, 0.8)
        hint = f"; if it means {near[0]!r}, write that" if near else ""
        return Comparable(None, None, f"no column of the photos stands beside quantity {quantity!r}{hint}")
    factor = _factor(unit, 1 if column in _LENGTHS else 2)
    if factor is None:
        wanted = "mm or cm" if column in _LENGTHS else "mm2 or cm2"
        return Comparable(
            column, None, f"unit {unit!r} of {quantity!r} is none that is known for it ({wanted})"
        )
    return Comparable(column, float(Decimal(str(value)) * factor))


def comparison_rows(
    measurements: Sequence[OutsideMeasurement], observations: pd.DataFrame, protocol: Protocol
) -> list[Row]:
    """Rows of measurements: every row of measurements.csv with the photo's value of that lesion and visit.

    Args:
        measurements: lesions by their ids, as in `observations`.
        observations: the observations table.

    The visit is the same by its label, else by its study day. Of several rows of a lesion at a visit (two
    sites, two visits on a day) the first with a value counts, as in the response tables. A lesion that is
    not visible has 0; one that could not be evaluated has no value, and the note says why.
    """
    seen = _by_lesion(observations)
    return [_row(one, seen.get((one.patient, one.lesion), ()), protocol) for one in measurements]


def _row(one: OutsideMeasurement, seen: Sequence[Row], protocol: Protocol) -> Row:
    row: Row = {
        "patient": one.patient,
        "visit": one.visit,
        "study_day": one.study_day,
        "lesion": one.lesion,
        "method": one.method,
        "quantity": one.quantity,
        "value": one.value,
        "unit": one.unit,
        "protocol_id": protocol.protocol_id,
    }
    what = comparable(one.quantity, one.value, one.unit)
    row |= {"compared_with": what.column, "value_comparable": what.value, "note": what.note or None}
    if what.column is None:
        return row
    looks = [look for look in seen if look["visit"] == one.visit]
    if not looks and one.study_day is not None:
        looks = [look for look in seen if look["study_day"] == one.study_day]
    sized = [look for look in looks if _usable(look, what.column)]
    if not sized:
        return row | {"note": "; ".join(filter(None, (what.note, _why_none(one, seen, looks))))}
    photo = sized[0]
    row |= {"photo_value": float(photo[what.column]), "photo_sd": photo.get(f"{what.column}_sd")}
    if what.value is not None:
        row["difference"] = row["photo_value"] - what.value
    return row


def _usable(look: Row, column: str) -> bool:
    """A lesion that is there has a size; skin loss may be 0."""
    value = look[column]
    if not look["evaluable"] or value is None:
        return False
    return column == ULCER_AREA or (value == 0) == (look["status"] == "not_visible")


def _why_none(one: OutsideMeasurement, seen: Sequence[Row], looks: Sequence[Row]) -> str:
    if not seen:
        return f"{one.lesion} is in no photo of the patient"
    if not looks:
        return "no photo of the lesion at that visit"
    status = looks[0]["status"] or "status unknown"
    reason = f" ({looks[0]['reason']})" if looks[0]["reason"] else ""
    return f"the photo gives no value: {status}{reason}"


def _by_lesion(observations: pd.DataFrame) -> dict[tuple[str, str], list[Row]]:
    columns = ["patient", "lesion", "visit", "study_day", "status", "evaluable", "reason"]
    for name in (LONGEST, PERPENDICULAR, AREA, ULCER_AREA):
        columns += [column for column in (name, f"{name}_sd") if column in observations]
    table = observations[columns].astype(object)
    found: dict[tuple[str, str], list[Row]] = {}
    for values in table.where(table.notna(), None).itertuples(index=False, name=None):
        row = dict(zip(columns, values, strict=True))
        found.setdefault((row["patient"], row["lesion"]), []).append(row)
    return found


def _factor(unit: str, power: int) -> int | None:
    """mm to the power in one `unit`; None for a unit that is unknown or of another power."""
    match = _SPELT_UNIT.fullmatch(re.sub(r"\s+", "", unit).casefold())
    if match is None or match["unit"] not in _MM_IN or (match["square"] and match["power"]):
        return None
    squared = 2 if match["square"] or match["power"] else 1
    return int(_MM_IN[match["unit"]] ** power) if squared == power else None


def _without_unit(words: str, unit: str) -> str | None:
    """The quantity's name without a unit at its end; None where that is not the row's own unit."""
    stem, _, last = words.rpartition(" ")
    for power in (1, 2):
        factor = _factor(last, power)
        if stem and factor is not None:
            return stem if _factor(unit, power) == factor else None
    return words
