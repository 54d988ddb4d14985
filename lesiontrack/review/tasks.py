"""What waits for a reader, most important first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lesiontrack.report.data import LesionPage, Row
from lesiontrack.report.words import plain, with_error
from lesiontrack.review.foreign import unsaid
from lesiontrack.review.loaded import crop_url, photo_url
from lesiontrack.review.rowstates import RowStates
from lesiontrack.review.scope import candidate_rows
from lesiontrack.study.names import natural_key
from lesiontrack.wording import counted

KINDS: Mapping[str, str] = {
    "void": "Signatures that became void",
    "candidate": "Candidates for new lesions",
    "not_visible": "Not visible any more",
    "flag": "Flags",
    "registration": "Visits not registered, or by position only",
    "photo": "Photos that failed or are not evaluable",
    "unsigned": "Unsigned visits",
}
"""Kind of task → its heading, in order of importance."""

_OF_CANDIDATES = "new_lesion"


@dataclass(frozen=True)
class Task:
    """One thing to look at. `lesion`, `visit` and `day` are None where it is about more than one.

    `picture`: address of a crop of the lesion; empty where there is none.
    """

    kind: str
    patient: str
    site: str
    what: str
    url: str
    lesion: str | None = None
    visit: str | None = None
    day: int | None = None
    name: str = ""
    picture: str = ""


@dataclass(frozen=True)
class Progress:
    """How many rows of observations are signed; `unapplied` of the signed ones wait for the next run."""

    rows: int
    signed: int
    evaluable: int
    evaluable_signed: int
    unapplied: int
    void: int


def progress(states: RowStates) -> Progress:
    rows = [(row, states.of(row)) for row in states.loaded.rows.values()]
    return Progress(
        rows=len(rows),
        signed=sum(stands.signed for _, stands in rows),
        evaluable=sum(bool(row["evaluable"]) for row, _ in rows),
        evaluable_signed=sum(bool(row["evaluable"]) and stands.signed for row, stands in rows),
        unapplied=sum(stands.signed and not stands.applied for _, stands in rows),
        void=sum(stands.signature == "void" for _, stands in rows),
    )


def tasks(states: RowStates) -> tuple[Task, ...]:
    """Every open task, by importance, then patient, lesion or site, and day."""
    found = [*_of_lesions(states), *_of_flags(states), *_of_photos(states), *_of_failures(states)]
    order = {kind: rank for rank, kind in enumerate(KINDS)}
    return tuple(
        sorted(
            found,
            key=lambda t: (
                order[t.kind],
                natural_key(t.patient),
                natural_key(t.lesion or t.site),
                t.day or 0,
            ),
        )
    )


def _of_lesions(states: RowStates) -> Iterator[Task]:
    for patient in states.loaded.patients:
        for site in patient.sites:
            for page in site.lesions:
                yield from _of_lesion(page, states)


def _of_lesion(page: LesionPage, states: RowStates) -> Iterator[Task]:
    waiting = []
    candidate = candidate_rows(page.rows)[0] if states.is_candidate(page) else None
    for row in page.rows:
        stands = states.of(row)
        if stands.signature == "void":
            note = f": {stands.note}" if stands.note else ""
            yield _task(states, "void", row, f"Signed by {stands.by}, then changed{note}")
        elif stands.signed:
            continue
        elif row is candidate:
            yield _task(states, "candidate", row, "New lesion, or there before?")
        elif row["status"] == "not_visible" and not _said_gone(row, states):
            yield _task(states, "not_visible", row, "Gone, or still there?")
        else:
            waiting.append(row)
    if waiting:
        ready = sum(states.of(row).signable for row in waiting)
        sizes = [row for row in waiting if row["longest_diameter_mm"] is not None]
        last = f"; last {with_error(sizes[-1]['longest_diameter_mm'], None)} mm" if sizes else ""
        first = waiting[0]
        held = "" if ready == len(waiting) else f", {len(waiting) - ready} of them can't be signed yet"
        yield Task(
            "unsigned", page.patient, page.site,
            f"{counted(len(waiting), 'visit')} of {len(page.rows)} not signed{held}{last}",
            states.loaded.lesion_url(first), page.lesion, name=states.name_of(first),
            picture=_picture(page),
        )  # fmt: skip


def _of_flags(states: RowStates) -> Iterator[Task]:
    """Flags on values that nobody has signed; a signature is how a reader answers one."""
    rows = states.loaded.rows
    by_site: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows.values():
        by_site.setdefault((row["patient"], row["site"], row["visit"]), []).append(row)
    for flag in states.loaded.cohort.tables["flags"]:
        if flag["rule"] == _OF_CANDIDATES:
            continue  # the candidate itself is a task
        about = by_site.get((flag["patient"], flag["site"], flag["visit"]), [])
        if flag["lesion"] is not None:
            about = [row for row in about if row["lesion"] == flag["lesion"]]
        if about and all(states.of(row).signed for row in about):
            continue
        what = f"{flag['flag']}: {states.evidence_of(flag)}".rstrip(": ")
        url = states.loaded.lesion_url(flag) if flag["lesion"] is not None else photo_url(flag)
        yield Task(
            "flag", flag["patient"], flag["site"], what, url, flag["lesion"], flag["visit"],
            flag["study_day"], states.name_of(about[0]) if about and flag["lesion"] else "",
            _picture_at(states, flag),
        )  # fmt: skip


def _of_photos(states: RowStates) -> Iterator[Task]:
    for row in states.loaded.cohort.tables["photos"]:
        about = row["patient"], row["site"], row["visit"]
        if row["quality"] == "not_evaluable":
            if states.said("evaluability", *about, "") is None:
                advice = f": {row['quality_advice']}" if row["quality_advice"] else ""
                yield _of_photo("photo", row, f"Not evaluable{advice}")
        elif row["registered"] is None or (row["registration_review"] and not states.foreign):
            continue  # outside the site's series, or judged
        elif states.said("registration", *about) or states.said("landmarks", *about):
            continue
        elif not row["registered"]:
            yield _of_photo("registration", row, "Not registered to the reference photo")
        elif row["registration_method"] == "lesion_position":
            yield _of_photo("registration", row, f"Registered by {plain(row['registration_method'])} only")


def _of_failures(states: RowStates) -> Iterator[Task]:
    loaded = states.loaded
    for row in loaded.cohort.tables["failures"]:
        reason = unsaid(row["stage"], row["reason"]) if states.foreign else row["reason"]
        if not reason:
            continue
        file = str(row["file"])
        patient, _, rest = file.partition("/")
        known = patient in loaded.patient_pages
        yield Task(
            "photo", patient if known else "", rest if known else file,
            f"Failed ({row['stage']}): {reason}", "/photos",
        )  # fmt: skip


def _of_photo(kind: str, row: Row, what: str) -> Task:
    return Task(
        kind, row["patient"], row["site"], what, photo_url(row), visit=row["visit"], day=row["study_day"]
    )


def _task(states: RowStates, kind: str, row: Row, what: str) -> Task:
    return Task(
        kind, row["patient"], row["site"], what, states.loaded.lesion_url(row), row["lesion"], row["visit"],
        row["study_day"], states.name_of(row), _picture_at(states, row),
    )  # fmt: skip


def _picture(page: LesionPage) -> str:
    shown = page.shown_crop()
    return crop_url(page, shown[1]) if shown else ""


def _picture_at(states: RowStates, row: Row) -> str:
    """The crop of that visit, else the one that stands for the lesion."""
    page = states.loaded.lesions.get((row["patient"], row["site"], row["lesion"]))
    if page is None:
        return ""
    sighting = page.sightings.get(row["visit"])
    return crop_url(page, sighting.crop) if sighting and sighting.crop else _picture(page)


def _said_gone(row: Row, states: RowStates) -> bool:
    return states.said("gone", row["patient"], row["lesion"], row["visit"]) is not None
