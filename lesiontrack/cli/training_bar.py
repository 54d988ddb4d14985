"""The bar of a training: loss, Dice of the validation part, time left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

if TYPE_CHECKING:
    from lesiontrack.training.loop import Progress as Told


@contextmanager
def training_bar(
    quiet: bool, steps: int
) -> Iterator[tuple[Callable[[Told], None], Callable[[str, int, int], None]]]:
    """Yields what the loop calls, and what is called with (what, done, total) after it.

    Each measurement of Dice also is a line of its own, so that a log of many hours shows more than its end.
    """
    console = Console(stderr=True, quiet=quiet, highlight=False, markup=False, emoji=False)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(20),
        MofNCompleteColumn(),
        TextColumn("{task.fields[told]}"),
    )
    with Progress(*columns, console=console, disable=quiet) as bar:
        task = bar.add_task("training", total=steps, told="starting")
        later: dict[str, TaskID] = {}

        def on_training(told: Told) -> None:
            left = duration(told.seconds_left)
            bar.update(task, completed=told.step, told=f"loss {told.loss:.3f}, {left} left")
            if told.dice and not quiet:
                dice = ", ".join(f"{name} {value:.3f}" for name, value in told.dice.items())
                bar.console.print(
                    f"step {told.step}: loss {told.loss:.3f}; Dice of validation: {dice}; {left} left",
                    soft_wrap=True,
                )

        def on_progress(what: str, done: int, total: int) -> None:
            if what not in later:
                later[what] = bar.add_task(what, total=total, told="")
            bar.update(later[what], completed=done, total=total)

        yield on_training, on_progress


def duration(seconds: float) -> str:
    """ "40 s", "12 min", "1 h 05 min"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"
