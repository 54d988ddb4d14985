"""Cuts of a study that readers reviewed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lesiontrack.corrections import Evaluability, GoneJudgement, Grade, Signature, Store
from lesiontrack.corrections.signed import values_of
from lesiontrack.diff import diff
from lesiontrack.export import export
from lesiontrack.freeze import Until, freeze
from lesiontrack.freeze.again import signed_again
from lesiontrack.pipeline import run
from lesiontrack.results import ResultsFolder
from lesiontrack.spreadsheet import read_csv
from lesiontrack.tables import frame, records
from tests.freeze.study import VISITS

LABELS = {day: visit for visit, day in VISITS.items()}


@pytest.fixture(scope="module")
def reviewed(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole study after a review: B gone on day 42, day 84 not evaluable, two rows signed, a grade."""
    root = tmp_path_factory.mktemp("reviewed")
    study = Path(shutil.copytree(whole.parent / "study", root / "study"))
    results = Path(shutil.copytree(whole, root / "results"))
    store = Store(study)
    at = {"patient": "PT001", "site": "calf"}
    store.add(GoneJudgement(patient="PT001", lesion="B", visit=LABELS[42], gone=True), by="Dr Gray")
    store.add(Evaluability(**at, visit=LABELS[84], reason="dark"), by="Dr Gray")  # type: ignore[arg-type]
    store.add(
        Grade(**at, visit=LABELS[42], sign="erythema", scale_id="CEA", grade=2),
        by="Dr Gray",  # type: ignore[arg-type]
    )
    run(study, results, jobs=1, model="colour")
    for lesion, day in (("A", 42), ("B", 84)):
        store.add(signature(results, lesion, day), by="Dr Gray")
    run(study, results, jobs=1, model="colour")
    return results


def signature(results: Path, lesion: str, day: int) -> Signature:
    tables = {name: records(ResultsFolder(results).read_table(name)) for name in ("observations", "photos")}
    row = next(r for r in tables["observations"] if (r["lesion"], r["study_day"]) == (lesion, day))
    photo = next(p for p in tables["photos"] if p["photo"] == row["photo"])
    return Signature(
        patient="PT001", site="calf", lesion=lesion, visit=row["visit"], values=values_of(row, photo)
    )


def test_a_cut_keeps_what_readers_said_up_to_its_day(reviewed: Path, tmp_path: Path) -> None:
    cut = ResultsFolder(freeze(reviewed, tmp_path / "cut", until=Until(day=45)))
    whole = ResultsFolder(reviewed)
    before, after = whole.read_table("reviews"), cut.read_table("reviews")
    assert before["study_day"].tolist() == [42, 84, 42, 42, 84]
    pd.testing.assert_frame_equal(after, before[before["study_day"] == 42].reset_index(drop=True))
    assert cut.read_table("grades")["grade"].tolist() == [2.0]
    rows = cut.read_table("observations").set_index(["lesion", "study_day"])
    assert rows.loc[("A", 42), "review_status"] == "signed"
    assert rows.loc[("B", 42), "status"] == "not_visible"
    assert rows.loc[("B", 42), "review_status"] == "corrected"
    again = ResultsFolder(freeze(cut.root, tmp_path / "again", until=Until(day=30)))
    assert again.read_table("reviews").empty


def test_a_whole_cut_holds_the_reviews_and_no_rerun(reviewed: Path, tmp_path: Path) -> None:
    cut = freeze(reviewed, tmp_path / "cut")
    assert diff(reviewed, cut).equal
    assert (reviewed / "rerun.json").is_file()
    assert not (cut / "rerun.json").exists()


def test_differences_to_the_run_before_the_review_are_explained(whole: Path, reviewed: Path) -> None:
    found = diff(whole, reviewed)
    roots = {root for causes in found.by_cause for root in causes.split(" or ")}
    assert roots <= {
        "a reader's correction",
        "a reader's signature",
        "recorded in the study: graded by a reader",
    }
    texts = {
        (row.table, row.get("lesion"), row.get("study_day"), value.column): [
            cause.text for cause in found.causes(row, value.column)
        ]
        for row, value in found.values()
    }
    gone = "a reader's correction: nothing is left of it (Dr Gray)"
    assert texts["observations", "B", 42, "area_mm2"] == [gone]
    assert texts["observations", "B", 42, "corrections"] == [
        "a reader's correction: Dr Gray: nothing is left of it"
    ]
    assert texts["observations", "A", 42, "review_status"] == ["signed by Dr Gray"]
    dark = "a reader's correction: visit not evaluable: “dark” (Dr Gray)"
    assert texts["observations", "A", 84, "evaluable"] == [dark]
    assert texts["lesion_responses", "B", 42, "longest_diameter_mm"] == [
        "B at day 42 changed: a reader's correction"
    ]


def test_signed_rows_are_exported(reviewed: Path, tmp_path: Path) -> None:
    out = export(reviewed, format="csv", out=tmp_path / "out", signed_only=True)
    rows = read_csv(out / "observations.csv")
    assert rows[["lesion", "study_day", "signed_by"]].values.tolist() == [
        ["A", "42", "Dr Gray"], ["B", "84", "Dr Gray"],
    ]  # fmt: skip
    assert len(read_csv(out / "reviews.csv")) == 5
    told = " ".join((out / "methods.txt").read_text("utf-8").split())
    assert "Only sizes and responses that a reader has signed are included" in told
    assert "21 CFR Part 11" in told


def test_signatures_are_read_again_in_a_cut() -> None:
    row: dict[str, Any] = {
        "patient": "PT1", "site": "calf", "lesion": "L01", "visit": "day028", "status": "present",
        "evaluable": True, "inflammation": "within", "review_status": "signed", "signed_by": "Dr Gray",
    }  # fmt: skip
    place = {name: row[name] for name in ("patient", "site", "lesion", "visit")}
    review = {**place, "id": "e0", "kind": "signature", "state": "in force"}
    other = {**row, "lesion": "L02"}
    cut = {
        "observations": frame("observations", [row, other]),
        "reviews": frame("reviews", [review, {**review, "lesion": "L02"}]),
    }
    read = frame("observations", [{**row, "inflammation": "above"}, other])
    made = signed_again(cut, read)
    assert made["observations"]["review_status"].tolist() == ["void", "signed"]
    assert (
        made["observations"]["signature_note"][0] == "changed in this data cut: inflammation within → above"
    )
    assert made["reviews"]["state"].tolist() == ["void", "in force"]
    same = signed_again(cut, cut["observations"])
    for name, table in same.items():
        pd.testing.assert_frame_equal(table, cut[name])
