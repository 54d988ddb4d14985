"""The command around a training that is stood in for; the real one is in test_train_real.py."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lesiontrack.cli import STOPPED, main
from tests.cli.labelled import clinic, split_file

pytest.importorskip("torch", reason="needs the extra `train`")
pytest.importorskip("torchvision", reason="needs the extra `train`")
pytest.importorskip("onnx", reason="needs the extra `train`")
pytest.importorskip("onnxscript", reason="needs the extra `train`")
from lesiontrack.training import model as training
from lesiontrack.training.loop import Progress
from lesiontrack.training.workfolder import CHECKPOINT
from tests.segmentation.network.fixture import threshold_model


def call(*arguments: str | Path) -> Result:
    outcome = CliRunner().invoke(main, ["train", *map(str, arguments)], terminal_width=200)
    assert outcome.exception is None or isinstance(outcome.exception, SystemExit), outcome.output
    return outcome


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What train_model was called with; it leaves a checkpoint and writes the network of thresholds."""
    seen: list[dict[str, Any]] = []

    def stand_in(samples: Any, split: Any, out: Path, **given: Any) -> training.TrainedModel:
        seen.append({"samples": samples, "split": split, **given})
        (given["folder"] / CHECKPOINT).write_bytes(b"weights")
        given["on_progress"](Progress(4, 4, 0.5, 0.0, {"lesion": 0.81}))
        out.write_bytes(threshold_model(licence=given["licence"], trained_on=given["trained_on"]))
        return training.TrainedModel(
            out, "threshold-1", "0" * 64, given["schedule"], {"lesion": 1.5}, 60.0, 1000, 0.5
        )

    monkeypatch.setattr(training, "train_model", stand_in)
    return seen


@pytest.fixture
def usual(tmp_path: Path) -> list[str]:
    """Arguments of a training on four photos of our own."""
    clinic(tmp_path / "ours", "abcd")
    (tmp_path / "ours/LICENSE").write_text("CC BY 4.0\n")
    split = split_file(tmp_path / "my.csv", train="a b", validation="c", test="d")
    return [
        f"--data=folder:ours={tmp_path / 'ours'}",
        f"--split={split}",
        f"--output={tmp_path / 'out.onnx'}",
    ]


def outputs(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("out.*"))


def test_table_model_card_and_split(usual: list[str], tmp_path: Path, calls: list[dict[str, Any]]) -> None:
    outcome = call(*usual, "--licence", "Apache-2.0", "--seed", "3", "--batch", "8", "--workers", "2")
    assert outcome.exit_code == 0, outcome.output
    row = next(line.split() for line in outcome.output.splitlines() if line.split()[:2] == ["ours", "4"])
    assert row[-3:] == ["2", "1", "1"]
    assert "Dice of validation: lesion 0.810" in outcome.output
    assert outputs(tmp_path) == ["out.md", "out.onnx", "out.split.csv", "out.training"]
    (given,) = calls
    schedule = given["schedule"]
    assert (schedule.steps, schedule.batch, schedule.rate, schedule.seed) == (8000, 8, 0.002, 3)
    assert (given["workers"], given["start"], schedule.recipe.favoured) == (2, None, frozenset())
    assert given["licence"] == "Apache-2.0. Licences of the data: ours: CC BY 4.0"
    assert given["trained_on"] == "ours (a folder of its owner's; 2 photos)"
    card = (tmp_path / "out.md").read_text()
    assert "| ours | lesion | all | 1 |" in card
    with (tmp_path / "out.split.csv").open(newline="") as file:
        assert [(row["id"], row["part"]) for row in csv.DictReader(file)] == [
            ("ours/a", "train"), ("ours/b", "train"), ("ours/c", "validation"), ("ours/d", "test"),
        ]  # fmt: skip
    assert not (tmp_path / "out.training" / CHECKPOINT).exists()


def test_a_model_is_not_overwritten(usual: list[str], tmp_path: Path, calls: list[dict[str, Any]]) -> None:
    (tmp_path / "out.md").write_text("my notes on known failures")
    outcome = call(*usual)
    assert outcome.exit_code == 2
    assert f"{tmp_path / 'out.md'} is there already; give another name, or --force" in outcome.output
    assert outputs(tmp_path) == ["out.md"]
    assert not calls
    assert call(*usual, "--force").exit_code == 0
    # The finished training is no checkpoint to go on from: changed data are trained on anew.
    clinic(tmp_path / "ours", "dcba")
    assert call(*usual, "--force").exit_code == 0
    assert len(calls) == 2


