"""`lesiontrack review`."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import click

from lesiontrack.cli.printing import printable


@click.command()
@click.argument("folder", metavar="RESULTS", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--study",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The study folder, where it is not where the run found it.",
)
@click.option("--reader", metavar="NAME", help="Who corrects and signs; asked on the page otherwise.")
@click.option(
    "--blinded", is_flag=True, help="Read into a store of your own; nothing of other readers is shown."
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Default: a free one.")
@click.option("--no-browser", is_flag=True, help="Print the address only.")
def review(
    folder: Path, study: Path | None, reader: str | None, blinded: bool, port: int, no_browser: bool
) -> None:
    """Correct, judge and sign results in the browser, on this machine only.

    RESULTS is a finished results folder, or a study folder that was not run yet: then photos can be assigned
    to patients, visits and sites. Corrections are files in STUDY/_review, and the next run applies them.

    \b
    Example:
      lesiontrack review my-results
    """
    from lesiontrack.review.opening import open_state
    from lesiontrack.review.serve import serve

    state = open_state(folder, study=study, reader=reader, blinded=blinded)

    def ready(address: str) -> None:
        click.echo(f"Review at {address}")
        click.echo("The address is a key: who has it can correct and sign. Ctrl-C stops.")
        if not no_browser:
            import webbrowser

            webbrowser.open(address)

    click.echo(f"Corrections are kept in {printable(str(state.store.folder))}", err=True)
    with suppress(KeyboardInterrupt):
        serve(state, port=port, on_ready=ready)
    click.echo("\nStopped.", err=True)
