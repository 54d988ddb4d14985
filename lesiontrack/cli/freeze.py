"""`lesiontrack freeze`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lesiontrack.cli.printing import printable
from lesiontrack.wording import counted

if TYPE_CHECKING:
    from lesiontrack.freeze import CheckedCut


@click.command()
@click.argument(
    "folder", metavar="RESULTS|CUT", type=click.Path(path_type=Path, exists=True, file_okay=False)
)
@click.option(
    "-o", "--output", "out", type=click.Path(path_type=Path), help="Folder of the cut: new or empty."
)  # fmt: skip
@click.option("--note", default="", metavar="TEXT", help="What the cut is for; kept in its manifest.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Leave out what came after this date.",
)
@click.option(
    "--until-day", type=int, metavar="N", help="Leave out what came after study day N of each patient."
)
@click.option("--check", is_flag=True, help="Say whether a cut is what was frozen; writes nothing.")
@click.pass_context
def freeze(
    ctx: click.Context,
    folder: Path,
    out: Path | None,
    note: str,
    until: datetime | None,
    until_day: int | None,
    check: bool,
) -> None:
    """Keep a data cut of a finished results folder, or check one.

    The cut holds all tables, the protocol as it was used and how the results came about, read-only, with the
    sha256 of each file and of the whole. Write the last one down elsewhere: it stands for the cut.

    With a cut-off, responses are read again from what was known then.

    Exit code 0: done, or the cut is as it was frozen; 1: --check found something altered; 2: bad usage.

    \b
    Examples:
      lesiontrack freeze my-results -o interim-1 --note "first interim" --until 2024-06-30
      lesiontrack freeze --check interim-1
    """
    from lesiontrack.freeze import Until, check_cut
    from lesiontrack.freeze import freeze as write

    if check:
        if out is not None or note or until is not None or until_day is not None:
            raise click.UsageError("--check takes a cut alone; it writes nothing")
        checked = check_cut(folder)
        for line in _state(checked):
            click.echo(printable(line))
        ctx.exit(0 if checked.intact else 1)
    if out is None:
        raise click.UsageError("Missing option '-o': the folder of the cut (or --check to check one)")
    if until is not None and until_day is not None:
        raise click.UsageError("give --until or --until-day, not both")
    cutoff = None
    if until is not None or until_day is not None:
        cutoff = Until(until.date() if until else None, until_day)
    made = check_cut(write(folder, out, note=note, until=cutoff))
    for line in _state(made):
        click.echo(printable(line))


def _state(checked: CheckedCut) -> list[str]:
    told = checked.manifest
    counts = told.get("counts") or {}
    what = [
        counted(counts[f"{one}s"], one) for one in ("patient", "lesion", "photo") if counts.get(f"{one}s")
    ]
    until = told.get("until") or {}
    lines = [
        str(checked.root),
        f"  frozen {told.get('made')}, lesiontrack {(told.get('software') or {}).get('lesiontrack')}",
        f"  {', '.join(what) or 'nothing in it'}",
    ]
    if until:
        lines.append(f"  until {until.get('date') or 'day ' + str(until.get('day'))}")
    if told.get("note"):
        lines.append(f"  note: {told['note']}")
    lines += [f"  sha256 {told['sha256']}", f"  sha256 of the data alone {told['data_sha256']}"]
    if checked.intact:
        return [*lines, f"  {counted(len(told['files']), 'file')}: as frozen"]
    return [*lines, f"  {counted(len(checked.problems), 'file')} not as frozen:"] + [
        f"    {problem}" for problem in checked.problems
    ]
