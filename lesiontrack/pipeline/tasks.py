"""A study → one task per site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from lesiontrack.corrections import Corrections
from lesiontrack.pipeline.corrected import corrected
from lesiontrack.pipeline.identities import Known
from lesiontrack.pipeline.site import SiteTask
from lesiontrack.protocol import Protocol
from lesiontrack.segmentation.choice import BY_COLOUR, ModelChoice
from lesiontrack.study.model import Study
from lesiontrack.study.names import slug
from lesiontrack.study.schema import REMOVING_EVENTS
from lesiontrack.tracking import Removal, Seed


def site_tasks(
    study: Study,
    protocol: Protocol,
    results: Path,
    *,
    through: str,
    model: ModelChoice = BY_COLOUR,
    corrections: Corrections | None = None,
    known: Sequence[Known] = (),
) -> list[SiteTask]:
    """Tasks in natural order of patients and sites; paths are absolute, as a worker has its own folder.

    `corrections` are the readers'; those in force act on masks, registrations and lesions. `known` are the
    ids of earlier runs, by which a point that names one of them is understood.
    """
    quality = quality_thresholds(protocol)
    tasks = []
    for code, site in study.sites():
        patient = study.patient(code)
        visits = {visit.label: visit.study_day for visit in patient.visits}
        photos = tuple(
            replace(photo, path=photo.path.absolute()) for photo in patient.photos if photo.site == site
        )
        tasks.append(
            SiteTask(
                results=str(results.absolute()),
                folder=f"{patient.slug}/{slug(site)}",
                patient=code,
                site=site,
                photos=photos,
                days={label: day for label, day in visits.items() if any(p.visit == label for p in photos)},
                seeds=tuple(
                    Seed(s.lesion, s.visit, s.x, s.y)
                    for s in study.lesions
                    if (s.patient, s.site) == (code, site)
                ),
                removals=tuple(
                    Removal(e.study_day, e.event, e.lesion)
                    for e in study.events
                    if e.patient == code and e.event in REMOVING_EVENTS
                ),
                landmarks=tuple(m for m in study.landmarks if (m.patient, m.site) == (code, site)),
                margin_mm=protocol.treated_margin_mm,
                quality=quality,
                day_zero=patient.day_zero,
                through=through,
                model=model,
            )
        )
    return corrected(tasks, corrections, known) if corrections is not None else tasks


def quality_thresholds(protocol: Protocol) -> dict[str, float]:
    """The protocol's [quality] values as keywords of assess_quality."""
    prefix = "quality."
    values = {s.key.removeprefix(prefix): s.value for s in protocol.settings() if s.key.startswith(prefix)}
    return {name: value for name, value in values.items() if name != "min_field_fraction"}
