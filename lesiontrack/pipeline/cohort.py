"""Site records → the rows of all tables: lesion ids, phase and expected course, flags, responses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from lesiontrack.corrections import Entry
from lesiontrack.corrections.judged import Look, is_unjudged, judged, judgements_of
from lesiontrack.inflammation import assess, grade
from lesiontrack.pipeline.events import Called, Mark, called, marks, with_events
from lesiontrack.pipeline.record import SiteRecord, TrackRecord, Value
from lesiontrack.protocol import Protocol
from lesiontrack.protocol.courses import agent_kind
from lesiontrack.study.model import Dose, LesionSeed, Patient, Study
from lesiontrack.tables import frame

Row = dict[str, Any]
Ids = Mapping[tuple[str, str, int], str]

NO_SCALE = "no scale: size in px only"


def photo_tables(study: Study, protocol: Protocol, records: Sequence[SiteRecord]) -> dict[str, pd.DataFrame]:
    """photos and acquisition."""
    photos: list[Row] = []
    acquisition: list[Row] = []
    for record in records:
        patient = study.patient(record.patient)
        days = {visit.label: visit.study_day for visit in patient.visits}
        tones: dict[str, Value] = {}
        for sighting in (s for track in record.tracks for s in track.sightings):
            if (tone := sighting.measures.get("ita_deg")) is not None:
                tones.setdefault(sighting.photo, tone)
        for photo in record.photos:
            photos.append(
                {
                    "patient": patient.code,
                    "study_day": days[photo.visit],
                    "day_zero": patient.day_zero,
                    **photo.row,
                    "protocol_id": protocol.protocol_id,
                }
            )
            acquisition.append(
                {**photo.acquisition, "ita_deg": tones.get(photo.photo), "protocol_id": protocol.protocol_id}
            )
    return {"photos": frame("photos", photos), "acquisition": frame("acquisition", acquisition)}


@dataclass(frozen=True, eq=False)
class Observed:
    """Rows of observations, and what became of the readers' judgements on them.

    Attributes:
        rows: for every lesion and visit, from the lesion's first sighting on; `corrections` holds the
            judgements of this row as a tuple of words.
        effects: id of a judgement → why it has no effect; empty where it has one.
        unjudged: (patient, lesion) that may be new, where nobody has said whether they are.
    """

    rows: list[Row] = field(default_factory=list)
    effects: dict[str, str] = field(default_factory=dict)
    unjudged: set[tuple[str, str]] = field(default_factory=set)

    def table(self) -> pd.DataFrame:
        rows = [{**row, "corrections": "; ".join(row["corrections"]) or None} for row in self.rows]
        return frame("observations", rows)


def observe(
    study: Study,
    protocol: Protocol,
    records: Sequence[SiteRecord],
    ids: Ids,
    names: Called,
    said: Sequence[Entry] = (),
) -> Observed:
    """The observations, with what readers judged.

    `names`: (patient, word) → lesion id; `said`: the corrections in force.
    """
    found = Observed()
    by_patient: dict[str, list[Entry]] = {}
    for entry in said:
        by_patient.setdefault(str(getattr(entry.value, "patient", "")), []).append(entry)
    for record in records:
        patient = study.patient(record.patient)
        doses = tuple(dose for dose in study.doses if dose.patient == patient.code)
        first = _first_visit(patient, record)
        for index, track in enumerate(record.tracks):
            lesion = ids[record.patient, record.site, index]
            name = (patient.code, record.site, track.name)
            seed = next((s for s in study.lesions if (s.patient, s.site, s.lesion) == name), None)
            events = marks(lesion, patient.code, study.events, names)
            own = [dose for dose in doses if dose.lesion and names.get((patient.code, dose.lesion)) == lesion]
            injected_from = _first_injection(own, protocol, seed)
            told = judgements_of(by_patient.get(patient.code, ()), patient.code, record.site, lesion, names)
            looks = _looks(patient, track, events)
            if is_unjudged(looks, told, seed.role if seed else None):
                found.unjudged.add((patient.code, lesion))
            looks, effects = judged(looks, told, first_visit=first)
            for judgement, why in effects.items():
                found.effects[judgement] = found.effects.get(judgement, why) and why
            for row in _lesion_rows(patient, protocol, doses, track, looks, seed, injected_from):
                merged = row.pop("merged_index")
                row["merged_into"] = ids[record.patient, record.site, merged] if merged is not None else None
                named = {"lesion": lesion, "lesion_name": told.name}
                found.rows.append({"site": record.site, **named, **row})
    return found


def observation_table(
    study: Study, protocol: Protocol, records: Sequence[SiteRecord], ids: Ids, said: Sequence[Entry] = ()
) -> pd.DataFrame:
    """The observations as a table, unsigned."""
    return observe(study, protocol, records, ids, called(records, ids), said).table()


def _first_visit(patient: Patient, record: SiteRecord) -> str:
    """The first visit with a photo of the site."""
    there = {photo.visit for photo in record.photos}
    there |= {sighting.visit for track in record.tracks for sighting in track.sightings}
    return next((visit.label for visit in patient.visits if visit.label in there), "")


def _looks(patient: Patient, track: TrackRecord, events: Sequence[Mark]) -> list[Look]:
    """The track's sightings after events.csv."""
    days = {visit.label: visit.study_day for visit in patient.visits}
    looks = []
    for sighting in track.sightings:
        day = days[sighting.visit]
        doubts = [event.text for event in events if event.doubt and event.study_day <= day]
        measures = with_events(sighting.measures, day, events)
        looks.append(Look(sighting.visit, measures, "; ".join(doubts)))
    return looks


