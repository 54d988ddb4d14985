"""The loss of partly labelled crops: every class counts only where its data set says yes or no."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from lesiontrack.training.dataset import UNLABELLED

SMOOTH = (
    64.0  # px, added to both sides of the overlap: a class that is absent costs little where little is marked
)


def masked_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy plus one minus Dice, the mean over the classes that the batch labels.

    Args:
        logits: (N, K, H / 2, W / 2) float.
        labels: (N, K, H, W) uint8: 0, 1, or UNLABELLED. A logit is compared with the share of yes among its
            four pixels; it counts for nothing where any of them is unlabelled.

    Dice is pooled over the batch, as areas are over a study: a region of five pixels weighs as five pixels.
    A batch without a single label gives 0.
    """
    known, truth = at_half_size(labels)
    # Softplus of the sign-turned logit, the stable form of cross-entropy with a soft truth.
    entropy = (functional.softplus(logits) - truth * logits) * known
    probability = torch.sigmoid(logits) * known
    over = (0, 2, 3)
    counts = known.sum(over)
    cross = entropy.sum(over) / counts.clamp(min=1)
    overlap = (probability * truth).sum(over)
    dice = (2 * overlap + SMOOTH) / (probability.sum(over) + truth.sum(over) + SMOOTH)
    told = (counts > 0).to(logits.dtype)
    return ((cross + 1 - dice) * told).sum() / told.sum().clamp(min=1)


def at_half_size(labels: Tensor) -> tuple[Tensor, Tensor]:
    """(N, K, H, W) uint8 labels → float32 at half size: known (0 or 1), and share of yes (0 if not known)."""
    quarters = [labels[..., row::2, column::2] for row in (0, 1) for column in (0, 1)]
    known = torch.stack([one != UNLABELLED for one in quarters]).all(0)
    share = torch.stack([one == 1 for one in quarters]).float().mean(0)
    return known.float(), share * known
