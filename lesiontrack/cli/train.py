"""`lesiontrack train`."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lesiontrack.cli.datasets import data_option, show_notes, show_sets
from lesiontrack.cli.options import set_logging
from lesiontrack.cli.printing import printable
from lesiontrack.cli.progress import progress
from lesiontrack.errors import LesiontrackError, MissingExtraError

if TYPE_CHECKING:
    from lesiontrack.training.job import Job, Targets

NEEDED = ("torch", "torchvision", "onnx", "onnxscript", "onnxruntime")
FINE_STEPS, FINE_RATE = 600, 5e-4  # of a fine-tuning, where none are given


@click.command()
@data_option
@click.option(
    "--from", "start", metavar="MODEL",
    help="Go on from the weights of a model file that lesiontrack wrote, or 'shipped' (fine-tuning): fewer "
    "steps, a lower rate, and half of the examples from sets of your own.",
)  # fmt: skip
@click.option(
    "-o", "--output", "model", metavar="MODEL.onnx", required=True, type=click.Path(path_type=Path),
    help="Model file to write; its card (MODEL.md) and split (MODEL.split.csv) are put beside it.",
)  # fmt: skip
@click.option(
    "--split", "split_file", metavar="CSV", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Which photos train, choose and test (id, part), instead of a split made here.",
)  # fmt: skip
@click.option("--steps", type=click.IntRange(1), help=f"Default: 8000; with --from {FINE_STEPS}.")
@click.option("--batch", default=16, show_default=True, type=click.IntRange(1), help="Crops a step.")
@click.option("--rate", type=click.FloatRange(0, 1, min_open=True),
              help=f"Highest learning rate. Default: 0.002; with --from {FINE_RATE:g}.")  # fmt: skip
@click.option(
    "--keep", default=0.0, show_default=True, type=click.FloatRange(0, 1, max_open=True),
    help="With --from: share of that model's weights in the new one. Less is gained, and less lost.",
)  # fmt: skip
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0))
@click.option("--device", default="cpu", show_default=True, type=click.Choice(["cpu", "cuda"]))
@click.option("--threads", type=click.IntRange(1), help="Of the arithmetic; default: one a core.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(0),
              help="Processes that read and vary photos.")  # fmt: skip
@click.option("--work", metavar="DIR", type=click.Path(path_type=Path),
              help="For checkpoints and the log. Default: MODEL.training beside the model.")  # fmt: skip
@click.option("--licence", metavar="TEXT", help="Of the weights, for the model file and its card.")
@click.option("--force", is_flag=True, help="Replace a model that is there.")
@click.option("-q", "--quiet", is_flag=True, help="Print problems only.")
def train(
    data: tuple[tuple[str, Path], ...],
    start: str | None,
    model: Path,
    split_file: Path | None,
    steps: int | None,
    batch: int,
    rate: float | None,
    keep: float,
    seed: int,
    device: str,
    threads: int | None,
    workers: int,
    work: Path | None,
    licence: str | None,
    force: bool,
    quiet: bool,
) -> None:
    """Train the small network on labelled photos; write a model file with its card and split.

    Needs the extra `train`: pip install "lesiontrack[train]". A training that was stopped goes on with the
    same command. Figures in the card are of the test part, which nothing was learned from.

    \b
    Examples:
      lesiontrack train --data folder:ours=our-photos --data phantom=rendered -o ours.onnx
      lesiontrack train --data folder:ours=our-photos --from shipped -o ours.onnx
      lesiontrack run my-study -o my-results --model ours.onnx
    """
    if keep and start is None:
        raise click.UsageError("--keep is a share of the model that --from names; give both")
    _require_packages(device)
    set_logging(0, quiet)
    from lesiontrack.training import job as training
    from lesiontrack.training.loop import Schedule

    targets = training.Targets.of(model)
    if not force:
        targets.require_free()
    begin = training.read_start(start) if start is not None else None
    standard = Schedule()
    schedule = Schedule(
        steps=steps or (FINE_STEPS if begin else standard.steps),
        batch=batch,
        rate=rate or (FINE_RATE if begin else standard.rate),
        seed=seed,
    )
    folder = work if work is not None else model.with_suffix(".training")
    with progress(quiet) as advance:
        prepared = training.prepare(
            data, folder, schedule=schedule, start=begin, split_file=split_file, on_progress=advance
        )
    show_notes(prepared.contents)
    for gap in prepared.gaps:
        click.echo(printable(f"note: {gap}"), err=True)
    if not quiet:
        show_sets(prepared.contents, parts=True)
        _announce(prepared)
    _train(prepared, targets, licence, keep, device, threads, workers, quiet)


def _announce(prepared: Job) -> None:
    if prepared.start is not None:
        favoured = ", ".join(prepared.favoured) or "none of the sets, as none is your own"
        click.echo(printable(f"from {prepared.start.id}; drawn half of the time: {favoured}"))
    begun = "goes on" if prepared.work.started else "begins"
    click.echo(printable(f"training {begun}; checkpoints and log in {prepared.work.path}"))


def _train(
    prepared: Job,
    targets: Targets,
    licence: str | None,
    keep: float,
    device: str,
    threads: int | None,
    workers: int,
    quiet: bool,
) -> None:
    from lesiontrack.cli import STOPPED
    from lesiontrack.cli.training_bar import training_bar
    from lesiontrack.training.job import run

    try:
        with training_bar(quiet, prepared.schedule.steps) as (on_training, on_progress):
            outcome = run(
                prepared, targets, licence=licence, keep=keep, device=device, threads=threads,
                workers=workers, on_training=on_training, on_progress=on_progress,
            )  # fmt: skip
    except KeyboardInterrupt:
        if prepared.work.started:
            how = f"The same command goes on from the last checkpoint in {prepared.work.path}."
        else:
            how = "There was no checkpoint yet; the same command starts over, with the same split."
        click.echo(printable(f"\nStopped. {how}"), err=True)
        sys.exit(STOPPED)
    if outcome.evaluation is not None and not quiet:
        click.echo(printable(outcome.evaluation.table(by_tone=False)))
    told = [change for change in outcome.changes if change.worse or not quiet]
    if told and prepared.start is not None:
        lines = "\n".join(f"  {change}" for change in told)
        click.echo(printable(f"\n{prepared.start.id}, and now, on the same test photos:\n{lines}"), err=quiet)
    if quiet:
        return
    click.echo(
        printable(
            f"\nmodel  {targets.model}\nsplit  {targets.split}"
            f"\ncard   {targets.card}: look at the worst photos and fill in 'Known failures'"
            f"\nuse    lesiontrack run STUDY -o RESULTS --model {targets.model}"
        )
    )


def _require_packages(device: str) -> None:
    """Now, and not after hours."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f'training needs {", ".join(missing)}: pip install "lesiontrack[train]"; '
            "lesiontrack evaluate and run don't"
        )
    if device == "cuda":
        import torch

        if not torch.cuda.is_available():
            raise LesiontrackError(
                "--device cuda: torch finds no GPU here (torch.cuda.is_available() is false); leave it out, "
                "or install a torch with CUDA"
            )
