"""What a reader stands behind with a signature, and what of it is another value now."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from lesiontrack.corrections.masks import READER
from lesiontrack.corrections.model import Plain

OF_THE_PHOTO: Mapping[str, str] = {
    "photo_sha256": "sha256",
    "segmentation_model": "segmentation_model",
    "px_per_mm": "px_per_mm",
}
"""Signed value → column of photos."""

OF_THE_ROW: Mapping[str, str] = {
    "status": "status",
    "evaluable": "evaluable",
    "merged_into": "merged into",
    "longest_diameter_mm": "longest diameter, mm",
    "perpendicular_diameter_mm": "perpendicular diameter, mm",
    "area_mm2": "area, mm2",
    "ulcer_area_mm2": "ulcer area, mm2",
    "longest_diameter_px": "longest diameter, px",
    "perpendicular_diameter_px": "perpendicular diameter, px",
    "area_px": "area, px2",
    "ulcer_area_px": "ulcer area, px2",
    "delta_a": "redness of the lesion, delta a*",
    "erythema_grade": "erythema grade",
    "scale_id": "scale of the grade",
    "inflammation": "inflammation",
}
"""Signed column of observations → what people call it. Left out: what only describes (phase, reason, notes),
what follows from the protocol or from other visits (expected band, role), standard deviations, and the
readings of the whole site beside the grade that is made of them."""

SIGNED = (*OF_THE_PHOTO, *OF_THE_ROW)
_ALWAYS = {"photo_sha256", "status", "evaluable"}

_DIGITS = 6
_SAME = 10.0 ** (1 - _DIGITS)
_NOTHING = 1e-9  # what rounding may leave where a redness is 0
_PX = ("longest_diameter", "perpendicular_diameter", "area", "ulcer_area")


def values_of(row: Mapping[str, Any], photo: Mapping[str, Any] | None) -> dict[str, Plain]:
    """The values that a signature keeps, by SIGNED; decimals to six significant digits.

    Of the model, its id alone: where a reader drew, the sizes tell it, and an outline drawn around one lesion
    takes nothing from what was signed of another in the same photo.

    Args:
        row: of observations.
        photo: row of photos of the photo that it comes from; None where there is none.
    """
    values = {name: _plain((photo or {}).get(column)) for name, column in OF_THE_PHOTO.items()}
    if isinstance(model := values["segmentation_model"], str):
        values["segmentation_model"] = model.removesuffix(READER)
    return values | {name: _plain(row.get(name)) for name in OF_THE_ROW}


def differences(signed: Mapping[str, Plain], now: Mapping[str, Plain]) -> list[str]:
    """What is another value now than when it was signed, in words; empty where the signature holds.

    A value that another version did not sign is no difference, but for those that none left out. Decimals
    that differ by less than one part in 100,000 are one value: another machine may round elsewhere.
    """
    if not signed.keys() >= _ALWAYS:
        return ["the signature does not say what was signed"]
    changed = {
        name for name in SIGNED if name in signed and name in now and not _same(signed[name], now[name])
    }
    told = changed - {f"{size}_px" for size in _PX if changed & {f"{size}_mm", f"{size}_mm2"}}
    return [_words(name, signed[name], now[name]) for name in SIGNED if name in told]


def _plain(value: Any) -> Plain:
    if value is None or isinstance(value, bool | int | str):
        return value
    number = float(value)
    return float(f"{number:.{_DIGITS}g}") if math.isfinite(number) else None


def _same(signed: Plain, now: Plain) -> bool:
    if isinstance(signed, bool) or isinstance(now, bool):
        return signed is now
    if isinstance(signed, int | float) and isinstance(now, int | float):
        return math.isclose(signed, now, rel_tol=_SAME, abs_tol=_NOTHING)
    return signed == now


def _words(name: str, signed: Plain, now: Plain) -> str:
    if name == "photo_sha256":
        return "another photo file"
    if name == "segmentation_model":
        return f"outlines by another model ({_value(signed)} → {_value(now)})"
    if name == "px_per_mm":
        return f"scale {_value(signed)} → {_value(now)} px/mm"
    called, _, unit = OF_THE_ROW[name].partition(", ")
    return f"{called} {_value(signed)} → {_value(now)}" + (
        f" {unit}" if unit in ("mm", "mm2", "px", "px2") else ""
    )


def _value(value: Plain) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.4g}"
        case str():
            return value.replace("_", " ") if value.islower() else value
    return str(value)
