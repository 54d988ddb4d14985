"""Things drawn on skin are labelled where they are drawn, whatever the data set says."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from torchvision import tv_tensors  # noqa: E402

from lesiontrack.training.augment import Hair, PenRing, RulerStrip  # noqa: E402
from lesiontrack.training.dataset import LEARNED, UNLABELLED  # noqa: E402

SHAPE = (96, 128)
OBJECTS = pytest.mark.parametrize("kind", [Hair, PenRing, RulerStrip])


def drawn(kind, seed, value):
    """A plain picture with it, its labels, which all were `value`, and its opacity."""
    torch.manual_seed(seed)
    transform = kind()
    image = tv_tensors.Image(torch.full((3, *SHAPE), 170, dtype=torch.uint8))
    labels = tv_tensors.Mask(torch.full((4, *SHAPE), value, dtype=torch.uint8))
    params = transform.make_params([image])
    return transform.transform(image, params), transform.transform(labels, params), params["opacity"], labels


EXPECTED = {  # label before → after, by class in LEARNED order
    RulerStrip: {0: (0, 0, 0, 1), 1: (0, 0, 0, 1), UNLABELLED: (0, 0, 0, 1)},
    PenRing: {
        0: (0, 0, 0, 0),  # not on skin: nothing changes
        1: (UNLABELLED, UNLABELLED, UNLABELLED, 1),
        UNLABELLED: (UNLABELLED, 0, 0, 1),
    },
    Hair: {
        0: (0, 0, 0, 0),
        1: (UNLABELLED, 1, 1, UNLABELLED),
        UNLABELLED: (UNLABELLED, UNLABELLED, UNLABELLED, UNLABELLED),
    },
}


@OBJECTS
@pytest.mark.parametrize("value", [0, 1, UNLABELLED])
def test_labels_follow_what_is_drawn_there_and_nowhere_else(kind, value):
    seen = 0
    for seed in range(12):
        image, labels, opacity, before = drawn(kind, seed, value)
        hidden = torch.from_numpy(opacity >= 0.35)
        seen += int(hidden.sum())
        for plane, after in zip(labels, EXPECTED[kind][value], strict=True):
            assert bool((plane[hidden] == after).all())
        assert bool((labels[:, ~hidden] == value).all())
        untouched = torch.from_numpy(opacity == 0)
        assert bool((image[:, untouched] == 170).all())
        assert image.dtype == labels.dtype == torch.uint8
        assert bool((before == value).all()), "the labels that were given must stay as they are"
    assert seen > 100


@OBJECTS
def test_what_is_labelled_can_be_seen(kind):
    changed = []
    for seed in range(12):
        image, _, opacity, _ = drawn(kind, seed, 0)
        hidden = torch.from_numpy(opacity >= 0.35)
        difference = (image.int() - 170).abs().amax(0)
        changed.append(float((difference[hidden] > 12).float().mean()) if hidden.any() else 1.0)
    assert sum(changed) / len(changed) > 0.85


@OBJECTS
def test_picture_and_labels_of_one_call_have_the_same_drawing(kind):
    torch.manual_seed(3)
    image = tv_tensors.Image(torch.full((3, *SHAPE), 255, dtype=torch.uint8))
    labels = tv_tensors.Mask(torch.ones((4, *SHAPE), dtype=torch.uint8))
    image, labels = kind()(image, labels)
    marked = labels[LEARNED.index("skin")] != 1
    assert marked.any()
    assert float(image.float().mean(0)[marked].mean()) < float(image.float().mean(0)[~marked].mean()) - 3


def test_a_ruler_has_no_seam_of_another_colour():
    """Its outermost pixels are a mix of strip and skin, never darker than both (no tick there)."""
    for seed in range(30):
        torch.manual_seed(seed)
        opacity, colour = RulerStrip().draw(*SHAPE)
        part = (opacity > 0.05) & (opacity < 0.95)
        full = opacity >= 0.999
        if not part.any() or full.sum() < 200:
            continue
        assert colour[part].min() >= colour[full].min() - 12
