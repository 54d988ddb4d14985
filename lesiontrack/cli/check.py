"""`lesiontrack check`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from lesiontrack.cli.printing import printable
from lesiontrack.wording import counted


@click.command()
@click.argument("study", type=click.Path(path_type=Path))
def check(study: Path) -> None:
    """Say what is wrong with a study folder before it is run.

    Reads folders, tables and file contents, decodes no photo and writes nothing. Exit code 0: nothing is
    wrong, or there are warnings only; 2: the folder can't be what was meant.

    \b
    Example:
      lesiontrack check my-study
    """
    from rich.console import Console
    from rich.text import Text

    from lesiontrack.study.check import check_study

    problems = check_study(study)
    console = Console(highlight=False, soft_wrap=True)
    for problem in problems:
        style = "bold red" if problem.severity == "error" else "yellow"
        line = Text(f"{problem.severity}: ", style=style)
        line.append(printable(problem.where), style="bold")
        line.append(f": {printable(problem.message)}", style="none")
        console.print(line)
    errors = sum(problem.severity == "error" for problem in problems)
    warnings = len(problems) - errors
    console.print(Text(f"{counted(errors, 'error')}, {counted(warnings, 'warning')}"))
    sys.exit(2 if errors else 0)