def _lesion_rows(
    patient: Patient,
    protocol: Protocol,
    doses: Sequence[Dose],
    track: TrackRecord,
    looks: Sequence[Look],
    seed: LesionSeed | None,
    injected_from: int | None,
) -> list[Row]:
    days = {visit.label: visit.study_day for visit in patient.visits}
    rows: list[Row] = []
    for sighting, look in zip(track.sightings, looks, strict=True):
        day = days[sighting.visit]
        measures = _without_scale(look.measures)
        scheduled = patient.day_zero == "treatment_start"
        phase = protocol.phase_at(day, doses) if scheduled else None
        row: Row = {
            "patient": patient.code,
            "visit": sighting.visit,
            "study_day": day,
            "day_zero": patient.day_zero,
            "lesion_day": day - injected_from if injected_from is not None and day >= injected_from else None,
            "phase": phase.phase if phase else None,
            "course": phase.course if phase else None,
            "injected": None if injected_from is None else day > injected_from,
            "photo": sighting.photo,
            "role": seed.role if seed else None,
            **measures,
            "merged_index": sighting.merged_into if measures.get("status") == "merged" else None,
            "corrections": look.said,
            "review_status": "unreviewed",
            "protocol_id": protocol.protocol_id,
        }
        row |= inflammation_columns(row, protocol, doses, day, scheduled, shrinkage_pct(rows, day, measures))
        rows.append(row)
    return rows


def _without_scale(measures: Mapping[str, Value]) -> Mapping[str, Value]:
    """A size in px compares with no other photo's, so the row is not evaluable; the px values stay."""
    if not measures.get("evaluable") or measures.get("longest_diameter_mm") is not None:
        return measures
    reason = "; ".join(part for part in (NO_SCALE, str(measures.get("reason") or "")) if part)
    return {**measures, "evaluable": False, "reason": reason}


def inflammation_columns(
    row: Row,
    protocol: Protocol,
    doses: Sequence[Dose],
    day: int,
    scheduled: bool,
    shrinkage_pct: float | None,
) -> Row:
    """Grade of the treated field against its band; days without a treatment start have no band."""
    graded = grade(row.get("field_delta_a"), row.get("field_delta_a_sd"), row.get("ita_deg"), protocol)
    band = protocol.expected_at(day, doses) if scheduled else None
    assessment = assess(
        graded.value,
        graded.sd,
        band,
        protocol.phase_at(day, doses) if scheduled else None,
        protocol=protocol,
        reason=row.get("inflammation_note") or graded.reason if scheduled else "",
        field_fraction=row.get("field_fraction"),
        shrinkage_pct=shrinkage_pct,
    )
    return {
        "erythema_grade": graded.value,
        "scale_id": graded.scale_id if graded.value is not None else None,
        "expected_lower": band.lower if band else None,
        "expected_target": band.target if band else None,
        "expected_upper": band.upper if band else None,
        "envelope_id": band.envelope_id if band else None,
        "inflammation": assessment.inflammation,
        "inflammation_probability": assessment.probability,
        "inflammation_note": assessment.note or None,
    }


def with_roles(observations: pd.DataFrame, lesion_responses: pd.DataFrame) -> pd.DataFrame:
    """Observations with the role that the response stage gave each lesion."""
    roles = lesion_responses.drop_duplicates(["patient", "lesion"]).set_index(["patient", "lesion"])["role"]
    keys = pd.MultiIndex.from_frame(observations[["patient", "lesion"]])
    return observations.assign(role=roles.reindex(keys).to_numpy()).astype({"role": "string"})


def _first_injection(own: Sequence[Dose], protocol: Protocol, seed: LesionSeed | None) -> int | None:
    """Study day of the lesion's first injection; `own` are the doses that name it, topicals among them.

    A photo of that day counts as taken before it, as in Protocol.phase_at.
    """
    agents = protocol.file.agents
    injections = [d for d in own if agents is not None and agent_kind(d.agent, agents) == "injection"]
    days = [dose.start_day for dose in injections]
    if seed is not None and seed.injected_from is not None:
        days.append(seed.injected_from)
    return min(days, default=None)


def shrinkage_pct(earlier: Sequence[Row], day: int, measures: Mapping[str, Value]) -> float | None:
    """How much smaller the longest diameter is than at baseline, in percent; None up to day 0.

    Baseline is the last evaluable visit at day <= 0 (RECIST 1.1: closest to the treatment start),
    else the first evaluable one.
    """
    column = "longest_diameter_mm"
    now = measures.get(column)
    sized = [row for row in earlier if row.get("evaluable") and row.get(column)]
    before = [row for row in sized if row["study_day"] <= 0]
    if day <= 0 or not sized or not isinstance(now, int | float) or not measures.get("evaluable"):
        return None
    baseline = before[-1] if before else sized[0]
    return 100 * (1 - float(now) / float(baseline[column]))
