"""`lesiontrack export`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("results", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--format", "format_", required=True, metavar="csv|parquet", help="What to write.")
@click.option(
    "-o", "--output", "out", required=True, type=click.Path(path_type=Path),
    help="Export folder: new, empty, or an earlier export, which is replaced.",
)  # fmt: skip
@click.option("--signed-only", is_flag=True, help="Only rows that a reader has signed.")
def export(results: Path, format_: str, out: Path, signed_only: bool) -> None:
    """Write the tables of a results folder for statistics software, with a data dictionary.

    CSV is UTF-8 that spreadsheets open right; text that a spreadsheet would run as a formula gets an
    apostrophe in front.

    \b
    Example:
      lesiontrack export my-results --format csv -o my-tables
    """
    from lesiontrack.export import export as write

    click.echo(write(results, format=format_, out=out, signed_only=signed_only))
