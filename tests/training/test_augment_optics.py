"""Light and camera change the picture alone; a seed replays a whole example."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torchvision import tv_tensors  # noqa: E402

from lesiontrack.training.augment import Cast, Defocus, Jpeg, Light, Noise, training_transforms  # noqa: E402
from lesiontrack.training.augment.optics import motion_kernel  # noqa: E402

OPTICS = [Light(), Cast(), Defocus(), Noise(), Jpeg()]
BY_NAME = [type(one).__name__ for one in OPTICS]


def example(height=80, width=64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.randint(0, 256, (1, 3, 8, 8), generator=generator).float()
    pixels = torch.nn.functional.interpolate(coarse, (height, width), mode="bilinear")[0]
    labels = torch.randint(0, 2, (4, height, width), generator=generator, dtype=torch.uint8)
    labels[3] = 255
    return tv_tensors.Image(pixels.round().to(torch.uint8)), tv_tensors.Mask(labels)


@pytest.mark.parametrize("transform", OPTICS, ids=BY_NAME)
def test_labels_stay_and_the_picture_stays_uint8(transform):
    image, mask = example()
    moved = 0
    for seed in range(15):
        torch.manual_seed(seed)
        out, labels = transform(image, mask)
        assert torch.equal(labels, mask)
        assert out.shape == image.shape
        assert out.dtype == torch.uint8
        moved += not torch.equal(out, image)
    assert moved >= 12


@pytest.mark.parametrize("transform", OPTICS, ids=BY_NAME)
def test_things_stay_where_they_are(transform):
    """A bright square's middle does not move: labels would be wrong."""
    plain = torch.full((3, 65, 65), 60, dtype=torch.uint8)
    plain[:, 24:41, 24:41] = 200
    for seed in range(15):
        torch.manual_seed(seed)
        out = transform(tv_tensors.Image(plain))
        bright = (out.float().mean(0) > 0.5 * (out.float().mean(0).max() + out.float().mean(0).min())).float()
        bright[:16], bright[49:], bright[:, :16], bright[:, 49:] = 0, 0, 0, 0
        rows, columns = torch.meshgrid(torch.arange(65.0), torch.arange(65.0), indexing="ij")
        at = torch.stack([(bright * rows).sum(), (bright * columns).sum()]) / bright.sum()
        assert at.tolist() == pytest.approx([32, 32], abs=1.2)


def test_grey_stays_grey_without_a_cast_and_grey_pictures_have_no_colour():
    image, _ = example()
    cast = Cast()
    flat = tv_tensors.Image(torch.full((3, 8, 8), 99, dtype=torch.uint8))
    same = cast.transform(flat, {"gains": [1.0, 1.0, 1.0], "colourfulness": 1.4})
    assert bool((same == 99).all())
    grey = cast.transform(image, {"gains": [1.0, 1.0, 1.0], "colourfulness": 0.0})
    assert int((grey.int().amax(0) - grey.int().amin(0)).max()) <= 1
    kept = cast.transform(image, {"gains": [1.0, 1.0, 1.0], "colourfulness": 1.0})
    assert int((kept.int() - image.int()).abs().max()) <= 1


def test_light_of_no_change_is_the_picture_itself():
    image, _ = example()
    still = {"exposure": 1.0, "gamma": 1.0, "slope": (0.0, 0.0), "vignette": 0.0}
    assert torch.equal(Light().transform(image, still), image)
    dark = Light().transform(image, still | {"vignette": 0.5}).float()
    assert dark[:, 0, 0].sum() < image[:, 0, 0].float().sum()
    assert torch.equal(dark[:, 40, 32], image[:, 40, 32].float())


@pytest.mark.parametrize("length", [2, 3.5, 9])
@pytest.mark.parametrize("angle", [0, 0.7, 1.5707, 3])
def test_motion_is_a_centred_line(length, angle):
    kernel = motion_kernel(length, angle)
    assert kernel.sum() == pytest.approx(1)
    assert kernel.dtype == np.float32
    assert kernel == pytest.approx(kernel[::-1, ::-1])
    assert length - 1 <= max(np.ptp(np.nonzero(kernel)[0]), np.ptp(np.nonzero(kernel)[1])) * 1.5 + 1
    assert (kernel > 0).sum() <= 2 * length + 3


@pytest.mark.parametrize("close_up", [False, True])
def test_a_seed_replays_all_of_an_example(close_up):
    image, mask = example(150, 200)
    seen = set()
    for seed in range(25):
        both = []
        for _ in range(2):
            torch.manual_seed(seed)
            both.append(training_transforms(64, centre=(90, 60), extent=30, close_up=close_up)(image, mask))
        assert torch.equal(both[0][0], both[1][0])
        assert torch.equal(both[0][1], both[1][1])
        out, labels = both[0]
        assert out.shape == (3, 64, 64)
        assert labels.shape == (4, 64, 64)
        assert out.dtype == labels.dtype == torch.uint8
        assert set(labels.unique().tolist()) <= {0, 1, 255}
        seen.add(out.numpy().tobytes())
    assert len(seen) == 25


def test_close_ups_have_more_things_on_them():
    image, mask = example(150, 200)
    found = []
    for close_up in (False, True):
        drawn = 0
        for seed in range(120):
            torch.manual_seed(seed)
            _, labels = training_transforms(32, close_up=close_up)(image, mask)
            drawn += bool((labels[3] == 1).any())
        found.append(drawn / 120)
    assert 0.1 < found[0] < 0.32
    assert 0.35 < found[1] < 0.7
