"""Refusals: every lesion at every visit counted once, with the reason that the tables tell."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.analysis.refusals import CATEGORIES, refusal_rows
from lesiontrack.analysis.tone import lesion_tones, tone_class
from lesiontrack.protocol import load_protocol
from lesiontrack.response import respond
from lesiontrack.study.model import Dose
from lesiontrack.tables import frame
from tests.analysis.cohorts import PROTOCOL, Looks, observations, patient, patients

PHASED = load_protocol("il2-imiquimod-retinoid")


def photo_rows(seen: pd.DataFrame, **of: dict[str, Any]) -> pd.DataFrame:
    """A good, scaled, registered photo of every visit, but for those that `of` changes."""
    rows = []
    for name in seen.photo.dropna().unique():
        good = {
            "quality": "good",
            "px_per_mm": 10.0,
            "registered": True,
            "registration_method": "skin_texture",
        }
        rows.append({"photo": name, **good, **of.get(name.split("/")[1], {})})
    return frame("photos", rows)


def refusals(
    lesions: dict[tuple[str, str], Looks],
    photos: dict[str, dict[str, Any]] | None = None,
    *,
    arms: dict[str, str | None] | None = None,
    protocol: Any = PROTOCOL,
    change: Any = lambda seen: None,
    **more: Any,
) -> pd.DataFrame:
    seen = observations(lesions)
    change(seen)
    people = patients(lesions, "Z")
    visits = respond(seen, people, protocol, **more)["visit_responses"]
    rows = refusal_rows(seen, photo_rows(seen, **(photos or {})), visits, people, protocol, arms=arms)
    found = frame("refusals", rows)
    assert (found[list(CATEGORIES)].sum(axis=1) == found.lesion_visits).all()
    return found


def whole(found: pd.DataFrame) -> dict[str, int]:
    row = found[found.by == "all"].iloc[0]
    return {name: int(row[name]) for name in CATEGORIES if row[name]}


def test_statuses_tell_the_reason() -> None:
    looks: Looks = {
        0: 20.0, 10: 20.0, 20: "not_visible", 30: "obscured", 40: "out_of_frame", 50: "merged", 60: "removed",
    }  # fmt: skip
    found = refusals({("A", "L01"): looks})
    assert whole(found) == {"evaluable": 2, "obscured": 1, "out_of_frame": 1, "merged": 1, "removed": 1}
    row = found[found.by == "all"].iloc[0]
    assert (row.lesion_visits, row.refusal_rate) == (6, pytest.approx(4 / 6))


def test_the_photo_tells_the_reason_where_the_status_does_not() -> None:
    looks: Looks = {0: 20.0, 10: "", 20: "", 30: "", 40: "", 50: 20.0}
    photos: dict[str, dict[str, Any]] = {
        "day010": {"quality": "not_evaluable", "registered": False},
        "day020": {"registered": False, "registration_method": "none"},
        "day030": {"registration_method": "lesion_position"},
        "day050": {"px_per_mm": None},
    }

    def no_scale(seen: pd.DataFrame) -> None:
        seen.loc[seen.study_day == 50, ["longest_diameter_mm", "area_mm2"]] = pd.NA
        seen.loc[seen.study_day == 50, "evaluable"] = False

    found = refusals({("A", "L01"): looks}, photos, change=no_scale)
    assert whole(found) == {"poor_photo": 1, "not_registered": 2, "no_scale": 1, "other": 1}


def test_an_outline_that_meets_the_frame_is_another_reason() -> None:
    def cut(seen: pd.DataFrame) -> None:
        sizes = ["longest_diameter_mm", "longest_diameter_px", "area_mm2"]
        seen.loc[seen.study_day == 10, sizes] = pd.NA
        seen.loc[seen.study_day == 10, "evaluable"] = False

    assert whole(refusals({("A", "L01"): {0: 20.0, 10: 20.0}}, change=cut)) == {"other": 1}


def test_a_site_that_was_left_out_is_not_photographed_and_a_new_lesion_not_missed_before() -> None:
    found = refusals({("A", "L01"): {0: 20.0, 30: 20.0, 60: 20.0}, ("A", "L02"): {30: 12.0}})
    assert whole(found) == {"evaluable": 3, "not_photographed": 1}


def test_the_baseline_is_not_counted() -> None:
    assert whole(refusals({("A", "L01"): {-10: "obscured", 0: 20.0}})) == {}


def test_by_arm_phase_and_reading() -> None:
    looks: Looks = {0: 20.0, 10: "obscured", 70: 10.0}

    def phases(seen: pd.DataFrame) -> None:
        seen["phase"] = seen.study_day.map({0: "P0", 10: "P2", 70: "P5"})

    found = refusals(
        {("A", "L01"): looks, ("B", "L01"): {0: 20.0, 70: 20.0}},
        arms={"A": "x", "B": "y", "Z": "y"},
        protocol=PHASED,
        change=phases,
        doses=[Dose(code, agent, 0, 49) for code in "AB" for agent in ("IL-2", "imiquimod")],
    )
    rates = {(row.by, row.value): row.refusal_rate for row in found.itertuples()}
    assert rates == {
        ("all", "all"): pytest.approx(1 / 3), ("visits", "assessment_window"): 0,
        ("visits", "all_visits"): pytest.approx(1 / 3), ("arm", "x"): 0.5, ("arm", "y"): 0,
        ("phase", "P2"): 1, ("phase", "P5"): 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("angle", "name"),
    [(55.1, "very light"), (55, "light"), (28.1, "intermediate"), (28, "tan"), (10, "brown"), (-30, "dark")],
)
def test_tone_classes(angle: float, name: str) -> None:
    assert tone_class(angle) == name
    assert tone_class(None) == "unknown"


def test_tone_is_of_skin_before_treatment_or_beyond_it() -> None:
    def row(
        lesion: str, visit: str, angle: float | None, reference: str = "", site: str = "leg"
    ) -> dict[str, Any]:
        return {
            "patient": "A", "site": site, "lesion": lesion, "visit": visit, "ita_deg": angle,
            "erythema_reference": reference,
        }  # fmt: skip

    ring = "ring of treated skin, last resort, biased"
    tones = lesion_tones(
        [
            row("L01", "day000", None), row("L01", "day030", 45.0, "own registered baseline (card)"),
            row("L01", "day060", -40.0, ring),
            row("L02", "day030", 60.0, ring),
            row("L03", "day030", 5.0, ring, "back"),
            row("L04", "day000", 35.0, ring, "arm"),
        ],
        {"A": frozenset({"day000"})},
    )  # fmt: skip
    assert tones == {
        ("A", "L01"): "light", ("A", "L02"): "light", ("A", "L03"): "unknown", ("A", "L04"): "intermediate",
    }  # fmt: skip


def test_refusals_by_tone() -> None:
    def tones(seen: pd.DataFrame) -> None:
        seen["ita_deg"] = seen.patient.map({"A": 60.0, "B": -5.0}).astype("Float64")

    found = refusals(
        {("A", "L01"): {0: 20.0, 10: 20.0}, ("B", "L01"): {0: 20.0, 10: "obscured"}}, change=tones
    )
    by_tone = found[found.by == "tone"]
    assert dict(zip(by_tone.value, by_tone.refusal_rate, strict=True)) == {"very light": 0, "brown": 1}


LOOK = st.sampled_from(["not_visible", "obscured", "out_of_frame", "removed", "merged", ""]) | st.just(12.0)
LESIONS = st.dictionaries(
    st.tuples(st.sampled_from("AB"), st.sampled_from(["L01", "L02"])),
    st.dictionaries(st.sampled_from([-5, 0, 10, 30, 60]), LOOK, min_size=1, max_size=4),
    max_size=4,
)


@settings(max_examples=12, deadline=None)
@given(LESIONS)
def test_every_part_adds_up_to_the_whole(lesions: dict[tuple[str, str], Looks]) -> None:
    found = refusals(lesions, arms={"A": "x", "B": "y"})
    total = found[found.by == "all"].iloc[0]
    arms = found[found.by == "arm"]
    assert arms.lesion_visits.sum() == total.lesion_visits
    for name in CATEGORIES:
        assert arms[name].sum() == total[name]
    known = found.refusal_rate.dropna()
    assert ((known >= 0) & (known <= 1)).all()


def test_nobody_photographed() -> None:
    people = [patient("A", [])]
    nothing = frame("observations", [])
    found = frame("refusals", refusal_rows(nothing, frame("photos", []), [], people, PROTOCOL))
    assert found.lesion_visits.tolist() == [0, 0, 0]
    assert found.refusal_rate.isna().all()
