"""Whether a row of observations is unreviewed, corrected, signed, or signed and changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from lesiontrack.corrections.model import Signature
from lesiontrack.corrections.signed import differences, values_of
from lesiontrack.corrections.store import Entry

UNJUDGED = "whether this lesion is new has not been judged"


@dataclass(frozen=True)
class Standing:
    """`review_status` and its columns; `state` and `why` are those of the signature in the reviews table."""

    review_status: str
    signed_by: str | None = None
    signed_at: str | None = None
    signature_note: str | None = None
    state: str = ""
    why: str = ""

    def columns(self) -> dict[str, str | None]:
        names = ("review_status", "signed_by", "signed_at", "signature_note")
        return {name: getattr(self, name) for name in names}


def standing(
    row: Mapping[str, Any],
    photo: Mapping[str, Any] | None,
    signature: Entry | None,
    *,
    said: Sequence[str],
    unjudged: bool,
) -> Standing:
    """What the signature in force on a row is worth now.

    Args:
        row, photo: of observations, and of photos the one that it comes from.
        said: what readers corrected in the row.
        unjudged: the lesion may be new and nobody has said; a signature would count it as progression.
    """
    unsigned = "corrected" if said else "unreviewed"
    if signature is None or not isinstance(signature.value, Signature):
        return Standing(unsigned)
    by = signature.correction.by
    if unjudged:
        note = f"the signature of {by} has no effect: {UNJUDGED}"
        return Standing(unsigned, signature_note=note, state="no effect", why=UNJUDGED)
    changed = differences(signature.value.values, values_of(row, photo))
    why = "; ".join(changed)
    return Standing(
        "void" if changed else "signed",
        by,
        iso(signature),
        f"changed since it was signed: {why}" if changed else None,
        "void" if changed else "in force",
        why,
    )


def iso(entry: Entry) -> str:
    """When, in UTC, to the second."""
    return entry.correction.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
