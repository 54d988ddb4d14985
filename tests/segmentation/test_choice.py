"""Which method draws the outlines: by name, by file, by default."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lesiontrack.arrays import Pixels
from lesiontrack.errors import ModelError
from lesiontrack.photo import Photo
from lesiontrack.segmentation import choice, network, segment
from lesiontrack.segmentation.choice import BY_COLOUR, choose_model
from tests.segmentation.network.fixture import threshold_model
from tests.segmentation.scenes import SKIN

PHOTO = Photo(np.full((40, 60, 3), SKIN, np.uint8), "")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.onnx"
    path.write_bytes(threshold_model())
    return path


def test_colour_is_called_by_name() -> None:
    assert choose_model("colour") == BY_COLOUR
    assert segment(PHOTO, model="colour").model == "colour-edge-1"
    assert BY_COLOUR.load()(PHOTO).model == "colour-edge-1"


def test_a_file_is_called_by_its_path(model: Path) -> None:
    assert segment(PHOTO, model=model).model == "threshold-1"
    assert segment(PHOTO, model=str(model)).model == "threshold-1"
    chosen = choose_model(model)
    assert (chosen.id, len(chosen.sha256), Path(chosen.source)) == ("threshold-1", 64, model)
    assert "trained network, threshold-1. Not validated" in chosen.about


def test_a_choice_travels_and_is_checked_again_where_it_is_used(model: Path) -> None:
    chosen = pickle.loads(pickle.dumps(choose_model(model)))
    assert chosen.load()(PHOTO).model == "threshold-1"
    model.write_bytes(threshold_model(licence="another"))
    with pytest.raises(ModelError, match="run again"):
        chosen.load()
    model.unlink()
    with pytest.raises(ModelError, match="no such file"):
        chosen.load()


def test_without_a_shipped_model_the_default_is_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "shipped_model", lambda: None)
    assert choose_model() == BY_COLOUR
    monkeypatch.setattr(network, "shipped_model", lambda: None)
    with pytest.raises(ModelError, match="shipped"):
        network.load_model()


def shipping(folder: Path, monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """A package of models with these files."""
    package = folder / f"shipped_{folder.name}"  # a name of its own, as imports are kept
    package.mkdir()
    (package / "__init__.py").touch()
    for name in names:
        (package / name).write_bytes(threshold_model(id=name.removesuffix(".onnx")))
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setattr(network, "PACKAGE", package.name)


def test_the_shipped_model_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipping(tmp_path, monkeypatch, "small-7.onnx")
    chosen = choose_model()
    assert (chosen.id, chosen.source) == ("small-7", "shipped")
    assert chosen.load()(PHOTO).model == "small-7"
    assert network.load_model().sha256 == chosen.sha256
    assert choose_model("colour") == BY_COLOUR


def test_two_shipped_models_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipping(tmp_path, monkeypatch, "a.onnx", "b.onnx")
    with pytest.raises(ModelError, match=r"several models \(a\.onnx, b\.onnx\)"):
        choose_model()


def test_a_package_without_a_model_ships_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipping(tmp_path, monkeypatch)
    assert choose_model() == BY_COLOUR


class Halved:
    """A calibrated colour correction that halves every value."""

    calibrated = True

    def apply(self, pixels: Pixels) -> Pixels:
        return pixels // 2


def test_a_calibrated_correction_is_applied_for_colour_and_not_for_networks(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    corrected = segment(PHOTO, Halved(), model=model)  # type: ignore[arg-type]
    assert corrected.mask("skin").all()
    with monkeypatch.context() as patch:
        patch.setattr(choice, "segment_by_colour", lambda pixels: seen.append(int(pixels[0, 0, 0])))
        segment(PHOTO, Halved(), model="colour")  # type: ignore[arg-type]
        segment(replace(PHOTO), model="colour")
    assert seen == [SKIN[0] // 2, SKIN[0]]
