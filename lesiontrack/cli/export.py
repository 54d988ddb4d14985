"""`lesiontrack export`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("results", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--format", "format_", required=True, metavar="csv|parquet|sdtm|adam|redcap|figures",
    help="What to write.",
)  # fmt: skip
@click.option(
    "-o", "--output", "out", required=True, type=click.Path(path_type=Path),
    help="Export folder: new, empty, or an earlier export, which is replaced.",
)  # fmt: skip
@click.option(
    "--signed-only", is_flag=True, help="Only rows that a reader has signed; rates on the signed basis."
)
@click.option(
    "--pseudonymise", is_flag=True,
    help="New patient codes, study days for dates, no free text of the study.",
)  # fmt: skip
@click.option(
    "--key", type=click.Path(path_type=Path, dir_okay=False),
    help="File of the secret behind the new codes; made where it isn't there. Keep it away from the export.",
)  # fmt: skip
def export(
    results: Path, format_: str, out: Path, signed_only: bool, pseudonymise: bool, key: Path | None
) -> None:
    """Write a results folder as tables or figures for research, with a methods paragraph.

    csv and parquet hold every table and a data dictionary; sdtm and adam are Dataset-JSON 1.1; redcap is an
    import file with its dictionary; figures are SVG and PNG. A pseudonymised export can still tell a patient
    to those who know the case: handle it as personal data.

    \b
    Example:
      lesiontrack export my-results --format csv -o my-tables
      lesiontrack export my-results --format figures -o my-figures
      lesiontrack export my-results --format sdtm -o to-share --pseudonymise --key ../my-key
    """
    from lesiontrack.export import export as write

    made = key is not None and not key.exists()
    click.echo(
        write(results, format=format_, out=out, signed_only=signed_only, pseudonymise=pseudonymise, key=key)
    )
    if not pseudonymise:
        return
    from lesiontrack.export.pseudonyms import open_to_others

    if key is None:
        click.echo(
            "New codes were made with a key that was thrown away: a later export has other codes.", err=True
        )
    elif made:
        click.echo(f"Made the key {key}: keep it; with it the new codes can be told.", err=True)
    if key is not None and open_to_others(key):
        click.echo(f"Others than you can read {key}: `chmod 600` it.", err=True)
