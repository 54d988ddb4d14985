"""Random numbers from torch's generator, so that one seed an example replays all its transforms."""

from __future__ import annotations

import math

import torch


def uniform(low: float, high: float) -> float:
    return low + (high - low) * float(torch.rand(()))


def log_uniform(low: float, high: float) -> float:
    return math.exp(uniform(math.log(low), math.log(high)))


def normal(sd: float) -> float:
    return sd * float(torch.randn(()))


def chance(share: float) -> bool:
    return float(torch.rand(())) < share


def whole(low: int, high: int) -> int:
    """From low to high, both included."""
    return int(torch.randint(low, high + 1, ()))
