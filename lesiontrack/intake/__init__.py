"""From any tree of photos to a proposed study (`lesiontrack init`)."""

from __future__ import annotations

from lesiontrack.intake.model import Assignment, Decision, Found, KeyRow, Left, Proposal
from lesiontrack.intake.propose import propose
from lesiontrack.intake.write import Written, read_key, require_free, write_proposal

__all__ = [
    "Assignment",
    "Decision",
    "Found",
    "KeyRow",
    "Left",
    "Proposal",
    "Written",
    "propose",
    "read_key",
    "require_free",
    "write_proposal",
]
