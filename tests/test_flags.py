import io
import math
import re
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.flags import FLAG_WORDS, find_flags, minimal_detectable_change
from lesiontrack.inflammation import ENVELOPE_NOTE, OUTSIDE_TREATMENT, REGRESSING
from lesiontrack.protocol import load_protocol
from lesiontrack.protocol.schema import Rules
from lesiontrack.study.model import Dose
from lesiontrack.tables import frame
from lesiontrack.tables.seen import FLAGS

IL2 = load_protocol("il2-imiquimod-retinoid")
RESPONSE = load_protocol("response-only")
BANNED = re.compile(
    r"\b(stop|reduc\w*|increas\w*|infected|infection|safe\w*|toxic\w*|response achieved|cure\w*|fail\w*)\b",
    re.I,
)
Row = dict[str, Any]


def row(day: int, **values: Any) -> Row:
    return {
        "patient": "P1", "site": "left-calf", "lesion": "L01", "visit": f"day{day:03d}", "study_day": day,
        "status": "present", "evaluable": True, "course": 1, **values,
    }  # fmt: skip


def ulcers(*areas: tuple[int, float | None], sd: float | None = 1.0) -> list[Row]:
    return [row(day, ulcer_area_mm2=area, ulcer_area_mm2_sd=None if not area else sd) for day, area in areas]


def site(day: int, word: str, note: str = ENVELOPE_NOTE, **values: Any) -> Row:
    return row(
        day, inflammation=word, inflammation_note=note, inflammation_probability=0.83,
        erythema_grade=1.0, expected_lower=1.5, expected_upper=4.0, **values,
    )  # fmt: skip


def flags(rows: Sequence[Row], protocol: Any = IL2, doses: Sequence[Dose] = ()) -> list[Row]:
    return find_flags(frame("observations", rows), protocol, doses)


def fired(rows: Sequence[Row], protocol: Any = IL2) -> list[tuple[str, int]]:
    return [(flag["rule"], flag["study_day"]) for flag in flags(rows, protocol)]


def test_flags_fit_the_table_and_say_their_protocol() -> None:
    found = flags(ulcers((0, 0.0), (7, 40.0)))
    assert set(found[0]) == {column.name for column in FLAGS}
    assert len(frame("flags", found)) == 1
    assert found[0]["protocol_id"] == IL2.protocol_id
    assert found[0]["rule"] == "ulcer_new"
    assert found[0]["value"] == 40
    assert found[0]["threshold"] == 10


def test_every_rule_of_the_schema_has_words() -> None:
    assert set(FLAG_WORDS) == set(Rules.model_fields)


def test_an_empty_table_gives_no_flags() -> None:
    assert flags([]) == []


def test_missing_columns_are_named() -> None:
    with pytest.raises(ValueError, match=r"observations lack visit, .*study_day"):
        find_flags(pd.DataFrame({"patient": ["P1"], "site": ["a"], "lesion": ["L01"]}), IL2)


# Skin loss


@pytest.mark.parametrize(
    ("areas", "expected"),
    [
        (((0, 0.0), (7, 9.9)), []),
        (((0, 0.0), (7, 10.0)), [("ulcer_new", 7)]),
        (((0, 0.0), (7, 12.0), (14, 13.0)), [("ulcer_new", 7)]),
        (((0, 0.0), (7, 5.0), (14, 12.0)), [("ulcer_new", 14)]),
        (((0, 0.4), (7, 12.0)), [("ulcer_new", 7)]),
        (((0, 1.0), (7, 12.0)), []),
        (((0, 0.0), (7, 12.0), (14, 0.0), (21, 15.0)), [("ulcer_new", 7), ("ulcer_new", 21)]),
        (((0, 50.0),), []),
    ],
)
def test_new_skin_loss(areas: tuple[tuple[int, float], ...], expected: list[tuple[str, int]]) -> None:
    assert fired(ulcers(*areas)) == expected


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (100.0, 130.0, True),
        (100.0, 129.9, False),
        (120.0, 150.0, True),
        (121.0, 151.0, False),
        (200.0, 249.9, False),
        (5.0, 34.9, False),
        (5.0, 35.0, True),
    ],
)
def test_growth_needs_mm2_and_per_cent(before: float, now: float, expected: bool) -> None:
    assert (("ulcer_growth", 20) in fired(ulcers((0, before), (20, now)))) is expected


