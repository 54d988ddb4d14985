"""Which example a run sees is a function of its seed and the example's number."""

from __future__ import annotations

import pickle
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from lesiontrack.training import batches as batches_module  # noqa: E402
from lesiontrack.training.batches import (  # noqa: E402
    LONGEST,
    Examples,
    Recipe,
    _target,
    batches,
    fingerprint,
    shrunk,
)
from lesiontrack.training.dataset import LEARNED, Sample  # noqa: E402

SMALL = Recipe(side=32)


@dataclass(frozen=True)
class Square:
    """Labels: a square of yes in the middle third."""

    classes: tuple[str, ...]

    def planes(self, shape):
        plane = np.zeros(shape, np.uint8)
        plane[shape[0] // 3 : shape[0] * 2 // 3, shape[1] // 3 : shape[1] * 2 // 3] = 1
        return np.repeat(plane[None], len(self.classes), 0)


@pytest.fixture(scope="module")
def photo(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("photos") / "photo.png"
    pixels = np.random.default_rng(0).integers(60, 200, (12, 16, 3), dtype=np.uint8)
    cv2.imwrite(str(path), cv2.resize(pixels, (96, 72), interpolation=cv2.INTER_CUBIC))
    return path


def samples_of(photo, **counts):
    """format=(number, classes), or format_name of a set with a name of its own."""
    return [
        Sample(
            f"{name}/{i}",
            name.split("_")[-1],
            photo,
            (Square(tuple(classes)),),
            plain=True,
            kind=name.split("_")[0],
        )
        for name, (number, classes) in counts.items()
        for i in range(number)
    ]


def test_an_example_depends_on_seed_and_number_alone(photo):
    samples = samples_of(photo, fuseg=(3, ["ulcer"]), isic2017=(3, ["lesion"]))
    first, second = (Examples(samples, seed=4, recipe=SMALL) for _ in range(2))
    order = [7, 0, 3]
    forwards = {k: first[k] for k in order}
    torch.manual_seed(99)
    for k in reversed(order):
        rgb, labels = second[k]
        assert torch.equal(rgb, forwards[k][0])
        assert torch.equal(labels, forwards[k][1])
    assert rgb.shape == (3, 32, 32)
    assert labels.shape == (4, 32, 32)
    assert rgb.dtype == labels.dtype == torch.uint8
    assert not torch.equal(forwards[7][0], forwards[0][0])
    assert not torch.equal(Examples(samples, seed=5, recipe=SMALL)[7][0], forwards[7][0])


def test_a_worker_s_copy_has_the_same_examples(photo):
    examples = Examples(samples_of(photo, fuseg=(3, ["ulcer"])), seed=1, recipe=SMALL)
    copy = pickle.loads(pickle.dumps(examples))
    assert torch.equal(copy[5][0], examples[5][0])


def test_batches_go_on_in_the_middle(photo):
    examples = Examples(samples_of(photo, fuseg=(3, ["ulcer"])), seed=1, recipe=SMALL)
    whole = list(batches(examples, size=2, first_step=0, last_step=4, workers=0))
    rest = list(batches(examples, size=2, first_step=2, last_step=4, workers=0))
    assert [one[0].shape for one in whole] == [(2, 3, 32, 32)] * 4
    assert len(rest) == 2
    for (rgb, labels), (again, said) in zip(whole[2:], rest, strict=True):
        assert torch.equal(rgb, again)
        assert torch.equal(labels, said)
    assert torch.equal(whole[1][0][1], examples[3][0])
    assert list(batches(examples, size=2, first_step=4, last_step=4, workers=0)) == []


def drawn(examples, count=1500):
    draws = [examples._draw(np.random.default_rng([examples.seed, k])) for k in range(count)]
    classes = Counter(wanted for wanted, _ in draws)
    sets = Counter(examples.samples[place].dataset for _, place in draws)
    for wanted, place in draws:
        assert wanted in examples.samples[place].labelled
    return {k: n / count for k, n in classes.items()}, {k: n / count for k, n in sets.items()}


def test_shares_are_of_classes_not_of_how_many_photos_a_set_has(photo):
    samples = samples_of(
        photo, isic2017=(200, ["lesion"]), fuseg=(20, ["ulcer"]), coco_ours=(3, ["skin", "obstruction"])
    )
    classes, sets = drawn(Examples(samples, seed=0))
    wanted = batches_module.CLASS_SHARES
    assert classes == {name: pytest.approx(wanted[name], abs=0.04) for name in LEARNED}
    assert sets["ours"] == pytest.approx(wanted["skin"] + wanted["obstruction"], abs=0.04)


def test_classes_that_nobody_labels_leave_their_share_to_the_others(photo):
    samples = samples_of(photo, isic2017=(3, ["lesion"]), fuseg=(3, ["ulcer"]))
    classes, _ = drawn(Examples(samples, seed=0, recipe=Recipe(shares={"lesion": 1, "ulcer": 3, "skin": 9})))
    assert classes == {"lesion": pytest.approx(0.25, abs=0.04), "ulcer": pytest.approx(0.75, abs=0.04)}


def test_rendered_photos_are_a_share_where_there_are_real_ones(photo):
    samples = samples_of(photo, fuseg=(5, ["ulcer"]), phantom_a=(50, list(LEARNED)))
    examples = Examples(samples, seed=0, recipe=Recipe(rendered_share=0.3))
    draws = [examples._draw(np.random.default_rng([0, k])) for k in range(2000)]
    rendered = {
        name: [samples[place].dataset == "a" for wanted, place in draws if wanted == name] for name in LEARNED
    }
    assert np.mean(rendered["ulcer"]) == pytest.approx(0.3, abs=0.06)
    assert all(rendered["skin"])


def test_favoured_sets_are_half_of_the_examples(photo):
    """A site's few photos, of one class, beside rendered ones of all classes."""
    samples = samples_of(
        photo, fuseg=(50, ["ulcer"]), phantom=(50, list(LEARNED)), folder_site=(4, ["lesion"])
    )
    _, sets = drawn(Examples(samples, seed=0, recipe=Recipe(favoured=frozenset({"site"}))))
    assert sets["site"] >= 0.46
    _, sets = drawn(Examples(samples, seed=0, recipe=Recipe(favoured=frozenset({"not-here"}))))
    assert sets["site"] < 0.3


def test_close_ups_are_cut_and_covered_as_such(photo, monkeypatch):
    asked = {}
    real = batches_module.training_transforms

    def spy(side, **options):
        asked.setdefault(current, []).append(options["close_up"])
        return real(side, **options)

    monkeypatch.setattr(batches_module, "training_transforms", spy)
    for current in ("fuseg", "phantom", "coco_isic", "isic2017", "isic2017_mine", "ph2", "ham10000"):
        examples = Examples(samples_of(photo, **{current: (1, ["lesion"])}), seed=0, recipe=SMALL)
        _ = examples[0]
    close = {name for name, said in asked.items() if said == [True]}
    assert close == {"isic2017", "isic2017_mine", "ph2", "ham10000"}
    assert len(asked) == 7


def test_places_are_in_every_region_alike():
    plane = np.zeros((100, 200), np.uint8)
    plane[10:70, 10:90] = 1
    plane[80:84, 180:186] = 1
    plane[50:60, 150:160] = 255
    targets = [_target(plane, np.random.default_rng(k)) for k in range(600)]
    on = [(centre, extent) for centre, extent in targets if centre is not None]
    assert len(on) / 600 == pytest.approx(0.7, abs=0.06)
    small = [centre for centre, extent in on if extent == 6]
    assert len(small) / len(on) == pytest.approx(0.5, abs=0.07)
    assert all(180 <= x <= 186 and 80 <= y <= 84 for x, y in small)
    assert {extent for _, extent in on} == {6, 80}
    assert _target(np.full((5, 5), 255, np.uint8), np.random.default_rng(1)) == (None, None)


def test_examples_of_a_mostly_unlabelled_photo_are_about_its_labels():
    plane = np.full((100, 200), 255, np.uint8)
    plane[20:40, 30:80] = 0
    targets = [_target(plane, np.random.default_rng(k)) for k in range(300)]
    assert {extent for _, extent in targets} == {None}
    xs, ys = np.array([centre for centre, _ in targets if centre is not None]).T
    assert len(xs) == 300
    assert 30 <= xs.min() < 35 < 75 < xs.max() < 80
    assert 20 <= ys.min() < 23 < 37 < ys.max() < 40
    plane[22:26, 40:48] = 1
    on = [extent for _, extent in (_target(plane, np.random.default_rng(k)) for k in range(300)) if extent]
    assert len(on) / 300 == pytest.approx(0.7, abs=0.09)
    plane[:, 60:] = 0
    assert _target(np.where(plane == 1, 0, plane).astype(np.uint8), np.random.default_rng(0)) == (None, None)


@pytest.mark.parametrize("size", [(700, 900), (1500, 1000), (2000, 2500)])
def test_shrinking_moves_neither_picture_nor_labels(size):
    rows, columns = np.mgrid[: size[0], : size[1]]
    at = np.array([size[0] * 0.45, size[1] * 0.4])
    disc = ((rows - at[0]) ** 2 + (columns - at[1]) ** 2 < (size[0] / 5) ** 2).astype(np.uint8)
    labels = np.stack([disc, disc, np.full_like(disc, 255), disc])
    pixels, small = shrunk(np.repeat(255 * disc[..., None], 3, 2), labels, limit=LONGEST)
    assert max(pixels.shape[:2]) == LONGEST
    assert small.shape == (4, *pixels.shape[:2])
    assert (small[2] == 255).all()
    assert set(np.unique(small[0])) == {0, 1}
    shown = pixels[..., 0] / 255.0
    for axis in (0, 1):
        line = np.arange(shown.shape[axis])
        shift = [np.average(line, weights=one.sum(1 - axis)) for one in (shown, small[0])]
        # Nearest neighbour at an uneven ratio is 0.05 px off; taking a corner of each pixel, 0.4 and more.
        assert shift[0] == pytest.approx(shift[1], abs=0.1)


def test_small_photos_are_not_touched():
    pixels, labels = np.zeros((20, 30, 3), np.uint8), np.ones((4, 20, 30), np.uint8)
    assert shrunk(pixels, labels, limit=30)[0] is pixels


def test_photos_are_read_once_as_far_as_memory_may_be_used(photo, monkeypatch):
    read = Counter()
    real = Sample.load

    def load(self):
        read[self.id] += 1
        return real(self)

    monkeypatch.setattr(Sample, "load", load)
    samples = samples_of(photo, fuseg=(2, ["ulcer"]))
    for room, times in ((10 * 96 * 72 * 7, {1}), (0, {5})):
        read.clear()
        monkeypatch.setattr(batches_module, "KEPT", room)
        examples = Examples(samples, seed=0, recipe=SMALL)
        for _ in range(5):
            first, second = examples._read(0), examples._read(1)
        assert set(read.values()) == times
        assert np.array_equal(first[0], second[0])


def test_nothing_to_train_on_is_said(photo):
    with pytest.raises(ValueError, match="no sample"):
        Examples([], seed=0)
    with pytest.raises(ValueError, match="no sample labels a class that is drawn"):
        Examples(samples_of(photo, fuseg=(2, ["ulcer"])), seed=0, recipe=Recipe(shares={"skin": 1.0}))


def test_fingerprint_tells_photos_classes_and_order(photo):
    samples = samples_of(photo, fuseg=(3, ["ulcer"]))
    assert fingerprint(samples) == fingerprint(list(samples))
    assert fingerprint(samples) != fingerprint(samples[::-1])
    assert fingerprint(samples) != fingerprint(samples[:2])
    assert fingerprint(samples) != fingerprint(samples_of(photo, fuseg=(3, ["ulcer", "skin"])))
