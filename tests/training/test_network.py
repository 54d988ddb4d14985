"""The network's shapes and what it may cost; what the loss counts."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from lesiontrack.training.dataset import LEARNED  # noqa: E402
from lesiontrack.training.network import STRIDE, SmallNetwork, giga_operations, parameter_count  # noqa: E402


@pytest.fixture(scope="module")
def network() -> SmallNetwork:
    torch.manual_seed(0)
    return SmallNetwork().eval()


@pytest.mark.parametrize(("height", "width"), [(32, 32), (64, 160), (256, 96)])
def test_a_logit_a_class_and_pixel(network: SmallNetwork, height: int, width: int) -> None:
    rgb = torch.rand(2, 3, height, width)
    with torch.no_grad():
        logits, half = network(rgb), network.half_size(rgb)
    assert logits.shape == (2, len(LEARNED), height, width)
    assert half.shape == (2, len(LEARNED), height // 2, width // 2)
    assert logits.dtype == torch.float32
    assert torch.isfinite(logits).all()


def test_sides_that_are_no_multiples_of_32_do_not_fit(network: SmallNetwork) -> None:
    with pytest.raises(RuntimeError):
        network(torch.rand(1, 3, STRIDE + 4, STRIDE))


def test_small_enough_for_a_laptop(network: SmallNetwork) -> None:
    assert 0.8e6 < parameter_count(network) < 1.2e6
    assert 0.3 < giga_operations(network) <= 0.51
    assert giga_operations(network, 512) == pytest.approx(4 * giga_operations(network), rel=0.01)


def test_counting_operations_leaves_the_network_as_it_was() -> None:
    network = SmallNetwork().train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    giga_operations(network, 64)
    assert network.training
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())


def test_the_operations_of_one_convolution() -> None:
    convolution = torch.nn.Conv2d(3, 8, 3, padding=1)
    assert giga_operations(convolution, 32) == pytest.approx(2 * 3 * 3 * 3 * 8 * 32 * 32 / 1e9)


def test_photos_of_a_batch_do_not_touch_each_other(network: SmallNetwork) -> None:
    one, two = torch.rand(1, 3, 64, 64), torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        together = network(torch.cat([one, two]))
        assert torch.allclose(together[:1], network(one), atol=1e-5)
        assert not torch.allclose(together[:1], together[1:], atol=1e-3)


def test_every_weight_is_used() -> None:
    torch.manual_seed(1)
    network = SmallNetwork().train()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.ones_(module.weight)  # residual paths start at 0, which hides those before them
    network(torch.rand(2, 3, 64, 64)).square().sum().backward()
    idle = [
        name
        for name, one in network.named_parameters()
        if one.grad is None or not bool(one.grad.abs().sum() > 0)
    ]
    assert idle == []


def test_cast_to_half_precision_is_still_torch_s(network: SmallNetwork) -> None:
    halved = SmallNetwork().half()
    assert {one.dtype for one in halved.parameters()} == {torch.float16}
    del network