def test_growth_is_against_the_lowest_earlier_area() -> None:
    found = flags(ulcers((0, 200.0), (20, 100.0), (40, 140.0)))
    assert [(f["rule"], f["study_day"]) for f in found] == [("ulcer_growth", 40)]
    assert found[0]["value"] == 40
    assert (
        "lowest earlier 100 ± 1 mm² at visit day020, day 20: larger by 40 mm² (40 %)" in found[0]["evidence"]
    )


@pytest.mark.parametrize(
    ("day", "now", "expected"),
    [(7, 150.0, True), (8, 150.0, False), (7, 149.9, False)],
)
def test_rapid_growth_is_within_seven_days(day: int, now: float, expected: bool) -> None:
    assert (("ulcer_rapid", day) in fired(ulcers((0, 100.0), (day, now)))) is expected


def test_rapid_needs_50_mm2_even_where_the_share_is_large() -> None:
    assert ("ulcer_rapid", 5) not in fired(ulcers((0, 40.0), (5, 85.0)))
    assert ("ulcer_rapid", 5) in fired(ulcers((0, 40.0), (5, 90.0)))


def test_relative_rules_rest_below_30_mm2_whatever_a_site_sets() -> None:
    own = load_protocol(IL2.id, {"flags.ulcer_growth_mm2": 5.0})
    assert fired(ulcers((0, 15.0), (20, 29.9)), own) == []
    assert fired(ulcers((0, 15.0), (20, 30.0)), own) == [("ulcer_growth", 20)]


def test_large_is_an_equivalent_diameter() -> None:
    area = math.pi * 100
    assert fired(ulcers((0, area + 0.01))) == [("ulcer_large", 0)]
    assert fired(ulcers((0, area - 0.01))) == []


def test_growth_must_exceed_the_minimal_detectable_change_and_says_by_how_much() -> None:
    assert minimal_detectable_change(3, 4) == pytest.approx(9.8)
    steady = ulcers((0, 100.0), (20, 140.0), sd=14.5)
    assert fired(steady) == []
    found = flags(ulcers((0, 100.0), (20, 140.0), sd=14.0))
    assert found[0]["rule"] == "ulcer_growth"
    assert "minimal detectable change 38.8 mm², exceeded by 1.19 mm²" in found[0]["evidence"]


def test_growth_without_a_known_error_does_not_fire() -> None:
    assert fired(ulcers((0, 100.0), (20, 200.0), sd=None)) == []


def test_only_evaluable_rows_count() -> None:
    rows = ulcers((0, 100.0), (20, 140.0))
    assert fired([rows[0], {**rows[1], "evaluable": False}]) == []
    assert fired([{**rows[0], "evaluable": False}, rows[1]]) == []
    assert fired([rows[0], {**rows[1], "evaluable": None}]) == []


def test_without_a_scale_nothing_fires() -> None:
    rows = [
        row(0, ulcer_area_px=0.0, longest_diameter_px=50.0),
        row(7, ulcer_area_px=9e5, longest_diameter_px=900.0),
    ]
    assert fired(rows) == []


def test_an_unscaled_visit_is_no_zero() -> None:
    assert fired(ulcers((0, None), (7, 40.0))) == []
    assert fired(ulcers((0, 40.0), (7, None), (14, 45.0))) == []


def test_views_of_one_day_are_not_compared() -> None:
    rows = ulcers((7, 100.0), (7, 200.0))
    rows[1]["visit"] = "day007b"
    assert fired(rows) == []


def test_lesions_sites_and_patients_are_kept_apart() -> None:
    first, second = ulcers((0, 100.0), (20, 140.0))
    for other in ({"lesion": "L02"}, {"site": "back"}, {"patient": "P2"}):
        assert fired([first, {**second, **other}]) == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0, 400), min_size=1, max_size=6),
    st.lists(st.integers(1, 30), min_size=6, max_size=6),
    st.floats(0, 40),
)
def test_ulcer_flags_never_fire_below_their_thresholds(
    areas: list[float], gaps: list[int], sd: float
) -> None:
    days = [sum(gaps[:i]) for i in range(len(areas))]
    for flag in flags(ulcers(*zip(days, areas, strict=True), sd=sd)):
        index = days.index(flag["study_day"])
        now, earlier = areas[index], areas[:index]
        threshold = {"ulcer_new": 10, "ulcer_growth": 30, "ulcer_rapid": 50, "ulcer_large": 20}[flag["rule"]]
        assert flag["threshold"] == threshold
        assert flag["value"] >= threshold
        if flag["rule"] == "ulcer_large":
            assert now >= math.pi * 100 * (1 - 1e-12)
            continue
        assert now - min(earlier) > 1.96 * sd
        if flag["rule"] == "ulcer_new":
            assert min(earlier) < 1
        if flag["rule"] in ("ulcer_growth", "ulcer_rapid"):
            lowest = now - flag["value"]
            assert now >= 30
            assert now >= lowest * (1.25 if flag["rule"] == "ulcer_growth" else 1.5) - 1e-9


