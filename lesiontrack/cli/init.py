"""`lesiontrack init`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lesiontrack.cli.printing import printable
from lesiontrack.cli.progress import progress
from lesiontrack.wording import counted

if TYPE_CHECKING:
    from lesiontrack.intake import Proposal, Written


@click.command()
@click.argument("photos", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", "study", metavar="STUDY", type=click.Path(path_type=Path),
    help="A new study folder: assigned photos are copied there under codes, so that no path holds a name. "
    "Without it, photos.csv is written into PHOTOS and names the photos where they are.",
)  # fmt: skip
@click.option(
    "--date-order", type=click.Choice(["day-first", "month-first"]),
    help="How dates like 03-04-2024 are meant. Without it: only as other dates of the tree show.",
)  # fmt: skip
@click.option(
    "--key", metavar="FILE", type=click.Path(path_type=Path, exists=True),
    help="patient-key.csv of an earlier run, or its study folder: its people keep their codes.",
)  # fmt: skip
@click.option(
    "--force", is_flag=True, help="Write an existing photos.csv anew; the old one is kept in _init."
)
@click.option("-q", "--quiet", is_flag=True, help="Print problems only.")
def init(
    photos: Path, study: Path | None, date_order: str | None, key: Path | None, force: bool, quiet: bool
) -> None:
    """Propose a study from any tree of photos.

    Patients, visits, sites and views are read from folder and file names, the camera's date and picture
    similarity. No photo is moved, renamed or changed. Written are photos.csv, which `lesiontrack run` reads,
    and a folder _init: contact-sheet.html to check the proposal by, assignments.csv with the reason of each,
    undecided.csv, and patient-key.csv with the name behind each code. _init identifies patients: its files
    are readable for you alone, and should be taken out before the study is shared. `lesiontrack review STUDY`
    corrects the proposal in the browser, many photos at once.

    Exit code 0: every photo has its place (copies, and files that are no photos, don't count); 1: some photos
    have none, see _init/undecided.csv; 2: bad usage, or no photos.

    \b
    Example:
      lesiontrack init camera-card -o my-study
    """
    from lesiontrack.intake import propose, read_key, require_free, write_proposal

    require_free(photos, study, force=force)
    codes = read_key(key) if key else read_key(photos) if photos.is_dir() else {}
    with progress(quiet) as advance:
        proposal = propose(photos, date_order=date_order, known_codes=codes, on_progress=advance)
        if proposal.is_study and study is None and not force:
            click.echo(
                f"{printable(str(photos))} is laid out as a study already (PATIENT/VISIT/SITE.jpg); "
                f"nothing was written. Next: lesiontrack check {printable(str(photos))}"
            )
            return
        written = write_proposal(proposal, study, force=force, on_progress=advance)
    _report(proposal, written, copied=study is not None, quiet=quiet)
    sys.exit(0 if proposal.complete else 1)


def _report(proposal: Proposal, written: Written, *, copied: bool, quiet: bool) -> None:
    undecided = [file for file in proposal.left if file.kind in ("undecided", "unreadable")]
    for file in undecided[:10]:
        click.echo(f"{file.kind}: {printable(file.relative)}: {printable(file.reason)}", err=True)
    if len(undecided) > 10:
        click.echo(f"… and {len(undecided) - 10} more in {written.undecided}", err=True)
    for note in proposal.notes:
        click.echo(f"note: {printable(note)}", err=True)
    if quiet:
        return
    counts = proposal.counts
    guesses = sum(assignment.certainty == "guess" for assignment in proposal.assignments)
    sites = {(item.patient.value, item.site.value) for item in proposal.assignments}
    click.echo(
        f"{len(proposal.assignments)} photos of {counted(len(proposal.key), 'patient')} and "
        f"{counted(len(sites), 'site')} proposed, {guesses} with a guess; {len(undecided)} not decided, "
        f"{counts.get('duplicate', 0)} copies left out, {counts.get('not_a_photo', 0)} files are no photos"
    )
    click.echo(f"Check the proposal:  {printable(str(written.sheet))}")
    click.echo(
        f"{printable(str(written.key.parent))} identifies patients (readable for you alone): "
        "take it out before sharing."
    )
    if not copied and any(not row.kept for row in proposal.key):
        click.echo(
            "Paths in photos.csv hold names, and results tables repeat paths; -o STUDY makes copies "
            "under codes."
        )
    study = printable(str(written.study))
    click.echo(f"Then:                lesiontrack check {study}")
    click.echo(f"To correct it:       lesiontrack review {study}   (or edit {written.photo_list.name})")
    if copied and undecided:
        click.echo("Photos that were not decided were not copied: to place them, copy them there first.")
