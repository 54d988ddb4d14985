"""From any tree of photos to a proposed study: who, when, where, and what could not be told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from lesiontrack.intake.convention import follows_convention
from lesiontrack.intake.duplicates import Copies, without_copies
from lesiontrack.intake.gather import gather
from lesiontrack.intake.model import UNDECIDED, Assignment, Decision, Found, KeyRow, Left, Proposal
from lesiontrack.intake.patients import Named, Patients, find_patients, renamed, tells_patient
from lesiontrack.intake.reading import Reading, read_name
from lesiontrack.intake.sites import find_sites
from lesiontrack.intake.visits import find_visits
from lesiontrack.study.names import natural_key


def propose(
    photos: Path | str,
    *,
    date_order: str | None = None,
    known_codes: Mapping[str, str] | None = None,
    today: date | None = None,
    on_progress: Callable[[str, int, int], None] = lambda stage, done, total: None,
) -> Proposal:
    """Propose a study from a tree of photos; reads only.

    Patients come from codes or names in folders, then in file names; visits from dates in folders, then in
    file names, then the camera's DateTimeOriginal, never a file's modification time; sites from words, else
    from picture similarity as a guess. Of copies (exact, resent, edited) one photo is kept. Every decision
    has a certainty (sure, likely, guess) and its reason; what can't be told is in `Proposal.left`.

    Args:
        date_order: "day-first" or "month-first", for dates like 03-04-2024; None: as the tree shows.
        known_codes: original name → code of an earlier run (`read_key`), so that codes stay the same.
        today: dates after it are not believed; default: the day of the call.

    Raises StudyError where `photos` is no folder or holds no photo.
    """
    root = Path(photos)
    today = today or date.today()
    tree = gather(root, today=today, on_progress=on_progress)
    on_progress("comparing photos", 0, 1)
    copies = without_copies(tree.photos)
    on_progress("comparing photos", 1, 1)
    left = [*tree.left, *copies.left]
    key: tuple[KeyRow, ...] = ()
    notes: tuple[str, ...] = ()
    assignments: list[Assignment] = []
    if copies.kept:
        names = {photo.relative: _named(photo, today) for photo in tree.photos}
        here = [_most_telling(photo, copies, names) for photo in copies.kept]
        own = read_name(root.resolve().name, is_file=False, today=today)
        patients = find_patients([name for name, _ in here], own, known_codes or {})
        key = patients.key
        placed, lost, date_notes = _place(copies, names, here, patients, date_order)
        notes = (*patients.notes, *date_notes)
        left += lost
        assignments = _with_sites(placed, copies.doubts, on_progress)
    return Proposal(
        root,
        tuple(assignments),
        tuple(sorted(left, key=lambda file: natural_key(file.relative))),
        tuple(row for row in key if any(a.patient.value == row.code for a in assignments)),
        (*notes, *_series_notes(assignments)),
        tree.skipped,
        follows_convention(root, tree.photos, today=today),
        Counter(file.kind for file in left),
    )


_Placed = tuple[Found, Named, int | None, Decision, Decision]


def _place(
    copies: Copies,
    names: Mapping[str, Named],
    here: Sequence[tuple[Named, str]],
    patients: Patients,
    date_order: str | None,
) -> tuple[list[_Placed], list[Left], tuple[str, ...]]:
    """Photos with a patient and a visit, those without, and notes on dates."""
    whose = [
        _one_of_copies(photo, decision, copies, names, source)
        for photo, decision, (_, source) in zip(copies.kept, patients.chosen, here, strict=True)
    ]
    visits = find_visits(
        copies.kept,
        [name for name, _ in here],
        [
            (d.value if isinstance(d, Decision) else "", at)
            for d, at in zip(whose, patients.levels, strict=True)
        ],
        date_order=date_order,
    )
    placed: list[_Placed] = []
    lost = []
    for index, photo in enumerate(copies.kept):
        patient, visit = whose[index], visits.chosen[index]
        if isinstance(patient, str):
            lost.append(Left(photo.relative, UNDECIDED, patient, photo.preview))
        elif isinstance(visit, str):
            lost.append(Left(photo.relative, UNDECIDED, visit, photo.preview))
        else:
            placed.append((photo, here[index][0], patients.levels[index], patient, visit))
    return placed, lost, visits.notes


def _named(photo: Found, today: date) -> Named:
    folders = [read_name(folder, is_file=False, today=today) for folder in photo.folders]
    for at in range(len(folders) - 2):  # photo libraries: 2024/03/04
        day = "/".join(photo.folders[at : at + 3])
        if re.fullmatch(r"\d{4}/\d\d/\d\d", day):
            folders[at] = folders[at + 1] = Reading("")
            folders[at + 2] = replace(read_name(day, is_file=False, today=today), code="")
    return Named(tuple(folders), read_name(photo.stem, is_file=True, today=today))


def _one_of_copies(
    photo: Found,
    decision: Decision | None,
    copies: Copies,
    names: Mapping[str, Named],
    source: str,
) -> Decision | str:
    """The patient's decision, or why there is none; copies that lie under other names raise a doubt."""
    others = copies.others.get(photo.relative, ())
    if decision is None:
        return "no folder or file name tells the patient, while others here do"
    own = _top(names[photo.relative])
    elsewhere = [other.relative for other in others if _top(names[other.relative]) not in ("", own)]
    if own and elsewhere:
        return renamed(
            decision, f"the same picture lies at {', '.join(elsewhere[:3])} too: which one is right?"
        )
    if source:
        return renamed(decision, f"read from the names of its copy, {source}")
    return decision