# Lesion growth


def diameters(*sizes: tuple[int, float | None], sd: float | None = 0.5) -> list[Row]:
    return [row(day, longest_diameter_mm=size, longest_diameter_mm_sd=sd) for day, size in sizes]


@pytest.mark.parametrize(
    ("nadir", "now", "expected"),
    [
        (25.0, 30.0, True),
        (25.5, 30.6, True),
        (25.6, 30.7, False),
        (3.2, 8.2, True),
        (3.3, 8.2, False),
        (40.0, 47.9, False),
        (40.0, 48.0, True),
    ],
)
def test_growth_since_nadir_needs_20_per_cent_and_5_mm(nadir: float, now: float, expected: bool) -> None:
    assert bool(fired(diameters((0, 60.0), (14, nadir), (28, now)))) is expected


def test_not_evaluable_never_enters_the_nadir() -> None:
    rows = diameters((0, 30.0), (14, 5.0), (28, 31.0))
    rows[1]["evaluable"] = False
    assert fired(rows) == []
    assert fired(diameters((0, 30.0), (14, None), (28, 31.0))) == []


def test_growth_evidence_says_whether_error_alone_could_do_it() -> None:
    sure, unsure, unknown = (flags(diameters((0, 25.0), (28, 31.0), sd=sd)) for sd in (0.5, 3.0, None))
    assert "exceeded by" in sure[0]["evidence"]
    assert "within the minimal detectable change" in unsure[0]["evidence"]
    assert "minimal detectable change unknown" in unknown[0]["evidence"]


def test_growth_by_merging_is_said() -> None:
    rows = diameters((0, 25.0), (28, 45.0))
    rows.append(row(28, lesion="L02", status="merged", evaluable=False, merged_into="L01"))
    assert "L02 merged into it" in flags(rows)[0]["evidence"]


def test_a_lesion_that_was_not_visible_and_is_back() -> None:
    found = flags([row(0, longest_diameter_mm=0.0, status="not_visible"), *diameters((28, 6.0))])
    assert [(f["rule"], f["value"]) for f in found] == [("lesion_growth", 6.0)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 800), min_size=2, max_size=6))
def test_lesion_growth_never_fires_below_the_rule(tenths: list[int]) -> None:
    sizes = [value / 10 for value in tenths]
    for flag in flags(diameters(*enumerate(sizes))):
        index = flag["study_day"]
        nadir, now = min(tenths[:index]), tenths[index]
        assert now - nadir >= 50
        assert 10 * (now - nadir) >= 2 * nadir


# Status


def test_new_lesion_candidate_once_with_a_reader_to_say() -> None:
    seen = {"lesion": "L07", "status": "new_candidate", "longest_diameter_mm": 4.2, "reason": "none at day 0"}
    rows = [row(day, **seen) for day in (28, 42)]
    found = flags(rows)
    assert [(f["rule"], f["study_day"], f["lesion"]) for f in found] == [("new_lesion", 28, "L07")]
    assert found[0]["value"] == pytest.approx(4.2)
    assert "only when a reader says so" in found[0]["evidence"]


def test_obscured_is_flagged_and_is_not_gone() -> None:
    rows = [
        row(7, status="obscured", evaluable=False, reason="crust"),
        row(14, status="not_visible", longest_diameter_mm=0.0),
    ]
    found = flags(rows)
    assert [(f["rule"], f["study_day"]) for f in found] == [("lesion_obscured", 7)]
    assert found[0]["evidence"].startswith("crust; size not evaluable")


# Inflammation


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        ([(7, "below")], []),
        ([(13, "below")], []),
        ([(14, "below")], [14]),
        ([(5, "below"), (9, "below")], [9]),
        ([(5, "below"), (7, "within"), (9, "below")], []),
        ([(5, "below"), (7, "not_assessable"), (9, "below")], [9]),
        ([(5, "below"), (9, "below"), (13, "below")], [9, 13]),
    ],
)
def test_below_on_two_visits_or_one_from_day_14(visits: list[tuple[int, str]], expected: list[int]) -> None:
    found = fired([site(day, word) for day, word in visits])
    assert found == [("inflammation_below", day) for day in expected]


