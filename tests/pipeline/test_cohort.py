"""What the cohort stage adds to a lesion's rows: injections, baseline, what a missing scale means."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lesiontrack.pipeline.cohort import photo_tables
from lesiontrack.pipeline.record import PhotoRecord, Value
from lesiontrack.study.model import Dose, LesionSeed

from .hand import PROTOCOL, of, record_of, rows, seen, study_of, track

GROWS = track(seen(10), seen(11), seen(12))


def test_only_an_injection_makes_a_lesion_injected_and_its_day_counts_as_before_it() -> None:
    doses = (
        Dose("PT1", "imiquimod 5 %", 0, 100, lesion="L01"),
        Dose("PT1", "IL-2", 28, lesion="L01"),
        Dose("PT1", "imiquimod 5 %", 0, lesion="L02"),
        Dose("PT1", "IL-2", 0),
    )
    table = rows(study_of(doses=doses), GROWS, GROWS)
    first = of(table, "L01")
    assert first["injected"].tolist() == [False, False, True]
    assert first["lesion_day"].isna().tolist() == [True, False, False]
    assert first["lesion_day"].dropna().tolist() == [0, 56]
    assert of(table, "L02")[["injected", "lesion_day"]].isna().all(axis=None)


def test_an_injection_is_known_by_the_lesions_name_and_from_lesions_csv() -> None:
    named = track(seen(10), seen(11), seen(12), name="shin")
    table = rows(study_of(doses=(Dose("PT1", "Proleukin", 0, lesion="shin"),)), named)
    assert table["injected"].tolist() == [False, True, True]
    seed = LesionSeed("PT1", "calf", "shin", 9, 9, injected_from=28)
    assert rows(study_of(lesions=(seed,)), named)["injected"].tolist() == [False, False, True]


def test_a_photos_skin_tone_is_that_of_the_first_lesion_that_tells_it() -> None:
    tracks = (track(seen(10)), track(seen(10, ita_deg=41.0)), track(seen(9, ita_deg=33.0)), track(seen(8)))
    row: dict[str, Value] = {"photo": "0.jpg", "visit": "day000"}
    record = replace(record_of(*tracks), photos=(PhotoRecord("0.jpg", "day000", row, {"photo": "0.jpg"}),))
    assert photo_tables(study_of(), PROTOCOL, [record])["acquisition"]["ita_deg"].tolist() == [41.0]


@pytest.mark.parametrize(
    ("sizes", "regressing"),
    [((20, 10, 9.5), False), ((10, 20, 9.5), True), ((20, None, 9.5), True), ((None, 10, 9.5), False)],
)
def test_a_lesion_shrinks_from_its_last_evaluable_visit_up_to_day_0(
    sizes: tuple[float | None, ...], regressing: bool
) -> None:
    pale: dict[str, Value] = {
        "field_delta_a": 0.0,
        "field_delta_a_sd": 0.1,
        "ita_deg": 50.0,
        "field_fraction": 1.0,
    }
    visits = [seen(mm or 0, evaluable=mm is not None, **pale) for mm in sizes]
    last = of(rows(study_of(), track(*visits, days=(-28, 0, 28))), "L01").loc[28]
    assert last["inflammation"] == "below"
    assert ("regressing" in last["inflammation_note"]) == regressing


def test_without_a_scale_nothing_is_evaluable_and_the_px_stay() -> None:
    gone: dict[str, Value] = {
        "status": "not_visible",
        "evaluable": True,
        "area_px": 0.0,
        "reason": "bare skin",
    }
    no_mm = seen(10, longest_diameter_mm=None, area_mm2=None)
    table = of(rows(study_of(), track(seen(10), no_mm, gone)), "L01")
    assert table["status"].tolist() == ["present", "present", "not_visible"]
    assert table["evaluable"].tolist() == [True, False, False]
    assert table["reason"][28] == "no scale: size in px only"
    assert table["reason"][84] == "no scale: size in px only; bare skin"
    assert table["longest_diameter_px"][28] == 90
    cut = seen(10, longest_diameter_mm=None, evaluable=False, reason="meets the frame")
    assert rows(study_of(), track(cut))["reason"].tolist() == ["meets the frame"]


def test_a_row_names_the_expected_course_that_it_is_compared_with() -> None:
    expected = PROTOCOL.expected_at(28)
    assert expected is not None
    table = of(rows(study_of(), GROWS), "L01")
    assert table["envelope_id"][28] == expected.envelope_id
    assert table["expected_upper"][28] == expected.upper
    first_visit = replace(study_of().patients[0], day_zero="first_visit")
    table = rows(replace(study_of(), patients=(first_visit,)), GROWS)
    assert table[["envelope_id", "expected_upper"]].isna().all(axis=None)
