"""What readers have said of a lesion: how far it is signed, what was corrected, which signatures are void."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]

STATES = ("void", "unreviewed", "corrected", "partly signed", "signed")
"""Of a whole lesion, in the order in which they ask for a reader."""


@dataclass(frozen=True)
class ReviewState:
    """The review of one lesion, or of several; `rows` are observations."""

    rows: Sequence[Row]

    def of(self, status: str) -> list[Row]:
        """Rows with this review_status."""
        return [row for row in self.rows if (row["review_status"] or "unreviewed") == status]

    @property
    def signed(self) -> list[Row]:
        return self.of("signed")

    @property
    def void(self) -> list[Row]:
        return self.of("void")

    @property
    def corrected(self) -> list[Row]:
        """Rows that readers changed, signed since or not."""
        return [row for row in self.rows if row.get("corrections")]

    @property
    def word(self) -> str:
        """One of STATES."""
        if self.void:
            return "void"
        if self.rows and len(self.signed) == len(self.rows):
            return "signed"
        if self.signed:
            return "partly signed"
        return "corrected" if self.corrected or self.of("corrected") else "unreviewed"

    @property
    def sentence(self) -> str:
        """What stands behind the values, for the foot of a table of them."""
        if not self.signed and not self.void:
            corrected = f" Readers corrected {len(self.corrected)} of them." if self.corrected else ""
            return f"Automatic values; no reader has signed them.{corrected}"
        left = len(self.rows) - len(self.signed)
        if not left:
            return "A reader has signed every visit."
        return f"A reader has signed {len(self.signed)} of {len(self.rows)} visits; the others are unsigned."


def is_about(row: Row, site: str, lesion: str) -> bool:
    """Whether a row of reviews or grades is about this lesion, or about the whole site that it is on."""
    return bool(row["lesion"] == lesion if row["lesion"] is not None else row["site"] == site)
