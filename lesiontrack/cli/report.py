"""`lesiontrack report`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("results", type=click.Path(path_type=Path, exists=True, file_okay=False))
def report(results: Path) -> None:
    """Make the pages of a results folder again, from its tables and pictures.

    \b
    Example:
      lesiontrack report my-results
    """
    from lesiontrack.report import write_report
    from lesiontrack.results import ResultsFolder

    ResultsFolder(results).require()
    click.echo(write_report(results))
