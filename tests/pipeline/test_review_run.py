"""A study with a `_review` folder, run: what readers said acts, is told, and survives the next run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from lesiontrack.corrections import (
    Evaluability,
    GoneJudgement,
    Grade,
    LesionName,
    Place,
    Signature,
    Store,
)
from lesiontrack.corrections.signed import values_of
from lesiontrack.pipeline import Results, run
from lesiontrack.results import ResultsFolder
from lesiontrack.study import read_study
from lesiontrack.tables import records

from .bench import VISITS, Bench
from .plain import plain_study

FIRST = VISITS[0]
VISIT = {"patient": "PT001", "visit": "2024-03-18"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A study, and results of it without any review."""
    root = tmp_path_factory.mktemp("reviewed")
    study = plain_study(root / "study", 2)
    run(study, root / "results", jobs=1, model="colour", through="flag")
    return study, root / "results"


@pytest.fixture
def copied(made: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    study, results = made
    shutil.copytree(study, tmp_path / "study")
    shutil.copytree(results, tmp_path / "results")
    return tmp_path / "study", tmp_path / "results"


def again(study: Path, results: Path, **options: object) -> Results:
    options = {"jobs": 1, "model": "colour", "through": "flag", **options}
    return run(study, results, **options)  # type: ignore[arg-type]


def signature(results: Path, lesion: str = "L01") -> Signature:
    folder = ResultsFolder(results)
    rows = records(folder.read_table("observations"))
    row = next(r for r in rows if (r["lesion"], r["visit"]) == (lesion, VISIT["visit"]))
    photo = next(p for p in records(folder.read_table("photos")) if p["photo"] == row["photo"])
    return Signature(**VISIT, site=row["site"], lesion=lesion, values=values_of(row, photo))


def test_signed_kept_and_voided(copied: tuple[Path, Path]) -> None:
    study, results = copied
    store = Store(study)
    store.add(signature(results), by="Dr Gray")
    records_before = sorted((results / "sites").rglob("site.json"))
    table = again(study, results).tables["observations"].set_index(["lesion", "visit"])
    assert table.loc[("L01", VISIT["visit"]), "review_status"] == "signed"
    assert table["review_status"].value_counts().to_dict() == {"unreviewed": 3, "signed": 1}
    assert sorted((results / "sites").rglob("site.json")) == records_before, "nothing is measured again"
    store.add(Evaluability(**VISIT, site="calf", reason="out of focus"), by="Dr Gray")
    made = again(study, results)
    row = made.tables["observations"].set_index(["lesion", "visit"]).loc[("L01", VISIT["visit"])]
    assert row["review_status"] == "void"
    assert row["reason"].startswith("not evaluable by a reader: “out of focus”")
    assert row["corrections"] == "Dr Gray: visit not evaluable: “out of focus”"
    assert made.tables["reviews"]["state"].tolist() == ["void", "in force"]
    assert made.exit_code == 0


def test_a_damaged_correction_is_a_failure_and_not_used(copied: tuple[Path, Path]) -> None:
    study, results = copied
    store = Store(study)
    entry = store.add(Evaluability(**VISIT, site="calf", reason="dark"), by="Dr Gray")
    path = store.folder / f"{entry.id}.json"
    path.chmod(0o644)
    path.write_text(path.read_text().replace("dark", "fine"))
    (store.folder / "mine.json").write_text("{}")
    made = again(study, results)
    assert made.exit_code == 1
    told = made.failures.set_index("file")["reason"]
    assert set(told.index) == {f"_review/{entry.id}.json", "_review/mine.json"}
    assert "was changed after it was written" in told[f"_review/{entry.id}.json"]
    assert set(made.failures["stage"]) == {"review"}
    assert made.tables["reviews"].empty
    assert made.tables["observations"]["corrections"].isna().all()


def test_a_blinded_readers_store_is_applied_by_no_run(copied: tuple[Path, Path]) -> None:
    study, results = copied
    blinded = Store(study, blinded_reader="Dr Gray")
    blinded.add(Evaluability(**VISIT, site="calf", reason="dark"), by="Dr Gray")
    made = again(study, results)
    assert made.tables["reviews"].empty
    assert set(made.tables["observations"]["review_status"]) == {"unreviewed"}


def test_stages_by_themselves(copied: tuple[Path, Path]) -> None:
    study, results = copied
    grade = Grade(**VISIT, site="calf", sign="erythema", scale_id="CEA", grade=2.0)
    Store(study).add(grade, by="Dr Gray")
    tables = again(study, results, through="score").tables
    assert tables["grades"][["rater", "source", "study_day"]].values.tolist() == [["Dr Gray", "review", 14]]
    assert tables["reviews"]["state"].tolist() == ["in force"]
    assert "reviews" not in again(study, results, through="register").tables


def test_a_study_that_was_read_before(copied: tuple[Path, Path]) -> None:
    study, results = copied
    read = read_study(study)
    Store(study).add(signature(results), by="Dr Gray")
    table = again(read, results).tables["observations"]  # type: ignore[arg-type]
    assert (table["review_status"] == "signed").sum() == 1


def test_what_a_rerun_needs(copied: tuple[Path, Path], tmp_path: Path) -> None:
    study, results = copied
    again(study, results, protocol="response-only")
    told = json.loads((results / "rerun.json").read_text("utf-8"))
    assert told == {"study": "../study", "protocol": "response-only", "model": "colour"}
    own = tmp_path / "own.toml"
    own.write_bytes(ResultsFolder(results).protocol.read_bytes())
    again(study, results, protocol=str(own), model=None)
    told = json.loads((results / "rerun.json").read_text("utf-8"))
    assert told == {"study": "../study", "protocol": own.as_posix(), "model": None}


def test_a_new_results_folder_numbers_lesions_anew_and_judges_the_same_ones(
    bench: Bench, tmp_path: Path
) -> None:
    """The first visit's photos came later: in the old folder its lesion has the last number, L03."""
    study, old, new = bench.root / "study", tmp_path / "old", tmp_path / "new"
    kept = bench.path(FIRST).read_bytes()
    shutil.rmtree(bench.path(FIRST).parent)
    run(study, old, jobs=1, through="flag")
    bench.put(FIRST)
    bench.path(FIRST).write_bytes(kept)
    run(study, old, jobs=1, through="flag")
    for known in json.loads((old / "identities.json").read_text()):
        lesion, at = known["lesion"], known["seen"]
        seen = tuple(
            Place(visit=v, photo_sha256=bench.sha(v), x=at[bench.sha(v)][0], y=at[bench.sha(v)][1])
            for v in VISITS
            if bench.sha(v) in at
        )
        whom = {"patient": "PT1", "lesion": lesion, "seen": seen}
        bench.say(LesionName(**whom, name=f"once {lesion}"))
        bench.say(Evaluability(**whom, site="calf", visit=VISITS[1], reason=f"hair over {lesion}"))
        bench.say(GoneJudgement(**whom, visit=VISITS[2], gone=lesion == "L03"))
    tables = [run(study, folder, jobs=1, through="flag").tables for folder in (old, new)]
    numbers = [table["observations"].groupby("lesion_name")["lesion"].first().to_dict() for table in tables]
    assert numbers[0] == {"once L01": "L01", "once L02": "L02", "once L03": "L03"}
    assert numbers[1] == {"once L01": "L02", "once L02": "L03", "once L03": "L01"}
    for name, order in (("observations", ["lesion_name", "visit"]), ("reviews", ["id"])):
        one, other = (
            table[name].drop(columns="lesion").sort_values(order).to_dict("records") for table in tables
        )
        assert json.dumps(one, default=str) == json.dumps(other, default=str)
    last = tables[1]["observations"].query("visit == @VISITS[2]").set_index("lesion_name")
    assert last["status"].to_dict() == {
        "once L01": "present", "once L02": "present", "once L03": "not_visible",
    }  # fmt: skip
