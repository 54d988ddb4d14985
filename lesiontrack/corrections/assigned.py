"""Readers' assignments of photos: they act on what folders or photos.csv say, before days are counted."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from lesiontrack.corrections.located import located
from lesiontrack.corrections.model import Assignment
from lesiontrack.corrections.store import Entry, Store
from lesiontrack.study.days import Calendar, calendar
from lesiontrack.study.files import is_results_folder, is_skipped
from lesiontrack.study.listing import STAGE, Listing
from lesiontrack.study.model import Failure, PhotoEntry, ReaderAssignment
from lesiontrack.study.names import clean, natural_key
from lesiontrack.study.visits import When, parse_when


@dataclass(frozen=True)
class Acting:
    """An assignment that can act: its photo is there, unchanged, and its words keep the rules.

    `when` is None where the photo is excluded.
    """

    entry: Entry
    value: Assignment
    path: Path
    when: When | None

    @property
    def patient(self) -> str:
        return clean(self.value.patient)


@dataclass(frozen=True)
class Assignments:
    """`acting`: path below the study folder → what a reader said of it, in time order.

    `outcomes`: of every assignment in force what became of it, so far as its photo and words tell.
    """

    acting: Mapping[str, Acting]
    outcomes: tuple[ReaderAssignment, ...] = ()

    @property
    def placing(self) -> tuple[Acting, ...]:
        return tuple(item for item in self.acting.values() if item.when is not None)

    @property
    def excluded(self) -> tuple[Acting, ...]:
        return tuple(item for item in self.acting.values() if item.when is None)


def read_assignments(root: Path) -> Assignments:
    """The assignments in force of a study's main store, which need not exist."""
    acting, outcomes = {}, []
    for entry in Store(root).read().in_force:
        if not isinstance(entry.value, Assignment):
            continue
        refused = ""
        try:
            item = _acting(root, entry, entry.value)
            acting[entry.value.photo] = item
        except ValueError as error:
            refused = str(error)
        outcomes.append(_outcome(entry, entry.value, refused))
    return Assignments(acting, tuple(outcomes))


def refusal_of(root: Path, value: Assignment) -> str | None:
    """Why an assignment could not act as the study is now; None where it could."""
    try:
        located(root, value.photo, value.photo_sha256)
        _when(root, value)
    except ValueError as error:
        return str(error)
    return None


def assigned(
    listing: Listing, assignments: Assignments, starts: Mapping[str, date | None]
) -> tuple[Listing, tuple[ReaderAssignment, ...]]:
    """The listing, read without the acting photos, with them where the readers put them; and the outcomes.

    A date or label that falls on the day of a visit of the patient joins that visit. What was in a place
    stays there: of two photos that claim one view, the one that was assigned, or assigned later, is a
    failure that names both. So is a photo whose visit has no place among the patient's visits.
    """
    placed = _Placing(listing, starts)
    for item in assignments.placing:
        placed.add(item)
    outcomes = tuple(
        replace(outcome, refused=placed.refused.get(outcome.id, outcome.refused))
        for outcome in assignments.outcomes
    )
    return placed.listing(), outcomes


class _Placing:
    def __init__(self, listing: Listing, starts: Mapping[str, date | None]) -> None:
        self._before = listing
        self._starts = starts
        self._photos = list(listing.photos)
        self._visits = {code: list(whens) for code, whens in listing.visits.items()}
        self._failures = list(listing.failures)
        self._taken = {_claim(photo): photo.relative for photo in listing.photos}
        self.refused: dict[str, str] = {}

    def add(self, item: Acting) -> None:
        assert item.when is not None
        start = self._starts.get(item.patient)
        whens = self._visits.get(item.patient, [])
        days = calendar(whens, start)
        if (whens or start is not None) and days.day_of(item.when) is None:
            self._refuse(item, days.refusal(item.when, item.patient))
            return
        when = _joined(item.when, whens, days)
        if when not in whens:
            self._visits.setdefault(item.patient, []).append(when)
        photo = self._photo(item, when)
        first = self._taken.setdefault(_claim(photo), photo.relative)
        if first == photo.relative:
            self._photos.append(photo)
            return
        self._refuse(
            item,
            f"two photos for one view: {first} is view {photo.view} of site {photo.site!r} of "
            f"{photo.patient!r} at {photo.visit} already; give {photo.relative} another view, or exclude one",
        )

    def listing(self) -> Listing:
        return replace(
            self._before,
            photos=tuple(self._photos),
            visits={code: tuple(whens) for code, whens in self._visits.items()},
            failures=tuple(self._failures),
            emptied=self._before.emptied - set(self._visits),
        )

    def _photo(self, item: Acting, when: When) -> PhotoEntry:
        value = item.value
        before = self._before.set_aside.get(value.photo) or PhotoEntry(item.path, value.photo, "", "", "")
        return replace(
            before,
            patient=item.patient,
            visit=when.text,
            site=clean(value.site),
            view=value.view,
            modality=value.modality,
        )

    def _refuse(self, item: Acting, why: str) -> None:
        self.refused[item.entry.id] = why
        self._failures.append(
            Failure(item.value.photo, STAGE, f"as {item.entry.correction.by} assigned it: {why}")
        )


def _claim(photo: PhotoEntry) -> tuple[str, str, str, int]:
    return photo.patient, photo.visit, photo.site, photo.view


def _joined(when: When, whens: Sequence[When], days: Calendar) -> When:
    """The visit of that label, else of that day, else a new one."""
    if any(other.text == when.text for other in whens):
        return next(other for other in whens if other.text == when.text)
    day = days.day_of(when)
    same = [other for other in whens if day is not None and days.day_of(other) == day]
    return min(same, key=lambda other: natural_key(other.text), default=when)


def _outcome(entry: Entry, value: Assignment, refused: str) -> ReaderAssignment:
    said = entry.correction
    return ReaderAssignment(entry.id, value.photo, said.by, said.at, value.excluded, refused)


def _acting(root: Path, entry: Entry, value: Assignment) -> Acting:
    when = _when(root, value)
    return Acting(entry, value, located(root, value.photo, value.photo_sha256), when)


def _when(root: Path, value: Assignment) -> When | None:
    """The visit that is meant, None for an excluded photo. Raises ValueError for words that break a rule."""
    if value.excluded:
        return None
    code = _name("patient", value.patient)
    _name("site", value.site)
    if is_skipped(code):
        raise ValueError(f"patient {code!r}: lesiontrack passes over names that begin with _, . or ~$")
    if is_results_folder(root / code):
        raise ValueError(f"patient {code!r}: a results folder in the study is called so")
    return parse_when(clean(value.visit))


def _name(what: str, given: str) -> str:
    name = clean(given)
    if not name:
        raise ValueError(f"the {what} is blank")
    if "/" in name or "\\" in name:
        raise ValueError(f"{what} {name!r} holds a path separator")
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in name):
        raise ValueError(f"{what} {name!r} holds a control character")
    if name in (".", ".."):
        raise ValueError(f"{what} {name!r} is no name")
    return name
