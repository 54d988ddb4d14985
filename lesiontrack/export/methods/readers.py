"""What the methods text says of readers' corrections and signatures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from lesiontrack.export.methods.images import be
from lesiontrack.export.source import Source
from lesiontrack.wording import counted

_KINDS: Mapping[str, str] = {
    "assignment": "photo assigned or taken out",
    "registration": "registration accepted or rejected",
    "landmarks": "registration by a reader's points",
    "mask": "outline drawn",
    "lesion_point": "lesion placed",
    "same_lesion": "pair of lesions joined",
    "new_lesion": "lesion judged new or not",
    "gone": "lesion judged gone or not",
    "evaluability": "visit judged evaluable or not",
    "grade": "sign graded",
}
_PLURAL: Mapping[str, str] = {
    "assignment": "photos assigned or taken out",
    "registration": "registrations accepted or rejected",
    "landmarks": "registrations by a reader's points",
    "mask": "outlines drawn",
    "lesion_point": "lesions placed",
    "same_lesion": "pairs of lesions joined",
    "new_lesion": "lesions judged new or not",
    "gone": "lesion-visits judged gone or not",
    "evaluability": "visits judged evaluable or not",
    "grade": "signs graded",
}
NO_AUDIT_TRAIL = (
    "Corrections and signatures are kept as files that are only ever added; this is no audit trail and no "
    "electronic signature in the sense of 21 CFR Part 11."
)


def reader_sentences(source: Source) -> Iterator[str]:
    """Corrections in force, signatures and what they count for."""
    yield from _corrections(source)
    yield from _signatures(source)
    reviews = source.tables.get("reviews")
    if reviews is not None and not reviews.empty:
        yield NO_AUDIT_TRAIL


def _corrections(source: Source) -> Iterator[str]:
    acting = [row for row in source.rows("reviews") if row["state"] == "in force" and row["kind"] in _KINDS]
    if not acting:
        return
    counts = Counter(row["kind"] for row in acting)
    told = [counted(counts[kind], one, _PLURAL[kind]) for kind, one in _KINDS.items() if counts[kind]]
    readers = counted(len({row["by"] for row in acting}), "reader")
    yield f"{counted(len(acting), 'correction')} by {readers} {be(len(acting))} applied: {', '.join(told)}."


def _signatures(source: Source) -> Iterator[str]:
    if source.signed_only:
        yield (
            "Only sizes and responses that a reader has signed are included; rates and times to events are "
            "on the signed basis, on which an unsigned complete response is not evaluable and other "
            "responses count as read automatically."
        )
        return
    observations = source.tables.get("observations")
    if observations is None or observations.empty:
        return
    status = observations["review_status"]
    signed, void = int((status == "signed").sum()), int((status == "void").sum())
    unsigned = (
        f", and {void} more before a signed value changed, which made the signature void" if void else ""
    )
    yield (
        f"A reader signed {signed} of {counted(len(observations), 'lesion-visit')}{unsigned}; complete "
        "responses and progression by a new lesion are unconfirmed by a reader where unsigned, and rates are "
        "given both ways."
    )
