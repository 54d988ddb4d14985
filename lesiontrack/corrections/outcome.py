"""What became of every correction: the rows of the reviews table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lesiontrack.corrections.effects import Found, no_effect
from lesiontrack.corrections.model import (
    Assignment,
    Landmarks,
    LesionPoint,
    MaskEdit,
    RegistrationJudgement,
    Signature,
    Withdrawal,
)
from lesiontrack.corrections.standing import iso
from lesiontrack.corrections.store import Corrections, Entry, about_of
from lesiontrack.corrections.words import what_of


def review_rows(
    corrections: Corrections, found: Found, signatures: Mapping[str, tuple[str, str]], protocol_id: str
) -> list[dict[str, Any]]:
    """A row for every entry of the store, in time order.

    `signatures`: id of a signature in force → its state and why; those of rows that are no more are missing.
    """
    by_id = {entry.id: entry for entry in corrections.entries}
    takers = {e.value.of: e for e in reversed(corrections.entries) if isinstance(e.value, Withdrawal)}
    holding = {about_of(entry): entry for entry in corrections.in_force}
    rows = []
    for entry in corrections.entries:
        if entry.state == "replaced":
            state, why = entry.state, _by("a later one by {} holds", holding.get(about_of(entry)))
        elif entry.state == "withdrawn" and not isinstance(entry.value, Withdrawal):
            state, why = entry.state, _by("taken back by {}", takers.get(entry.id))
        else:
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
    if isinstance(value, Signature):
        lost = no_effect(entry, found)
        gone = lost or f"{value.lesion} has no row at visit {value.visit} any more"
        return signatures.get(entry.id, ("void", gone))
    why = no_effect(entry, found)
    return ("no effect", why) if why else ("in force", "")


def _by(words: str, entry: Entry | None) -> str:
    return words.format(entry.correction.by) if entry else ""


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
    # the id of a lesion that is not found may be another one's now
    lesion = getattr(value, "lesion", None) if entry.id not in found.lost else None
    visit = getattr(value, "visit", None)
    site = getattr(value, "site", None)
    if lesion is not None:
        lesion = found.lesion(patient, lesion)
        site = site or found.site_of.get((patient, lesion))
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
        row = found.photo(value)
        return str(row["photo"]) if row else None
    return None
