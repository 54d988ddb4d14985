"""`lesiontrack run` and the commands that run only a part of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from lesiontrack.cli.options import results_option, run_options, set_logging, study_argument
from lesiontrack.cli.printing import printable
from lesiontrack.cli.progress import progress


@click.command()
@study_argument
@results_option
@run_options
def run(study: Path, results: Path, **options: Any) -> None:
    """Read a study folder; write a report per lesion and tables to analyse.

    Finished sites are kept: a run that was stopped goes on where it was.

    Exit code 0: every photo and site was processed; 1: finished, but some failed (tables/failures.csv
    says which and why); 2: the study or the call can't be used. A photo that was read but is not
    evaluable, blurred say, is in tables/photos.csv with the reason.

    \b
    Example:
      lesiontrack run my-study -o my-results
    """
    _run(study, results, through="report", **options)


@click.command()
@study_argument
@results_option
@run_options
def segment(study: Path, results: Path, **options: Any) -> None:
    """Outline, scale and quality of every photo, without following lesions.

    \b
    Example:
      lesiontrack segment my-study -o my-results
    """
    _run(study, results, through="segment", **options)


@click.command()
@study_argument
@results_option
@run_options
def register(study: Path, results: Path, **options: Any) -> None:
    """As `segment`, and bring the visits of each site into one frame.

    \b
    Example:
      lesiontrack register my-study -o my-results
    """
    _run(study, results, through="register", **options)


@click.command()
@study_argument
@results_option
@run_options
def score(study: Path, results: Path, **options: Any) -> None:
    """As `register`, and follow lesions: sizes, redness, expected course.

    \b
    Example:
      lesiontrack score my-study -o my-results
    """
    _run(study, results, through="score", **options)


@click.command()
@study_argument
@results_option
@run_options
def flag(study: Path, results: Path, **options: Any) -> None:
    """As `score`, and apply the protocol's flag rules; finished sites are not measured again.

    \b
    Example:
      lesiontrack flag my-study -o my-results --protocol my-rules.toml
    """
    _run(study, results, through="flag", **options)


def _run(
    study: Path,
    results: Path,
    *,
    through: str,
    protocol: str | None,
    model: str | None,
    jobs: int | None,
    scheduler: str | None,
    fresh: bool,
    quiet: bool,
    verbose: int,
) -> None:
    set_logging(verbose, quiet)
    from lesiontrack.pipeline import run as run_study

    with progress(quiet) as advance:
        outcome = run_study(
            study, results, protocol=protocol, model=model, jobs=jobs, scheduler=scheduler, fresh=fresh,
            through=through, on_progress=advance,
        )  # fmt: skip
    if not quiet:
        summary = outcome.summary()
        width = max(map(len, summary))
        for name, value in summary.items():
            click.echo(f"{name:<{width}}  {printable(value)}")
    if len(outcome.failures):
        shown = outcome.failures.head(10)
        for row in shown.itertuples():
            click.echo(printable(f"failed: {row.file} ({row.stage}): {row.reason}"), err=True)
        if len(outcome.failures) > len(shown):
            click.echo(f"… and {len(outcome.failures) - len(shown)} more", err=True)
    sys.exit(outcome.exit_code)
