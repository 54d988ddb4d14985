"""Observations, photos and the reviews table after what readers said and signed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import pandas as pd

from lesiontrack.corrections import Corrections, Entry, Grade, Signature
from lesiontrack.corrections.effects import Found, no_effect
from lesiontrack.corrections.meant import Meant, as_meant
from lesiontrack.corrections.model import LesionPoint, RegistrationJudgement
from lesiontrack.corrections.outcome import review_rows
from lesiontrack.corrections.placed import joined_ids
from lesiontrack.corrections.standing import standing
from lesiontrack.corrections.touched import Spot, joined, words_for
from lesiontrack.pipeline.cohort import Ids, Observed
from lesiontrack.pipeline.events import Called
from lesiontrack.pipeline.record import SiteRecord
from lesiontrack.protocol import Protocol
from lesiontrack.study.model import ClinicianGrade, Study
from lesiontrack.tables import frame, records

Row = dict[str, Any]
Place = tuple[str, str, str, str]


def reviewed_tables(
    study: Study,
    protocol: Protocol,
    meant: Meant,
    photos: pd.DataFrame,
    observed: Observed,
    sites: Sequence[SiteRecord],
    ids: Ids,
    names: Called,
) -> dict[str, pd.DataFrame]:
    """photos with registration_review, observations with the columns of review, and reviews.

    Args:
        meant: the whole main store, of the lesions that were meant.
        photos: the photos table.
        observed: the observations with the judgements on them.
        sites, ids, names: as the observations were made from.
    """
    corrections, told = meant.corrections, records(photos)
    spots = _spots(sites, ids)
    found = Found(
        photos=told,
        observations=observed.rows,
        names=names,
        days={(p.code, visit.label): visit.study_day for p in study.patients for visit in p.visits},
        sites=frozenset(study.sites()),
        effects=observed.effects | {item.id: item.refused for item in study.assignments},
        lost=meant.lost,
        lies={place: (spot.xy, spot.radius) for place, spot in spots.items() if spot.xy is not None},
        points=tuple(entry for entry in corrections.in_force if isinstance(entry.value, LesionPoint)),
    )
    acting: dict[str, list[Entry]] = {}
    for entry in corrections.in_force:
        if not no_effect(entry, found):
            acting.setdefault(str(getattr(entry.value, "patient", "")), []).append(entry)
    by_name = {str(row["photo"]): row for row in told}
    signatures = _signatures(corrections.in_force, names)
    states: dict[str, tuple[str, str]] = {}
    rows: list[Row] = []
    for row in observed.rows:
        place = (row["patient"], row["site"], row["lesion"], row["visit"])
        said = (*words_for(spots[place], acting.get(row["patient"], ()), found), *row["corrections"])
        signature = signatures.get(place)
        stands = standing(
            row,
            by_name.get(row["photo"]),
            signature,
            said=said,
            unjudged=(row["patient"], row["lesion"]) in observed.unjudged,
        )
        if signature is not None:
            states[signature.id] = (stands.state, stands.why)
        rows.append({**row, "corrections": joined(said), **stands.columns()})
    reviews = review_rows(corrections, found, states, protocol.protocol_id)
    return {
        "photos": photos.assign(registration_review=_registrations(found, chain(*acting.values()))),
        "observations": frame("observations", rows),
        "reviews": frame("reviews", reviews),
    }


def joined_names(study: Study, corrections: Corrections, names: Called) -> Called:
    """`names` with those of lesions that readers joined with another one, and that are no more."""
    found = dict(names)
    for code, site in study.sites():
        for old, new in joined_ids(corrections, code, site).items():
            if (code, new) in names:
                found.setdefault((code, old), names[code, new])
    return found


def of_lesions(corrections: Corrections, sites: Sequence[SiteRecord], ids: Ids, names: Called) -> Meant:
    """The corrections, of the lesions that were meant; `names` as `joined_names` gives them."""
    lesions = {
        (record.patient, record.site, ids[record.patient, record.site, index]): track.sightings
        for record in sites
        for index, track in enumerate(record.tracks)
    }
    return as_meant(corrections, lesions, names)


def with_grades(study: Study, corrections: Corrections) -> Study:
    """The study with the grades that readers gave, at visits that there are."""
    days = {(p.code, visit.label): visit.study_day for p in study.patients for visit in p.visits}
    sites = set(study.sites())
    graded = [
        ClinicianGrade(
            patient=value.patient,
            visit=value.visit,
            site=value.site,
            sign=value.sign,
            scale_id=value.scale_id,
            grade=value.grade,
            rater=entry.correction.by,
            lesion=value.lesion,
            study_day=days[value.patient, value.visit],
            source="review",
        )
        for entry in corrections.in_force
        if isinstance(value := entry.value, Grade)
        and (value.patient, value.site) in sites
        and (value.patient, value.visit) in days
    ]
    return replace(study, clinician=(*study.clinician, *graded))


def _signatures(in_force: Sequence[Entry], names: Called) -> dict[Place, Entry]:
    found = {}
    for entry in in_force:
        value = entry.value
        if isinstance(value, Signature):
            lesion = names.get((value.patient, value.lesion), value.lesion)
            found[value.patient, value.site, lesion, value.visit] = entry
    return found


def _spots(sites: Sequence[SiteRecord], ids: Ids) -> dict[Place, Spot]:
    spots = {}
    for record in sites:
        for index, track in enumerate(record.tracks):
            lesion = ids[record.patient, record.site, index]
            for seen in track.sightings:
                place = (record.patient, record.site, lesion, seen.visit)
                out = seen.measures.get("status") == "out_of_frame"
                spots[place] = Spot(*place, seen.photo_sha256, seen.photo_xy, seen.radius_px, out)
    return spots


def _registrations(found: Found, acting: Iterable[Entry]) -> pd.Series:
    """accepted, rejected or nothing, for every photo."""
    said = {}
    for entry in acting:
        value = entry.value
        if isinstance(value, RegistrationJudgement):
            row = found.photo(value)
            said[row["photo"] if row else ""] = "accepted" if value.accepted else "rejected"
    words = [said.get(row["photo"]) for row in found.photos]
    return pd.Series(words, dtype="string")
