"""Rendered photos → train → evaluate → run with the model that came out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from lesiontrack.cli import main
from tests.pipeline.plain import plain_study

pytest.importorskip("torch", reason="needs the extra `train`")
pytest.importorskip("torchvision", reason="needs the extra `train`")
pytest.importorskip("onnx", reason="needs the extra `train`")
pytest.importorskip("onnxscript", reason="needs the extra `train`")


def call(*arguments: str | Path) -> str:
    outcome = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert outcome.exit_code == 0, outcome.output
    return outcome.output


def test_from_rendered_photos_to_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lesiontrack.training.loop.VALIDATION_EXAMPLES", 2)
    rendered, model = tmp_path / "rendered", tmp_path / "ours.onnx"
    call("phantom", "-o", rendered, "--training", 4, "--width", 400, "--seed", 3, "-q")
    ids = sorted(
        path.relative_to(rendered / "_truth").with_suffix("").as_posix()
        for path in (rendered / "_truth").rglob("*.png")
    )
    parts = ("train", "train", "validation", "test")
    lines = [f"phantom/{name},{part}" for name, part in zip(ids, parts, strict=True)]
    (tmp_path / "split.csv").write_text("\n".join(["id,part", *lines]))
    told = call(
        "train", f"--data=phantom={rendered}", "-o", model, "--split", tmp_path / "split.csv",
        "--steps", 4, "--batch", 2, "--threads", 1, "--workers", 0,
    )  # fmt: skip
    assert "step 4: loss " in told
    card = (tmp_path / "ours.md").read_text()
    assert f"phantom/{ids[3]}" in card
    assert "| test | 1 | 1 |" in card

    figures = tmp_path / "figures.json"
    call("evaluate", model, f"--data=phantom={rendered}", "--part", "test", "-o", figures, "-q")
    document = json.loads(figures.read_text())
    assert {row["id"] for row in document["photos"]} == {f"phantom/{ids[3]}"}
    assert f"`{document['sha256']}`" in card

    results = tmp_path / "results"
    call("segment", plain_study(tmp_path / "study", 1), "-o", results, "--model", model, "--jobs", 1, "-q")
    assert document["sha256"] in (results / "provenance.json").read_text()
