"""A crop's labels lie where its picture shows them."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from torchvision import tv_tensors  # noqa: E402

from lesiontrack.training.augment import Window  # noqa: E402
from lesiontrack.training.augment.window import CLOSE_UP_MARGIN, NARROWEST  # noqa: E402

SIDE = 128


def disc(height, width, x, y, radius):
    rows, columns = np.mgrid[:height, :width]
    return ((columns - x) ** 2 + (rows - y) ** 2 <= radius**2).astype(np.uint8)


def tensors(shape):
    image = tv_tensors.Image(torch.from_numpy(np.repeat(255 * shape[None], 3, 0)))
    return image, tv_tensors.Mask(torch.from_numpy(np.repeat(shape[None], 4, 0)))


def middle(weights):
    rows, columns = np.mgrid[: weights.shape[0], : weights.shape[1]]
    return np.array([(weights * columns).sum(), (weights * rows).sum()]) / weights.sum()


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 2**31),
    height=st.integers(60, 500),
    width=st.integers(60, 500),
    margin=st.sampled_from([1.15, CLOSE_UP_MARGIN]),
)
def test_labels_and_picture_move_together(seed, height, width, margin):
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0.1, 0.9) * width, rng.uniform(0.1, 0.9) * height
    image, mask = tensors(disc(height, width, x, y, rng.uniform(0.08, 0.2) * min(height, width)))
    torch.manual_seed(seed)
    window = Window(SIDE, centre=(x, y), extent=0.3 * min(height, width), margin=margin)
    image, mask = window(image, mask)
    shown, said = image[0].numpy().astype(float) / 255, mask[0].numpy()
    assert (shown >= 0.5).any() == said.any() or said.sum() < 10
    # what lies beyond the crop is not known, so that an edge may be on its border too
    inner = cv2.erode(said, np.ones((3, 3)), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    edge = cv2.dilate(said, np.ones((3, 3))) > inner
    apart = (shown >= 0.5) != (said == 1)
    assert not (apart & ~edge).any()
    assert apart.sum() <= 0.2 * edge.sum() + 3


@pytest.mark.parametrize("size", [300, 640])
def test_no_shift_on_average(size):
    """Half a pixel one way would hide in each single crop."""
    shifts = []
    whole = disc(size, size, 0.5 * size, 0.5 * size, 0.15 * size)
    for seed in range(40):
        torch.manual_seed(seed)
        image, mask = Window(SIDE, centre=(size / 2, size / 2), extent=0.3 * size)(*tensors(whole))
        shifts.append(middle(image[0].numpy().astype(float)) - middle(mask[0].numpy().astype(float)))
    assert abs(np.mean(shifts, 0)).max() < 0.05


def test_the_homography_takes_points_where_the_crop_shows_them():
    radius, seen = 5.0, 0
    for seed in range(12):
        torch.manual_seed(seed)
        window = Window(SIDE, centre=(150, 110), extent=120)
        image, mask = tensors(disc(220, 300, 160, 105, radius))
        params = window.make_params([image])
        at = window.matrix(params) @ [160, 105, 1]
        at = at[:2] / at[2]
        if at.min() < 20 or at.max() > SIDE - 20:
            continue
        seen += 1
        near = disc(SIDE, SIDE, *at, 18)  # a copy may be mirrored further away
        said = window.transform(mask, params)[0].numpy() * near
        assert middle(said.astype(float)) == pytest.approx(at, abs=0.6)
    assert seen >= 3


def test_unlabelled_stays_unlabelled_and_no_value_is_made_up():
    planes = torch.randint(0, 2, (4, 90, 70), dtype=torch.uint8)
    planes[1] = 255
    planes[2, 20:40] = 255
    image = tv_tensors.Image(torch.randint(0, 256, (3, 90, 70), dtype=torch.uint8))
    for seed in range(20):
        torch.manual_seed(seed)
        out, mask = Window(SIDE)(image, tv_tensors.Mask(planes))
        assert out.shape == (3, SIDE, SIDE)
        assert mask.shape == (4, SIDE, SIDE)
        assert out.dtype == mask.dtype == torch.uint8
        assert set(mask.unique().tolist()) <= {0, 1, 255}
        assert bool((mask[1] == 255).all())
        assert 255 not in mask[0]


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 2**31),
    height=st.integers(20, 900),
    width=st.integers(20, 900),
    extent=st.one_of(st.none(), st.floats(1, 900)),
)
def test_windows_are_about_their_centre_at_a_scale_that_shows_it(seed, height, width, extent):
    torch.manual_seed(seed)
    window = Window(SIDE, centre=(width / 3, height / 4), extent=extent)
    params = window.make_params([torch.zeros(3, height, width)])
    size = SIDE / params["scale"]
    widest = window.margin * max(height, width)
    assert min(NARROWEST * SIDE, widest) * 0.999 <= size <= widest * 1.001
    x, y = params["centre"]
    assert abs(x - width / 3) <= size / 3 + 1e-6
    assert abs(y - height / 4) <= size / 3 + 1e-6
    at = window.matrix(params) @ [x, y, 1]
    assert at[:2] / at[2] == pytest.approx([(SIDE - 1) / 2] * 2)
    if extent is not None and NARROWEST * SIDE < extent / 0.9 < extent * 6 < widest:
        assert 1 / 6 - 1e-6 <= extent / size <= 0.9 + 1e-6


def test_turned_both_ways_and_mirrored():
    angles, mirrored = [], []
    window = Window(SIDE)
    for seed in range(80):
        torch.manual_seed(seed)
        params = window.make_params([torch.zeros(3, 100, 100)])
        angles.append(math.sin(params["angle"]))
        mirrored.append(params["mirror"])
    assert min(angles) < -0.9
    assert max(angles) > 0.9
    assert 0.35 < np.mean(mirrored) < 0.65
