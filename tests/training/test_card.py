import re
from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from lesiontrack.segmentation.network import check_model
from lesiontrack.training.assumptions import TOLD
from lesiontrack.training.card import TO_DO, Making, model_card
from lesiontrack.training.contents import Contents
from lesiontrack.training.evaluation import Evaluation, MaskScore, PhotoScore
from lesiontrack.training.split import Split

pytest.importorskip("onnx", reason="the small network of tests is written with onnx (extra `train`)")
from tests.segmentation.network.fixture import threshold_model

SPLIT = Split(
    {"ours/a": "train", "ours/b": "train", "ours/c": "validation", "ours/d": "test", "ours/e": "test"},
    {
        "ours/a": "ours/a",
        "ours/b": "ours/a",
        "ours/c": "ours/c",
        "ours/d": "ours/d",
        "ours/e": "ours/e",
        "x": "x",
    },
)
TRAINED = SimpleNamespace(
    temperatures={"lesion": 1.234},
    schedule=SimpleNamespace(steps=600, batch=16, rate=5e-4, seed=7),
    parameters=1_144_782,
    giga_operations=0.4963,
    seconds=660.0,
)
MAKING = Making(
    "By groups.", "f" * 64, "cpu", date(2026, 11, 23), "small-1-00000000", ("ours",), ("no photo of x",)
)


def contents(**changed):
    given = {
        "name": "ours", "source": "a folder of its owner's", "licence": "CC BY 4.0", "photos": 6,
        "labelled": {"lesion": 5, "ulcer": 2}, "present": {"lesion": 4, "ulcer": 1}, "sha256": "ab" * 32,
        "notes": ("1 picture without a mask left out: z",),
        "parts": {"train": 2, "validation": 1, "test": 2, "": 1},
    }  # fmt: skip
    return Contents(**(given | changed))


def scored(sample, *, both, truth, marked, tone="dark"):
    """A photo of 100 labelled pixels; marked ones at level 230, the others at 0."""
    pixels, true = np.zeros(256, np.int64), np.zeros(256, np.int64)
    pixels[230], pixels[0] = marked, 100 - marked
    true[230], true[0] = both, truth - both
    return PhotoScore(sample, "ours", sample, tone, 0.25, (MaskScore("lesion", pixels, true),), 0, 0)


def card(evaluation=None, **changed):
    model = check_model(threshold_model())
    return model_card(model, TRAINED, [contents(**changed)], SPLIT, evaluation, MAKING)


def rows(text, heading):
    """The cells of a section's table lines."""
    section = text.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


EVALUATION = Evaluation(
    "threshold-1",
    (
        scored("ours/d", both=30, truth=40, marked=30),  # Jaccard 0.75
        scored("ours/e", both=10, truth=20, marked=20, tone="light"),  # Jaccard 1/3
        scored("ours/f", both=0, truth=0, marked=5),
    ),
)


def test_what_stands_in_a_card():
    text = card(EVALUATION)
    model = check_model(threshold_model())
    assert text.startswith(
        "# Model card: threshold-1\n\n> **Research software. Not a medical device. Not validated"
    )
    assert model.sha256 in text
    assert "Not for diagnosis" in text
    assert rows(text, "Data")[2] == [
        "ours", "a folder of its owner's", "CC BY 4.0", "6", "lesion 5 (4), ulcer 2 (1)", "2", "1", "2",
        "`abababababababab`",
    ]  # fmt: skip
    assert "1 picture without a mask left out: z" in text
    assert rows(text, "Split")[2:] == [
        ["train", "2", "1"], ["validation", "1", "1"], ["test", "2", "2"], ["left out", "1", ""],
    ]  # fmt: skip
    assert "f" * 64 in text
    assert "- no photo of x" in text
    trained = dict(rows(text, "How it was trained"))
    assert trained["start"] == "fine-tuned from small-1-00000000; half of the examples are drawn from ours"
    assert trained["steps, batch"] == "600 of 16 crops"
    assert trained["size"] == "1,144,782 parameters; 0.50 GFLOP a crop"
    assert trained["time"] == "11 minutes"


def test_figures_by_set_and_tone():
    figures = {(row[0], row[2]): row for row in rows(card(EVALUATION), "Figures on the test part")[2:]}
    assert set(figures) == {("ours", "all"), ("ours", "light"), ("ours", "dark")}
    row = figures["ours", "all"]
    pooled = 2 * 40 / (60 + 55)
    assert row[3] == "2"
    assert row[4:6] == [f"{pooled:.3f}", f"{(0.75 + 1 / 3) / 2:.3f}"]
    assert row[8:11] == ["1 (50%)", "0 (0%)", "1 of 1"]
    assert figures["ours", "light"][8] == "1 (100%)"
    assert "0.25 s of processor time" in card(EVALUATION)
    many = Evaluation("x", tuple(scored(f"ours/{n}", both=30 - n, truth=40, marked=30) for n in range(8)))
    row = rows(card(many), "Figures on the test part")[2]
    low, high = (float(end) for end in re.search(r"\((.*)–(.*)\)", row[4]).groups())
    assert low < float(row[4].split()[0]) < high


def test_calibration_and_the_worst_first():
    text = card(EVALUATION)
    assert "lesion 1.23." in text
    (curve,) = rows(text, "Calibration")[2:]
    wrong = 100 * 3 - 55 - (60 - 40)
    assert curve[:3] == ["ours", "lesion", f"{20 / (wrong + 20):.2f}"]
    assert curve[3:11] == [""] * 8
    assert curve[11] == f"{40 / 55:.2f}"
    assert TO_DO in text
    assert rows(text, "Known failures")[2:] == [["ours", "lesion", "ours/e 0.33, ours/d 0.75"]]


def test_without_test_photos_nothing_is_claimed():
    text = card(None)
    assert "None: no photo is in the test part." in text
    assert TO_DO in text
    assert not rows(text, "Figures on the test part")


def test_names_of_files_and_licences_break_no_table():
    text = card(EVALUATION, licence="MIT | <b>or\nnot", notes=())
    (row,) = rows(text, "Data")[2:]
    assert row[2] == "MIT \\| &lt;b>or not"
    assert len(row) == len(rows(text, "Data")[0])


def test_rendered_photos_are_called_recovery():
    assert "not validity" in card(EVALUATION, kind="phantom")
    assert "not validity" not in card(EVALUATION)


def test_shared_photographs_are_told():
    assert "stands once, in the first of them" in card(EVALUATION, shared=3)
    assert rows(card(EVALUATION, shared=3), "Data")[2][3] == "6 (3 of them in a set above)"
    assert "stands once" not in card(EVALUATION)


def test_assumptions_about_public_sets_are_named():
    for kind in ("fuseg", "isic2017"):
        assert TOLD in card(EVALUATION, kind=kind)
    assert TOLD not in card(EVALUATION, kind="folder")


def test_a_card_advises_nothing():
    banned = r"\b(stop|reduce|increase|infected|safe|toxic|response achieved)\b"
    assert not re.search(banned, card(EVALUATION), re.IGNORECASE)
