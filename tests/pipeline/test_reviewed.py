"""What readers said and signed, from the store to observations, reviews, grades and responses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesiontrack.corrections import (
    Corrections,
    Evaluability,
    GoneJudgement,
    Grade,
    Landmarks,
    LesionName,
    LesionPoint,
    MaskEdit,
    NewLesionJudgement,
    Place,
    PointPair,
    RegistrationJudgement,
    SameLesion,
    Signature,
    Value,
    Withdrawal,
)
from lesiontrack.corrections.signed import values_of
from lesiontrack.pipeline.cohort import observe
from lesiontrack.pipeline.events import called
from lesiontrack.pipeline.record import TrackRecord
from lesiontrack.pipeline.recorded import recorded_tables
from lesiontrack.pipeline.reviewed import joined_names, of_lesions, reviewed_tables, with_grades
from lesiontrack.response import respond
from lesiontrack.study.model import Event, Study
from lesiontrack.tables import frame, records
from tests.corrections.drawing import png
from tests.corrections.said import entries

from .hand import DAYS, GONE, IDS, PROTOCOL, digest, record_of, seen, study_of, track

STAYS = track(seen(20), seen(20), seen(20))
SHRINKS = track(seen(20), seen(10), GONE)
COMES = track({"status": None, "evaluable": False}, seen(6, status="new_candidate"), seen(7))
PNG = png(np.ones((4, 4), bool))
AT = {"patient": "PT1", "site": "calf", "lesion": "L01"}


class Reviewed:
    """The tables after `values` were said of these tracks, one a minute."""

    def __init__(
        self, *values: Value, tracks: Sequence[TrackRecord] = (SHRINKS,), study: Study | None = None,
        models: Mapping[int, str] | None = None, ids: Mapping[tuple[str, str, int], str] | None = None,
    ) -> None:  # fmt: skip
        self.study = study or study_of()
        corrections = Corrections(tuple(entries(*values)))
        record = record_of(*tracks)
        ids = {key: lesion for key, lesion in (ids or IDS).items() if key[2] < len(tracks)}
        names = joined_names(self.study, corrections, called([record], ids))
        photos = frame("photos", [photo_row(day, (models or {}).get(day, "small-1")) for day in DAYS])
        meant = of_lesions(corrections, [record], ids, names)
        self.study = with_grades(self.study, meant.corrections)
        observed = observe(self.study, PROTOCOL, [record], ids, names, meant.corrections.in_force)
        self.tables = reviewed_tables(self.study, PROTOCOL, meant, photos, observed, [record], ids, names)
        self.names = names

    @cached_property
    def responses(self) -> dict[str, list[dict[str, Any]]]:
        return respond(self.tables["observations"], self.study.patients, PROTOCOL)

    def row(self, day: int, lesion: str = "L01") -> dict[str, Any]:
        rows = records(self.tables["observations"])
        return next(row for row in rows if (row["study_day"], row["lesion"]) == (day, lesion))

    def signature(self, day: int, lesion: str = "L01") -> Signature:
        row = self.row(day, lesion)
        photo = next(p for p in records(self.tables["photos"]) if p["photo"] == row["photo"])
        return Signature(**AT | {"lesion": lesion}, visit=row["visit"], values=values_of(row, photo))

    def states(self) -> list[str]:
        return list(self.tables["reviews"]["state"])

    def why(self, which: int = -1) -> str:
        return str(self.tables["reviews"]["why"].tolist()[which])

    def best(self, confirmation: str = "unconfirmed") -> dict[str, Any]:
        wanted = ("protocol_targets", "all_visits", confirmation)
        rows = self.responses["best_responses"]
        return next(r for r in rows if (r["analysis"], r["visits"], r["confirmation"]) == wanted)

    def visits(self, column: str, analysis: str = "protocol_targets") -> list[Any]:
        return [row[column] for row in self.responses["visit_responses"] if row["analysis"] == analysis]


def photo_row(day: int, model: str) -> dict[str, Any]:
    return {
        "patient": "PT1", "visit": f"day{day:03d}", "study_day": day, "site": "calf", "photo": f"{day}.jpg",
        "sha256": digest(day),
        "width": 640, "height": 480, "segmentation_model": model, "px_per_mm": 9.0, "registered": True,
        "registration_method": "skin_texture", "reference_photo": "0.jpg",
    }  # fmt: skip


def gone(day: int, is_gone: bool = True, lesion: str = "L01") -> GoneJudgement:
    return GoneJudgement(patient="PT1", lesion=lesion, visit=f"day{day:03d}", gone=is_gone)


def test_without_a_review_nothing_is_said() -> None:
    table = Reviewed().tables["observations"]
    assert set(table["review_status"]) == {"unreviewed"}
    assert (
        table[["corrections", "lesion_name", "signed_by", "signed_at", "signature_note"]]
        .isna()
        .all(axis=None)
    )
    assert Reviewed().tables["reviews"].empty


def test_a_judgement_is_told_in_its_row_and_in_reviews() -> None:
    found = Reviewed(gone(28), LesionName(patient="PT1", lesion="L01", name="shin, upper"))
    assert found.row(28)["corrections"] == "Dr Gray: nothing is left of it"
    assert found.row(28)["review_status"] == "corrected"
    assert found.row(28)["longest_diameter_mm"] == 0.0
    assert found.row(0)["review_status"] == "unreviewed"
    assert set(found.tables["observations"]["lesion_name"]) == {"shin, upper"}
    first = records(found.tables["reviews"])[0]
    told = {"id": "e0", "kind": "gone", "patient": "PT1", "site": "calf", "lesion": "L01", "visit": "day028"}
    told |= {"study_day": 28, "what": "nothing is left of it", "by": "Dr Gray", "state": "in force"}
    assert {**first, **told, "at": "2026-03-04T09:30:00Z", "why": None} == first


def test_a_signature_stands_until_what_it_rests_on_changes() -> None:
    signature = Reviewed().signature(28)
    signed = Reviewed(signature)
    assert signed.row(28)["review_status"] == "signed"
    assert (signed.row(28)["signed_by"], signed.row(28)["signed_at"]) == ("Dr Gray", "2026-03-04T09:30:00Z")
    assert signed.states() == ["in force"]
    other = Reviewed(signature, tracks=(track(seen(20), seen(12), GONE),))
    assert other.row(28)["review_status"] == "void"
    note = "longest diameter 10 → 12 mm; area 100 → 144 mm2"
    assert other.row(28)["signature_note"] == f"changed since it was signed: {note}"
    assert (other.states(), other.why()) == (["void"], note)
    model = Reviewed(signature, models={28: "small-2"})
    assert model.row(28)["review_status"] == "void"
    assert "outlines by another model" in model.why()
    corrected = Reviewed(signature, gone(28))
    assert corrected.row(28)["review_status"] == "void", "a correction after the signature voids it"
    assert Reviewed(gone(28), Reviewed(gone(28)).signature(28)).row(28)["review_status"] == "signed"


def test_a_signature_of_a_row_that_is_no_more_is_void() -> None:
    signature = Reviewed(tracks=(SHRINKS, STAYS)).signature(28, "L02")
    found = Reviewed(signature)
    assert (found.states(), found.why()) == (["void"], "L02 has no row at visit day028 any more")


def test_signed_complete_response_and_void_one() -> None:
    plain = Reviewed()
    assert (plain.best()["response"], plain.best()["signed"]) == ("CR", False)
    signature = plain.signature(84)
    signed = Reviewed(signature)
    assert (signed.best()["response"], signed.best()["signed"]) == ("CR", True)
    rates = {r["basis"]: r["numerator"] for r in signed.responses["rates"] if _is_cr_rate(r)}
    assert rates == {"automatic": 1, "signed": 1}
    void = Reviewed(signature, models={84: "small-2"})
    assert (void.best()["response"], void.best()["signed"]) == ("CR", False)
    rates = {r["basis"]: r["numerator"] for r in void.responses["rates"] if _is_cr_rate(r)}
    assert rates == {"automatic": 1, "signed": 0}


def _is_cr_rate(row: Mapping[str, Any]) -> bool:
    wanted = ("protocol_targets", "all_visits", "unconfirmed", "all", "CR")
    return tuple(row[name] for name in ("analysis", "visits", "confirmation", "arm", "endpoint")) == wanted


def test_a_lesion_that_a_reader_calls_gone_and_signs_is_a_signed_complete_response() -> None:
    tracks = (track(seen(20), seen(10), {"status": "obscured", "evaluable": False}),)
    assert Reviewed(tracks=tracks).best()["response"] == "PR"
    said = gone(84)
    signature = Reviewed(said, tracks=tracks).signature(84)
    best = Reviewed(said, signature, tracks=tracks).best()
    assert (best["response"], best["signed"]) == ("CR", True)


def test_a_signed_new_lesion_is_progression_from_its_first_visit_on() -> None:
    tracks = (STAYS, COMES)
    new = NewLesionJudgement(patient="PT1", lesion="L02", new=True)
    assert Reviewed(tracks=tracks).visits("new_lesion") == ["candidate", "candidate"]
    early = Reviewed(Reviewed(tracks=tracks).signature(28, "L02"), tracks=tracks)
    assert early.states() == ["no effect"]
    assert early.visits("response") == ["SD", "SD"]
    later = Reviewed(Reviewed(tracks=tracks).signature(84, "L02"), tracks=tracks)
    assert later.visits("new_lesion") == ["candidate", "candidate"], "nor by a later visit's signature"
    judged = Reviewed(new, tracks=tracks)
    assert judged.visits("new_lesion") == ["candidate", "candidate"]
    for day in (28, 84):
        signed = Reviewed(new, judged.signature(day, "L02"), tracks=tracks)
        assert signed.states() == ["in force", "in force"]
        assert signed.visits("response") == ["PD", "PD"], day
        assert signed.visits("new_lesion") == ["signed", "signed"]
    taken = Reviewed(new, judged.signature(28, "L02"), Withdrawal(of="e0"), tracks=tracks)
    assert taken.states() == ["withdrawn", "no effect", "in force"]
    assert taken.visits("response") == ["SD", "SD"]
    void = Reviewed(new, judged.signature(28, "L02"), tracks=tracks, models={28: "small-2"})
    assert void.states() == ["in force", "void"]
    assert void.visits("response") == ["SD", "SD"]


def test_not_new_takes_the_candidate_out() -> None:
    tracks = (STAYS, COMES)
    found = Reviewed(NewLesionJudgement(patient="PT1", lesion="L02", new=False), tracks=tracks)
    assert found.row(28, "L02")["status"] == "present"
    assert found.visits("new_lesion") == ["none", "none"]
    assert found.visits("response_if_candidates_are_new") == found.visits("response") == ["SD", "SD"]
    unseen = track(GONE, seen(6), seen(7))
    assert Reviewed(tracks=(STAYS, unseen)).visits("new_lesion") == ["candidate", "candidate"]
    found = Reviewed(NewLesionJudgement(patient="PT1", lesion="L02", new=False), tracks=(STAYS, unseen))
    assert found.visits("new_lesion") == ["none", "none"]


def test_a_visit_that_is_not_evaluable_has_no_inflammation() -> None:
    red = {"field_delta_a": 6.0, "field_delta_a_sd": 0.5, "ita_deg": 50.0, "field_fraction": 1.0}
    tracks = (track(seen(20, **red), seen(20, **red)), track(seen(9, **red), seen(9, **red)))
    before = Reviewed(tracks=tracks)
    assert {before.row(28, lesion)["inflammation"] for lesion in ("L01", "L02")} <= {
        "within",
        "above",
        "below",
    }
    whole = Evaluability(patient="PT1", site="calf", visit="day028", reason="dark")
    found = Reviewed(whole, tracks=tracks)
    for lesion in ("L01", "L02"):
        row = found.row(28, lesion)
        assert row["inflammation"] == "not_assessable"
        assert row["inflammation_note"] == "not evaluable by a reader: “dark”"
        assert row["erythema_grade"] is None
        assert row["longest_diameter_mm"] is None
    assert found.row(0)["inflammation"] == before.row(0)["inflammation"]
    one = Reviewed(whole.model_copy(update={"lesion": "L02"}), tracks=tracks)
    assert one.row(28, "L02")["inflammation"] == "not_assessable"
    assert one.row(28, "L01")["inflammation"] == before.row(28, "L01")["inflammation"]


def test_events_come_first() -> None:
    found = Reviewed(gone(84), study=study_of(Event("PT1", 80, "excision", "L01")))
    assert found.row(84)["status"] == "removed"
    assert found.states() == ["no effect"]
    assert found.why().startswith("it was taken away: excision on day 80")
    assert found.best()["response"] == "PR"


def mask(x: int, digest_: str = digest(28), photo: str = "28.jpg") -> MaskEdit:
    return MaskEdit(
        patient="PT1", site="calf", visit="day028", photo=photo, photo_sha256=digest_, x=x, y=0, width=30,
        height=30, masks={"lesion": PNG, "ulcer": PNG},
    )  # fmt: skip


def test_a_mask_touches_the_lesions_in_its_window() -> None:
    found = Reviewed(mask(0))
    assert found.row(28)["corrections"] == "Dr Gray: outlines drawn (lesion, skin loss)"
    assert found.row(84)["corrections"] is None
    assert Reviewed(mask(100)).row(28)["corrections"] is None
    assert Reviewed(mask(100)).states() == ["in force"]
    assert Reviewed(mask(13)).row(28)["corrections"], "its edge lies within the radius"
    changed = Reviewed(mask(0, "f" * 64))
    assert (changed.states(), changed.why()) == (["no effect"], "the photo has changed since")
    assert changed.row(28)["corrections"] is None
    assert Reviewed(mask(700)).why().startswith("its window at 700, 0 lies outside the photo")
    lost = Reviewed(mask(0, "f" * 64, "x.jpg"))
    assert lost.why() == "there is no such photo in the results"


def lost_place(status: str | None) -> TrackRecord:
    """A lesion whose place in the photo of day 28 is not known."""
    found = track(seen(20), {"status": status, "evaluable": False}, seen(20))
    there = [replace(s, photo_xy=None) if s.visit == "day028" else s for s in found.sightings]
    return replace(found, sightings=tuple(there))


def test_a_row_that_lost_its_place_in_a_photo_that_was_drawn_on_says_so() -> None:
    """As where the whole photo was drawn as an obstruction: nothing registers it any more."""
    row = Reviewed(mask(100), tracks=(lost_place(None),)).row(28)
    assert row["corrections"] == "Dr Gray: outlines drawn in the photo (lesion, skin loss)"
    assert row["review_status"] == "corrected"
    assert Reviewed(mask(100), tracks=(lost_place("out_of_frame"),)).row(28)["corrections"] is None
    assert Reviewed(mask(100, digest(0), "0.jpg"), tracks=(lost_place(None),)).row(28)["corrections"] is None


def far_from(found: TrackRecord, x: float, y: float) -> TrackRecord:
    return replace(found, sightings=tuple(replace(s, photo_xy=(x, y)) for s in found.sightings))


def test_of_two_points_on_one_lesion_one_has_no_effect() -> None:
    def at(lesion: str, x: float, y: float) -> LesionPoint:
        return LesionPoint(
            patient="PT1", site="calf", visit="day028", photo_sha256=digest(28), lesion=lesion, x=x, y=y
        )

    tracks = (SHRINKS, far_from(STAYS, 200, 200))
    both = Reviewed(at("L02", 9, 9), at("L01", 9, 9), tracks=tracks)
    assert both.states() == ["no effect", "in force"]
    assert both.why(0) == "what is there is L01, by a point of Dr Gray"
    assert both.row(28, "L02")["corrections"] is None
    assert both.row(28, "L01")["corrections"] == "Dr Gray: lesion placed"
    apart = Reviewed(at("L02", 198, 203), at("L01", 9, 9), tracks=tracks)
    assert apart.states() == ["in force", "in force"]
    alone = Reviewed(at("L02", 9, 9), tracks=tracks)
    assert alone.states() == ["in force"], "nobody gave that place to another lesion"


SWAPPED = {("PT1", "calf", 0): "L02", ("PT1", "calf", 1): "L01"}
FIRST_PLACES = tuple(Place(visit=f"day{d:03d}", photo_sha256=digest(d), x=9, y=9) for d in DAYS)


def test_the_same_corrections_in_a_new_numbering_give_the_same_answers() -> None:
    tracks = (SHRINKS, far_from(STAYS, 200, 200))
    signed = Reviewed(tracks=tracks).signature(0)
    whom = {"patient": "PT1", "lesion": "L01", "seen": FIRST_PLACES}
    here = {**AT, "visit": "day028", "seen": FIRST_PLACES}
    said: list[Value] = [
        GoneJudgement(**whom, visit="day084", gone=True),
        LesionName(**whom, name="shin"),
        Evaluability(**here, reason="hair"),
        Grade(**here, sign="erythema", scale_id="ours", grade=2),
        signed.model_copy(update={"seen": FIRST_PLACES}),
    ]
    one, other = Reviewed(*said, tracks=tracks), Reviewed(*said, tracks=tracks, ids=SWAPPED)
    number = {"L01": "L02", "L02": "L01"}
    for table in ("observations", "reviews"):
        kept = sorted((r | {"lesion": None}).items() for r in records(one.tables[table]))
        assert kept == sorted((r | {"lesion": None}).items() for r in records(other.tables[table]))
    for row in records(one.tables["observations"]):
        assert other.row(row["study_day"], number[row["lesion"]])["area_mm2"] == row["area_mm2"]
    assert one.states() == other.states() == ["in force"] * 5
    assert set(other.tables["reviews"]["lesion"]) == {"L02"}
    assert [grade.lesion for grade in other.study.clinician] == ["L02"]


def test_a_lesion_that_is_found_nowhere_is_judged_in_no_other() -> None:
    elsewhere = tuple(place.model_copy(update={"x": 400.0}) for place in FIRST_PLACES)
    whom = {"patient": "PT1", "lesion": "L01", "seen": elsewhere}
    here = {**AT, "visit": "day028", "seen": elsewhere}
    found = Reviewed(
        GoneJudgement(**whom, visit="day084", gone=True),
        Grade(**here, sign="erythema", scale_id="ours", grade=2),
        Signature(**here, values={}),
    )
    assert found.states() == ["no effect", "no effect", "void"]
    told = "the lesion that was meant, then called L01, is not found at its places"
    assert [found.why(n) for n in range(3)] == [told] * 3
    assert found.tables["reviews"]["lesion"].isna().all()
    plain = Reviewed().tables["observations"]
    assert records(found.tables["observations"]) == records(plain)
    assert found.study.clinician == ()


def test_registrations_points_and_joins() -> None:
    visit = {"patient": "PT1", "site": "calf", "visit": "day028", "photo_sha256": digest(28)}
    pairs = (
        PointPair(x=1, y=1, reference_x=1, reference_y=1),
        PointPair(x=9, y=1, reference_x=9, reference_y=1),
    )
    accepted = RegistrationJudgement(**visit, reference_sha256=digest(0), accepted=True)
    found = Reviewed(accepted)
    assert found.tables["photos"]["registration_review"].fillna("").tolist() == ["", "accepted", ""]
    assert found.row(28)["review_status"] == "unreviewed"
    still = Reviewed(accepted.model_copy(update={"accepted": False}))
    assert (still.states(), still.why()) == (
        ["no effect"], "by points that a reader set, the photo is registered",
    )  # fmt: skip
    other = Reviewed(accepted.model_copy(update={"reference_sha256": digest(84)}))
    assert other.why() == "the site has another reference photo now"
    points = Landmarks(**visit, reference_visit="day000", reference_sha256=digest(0), pairs=pairs)
    assert Reviewed(points).why() == "the points don't fit together"
    point = LesionPoint(**visit, lesion="L01", x=9, y=9)
    assert Reviewed(point).row(28)["corrections"] == "Dr Gray: lesion placed"
    assert Reviewed(point.model_copy(update={"lesion": "L09"})).why() == "L09 has no row at visit day028"
    place = Place(visit="day028", photo_sha256=digest(28), x=9, y=9)
    same = SameLesion(patient="PT1", site="calf", lesion="L02", same_as="L01", places=(place,))
    assert Reviewed(same).row(28)["corrections"] == "Dr Gray: L02 is this lesion"
    assert Reviewed(same, tracks=(SHRINKS, STAYS)).why() == "L02 and L01 are still told apart"
    assert Reviewed(same, gone(84, lesion="L02")).row(84)["corrections"] == "Dr Gray: nothing is left of it"


def test_what_meets_nothing_says_so() -> None:
    found = Reviewed(
        gone(28, lesion="L07"),
        Evaluability(patient="PT1", site="knee", visit="day028", reason="dark"),
        Withdrawal(of="nothing"),
        gone(28),
        Withdrawal(of="e3"),
        Withdrawal(of="e4"),
        gone(84),
        gone(84, False),
    )
    assert list(zip(found.states(), found.tables["reviews"]["why"].fillna(""), strict=True)) == [
        ("no effect", "there is no lesion L07 of PT1 in the results"),
        ("no effect", "no lesion of knee has a row at visit day028"),
        ("no effect", "there is no such correction"),
        ("withdrawn", "taken back by Dr Gray"),
        ("in force", ""),
        ("no effect", "what was taken back stays so; make the correction anew"),
        ("replaced", "a later one by Dr Gray holds"),
        ("in force", ""),
    ]
    assert found.tables["reviews"]["what"][4] == "taken back: nothing is left of it"
    assert found.row(28)["review_status"] == "unreviewed"


def test_grades_of_readers_stand_beside_those_of_the_study() -> None:
    grade = Grade(patient="PT1", site="calf", visit="day028", sign="erythema", scale_id="CEA", grade=2.0)
    far = grade.model_copy(update={"visit": "day099"})
    found = Reviewed(grade, far, grade.model_copy(update={"grade": 3.0}))
    table = recorded_tables(found.study, PROTOCOL, found.names)["grades"]
    assert table[["sign", "grade", "rater", "source", "study_day"]].values.tolist() == [
        ["erythema", 3.0, "Dr Gray", "review", 28]
    ]
    assert found.states() == ["replaced", "no effect", "in force"]
    assert found.why(1) == "PT1 has no visit day099"


_SAID = st.one_of(
    st.builds(gone, st.sampled_from(DAYS), st.booleans(), st.sampled_from(["L01", "L02"])),
    st.builds(NewLesionJudgement, patient=st.just("PT1"), lesion=st.just("L02"), new=st.booleans()),
    st.builds(
        Evaluability, patient=st.just("PT1"), site=st.just("calf"), reason=st.just("dark"),
        visit=st.sampled_from([f"day{day:03d}" for day in DAYS]), evaluable=st.booleans(),
        lesion=st.sampled_from([None, "L01"]),
    ),
    st.builds(LesionName, patient=st.just("PT1"), lesion=st.just("L01"), name=st.sampled_from(["A", ""])),
    st.builds(Withdrawal, of=st.sampled_from([f"e{n}" for n in range(8)])),
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(_SAID, max_size=8))
def test_any_sequence_ends_where_those_in_force_alone_end(values: list[Value]) -> None:
    tracks = (SHRINKS, COMES)
    all_of_them = Reviewed(*values, tracks=tracks)
    left = [
        e.value for e in entries(*values) if e.state == "in force" and not isinstance(e.value, Withdrawal)
    ]
    alone = Reviewed(*left, tracks=tracks)
    pd.testing.assert_frame_equal(all_of_them.tables["observations"], alone.tables["observations"])
    in_force = all_of_them.tables["reviews"]
    acting = in_force[(in_force["state"] == "in force") & (in_force["kind"] != "withdrawal")]
    pd.testing.assert_frame_equal(
        acting[["kind", "what", "lesion", "visit"]].reset_index(drop=True),
        alone.tables["reviews"]
        .query("state == 'in force'")[["kind", "what", "lesion", "visit"]]
        .reset_index(drop=True),
    )


@pytest.mark.parametrize("day", DAYS)
def test_a_signature_is_void_if_and_only_if_its_row_reads_otherwise(day: int) -> None:
    signature = Reviewed().signature(day)
    for changed in DAYS:
        sightings = tuple(
            replace(s, measures={**s.measures, "evaluable": False}) if s.visit == f"day{changed:03d}" else s
            for s in SHRINKS.sightings
        )
        found = Reviewed(signature, tracks=(replace(SHRINKS, sightings=sightings),))
        assert found.row(day)["review_status"] == ("void" if changed == day else "signed")
