"""Partly labelled crops: what isn't labelled counts for nothing."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from lesiontrack.training.dataset import LEARNED, UNLABELLED  # noqa: E402
from lesiontrack.training.loss import at_half_size, masked_loss  # noqa: E402

K = len(LEARNED)


def _labels(seed: int, *, unlabelled: float = 0.3, side: int = 16, count: int = 2):
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, 2, (count, K, side, side), generator=generator, dtype=torch.uint8)
    labels[torch.rand(labels.shape, generator=generator) < unlabelled] = UNLABELLED
    return labels


def _logits(seed: int, side: int = 8, count: int = 2):
    generator = torch.Generator().manual_seed(seed)
    return (3 * torch.randn(count, K, side, side, generator=generator)).requires_grad_()


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 2**31), unlabelled=st.sampled_from([0.05, 0.2, 0.5]))
def test_unlabelled_pixels_have_no_gradient_at_all(seed: int, unlabelled: float) -> None:
    labels, logits = _labels(seed, unlabelled=unlabelled), _logits(seed + 1)
    masked_loss(logits, labels).backward()
    blocks = labels.unfold(2, 2, 2).unfold(3, 2, 2)
    unknown = (blocks == UNLABELLED).any(-1).any(-1)
    assert unknown.any()
    assert bool((logits.grad[unknown] == 0).all())
    if (~unknown).any():
        assert bool((logits.grad[~unknown] != 0).any())


def test_what_lies_under_unlabelled_pixels_does_not_change_the_loss() -> None:
    labels, logits = _labels(3), _logits(4)
    known, _ = at_half_size(labels)
    other = torch.where(known > 0, logits.detach(), 50 * torch.randn(logits.shape))
    assert masked_loss(other, labels).item() == masked_loss(logits.detach(), labels).item()


def test_a_batch_without_labels_costs_nothing() -> None:
    logits = _logits(0)
    loss = masked_loss(logits, torch.full((2, K, 16, 16), UNLABELLED, dtype=torch.uint8))
    loss.backward()
    assert loss.item() == 0
    assert bool((logits.grad == 0).all())


def test_a_class_that_nobody_labels_leaves_the_others_as_they_are() -> None:
    labels, logits = _labels(5), _logits(6)
    labels[:, 1:] = UNLABELLED
    masked_loss(logits, labels).backward()
    assert bool((logits.grad[:, 1:] == 0).all())
    assert bool((logits.grad[:, 0] != 0).any())
    alone = masked_loss(logits[:, :1].detach(), labels[:, :1])
    assert masked_loss(logits.detach(), labels).item() == pytest.approx(alone.item(), rel=1e-6)


def test_half_size_labels_are_shares_of_yes() -> None:
    plane = torch.tensor(
        [
            [0, 0, 1, 0, 1, 1, 1, 1],
            [0, 0, 0, 0, 1, 0, 1, 1],
            [255, 1, 0, 1, 1, 1, 0, 0],
            [1, 1, 0, 1, 1, 1, 255, 255],
        ],
        dtype=torch.uint8,
    )
    known, share = at_half_size(plane[None, None])
    assert known[0, 0].tolist() == [[1, 1, 1, 1], [0, 1, 1, 0]]
    assert share[0, 0].tolist() == [[0, 0.25, 0.75, 1], [0, 0.5, 1, 0]]


def test_soft_labels_are_best_met_by_their_share() -> None:
    labels = torch.full((1, K, 2, 2), UNLABELLED, dtype=torch.uint8)
    labels[0, 0] = torch.tensor([[1, 0], [0, 0]])
    logit = torch.tensor(0.25).logit()
    entropy = {}
    for shift in (-0.5, 0.0, 0.5):
        logits = torch.zeros(1, K, 1, 1)
        logits[0, 0] = logit + shift
        # With SMOOTH at 64 px a single pixel's Dice is all but constant: what is left is the cross-entropy.
        entropy[shift] = masked_loss(logits, labels).item()
    assert entropy[0.0] < entropy[-0.5] < 1
    assert entropy[0.0] < entropy[0.5] < 1


def test_right_answers_cost_little_and_wrong_ones_much() -> None:
    labels = _labels(7, unlabelled=0, side=64)
    labels = labels[..., ::2, ::2].repeat_interleave(2, 2).repeat_interleave(2, 3)
    right = 20 * (2 * labels[..., ::2, ::2].float() - 1)
    assert masked_loss(right, labels).item() == pytest.approx(0, abs=1e-3)
    assert masked_loss(-right, labels).item() > 10
    assert 0.5 < masked_loss(torch.zeros_like(right), labels).item() < 1.5


def test_extreme_logits_stay_finite() -> None:
    logits = torch.full((2, K, 8, 8), 1e4).requires_grad_()
    loss = masked_loss(logits, torch.zeros((2, K, 16, 16), dtype=torch.uint8))
    loss.backward()
    assert torch.isfinite(loss)
    assert torch.isfinite(logits.grad).all()


def test_an_absent_class_that_is_hardly_marked_costs_little() -> None:
    labels = torch.zeros((2, K, 64, 64), dtype=torch.uint8)
    assert masked_loss(torch.full((2, K, 32, 32), -9.0), labels).item() < 0.01
