"""`lesiontrack evaluate`."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lesiontrack.cli.datasets import data_option, show_notes, show_sets
from lesiontrack.cli.options import set_logging
from lesiontrack.cli.printing import printable
from lesiontrack.cli.progress import progress
from lesiontrack.errors import ResultsError

if TYPE_CHECKING:
    from lesiontrack.training.dataset import Sample


@click.command()
@click.argument("model")
@data_option
@click.option(
    "--split", "split_file", metavar="CSV", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Which photos belong to which part, instead of MODEL.split.csv beside the model.",
)  # fmt: skip
@click.option("--part", type=click.Choice(["train", "validation", "test"]),
              help="Only photos of this part of the split; 'test' where --split is given.")  # fmt: skip
@click.option("-o", "--output", "out", metavar="FILE.json", type=click.Path(path_type=Path, dir_okay=False),
              help="Write all figures there, photo by photo too.")  # fmt: skip
@click.option("--pictures", metavar="DIR", type=click.Path(path_type=Path, file_okay=False),
              help="Draw the ten worst photos of each set and class there; new or empty.")  # fmt: skip
@click.option("--force", is_flag=True, help="Replace FILE.json.")
@click.option("-q", "--quiet", is_flag=True, help="Print the figures and problems only.")
def evaluate(
    model: str,
    data: tuple[tuple[str, Path], ...],
    split_file: Path | None,
    part: str | None,
    out: Path | None,
    pictures: Path | None,
    force: bool,
    quiet: bool,
) -> None:
    """Compare outlines with labelled photos: by set, class and skin tone.

    MODEL is a model file, 'shipped' for the one that comes with lesiontrack, or 'colour' for the method
    without a network. Needs no torch.

    \b
    Examples:
      lesiontrack evaluate shipped --data folder:ours=our-photos --pictures worst
      lesiontrack evaluate ours.onnx --data folder:ours=our-photos --part test -o figures.json
    """
    set_logging(0, quiet)
    from lesiontrack.segmentation.choice import SHIPPED, choose_model
    from lesiontrack.segmentation.network import load_model
    from lesiontrack.training import evaluation as measure
    from lesiontrack.training.contents import look_through, read_sets
    from lesiontrack.training.samples import join_labels
    from lesiontrack.training.worst import Worst, require_ours

    if out is not None and out.exists() and not force:
        raise ResultsError(f"{out} is there already; give another name, or --force to replace it")
    if pictures is not None:
        require_ours(pictures)
    worst = Worst()
    segmenter = load_model() if model == SHIPPED else choose_model(model).load()
    with progress(quiet) as advance:
        sets = read_sets(data, on_progress=advance)
        samples: Sequence[Sample] = join_labels(sets)
        contents = look_through(sets, on_progress=advance)
    show_notes(contents)
    if not quiet:
        show_sets(contents, parts=False)
    samples, part = _chosen(samples, Path(model), split_file, part)
    with progress(quiet) as advance:
        found = measure.evaluate(
            segmenter,
            samples,
            on_progress=lambda done, total: advance("evaluating", done, total),
            on_photo=worst if pictures is not None else None,
        )
    click.echo(printable(found.table()))
    if out is not None:
        data_sha256 = {one.name: one.sha256 for one in contents}
        _write(out, found.as_dict() | {"sha256": segmenter.sha256, "part": part, "data_sha256": data_sha256})
    if pictures is not None:
        count = worst.write(pictures)
        if not quiet:
            click.echo(printable(f"{count} pictures in {pictures}; green: as labelled, magenta: as found"))


def _chosen(
    samples: Sequence[Sample], model: Path, split_file: Path | None, part: str | None
) -> tuple[Sequence[Sample], str | None]:
    """The photos to look at, and their part: all, with a warning where the model was made with some."""
    from lesiontrack.training.parts import of_part
    from lesiontrack.training.split import read_split

    beside = model.with_suffix(".split.csv")
    source = split_file or (beside if beside.is_file() else None)
    if source is None:
        if part is not None:
            raise click.UsageError(f"--part {part}: there is no {beside}; name the split with --split")
        return samples, None
    split = read_split(source)
    if part is not None or split_file is not None:
        part = part or "test"
        chosen = of_part(samples, split, part)
        if not chosen:
            raise click.UsageError(f"{source}: none of the {len(samples)} photos is in its {part} part")
        return chosen, part
    known = len(samples) - len(split.choose(samples, "test"))
    known -= sum(split.part_of(sample) is None for sample in samples)
    if known:
        click.echo(
            printable(
                f"warning: by {source} the model was made with {known} of these {len(samples)} photos: "
                "the figures flatter it. --part test leaves them out."
            ),
            err=True,
        )
    return samples, None


def _write(path: Path, document: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    os.replace(part, path)
