"""The command line. Commands are imported when they are called, so that --help stays fast."""

from __future__ import annotations

import errno
import traceback
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

from lesiontrack import __version__
from lesiontrack.cli.printing import printable
from lesiontrack.errors import LesiontrackError

COMMANDS = {
    "run": ("lesiontrack.cli.run", "run", "The whole job: photos in, report and tables out."),
    "init": ("lesiontrack.cli.init", "init", "Propose a study from any tree of photos."),
    "check": ("lesiontrack.cli.check", "check", "Say what is wrong with a study folder before it is run."),
    "protocol": ("lesiontrack.cli.protocol", "protocol", "List, show and check protocol files."),
    "segment": ("lesiontrack.cli.run", "segment", "Only outlines, scale and quality of each photo."),
    "register": ("lesiontrack.cli.run", "register", "Only up to the registration of visits."),
    "score": ("lesiontrack.cli.run", "score", "Only up to lesion sizes and redness."),
    "flag": ("lesiontrack.cli.run", "flag", "Only up to flags; measured sites are not measured again."),
    "report": ("lesiontrack.cli.report", "report", "Make the pages of a results folder again."),
    "review": ("lesiontrack.cli.review", "review", "Correct, judge and sign results in the browser."),
    "readers": (
        "lesiontrack.cli.readers",
        "readers",
        "Compare two blinded readers, and merge what they agree on.",
    ),
    "export": ("lesiontrack.cli.export", "export", "Tables for statistics software."),
    "freeze": ("lesiontrack.cli.freeze", "freeze", "Keep a data cut that can be checked later."),
    "diff": ("lesiontrack.cli.diff", "diff", "Name every value that changed between two runs, and why."),
    "train": ("lesiontrack.cli.train", "train", "Train the segmentation network on labelled photos."),
    "evaluate": (
        "lesiontrack.cli.evaluate",
        "evaluate",
        "Compare a network's outlines with labelled photos.",
    ),
    "phantom": ("lesiontrack.cli.phantom", "phantom", "Render a study with exact truth."),
}
"""name → (module, attribute, one line of help)"""


class UserError(click.ClickException):
    """One line on standard error and exit code 2."""

    exit_code = 2


DEFECT, STOPPED = 70, 130  # as sysexits.h and shells have it


class LazyGroup(click.Group):
    """Lists commands without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            close = get_close_matches(args[0], COMMANDS, n=1)
            meant = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(COMMANDS)}"
            ctx.fail(f"there is no command {args[0]!r}; {meant}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Errors that a user can act on become one line and exit code 2; others never look like 0, 1 or 2."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except LesiontrackError as error:
            raise UserError(printable(str(error))) from error
        except OSError as error:
            if error.errno is None or error.errno == errno.EPIPE:  # the latter: `| head`, click's affair
                raise
            where = f"{error.filename}: " if error.filename is not None else ""
            raise UserError(printable(f"{where}{error.strerror}")) from error
        except KeyboardInterrupt:
            click.echo("\nStopped. What is finished is kept; the same command goes on from there.", err=True)
            ctx.exit(STOPPED)
        except Exception:
            traceback.print_exc()
            click.echo("This is a defect of lesiontrack; please report it with the lines above.", err=True)
            ctx.exit(DEFECT)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="lesiontrack")
def main() -> None:
    """Measure serial photographs of skin lesions.

    Research software. Not a medical device; not validated on this population. It measures and compares, and
    never advises.

    \b
    Example:
      lesiontrack run my-study -o my-results
    """


__all__ = ["COMMANDS", "main"]
