"""The network: a small residual encoder-decoder with one independent sigmoid a class."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from lesiontrack.training.dataset import LEARNED

STRIDE = 32  # input sides are multiples of it
# About 1.1 M parameters and 0.5 GFLOP (multiply and add counted apart) a 256 px crop. Few channels at high
# resolution, where the arithmetic is spent; most parameters at 1/16 and 1/32, where the context is.
WIDTHS = (16, 32, 44, 80, 136)
ENCODER_BLOCKS = (0, 1, 1, 2)
DECODER_BLOCKS = (0, 0, 1, 1)


def _convolution(
    inputs: int, outputs: int, size: int = 3, *, stride: int = 1, groups: int = 1
) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    )


class Residual(nn.Module):
    """Two 3 x 3 convolutions beside a straight path."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = _convolution(width, width)
        self.second = _convolution(width, width)
        last = self.second[1]
        assert isinstance(last, nn.BatchNorm2d)
        nn.init.zeros_(last.weight)  # starts as the identity: early steps are stable

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(x + self.second(functional.relu(self.first(x))))


class Context(nn.Module):
    """Scales every channel by what the whole crop holds: a room, a limb, a close-up."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(width, width // 4, 1)
        self.excite = nn.Conv2d(width // 4, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        pooled = functional.relu(self.squeeze(x.mean((2, 3), keepdim=True)))
        return x * torch.sigmoid(self.excite(pooled))


class Separable(nn.Module):
    """A wide depthwise convolution, then a mix of channels: cheap where resolution is high."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.spread = _convolution(width, width, 5, groups=width)
        self.mix = _convolution(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.mix(self.spread(x)))


class SmallNetwork(nn.Module):
    """(N, 3, H, W) RGB in 0..1 → (N, K, H, W) logits; H and W are multiples of 32.

    The finest features are at half resolution; logits are brought to full resolution by interpolation.
    """

    def __init__(self, classes: Sequence[str] = LEARNED) -> None:
        super().__init__()
        self.classes = tuple(classes)
        self.stem = _convolution(3, WIDTHS[0], stride=2)
        self.down = nn.ModuleList(_convolution(*WIDTHS[i : i + 2], stride=2) for i in range(4))
        self.encoder = nn.ModuleList(
            nn.Sequential(*(Residual(WIDTHS[i + 1]) for _ in range(ENCODER_BLOCKS[i]))) for i in range(4)
        )
        self.context = Context(WIDTHS[4])
        self.lateral = nn.ModuleList(_convolution(WIDTHS[i + 1], WIDTHS[i], 1) for i in range(4))
        self.decoder = nn.ModuleList(
            nn.Sequential(*(Residual(WIDTHS[i]) for _ in range(DECODER_BLOCKS[i])))
            if DECODER_BLOCKS[i]
            else Separable(WIDTHS[i])
            for i in range(4)
        )
        self.head = nn.Conv2d(WIDTHS[0], len(self.classes), 1)

    def forward(self, rgb: Tensor) -> Tensor:
        logits: Tensor = functional.interpolate(self.half_size(rgb), scale_factor=2.0, mode="bilinear")
        return logits

    def half_size(self, rgb: Tensor) -> Tensor:
        """(N, K, H / 2, W / 2) logits, as they are before interpolation: what training compares."""
        x = functional.relu(self.stem(2 * rgb - 1))
        features = [x]
        for down, encode in zip(self.down, self.encoder, strict=True):
            x = encode(functional.relu(down(x)))
            features.append(x)
        x = self.context(x)
        for i in reversed(range(4)):
            above = functional.interpolate(self.lateral[i](x), scale_factor=2.0, mode="bilinear")
            x = self.decoder[i](functional.relu(features[i] + above))
        logits: Tensor = self.head(x)
        return logits


def parameter_count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def giga_operations(network: nn.Module, side: int = 256) -> float:
    """Floating point operations of one crop, in 1e9; a multiplication and an addition count as two."""
    from torch.utils.flop_counter import FlopCounterMode

    was_training = network.training
    network.eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(torch.zeros(1, 3, side, side, device=next(network.parameters()).device))
    network.train(was_training)
    return float(counter.get_total_flops()) / 1e9
