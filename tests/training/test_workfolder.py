import pytest

from lesiontrack.errors import ResultsError
from lesiontrack.training.split import Split
from lesiontrack.training.workfolder import CHECKPOINT, WorkFolder, put

PLAN = {"data": {"folder:ours": "abc", "phantom:phantom": "def"}, "steps": 8000, "rate": 0.002, "start": None}


def test_the_same_plan_goes_on_and_another_is_refused(tmp_path):
    work = WorkFolder(tmp_path / "deep/work", PLAN)
    assert not work.started
    split = Split({"a": "train"}, {"a": "a"}, {"a": "why"})
    work.keep_split(split)
    (work.path / CHECKPOINT).write_bytes(b"weights")
    again = WorkFolder(work.path, PLAN)
    assert again.started
    assert dict(again.split()) == dict(split)
    other = PLAN | {"steps": 400, "start": "123", "data": PLAN["data"] | {"folder:ours": "xyz"}}
    with pytest.raises(ResultsError) as caught:
        WorkFolder(work.path, other)
    assert "data folder:ours, steps (8000, now 400), start;" in str(caught.value)
    assert (work.path / CHECKPOINT).read_bytes() == b"weights"
    assert dict(WorkFolder(work.path, PLAN).split()) == dict(split)


def test_a_finished_training_is_not_gone_on_with(tmp_path):
    work = WorkFolder(tmp_path, PLAN)
    work.keep_split(Split({"a": "train"}, {"a": "a"}))
    for name in (CHECKPOINT, "log.csv", "model.onnx"):
        (tmp_path / name).write_text("x")
    work.finish()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.csv", "plan.json", "split.csv"]
    assert not WorkFolder(tmp_path, PLAN).started
    assert not (tmp_path / "log.csv").exists()
    assert WorkFolder(tmp_path, PLAN).split() is not None
    assert WorkFolder(tmp_path, PLAN | {"seed": 1}).split() is None


@pytest.mark.parametrize("kind", ["file", "foreign", "damaged"])
def test_what_is_no_work_folder_is_left_alone(tmp_path, kind):
    place = tmp_path / "work"
    if kind == "file":
        place.write_text("thesis")
    else:
        place.mkdir()
        (place / "plan.json" if kind == "damaged" else place / "thesis.txt").write_text("{")
    with pytest.raises(ResultsError, match="--work"):
        WorkFolder(place, PLAN)
    assert [path.read_text() for path in tmp_path.rglob("*") if path.is_file()] in (["thesis"], ["{"])


def test_files_are_put_in_place_whole(tmp_path):
    (tmp_path / "new").write_text("new")
    (tmp_path / "model.onnx").write_text("old")
    put(tmp_path / "new", tmp_path / "model.onnx")
    assert (tmp_path / "model.onnx").read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.onnx", "new"]
