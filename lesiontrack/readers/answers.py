"""A reader's corrections as answers to questions that have one answer: all but outlines."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from lesiontrack.corrections import (
    Assignment,
    Entry,
    Evaluability,
    GoneJudgement,
    Grade,
    Landmarks,
    LesionName,
    LesionPoint,
    NewLesionJudgement,
    RegistrationJudgement,
    SameLesion,
    Signature,
    Value,
)
from lesiontrack.corrections.words import what_of
from lesiontrack.readers.model import Said, Subject
from lesiontrack.study.names import clean, natural_key

Answers = dict[Subject, Said]

Signed = dict[tuple[str, str, str, str], list[Said]]
"""(patient, visit, lesion or "", site or "") → signatures of rows there."""

_GONE = {"not_visible": True, "present": False, "new_candidate": False, "reappeared": False}


def answers(entries: Iterable[Entry]) -> Answers:
    """Subject → what the reader said of it. Outlines are not among them: windows of one photo add up.

    Two corrections of one subject (L05 is L02, and L02 is L05) count once, with both ids; the later holds.
    """
    found: Answers = {}
    for entry in entries:
        told = _told(entry.value)
        if told is None:
            continue
        subject, answer = told
        earlier = found[subject].entries if subject in found else ()
        found[subject] = Said(answer, what_of(entry.value), (*earlier, entry), entry.value)
    return found


def _told(value: Value) -> tuple[Subject, Any] | None:
    match value:
        case Assignment():
            place = (value.patient, value.visit, value.site, value.view, value.modality)
            subject = Subject("assignment", photo=value.photo, sha256=value.photo_sha256)
            return subject, None if value.excluded else place
        case RegistrationJudgement():
            return _of_frame("registration", value), value.accepted
        case Landmarks():
            return _of_frame("landmarks", value), value.pairs
        case LesionPoint():
            subject = Subject(
                "lesion_point",
                value.patient,
                value.site,
                value.visit,
                value.lesion,
                sha256=value.photo_sha256,
            )
            return subject, (value.x, value.y)
        case SameLesion():
            one, other = sorted((value.lesion, value.same_as), key=natural_key)
            return Subject("same_lesion", value.patient, value.site, lesion=other, other=one), True
        case LesionName():
            name = " ".join(clean(value.name).casefold().split())
            return Subject("lesion_name", value.patient, lesion=value.lesion), name
        case NewLesionJudgement():
            return Subject("new_lesion", value.patient, lesion=value.lesion), value.new
        case GoneJudgement():
            return Subject("gone", value.patient, visit=value.visit, lesion=value.lesion), value.gone
        case Evaluability():
            lesion = value.lesion or ""
            return Subject("evaluable", value.patient, value.site, value.visit, lesion), value.evaluable
        case Grade():
            scale = (value.sign, value.scale_id)
            subject = Subject(
                "grade", value.patient, value.site, value.visit, value.lesion or "", detail=scale
            )
            return subject, value.grade
        case Signature():
            subject = Subject("signature", value.patient, value.site, value.visit, value.lesion)
            return subject, value.values
        case _:
            return None


def _of_frame(question: str, value: RegistrationJudgement | Landmarks) -> Subject:
    return Subject(
        question,
        value.patient,
        value.site,
        value.visit,
        sha256=value.photo_sha256,
        other=value.reference_sha256,
    )


def with_implied(mine: Answers, theirs: Answers) -> Answers:
    """My answers, and what I said of their subjects without saying it by itself.

    A reader who signed a row stood behind its status and that it is evaluable; one who called a whole visit
    of a site not evaluable said it of each lesion there. Without these, "gone" and "evaluable" would have
    answers of one kind only: nobody writes down that a lesion is there as the table has it. Rows that both
    signed count as said by both.
    """
    signed: Signed = {}
    for subject, said in mine.items():
        if subject.question == "signature":
            for key in (subject.lesion, ""), (subject.lesion, subject.site), ("", subject.site):
                signed.setdefault((subject.patient, subject.visit, *key), []).append(said)
    both = [subject for subject in theirs if subject.question == "signature" and subject in mine]
    wanted = {subject: None for subject in theirs if subject.question in ("gone", "evaluable")}
    for row in both:
        wanted |= {
            Subject("gone", row.patient, visit=row.visit, lesion=row.lesion): None,
            Subject("evaluable", row.patient, row.site, row.visit, row.lesion): None,
        }
    found = dict(mine)
    for subject in wanted:
        if subject not in found:
            told = _implied(subject, mine, signed)
            if told is not None:
                found[subject] = told
    return found


def _implied(subject: Subject, mine: Answers, signed: Signed) -> Said | None:
    rows = signed.get((subject.patient, subject.visit, subject.lesion, subject.site), [])
    if subject.question == "gone":
        return next((found for said in rows if (found := _from_signature(said, _gone))), None)
    if subject.lesion:
        whole = mine.get(Subject("evaluable", subject.patient, subject.site, subject.visit))
        if whole is not None and not whole.answer:
            return Said(False, f"{whole.words} (of the whole visit)", whole.entries, implied=True)
    told = [found for said in rows if (found := _from_signature(said, _evaluable)) is not None]
    return max(told, key=lambda said: bool(said.answer), default=None)


def _from_signature(said: Said, reading: Callable[[dict[str, Any]], bool | None]) -> Said | None:
    answer = reading(said.answer)
    return None if answer is None else Said(answer, said.words, said.entries, implied=True)


def _gone(values: dict[str, Any]) -> bool | None:
    """Whether a signed row says that nothing is left; None where it could not be told."""
    if not values.get("evaluable"):
        return None
    return _GONE.get(str(values.get("status")))


def _evaluable(values: dict[str, Any]) -> bool | None:
    answer = values.get("evaluable")
    return answer if isinstance(answer, bool) else None
