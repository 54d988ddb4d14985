"""A run with a model file: what it changes, what it is remembered by, and files that can't be used."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from lesiontrack.cli import main
from lesiontrack.errors import ModelError
from lesiontrack.pipeline import Results, run
from lesiontrack.pipeline.executor import run_tasks
from lesiontrack.pipeline.tasks import site_tasks
from lesiontrack.protocol import load_protocol
from lesiontrack.segmentation.choice import choose_model
from lesiontrack.study import Failure, read_study
from tests.segmentation.network.fixture import threshold_model

from .plain import plain_study, table_bytes
from .test_resume import records, redone

MODEL = threshold_model()


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plain_study(tmp_path_factory.mktemp("plain") / "study", 1, 1)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "model.onnx"
    path.write_bytes(MODEL)
    return path


@pytest.fixture(scope="module")
def done(study: Path, model: Path, tmp_path_factory: pytest.TempPathFactory) -> Results:
    return run(study, tmp_path_factory.mktemp("done") / "results", model=model, jobs=1)


def test_the_model_stands_in_tables_provenance_and_pages(done: Results) -> None:
    assert done.exit_code == 0
    assert done.tables["photos"]["segmentation_model"].tolist() == ["threshold-1"] * 2
    assert done.tables["observations"]["evaluable"].notna().all()
    facts = json.loads((done.folder / "provenance.json").read_text())
    assert facts["segmentation"] == {"id": "threshold-1", "sha256": hashlib.sha256(MODEL).hexdigest()}
    assert "onnxruntime" in facts["software"]
    (page, *_) = sorted(done.folder.glob("lesions/*.html"))
    text = page.read_text("utf-8")
    assert "<td>threshold-1</td>" in text
    assert "trained network, threshold-1. Not validated on any population." in text


def test_the_lesions_are_those_that_the_model_outlines(done: Results) -> None:
    """Two dark spots a photo, of 44 and 28 px."""
    sizes = done.tables["observations"].groupby("patient")["longest_diameter_px"].apply(sorted)
    for small, large in sizes:
        assert (small, large) == (pytest.approx(28, abs=2), pytest.approx(44, abs=2))


def test_two_workers_give_the_same(study: Path, model: Path, done: Results, tmp_path: Path) -> None:
    out = Path(shutil.copytree(done.folder, tmp_path / "out"))
    again = run(study, out, model=model, jobs=2, fresh=True)
    assert table_bytes(again.folder) == table_bytes(done.folder)


def test_a_site_is_kept_as_long_as_the_models_bytes_are_the_same(
    study: Path, model: Path, done: Results, tmp_path: Path
) -> None:
    out = Path(shutil.copytree(done.folder, tmp_path / "out"))
    moved = Path(shutil.copy(model, tmp_path / "renamed.onnx"))
    before = records(out)
    run(study, out, model=moved, jobs=1, through="segment")
    assert set(records(out)) == set(before)
    kept = records(out)
    run(study, out, model=str(moved), jobs=1, through="segment")
    assert not redone(kept, out)
    moved.write_bytes(threshold_model(licence="another"))
    run(study, out, model=moved, jobs=1, through="segment")
    assert redone(kept, out) == set(kept)
    by_colour = run(study, out, model="colour", jobs=1, through="segment")
    assert by_colour.tables["photos"]["segmentation_model"].tolist() == ["colour-edge-1"] * 2
    facts = json.loads((out / "provenance.json").read_text())
    assert facts["segmentation"] == {"id": "colour-edge-1", "sha256": None}


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"PK\x03\x04rest", "torch checkpoint"), (MODEL[:-3], "breaks off"), (None, "no such file")],
)
def test_a_file_that_is_no_model_ends_the_command_before_it_begins(
    content: bytes | None, words: str, study: Path, tmp_path: Path
) -> None:
    path = tmp_path / "weights.onnx"
    if content is not None:
        path.write_bytes(content)
    for command in ("run", "segment"):
        arguments = [command, str(study), "-o", str(tmp_path / "out"), "--model", str(path)]
        outcome = CliRunner().invoke(main, arguments)
        assert outcome.exit_code == 2
        assert "Error: " in outcome.output
        assert "Traceback" not in outcome.output
        assert words in outcome.output
        assert "weights.onnx" in outcome.output
    assert not (tmp_path / "out").exists()


def test_the_command_takes_a_model_or_colour(study: Path, model: Path, tmp_path: Path) -> None:
    for given, made_by in ((str(model), "threshold-1"), ("colour", "colour-edge-1")):
        arguments = ["segment", str(study), "-o", str(tmp_path / made_by), "--model", given, "--jobs", "1"]
        outcome = CliRunner().invoke(main, arguments)
        assert outcome.exit_code == 0, outcome.output
        assert made_by in (tmp_path / made_by / "tables" / "photos.csv").read_text("utf-8-sig")


def test_a_model_that_vanishes_during_the_run_fails_its_sites_and_says_so(
    study: Path, model: Path, tmp_path: Path
) -> None:
    path = Path(shutil.copy(model, tmp_path / "model.onnx"))
    tasks = site_tasks(
        read_study(study), load_protocol("response-only"), tmp_path / "out", through="segment",
        model=choose_model(path),
    )  # fmt: skip
    path.unlink()
    (tmp_path / "out").mkdir()
    for outcome in run_tasks(tasks, jobs=1):
        assert isinstance(outcome, Failure)
        assert "model.onnx: no such file" in outcome.reason


def test_python_callers_get_the_same_error(study: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such file"):
        run(study, tmp_path / "out", model=tmp_path / "none.onnx")
