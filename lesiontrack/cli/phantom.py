"""`lesiontrack phantom`: render a study with exact truth."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import click

from lesiontrack.cli.progress import progress


@click.command()
@click.option(
    "-o", "--output", "study", required=True, type=click.Path(path_type=Path),
    help="Study folder to write: new or empty.",
)  # fmt: skip
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Same seed, same study.")
@click.option("--patients", default=2, show_default=True, type=click.IntRange(1, 999))
@click.option(
    "--visits", default=6, show_default=True, type=click.IntRange(1, 8), help="Photos of each site."
)
@click.option(
    "--width",
    type=click.IntRange(400, 4000),
    help="Of the photos, in pixels: 1100, or a long side of 512 to 640 with --training.",
)
@click.option(
    "--training",
    type=click.IntRange(1, 99999),
    help="Render this many varied single photos, to train and test a network on, and no series.",
)
@click.option("--sample", is_flag=True, help="The study of sample_images/ instead of a random one.")
@click.option(
    "--hard",
    is_flag=True,
    help="Worse conditions: round limbs, mixed light, slant, stains, turned files, two photos swapped.",
)
@click.option("--no-masks", is_flag=True, help="Leave the PNG masks out of the truth.")
@click.option("-q", "--quiet", is_flag=True, help="Print problems only.")
def phantom(
    study: Path,
    seed: int,
    patients: int,
    visits: int,
    width: int | None,
    training: int | None,
    sample: bool,
    hard: bool,
    no_masks: bool,
    quiet: bool,
) -> None:
    """Render a study of serial skin photographs, with exact truth under _truth/.

    What lesiontrack recovers from rendered photos is recovery, not validity.

    \b
    Example:
      lesiontrack phantom -o practice --patients 3 --seed 7
      lesiontrack run practice -o practice-results
      lesiontrack phantom -o rendered-training --training 600 --seed 1000
    """
    from lesiontrack.phantom import harder, random_photos, random_study, render_study, sample_study

    if sum([sample, hard, training is not None]) > 1:
        raise click.UsageError("--sample, --training and --hard exclude each other; give one of them")
    if sample:
        spec = sample_study()
    elif training:
        spec = random_photos(training, seed, (width, width) if width else (512, 640))
    else:
        width = width or 1100
        spec = random_study(patients=patients, visits=visits, seed=seed, size=(width, round(width * 0.75)))
    if hard:
        spec = harder(spec)
    with progress(quiet) as advance:
        done = count(1)
        render_study(
            spec,
            study,
            masks=not no_masks,
            on_photo=lambda _: advance("rendering", next(done), spec.photo_count),
        )
    if not quiet:
        click.echo(
            f"{spec.photo_count} photos of {len(spec.patients)} patients in {study}; truth in {study}/_truth"
        )
