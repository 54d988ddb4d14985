"""How a visit's photo lies in the reference photo's frame, in words for a reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lesiontrack.corrections import Corrections, Entry, Landmarks, RegistrationJudgement
from lesiontrack.pipeline.record import RegistrationRecord
from lesiontrack.report.words import number, percent
from lesiontrack.review.shots import Shot

METHODS = {
    "skin_texture": "by the texture of the skin around the lesions",
    "lesion_pattern": "by the pattern that several lesions and naevi make",
    "lesion_position": "by the lesion's place and size alone; the rotation is open, so that skin does not "
    "lie on skin, and what needs that is not evaluable",
    "landmarks": "by points that a person placed in both photos",
    "identity": "it is the reference photo itself",
    "none": "not at all",
}


@dataclass(frozen=True)
class Registered:
    """What is shown of a registration.

    Attributes:
        aligned: there is a map, so that the photo can be shown in the reference photo's frame.
        place_only: it claims the lesion's place, not that skin lies on skin.
        method, confidence, error, reason: in words.
        judgement, landmarks: what readers said last, in force; their `value`s say what.
    """

    reference: Shot
    aligned: bool
    place_only: bool
    method: str
    confidence: str
    error: str
    reason: str
    judgement: Entry | None
    landmarks: Entry | None


def registered(shot: Shot, reference: Shot | None, corrections: Corrections) -> Registered | None:
    """None for the reference photo, and for a photo that is in no series."""
    record = shot.record.registration
    if record is None or reference is None or reference.sha256 == shot.sha256:
        return None
    return Registered(
        reference=reference,
        aligned=record.accepted,
        place_only=record.method == "lesion_position",
        method=METHODS.get(record.method, record.method) if record.accepted else METHODS["none"],
        confidence=_confidence(record),
        error=_error(record, reference),
        reason=record.reason,
        judgement=_last(corrections.in_force, RegistrationJudgement, shot, reference),
        landmarks=_last(corrections.in_force, Landmarks, shot, reference),
    )


def _confidence(record: RegistrationRecord) -> str:
    if not record.accepted:
        return "–"
    return percent(record.confidence)


def _error(record: RegistrationRecord, reference: Shot) -> str:
    if not record.accepted:
        return "–"
    if record.error_px is None:
        return "not known: nothing is left to measure it by"
    scale = reference.row["px_per_mm"]
    px = f"{number(record.error_px)} px of the reference photo"
    return f"{number(record.error_px / scale, 2)} mm ({px})" if scale else px


def _last(
    entries: Sequence[Entry], kind: type[RegistrationJudgement] | type[Landmarks], shot: Shot, reference: Shot
) -> Entry | None:
    """What was said last of these two photos."""
    found = [
        entry
        for entry in entries
        if isinstance(entry.value, kind)
        and (entry.value.photo_sha256, entry.value.reference_sha256) == (shot.sha256, reference.sha256)
    ]
    return found[-1] if found else None
