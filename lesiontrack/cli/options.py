"""Options that several commands share."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from lesiontrack import logs

Command = TypeVar("Command", bound=Callable[..., Any])


def study_argument(command: Command) -> Command:
    return click.argument("study", type=click.Path(path_type=Path, exists=True, file_okay=False))(command)


def results_option(command: Command) -> Command:
    return click.option(
        "-o", "--output", "results", required=True, type=click.Path(path_type=Path),
        help="Results folder: new, empty, or one of an earlier run.",
    )(command)  # fmt: skip


def run_options(command: Command) -> Command:
    """Options of every command that runs stages."""
    for option in reversed(
        (
            click.option("--protocol", metavar="NAME|FILE", help="Instead of the one that study.toml names."),
            click.option(
                "--model",
                metavar="FILE",
                help="A segmentation network (.onnx) instead of the shipped one; 'colour': none at all.",
            ),
            click.option("--jobs", type=click.IntRange(1), help="Worker processes; default: one a core."),
            click.option(
                "--scheduler", metavar="ADDRESS", help="A Dask scheduler instead of local processes."
            ),
            click.option("--fresh", is_flag=True, help="Measure every site again; lesion ids are kept."),
            click.option("-q", "--quiet", is_flag=True, help="Print problems only."),
            click.option("-v", "--verbose", count=True, help="Say more; twice: everything."),
        )
    ):
        command = option(command)
    return command


def set_logging(verbose: int, quiet: bool) -> None:
    level = logging.ERROR if quiet else (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    logging.basicConfig(level=level, format=logs.FORMAT)
    logging.getLogger("lesiontrack").setLevel(level)
    logging.captureWarnings(True)  # numpy's, of photos without content: for those who ask
    logging.getLogger("py.warnings").setLevel(logging.WARNING if verbose else logging.ERROR)
    logging.getLogger("PIL").setLevel(logging.WARNING)
