"""A new model on photos that nothing was learned from, and, after a fine-tuning, the model it came from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from lesiontrack.segmentation import Segmenter
from lesiontrack.segmentation.network import load_model
from lesiontrack.training.dataset import Sample
from lesiontrack.training.evaluation import Evaluation, Figures


@dataclass(frozen=True)
class Change:
    """One class of one data set, before and after."""

    before: Figures
    after: Figures

    @property
    def worse(self) -> bool:
        """By pooled Dice, or by the number of failed photos."""
        return self.after.pooled_dice < self.before.pooled_dice or self.after.failed > self.before.failed

    def __str__(self) -> str:
        one, other = self.before, self.after
        text = f"{one.dataset}, {one.name}, {one.photos} photos: Dice of pooled pixels "
        text += f"{one.pooled_dice:.3f} → {other.pooled_dice:.3f}, failed {one.failed} → {other.failed}"
        return f"{text}: worse than before" if self.worse else text


@dataclass(frozen=True)
class Outcome:
    """`changes` is empty without a model to compare with; `evaluation` None without test photos."""

    evaluation: Evaluation | None = None
    changes: tuple[Change, ...] = ()


def compare(
    network: Segmenter,
    photos: Sequence[Sample],
    *,
    start: Path | None = None,
    on_progress: Callable[[str, int, int], None] | None = None,
) -> Outcome:
    """Evaluate `network`, and the model file `start` that it was fine-tuned from, on the same photos."""
    from lesiontrack.training.evaluation import evaluate

    advance = on_progress or (lambda what, done, total: None)
    if not photos:
        return Outcome()
    after = evaluate(network, photos, on_progress=lambda done, total: advance("testing", done, total))
    if start is None:
        return Outcome(after)
    before = evaluate(
        load_model(start), photos, on_progress=lambda done, total: advance("testing the start", done, total)
    )
    return Outcome(after, changes(before, after))


def changes(before: Evaluation, after: Evaluation) -> tuple[Change, ...]:
    """By data set and class, over all skin tones; classes that no photo shows are left out."""
    there = {(figures.dataset, figures.name): figures for figures in before.figures(by_tone=False)}
    return tuple(
        Change(there[figures.dataset, figures.name], figures)
        for figures in after.figures(by_tone=False)
        if (figures.dataset, figures.name) in there and figures.photos and isfinite(figures.pooled_dice)
    )
