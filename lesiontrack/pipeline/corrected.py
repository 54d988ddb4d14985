"""Site tasks as readers corrected them: only the sites that a correction touches get another key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lesiontrack.corrections import (
    Corrections,
    Landmarks,
    LesionPoint,
    MaskEdit,
    RegistrationJudgement,
    SameLesion,
)
from lesiontrack.corrections.placed import (
    Visits,
    drawn_masks,
    joined_ids,
    landmarks,
    lesion_seeds,
    rejections,
)
from lesiontrack.pipeline.identities import Known
from lesiontrack.pipeline.site import SiteTask, file_digest

Digests = Mapping[str, str]  # path in the study → sha256 of the file


def corrected(
    tasks: Sequence[SiteTask], corrections: Corrections, known: Sequence[Known] = ()
) -> list[SiteTask]:
    """The tasks with the corrections that are in force; `known` are the ids of earlier runs.

    Photos are read for their digest where a correction may be of them, and nowhere else.
    """
    values = [entry.value for entry in corrections.in_force]
    sites = {
        (value.patient, value.site)
        for value in values
        if isinstance(value, MaskEdit | LesionPoint | SameLesion | Landmarks | RegistrationJudgement)
    }
    drawn = {value.photo_sha256: value.photo for value in values if isinstance(value, MaskEdit)}
    if not sites:
        return list(tasks)
    near = [
        task
        for task in tasks
        if (task.patient, task.site) in sites or any(p.relative in drawn.values() for p in task.photos)
    ]
    digests = {task.name: _digests(task) for task in near}
    if drawn.keys() - {digest for found in digests.values() for digest in found.values()}:
        # a photo was renamed since: a mask follows it wherever it is now
        digests |= {task.name: _digests(task) for task in tasks if task.name not in digests}
    return [
        _one(task, corrections, _visits(task, digests[task.name]), known) if task.name in digests else task
        for task in tasks
    ]


def _one(task: SiteTask, corrections: Corrections, photos: Visits, known: Sequence[Known]) -> SiteTask:
    here = task.patient, task.site
    joined = joined_ids(corrections, *here)
    seen = {k.lesion: k.seen for k in known if (k.patient, k.site) == here}
    # a lesion of lesions.csv or events.csv that is another one goes by that one's id
    told = tuple(replace(seed, lesion=joined.get(seed.lesion, seed.lesion)) for seed in task.seeds)
    return replace(
        task,
        seeds=(*lesion_seeds(corrections, *here, photos, seen), *told),
        removals=tuple(
            replace(removal, lesion=joined.get(removal.lesion, removal.lesion)) if removal.lesion else removal
            for removal in task.removals
        ),
        landmarks=(*landmarks(corrections, *here, photos), *task.landmarks),
        drawn=drawn_masks(corrections, photos),
        rejections=rejections(corrections, *here, photos),
        joined=tuple(sorted(joined.items())),
    )


def _digests(task: SiteTask) -> Digests:
    return {photo.relative: file_digest(photo.path) for photo in task.photos}


def _visits(task: SiteTask, digests: Digests) -> dict[str, tuple[str, ...]]:
    """Digest → visits, in time order."""
    found: dict[str, tuple[str, ...]] = {}
    for photo in sorted(task.photos, key=lambda photo: task.days[photo.visit]):
        digest = digests[photo.relative]
        found[digest] = tuple(dict.fromkeys((*found.get(digest, ()), photo.visit)))
    return found
