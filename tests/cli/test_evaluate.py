from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lesiontrack.cli import main
from tests.cli.labelled import clinic, split_file

pytest.importorskip("onnx", reason="the small network of tests is written with onnx (extra `train`)")
from tests.segmentation.network.fixture import threshold_model


def call(*arguments: str | Path) -> Result:
    outcome = CliRunner().invoke(main, ["evaluate", *map(str, arguments)], terminal_width=200)
    assert outcome.exception is None or isinstance(outcome.exception, SystemExit), outcome.output
    return outcome


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    (tmp_path / "model.onnx").write_bytes(threshold_model())
    return clinic(tmp_path / "ours", "abcd")


def data(folder: Path) -> str:
    return f"--data=folder:ours={folder}"


def test_table_json_and_pictures(ours: Path, tmp_path: Path) -> None:
    out, worst = tmp_path / "deep/figures.json", tmp_path / "worst"
    outcome = call(tmp_path / "model.onnx", data(ours), "-o", out, "--pictures", worst)
    assert outcome.exit_code == 0, outcome.output
    assert "model threshold-1" in outcome.output
    assert "skin 4 (4), lesion 4 (4), ulcer 4 (4), obstruction 4 (4)" in " ".join(outcome.output.split())
    document = json.loads(out.read_text())
    (lesion,) = [row for row in document["figures"] if (row["name"], row["tone"]) == ("lesion", "")]
    assert lesion["photos"] == 4
    assert lesion["pooled_dice"] > 0.6
    assert document["part"] is None
    assert len(document["sha256"]) == len(document["data_sha256"]["ours"]) == 64
    pictures = sorted(path.name for path in worst.glob("*.jpg"))
    assert len(pictures) == 16
    assert f"16 pictures in {worst}" in outcome.output


def test_only_the_part_that_was_asked_for(ours: Path, tmp_path: Path) -> None:
    split = split_file(tmp_path / "my.csv", train="a b", test="c", validation="d")
    out = tmp_path / "f.json"
    outcome = call(tmp_path / "model.onnx", data(ours), "--split", split, "-o", out, "-q")
    assert outcome.exit_code == 0
    assert (json.loads(out.read_text())["part"], ids(out)) == ("test", {"ours/c"})
    call(tmp_path / "model.onnx", data(ours), "--split", split, "--part", "train", "-o", out, "--force")
    assert ids(out) == {"ours/a", "ours/b"}


def test_the_models_own_split_is_used_and_warned_of(ours: Path, tmp_path: Path) -> None:
    split_file(tmp_path / "model.split.csv", train="a b", validation="c", test="d")
    out = tmp_path / "f.json"
    whole = call(tmp_path / "model.onnx", data(ours), "-o", out)
    assert "made with 3 of these 4 photos" in whole.output
    assert ids(out) == {"ours/a", "ours/b", "ours/c", "ours/d"}
    part = call(tmp_path / "model.onnx", data(ours), "--part", "test", "-o", out, "--force")
    assert "made with" not in part.output
    assert ids(out) == {"ours/d"}


def ids(out: Path) -> set[str]:
    return {row["id"] for row in json.loads(out.read_text())["photos"]}


def test_the_method_by_colour(ours: Path) -> None:
    outcome = call("colour", data(ours), "-q")
    assert outcome.exit_code == 0
    assert outcome.output.startswith("model colour-edge-")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--part", "test"], "name the split with --split"),
        (["--split", "empty.csv"], "none of the 4 photos is in its test part"),
        (["-o", "there.json"], "--force"),
        (["--pictures", "ours"], "holds other files"),
        (["--data", "ours"], "is not NAME=DIR"),
        (["--data", "fusg=ours"], "did you mean fuseg?"),
        (["--data", "labelme=nowhere"], "nowhere is no folder"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_usage_is_told_and_changes_nothing(
    ours: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    split_file(tmp_path / "empty.csv", train="z")
    (tmp_path / "there.json").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    outcome = call("model.onnx", "--data=folder:ours=ours", *arguments)
    assert outcome.exit_code == 2
    assert words in " ".join(outcome.output.split())
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "there.json").read_text() == "mine"


def test_a_file_that_is_no_model(ours: Path) -> None:
    outcome = call(ours / "images/a.png", data(ours))
    assert outcome.exit_code == 2
    assert "a PNG picture, not an ONNX model" in outcome.output


def test_it_needs_no_torch(ours: Path, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom lesiontrack.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "finally: print([name for name in ('torch', 'torchvision') if name in sys.modules], file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "evaluate", str(tmp_path / "model.onnx"), data(ours), "-q"]
    outcome = subprocess.run(command, capture_output=True, text=True)
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.startswith("model threshold-1")
    assert outcome.stderr.splitlines()[-1] == "[]"