def test_below_is_of_the_site_and_says_what_it_rests_on() -> None:
    rows = [site(30, "below", lesion=name) for name in ("L01", "L02")]
    rows[0]["inflammation_note"] = f"{ENVELOPE_NOTE} inferred, our-band-1"
    rows[1]["inflammation_note"] = f"{REGRESSING}; {ENVELOPE_NOTE} inferred, our-band-1"
    found = flags(rows)
    assert len(found) == 1
    assert found[0]["lesion"] is None
    assert found[0]["threshold"] == 1.5
    assert "erythema grade 1.00 is below the lower edge 1.50" in found[0]["evidence"]
    assert "L02 regressing" in found[0]["evidence"]
    assert "probability 0.83" in found[0]["evidence"]
    assert found[0]["evidence"].endswith("; expected course: inferred, our-band-1")


def test_a_second_course_has_a_day_14_of_its_own() -> None:
    rows = [site(210, "below", course=2)]
    doses = [Dose("P1", "IL-2", day, course=1 + (day > 100)) for day in (0, 28, 205, 233)]
    assert fired(rows) == []
    assert flags(rows, IL2, doses) == []
    late = [site(220, "below", course=2)]
    assert [f["study_day"] for f in flags(late, IL2, doses)] == [220]
    assert flags(late, IL2, [Dose("P9", "IL-2", 0)]) == []


def test_visits_of_two_courses_are_not_consecutive() -> None:
    assert fired([site(5, "below"), site(207, "below", course=2)]) == []


def test_above_inside_and_outside_treatment() -> None:
    inside = flags([site(10, "above")])
    outside = flags([site(70, "above", f"{OUTSIDE_TREATMENT}; {ENVELOPE_NOTE}")])
    assert [f["rule"] for f in inside] == ["inflammation_above"]
    assert [f["rule"] for f in outside] == ["inflammation_outside_treatment"]
    assert "clinician review" in outside[0]["evidence"]


def test_within_and_not_assessable_raise_nothing() -> None:
    assert fired([site(30, "within"), site(35, "not_assessable")]) == []


# Rules of the file


def test_a_protocol_without_a_rule_raises_no_such_flag() -> None:
    assert fired([site(30, "below"), site(70, "above")], RESPONSE) == []
    assert fired(ulcers((0, 0.0), (7, 40.0)), RESPONSE) == [("ulcer_new", 7)]


def test_a_disabled_rule_raises_no_flag() -> None:
    rules = IL2.file.rules
    assert rules.ulcer_new is not None
    off = rules.model_copy(update={"ulcer_new": rules.ulcer_new.model_copy(update={"enabled": False})})
    quiet = type(IL2)(IL2.file.model_copy(update={"rules": off}), IL2.hash, "test", IL2.source)
    assert fired(ulcers((0, 0.0), (7, 40.0)), quiet) == []


def test_a_threshold_of_the_study_counts() -> None:
    assert fired(ulcers((0, 0.0), (7, 40.0)), load_protocol(IL2.id, {"flags.ulcer_new_mm2": 50.0})) == []


def test_tables_read_back_from_csv_give_the_same_flags() -> None:
    rows = [
        *ulcers((0, 0.0), (7, 40.0), (12, 400.0)),
        *[{**r, "lesion": "L02"} for r in diameters((0, 25.0), (28, 31.0))],
        *[site(day, "below", lesion="L03") for day in (5, 9)],
        row(9, lesion="L04", status="obscured", evaluable=False),
    ]
    table = frame("observations", rows)
    back = pd.read_csv(io.StringIO(table.to_csv(index=False)))
    assert find_flags(back, IL2) == find_flags(table, IL2)
    assert {f["rule"] for f in find_flags(back, IL2)} == {
        "ulcer_new", "ulcer_growth", "ulcer_rapid", "ulcer_large", "lesion_growth", "inflammation_below",
        "lesion_obscured",
    }  # fmt: skip


def test_wording_measures_and_never_advises() -> None:
    rows = [
        *ulcers((0, 0.0), (7, 40.0), (12, 400.0)),
        *[{**r, "lesion": "L02"} for r in diameters((0, 25.0), (28, 31.0))],
        site(30, "below", lesion="L03"),
        site(31, "above", lesion="L03"),
        site(70, "above", OUTSIDE_TREATMENT, lesion="L03"),
        row(9, lesion="L04", status="obscured", evaluable=False),
        row(9, lesion="L05", status="new_candidate"),
    ]
    found = flags(rows)
    assert {f["rule"] for f in found} == set(FLAG_WORDS)
    for f in found:
        assert not BANNED.search(f"{f['flag']} {f['evidence']}"), f
