"""What a site's record keeps of masks and maps: the same masks, small, and a map that JSON holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesiontrack.errors import ResultsError
from lesiontrack.pipeline.keptmasks import KEPT, KeptMask, keep_masks, read_kept_mask
from lesiontrack.pipeline.record import PhotoRecord, RegistrationRecord, SiteRecord, dump, load
from lesiontrack.registration import Registration
from lesiontrack.segmentation import Layer, Segmentation


def whole(kept: KeptMask | None, folder: Path, shape: tuple[int, int]) -> np.ndarray:
    mask = np.zeros(shape, bool)
    if kept is not None:
        part = read_kept_mask(folder, kept)
        mask[kept.y : kept.y + kept.height, kept.x : kept.x + kept.width] = part
    return mask


@given(st.data())
def test_masks_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("site")
    shape = (30, 43)
    layers = {}
    for name in data.draw(st.lists(st.sampled_from(KEPT), unique=True)):
        x, y = data.draw(st.integers(0, 42)), data.draw(st.integers(0, 29))
        size = data.draw(st.integers(1, 30 - y)), data.draw(st.integers(1, 43 - x))
        seed = data.draw(st.integers(0, 99))
        layers[name] = Layer(x, y, np.random.default_rng(seed).integers(0, 160, size).astype(np.uint8))
    segmentation = Segmentation(shape, layers)
    kept = keep_masks(segmentation, "PT001/2024-03-04/left-calf.jpg", folder)
    for name in KEPT:
        assert (whole(kept.get(name), folder, shape) == segmentation.mask(name)).all()
        assert (name in kept) == bool(segmentation.mask(name).any())


def test_a_large_photo_takes_little_room(tmp_path: Path) -> None:
    """12 megapixels with a wavy lesion and skin all around it."""
    y, x = np.mgrid[:3000, :4000]
    angle = np.arctan2(y - 1500, x - 2000)
    lesion = np.hypot(y - 1500, x - 2000) < 600 + 60 * np.sin(9 * angle) + 15 * np.sin(70 * angle)
    layers = {
        "lesion": Layer(0, 0, lesion.astype(np.uint8) * np.uint8(255)),
        "skin": Layer(0, 0, np.full((3000, 4000), 255, np.uint8)),
    }
    keep_masks(Segmentation((3000, 4000), layers), "a.jpg", tmp_path)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 30_000


def test_a_file_that_is_gone_or_another_is_told(tmp_path: Path) -> None:
    layer = Layer(2, 3, np.full((5, 6), 255, np.uint8))
    kept = keep_masks(Segmentation((20, 20), {"ulcer": layer}), "a.jpg", tmp_path)["ulcer"]
    assert (kept.x, kept.y, kept.width, kept.height) == (2, 3, 6, 5)
    for content in (b"", b"no picture"):
        (tmp_path / kept.file).write_bytes(content)
        with pytest.raises(ResultsError, match="damaged"):
            read_kept_mask(tmp_path, kept)
    (tmp_path / kept.file).unlink()
    with pytest.raises(ResultsError, match="can't be read"):
        read_kept_mask(tmp_path, kept)


def test_a_record_keeps_masks_and_the_map(tmp_path: Path) -> None:
    matrix = np.array([[1.5, 0.25, -30.0], [-0.25, 1.5, 12.5], [1e-5, 0, 1]])
    found = Registration(
        True, "skin_texture", 0.8, matrix, (10, 20), (30, 40), float("nan"), "why", ("a", "b")
    )
    registration = RegistrationRecord.of(found)
    masks = {"lesion": KeptMask("mask-1-lesion.png", 1, 2, 3, 4)}
    photo = PhotoRecord("a.jpg", "day000", {}, {}, masks=masks, registration=registration)
    record = SiteRecord("k", "PT001", "left-calf", "a.jpg", (photo,), (), ())
    (tmp_path / "site.json").write_bytes(dump(record))
    again = load(tmp_path / "site.json")
    assert again == record
    assert list(again.files()) == ["mask-1-lesion.png"]
    assert registration.error_px is None
    assert registration.reason == "why; a; b"
    assert np.array_equal(np.array(registration.matrix), matrix)