def _most_telling(photo: Found, copies: Copies, names: Mapping[str, Named]) -> tuple[Named, str]:
    """The names to read a photo by: its own, or those of a copy that says more, and that copy's path."""

    def told(name: Named) -> tuple[bool, bool]:
        readings = (*name.folders, name.file)
        return tells_patient(name), any(reading.visit_dates or reading.label for reading in readings)

    own = names[photo.relative]
    others = copies.others.get(photo.relative, ())
    if told(own)[0] or not others:
        return own, ""
    best = max(others, key=lambda other: told(names[other.relative]))
    return (names[best.relative], best.relative) if told(names[best.relative]) > told(own) else (own, "")


def _top(name: Named) -> str:
    """What would name the patient in a photo's folders: enough to see that copies lie under two patients."""
    for reading in name.folders:
        if reading.code:
            return reading.code.casefold()
        if reading.words:
            return " ".join(reading.words).casefold()
    return ""


def _with_sites(
    placed: Sequence[_Placed], doubts: Mapping[str, str], on_progress: Callable[[str, int, int], None]
) -> list[Assignment]:
    by_patient: dict[str, list[_Placed]] = {}
    for item in placed:
        by_patient.setdefault(item[3].value, []).append(item)
    assignments: list[Assignment] = []
    for done, code in enumerate(sorted(by_patient, key=natural_key), start=1):
        items = by_patient[code]
        sites = find_sites(
            [item[0] for item in items],
            [item[1] for item in items],
            [item[2] for item in items],
            [item[4].value for item in items],
        )
        mine = []
        for (photo, name, _, patient, visit), site in zip(items, sites, strict=True):
            if photo.relative in doubts:
                site = renamed(site, doubts[photo.relative])
            words = [name.file.site, *(reading.site for reading in reversed(name.folders))]
            modality = next((text.modality for text in words if text.modality), "")
            injection = next((text.injection for text in words if text.injection), "")
            mine.append((Assignment(photo, patient, visit, site, 1, modality, injection), name))
        assignments += _with_views(mine)
        on_progress("finding sites", done, len(by_patient))
    return assignments


def _with_views(items: Sequence[tuple[Assignment, Named]]) -> list[Assignment]:
    """Number the photos of one site and visit: close-ups before overviews, by camera time, by name."""
    ordered = sorted(
        items,
        key=lambda item: (
            natural_key(item[0].site.value),
            natural_key(item[0].visit.value),
            item[1].file.site.overview,
            item[0].photo.taken_at or datetime.max,
            item[1].file.number or 0,
            natural_key(item[0].photo.relative),
        ),
    )
    seen: Counter[tuple[str, str]] = Counter()
    numbered = []
    for assignment, _ in ordered:
        place = (assignment.site.value, assignment.visit.value)
        seen[place] += 1
        numbered.append(replace(assignment, view=seen[place]))
    return numbered


def _series_notes(assignments: Sequence[Assignment]) -> list[str]:
    visits: dict[tuple[str, str], set[str]] = {}
    for assignment in assignments:
        visits.setdefault((assignment.patient.value, assignment.site.value), set()).add(
            assignment.visit.value
        )
    single = sorted(f"{code}/{site}" for (code, site), labels in visits.items() if len(labels) == 1)
    if not single:
        return []
    more = f" and {len(single) - 6} more" if len(single) > 6 else ""
    return [
        f"{len(single)} of {len(visits)} sites have photos at one visit only, so nothing can be followed "
        f"there: {', '.join(single[:6])}{more}"
    ]
