"""What became of every correction: the rows of the reviews table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lesiontrack.corrections.judged import Called
from lesiontrack.corrections.model import (
    Assignment,
    Evaluability,
    GoneJudgement,
    Grade,
    Landmarks,
    LesionName,
    LesionPoint,
    MaskEdit,
    NewLesionJudgement,
    RegistrationJudgement,
    SameLesion,
    Signature,
    Withdrawal,
    subject,
)
from lesiontrack.corrections.standing import iso
from lesiontrack.corrections.store import Corrections, Entry
from lesiontrack.corrections.words import what_of

Row = Mapping[str, Any]

CHANGED = "the photo has changed since"
_GONE = "there is no such photo in the results"


@dataclass(frozen=True, eq=False)
class Found:
    """What the corrections meet: the results as they are without signatures.

    Attributes:
        photos, observations: rows of those tables.
        names: (patient, word) → lesion id.
        days: (patient, visit) → study day.
        sites: (patient, site) of the study.
        effects: id of an assignment or a judgement → why it has no effect, empty where it has one.
    """

    photos: Sequence[Row]
    observations: Sequence[Row]
    names: Called
    days: Mapping[tuple[str, str], int]
    sites: frozenset[tuple[str, str]] = frozenset()
    effects: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def by_photo(self) -> Mapping[str, Row]:
        return {str(row["photo"]): row for row in self.photos}

    @cached_property
    def by_visit(self) -> Mapping[tuple[str, str, str], list[Row]]:
        found: dict[tuple[str, str, str], list[Row]] = {}
        for row in self.photos:
            found.setdefault((row["patient"], row["site"], row["visit"]), []).append(row)
        return found

    @cached_property
    def seen(self) -> frozenset[tuple[str, str, str, str]]:
        return frozenset((r["patient"], r["site"], r["lesion"], r["visit"]) for r in self.observations)

    @cached_property
    def lesions(self) -> frozenset[tuple[str, str]]:
        return frozenset((patient, lesion) for patient, _, lesion, _ in self.seen)

    def lesion(self, patient: str, word: str) -> str:
        return self.names.get((patient, word), word)


def no_effect(entry: Entry, found: Found) -> str:
    """Why a correction in force changes nothing; empty where it acts. Signatures: `standing`."""
    value = entry.value
    match value:
        case Assignment():
            return found.effects.get(entry.id, "it came after the study was read")
        case MaskEdit():
            row = found.by_photo.get(value.photo)
            if row is None:
                return _GONE
            return "" if row["sha256"] == value.photo_sha256 else CHANGED
        case RegistrationJudgement() | Landmarks() | LesionPoint():
            return _at_visit(value, found)
        case SameLesion():
            return _same(value, found)
        case Grade():
            if (value.patient, value.site) not in found.sites:
                return f"{value.patient} has no site {value.site} in the study"
            return "" if (value.patient, value.visit) in found.days else _no_visit(value.patient, value.visit)
        case NewLesionJudgement() | GoneJudgement() | LesionName() | Evaluability():
            return found.effects.get(entry.id, _not_met(value, found))
    return ""


def review_rows(
    corrections: Corrections, found: Found, signatures: Mapping[str, tuple[str, str]], protocol_id: str
) -> list[dict[str, Any]]:
    """A row for every entry of the store, in time order.

    `signatures`: id of a signature in force → its state and why; those of rows that are no more are missing.
    """
    by_id = {entry.id: entry for entry in corrections.entries}
    rows = []
    for entry in corrections.entries:
        state, why = _state(entry, by_id, found, signatures)
        rows.append(
            {
                **_about(entry, by_id, found),
                "id": entry.id,
                "kind": entry.value.kind,
                "note": entry.correction.note.strip() or None,
                "by": entry.correction.by,
                "at": iso(entry),
                "state": state,
                "why": why or None,
                "protocol_id": protocol_id,
            }
        )
    return rows


def _state(
    entry: Entry,
    by_id: Mapping[str, Entry],
    found: Found,
    signatures: Mapping[str, tuple[str, str]],
) -> tuple[str, str]:
    value = entry.value
    if isinstance(value, Withdrawal):
        return _withdrawal(value, by_id)
    if entry.state == "withdrawn":
        takers = [e for e in by_id.values() if isinstance(e.value, Withdrawal) and e.value.of == entry.id]
        return entry.state, f"taken back by {takers[0].correction.by}" if takers else ""
    if entry.state == "replaced":
        about = subject(value)
        later = [e for e in by_id.values() if e.state == "in force" and subject(e.value) == about]
        return entry.state, f"a later one by {later[0].correction.by} holds" if later else ""
    if isinstance(value, Signature):
        gone = f"{value.lesion} has no row at visit {value.visit} any more"
        return signatures.get(entry.id, ("void", gone))
    why = no_effect(entry, found)
    return ("no effect", why) if why else ("in force", "")


def _withdrawal(value: Withdrawal, by_id: Mapping[str, Entry]) -> tuple[str, str]:
    taken = by_id.get(value.of)
    if taken is None:
        return "no effect", "there is no such correction"
    if isinstance(taken.value, Withdrawal):
        return "no effect", "what was taken back stays so; make the correction anew"
    return "in force", ""


def _about(entry: Entry, by_id: Mapping[str, Entry], found: Found) -> dict[str, Any]:
    """What the entry is about; a withdrawal is about what it takes back."""
    value = entry.value
    if isinstance(value, Withdrawal):
        taken = by_id.get(value.of)
        if taken is None or isinstance(taken.value, Withdrawal):
            return {"what": what_of(value)}
        about = _about(taken, by_id, found)
        return {**about, "what": f"taken back: {about['what']}"}
    patient = value.patient
    lesion = getattr(value, "lesion", None)
    visit = getattr(value, "visit", None)
    site = getattr(value, "site", None)
    if lesion is not None:
        lesion = found.lesion(patient, lesion)
    return {
        "patient": patient,
        "site": site,
        "lesion": lesion,
        "visit": visit,
        "study_day": found.days.get((patient, visit)) if visit else None,
        "photo": _photo(value, found),
        "what": what_of(value),
    }


def _photo(value: Any, found: Found) -> str | None:
    if isinstance(value, Assignment | MaskEdit):
        return value.photo
    if isinstance(value, RegistrationJudgement | Landmarks | LesionPoint):
        rows = found.by_visit.get((value.patient, value.site, value.visit), [])
        return next((str(r["photo"]) for r in rows if r["sha256"] == value.photo_sha256), None)
    return None


def _at_visit(value: RegistrationJudgement | Landmarks | LesionPoint, found: Found) -> str:
    """Those that hold for one photo of a visit, and for the reference photo as it was then."""
    rows = found.by_visit.get((value.patient, value.site, value.visit), [])
    row = next((row for row in rows if row["sha256"] == value.photo_sha256), None)
    if row is None:
        return CHANGED if rows else f"there is no photo of {value.site} at visit {value.visit} in the results"
    if isinstance(value, LesionPoint):
        name = (value.patient, value.site, found.lesion(value.patient, value.lesion), value.visit)
        return "" if name in found.seen else f"{value.lesion} has no row at visit {value.visit}"
    reference = found.by_photo.get(row["reference_photo"] or "")
    if reference is None:
        return "the photo has no registration in the results"
    if reference["sha256"] != value.reference_sha256:
        return "the site has another reference photo now"
    if isinstance(value, RegistrationJudgement) and value.accepted and not row["registered"]:
        return "the registration that was accepted is not there any more"
    return ""


def _same(value: SameLesion, found: Found) -> str:
    kept = found.lesion(value.patient, value.same_as)
    if (value.patient, kept) not in found.lesions:
        return _no_lesion(value.patient, value.same_as)
    other = found.lesion(value.patient, value.lesion)
    both = {
        place.visit
        for place in value.places
        if other != kept and (value.patient, value.site, other, place.visit) in found.seen
    }
    return f"{value.lesion} and {value.same_as} are still told apart" if both else ""


def _not_met(value: NewLesionJudgement | GoneJudgement | LesionName | Evaluability, found: Found) -> str:
    word = value.lesion
    if word is not None and (value.patient, found.lesion(value.patient, word)) not in found.lesions:
        return _no_lesion(value.patient, word)
    if isinstance(value, Evaluability):
        return f"no lesion of {value.site} has a row at visit {value.visit}"
    return "it has nothing to act on"


def _no_lesion(patient: str, word: str) -> str:
    return f"there is no lesion {word} of {patient} in the results"


def _no_visit(patient: str, visit: str) -> str:
    return f"{patient} has no visit {visit}"
