"""Labelled sets on the command line: the --data option, and the table of what was found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lesiontrack.cli.printing import printable

if TYPE_CHECKING:
    from lesiontrack.training.contents import Contents

Command = TypeVar("Command", bound=Callable[..., Any])


class SetAndFolder(click.ParamType[tuple[str, Path]]):
    """NAME=DIR → (name, folder); what the name means is read_dataset's affair."""

    name = "NAME=DIR"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Path]:
        spec, equals, folder = str(value).partition("=")
        if not equals or not spec or not folder:
            self.fail(
                f"{value!r} is not NAME=DIR, as in folder=my-photos or coco:skin=outlines.json", param, ctx
            )
        return spec, Path(folder)


def data_option(command: Command) -> Command:
    return click.option(
        "--data", "data", required=True, multiple=True, type=SetAndFolder(),
        help="A labelled set, once for each: its format (folder, review, labelme, cvat, coco, phantom, "
        "fuseg, isic2016, isic2017, isic2018, ph2, ham10000), with a name of your own after a colon if "
        "wanted, and its folder; of review, the study.",
    )(command)  # fmt: skip


def show_sets(contents: Sequence[Contents], *, parts: bool) -> None:
    """Print the table of sets; `parts`: with the columns of a split."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from lesiontrack.training.split import LEFT_OUT, PARTS

    left_out = parts and any(one.parts.get(LEFT_OUT) for one in contents)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("set", overflow="fold")
    table.add_column("photos", justify="right")
    table.add_column("labelled (showing it)", overflow="fold")
    for part in (*PARTS, *(["left out"] if left_out else [])) if parts else ():
        table.add_column(part, justify="right")
    for one in contents:
        classes = ", ".join(f"{name} {count} ({one.present[name]})" for name, count in one.labelled.items())
        cells = [one.name, str(one.photos), classes]
        if parts:
            cells += [str(one.parts[part]) for part in PARTS]
            cells += [str(one.parts[LEFT_OUT])] if left_out else []
        table.add_row(*(Text(printable(cell)) for cell in cells))
    Console(highlight=False, markup=False, emoji=False).print(table)


def show_notes(contents: Sequence[Contents]) -> None:
    """Print what the readers left out or assumed, on standard error."""
    for one in contents:
        for note in one.notes:
            click.echo(printable(f"note: {one.name}: {note}"), err=True)
