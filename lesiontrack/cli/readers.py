"""`lesiontrack readers`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from lesiontrack.cli.printing import printable
from lesiontrack.wording import counted

FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command()
@click.argument("study", type=FOLDER)
@click.argument("reader_a")
@click.argument("reader_b")
@click.option(
    "--results", type=FOLDER, help="Results of the study: for mm, and for the lesions that are known."
)
@click.option(
    "-o", "--output", "out", required=True, type=click.Path(path_type=Path),
    help="Folder for the comparison: new, empty, or an earlier comparison, which is replaced.",
)  # fmt: skip
@click.option(
    "--merge", "merging", is_flag=True,
    help="Write what both said alike into the study's main store; needs --results.",
)  # fmt: skip
@click.option(
    "--prefer", metavar="READER", help="With --merge: where they differ, take this reader's answer."
)
@click.option(
    "--min-dice", type=click.FloatRange(0, 1, min_open=True), metavar="SHARE",
    help="Overlap (Dice) from which two outlines count as one. Default: 0.9, an own value.",
)  # fmt: skip
@click.option(
    "--max-distance", type=click.FloatRange(0), metavar="MM",
    help="Distance up to which two places of a lesion count as one. Default: 2, an own value.",
)  # fmt: skip
@click.pass_context
def readers(
    ctx: click.Context,
    study: Path,
    reader_a: str,
    reader_b: str,
    results: Path | None,
    out: Path,
    merging: bool,
    prefer: str | None,
    min_dice: float | None,
    max_distance: float | None,
) -> None:
    """Compare two blinded readers of a study, and merge what they agree on.

    Writes agreement.csv (shares and kappa), measurement_agreement.csv (Bland-Altman, ICC, overlap),
    crosstables.csv, measurements.csv, disagreements.csv (for a third reader), pairs.csv (all answers) and
    README.txt with methods and columns.

    --merge writes what both said alike into STUDY/_review, by both names, and never twice; signatures are
    not merged. The next `lesiontrack run` applies it. What stays open a third reader settles with
    `lesiontrack review` without --blinded.

    Exit code 0: compared; 1: some files of the readers could not be used; 2: bad usage.

    \b
    Example:
      lesiontrack readers my-study "Anna Berg" "Ben Carter" --results my-results -o agreement
    """
    from lesiontrack.corrections import Store
    from lesiontrack.readers import (
        MAX_DISTANCE_MM,
        MIN_DICE,
        compare_readers,
        merge,
        orphans,
        summary,
        write_comparison,
    )
    from lesiontrack.readers.folder import check_target
    from lesiontrack.readers.stores import find_readers

    if prefer is not None and not merging:
        raise click.UsageError("--prefer says what to merge; give --merge with it")
    if merging and results is None:
        raise click.UsageError(
            "--merge needs --results: places and added lesions can't be compared without them"
        )
    apart = {"study folder": study} | ({"results folder": results} if results is not None else {})
    check_target(out, apart_from=apart)
    preferred = None
    if prefer is not None:
        there = find_readers(study, reader_a, reader_b)
        preferred = next((r.name for r in there if _is(prefer, r.name, r.folder)), None)
        if preferred is None:
            names = " or ".join(repr(reader.name) for reader in there)
            raise click.UsageError(f"--prefer takes one of the two readers, {names}, not {prefer!r}")
    found = compare_readers(
        study,
        reader_a,
        reader_b,
        results=results,
        min_dice=MIN_DICE if min_dice is None else min_dice,
        max_distance_mm=MAX_DISTANCE_MM if max_distance is None else max_distance,
    )
    told = "Nothing was merged."
    if merging:
        written = merge(found, prefer=preferred)
        found = replace(found, main=Store(study).read())
        told = f"{counted(len(written), 'correction')} merged into the main store."
        if not written:
            told = "Nothing was left to merge."
    write_comparison(found, out, merged=told)
    for line in summary(found):
        click.echo(printable(line))
    if merging:
        click.echo(told)
    click.echo(printable(f"Written to {out}; README.txt there says how, and what each column is."))
    for entry, gone in orphans(found):
        click.echo(
            printable(f"{entry.id} in the main store comes from {', '.join(gone)}, taken back since"),
            err=True,
        )
    for failure in found.failures:
        click.echo(printable(f"{failure.file}: {failure.reason}"), err=True)
    ctx.exit(1 if found.failures else 0)


def _is(wanted: str, name: str, folder: str) -> bool:
    return wanted == folder or wanted.strip().casefold() == name.casefold()
