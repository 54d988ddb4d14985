"""`lesiontrack report`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from lesiontrack.cli.progress import progress


@click.command()
@click.argument("results", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--jobs", type=click.IntRange(1), help="Worker processes; default: one a core.")
@click.option("-q", "--quiet", is_flag=True, help="Print problems only.")
def report(results: Path, jobs: int | None, quiet: bool) -> None:
    """Make the pages of a results folder again, from its tables and pictures.

    \b
    Example:
      lesiontrack report my-results
    """
    from lesiontrack.report import write_report
    from lesiontrack.results import ResultsFolder

    folder = ResultsFolder(results)
    folder.require()
    with folder.locked(), progress(quiet) as advance:
        index = write_report(results, jobs=jobs or os.cpu_count() or 1, on_progress=advance)
    if not quiet:
        click.echo(index)
