"""`lesiontrack protocol`: which protocols there are, what one says, whether a file of one's own is right."""

from __future__ import annotations

import click


@click.group()
def protocol() -> None:
    """List, show and check protocol files.

    \b
    Example:
      lesiontrack protocol show il2-imiquimod-retinoid
    """


@protocol.command("list")
def list_() -> None:
    """Protocols that come with lesiontrack; the first is the default.

    \b
    Example:
      lesiontrack protocol list
    """
    from lesiontrack.protocol import load_protocol, shipped_protocols

    for name in shipped_protocols():
        loaded = load_protocol(name)
        click.echo(f"{loaded.protocol_id}  {loaded.title}")


@protocol.command()
@click.argument("name")
@click.option("--toml", is_flag=True, help="Print the file itself, as a start for one of your own.")
def show(name: str, toml: bool) -> None:
    """What a protocol says: phases, expected course, rules and every value with its mark and source.

    NAME is a protocol of `lesiontrack protocol list`, or a file.

    \b
    Examples:
      lesiontrack protocol show response-only
      lesiontrack protocol show il2-imiquimod-retinoid --toml > ours.toml
    """
    from lesiontrack.protocol import load_protocol

    loaded = load_protocol(name)
    if toml:
        click.echo(loaded.source, nl=False)
        return
    from rich.console import Console

    from lesiontrack.cli.protocol_tables import protocol_tables

    console = Console(highlight=False, markup=False, emoji=False)
    click.echo(f"{loaded.title}\n{loaded.protocol_id}\n\n{loaded.file.summary.strip()}")
    for table in protocol_tables(loaded):
        console.print()
        console.print(table)


@protocol.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
def check(file: str) -> None:
    """Check a protocol file. Exit code 2, with what is wrong and the nearest right key, if it can't be used.

    \b
    Example:
      lesiontrack protocol check ours.toml
    """
    from lesiontrack.protocol import load_protocol

    loaded = load_protocol(file)
    marks = [setting.mark for setting in loaded.settings()]
    counted = ", ".join(f"{marks.count(mark)} {mark}" for mark in dict.fromkeys(marks))
    course = "with" if loaded.has_expected_course else "without"
    click.echo(f"{loaded.protocol_id}: can be used, {course} an expected course; values: {counted}")