def test_ctrl_c_and_going_on(
    usual: list[str], tmp_path: Path, calls: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("lesiontrack.training.evaluation.evaluate", interrupt)
        stopped = call(*usual)
    assert stopped.exit_code == STOPPED
    assert (
        f"The same command goes on from the last checkpoint in {tmp_path / 'out.training'}" in stopped.output
    )
    assert outputs(tmp_path) == ["out.training"]
    other = call(*usual, "--steps", "9")
    assert other.exit_code == 2
    assert "differs in steps (8000, now 9)" in other.output
    again = call(*usual)
    assert again.exit_code == 0
    assert "training goes on" in again.output
    assert outputs(tmp_path) == ["out.md", "out.onnx", "out.split.csv", "out.training"]


def test_ctrl_c_before_the_first_checkpoint(usual: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(training, "train_model", interrupt)
    outcome = call(*usual)
    assert outcome.exit_code == STOPPED
    assert "the same command starts over" in outcome.output


def test_fine_tuning(usual: list[str], tmp_path: Path, calls: list[dict[str, Any]]) -> None:
    start = tmp_path / "start.onnx"
    start.write_bytes(threshold_model(trained_on="thousands of photos"))
    split_file(tmp_path / "start.split.csv", train="a b", test="c d")
    for stem in "abcd":
        (tmp_path / f"ours/masks/skin/{stem}.png").unlink()
    (tmp_path / "ours/masks/skin").rmdir()
    data, _, out = usual
    outcome = call(data, out, "--from", start, "--keep", "0.25")
    assert outcome.exit_code == 0, outcome.output
    (given,) = calls
    assert given["keep"] == 0.25
    assert given["start"].name == "start.onnx"
    assert (given["schedule"].steps, given["schedule"].rate) == (600, 5e-4)
    assert given["schedule"].recipe.favoured == {"ours"}
    assert given["trained_on"].endswith("from threshold-1, which was trained on: thousands of photos")
    assert dict(given["split"]) == {"ours/a": "train", "ours/b": "train", "ours/c": "test", "ours/d": "test"}
    assert "no photo labels skin" in outcome.output
    card = (tmp_path / "out.md").read_text()
    assert "fine-tuned from threshold-1, whose weights have a share of 0.25 in these" in card
    line = "ours, ulcer, 2 photos: Dice of pooled pixels"
    assert "threshold-1, and now, on the same test photos:\n  ours, lesion, 2 photos" in outcome.output
    assert line in outcome.output
    assert "threshold-1, and this model, on the same test photos:\n\n- ours, lesion" in card
    assert line in card


def missing_class(folder: Path) -> None:
    for path in (folder / "masks/ulcer").iterdir():
        path.unlink()


def small_mask(folder: Path) -> None:
    from tests.training.files import square, write_mask

    write_mask(folder / "masks/skin/b.png", square((20, 30), side=4))


@pytest.mark.parametrize(
    ("spoil", "arguments", "words"),
    [
        (missing_class, [], "labels ulcer, which would be marked at random"),
        (small_mask, [], "b.png"),
        (None, ["--from", "nowhere.onnx"], "no such file"),
        (None, ["-o", "model.pt"], "a model file is named *.onnx"),
        (None, ["--work", "ours"], "no work folder of a training"),
        (None, ["--keep", "0.5"], "give both"),
    ],
    ids=["class", "mask", "from", "name", "work", "keep"],
)
def test_what_cannot_be_trained_is_told(
    usual: list[str],
    tmp_path: Path,
    calls: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[Path], None] | None,
    arguments: list[str],
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    if spoil is not None:
        spoil(tmp_path / "ours")
    outcome = call(*usual, *arguments)
    assert outcome.exit_code == 2
    assert words in " ".join(outcome.output.split())
    assert not calls
    assert outputs(tmp_path) in ([], ["out.training"])


def test_what_is_not_installed_is_told_at_once(usual: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from lesiontrack.cli import train

    monkeypatch.setattr(train, "find_spec", lambda name: None if name.startswith("torch") else object())
    outcome = call(*usual)
    assert outcome.exit_code == 2
    assert 'training needs torch, torchvision: pip install "lesiontrack[train]"' in outcome.output


def test_a_gpu_that_is_not_there(usual: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    outcome = call(*usual, "--device", "cuda")
    assert outcome.exit_code == 2
    assert "--device cuda: torch finds no GPU here" in outcome.output
