"""`lesiontrack report`."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn


@click.command()
@click.argument("results", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("-q", "--quiet", is_flag=True, help="Print problems only.")
def report(results: Path, quiet: bool) -> None:
    """Make the pages of a results folder again, from its tables and pictures.

    \b
    Example:
      lesiontrack report my-results
    """
    from lesiontrack.report import write_report
    from lesiontrack.results import ResultsFolder

    folder = ResultsFolder(results)
    folder.require()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with (
        folder.locked(),
        Progress(*columns, console=Console(stderr=True, quiet=quiet), disable=quiet) as bar,
    ):
        task = bar.add_task("patients", total=None)

        def advance(stage: str, done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        index = write_report(results, on_progress=advance)
    if not quiet:
        click.echo(index)
