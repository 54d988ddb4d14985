"""An evaluation as plain text."""

from __future__ import annotations

from math import isfinite

from lesiontrack.training.evaluation.figures import Figures
from lesiontrack.training.evaluation.photos import Evaluation
from lesiontrack.training.evaluation.tone import NOMINAL

NUMBERS = (
    f"{'photos':>6}  {'pooled Dice (95 %)':<19} "
    f"{'Jaccard mean (95 %)':<19} {'med.':>5}  {'Dice mean':>9} {'med.':>5}  {'failed':>6} {'refused':>7} "
    f"{'empty':>8} {'ECE':>6} {'p>.05':>6}"
)
HEAD = f"{'data set':<12} {'class':<11} {'skin tone':<12} {NUMBERS}"
LEGEND = (
    "failed: photos with a Jaccard below 0.65. refused: photos that show the class and nothing was marked.\n"
    "empty: photos that don't show the class in which something was marked, of all such photos.\n"
    "ECE: expected calibration error of all labelled pixels; p>.05: of those with a probability from 0.05 on."
)


def as_text(evaluation: Evaluation, *, by_tone: bool = True) -> str:
    """Table, times, and what the columns mean."""
    lines = [f"model {evaluation.model or 'unnamed'}", HEAD]
    lines += [row_text(figures) for figures in evaluation.figures(by_tone=by_tone)]
    for dataset in evaluation.datasets:
        hidden, share = evaluation.hidden(dataset)
        line = f"{dataset}: {evaluation.seconds(dataset):.3f} s of processor time a photo"
        if hidden:
            line += f"; {share:.2%} of {hidden} obstruction pixels marked as lesion or ulcer"
        lines.append(line)
    return "\n".join([*lines, LEGEND, *([NOMINAL] if by_tone else [])])


def row_text(figures: Figures) -> str:
    """One line of the table, under HEAD."""
    tone = figures.tone.replace("_", " ") or "all"
    return f"{figures.dataset:<12} {figures.name:<11} {tone:<12} {numbers_text(figures)}"


def numbers_text(figures: Figures) -> str:
    """What stands under NUMBERS."""
    empty = f"{figures.empty_marked}/{figures.empty}" if figures.empty else "-"
    pooled, jaccard = figures.pooled_dice_interval, figures.mean_jaccard_interval
    return (
        f"{figures.photos:>6}  "
        f"{_with_interval(figures.pooled_dice, pooled):<19} "
        f"{_with_interval(figures.mean_jaccard, jaccard):<19} {_number(figures.median_jaccard)}  "
        f"{_number(figures.mean_dice):>9} {_number(figures.median_dice)}  "
        f"{_share(figures.failed, figures.photos):>6} {_share(figures.refused, figures.photos):>7} "
        f"{empty:>8} {_number(figures.calibration_error, 4):>6} "
        f"{_number(figures.noticed_calibration_error):>6}"
    )


def _number(value: float, digits: int = 3) -> str:
    return f"{value:.{digits}f}" if isfinite(value) else "-".rjust(5)


def _with_interval(value: float, interval: tuple[float, float]) -> str:
    if not isfinite(interval[0]):
        return _number(value)
    return f"{value:.3f} ({interval[0]:.2f}-{interval[1]:.2f})"


def _share(count: int, of: int) -> str:
    return f"{count / of:.0%}" if of else "-"
