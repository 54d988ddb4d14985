"""`lesiontrack diff`."""

from __future__ import annotations

from pathlib import Path

import click

from lesiontrack.cli.printing import printable


@click.command()
@click.argument("results_a", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("results_b", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "-o", "--output", "out", type=click.Path(path_type=Path, dir_okay=False),
    help="Also write every value that differs to this CSV file, which must not exist.",
)  # fmt: skip
@click.option(
    "--tolerance", type=click.FloatRange(0, 1, max_open=True), default=0.0, metavar="SHARE",
    help="Decimals count as equal up to this share of the larger one; 0.01 is one per cent. Default: 0.",
)  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="Show every row that differs.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing; the exit code tells.")
@click.pass_context
def diff(
    ctx: click.Context,
    results_a: Path,
    results_b: Path,
    out: Path | None,
    tolerance: float,
    everything: bool,
    quiet: bool,
) -> None:
    """Name every value that differs between two results folders or frozen cuts, and why.

    Causes are looked for in what the two are made from: photos, segmentation model, protocol, study tables,
    signatures, software. Where nothing of it could be behind a change, it says "no cause found".

    Exit code 0: no value differs; 1: some do; 2: one of the folders can't be compared.

    \b
    Example:
      lesiontrack diff results-march results-june -o changes.csv
    """
    from lesiontrack.diff import diff as compare
    from lesiontrack.diff.table import change_table
    from lesiontrack.diff.text import changes, summary
    from lesiontrack.spreadsheet import csv_bytes

    if out is not None and out.exists():
        raise click.UsageError(f"{out} exists; give a new file with -o")
    found = compare(results_a, results_b, tolerance=tolerance)
    if out is not None:
        out.write_bytes(csv_bytes(change_table(found)))
    if not quiet:
        for line in summary(found):
            click.echo(printable(line))
        for line in changes(found, everything=everything):
            click.echo(printable(line))
    ctx.exit(0 if found.equal else 1)
