"""A signature holds while what was signed is the same, and no longer."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesiontrack.corrections import Signature
from lesiontrack.corrections.model import Plain
from lesiontrack.corrections.signed import OF_THE_PHOTO, OF_THE_ROW, SIGNED, differences, values_of
from lesiontrack.corrections.standing import UNJUDGED, standing
from lesiontrack.tables import TABLES

from .said import entries

PHOTO = {"photo": "a.jpg", "sha256": "a" * 64, "segmentation_model": "small-1", "px_per_mm": 9.123456789}
ROW = {
    "patient": "PT1", "site": "calf", "lesion": "L01", "visit": "day028", "photo": "a.jpg",
    "status": "present", "evaluable": True, "merged_into": None,
    "longest_diameter_mm": 12.3, "perpendicular_diameter_mm": 8.0, "area_mm2": 80.0, "ulcer_area_mm2": 0.0,
    "longest_diameter_px": 112.2, "perpendicular_diameter_px": 73.0, "area_px": 6660.0, "ulcer_area_px": 0.0,
    "delta_a": 4.0, "erythema_grade": 1.5, "scale_id": "delta-a-provisional", "inflammation": "within",
    "reason": "told", "phase": "P1", "study_day": 28, "longest_diameter_mm_sd": 0.2,
}  # fmt: skip


def signature(row: dict[str, Any] = ROW, photo: dict[str, Any] = PHOTO) -> Signature:
    place = {name: row[name] for name in ("patient", "site", "lesion", "visit")}
    return Signature(**place, values=values_of(row, photo))


def test_signed_columns_are_columns() -> None:
    columns = {table: {column.name for column in TABLES[table]} for table in ("photos", "observations")}
    assert set(OF_THE_PHOTO.values()) <= columns["photos"]
    assert set(OF_THE_ROW) <= columns["observations"]
    assert set(values_of(ROW, PHOTO)) == set(SIGNED)


def test_numbers_are_kept_to_six_digits() -> None:
    assert values_of(ROW, PHOTO)["px_per_mm"] == 9.12346
    assert values_of(ROW, None)["px_per_mm"] is None
    assert values_of({**ROW, "delta_a": math.nan}, PHOTO)["delta_a"] is None


@pytest.mark.parametrize(
    ("changed", "photo", "told"),
    [
        ({"longest_diameter_mm": 13.1, "area_px": 6660.0}, {}, ["longest diameter 12.3 → 13.1 mm"]),
        ({"area_mm2": 81.0, "area_px": 6700.0}, {}, ["area 80 → 81 mm2"]),
        ({"status": "not_visible"}, {}, ["status present → not visible"]),
        ({"evaluable": False, "area_mm2": None}, {}, ["evaluable yes → no", "area 80 → nothing mm2"]),
        ({"merged_into": "L02"}, {}, ["merged into nothing → L02"]),
        ({"inflammation": "not_assessable"}, {}, ["inflammation within → not assessable"]),
        ({}, {"sha256": "b" * 64}, ["another photo file"]),
        ({}, {"segmentation_model": "small-2"}, ["outlines by another model (small-1 → small-2)"]),
        ({}, {"segmentation_model": "small-1+reader"}, []),
        ({}, {"px_per_mm": 10.0}, ["scale 9.123 → 10 px/mm"]),
        ({"reason": "other", "phase": "P2", "longest_diameter_mm_sd": 0.3, "role": "target"}, {}, []),
        ({"longest_diameter_mm": 12.3 * (1 + 1e-9), "delta_a": 4.0 - 1e-12}, {}, []),
    ],
)  # fmt: skip
def test_differences_in_words(changed: dict[str, Any], photo: dict[str, Any], told: list[str]) -> None:
    now = values_of({**ROW, **changed}, {**PHOTO, **photo})
    assert differences(signature().values, now) == told


def test_a_signature_that_says_nothing_holds_for_nothing() -> None:
    assert differences({}, values_of(ROW, PHOTO)) == ["the signature does not say what was signed"]


def test_a_value_that_an_earlier_version_did_not_sign_is_no_difference() -> None:
    older = {name: value for name, value in signature().values.items() if name != "delta_a"}
    assert differences(older, values_of({**ROW, "delta_a": 9.0}, PHOTO)) == []


def _plain(name: str) -> st.SearchStrategy[Plain]:
    if name == "evaluable":
        return st.booleans()
    if name in ("status", "merged_into", "scale_id", "inflammation"):
        return st.none() | st.sampled_from(["present", "not_visible", "L02", "within", "above"])
    return st.none() | st.floats(-50, 5000, allow_nan=False)


@given(
    st.dictionaries(st.sampled_from(sorted(OF_THE_ROW)), st.none(), max_size=4).flatmap(
        lambda names: st.fixed_dictionaries({name: _plain(name) for name in names})
    )
)
def test_void_if_and_only_if_a_signed_value_changed(changed: dict[str, Any]) -> None:
    now = {**ROW, **changed}
    stands = standing(now, PHOTO, entries(signature())[0], said=(), unjudged=False)
    differs = any(not _same(ROW[name], now[name]) for name in OF_THE_ROW)
    assert (stands.review_status == "void") is differs
    assert (stands.review_status == "signed") is not differs
    assert bool(stands.signature_note) is differs
    assert stands.signed_by == "Dr Gray"


def _same(old: Any, new: Any) -> bool:
    """As the signature promises: decimals to one part in 100,000."""
    numbers = all(isinstance(v, float) and not isinstance(v, bool) for v in (old, new))
    if not numbers:
        return bool(old == new)
    old, new = float(f"{old:.6g}"), float(f"{new:.6g}")
    return abs(old - new) <= max(1e-5 * max(abs(old), abs(new)), 1e-9)


def test_standing_in_words() -> None:
    signed = entries(signature())[0]
    assert standing(ROW, PHOTO, None, said=(), unjudged=False).columns() == {
        "review_status": "unreviewed", "signed_by": None, "signed_at": None, "signature_note": None,
    }  # fmt: skip
    assert standing(ROW, PHOTO, None, said=("Dr Gray: gone",), unjudged=False).review_status == "corrected"
    stands = standing(ROW, PHOTO, signed, said=("Dr Gray: gone",), unjudged=False)
    assert stands.review_status == "signed"
    assert stands.signed_at == "2026-03-04T09:30:00Z"
    stands = standing({**ROW, "status": "split"}, PHOTO, signed, said=(), unjudged=False)
    assert stands.signature_note == "changed since it was signed: status present → split"
    assert (stands.state, stands.why) == ("void", "status present → split")


def test_a_lesion_that_nobody_called_new_can_t_be_signed() -> None:
    stands = standing(ROW, PHOTO, entries(signature())[0], said=(), unjudged=True)
    assert stands.review_status == "unreviewed"
    assert stands.signed_by is None
    assert (stands.state, stands.why) == ("no effect", UNJUDGED)
    assert UNJUDGED in (stands.signature_note or "")
