"""Nothing is lost silently: failures.csv for photos, lesion names, events and doses without results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lesiontrack.pipeline.events import Called
from lesiontrack.pipeline.record import SiteRecord
from lesiontrack.pipeline.site import SiteTask
from lesiontrack.study.model import Dose, Event, Failure, LesionSeed, Study
from lesiontrack.study.names import natural_key

LESIONS = "lesions.csv"
STAGE = "lesion names"
EVENTS_STAGE = "events"


def site_failures(task: SiteTask, failure: Failure) -> list[Failure]:
    """A site that could not be done, as a row for each of its photos: every photo is in one of two tables."""
    reason = f"site {failure.file}: {failure.reason}"
    return [Failure(photo.relative, failure.stage, reason) for photo in task.photos]


def name_failures(
    seeds: Sequence[LesionSeed], records: Sequence[SiteRecord], ids: Mapping[tuple[str, str, int], str]
) -> list[Failure]:
    """Lesions of lesions.csv that are not in the tables under their name, and points that lie in no photo."""
    sites = {(record.patient, record.site): record for record in records}
    failures = []
    for seed in seeds:
        record = sites.get((seed.patient, seed.site))
        if record is None or not record.photos:
            continue  # its photos have rows of their own
        outside = _outside(seed, record)
        if outside:
            failures.append(_failure(seed, outside))
    for patient, site, lesion in dict.fromkeys((s.patient, s.site, s.lesion) for s in seeds):
        record = sites.get((patient, site))
        if record is None or not record.photos:
            continue
        index = next((i for i, t in enumerate(record.tracks) if lesion in (*t.names, *t.joined)), None)
        seed = next(s for s in seeds if (s.patient, s.site, s.lesion) == (patient, site, lesion))
        if index is None:
            failures.append(_failure(seed, "its photo can't be evaluated, so there is no row of it"))
        elif ids[patient, site, index] != lesion and lesion not in record.tracks[index].joined:
            failures.append(_failure(seed, _other_id(patient, lesion, ids[patient, site, index], ids)))
    return failures


def record_failures(study: Study, names: Called) -> list[Failure]:
    """Events and doses that name a lesion which no photo has shown: without a row they would act on nothing.

    `names` maps (patient, word) to the lesion id that the word stands for.
    """
    tables: dict[str, Sequence[Event | Dose]] = {"events.csv": study.events, "doses.csv": study.doses}
    failures = []
    for file, rows in tables.items():
        for patient, lesion in dict.fromkeys((row.patient, row.lesion) for row in rows):
            if lesion is None or (patient, lesion) in names or not study.patient(patient).photos:
                continue
            given = {known for (owner, _), known in names.items() if owner == patient}
            there = f"there are {', '.join(sorted(given, key=natural_key))}" if given else "none was found"
            reason = f"lesion {lesion!r} of {patient} is not in the results, so the rows act on none; {there}"
            failures.append(Failure(file, EVENTS_STAGE, reason))
    return failures


def _other_id(patient: str, lesion: str, given: str, ids: Mapping[tuple[str, str, int], str]) -> str:
    remedy = f"write {given} in the study's tables, or give a new results folder"
    other = next((site for (owner, site, _), name in ids.items() if (owner, name) == (patient, lesion)), None)
    if other is not None:
        return f"it is {given} in the results, as {lesion!r} is another lesion already ({other}); {remedy}"
    return f"it has been {given} since an earlier run, and ids are never renamed; {remedy}"


def _failure(seed: LesionSeed, reason: str) -> Failure:
    return Failure(LESIONS, STAGE, f"lesion {seed.lesion!r} of {seed.patient}, {seed.site}: {reason}")


def _outside(seed: LesionSeed, record: SiteRecord) -> str:
    for photo in record.photos:
        if seed.visit is None and photo.photo != record.reference_photo:
            continue
        if seed.visit is not None and photo.visit != seed.visit:
            continue
        width, height = photo.row["width"], photo.row["height"]
        if isinstance(width, int) and isinstance(height, int) and not (seed.x < width and seed.y < height):
            return (
                f"x = {seed.x:g}, y = {seed.y:g} lies outside {photo.photo} ({width} x {height} px, upright)"
            )
        return ""
    return ""
